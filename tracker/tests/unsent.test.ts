/** What is kept of beacons that were not taken, in a storage that every test begins with empty. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forget, keep, oldest, type Attempt } from "../src/unsent.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;

/** `localStorage`, as far as it is used: properties are entries. */
class Storage {
  removeItem(key: string): void {
    delete (this as Record<string, unknown>)[key];
  }
}

const attemptOf = (rid: string, at = NOW_MS): Attempt => ({ n: "pageview", rid, at }) as Attempt;
const keptRids = () => Object.values(localStorage).map((text) => (JSON.parse(text) as Attempt).rid);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
  vi.stubGlobal("localStorage", new Storage());
  vi.stubGlobal("navigator", { doNotTrack: null });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what was kept comes back oldest first, until it is forgotten", () => {
  keep(attemptOf("late", NOW_MS - 1));
  keep(attemptOf("early", NOW_MS - 2));
  expect(oldest(false)).toMatchObject(attemptOf("early", NOW_MS - 2));
  forget(attemptOf("early", NOW_MS - 2));
  expect(oldest(false)).toMatchObject(attemptOf("late", NOW_MS - 1));
  forget(attemptOf("late", NOW_MS - 1));
  expect(oldest(false)).toBeUndefined();
  expect(Object.keys(localStorage)).toEqual([]);
});

test("after 48 hours it is too late", () => {
  keep(attemptOf("one"));
  vi.setSystemTime(NOW_MS + 48 * HOUR_MS - 1);
  expect(oldest(false)).toBeDefined();
  vi.setSystemTime(NOW_MS + 48 * HOUR_MS);
  expect(oldest(false)).toBeUndefined();
  expect(keptRids()).toEqual([]);
});

test("a visitor who is not to be counted any more has nothing left", () => {
  keep(attemptOf("one"));
  keep(attemptOf("two"));
  expect(oldest(true)).toBeUndefined();
  expect(keptRids()).toEqual([]);
});

test("nothing is kept of a visitor who asks not to be tracked", () => {
  vi.stubGlobal("navigator", { doNotTrack: "1" });
  keep(attemptOf("one"));
  expect(keptRids()).toEqual([]);
});

test("fifty are kept and no more, and none that is larger than 5,000 characters", () => {
  const large = attemptOf("large");
  large.u = "x".repeat(5_000);
  keep(large);
  expect(keptRids()).toEqual([]);
  for (let number = 0; number < 60; number += 1) keep(attemptOf(`n${number}`));
  expect(keptRids()).toHaveLength(50);
});

test("what others keep is theirs, and what cannot be read goes", () => {
  Object.assign(localStorage, { tideline_ignore: "false", theirs: "1", "tideline 0": "{", "tideline 1": "null" });
  keep(attemptOf("one"));
  expect(oldest(false)).toMatchObject(attemptOf("one"));
  expect(Object.keys(localStorage).filter((key) => !key.endsWith("one")).sort()).toEqual(["theirs", "tideline_ignore"]);
});

test.each([
  ["forbidden", () => { throw new Error("SecurityError"); }],
  ["not there", () => undefined],
])("a storage that is %s keeps nothing and harms nobody", (_, get) => {
  Object.defineProperty(globalThis, "localStorage", { get, configurable: true });
  keep(attemptOf("one"));
  forget(attemptOf("one"));
  expect(oldest(false)).toBeUndefined();
});
