/** The address bar and the tab's own storage in, which site, period and key to use out, and back. */

export interface Place {
  site: string;
  period: string | null;
  key: string;
}

const STORED_KEY = "tideline.key";

/** Read the address; a key in its fragment moves into this tab's storage, so that nobody copies it with the address. */
export const readPlace = (): Place => {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) {
    sessionStorage.setItem(STORED_KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  const search = new URLSearchParams(location.search);
  return {
    site: search.get("site") ?? "",
    period: search.get("period"),
    key: given ?? sessionStorage.getItem(STORED_KEY) ?? "",
  };
};

/** Write site and period into the address, so that a reload or a bookmark shows the same. */
export const writePlace = (site: string, period: string): void => {
  const search = new URLSearchParams({ site, period });
  history.replaceState(null, "", `${location.pathname}?${search}`);
};

export const keepKey = (key: string): void => sessionStorage.setItem(STORED_KEY, key);
export const forgetKey = (): void => sessionStorage.removeItem(STORED_KEY);
