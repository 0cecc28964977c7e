/** A period's name, the site's zone and the present instant in; the dates it covers and what it is compared with out. */
import { addDays, instantOf, wallClock } from "./zone.ts";

export type PeriodName = "today" | "7d" | "30d";
export type Bucket = "hour" | "day";

export interface Period {
  name: PeriodName;
  /** Said to people. */
  label: string;
  /** Said of the change: what the figures are compared with. */
  comparedWith: string;
  days: number;
  bucket: Bucket;
}

export const PERIODS: readonly Period[] = [
  { name: "today", label: "Today", comparedWith: "yesterday by this time", days: 1, bucket: "hour" },
  { name: "7d", label: "7 days", comparedWith: "the 7 days before", days: 7, bucket: "day" },
  { name: "30d", label: "30 days", comparedWith: "the 30 days before", days: 30, bucket: "day" },
];

/** The period of a name, today where there is none. */
export const periodOf = (name: string | null): Period => PERIODS.find((period) => period.name == name) ?? PERIODS[0]!;

export type DateRange = [from: string, to: string];

/** First and last date of a period; the API's own `7d` leaves today out, this does not. */
export const datesOf = (period: Period, zone: string, now: Date): DateRange => {
  const today = wallClock(now, zone).date;
  return [addDays(today, 1 - period.days), today];
};

/** The stretch before, of the same length up to the same time of day, as instants: a day half over meets half a day. */
export const previousOf = (period: Period, zone: string, now: Date): DateRange => {
  const { date, time } = wallClock(now, zone);
  return [
    instantOf(addDays(date, 1 - 2 * period.days), "00:00:00", zone),
    instantOf(addDays(date, -period.days), `${time.slice(0, 5)}:00`, zone),
  ];
};

/** The last five minutes, as instants. */
export const lastMinutes = (now: Date): DateRange => {
  const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19) + "Z";
  return [text(now.getTime() - 300_000), text(now.getTime())];
};
