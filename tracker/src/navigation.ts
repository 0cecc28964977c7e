/** The browser's history in, one call per page that is arrived at out. */

/**
 * Call `arrive` now and whenever another page is shown without a load: by the History API, by back and forward,
 * or out of the back-forward cache. A page is a path, with `hash` a path and a fragment.
 */
export const watchNavigation = (hash: boolean, arrive: () => void): void => {
  const place = (): string => location.pathname + (hash ? location.hash : "");
  let last = place();
  const look = (): void => {
    if (last != (last = place())) arrive();
  };

  for (const method of ["pushState", "replaceState"] as const) {
    const original = history[method];
    history[method] = function (...args) {
      original.apply(this, args);
      look();
    };
  }
  addEventListener("popstate", look);
  addEventListener("pageshow", (event) => event.persisted && arrive());
  arrive();
};
