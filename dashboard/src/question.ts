/** The shapes of a question and its answer, as the query API has them, and the questions that make up a report. */
import type { List } from "./lists.ts";
import { METRIC_NAMES } from "./metrics.ts";
import { datesOf, lastMinutes, previousOf, type DateRange, type Period } from "./period.ts";

export interface Question {
  site_id: string;
  metrics: string[];
  date_range: string | DateRange;
  dimensions?: string[];
  include?: { time_labels: true };
  order_by?: [string, "asc" | "desc"][];
  pagination?: { limit: number };
}

export interface Answer {
  results: { metrics: (number | null)[]; dimensions: string[] }[];
  meta: { time_labels?: string[] };
}

export const LIST_LENGTH = 8;

/** Site, period, its zone and the present instant: what every question of a report starts from. */
export interface Frame {
  site: string;
  zone: string;
  period: Period;
  now: Date;
}

/** All five metrics of the period. */
export const totalsQuestion = ({ site, period, zone, now }: Frame): Question => ({
  site_id: site,
  metrics: METRIC_NAMES,
  date_range: datesOf(period, zone, now),
});

/** All five of the stretch before. */
export const previousQuestion = ({ site, period, zone, now }: Frame): Question => ({
  site_id: site,
  metrics: METRIC_NAMES,
  date_range: previousOf(period, zone, now),
});

/** All five by hour or day, with the labels of empty buckets too. */
export const graphQuestion = (frame: Frame): Question => ({
  ...totalsQuestion(frame),
  dimensions: [`time:${frame.period.bucket}`],
  include: { time_labels: true },
});

/**
 * The first entries of a list by visitors; names break ties, so that equal entries do not change places. Their part of
 * all visitors is asked with them: against totals of another answer, a moment younger or older, it could pass 100%.
 */
export const listQuestion = (frame: Frame, list: List): Question => ({
  ...totalsQuestion(frame),
  metrics: ["visitors", "percentage"],
  dimensions: [list.dimension],
  order_by: [
    ["visitors", "desc"],
    [list.dimension, "asc"],
  ],
  pagination: { limit: LIST_LENGTH },
});

/** Who was here in the last five minutes. */
export const nowQuestion = ({ site, now }: Frame): Question => ({
  site_id: site,
  metrics: ["visitors"],
  date_range: lastMinutes(now),
});

/** Whether the site ever had a visitor. */
export const everQuestion = ({ site }: Frame): Question => ({ site_id: site, metrics: ["visitors"], date_range: "all" });
