/** One site and period in, its whole page out. */
import { useEffect, useState } from "preact/hooks";
import { METRICS, type MetricName } from "../metrics.ts";
import type { Period } from "../period.ts";
import type { Site } from "../query_api.ts";
import { AccountsLine } from "./accounts_line.tsx";
import { Breakdown } from "./breakdown.tsx";
import { Figures } from "./figures.tsx";
import { FirstBeacon } from "./first_beacon.tsx";
import { Masthead } from "./masthead.tsx";
import { ReportSkeleton } from "./skeleton.tsx";
import { TideGraph } from "./tide_graph.tsx";
import { StaleNotice, TroublePanel } from "./trouble.tsx";
import { useAccounts } from "./use_accounts.ts";
import { useReport, type Look } from "./use_report.ts";
import { wallClock } from "../zone.ts";
import type { Report } from "../report.ts";

interface Props {
  apiKey: string;
  site: Site;
  sites: Site[];
  zone: string;
  period: Period;
  onSite: (domain: string) => void;
  onPeriod: (period: Period) => void;
  onSignOut: () => void;
}

/** A report in, figures, graph and lists out. */
const Numbers = ({ report, turning }: { report: Report; turning: boolean }) => {
  const [chosen, choose] = useState<MetricName>("visitors");
  const place = METRICS.findIndex((metric) => metric.name == chosen);
  const { zone, now } = report.frame;
  const clock = wallClock(now, zone);
  return (
    <div class={turning ? "numbers turning" : "numbers"} aria-busy={turning}>
      <section class="sheet shore" aria-label="Figures and graph">
        <Figures report={report} chosen={chosen} choose={choose} />
        <TideGraph
          graph={report.graph}
          metric={METRICS[place]!}
          values={report.graph.values[place]!}
          now={`${clock.date} ${clock.time}`}
        />
      </section>
      <div class={report.totals[0] ? "lists" : "lists still"}>
        {report.lists.map(({ list, entries }) => (
          <Breakdown key={list.dimension} list={list} entries={entries} />
        ))}
      </div>
    </div>
  );
};

/** Whatever there is to show of a site just now. */
const Body = ({ site, report, trouble, turning, again }: Look & { site: Site }) => {
  if (!report) return trouble ? <TroublePanel trouble={trouble} again={again} /> : <ReportSkeleton />;
  return report.everCounted ? <Numbers report={report} turning={turning} /> : <FirstBeacon site={site} />;
};

export const SitePage = ({ apiKey, site, sites, zone, period, onSite, onPeriod, onSignOut }: Props) => {
  const { report, trouble, turning, again } = useReport(apiKey, site.domain, zone, period);
  const accounts = useAccounts(apiKey, site.domain, zone, period, report?.everCounted ? report.frame.now : undefined);
  useEffect(() => {
    document.title = `${site.domain} · Tideline`;
  }, [site]);
  return (
    <>
      <Masthead site={site} sites={sites} period={period} report={report} onSite={onSite} onPeriod={onPeriod} onSignOut={onSignOut} />
      <main id="numbers">
        {trouble && report && <StaleNotice trouble={trouble} since={report.frame.now} zone={zone} again={again} />}
        <Body site={site} report={report} trouble={trouble} turning={turning} again={again} />
        {accounts && report?.everCounted && <AccountsLine accounts={accounts} period={period.label} zone={zone} />}
      </main>
      <footer>
        <p>Hours and days by the clock of {zone.replaceAll("_", " ")}.</p>
        {site.places_credit && (
          <p>
            Places by <a href={site.places_credit.url}>{site.places_credit.name}</a>.
          </p>
        )}
        <p>Nobody is followed: a visitor is recognised until midnight UTC, then the tide has washed the footprints off.</p>
      </footer>
    </>
  );
};
