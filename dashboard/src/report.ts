/** A frame in, everything that one look at the dashboard shows out: questions go out at once, answers become a report. */
import { LISTS, type List } from "./lists.ts";
import { METRIC_NAMES, type Figures } from "./metrics.ts";
import {
  everQuestion,
  graphQuestion,
  listQuestion,
  nowQuestion,
  previousQuestion,
  totalsQuestion,
  type Answer,
  type Frame,
  type Question,
} from "./question.ts";

export interface Entry {
  value: string;
  visitors: number;
  /** Of all visitors of the period, 0 to 100. */
  percent: number;
}

export interface Graph {
  /** A bucket's start on the site's clocks: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`. */
  labels: string[];
  /** One array of values for each metric; null where a bucket has none. */
  values: Figures[];
}

export interface Report {
  frame: Frame;
  totals: Figures;
  previous: Figures;
  /** The past hardly changes: it is not asked for every time. */
  previousAsked: Date;
  visitorsNow: number;
  graph: Graph;
  /** Without entries while they are still asked for. */
  lists: { list: List; entries?: Entry[] }[];
  /** False where the site never had a visitor at all. */
  everCounted: boolean;
}

export type Ask = (question: Question) => Promise<Answer>;

const COUNTS = 3;
const PREVIOUS_MS = 300_000;
const VISITS = METRIC_NAMES.indexOf("visits");

/** The metrics without dimensions; a mean over no visit is none, whatever number stands for it. */
export const figuresOf = (answer: Answer): Figures => {
  const figures = answer.results[0]?.metrics ?? [];
  return figures.map((figure, metric) => (metric < COUNTS || figures[VISITS] ? figure : null));
};

/** An answer by time in, a graph out: a bucket that nobody came in has no visitors, and no bounce rate either. */
export const graphOf = (answer: Answer, metrics: number): Graph => {
  const labels = answer.meta.time_labels ?? answer.results.map((result) => result.dimensions[0] ?? "");
  const found = new Map(answer.results.map((result) => [result.dimensions[0], result.metrics]));
  const values = Array.from({ length: metrics }, (_, metric) =>
    labels.map((label) => found.get(label)?.[metric] ?? (metric < COUNTS ? 0 : null)),
  );
  return { labels, values };
};

const entriesOf = (answer: Answer): Entry[] =>
  answer.results.map(({ dimensions: [value = ""], metrics: [visitors, percent] }) => ({
    value,
    visitors: visitors ?? 0,
    percent: percent ?? 0,
  }));

/** Whether the stretch before, as an earlier report has it, is still good enough to compare with. */
const isFresh = (earlier: Report, { site, period, now }: Frame): boolean =>
  earlier.frame.site == site && earlier.frame.period == period && now.getTime() - earlier.previousAsked.getTime() < PREVIOUS_MS;

/**
 * Ask for figures and graph, tell `onHead` of them, then ask for the lists: who waits sees something early, and a slow
 * server is not asked everything at once. Rejects with the first question that fails.
 */
export const askReport = async (
  ask: Ask,
  frame: Frame,
  earlier?: Report,
  onHead: (report: Report) => void = () => {},
): Promise<Report> => {
  const kept = earlier && isFresh(earlier, frame) ? earlier : undefined;
  const [totals, graph, now, previous] = await Promise.all([
    ask(totalsQuestion(frame)).then(figuresOf),
    ask(graphQuestion(frame)),
    ask(nowQuestion(frame)).then(figuresOf),
    kept?.previous ?? ask(previousQuestion(frame)).then(figuresOf),
  ]);
  const head: Report = {
    frame,
    totals,
    previous,
    previousAsked: kept?.previousAsked ?? frame.now,
    visitorsNow: now[0] ?? 0,
    graph: graphOf(graph, METRIC_NAMES.length),
    lists: LISTS.map((list) => ({ list })),
    everCounted: totals.some((figure) => figure) || Boolean(figuresOf(await ask(everQuestion(frame)))[0]),
  };
  onHead(head);
  const lists = LISTS.map(async (list) => ({ list, entries: entriesOf(await ask(listQuestion(frame, list))) }));
  return { ...head, lists: await Promise.all(lists) };
};
