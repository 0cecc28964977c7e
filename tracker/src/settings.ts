/** What an installer may set, as `data-*` attributes of the script tag or as an object given to `start`. */

/** A flag is on when it is `true` or an attribute that stands alone, off when absent, `false` or `"false"`. */
export type Flag = boolean | string | undefined;

export interface Settings {
  /** The site's domain, several separated by commas; without it the collector takes the page's host. */
  domain?: string | undefined;
  /** Where beacons go; for a script tag `/api/event` of the script's own origin. */
  api?: string | undefined;
  /** Pages are told apart by their fragment. */
  hash?: Flag;
  /** The site calls `tideline("pageview")` itself. */
  manual?: Flag;
  /** Outbound links that are followed; on by default. */
  outbound?: Flag;
  /** Files that are downloaded; on by default. */
  downloads?: Flag;
  /** Pages on this very computer count too. */
  local?: Flag;
  /** Browsers that a program drives count too. */
  allowAutomation?: Flag;
}

/** One flag in, whether it is on out; `otherwise` where it is not set. */
export const isOn = (flag: Flag, otherwise = false): boolean => `${flag ?? otherwise}` != "false";

/** The script's tag in, its settings out. */
export const settingsOf = (script: HTMLScriptElement): Settings => ({
  api: new URL(script.src).origin + "/api/event",
  ...script.dataset,
});
