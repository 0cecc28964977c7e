/** Which dates a period covers on a site's own clock. */
import { expect, test } from "vitest";
import { datesOf, lastMinutes, periodOf, previousOf } from "../src/period.ts";

const NOW = new Date("2026-11-22T23:30:40Z");
const BERLIN = "Europe/Berlin";

test("today is the site's day, not the reader's", () => {
  expect(datesOf(periodOf("today"), BERLIN, NOW)).toEqual(["2026-11-23", "2026-11-23"]);
  expect(datesOf(periodOf("today"), "Etc/UTC", NOW)).toEqual(["2026-11-22", "2026-11-22"]);
});

test("seven and thirty days end with today", () => {
  expect(datesOf(periodOf("7d"), BERLIN, NOW)).toEqual(["2026-11-17", "2026-11-23"]);
  expect(datesOf(periodOf("30d"), BERLIN, NOW)).toEqual(["2026-10-25", "2026-11-23"]);
});

test("today is compared with yesterday up to this minute", () => {
  expect(previousOf(periodOf("today"), BERLIN, NOW)).toEqual(["2026-11-21T23:00:00Z", "2026-11-21T23:30:00Z"]);
});

test("seven days are compared with the seven before, up to the same time of day", () => {
  expect(previousOf(periodOf("7d"), BERLIN, NOW)).toEqual(["2026-11-09T23:00:00Z", "2026-11-15T23:30:00Z"]);
});

test("the stretch before keeps the time of day over a clock change", () => {
  const [from, to] = previousOf(periodOf("30d"), BERLIN, NOW);
  expect([from, to]).toEqual(["2026-09-24T22:00:00Z", "2026-10-23T22:30:00Z"]);
});

test("now is the last five minutes", () => {
  expect(lastMinutes(NOW)).toEqual(["2026-11-22T23:25:40Z", "2026-11-22T23:30:40Z"]);
});

test.each([[null], [""], ["5 years"]])("a period called %s is today", (name) => {
  expect(periodOf(name).name).toBe("today");
});
