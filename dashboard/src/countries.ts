/** ISO 3166-1 alpha-2 codes in; names from the browser's own list, and flags, out. */

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
const CODE = /^[A-Z]{2}$/;
const REGIONAL_INDICATOR_A = 0x1f1e6;

/** The country's English name; a text that is no code stays as it is. */
export const countryName = (code: string): string => (CODE.test(code) ? (names.of(code) ?? code) : code);

/** The flag as an emoji, empty for what is no code. */
export const flagOf = (code: string): string =>
  CODE.test(code) ? String.fromCodePoint(...[...code].map((c) => REGIONAL_INDICATOR_A + c.charCodeAt(0) - 65)) : "";
