/** The contract's golden requests: what the collector is held to is what the tracker says. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pageToBeacon, type Engagement, type Options, type Screen } from "../src/page_to_beacon.ts";
import type { Settings } from "../src/settings.ts";

interface Case {
  title: string;
  happened?: { name: string; url: string; referrer: string; options: Options; settings: Settings; measured: Engagement | Screen };
  body: unknown;
}

const GOLDEN = new URL("../../libs/contract/golden/requests.json", import.meta.url);
const cases = (JSON.parse(readFileSync(GOLDEN, "utf8")) as { cases: Case[] }).cases.filter((one) => one.happened);

test("there are golden requests of the tracker's", () => {
  expect(cases.length).toBeGreaterThanOrEqual(4);
});

test.each(cases)("$title is told as it stands written", ({ happened, body }) => {
  const { name, url, referrer, options, settings, measured } = happened!;
  expect(JSON.parse(JSON.stringify(pageToBeacon(name, url, referrer, options, settings, measured)))).toEqual(body);
});
