/** The address in, one of the dashboard's faces out: sign in, trouble, or a site's numbers. */
import { useCallback, useEffect, useState } from "preact/hooks";
import { forgetKey, keepKey, readPlace, writePlace } from "../address.ts";
import { periodOf, type Period } from "../period.ts";
import { askSites, Trouble, type Site } from "../query_api.ts";
import { isZone } from "../zone.ts";
import { Skeleton } from "./skeleton.tsx";
import { SignIn } from "./sign_in.tsx";
import { SitePage } from "./site_page.tsx";
import { TroublePage } from "./trouble.tsx";
import { pauseAfter } from "./use_report.ts";

/** What the key may see: not known yet, a list, or why not. */
const useSites = (key: string): { sites?: Site[]; trouble?: Trouble; again: () => void } => {
  const [state, setState] = useState<{ key?: string; sites?: Site[]; trouble?: Trouble }>({});
  const ask = useCallback(() => {
    if (!key) return;
    askSites(key).then(
      (sites) => setState({ key, sites }),
      (trouble: Trouble) => setState({ key, trouble }),
    );
  }, [key]);
  useEffect(ask, [ask]);
  useEffect(() => {
    if (!state.trouble || state.trouble.kind == "key") return;
    const timer = setTimeout(ask, pauseAfter(1, state.trouble.wait_s));
    return () => clearTimeout(timer);
  }, [state, ask]);
  return state.key == key ? { ...state, again: ask } : { again: ask };
};

export const App = () => {
  const [place, setPlace] = useState(readPlace);
  const { sites, trouble, again } = useSites(place.key);
  const period = periodOf(place.period);
  const site = sites?.find((one) => one.domain == place.site) ?? (place.site ? undefined : sites?.[0]);

  useEffect(() => {
    if (site) writePlace(site.domain, period.name);
  }, [site, period]);

  const signIn = (key: string, site: string): void => {
    keepKey(key);
    setPlace({ ...place, key, site });
  };
  const signOut = (): void => {
    forgetKey();
    setPlace({ ...place, key: "" });
  };

  if (!place.key) return <SignIn site={place.site} onSubmit={signIn} />;
  if (trouble?.kind == "key") return <SignIn site={place.site} wrong={trouble.message} onSubmit={signIn} />;
  if (trouble) return <TroublePage trouble={trouble} again={again} />;
  if (!sites) return <Skeleton />;
  if (!site) return <SignIn site={place.site} unseen={sites.map((one) => one.domain)} onSubmit={signIn} />;
  return (
    <SitePage
      apiKey={place.key}
      site={site}
      sites={sites}
      zone={isZone(site.timezone) ? site.timezone : "Etc/UTC"}
      period={period}
      onSite={(domain) => setPlace({ ...place, site: domain })}
      onPeriod={(chosen: Period) => setPlace({ ...place, period: chosen.name })}
      onSignOut={signOut}
    />
  );
};
