/** Clicks on links in; outbound links and file downloads out, as custom events. */
import { fitUrl } from "./page_to_beacon.ts";
import { isOn, type Settings } from "./settings.ts";

const FILE = /\.(7z|avi|csv|dmg|docx?|exe|gz|key|midi?|mov|mp[34]|mpe?g|pdf|pkg|pps|pptx?|rar|rtf|txt|wav|wma|wmv|xlsx?|zip)$/i;

type Link = Pick<HTMLAnchorElement, "protocol" | "host" | "pathname" | "href">;

/** A link and the page's own host in; the event's name and its url out, or nothing where it is an ordinary link. */
export const clickToEvent = (link: Link, host: string, settings: Settings): [string, string] | undefined => {
  if (!/^http/.test(link.protocol)) return undefined;
  if (isOn(settings.downloads, true) && FILE.test(link.pathname)) {
    return ["File Download", fitUrl(link.href.split(/[?#]/)[0]!)];
  }
  return isOn(settings.outbound, true) && link.host != host ? ["Outbound Link: Click", fitUrl(link.href)] : undefined;
};

/** Watch clicks, also of the middle button, and call `found` with each event; the browser's own way is not held up. */
export const watchClicks = (settings: Settings, found: (name: string, url: string) => void): void => {
  const listen = (event: MouseEvent): void => {
    const link = event.button < 2 && (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    const told = link && clickToEvent(link, location.host, settings);
    if (told) found(...told);
  };
  addEventListener("click", listen, true);
  addEventListener("auxclick", listen, true);
};
