/** A stand-in for the query API: the built dashboard under a strict content policy, and made-up answers of the right shape. */
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { extname } from "node:path";
import type { Ledger } from "../src/ledger.ts";
import type { Question } from "../src/question.ts";

const DIST = new URL("../dist/", import.meta.url);
const FIRST_PORT = 7_251;
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
export const KEY = "tl_" + "k".repeat(43);

const LISTS: Record<string, string[]> = {
  "event:page": ["/", "/pricing", "/blog/how-we-measure-the-tide", "/docs/getting-started", "/about", "/blog/a-very-long-title-that-has-no-end-and-does-not-fit-into-any-column-at-all", "/contact", "/jobs"],
  "visit:source": ["Direct / None", "Google", "Hacker News", "Mastodon", "ChatGPT", "Bing", "news.example.org", "GitHub"],
  "visit:country": ["DE", "US", "FR", "IN", "BR", "JP", "(not set)", "NZ"],
  "visit:browser": ["Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera"],
  "visit:device": ["Desktop", "Mobile", "Tablet", "(not set)"],
};

export type Mood = "busy" | "quiet" | "empty" | "down" | "slow";

const LEDGER: Ledger = {
  totals: { accepted: 4_402, stored: 4_402, difference: 0, dropped: { bot: 311, repeated: 12, opted_out: 48 }, dead: 0, expired: 0 },
  complete_until: "2026-11-23T14:02:41+01:00",
};

export class FixtureApi {
  mood: Mood = "busy";
  sites = [{ domain: "shop.test", timezone: "Europe/Berlin" }];
  readonly questions: Question[] = [];
  ledger = LEDGER;
  /** What the loss ledger says of its complete part, where that is asked for. */
  missing = 0;
  ledgerAway = false;
  port = 0;
  #server: Server | undefined;

  async start(): Promise<void> {
    for (let port = FIRST_PORT; !this.port; port += 1) await this.#listen(port);
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed));
  }

  url(rest = ""): string {
    return `http://127.0.0.1:${this.port}/${rest}`;
  }

  #results(question: Question): { results: unknown[]; meta: object } {
    const scale = this.mood == "empty" ? 0 : this.mood == "quiet" ? (question.date_range == "all" ? 1 : 0) : 1;
    const dimension = question.dimensions?.[0];
    if (!dimension) {
      const before = String(question.date_range[0]).includes("T");
      const totals = before ? [1_130, 1_302, 3_811, 49, 141] : [1_284, 1_466, 4_402, 46, 152];
      return { results: [{ dimensions: [], metrics: totals.slice(0, question.metrics.length).map((n) => n * scale) }], meta: {} };
    }
    if (dimension.startsWith("time:")) return this.#byTime(question, dimension, scale);
    const values = scale ? (LISTS[dimension] ?? []) : [];
    return {
      results: values.map((value, place) => ({ dimensions: [value], metrics: [612, 47.7].map((most) => Math.round(most / (place + 1) ** 1.25)) })),
      meta: {},
    };
  }

  #byTime(question: Question, dimension: string, scale: number): { results: unknown[]; meta: object } {
    const [from, to] = question.date_range as [string, string];
    const step_ms = dimension == "time:hour" ? 3_600_000 : 86_400_000;
    const labels: string[] = [];
    for (let at = Date.parse(from + "T00:00:00Z"); at < Date.parse(to + "T00:00:00Z") + 86_400_000; at += step_ms) {
      const text = new Date(at).toISOString();
      labels.push(dimension == "time:hour" ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : text.slice(0, 10));
    }
    const wave = (place: number) => Math.round(scale * (120 - 80 * Math.cos((place / labels.length) * 2 * Math.PI) + 34 * Math.sin(place * 1.9)));
    const results = labels.map((label, place) => ({
      dimensions: [label],
      metrics: [wave(place), wave(place) + 9, wave(place) * 3, 40 + (place % 9), 90 + place * 3],
    }));
    return { results: scale ? results : [], meta: { time_labels: labels } };
  }

  reset(): void {
    this.mood = "busy";
    this.sites = [{ domain: "shop.test", timezone: "Europe/Berlin" }];
    this.questions.length = 0;
    this.ledger = LEDGER;
    this.missing = 0;
    this.ledgerAway = false;
  }

  #accounts(asked: URLSearchParams): Ledger {
    const ofCompletePart = asked.get("to")!.includes("T");
    return ofCompletePart ? { ...this.ledger, totals: { ...this.ledger.totals, difference: this.missing } } : this.ledger;
  }

  #api(url: URL, key: string, body: string, answer: ServerResponse): void {
    const say = (status: number, json: unknown) =>
      answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    if (this.mood == "down") say(503, { error: "ClickHouse does not answer" });
    else if (key != `Bearer ${KEY}`) say(401, { error: "Invalid API key or site ID" });
    else if (url.pathname == "/api/v1/sites/shop.test/ledger" && !this.ledgerAway) say(200, this.#accounts(url.searchParams));
    else if (url.pathname.endsWith("/ledger")) say(404, { error: "no such page" });
    else if (url.pathname == "/api/v1/sites") say(200, { sites: this.sites });
    else {
      const question = JSON.parse(body) as Question;
      this.questions.push(question);
      setTimeout(() => say(200, { ...this.#results(question), query: question }), this.mood == "slow" ? 1_500 : 0);
    }
  }

  async #file(path: string, answer: ServerResponse): Promise<void> {
    const name = path == "/" ? "index.html" : path.slice(1);
    const body = await readFile(new URL(name, DIST)).catch(() => null);
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    answer.writeHead(body ? 200 : 404, { "content-type": type, "content-security-policy": POLICY }).end(body ?? "");
  }

  #listen(port: number): Promise<void> {
    const server = createServer((request, answer) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        const url = new URL(request.url ?? "/", "http://x");
        if (url.pathname.startsWith("/api/")) this.#api(url, request.headers.authorization ?? "", body, answer);
        else void this.#file(url.pathname, answer);
      });
    });
    return new Promise((done, fail) => {
      server.once("error", (error: NodeJS.ErrnoException) => (error.code == "EADDRINUSE" ? done() : fail(error)));
      server.listen(port, "127.0.0.1", () => {
        this.#server = server;
        this.port = port;
        done();
      });
    });
  }
}
