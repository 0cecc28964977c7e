/** ISO 3166-1 alpha-2 codes in; names from the browser's own list, and flags where it has them, out. */

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
const CODE = /^[A-Z]{2}$/;
const REGIONAL_INDICATOR_A = 0x1f1e6;

/** The country's English name; a text that is no code stays as it is. */
export const countryName = (code: string): string => (CODE.test(code) ? (names.of(code) ?? code) : code);

/** The flag as an emoji, empty for what is no code. */
export const flagOf = (code: string): string =>
  CODE.test(code) ? String.fromCodePoint(...[...code].map((c) => REGIONAL_INDICATOR_A + c.charCodeAt(0) - 65)) : "";

/** Whether this machine's fonts draw flags: one that does leaves colour behind, letters and empty boxes do not. */
const drawsFlags = (): boolean => {
  const pen = Object.assign(document.createElement("canvas"), { width: 24, height: 24 }).getContext("2d");
  if (!pen) return false;
  pen.font = "20px sans-serif";
  pen.fillText(flagOf("DE"), 0, 20);
  const { data } = pen.getImageData(0, 0, 24, 24);
  return data.some((_, at) => at % 4 == 0 && Math.abs(data[at]! - data[at + 2]!) > 40);
};

let flagsAreDrawn: boolean | undefined;

/** The flag, or the code itself where no font draws flags. */
export const countrySign = (code: string): string => {
  if (!CODE.test(code)) return "";
  flagsAreDrawn ??= drawsFlags();
  return flagsAreDrawn ? flagOf(code) : code;
};
