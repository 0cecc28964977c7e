/** The built script in a real Chromium: what people do on a page in, beacons as a collector gets them out. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { BrowserContext, Page } from "playwright-core";
import { Site } from "./site.ts";

const PATIENCE = { timeout: 15_000 };
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

/** Wait until just these beacons were told, and no more a moment later. */
const expectTold = async (...told: string[]) => {
  await vi.waitFor(() => expect(site.told()).toEqual(told), PATIENCE);
  await page.waitForTimeout(150);
  expect(site.told()).toEqual(told);
};

const setHidden = (hidden: boolean) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);

test("a load sends one pageview as text, without a cookie", async () => {
  await page.goto(site.url("/pricing?utm_source=news"), { referer: "http://search.test/find" });
  await expectTold("pageview /pricing");
  const [request] = site.requests;
  expect(request?.type).toMatch(/^text\/plain/);
  expect(request?.cookie).toBeUndefined();
  expect(request?.beacon).toEqual({
    n: "pageview",
    u: site.url("/pricing?utm_source=news"),
    r: "http://search.test/find",
    rid: expect.stringMatching(/^[\d.e-]{20,64}$/),
    v: 1,
    w: 1_280,
  });
});

test("a visitor gets no cookie and no storage from the script", async () => {
  await page.goto(site.url("/", "clean.test"));
  await expectTold("pageview /");
  const kept = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  expect(kept).toEqual(["own=1", 0, 0]);
});

test("the site's domains travel as they are set", async () => {
  site.attributes += ' data-domain="shop.test,all.test"';
  await page.goto(site.url("/"));
  await expectTold("pageview /");
  expect(site.beacons("pageview")[0]).toMatchObject({ d: "shop.test,all.test" });
});

test("each path that the History API shows is a page, a new query is not", async () => {
  await page.goto(site.url("/app"));
  await page.click("text=Inbox");
  await page.click("#filter");
  await page.click("#redirect");
  await expectTold("pageview /app", "engagement /app", "pageview /app/inbox", "engagement /app/inbox", "pageview /app/welcome");
});

test("back and forward are pageviews", async () => {
  await page.goto(site.url("/app"));
  await page.click("text=Inbox");
  await page.goBack();
  await page.goForward();
  await vi.waitFor(() =>
    expect(site.beacons("pageview").map((told) => new URL(told.u).pathname)).toEqual(["/app", "/app/inbox", "/app", "/app/inbox"]),
    PATIENCE,
  );
});

test("a fragment is a page in hash mode only", async () => {
  await page.goto(site.url("/app"));
  await page.click("text=A part");
  await expectTold("pageview /app");

  site.requests.length = 0;
  site.attributes += " data-hash";
  await page.goto(site.url("/app/second"));
  await page.click("text=A part");
  await vi.waitFor(() => expect(site.told()).toContain("pageview /app/second#part"), PATIENCE);
  expect(site.beacons("pageview").at(-1)).toMatchObject({ h: 1 });
});

test("leaving a page tells how far down it was read, once", async () => {
  await page.goto(site.url("/"));
  await expectTold("pageview /");
  await page.evaluate(() => scrollTo(0, 2_000));
  await page.waitForTimeout(100);
  await setHidden(true);
  await expectTold("pageview /", "engagement /");
  const [engagement] = site.beacons("engagement");
  expect(engagement?.["sd"]).toBeGreaterThan(50);
  expect(engagement?.["sd"]).toBeLessThan(90);
  expect(engagement?.["e"]).toBeGreaterThan(50);
  await setHidden(false);
  await setHidden(true);
  await expectTold("pageview /", "engagement /");
});

test("three seconds of attention are told though nobody scrolled further", async () => {
  await page.goto(site.url("/"));
  await setHidden(true);
  await setHidden(false);
  await page.waitForTimeout(3_100);
  await setHidden(true);
  await vi.waitFor(() => expect(site.beacons("engagement")).toHaveLength(2), PATIENCE);
  expect(site.beacons("engagement")[1]?.["e"]).toBeGreaterThanOrEqual(3_000);
});

test("time behind another tab is not attention", async () => {
  await page.goto(site.url("/"));
  await setHidden(true);
  await page.waitForTimeout(6_000);
  await setHidden(false);
  await page.evaluate(() => scrollTo(0, 1_000));
  await page.waitForTimeout(50);
  await setHidden(true);
  await vi.waitFor(() => expect(site.beacons("engagement")).toHaveLength(2), PATIENCE);
  expect(site.beacons("engagement")[1]?.["e"]).toBeLessThan(5_000);
});

