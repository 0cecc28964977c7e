/** Who is looked at, over which period, and who is here now. */
import { formatExactly } from "../format.ts";
import { PERIODS, type Period } from "../period.ts";
import type { Site } from "../query_api.ts";
import type { Report } from "../report.ts";

interface Props {
  site: Site;
  sites: Site[];
  period: Period;
  report: Report | undefined;
  onSite: (domain: string) => void;
  onPeriod: (period: Period) => void;
  onSignOut: () => void;
}

/** The name of the house, with its sign. */
export const Wordmark = () => (
  <span class="wordmark">
    <img src="./mark.svg" alt="" width="28" height="28" />
    Tideline
  </span>
);

const SiteName = ({ site, sites, onSite }: Pick<Props, "site" | "sites" | "onSite">) =>
  sites.length < 2 ? (
    <h1 class="site">{site.domain}</h1>
  ) : (
    <h1 class="site">
      <select aria-label="Site" value={site.domain} onChange={(event) => onSite(event.currentTarget.value)}>
        {sites.map(({ domain }) => (
          <option key={domain}>{domain}</option>
        ))}
      </select>
    </h1>
  );

const PeriodPicker = ({ period, onPeriod }: Pick<Props, "period" | "onPeriod">) => (
  <fieldset class="periods">
    <legend class="unseen">Period</legend>
    {PERIODS.map((one) => (
      <label key={one.name}>
        <input type="radio" name="period" checked={one == period} onChange={() => onPeriod(one)} />
        <span>{one.label}</span>
      </label>
    ))}
  </fieldset>
);

const HereNow = ({ report }: Pick<Props, "report">) => (
  <p class="now" title="Visitors of the last five minutes">
    <span class="buoy" aria-hidden="true" />
    {report ? (
      <>
        <strong>{formatExactly(report.visitorsNow)}</strong> here now
      </>
    ) : (
      "Reading the water"
    )}
  </p>
);

export const Masthead = (props: Props) => (
  <header class="masthead">
    <a class="skip" href="#numbers">
      Skip to the numbers
    </a>
    <div class="masthead-top">
      <Wordmark />
      <HereNow report={props.report} />
      <button type="button" class="quiet" onClick={props.onSignOut}>
        Sign out
      </button>
    </div>
    <div class="masthead-bottom">
      <SiteName {...props} />
      <PeriodPicker {...props} />
    </div>
  </header>
);
