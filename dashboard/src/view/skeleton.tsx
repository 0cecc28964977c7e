/** Shapes where the numbers will stand, so that nothing jumps when they come. */
import { LISTS } from "../lists.ts";
import { METRICS } from "../metrics.ts";
import { Breakdown } from "./breakdown.tsx";
import { Wordmark } from "./masthead.tsx";

export const ReportSkeleton = () => (
  <div class="numbers" aria-busy="true">
    <p class="unseen" role="status">
      Reading the numbers
    </p>
    <section class="sheet shore" aria-hidden="true">
      <ul class="figures">
        {METRICS.map((metric) => (
          <li key={metric.name} class="figure">
            <span class="figure-label">{metric.label}</span>
            <span class="ghost tall" />
            <span class="ghost short" />
          </li>
        ))}
      </ul>
      <p class="compared">
        <span class="ghost short" />
      </p>
      <div class="tide">
        <div class="tide-water ghost-water" />
      </div>
    </section>
    <div class="lists">
      {LISTS.map((list) => (
        <Breakdown key={list.dimension} list={list} />
      ))}
    </div>
  </div>
);

/** The page before it is known which sites the key sees. */
export const Skeleton = () => (
  <>
    <header class="masthead">
      <div class="masthead-top">
        <Wordmark />
      </div>
      <div class="masthead-bottom">
        <span class="ghost title" />
      </div>
    </header>
    <main>
      <ReportSkeleton />
    </main>
  </>
);