test("a page that is left by a link tells its engagement before it is gone", async () => {
  await page.goto(site.url("/"));
  await page.click("#next");
  await vi.waitFor(() => expect(site.told().sort()).toEqual(["engagement /", "pageview /", "pageview /about"]), PATIENCE);
});

test("a custom event carries props and revenue", async () => {
  await page.goto(site.url("/"));
  await page.click("#signup");
  await vi.waitFor(() => expect(site.beacons("Signup")).toHaveLength(1), PATIENCE);
  expect(site.beacons("Signup")[0]).toMatchObject({
    p: { plan: "pro", seats: 3 },
    $: { currency: "EUR", amount: "12.50" },
  });
});

test("calls from before the script came are played, in order, after the pageview", async () => {
  await page.addInitScript(() => {
    const stub = function (...call: unknown[]) {
      stub.q.push(call);
    };
    stub.q = [] as unknown[];
    Object.assign(window, { plausible: stub });
    stub("First", { props: { a: 1 } });
    stub("Second", { interactive: false });
  });
  await page.goto(site.url("/"));
  await vi.waitFor(() => expect(site.requests).toHaveLength(3), PATIENCE);
  expect(site.told().sort()).toEqual(["First /", "Second /", "pageview /"]);
  expect(site.beacons("Second")[0]).toMatchObject({ i: false });
});

test("both names of the function do the same, and the callback hears the collector's status", async () => {
  await page.goto(site.url("/"));
  const outcomes = await page.evaluate(() => {
    const send = (name: "tideline" | "plausible") =>
      new Promise((callback) => (window as never as Record<string, Function>)[name]!("Ping", { callback, url: "http://shop.test/x" }));
    return Promise.all([send("tideline"), send("plausible")]);
  });
  expect(outcomes).toEqual([{ status: 202 }, { status: 202 }]);
  expect(site.beacons("Ping").map((told) => told.u)).toEqual(["http://shop.test/x", "http://shop.test/x"]);
});

test("outbound links and downloads are events, ordinary and mail links are not", async () => {
  await page.goto(site.url("/"));
  await page.evaluate(() => document.addEventListener("click", (event) => event.preventDefault()));
  for (const link of ["#outbound", "#download", "#next", "#mail"]) await page.click(link);
  await expectTold("pageview /", "Outbound Link: Click /", "File Download /");
  expect(site.beacons("Outbound Link: Click")[0]?.["p"]).toEqual({ url: "http://elsewhere.test/offer?from=us" });
  expect(site.beacons("File Download")[0]?.["p"]).toEqual({ url: site.url("/files/Report.PDF") });
});

test("a page that comes back out of the back-forward cache is a pageview again", async () => {
  await page.goto(site.url("/"));
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expectTold("pageview /", "engagement /", "pageview /");
});

test("a prerendered page says nothing until someone looks at it", async () => {
  await page.addInitScript(() => Object.defineProperty(document, "prerendering", { value: true, configurable: true }));
  await page.goto(site.url("/"));
  await expectTold();
  await page.evaluate(() => {
    Object.defineProperty(document, "prerendering", { value: false });
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  await expectTold("pageview /");
});

test("a manual site's pageviews are its own", async () => {
  site.attributes += " data-manual";
  await page.goto(site.url("/app"));
  await page.click("text=Inbox");
  await expectTold();
});

test("nothing is sent for a browser that a program drives", async () => {
  site.attributes = "";
  await page.goto(site.url("/"));
  await expectTold();
});

test("nothing is sent for a page on this computer", async () => {
  await page.goto(site.url("/", "127.0.0.1"));
  await expectTold();
});

test("nothing is sent for a visitor who asked for privacy", async () => {
  await page.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
  await page.goto(site.url("/"));
  await page.click("#signup");
  await expectTold();
});

test.each(["tideline_ignore", "plausible_ignore"])("nothing is sent where the visitor set %s", async (flag) => {
  await page.addInitScript((flag) => localStorage.setItem(flag, "true"), flag);
  await page.goto(site.url("/"));
  await expectTold();
});

test("an event that is not counted calls back all the same", async () => {
  site.attributes = "";
  await page.goto(site.url("/"));
  const outcome = await page.evaluate(
    () => new Promise((callback) => (window as never as Record<string, Function>)["tideline"]!("Ping", { callback })),
  );
  expect(outcome).toBeUndefined();
});

test("this computer counts where the site says so", async () => {
  site.attributes += " data-local";
  await page.goto(site.url("/", "127.0.0.1"));
  await expectTold("pageview /");
});

test("the script twice on a page counts once", async () => {
  site.attributes += '></script><script defer src="/js/script.js" data-allow-automation';
  await page.goto(site.url("/"));
  await expectTold("pageview /");
});
