/** Dates and instants across zones and clock changes; offsets from the zone data of the runtime. */
import { expect, test } from "vitest";
import { addDays, instantOf, isZone, wallClock } from "../src/zone.ts";

test("a wall clock shows the zone's own date and time", () => {
  const instant = new Date("2026-11-22T23:30:00Z");
  expect(wallClock(instant, "Europe/Berlin")).toEqual({ date: "2026-11-23", time: "00:30:00" });
  expect(wallClock(instant, "America/New_York")).toEqual({ date: "2026-11-22", time: "18:30:00" });
});

test("half-hour zones are told to the minute", () => {
  expect(wallClock(new Date("2026-11-23T00:00:00Z"), "Asia/Kolkata").time).toBe("05:30:00");
});

test("days are added over the ends of months and years", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
});

test.each([
  ["2026-11-23", "00:00:00", "Europe/Berlin", "2026-11-22T23:00:00Z"],
  ["2026-07-01", "12:00:00", "Europe/Berlin", "2026-07-01T10:00:00Z"],
  ["2026-11-23", "09:15:00", "Asia/Kolkata", "2026-11-23T03:45:00Z"],
  ["2026-11-23", "00:00:00", "Etc/UTC", "2026-11-23T00:00:00Z"],
  ["2026-10-25", "00:00:00", "Europe/Berlin", "2026-10-24T22:00:00Z"],
  ["2026-10-25", "12:00:00", "Europe/Berlin", "2026-10-25T11:00:00Z"],
])("%s %s in %s is %s", (date, time, zone, instant) => {
  expect(instantOf(date, time, zone)).toBe(instant);
});

test("a time that the clock skips still is an instant of that night", () => {
  expect(instantOf("2026-03-29", "02:30:00", "Europe/Berlin")).toMatch(/^2026-03-29T0[01]:30:00Z$/);
});

test("a zone is known or not", () => {
  expect(isZone("Asia/Kathmandu")).toBe(true);
  expect(isZone("Atlantis/Harbour")).toBe(false);
});
