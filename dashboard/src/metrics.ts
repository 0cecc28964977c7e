/** The five metrics that the dashboard shows: how each is called, asked for and written. */
import { formatCount, formatDuration, formatPercent } from "./format.ts";

export type MetricName = "visitors" | "visits" | "pageviews" | "bounce_rate" | "visit_duration";

export interface Metric {
  name: MetricName;
  label: string;
  /** One sentence on what is counted. */
  meaning: string;
  format: (value: number) => string;
  /** Whether more is better, for the colour of a change. */
  moreIsBetter: boolean;
  /** Changes of a percentage are told in points, of anything else in percent. */
  changeIn: "percent" | "points";
}

export const METRICS: readonly Metric[] = [
  {
    name: "visitors",
    label: "Visitors",
    meaning: "Different people, each recognised for one day only",
    format: formatCount,
    moreIsBetter: true,
    changeIn: "percent",
  },
  {
    name: "visits",
    label: "Visits",
    meaning: "A visit ends after 30 minutes of silence",
    format: formatCount,
    moreIsBetter: true,
    changeIn: "percent",
  },
  {
    name: "pageviews",
    label: "Pageviews",
    meaning: "Pages that were looked at",
    format: formatCount,
    moreIsBetter: true,
    changeIn: "percent",
  },
  {
    name: "bounce_rate",
    label: "Bounce rate",
    meaning: "Visits that ended where they began",
    format: formatPercent,
    moreIsBetter: false,
    changeIn: "points",
  },
  {
    name: "visit_duration",
    label: "Visit duration",
    meaning: "Mean time from a visit's first sign to its last",
    format: formatDuration,
    moreIsBetter: true,
    changeIn: "percent",
  },
];

export const METRIC_NAMES: MetricName[] = METRICS.map((metric) => metric.name);

/** One value for each metric, in the order of METRICS; null where there is nothing to take a mean of. */
export type Figures = (number | null)[];
