/** What went wrong in, what to do next out. */
import type { Trouble, TroubleKind } from "../query_api.ts";
import { wallClock } from "../zone.ts";
import { Wordmark } from "./masthead.tsx";

const ADVICE: Record<TroubleKind, { title: string; next: string }> = {
  away: {
    title: "The numbers cannot be read just now",
    next: "The page asks again by itself. If this lasts, look at what runs with “make status”. Beacons accepted meanwhile are kept and counted.",
  },
  wait: { title: "Too many questions", next: "This key has asked more than it may. The page asks again by itself in a moment." },
  key: { title: "The key no longer opens this site", next: "Sign out, and in again with another key." },
  question: {
    title: "The server did not take the question",
    next: "This dashboard and the query API may be of different versions: build both anew.",
  },
};

interface Props {
  trouble: Trouble;
  again: () => void;
}

/** In place of numbers, where there are none to show. */
export const TroublePanel = ({ trouble, again, heading: Heading = "h2" }: Props & { heading?: "h1" | "h2" }) => (
  <section class="sheet trouble" role="alert">
    <Heading>{ADVICE[trouble.kind].title}</Heading>
    <p class="said">{trouble.message}</p>
    <p>{ADVICE[trouble.kind].next}</p>
    <button type="button" class="strong" onClick={again}>
      Try again
    </button>
  </section>
);

/** The same on a page of its own. */
export const TroublePage = (props: Props) => (
  <>
    <header class="masthead">
      <div class="masthead-top">
        <Wordmark />
      </div>
    </header>
    <main>
      <TroublePanel heading="h1" {...props} />
    </main>
  </>
);

/** Above numbers that have grown old. */
export const StaleNotice = ({ trouble, since, zone, again }: Props & { since: Date; zone: string }) => (
  <div class="stale" role="status">
    <p>
      <strong>{ADVICE[trouble.kind].title}.</strong> These are from {wallClock(since, zone).time.slice(0, 5)}; trying again.
    </p>
    <button type="button" class="quiet" onClick={again}>
      Try now
    </button>
  </div>
);
