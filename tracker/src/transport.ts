/**
 * A beacon in, one request out, and more of them later where it was not taken. `fetch` with `keepalive` outlives the
 * page, tells how it went and, unlike `sendBeacon`, sends no cookies.
 */
import type { Beacon, Outcome } from "./page_to_beacon.ts";
import { forget, keep, oldest, PREFIX, type Attempt } from "./unsent.ts";

const FIRST_PAUSE_MS = 5_000;

export type Send = (beacon: Beacon, callback?: (outcome: Outcome) => void) => void;

/** Where beacons go, and whether this visitor is not to be counted, in; a way to send out that neither throws nor waits. */
export const startSending = (api: string, isRefused: () => boolean): Send => {
  const unanswered = new Set<Attempt>();
  let pause_ms = FIRST_PAUSE_MS;
  let timer: ReturnType<typeof setTimeout>;

  /** True once it was taken, or refused for good; false where it is kept. */
  const post = (attempt: Attempt, more?: object, callback?: (outcome: Outcome) => void): Promise<boolean> => {
    /** What was not taken is kept, for after a pause that grows, with jitter, and not before the collector asks for it. */
    const settle = (outcome: Outcome, taken: boolean, least_ms: number): boolean => {
      unanswered.delete(attempt);
      clearTimeout(timer);
      if (!taken || !more) timer = setTimeout(resend, taken ? 0 : Math.max(pause_ms, least_ms) * (1 + Math.random()));
      pause_ms = taken ? FIRST_PAUSE_MS : 2 * pause_ms;
      taken ? forget(attempt) : keep(attempt);
      callback?.(outcome);
      return taken;
    };
    const body = JSON.stringify({ ...attempt, at: undefined, ...more });
    unanswered.add(attempt);
    return fetch(api, { method: "POST", body, keepalive: true, credentials: "omit" }).then(
      (answer) =>
        settle(
          { status: answer.status },
          answer.status < 500 && answer.status != 429,
          +answer.headers.get("retry-after")! * 1_000 || 0,
        ),
      (error) => settle({ error }, false, 0),
    );
  };

  /** Send what is kept, the oldest first, for as long as it is taken; one tab at a time, where pages are secure. */
  const resend = (): void => {
    const next = (alone: unknown): Promise<void> | undefined => {
      const attempt = alone ? oldest(isRefused()) : undefined;
      return attempt && post(attempt, { rp: true, age: Math.abs(Date.now() - attempt.at) }).then(next);
    };
    if (navigator.locks) navigator.locks.request(PREFIX, { ifAvailable: true }, next);
    else next(true);
  };

  addEventListener("online", resend);
  // nobody hears their answers any more; engagement, which is told after this, is not worth a repeat at each page's end
  addEventListener("pagehide", () => unanswered.forEach(keep));

  return (beacon, callback) => {
    const attempt = { ...beacon, rid: `${Math.random()}${Math.random()}`, at: Date.now() };
    if (!navigator.onLine) keep(attempt);
    post(attempt, undefined, callback);
  };
};
