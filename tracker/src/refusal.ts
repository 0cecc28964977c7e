/** Why this browser's visit is not counted at all: nothing is sent then. */
import { isOn, type Settings } from "./settings.ts";
import { tried } from "./storage.ts";

const THIS_COMPUTER = /^(localhost|127(\.\d+){3}|\[::1\]|)$/;
const AUTOMATION_GLOBALS = ["_phantom", "__nightmare", "Cypress"];

/** Whether the visitor asked this site's storage to be left alone. */
const isIgnored = (): boolean | undefined =>
  tried((storage) => storage.tideline_ignore == "true" || storage.plausible_ignore == "true");

/** Whether a program says that it drives this browser. */
const isAutomated = (): boolean => navigator.webdriver || AUTOMATION_GLOBALS.some((name) => name in window);

/** The settings in, one word for the reason out; `undefined` where the visit counts. */
export const refusalOf = (settings: Settings): string | undefined => {
  if (!isOn(settings.local) && THIS_COMPUTER.test(location.hostname)) return "localhost";
  if (!isOn(settings.allowAutomation) && isAutomated()) return "automation";
  if ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) return "privacy control";
  return isIgnored() ? "ignored" : undefined;
};
