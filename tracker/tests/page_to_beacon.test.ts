/** The pure core: what travels for what happened. */
import { expect, test } from "vitest";
import { fitUrl, pageToBeacon, type Options } from "../src/page_to_beacon.ts";
import type { Settings } from "../src/settings.ts";

type Happened = Parameters<typeof pageToBeacon>;
/** What is left of a beacon once it is text. */
const travels = (name: string, url: string, referrer: string, options: Options, settings: Settings, measured: Happened[5] = { w: 800 }) =>
  JSON.parse(JSON.stringify(pageToBeacon(name, url, referrer, options, settings, measured)));
const PAGE = "https://shop.test/pricing";

test("a pageview needs a name, an address, the window's width and the tracker's version, no more", () => {
  expect(travels("pageview", PAGE, "", {}, {})).toEqual({ n: "pageview", u: PAGE, v: 1, w: 800 });
});

test("referrer, domain and hash mode travel where there are any", () => {
  const beacon = travels("pageview", PAGE, "https://search.test/", {}, { domain: "shop.test", hash: "" });
  expect(beacon).toMatchObject({ r: "https://search.test/", d: "shop.test", h: 1 });
});

test("a hash flag that says false is off", () => {
  expect(travels("pageview", PAGE, "", {}, { hash: "false" })).not.toHaveProperty("h");
});

test("props, revenue and interactive go under their short names", () => {
  const options = { props: { plan: "pro" }, revenue: { currency: "EUR", amount: 3 }, interactive: false };
  expect(travels("Buy", PAGE, "", options, {})).toMatchObject({
    p: { plan: "pro" },
    $: { currency: "EUR", amount: 3 },
    i: false,
  });
});

test("the callback and the address it belongs to never travel as options", () => {
  const fields = Object.keys(travels("Buy", PAGE, "", { url: "x", callback: () => {} }, {}));
  expect(fields).toEqual(["n", "u", "v", "w"]);
});

test("engagement adds its milliseconds and percent", () => {
  expect(travels("engagement", PAGE, "", {}, {}, { e: 4_200, sd: 60 })).toEqual({ n: "engagement", u: PAGE, v: 1, e: 4_200, sd: 60 });
});

test("an address is cut to what a collector takes", () => {
  expect(fitUrl(PAGE + "?" + "q".repeat(5_000))).toHaveLength(2_000);
  expect(fitUrl(PAGE)).toBe(PAGE);
});
