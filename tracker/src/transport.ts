/** A beacon in, one request out. `fetch` with `keepalive` outlives the page and, unlike `sendBeacon`, sends no cookies. */
import type { Beacon, Outcome } from "./page_to_beacon.ts";

/** Post a beacon as text (a type that needs no preflight) and call back with how it went; never throws. */
export const post = (api: string, beacon: Beacon, callback: (outcome: Outcome) => void = () => {}): void => {
  fetch(api, { method: "POST", body: JSON.stringify(beacon), keepalive: true, credentials: "omit" }).then(
    (answer) => callback({ status: answer.status }),
    (error) => callback({ error }),
  );
};
