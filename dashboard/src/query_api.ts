/** The query API's entrances that the dashboard uses; whatever goes wrong becomes a Trouble that says what to do. */
import type { Ledger } from "./ledger.ts";
import type { DateRange } from "./period.ts";
import type { Answer, Question } from "./question.ts";

/** `key`: the key opens nothing; `wait`: too many questions; `question`: ours was wrong; `away`: no usable answer. */
export type TroubleKind = "key" | "wait" | "question" | "away";

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    message: string,
    readonly wait_s = 0,
  ) {
    super(message);
  }
}

export interface Site {
  domain: string;
  timezone: string;
  /** Where the site's pages load the tracker from, if the server says so. */
  script_url?: string;
  /** Whom the licence of the places' database wants linked, if the server says so. */
  places_credit?: { name: string; url: string };
}

/** A little longer than the server itself waits for an answer. */
const ANSWER_MS = 35_000;

const KINDS: Record<number, TroubleKind> = { 400: "question", 401: "key", 403: "key", 404: "key", 429: "wait" };

/** An answer that is not 200 in, a Trouble out, with the server's own words where it has some. */
export const troubleOf = (status: number, body: unknown, retry_after: string | null): Trouble => {
  const said = (body as { error?: unknown } | null)?.error;
  const message = typeof said == "string" ? said : `The server answered ${status}.`;
  return new Trouble(KINDS[status] ?? "away", message, Number(retry_after) || 0);
};

const request = async (path: string, key: string, init: RequestInit): Promise<unknown> => {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers, credentials: "omit", signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    throw new Trouble("away", "The server could not be reached.");
  }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw troubleOf(answer.status, body, answer.headers.get("retry-after"));
  if (body == null) throw new Trouble("away", "The server's answer was not understood.");
  return body;
};

/** Ask one question with a key. */
export const askQuestion = async (key: string, question: Question): Promise<Answer> =>
  (await request("api/v2/query", key, { method: "POST", body: JSON.stringify(question) })) as Answer;

/** The sites that a key may see. */
export const askSites = async (key: string): Promise<Site[]> => {
  const body = (await request("api/v1/sites", key, {})) as { sites?: Site[] } | Site[];
  return (Array.isArray(body) ? body : body.sites) ?? [];
};

/** A site's loss ledger over dates or instants, in one sum. */
export const askLedger = async (key: string, site: string, [from, to]: DateRange): Promise<Ledger> =>
  (await request(`api/v1/sites/${encodeURIComponent(site)}/ledger?${new URLSearchParams({ from, to, step: "day" })}`, key, {})) as Ledger;
