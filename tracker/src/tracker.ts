/** Settings in, a running tracker out: the only file that joins the parts. */
import { watchClicks } from "./clicks.ts";
import { watchEngagement } from "./engagement.ts";
import { watchNavigation } from "./navigation.ts";
import { pageToBeacon, type Options } from "./page_to_beacon.ts";
import { refusalOf } from "./refusal.ts";
import { isOn, type Settings } from "./settings.ts";
import { startSending } from "./transport.ts";

/** Tell the collector of an event; `pageview` begins a page. */
export type Track = (name: string, options?: Options) => void;

/** Start watching this page. Pages that are only prerendered say nothing until someone looks at them. */
export const startTracker = (settings: Settings): Track => {
  const send = startSending(settings.api || "/api/event", () => !!refusalOf(settings));
  const begin = watchEngagement();

  const track: Track = (name, options = {}) => {
    if ((document as { prerendering?: boolean }).prerendering) {
      document.addEventListener("prerenderingchange", () => track(name, options), { once: true });
      return;
    }
    const refusal = refusalOf(settings);
    if (refusal) {
      console.warn("tideline: not counted:", refusal);
      options.callback?.();
      return;
    }
    const url = options.url || location.href;
    if (name == "pageview") {
      begin((engagement) => send(pageToBeacon("engagement", url, "", { props: options.props }, settings, engagement)));
    }
    send(pageToBeacon(name, url, document.referrer, options, settings, { w: innerWidth }), options.callback);
  };

  if (!isOn(settings.manual)) watchNavigation(isOn(settings.hash), () => track("pageview"));
  watchClicks(settings, (name, url) => track(name, { props: { url } }));
  return track;
};
