/** The built dashboard in a real Chromium, under a strict content policy. SHOTS names a folder for screenshots. */
import { readFileSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { launch } from "./chromium.ts";
import { FixtureApi, KEY } from "./fixture_api.ts";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const SHOTS = process.env["SHOTS"];
const PATIENCE_MS = 15_000;
vi.setConfig({ testTimeout: 60_000 });
const api = new FixtureApi();
const complaints: string[] = [];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  await api.start();
  browser = await launch();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await api.stop();
});
beforeEach(() => {
  api.reset();
  complaints.length = 0;
});
afterEach(async () => {
  await page.context().close();
  expect(complaints).toEqual([]);
});

const open = async (rest: string, options: BrowserContextOptions = {}, prepare = async () => {}) => {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options });
  page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (said) => said.type() == "error" && !said.text().includes("status of") && complaints.push(said.text()));
  await prepare();
  await page.goto(api.url(rest));
};
const openSite = (options: BrowserContextOptions = {}, period = "30d") =>
  open(`?site=shop.test&period=${period}#key=${KEY}`, options);
const shot = async (name: string) => SHOTS && page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
const see = (text: string) => page.getByText(text, { exact: true }).first().waitFor({ timeout: PATIENCE_MS });

/** Wait for the lists too: they are asked for after the figures are shown. */
const seeAll = async () => {
  await see("1,284");
  await see("Tablet");
};

/** Everything that axe finds wrong with what is shown, contrast included. */
const faults = async (): Promise<string[]> => {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await (window as never as { axe: { run: () => Promise<{ violations: any[] }> } }).axe.run();
    return violations.flatMap((v) => v.nodes.map((node: any) => `${v.id}: ${node.target} ${node.failureSummary}`));
  });
};

test("the five figures, their changes and the five lists are shown", async () => {
  await openSite();
  for (const text of ["1,284", "1,466", "4,402", "46%", "2m 32s", "/pricing", "Hacker News", "Germany", "Firefox", "Tablet"]) {
    await see(text);
  }
  expect(await page.locator(".figure-change").allTextContents()).toEqual(["↑ up 14%", "↑ up 13%", "↑ up 16%", "↓ down 3 points", "↑ up 8%"]);
  expect(await page.locator(".list caption").allInnerTexts()).toEqual(["Pages", "Sources", "Countries", "Browsers", "Devices"]);
  expect(await page.title()).toBe("shop.test · Tideline");
  await shot("light");
});

test("the key leaves the address, and a reload still knows it", async () => {
  await openSite();
  await see("1,284");
  expect(page.url()).toBe(api.url("?site=shop.test&period=30d"));
  await page.reload();
  await see("1,284");
});

test("another period asks for other dates, and stays in the address", async () => {
  await openSite();
  await seeAll();
  api.questions.length = 0;
  await page.getByText("7 days", { exact: true }).click();
  await see("Changes against the 7 days before");
  expect(page.url()).toContain("period=7d");
  const dates = api.questions.find((question) => question.dimensions?.[0] == "time:day")?.date_range as string[];
  expect((Date.parse(dates[1]!) - Date.parse(dates[0]!)) / 86_400_000).toBe(6);
});

test("a figure puts its metric on the graph without another question", async () => {
  await openSite();
  await seeAll();
  api.questions.length = 0;
  await page.getByRole("button", { name: /Visit duration/ }).click();
  await page.getByRole("img", { name: /^Visit duration from/ }).waitFor();
  expect(api.questions).toEqual([]);
});

test("the graph is read by pointer and by arrow keys", async () => {
  await openSite();
  await see("1,284");
  await page.hover(".tide-water", { position: { x: 600, y: 100 } });
  expect(await page.locator(".tide-reading").innerText()).toMatch(/^\d+ visitors\s+\w+day \d+ \w+$/);
  await page.locator(".tide-water").focus();
  await page.mouse.move(0, 0);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  await page.locator(".tide-reading").getByText("so far").waitFor();
});

test("new numbers replace old ones without a moment of nothing", async () => {
  await openSite();
  await see("1,284");
  await page.evaluate(() => {
    const seen: string[] = [];
    new MutationObserver(() => seen.push(document.querySelector(".figure-value")?.textContent ?? "gone")).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    Object.assign(window, { seen });
  });
  api.mood = "quiet";
  await page.getByText("Today", { exact: true }).click();
  await see("Nobody came in this period.");
  expect(await page.evaluate(() => (window as never as { seen: string[] }).seen)).not.toContain("gone");
});

test("a page that was hidden asks at once when it is shown, if its time had come", async () => {
  await open(`?site=shop.test#key=${KEY}`, {}, () => page.clock.install());
  await seeAll();
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  api.questions.length = 0;
  await page.clock.fastForward(60_000);
  expect(api.questions).toEqual([]);
  await hide(false);
  await expect.poll(() => api.questions.length, { timeout: PATIENCE_MS }).toBe(8);
});

