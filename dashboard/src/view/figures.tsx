/** The five figures of the period and how they changed; each is a button that puts its metric on the graph. */
import { changeOf } from "../change.ts";
import { formatExactly } from "../format.ts";
import { METRICS, type Metric, type MetricName } from "../metrics.ts";
import type { Report } from "../report.ts";

const ARROWS = { up: "↑", down: "↓", level: "→" };
const WORDS = { up: "up", down: "down", level: "unchanged," };

interface FigureProps {
  metric: Metric;
  now: number | null;
  before: number | null;
  comparedWith: string;
  pressed: boolean;
  onPress: () => void;
}

const Figure = ({ metric, now, before, comparedWith, pressed, onPress }: FigureProps) => {
  const change = changeOf(metric, now, before);
  const title = now != null && metric.changeIn == "percent" && metric.name != "visit_duration" ? formatExactly(now) : undefined;
  return (
    <li>
      <button type="button" class="figure" aria-pressed={pressed} onClick={onPress} title={metric.meaning}>
        <span class="figure-label">{metric.label}</span>
        <strong class="figure-value" title={title}>
          {now == null ? "–" : metric.format(now)}
        </strong>
        {change ? (
          <span class={`figure-change ${change.mood}`} title={`Compared with ${comparedWith}`}>
            <span aria-hidden="true">{ARROWS[change.direction]} </span>
            <span class="unseen">{WORDS[change.direction]} </span>
            {change.text}
          </span>
        ) : (
          <span class="figure-change even">nothing to compare</span>
        )}
      </button>
    </li>
  );
};

interface Props {
  report: Report;
  chosen: MetricName;
  choose: (name: MetricName) => void;
}

export const Figures = ({ report, chosen, choose }: Props) => (
  <>
    <ul class="figures">
      {METRICS.map((metric, place) => (
        <Figure
          key={metric.name}
          metric={metric}
          now={report.totals[place] ?? null}
          before={report.previous[place] ?? null}
          comparedWith={report.frame.period.comparedWith}
          pressed={metric.name == chosen}
          onPress={() => choose(metric.name)}
        />
      ))}
    </ul>
    <p class="compared">
      {report.totals[0] ? `Changes against ${report.frame.period.comparedWith}` : "Nobody came in this period."}
    </p>
  </>
);
