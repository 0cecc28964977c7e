/** One metric by hour or day as a body of water; hover or arrow keys read it out, a hidden table says it in words. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatDay, formatHour, formatLongDay } from "../format.ts";
import { linesOf, type Lines } from "../graph_lines.ts";
import { graphOptions } from "../graph_options.ts";
import type { Metric } from "../metrics.ts";
import type { Graph } from "../report.ts";

interface Props {
  graph: Graph;
  metric: Metric;
  values: (number | null)[];
  /** What the site's clock shows, `YYYY-MM-DD HH:MM:SS`. */
  now: string;
}

const isHour = (label: string): boolean => label.length > 10;
const shortName = (label: string): string => (isHour(label) ? formatHour(label) : formatDay(label));
const longName = (label: string): string =>
  isHour(label) ? `${formatDay(label.slice(0, 10))}, ${formatHour(label)}` : formatLongDay(label);

const dataOf = (lines: Lines): uPlot.AlignedData => [lines.places, lines.finished, lines.running];

/** Write what stands under the cursor into the reading, beside the cursor. */
const readOut = (u: uPlot, reading: HTMLElement, { graph, metric, values }: Props, lines: Lines): void => {
  const place = u.cursor.idx;
  const label = place == null ? undefined : graph.labels[place];
  const value = place == null ? null : values[place];
  const known = label != null && place != null && (lines.current < 0 || place <= lines.current);
  reading.hidden = !known || (u.cursor.left ?? -1) < 0;
  if (reading.hidden || !known) return;
  const soFar = place == lines.current ? " so far" : "";
  const figure = value == null ? "none" : metric.format(value);
  reading.replaceChildren(
    Object.assign(document.createElement("strong"), { textContent: figure }),
    ` ${metric.label.toLowerCase()}${soFar}`,
    Object.assign(document.createElement("span"), { textContent: longName(label) }),
  );
  const x = u.valToPos(place, "x") + u.bbox.left / devicePixelRatio;
  const width = reading.offsetWidth;
  reading.style.left = `${Math.max(0, Math.min(u.width - width, x - width / 2))}px`;
};

export const TideGraph = (props: Props) => {
  const { graph, metric, values, now } = props;
  const lines = linesOf(graph.labels, values, now);
  const box = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ props, lines });
  latest.current = { props, lines };

  useEffect(() => {
    const words = () => {
      const { props, lines } = latest.current;
      return { metric: props.metric, lines, short: (place: number) => shortName(props.graph.labels[place] ?? "") };
    };
    const [frame, bubble] = [box.current!, reading.current!];
    const size = () => ({ width: frame.clientWidth, height: frame.clientHeight });
    const hover = (u: uPlot) => readOut(u, bubble, latest.current.props, latest.current.lines);
    const u = new uPlot(graphOptions(size(), words, hover), dataOf(latest.current.lines), frame);
    plot.current = u;

    const resized = new ResizeObserver(() => u.setSize(size()));
    resized.observe(frame);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => plot.current == u && u.redraw(true, true);
    dark.addEventListener("change", redraw);
    void document.fonts.ready.then(redraw);
    return () => {
      plot.current = undefined;
      resized.disconnect();
      dark.removeEventListener("change", redraw);
      u.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData(dataOf(lines)), [graph, metric, now]);

  const move = (event: KeyboardEvent): void => {
    const u = plot.current;
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!u || !steps) return;
    event.preventDefault();
    const last = lines.current < 0 ? lines.places.length - 1 : lines.current;
    const place = Math.max(0, Math.min(last, (u.cursor.idx ?? last - steps) + steps));
    u.setCursor({ left: u.valToPos(place, "x"), top: 0 });
  };

  return (
    <figure class="tide">
      <div
        class="tide-water"
        ref={box}
        tabIndex={0}
        role="img"
        aria-label={`${metric.label} from ${longName(graph.labels[0] ?? "")} to ${longName(graph.labels.at(-1) ?? "")}. Arrow keys read single values.`}
        onKeyDown={move}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
      <div class="tide-reading" ref={reading} role="status" hidden />
      <table class="unseen">
        <caption>{metric.label}</caption>
        <tbody>
          {graph.labels.map((label, place) =>
            values[place] == null || (lines.current >= 0 && place > lines.current) ? null : (
              <tr key={label}>
                <th scope="row">{longName(label)}</th>
                <td>{metric.format(values[place]!)}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </figure>
  );
};
