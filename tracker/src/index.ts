/** Entry for bundlers: `start(settings)` once, then `track(name, options)` from anywhere. */
import type { Options } from "./page_to_beacon.ts";
import type { Settings } from "./settings.ts";
import { startTracker, type Track } from "./tracker.ts";

export type { Options, Outcome, Props } from "./page_to_beacon.ts";
export type { Settings } from "./settings.ts";

let running: Track | undefined;

/** Start counting this page; a second call changes nothing. Call it in a browser only. */
export const start = (settings: Settings): void => {
  running ??= startTracker(settings);
};

/** Tell of an event; throws where `start` was not called. */
export const track = (name: string, options?: Options): void => {
  if (!running) throw new Error("tideline: call start() before track()");
  running(name, options);
};
