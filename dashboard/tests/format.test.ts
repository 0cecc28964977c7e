/** How numbers and times are written. */
import { expect, test } from "vitest";
import { changeOf } from "../src/change.ts";
import { countryName, flagOf } from "../src/countries.ts";
import { formatCount, formatDay, formatDuration, formatHour, formatLongDay, formatPercent, formatShare } from "../src/format.ts";
import { METRICS } from "../src/metrics.ts";
import { snippetOf } from "../src/snippet.ts";

const metric = (name: string) => METRICS.find((one) => one.name == name)!;

test.each([
  [0, "0"],
  [1_284, "1,284"],
  [99_999, "99,999"],
  [123_456, "123.5K"],
  [12_000_000, "12M"],
])("%d is written %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, "0s"],
  [59.6, "1m 00s"],
  [152, "2m 32s"],
  [3_725, "1h 02m"],
])("%d seconds are written %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("shares are whole percents, and never nothing where there is something", () => {
  expect([formatShare(33.3), formatShare(0.1), formatShare(0), formatShare(100)]).toEqual(["33%", "<1%", "0%", "100%"]);
  expect(formatPercent(46.4)).toBe("46%");
});

test("hours and days are read as the API writes them, whatever zone the reader is in", () => {
  expect(formatHour("2026-11-23 14:00:00")).toBe("14:00");
  expect(formatDay("2026-11-23")).toBe("23 Nov");
  expect(formatLongDay("2026-11-23")).toBe("Monday 23 November");
});

test("more visitors are good, a higher bounce rate is not", () => {
  expect(changeOf(metric("visitors"), 114, 100)).toEqual({ text: "14%", direction: "up", mood: "good" });
  expect(changeOf(metric("bounce_rate"), 50, 46)).toEqual({ text: "4 points", direction: "up", mood: "bad" });
  expect(changeOf(metric("bounce_rate"), 45, 46)).toEqual({ text: "1 point", direction: "down", mood: "good" });
});

test("a change that rounds to nothing is level", () => {
  expect(changeOf(metric("visits"), 1_001, 1_000)).toEqual({ text: "0%", direction: "level", mood: "even" });
});

test("there is no change from nothing, or of what is not known", () => {
  expect(changeOf(metric("visitors"), 5, 0)).toBeUndefined();
  expect(changeOf(metric("visit_duration"), null, 10)).toBeUndefined();
  expect(changeOf(metric("visit_duration"), 10, null)).toBeUndefined();
});

test("countries have names and flags, other texts stay as they are", () => {
  expect([countryName("DE"), countryName("NZ"), countryName("Ocean")]).toEqual(["Germany", "New Zealand", "Ocean"]);
  expect([flagOf("DE"), flagOf("(not set)"), flagOf("de")]).toEqual(["🇩🇪", "", ""]);
});

test("the snippet names the script if it is known, and the site", () => {
  const site = { domain: "shop.test", timezone: "Etc/UTC" };
  expect(snippetOf(site)).toContain('data-domain="shop.test"');
  expect(snippetOf({ ...site, script_url: "https://c.test/js/script.js" })).toContain('src="https://c.test/js/script.js"');
});
