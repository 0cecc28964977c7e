/** A graph's labels and values and the site's clock in; the lines to draw out. */

export interface Lines {
  /** Places of the buckets, 0 to n - 1: labels are words here, so that a clock change neither stretches nor folds. */
  places: number[];
  /** Buckets that are over. */
  finished: (number | null)[];
  /** From the last finished bucket to the one in progress. */
  running: (number | null)[];
  /** The bucket in progress, -1 where the whole range is over. */
  current: number;
}

/** The last bucket that has begun, by a clock that shows `now` as `YYYY-MM-DD HH:MM:SS`; -1 if the range ended before. */
export const currentBucket = (labels: string[], now: string): number => {
  const begun = labels.findLastIndex((label) => label <= now);
  const last = labels[begun];
  if (last == null) return -1;
  const stillRuns = last.length > 10 ? last.slice(0, 13) == now.slice(0, 13) : last == now.slice(0, 10);
  return stillRuns ? begun : -1;
};

/** Split values into what is finished and what still runs; buckets to come have no value. */
export const linesOf = (labels: string[], values: (number | null)[], now: string): Lines => {
  const current = currentBucket(labels, now);
  const until = current < 0 ? labels.length : current;
  return {
    places: labels.map((_, place) => place),
    finished: values.map((value, place) => (place < until ? value : null)),
    running: values.map((value, place) => (current >= 0 && (place == current || place == current - 1) ? value : null)),
    current,
  };
};

/** Where the highest value stands, -1 where there is none above nothing. */
export const highWater = (values: (number | null)[]): number =>
  values.reduce<number>((best, value, place) => ((value ?? 0) > (best < 0 ? 0 : (values[best] ?? 0)) ? place : best), -1);

/** Every how many buckets a label stands, so that each has `room_px`: a step that people count in. */
export const labelStep = (buckets: number, width_px: number, room_px: number): number => {
  const fits = Math.max(1, Math.floor(width_px / room_px));
  return [1, 2, 3, 4, 6, 7, 12, 14, 24].find((step) => buckets / step <= fits) ?? Math.ceil(buckets / fits);
};
