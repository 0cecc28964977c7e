/** The script tag's attributes and what they mean. */
import { expect, test } from "vitest";
import { isOn, settingsOf } from "../src/settings.ts";

const tag = (src: string, dataset: Record<string, string>) => settingsOf({ src, dataset } as never);

test("beacons go to the script's own origin", () => {
  expect(tag("https://stats.test:8443/js/script.js", {})).toEqual({ api: "https://stats.test:8443/api/event" });
});

test("an attribute says otherwise", () => {
  expect(tag("https://stats.test/js/script.js", { api: "/own/path", domain: "shop.test" })).toEqual({
    api: "/own/path",
    domain: "shop.test",
  });
});

test("a flag that stands alone or says true is on", () => {
  expect([isOn(""), isOn("true"), isOn(true)]).toEqual([true, true, true]);
});

test("a flag that is absent or says false is off", () => {
  expect([isOn(undefined), isOn("false"), isOn(false)]).toEqual([false, false, false]);
});

test("a flag that is absent may be on by default", () => {
  expect([isOn(undefined, true), isOn("false", true)]).toEqual([true, false]);
});
