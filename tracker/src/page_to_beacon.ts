/** What happened on a page in, a beacon in Plausible's short names out; `undefined` fields do not travel. */
import { isOn, type Settings } from "./settings.ts";

export const VERSION = 1;
const MAX_URL_CHARS = 2_000;

export type Props = Record<string, string | number | boolean>;

/** What a page may say with an event. */
export interface Options {
  props?: Props | undefined;
  /** An ISO 4217 code and an amount in that currency. */
  revenue?: { currency: string; amount: number | string };
  /** False where it says nothing about the visitor's interest: it is not counted against a bounce. */
  interactive?: boolean;
  /** The address it belongs to, where that is not the page's own. */
  url?: string;
  /** Told how it went: the collector's status, the network's error, or nothing where it was not sent. */
  callback?: (outcome?: Outcome) => void;
}

export type Outcome = { status: number } | { error: unknown };

/** How long a page was looked at (`e`, milliseconds) and how far down (`sd`, percent), since the last such beacon. */
export interface Engagement {
  e: number;
  sd: number;
}

/** How wide the window is (`w`, CSS pixels). */
export interface Screen {
  w: number;
}

export interface Beacon extends Partial<Engagement & Screen> {
  n: string;
  u: string;
  d: string | undefined;
  r: string | undefined;
  p: Props | undefined;
  $: Options["revenue"];
  i: boolean | undefined;
  h: 1 | undefined;
  v: number;
}

/** Cut an address to what the collector takes, so that a long query does not cost the whole beacon. */
export const fitUrl = (url: string): string => url.slice(0, MAX_URL_CHARS);

/** An event's name, its page's address and referrer, its options, the site's settings and what was measured in; a beacon out. */
export const pageToBeacon = (
  n: string,
  url: string,
  referrer: string,
  options: Options,
  settings: Settings,
  measured: Engagement | Screen,
): Beacon => ({
  n,
  u: fitUrl(url),
  d: settings.domain,
  r: referrer || undefined,
  p: options.props,
  $: options.revenue,
  i: options.interactive,
  h: isOn(settings.hash) ? 1 : undefined,
  v: VERSION,
  ...measured,
});
