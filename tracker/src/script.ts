/** Entry of the script tag: its attributes in, `window.tideline` and `window.plausible` out, their queues played. */
import { settingsOf } from "./settings.ts";
import { startTracker, type Track } from "./tracker.ts";

type Stub = Track & { q?: Parameters<Track>[]; l?: boolean };
const page = window as { tideline?: Stub; plausible?: Stub };

if (!page.tideline?.l) {
  const waiting = [page.tideline, page.plausible].flatMap((stub) => stub?.q || []);
  const track: Stub = startTracker(settingsOf(document.currentScript as HTMLScriptElement));
  track.l = true;
  page.tideline = page.plausible = track;
  for (const call of waiting) track(...call);
}
