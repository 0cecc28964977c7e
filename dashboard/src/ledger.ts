/** The loss ledger's answers in; whether every beacon of a period is accounted for, and what became of them, out. */
import { formatExactly } from "./format.ts";
import { datesOf, type DateRange, type Period } from "./period.ts";
import { instantOf } from "./zone.ts";

/** What became of the beacons received in a stretch of time. */
export interface Totals {
  accepted: number;
  stored: number;
  /** Accepted less stored. */
  difference: number;
  dropped: Record<string, number>;
  dead: number;
  expired: number;
}

export interface Ledger {
  totals: Totals;
  /** An instant with its offset from UTC: what came before it is stored, or counted as something else. */
  complete_until: string | null;
}

export interface Accounts {
  totals: Totals;
  /** Accepted so lately that storage has not said it has them. */
  underWay: number;
  /** Should be stored, and are not; below zero where rows are stored that nobody accepted. */
  missing: number;
  completeUntil: Date | undefined;
}

export type AskLedger = (range: DateRange) => Promise<Ledger>;

const MINUTE_MS = 60_000;

/**
 * Ask for the period; where something is not stored, ask again for the part of it that is complete, in whole minutes as
 * the ledger counts: what is not stored there is missing, the rest is under way.
 */
export const askAccounts = async (ask: AskLedger, period: Period, zone: string, now: Date): Promise<Accounts> => {
  const [first, last] = datesOf(period, zone, now);
  const { totals, complete_until } = await ask([first, last]);
  const completeUntil = complete_until == null ? undefined : new Date(complete_until);
  if (!totals.difference) return { totals, underWay: 0, missing: 0, completeUntil };
  const until_ms = Math.floor((completeUntil?.getTime() ?? 0) / MINUTE_MS) * MINUTE_MS;
  const begun = until_ms > Date.parse(instantOf(first, "00:00:00", zone));
  const missing = begun ? (await ask([first, new Date(until_ms).toISOString()])).totals.difference : 0;
  return { totals, underWay: Math.max(0, totals.difference - missing), missing, completeUntil };
};

const beacons = (count: number): string => `${formatExactly(count)} ${count == 1 ? "beacon" : "beacons"}`;

/** One line of the whole: `good`, `waiting` or `bad`, and its words. */
export const verdictOf = ({ totals, underWay, missing }: Accounts): { mood: "good" | "waiting" | "bad"; words: string } => {
  if (missing > 0) return { mood: "bad", words: `${beacons(missing)} missing` };
  if (missing < 0) return { mood: "bad", words: `${beacons(-missing)} stored that nobody accepted` };
  if (underWay > 0) return { mood: "waiting", words: `${beacons(underWay)} under way` };
  const lost = totals.dead + totals.expired;
  return { mood: "good", words: lost ? `Every beacon accounted for, ${formatExactly(lost)} of them set aside` : "Every beacon accounted for" };
};

/** Reasons of dropping as people say them; a newer server's are shown as it writes them. */
const REASONS: Record<string, string> = {
  bot: "Robots",
  engagement_without_session: "Signs of life without a visit",
  opted_out: "Asked not to be counted",
  repeated: "Sent again, counted already",
  spam_referrer: "Spam referrers",
  unknown_site: "Unknown site",
};

/** What became of how many, most first among the dropped; ends that no beacon met are left out. */
export const endsOf = ({ totals, underWay, missing }: Accounts): [what: string, count: number][] => {
  const dropped = Object.entries(totals.dropped).sort(([, one], [, other]) => other - one);
  const ends: [string, number][] = [
    ["Under way", underWay],
    ["Missing", missing],
    ...dropped.map(([reason, count]): [string, number] => [REASONS[reason] ?? reason.replaceAll("_", " "), count]),
    ["In dead letters", totals.dead],
    ["Expired unread", totals.expired],
  ];
  return [["Stored", totals.stored], ...ends.filter(([, count]) => count)];
};
