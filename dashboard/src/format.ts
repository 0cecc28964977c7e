/** Numbers in, the texts that people read out. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const COMPACT_FROM = 100_000;

/** Every digit below a hundred thousand, then thousands and millions. */
export const formatCount = (count: number): string => (count < COMPACT_FROM ? whole : compact).format(count);

/** Every digit, always. */
export const formatExactly = (count: number): string => whole.format(count);

/** A percentage as the API counts it, 0 to 100. */
export const formatPercent = (percent: number): string => `${whole.format(percent)}%`;

/** Seconds as `48s`, `3m 05s` or `1h 02m`. */
export const formatDuration = (seconds: number): string => {
  const total_s = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (total_s < 60) return `${total_s}s`;
  if (total_s < 3_600) return `${Math.floor(total_s / 60)}m ${two(total_s % 60)}s`;
  return `${Math.floor(total_s / 3_600)}h ${two(Math.floor((total_s % 3_600) / 60))}m`;
};

/** A part of a whole in percent; `<1%` where it would round to nothing. */
export const formatShare = (percent: number): string => (percent > 0 && percent < 1 ? "<1%" : formatPercent(percent));

const named = (options: Intl.DateTimeFormatOptions): ((label: string) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (label) => format.format(new Date(label.replace(" ", "T").padEnd(10) + (label.length > 10 ? "Z" : "T00:00:00Z")));
};

/** `2026-11-23 14:00:00` as `14:00`. */
export const formatHour = (label: string): string => label.slice(11, 16);
/** `2026-11-23` as `23 Nov`. */
export const formatDay = named({ day: "numeric", month: "short" });
/** `2026-11-23` as `Monday 23 November`. */
export const formatLongDay = named({ weekday: "long", day: "numeric", month: "long" });
