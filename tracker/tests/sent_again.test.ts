/** The built script in a real Chromium whose network or collector fails: every beacon arrives, each under one id. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { BrowserContext, Page } from "playwright-core";
import { Site } from "./site.ts";

const PATIENCE = { timeout: 25_000 };
vi.setConfig({ testTimeout: 60_000 });
const site = new Site();
let profile: BrowserContext;
let page: Page;

beforeAll(() => site.start(), 60_000);
afterAll(() => site.stop());
beforeEach(async () => {
  profile = await site.profile();
  page = await profile.newPage();
});
afterEach(() => profile.close());

/** Wait until a beacon of each of these paths came as a pageview. */
const expectPageviews = (...paths: string[]) =>
  vi.waitFor(
    () => expect(site.beacons("pageview").map((beacon) => new URL(beacon.u).pathname)).toEqual(paths),
    PATIENCE,
  );
const keptKeys = (on = page) => on.evaluate(() => Object.keys(localStorage));
const go = (path: string, on = page) => on.evaluate((path) => history.pushState({}, "", path), path);

test("pages that are looked at offline are told once online, each once, in order and with their age", async () => {
  await page.goto(site.url("/app/"));
  await expectPageviews("/app/");
  await profile.setOffline(true);
  for (const path of ["/app/one", "/app/two", "/app/three"]) {
    await go(path);
    await page.waitForTimeout(300);
  }
  expect(await keptKeys()).not.toEqual([]);
  await profile.setOffline(false);
  await expectPageviews("/app/", "/app/one", "/app/two", "/app/three");
  const [first, ...late] = site.beacons("pageview");
  expect(first).not.toHaveProperty("rp");
  expect(first).not.toHaveProperty("age");
  for (const beacon of late) expect(beacon).toMatchObject({ rp: true, age: expect.any(Number) });
  const ages = late.map((beacon) => beacon["age"] as number);
  expect(ages[0]! - ages[2]!).toBeGreaterThan(400);
  expect(new Set(site.requests.map(({ beacon }) => beacon["rid"])).size).toBe(site.requests.length);
  await vi.waitFor(async () => expect(await keptKeys()).toEqual([]), PATIENCE);
});

test.each([503, 429, 500])("a beacon that is answered %d comes again under the same id, and no sooner than asked for", async (status) => {
  Object.assign(site, { status, headers: { "retry-after": "6", "access-control-expose-headers": "retry-after" } });
  await page.goto(site.url("/busy"));
  await vi.waitFor(() => expect(site.requests).toHaveLength(1), PATIENCE);
  const began_ms = Date.now();
  site.status = 202;
  await vi.waitFor(() => expect(site.requests).toHaveLength(2), PATIENCE);
  expect(Date.now() - began_ms).toBeGreaterThan(5_500);
  const [first, second] = site.beacons("pageview");
  expect(second).toMatchObject({ ...first, rp: true, age: expect.any(Number) });
  await vi.waitFor(async () => expect(await keptKeys()).toEqual([]), PATIENCE);
});

test("a beacon that is refused does not come again", async () => {
  site.status = 400;
  await page.goto(site.url("/refused"));
  await vi.waitFor(() => expect(site.requests).toHaveLength(1), PATIENCE);
  await page.waitForTimeout(500);
  expect(await keptKeys()).toEqual([]);
});

test("what one load could not tell the next one does", async () => {
  site.status = 503;
  await page.goto(site.url("/before"));
  await vi.waitFor(async () => expect(await keptKeys()).toHaveLength(1), PATIENCE);
  site.status = 202;
  await page.goto(site.url("/after"));
  await expectPageviews("/before", "/after", "/before");
  expect(site.beacons("pageview").map((beacon) => beacon["rp"])).toEqual([undefined, undefined, true]);
});

test("two tabs do not tell the same twice", async () => {
  const other = await profile.newPage();
  await page.goto(site.url("/app/a", "secure.test"));
  await other.goto(site.url("/app/b", "secure.test"));
  expect(await page.evaluate(() => "locks" in navigator)).toBe(true);
  await expectPageviews("/app/a", "/app/b");
  await profile.setOffline(true);
  await go("/app/c");
  await go("/app/d", other);
  await vi.waitFor(async () => expect((await keptKeys()).length).toBeGreaterThanOrEqual(2), PATIENCE);
  await profile.setOffline(false);
  await vi.waitFor(async () => expect(await keptKeys()).toEqual([]), PATIENCE);
  await page.waitForTimeout(1_000);
  const rids = site.requests.map(({ beacon }) => beacon["rid"]);
  expect(new Set(rids).size).toBe(rids.length);
  expect(site.beacons("pageview")).toHaveLength(4);
});

test("a visitor who asks for privacy later has nothing left and nothing told", async () => {
  site.status = 503;
  await page.goto(site.url("/before"));
  await vi.waitFor(async () => expect(await keptKeys()).toHaveLength(1), PATIENCE);
  site.status = 202;
  await page.evaluate(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
  await page.evaluate(() => dispatchEvent(new Event("online")));
  expect(await keptKeys()).toEqual([]);
  expect(site.requests).toHaveLength(1);
});

test("of a visitor who asks not to be tracked nothing is kept", async () => {
  await page.addInitScript(() => Object.defineProperty(navigator, "doNotTrack", { value: "1" }));
  site.status = 503;
  await page.goto(site.url("/quiet"));
  await vi.waitFor(() => expect(site.requests).toHaveLength(1), PATIENCE);
  await page.waitForTimeout(500);
  expect(await keptKeys()).toEqual([]);
});
