/** Whether every beacon is accounted for, from answers to words. */
import { expect, test, vi } from "vitest";
import { askAccounts, endsOf, verdictOf, type Accounts, type Ledger } from "../src/ledger.ts";
import { periodOf, type DateRange } from "../src/period.ts";

const TODAY = periodOf("today");
const WEEK = periodOf("7d");
const BERLIN = "Europe/Berlin";
const NOW = new Date("2026-11-23T13:05:20Z");
const NONE = { accepted: 0, stored: 0, difference: 0, dropped: {}, dead: 0, expired: 0 };

const ledger = (totals: Partial<Ledger["totals"]>, complete_until: string | null = null): Ledger => ({
  totals: { ...NONE, ...totals },
  complete_until,
});
const answering = (...answers: Ledger[]) => vi.fn((_: DateRange) => Promise.resolve(answers.shift()!));
const accounts = (fields: Partial<Accounts>): Accounts => ({ totals: NONE, underWay: 0, missing: 0, completeUntil: undefined, ...fields });

test("where accepted and stored meet, one question is enough", async () => {
  const ask = answering(ledger({ accepted: 7, stored: 7 }, "2026-11-23T14:02:41+01:00"));
  const found = await askAccounts(ask, WEEK, BERLIN, NOW);
  expect(ask.mock.calls).toEqual([[["2026-11-17", "2026-11-23"]]]);
  expect(found).toMatchObject({ underWay: 0, missing: 0, completeUntil: new Date("2026-11-23T13:02:41Z") });
});

test("what is not stored of the whole minutes that are complete is missing, the rest is under way", async () => {
  const ask = answering(ledger({ difference: 9 }, "2026-11-23T14:02:41+01:00"), ledger({ difference: 2 }));
  expect(await askAccounts(ask, WEEK, BERLIN, NOW)).toMatchObject({ underWay: 7, missing: 2 });
  expect(ask.mock.calls[1]).toEqual([["2026-11-17", "2026-11-23T13:02:00.000Z"]]);
});

test.each([
  ["nobody says how far storage is", null],
  ["storage is not as far as the period's beginning", "2026-11-22T20:00:00+01:00"],
  ["storage is just in the period's first minute", "2026-11-23T00:00:59+01:00"],
])("where %s, all that is not stored is under way", async (_, complete_until) => {
  const ask = answering(ledger({ difference: 9 }, complete_until));
  expect(await askAccounts(ask, TODAY, BERLIN, NOW)).toMatchObject({ underWay: 9, missing: 0 });
  expect(ask).toHaveBeenCalledTimes(1);
});

test("rows that nobody accepted are found beside beacons under way", async () => {
  const ask = answering(ledger({ difference: -3 }, "2026-11-23T14:02:41+01:00"), ledger({ difference: -4 }));
  expect(await askAccounts(ask, TODAY, BERLIN, NOW)).toMatchObject({ underWay: 1, missing: -4 });
});

test.each([
  [{}, "good", "Every beacon accounted for"],
  [{ totals: { ...NONE, dead: 3, expired: 1 } }, "good", "Every beacon accounted for, 4 of them set aside"],
  [{ underWay: 1 }, "waiting", "1 beacon under way"],
  [{ underWay: 5, missing: 1_200 }, "bad", "1,200 beacons missing"],
  [{ missing: -2 }, "bad", "2 beacons stored that nobody accepted"],
])("%o is %s: %s", (fields, mood, words) => {
  expect(verdictOf(accounts(fields))).toEqual({ mood, words });
});

test("what became of beacons is told with the most dropped first, and what none met is left out", () => {
  const totals = { ...NONE, stored: 40, dropped: { bot: 2, repeated: 5, made_up_later: 1 }, expired: 3 };
  expect(endsOf(accounts({ totals, underWay: 4 }))).toEqual([
    ["Stored", 40],
    ["Under way", 4],
    ["Sent again, counted already", 5],
    ["Robots", 2],
    ["made up later", 1],
    ["Expired unread", 3],
  ]);
});
