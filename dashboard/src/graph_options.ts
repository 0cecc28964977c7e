/** A metric, labels and a place for words in; uPlot's options out: water, its high-water mark and a buoy where now is. */
import uPlot from "uplot";
import type { Metric } from "./metrics.ts";
import { highWater, labelStep, type Lines } from "./graph_lines.ts";

export interface GraphWords {
  /** A bucket's short name below the axis. */
  short: (place: number) => string;
  metric: Metric;
  lines: Lines;
}

const X_LABEL_ROOM_PX = 62;
const FONT = '12px "Figtree Variable", sans-serif';
const DURATION_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200];
const COUNT_STEPS = [1, 2, 5].flatMap((n) => Array.from({ length: 10 }, (_, power) => n * 10 ** power)).sort((a, b) => a - b);

/** A colour of the style sheet, as it is just now: light or dark. */
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const water = (u: uPlot): CanvasGradient | string => {
  const { top, height } = u.bbox;
  if (!Number.isFinite(top + height)) return "transparent";
  const gradient = u.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, colour("--water-fill"));
  gradient.addColorStop(1, colour("--water-fade"));
  return gradient;
};

const all = (lines: Lines): (number | null)[] => lines.finished.map((value, place) => value ?? lines.running[place] ?? null);

/** A dashed line where the water stood highest, with its figure. */
const drawHighWater = (u: uPlot, { lines, metric, short }: GraphWords): void => {
  const values = all(lines);
  const place = highWater(values);
  const value = values[place];
  if (value == null) return;
  const { ctx, bbox } = u;
  const y = Math.round(u.valToPos(value, "y", true)) + 0.5;
  const text = `high water ${metric.format(value)}, ${short(place)}`;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour("--ink-soft");
  ctx.lineWidth = scale;
  ctx.setLineDash([2 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${12 * scale}px "Figtree Variable", sans-serif`;
  ctx.textAlign = place > values.length / 2 ? "left" : "right";
  ctx.textBaseline = "bottom";
  const edge = 6 * scale;
  ctx.fillText(text, place > values.length / 2 ? bbox.left + edge : bbox.left + bbox.width - edge, y - 3 * scale);
  ctx.restore();
};

/** A dot on the bucket in progress. */
const drawBuoy = (u: uPlot, { lines }: GraphWords): void => {
  const value = lines.running[lines.current];
  if (value == null) return;
  const { ctx } = u;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.setLineDash([]);
  ctx.fillStyle = colour("--coral");
  ctx.strokeStyle = colour("--foam");
  ctx.lineWidth = 2 * scale;
  ctx.beginPath();
  ctx.arc(u.valToPos(lines.current, "x", true), u.valToPos(value, "y", true), 5 * scale, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
  ctx.restore();
};

/** Options for a graph of `width_px` by `height_px`; `words` is read anew at every drawing, `hover` is told the place. */
export const graphOptions = (
  size: { width: number; height: number },
  words: () => GraphWords,
  hover: (u: uPlot) => void,
): uPlot.Options => {
  const curve = uPlot.paths.spline!();
  const axis = { font: FONT, stroke: () => colour("--ink-soft"), ticks: { show: false } };
  return {
    ...size,
    padding: [24, 24, 0, 4],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, width: 2 },
      move: (u, left, top) => [left < 0 ? left : u.valToPos(u.posToIdx(left), "x"), top],
    },
    scales: {
      x: { time: false, range: (_u, min, max) => [min, max > min ? max : min + 1] },
      y: { range: (_u, _min, max) => [0, Math.max(max * 1.08, 1)] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        grid: { show: false },
        splits: (u) => {
          const { places } = words().lines;
          const step = labelStep(places.length, u.width - 60, X_LABEL_ROOM_PX);
          return places.filter((place) => place % step == 0);
        },
        values: (_u, places) => places.map((place) => words().short(place)),
      },
      {
        ...axis,
        size: 56,
        space: 44,
        incrs: () => (words().metric.name == "visit_duration" ? DURATION_STEPS : COUNT_STEPS),
        grid: { stroke: () => colour("--grid"), width: 1 },
        values: (_u, values) => values.map((value) => words().metric.format(value)),
      },
    ],
    series: [
      {},
      { stroke: () => colour("--water"), width: 2, fill: water, paths: curve, points: { show: false } },
      { stroke: () => colour("--water"), width: 2, fill: water, dash: [3, 5], paths: curve, points: { show: false } },
    ],
    hooks: {
      draw: [(u) => drawHighWater(u, words()), (u) => drawBuoy(u, words())],
      setCursor: [hover],
    },
  };
};
