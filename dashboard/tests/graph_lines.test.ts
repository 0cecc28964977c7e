/** What the graph draws: finished buckets, the one in progress, and its marks. */
import { expect, test } from "vitest";
import { currentBucket, highWater, labelStep, linesOf } from "../src/graph_lines.ts";

const HOURS = ["00", "01", "02", "03"].map((hour) => `2026-11-23 ${hour}:00:00`);
const DAYS = ["2026-11-21", "2026-11-22", "2026-11-23"];

test("the hour in progress is found by the site's clock", () => {
  expect(currentBucket(HOURS, "2026-11-23 02:59:59")).toBe(2);
  expect(currentBucket(HOURS, "2026-11-23 03:00:00")).toBe(3);
});

test("the day in progress is today", () => {
  expect(currentBucket(DAYS, "2026-11-23 09:00:00")).toBe(2);
});

test("nothing is in progress in a range that is over or has not begun", () => {
  expect(currentBucket(HOURS, "2026-11-23 04:00:00")).toBe(-1);
  expect(currentBucket(DAYS, "2026-11-24 00:00:00")).toBe(-1);
  expect(currentBucket(DAYS, "2026-11-20 12:00:00")).toBe(-1);
});

test("finished hours are one line, the running hour hangs on it, hours to come are not drawn", () => {
  expect(linesOf(HOURS, [5, 6, 2, 0], "2026-11-23 02:10:00")).toEqual({
    places: [0, 1, 2, 3],
    finished: [5, 6, null, null],
    running: [null, 6, 2, null],
    current: 2,
  });
});

test("the very first hour stands alone", () => {
  const lines = linesOf(HOURS, [5, 0, 0, 0], "2026-11-23 00:10:00");
  expect([lines.finished, lines.running]).toEqual([
    [null, null, null, null],
    [5, null, null, null],
  ]);
});

test("a range that is over is one line", () => {
  expect(linesOf(DAYS, [1, null, 3], "2026-11-30 00:00:00").finished).toEqual([1, null, 3]);
});

test("high water is the first of the highest, and nowhere on dry land", () => {
  expect(highWater([1, 7, null, 7])).toBe(1);
  expect(highWater([0, null, 0])).toBe(-1);
  expect(highWater([])).toBe(-1);
});

test.each([
  [24, 1_100, 2],
  [24, 330, 6],
  [30, 1_100, 2],
  [30, 300, 12],
  [7, 1_100, 1],
])("%d buckets over %d pixels are labelled every %d", (buckets, width_px, step) => {
  expect(labelStep(buckets, width_px, 62)).toBe(step);
});
