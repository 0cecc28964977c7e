/** The questions of a report, and how their answers are put together. */
import { expect, test } from "vitest";
import { periodOf } from "../src/period.ts";
import { graphQuestion, listQuestion, type Answer, type Frame, type Question } from "../src/question.ts";
import { askReport, figuresOf, graphOf } from "../src/report.ts";
import { LISTS } from "../src/lists.ts";
import { pauseAfter } from "../src/view/use_report.ts";

const FRAME: Frame = {
  site: "shop.test",
  zone: "Etc/UTC",
  period: periodOf("7d"),
  now: new Date("2026-11-23T09:30:00Z"),
};
const NOTHING: Answer = { results: [{ metrics: [0, 0, 0, 0, 0], dimensions: [] }], meta: {} };

test("the graph asks for all metrics by day, with the labels of empty days", () => {
  expect(graphQuestion(FRAME)).toEqual({
    site_id: "shop.test",
    metrics: ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"],
    date_range: ["2026-11-17", "2026-11-23"],
    dimensions: ["time:day"],
    include: { time_labels: true },
  });
});

test("a list asks for its first entries by visitors, ties by name", () => {
  expect(listQuestion(FRAME, LISTS[1]!)).toMatchObject({
    metrics: ["visitors", "percentage"],
    dimensions: ["visit:source"],
    order_by: [
      ["visitors", "desc"],
      ["visit:source", "asc"],
    ],
    pagination: { limit: 8 },
  });
});

test("a day nobody came has no visitors, and neither a bounce rate nor a duration", () => {
  const answer: Answer = {
    results: [{ metrics: [3, 4, 9, 25, 60], dimensions: ["2026-11-22"] }],
    meta: { time_labels: ["2026-11-21", "2026-11-22"] },
  };
  expect(graphOf(answer, 5)).toEqual({
    labels: ["2026-11-21", "2026-11-22"],
    values: [[0, 3], [0, 4], [0, 9], [null, 25], [null, 60]],
  });
});

test("a mean over no visit is none, though the server says 0", () => {
  expect(figuresOf(NOTHING)).toEqual([0, 0, 0, null, null]);
  expect(figuresOf({ results: [{ metrics: [2, 2, 3, 0, 0], dimensions: [] }], meta: {} })).toEqual([2, 2, 3, 0, 0]);
  expect(figuresOf({ results: [{ metrics: [4], dimensions: [] }], meta: {} })).toEqual([4]);
});

test("without labels from the server the days that it told are drawn", () => {
  expect(graphOf({ results: [{ metrics: [3], dimensions: ["2026-11-22"] }], meta: {} }, 1).labels).toEqual(["2026-11-22"]);
});

test("a busy site is asked nine questions, and not whether it ever had a visitor", async () => {
  const asked: Question[] = [];
  const report = await askReport(async (question) => {
    asked.push(question);
    return { results: [{ metrics: [5, 6, 7, 8, 9], dimensions: ["x"] }], meta: {} };
  }, FRAME);
  expect(asked).toHaveLength(9);
  expect(report).toMatchObject({ everCounted: true, totals: [5, 6, 7, 8, 9], visitorsNow: 5 });
  expect(report.lists.map(({ entries }) => entries)).toEqual(LISTS.map(() => [{ value: "x", visitors: 5, percent: 6 }]));
});

test("the stretch before is asked for again after five minutes, or for another period", async () => {
  const asked: Question[] = [];
  const ask = async (question: Question) => {
    asked.push(question);
    return { results: [{ metrics: [asked.length], dimensions: [] }], meta: {} };
  };
  const later = (minutes: number) => ({ ...FRAME, now: new Date(FRAME.now.getTime() + minutes * 60_000) });
  const first = await askReport(ask, FRAME);
  const second = await askReport(ask, later(4), first);
  expect([asked.length, second.previous]).toEqual([17, first.previous]);
  await askReport(ask, later(5), second);
  expect(asked).toHaveLength(26);
  await askReport(ask, { ...later(5), period: periodOf("30d") }, second);
  expect(asked).toHaveLength(35);
});

test("a site without visitors is asked whether it ever had one", async () => {
  const ever = (visitors: number) => async (question: Question) =>
    question.date_range == "all" ? { results: [{ metrics: [visitors], dimensions: [] }], meta: {} } : NOTHING;
  expect((await askReport(ever(0), FRAME)).everCounted).toBe(false);
  expect((await askReport(ever(3), FRAME)).everCounted).toBe(true);
});

test("figures and graph are told before the lists are asked for", async () => {
  const asked: Question[] = [];
  const heads: unknown[] = [];
  const ask = async (question: Question) => {
    asked.push(question);
    return { results: [{ metrics: [5, 6, 7, 8, 9], dimensions: ["x"] }], meta: {} };
  };
  await askReport(ask, FRAME, undefined, (head) => {
    expect(asked).toHaveLength(4);
    heads.push(head);
  });
  expect(heads).toMatchObject([{ totals: [5, 6, 7, 8, 9], lists: LISTS.map((list) => ({ list })) }]);
});

test("a report with one question unanswered is no report", async () => {
  const fails = async (question: Question) => {
    if (question.dimensions?.[0] == "visit:device") throw new Error("no");
    return NOTHING;
  };
  await expect(askReport(fails, FRAME)).rejects.toThrow("no");
});

test("pauses grow with failures, follow the server's wish, and end at two minutes", () => {
  expect([pauseAfter(0, 0), pauseAfter(1, 0), pauseAfter(2, 0), pauseAfter(9, 0)]).toEqual([20_000, 20_000, 40_000, 120_000]);
  expect(pauseAfter(1, 45)).toBe(45_000);
});
