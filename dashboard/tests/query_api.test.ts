/** What becomes of each answer of the query API. */
import { afterEach, expect, test, vi } from "vitest";
import { askLedger, askQuestion, askSites, troubleOf } from "../src/query_api.ts";

afterEach(() => vi.unstubAllGlobals());

const serve = (status: number, body: string, headers: HeadersInit = {}) => {
  const fetched = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(new Response(body, { status, headers })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
};
const QUESTION = { site_id: "shop.test", metrics: ["visitors"], date_range: "day" };

test("a question goes out with the key as a bearer, and its answer comes back", async () => {
  const fetched = serve(200, '{"results":[],"meta":{}}');
  expect(await askQuestion("tl_x", QUESTION)).toEqual({ results: [], meta: {} });
  const [path, init] = fetched.mock.calls[0]!;
  expect(path).toBe("api/v2/query");
  expect(init).toMatchObject({ method: "POST", credentials: "omit", headers: { authorization: "Bearer tl_x" } });
  expect(JSON.parse(String(init.body))).toEqual(QUESTION);
});

test("the sites of a key are a list", async () => {
  serve(200, '{"sites":[{"domain":"shop.test","timezone":"Etc/UTC"}]}');
  expect(await askSites("tl_x")).toEqual([{ domain: "shop.test", timezone: "Etc/UTC" }]);
});

test("the ledger of a site is asked for by dates or instants", async () => {
  const fetched = serve(200, '{"totals":{},"complete_until":null}');
  await askLedger("tl_x", "shop.test", ["2026-11-17", "2026-11-23T13:02:00.000Z"]);
  expect(fetched.mock.calls[0]![0]).toBe("api/v1/sites/shop.test/ledger?from=2026-11-17&to=2026-11-23T13%3A02%3A00.000Z&step=day");
});

test.each([
  [400, "question"],
  [401, "key"],
  [404, "key"],
  [429, "wait"],
  [500, "away"],
  [503, "away"],
])("status %d is trouble of the kind %s, in the server's own words", (status, kind) => {
  expect(troubleOf(status, { error: "said so" }, null)).toMatchObject({ kind, message: "said so" });
});

test("a server without words is quoted by its status", () => {
  expect(troubleOf(502, null, null).message).toBe("The server answered 502.");
});

test("how long to wait is the server's to say", async () => {
  serve(429, '{"error":"slow down"}', { "retry-after": "30" });
  await expect(askQuestion("tl_x", QUESTION)).rejects.toMatchObject({ kind: "wait", wait_s: 30 });
});

test("a server that cannot be reached, or answers no JSON, is away", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
  await expect(askQuestion("tl_x", QUESTION)).rejects.toMatchObject({ kind: "away" });
  serve(200, "<html>");
  await expect(askSites("tl_x")).rejects.toMatchObject({ kind: "away" });
});
