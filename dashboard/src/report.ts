/** A frame in, everything that one look at the dashboard shows out: questions go out at once, answers become a report. */
import { LISTS, type List } from "./lists.ts";
import type { Figures } from "./metrics.ts";
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
  visitorsNow: number;
  graph: Graph;
  lists: { list: List; entries: Entry[] }[];
  /** False where the site never had a visitor at all. */
  everCounted: boolean;
}

export type Ask = (question: Question) => Promise<Answer>;

const figuresOf = (answer: Answer): Figures => answer.results[0]?.metrics ?? [];
const COUNTS = 3;

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
  answer.results.map((result) => ({ value: result.dimensions[0] ?? "", visitors: result.metrics[0] ?? 0 }));

/** Ask everything; rejects with the first question that fails, so that a report is whole or not at all. */
export const askReport = async (ask: Ask, frame: Frame): Promise<Report> => {
  const [totals, previous, graph, now, ...lists] = await Promise.all([
    ask(totalsQuestion(frame)),
    ask(previousQuestion(frame)),
    ask(graphQuestion(frame)),
    ask(nowQuestion(frame)),
    ...LISTS.map((list) => ask(listQuestion(frame, list))),
  ]);
  const figures = figuresOf(totals);
  const anyone = figures.some((figure) => figure);
  return {
    frame,
    totals: figures,
    previous: figuresOf(previous),
    visitorsNow: figuresOf(now)[0] ?? 0,
    graph: graphOf(graph, graphQuestion(frame).metrics.length),
    lists: LISTS.map((list, place) => ({ list, entries: entriesOf(lists[place]!) })),
    everCounted: anyone || Boolean(figuresOf(await ask(everQuestion(frame)))[0]),
  };
};
