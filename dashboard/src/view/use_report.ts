/** A key and a frame's parts in, the latest report and what is wrong just now out; asks again by itself while it is looked at. */
import { useEffect, useState } from "preact/hooks";
import type { Period } from "../period.ts";
import { askQuestion, Trouble } from "../query_api.ts";
import { askReport, type Report } from "../report.ts";

const REFRESH_MS = 20_000;
const MAX_PAUSE_MS = 120_000;

export interface Look {
  /** The latest whole report of this site, perhaps still of another period. */
  report: Report | undefined;
  trouble: Trouble | undefined;
  /** True from the click on another period until its numbers are here. */
  turning: boolean;
  again: () => void;
}

interface State {
  site: string;
  report?: Report | undefined;
  trouble?: Trouble | undefined;
}

const asTrouble = (error: unknown): Trouble =>
  error instanceof Trouble ? error : new Trouble("away", "The numbers could not be read.");

/** Pause after a failure: what the server asked for, else twice as long each time. */
export const pauseAfter = (failures: number, wait_s: number): number =>
  Math.min(MAX_PAUSE_MS, Math.max(wait_s * 1_000, REFRESH_MS * 2 ** Math.max(0, failures - 1)));

/** Ask now, then every 20 seconds; not while the page is hidden, at once when it shows again. Old numbers stay until new ones are whole. */
export const useReport = (key: string, site: string, zone: string, period: Period): Look => {
  const [state, setState] = useState<State>({ site });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let watched = true;
    let failures = 0;
    let latest: Report | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      timer = undefined;
      let wait_s = 0;
      try {
        const frame = { site, zone, period, now: new Date() };
        const early = latest ? undefined : (head: Report) => watched && setState({ site, report: head });
        latest = await askReport((question) => askQuestion(key, question), frame, latest, early);
        failures = 0;
        if (watched) setState({ site, report: latest });
      } catch (error) {
        const trouble = asTrouble(error);
        failures += 1;
        wait_s = trouble.wait_s;
        if (watched) setState((old) => ({ site, report: old.site == site ? old.report : undefined, trouble }));
      }
      if (watched) timer = setTimeout(due, pauseAfter(failures, wait_s));
    };
    const due = (): void => {
      timer = undefined;
      if (!document.hidden) void ask();
    };
    const shown = (): void => {
      if (!document.hidden && timer == null) void ask();
    };

    void ask();
    document.addEventListener("visibilitychange", shown);
    return () => {
      watched = false;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [key, site, zone, period, attempt]);

  const report = state.site == site ? state.report : undefined;
  return {
    report,
    trouble: state.trouble,
    turning: report != null && report.frame.period != period,
    again: () => setAttempt((n) => n + 1),
  };
};