test("it asks again by itself every twenty seconds", async () => {
  await open(`?site=shop.test#key=${KEY}`, {}, () => page.clock.install());
  await seeAll();
  api.questions.length = 0;
  await page.clock.fastForward(21_000);
  await expect.poll(() => api.questions.length, { timeout: PATIENCE_MS }).toBe(8);
});

test("shapes stand where numbers will come", async () => {
  api.mood = "slow";
  await openSite();
  await page.locator(".ghost").first().waitFor();
  await shot("waiting");
  await see("1,284");
});

test("a site that never had a visitor is told how to get one", async () => {
  api.mood = "empty";
  await openSite();
  await see("No footprints yet");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy" }).click();
  await see("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('data-domain="shop.test"');
  await shot("empty");
});

test("a failing server is named, with what to do, and a retry brings the numbers", async () => {
  api.mood = "down";
  await openSite();
  await see("ClickHouse does not answer");
  await shot("trouble");
  api.mood = "busy";
  await page.getByRole("button", { name: "Try again" }).click();
  await see("1,284");
});

test("numbers stay, and say how old they are, while the server is away", async () => {
  await openSite();
  await see("1,284");
  api.mood = "down";
  await page.getByText("Today", { exact: true }).click();
  await page.getByText("trying again", { exact: false }).waitFor();
  await see("1,284");
});

test("without a key there is a form, and a wrong key is told what to do", async () => {
  await open("");
  await shot("sign-in");
  await page.getByLabel("API key").fill("tl_wrong");
  await page.getByRole("button", { name: "Show the numbers" }).click();
  await see("tideline key add --scope stats");
  await page.getByLabel("API key").fill(KEY);
  await page.getByRole("button", { name: "Show the numbers" }).click();
  await see("1,284");
});

test("a site that the key does not see is told apart from a wrong key", async () => {
  await open(`?site=other.test#key=${KEY}`);
  await page.getByText("It sees shop.test.").waitFor();
});

test("of several sites one is chosen by name", async () => {
  api.sites.push({ domain: "blog.test", timezone: "Asia/Kolkata" });
  await openSite();
  await page.getByLabel("Site").selectOption("blog.test");
  await see("Hours and days by the clock of Asia/Kolkata.");
  await expect.poll(() => api.questions.at(-1)?.site_id, { timeout: PATIENCE_MS }).toBe("blog.test");
});

test("the page says that every beacon is accounted for, and by keyboard what became of them", async () => {
  await openSite();
  await seeAll();
  await see("Every beacon accounted for");
  expect(await page.getByText("Robots").isVisible()).toBe(false);
  await page.locator(".accounts summary").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("row", { name: "Robots 311" }).waitFor();
  await see("Beacons received: 30 days");
});

test("what is under way is told apart from what is missing", async () => {
  api.ledger = { ...api.ledger, totals: { ...api.ledger.totals, stored: 4_390, difference: 12 } };
  await openSite();
  await see("12 beacons under way");
  api.missing = 12;
  await page.reload();
  await see("12 beacons missing");
});

test("a server without a ledger takes nothing from the numbers", async () => {
  api.ledgerAway = true;
  await openSite();
  await seeAll();
  expect(await page.locator(".accounts").count()).toBe(0);
});

test.each(["light", "dark"] as const)("missing beacons are within reach in %s colours, opened too", async (colorScheme) => {
  api.ledger = { ...api.ledger, totals: { ...api.ledger.totals, stored: 4_390, difference: 12 } };
  api.missing = 12;
  await openSite({ colorScheme });
  await seeAll();
  await page.locator(".accounts summary").click();
  await page.waitForTimeout(700);
  expect(await faults()).toEqual([]);
  await shot(`missing-${colorScheme}`);
});

test("a phone shows it all without scrolling sideways", async () => {
  await openSite({ viewport: { width: 360, height: 740 }, isMobile: true }, "7d");
  await see("1,284");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await shot("phone");
});

test.each(["light", "dark"] as const)("nothing is out of reach in %s colours: names, roles, contrast", async (colorScheme) => {
  await openSite({ colorScheme });
  await seeAll();
  await page.waitForTimeout(700);
  expect(await faults()).toEqual([]);
  await shot(`reach-${colorScheme}`);
});

test.each(["empty", "down"] as const)("the %s page is within reach too", async (mood) => {
  api.mood = mood;
  await openSite({ colorScheme: "dark" });
  await page.locator("main :is(h1, h2)").first().waitFor();
  expect(await faults()).toEqual([]);
});

test("so is the form", async () => {
  await open("?site=shop.test#key=tl_wrong");
  await page.getByLabel("API key").waitFor();
  expect(await faults()).toEqual([]);
});
