/** The breakdowns that the dashboard shows: one line a list. */
import { countryName, countrySign } from "./countries.ts";

export interface List {
  /** The dimension that the API is asked for. */
  dimension: string;
  title: string;
  /** The heading of the first column. */
  heading: string;
  /** A sentence for a list without entries. */
  nothing: string;
  name: (value: string) => string;
  /** A sign before the name, kept from screen readers. */
  sign?: (value: string) => string;
  wide: boolean;
}

export const NOT_SET = "(not set)";
const plain = (value: string): string => (value == NOT_SET || !value ? "Unknown" : value);

export const LISTS: readonly List[] = [
  { dimension: "event:page", title: "Pages", heading: "Page", nothing: "No page was looked at.", name: plain, wide: true },
  { dimension: "visit:source", title: "Sources", heading: "Source", nothing: "Nobody came from anywhere.", name: plain, wide: true },
  {
    dimension: "visit:country",
    title: "Countries",
    heading: "Country",
    nothing: "No country is known.",
    name: (value) => (value == NOT_SET || !value ? "Unknown" : countryName(value)),
    sign: countrySign,
    wide: false,
  },
  { dimension: "visit:browser", title: "Browsers", heading: "Browser", nothing: "No browser is known.", name: plain, wide: false },
  { dimension: "visit:device", title: "Devices", heading: "Device", nothing: "No device is known.", name: plain, wide: false },
];
