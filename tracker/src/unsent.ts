/**
 * Beacons that were not taken in, the same ones out later: in `localStorage`, one entry each, gone once they are sent,
 * 48 hours old, or the visitor is not to be counted. Storage that is full, forbidden or broken keeps nothing.
 */
import type { Beacon } from "./page_to_beacon.ts";
import { tried } from "./storage.ts";

/** What entries begin with, and the name of the lock that whoever sends them holds. */
export const PREFIX = "tideline ";
const MOST_KEPT = 50;
const MOST_CHARS = 5_000;
const MOST_AGE_MS = 48 * 3_600_000;

/** A beacon with a random id of its own, and when it happened (Unix milliseconds). */
export interface Attempt extends Beacon {
  rid: string;
  at: number;
}

/** Sorted by key, they are sorted by time. */
const keyOf = (attempt: Attempt): string => PREFIX + attempt.at + attempt.rid;
const keysOf = (storage: Storage): string[] => Object.keys(storage).filter((key) => key.startsWith(PREFIX)).sort();

/** Keep it where every tab of the site sees it. */
export const keep = (attempt: Attempt): void =>
  tried((storage) => {
    const text = JSON.stringify(attempt);
    if (navigator.doNotTrack != "1" && text.length < MOST_CHARS && keysOf(storage).length < MOST_KEPT) {
      storage[keyOf(attempt)] = text;
    }
  });

export const forget = (attempt: Attempt): void => tried((storage) => storage.removeItem(keyOf(attempt)));

/** The oldest that is kept. What is too old is forgotten, and with `isRefused` all of it is. */
export const oldest = (isRefused: boolean): Attempt | undefined =>
  tried((storage) => {
    for (const key of keysOf(storage)) {
      const kept = tried(() => JSON.parse(storage[key]) as Attempt);
      if (isRefused || !(Date.now() - kept?.at! < MOST_AGE_MS)) storage.removeItem(key);
      else return kept;
    }
    return;
  });
