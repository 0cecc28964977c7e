/** Scrolling, focus and visibility in; how long and how far down each page was looked at out. */
import type { Engagement } from "./page_to_beacon.ts";

const WORTH_TELLING_MS = 3_000;

/**
 * Watch the page that is shown. `begin(report)` ends the page before and starts a new one; `report` is called on
 * leaving it (hide, blur, the next `begin`) when the deepest scroll grew or three seconds of attention passed.
 */
export const watchEngagement = (): ((report: (engagement: Engagement) => void) => void) => {
  let report: ((engagement: Engagement) => void) | undefined;
  let started_ms = 0;
  let attention_ms = 0;
  let bottom_px = 0;
  let told_px = 0;
  let height_px = 1;

  const measure = (): void => {
    height_px = document.documentElement.scrollHeight;
    bottom_px = Math.max(bottom_px, scrollY + innerHeight);
  };
  const tick = (): void => {
    const now_ms = performance.now();
    if (started_ms) attention_ms += now_ms - started_ms;
    started_ms = document.visibilityState == "visible" && document.hasFocus() ? now_ms : 0;
  };
  const tell = (): void => {
    if (report && (bottom_px > told_px || attention_ms >= WORTH_TELLING_MS)) {
      report({ e: Math.round(attention_ms), sd: Math.min(100, Math.round((100 * bottom_px) / height_px)) });
      told_px = bottom_px;
      attention_ms = 0;
    }
  };
  const turn = (): void => {
    tick();
    if (!started_ms) {
      measure();
      tell();
    }
  };

  addEventListener("scroll", measure);
  for (const type of ["visibilitychange", "blur", "focus"]) addEventListener(type, turn);

  return (next) => {
    tick();
    // After a load nothing is measured yet; after a navigation the next page may already stand in the document.
    if (!bottom_px) measure();
    tell();
    report = next;
    attention_ms = bottom_px = told_px = 0;
  };
};
