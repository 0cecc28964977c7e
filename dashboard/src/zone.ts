/** Instants and a time zone's name in, wall-clock dates out, and back. Dates are `YYYY-MM-DD`, times `HH:MM:SS`. */

const DAY_MS = 86_400_000;

/** What the clocks of a zone show at an instant. */
export const wallClock = (instant: Date, zone: string): { date: string; time: string } => {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(instant);
  const get = (type: string): string => parts.find((part) => part.type == type)?.value ?? "";
  return { date: `${get("year")}-${get("month")}-${get("day")}`, time: `${get("hour")}:${get("minute")}:${get("second")}` };
};

/** A date moved by whole days. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The instant at which a zone's clocks show a date and time, as text in UTC; a time that a clock skips moves forward. */
export const instantOf = (date: string, time: string, zone: string): string => {
  const wanted_ms = Date.parse(`${date}T${time}Z`);
  const shown_ms = (ms: number): number => {
    const shown = wallClock(new Date(ms), zone);
    return Date.parse(`${shown.date}T${shown.time}Z`);
  };
  const guess_ms = wanted_ms - (shown_ms(wanted_ms) - wanted_ms);
  const instant_ms = guess_ms - (shown_ms(guess_ms) - wanted_ms);
  return new Date(instant_ms).toISOString().slice(0, 19) + "Z";
};

/** Whether a zone is known to this browser. */
export const isZone = (zone: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
};
