/** A figure now and before in, how it changed out. */
import type { Metric } from "./metrics.ts";

export interface Change {
  text: string;
  /** Whether it rose, fell or stayed. */
  direction: "up" | "down" | "level";
  mood: "good" | "bad" | "even";
}

/** Nothing where either side is missing, or where percent of nothing would be asked. */
export const changeOf = (metric: Metric, now: number | null, before: number | null): Change | undefined => {
  if (now == null || before == null || (metric.changeIn == "percent" && before == 0)) return undefined;
  const points = metric.changeIn == "points";
  const size = Math.round(points ? now - before : (100 * (now - before)) / before);
  const direction = size > 0 ? "up" : size < 0 ? "down" : "level";
  const good = size > 0 == metric.moreIsBetter;
  return {
    text: `${Math.abs(size)}${points ? (Math.abs(size) == 1 ? " point" : " points") : "%"}`,
    direction,
    mood: size == 0 ? "even" : good ? "good" : "bad",
  };
};
