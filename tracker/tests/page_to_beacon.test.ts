/** The pure core: what travels for what happened. */
import { expect, test } from "vitest";
import { fitUrl, pageToBeacon } from "../src/page_to_beacon.ts";

const travels = (...happened: Parameters<typeof pageToBeacon>) => JSON.parse(JSON.stringify(pageToBeacon(...happened)));
const PAGE = "https://shop.test/pricing";

test("a pageview needs a name, an address and the tracker's version, no more", () => {
  expect(travels("pageview", PAGE, "", {}, {})).toEqual({ n: "pageview", u: PAGE, v: 1 });
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
  expect(fields).toEqual(["n", "u", "v"]);
});

test("engagement adds its milliseconds and percent", () => {
  expect(travels("engagement", PAGE, "", {}, {}, { e: 4_200, sd: 60 })).toMatchObject({ e: 4_200, sd: 60 });
});

test("an address is cut to what a collector takes", () => {
  expect(fitUrl(PAGE + "?" + "q".repeat(5_000))).toHaveLength(2_000);
  expect(fitUrl(PAGE)).toBe(PAGE);
});
