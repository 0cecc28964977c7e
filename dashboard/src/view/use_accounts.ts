/** A key, a site and a period in, what became of their beacons out; asked with every report, at most once a minute. */
import { useEffect, useState } from "preact/hooks";
import { askAccounts, type Accounts } from "../ledger.ts";
import type { Period } from "../period.ts";
import { askLedger } from "../query_api.ts";

const MINUTE_MS = 60_000;

/** Undefined until it is known, and where the server does not say: the numbers stand without it. */
export const useAccounts = (key: string, site: string, zone: string, period: Period, now: Date | undefined): Accounts | undefined => {
  const [state, setState] = useState<{ about?: string; accounts?: Accounts }>({});
  const about = `${site} ${period.name}`;
  const minute = now && Math.floor(now.getTime() / MINUTE_MS);

  useEffect(() => {
    if (minute == null) return;
    let watched = true;
    askAccounts((range) => askLedger(key, site, range), period, zone, new Date(minute * MINUTE_MS)).then(
      (accounts) => watched && setState({ about, accounts }),
      () => {},
    );
    return () => {
      watched = false;
    };
  }, [key, site, zone, period, minute]);

  return state.about == about ? state.accounts : undefined;
};
