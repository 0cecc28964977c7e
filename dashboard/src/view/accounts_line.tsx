/** What became of a period's beacons in, a quiet line out, which opens to a table. */
import { formatExactly } from "../format.ts";
import { endsOf, verdictOf, type Accounts } from "../ledger.ts";
import { wallClock } from "../zone.ts";

interface Props {
  accounts: Accounts;
  period: string;
  zone: string;
}

/** Until when the words hold. */
const Until = ({ instant, zone }: { instant: Date; zone: string }) => {
  const { date, time } = wallClock(instant, zone);
  return (
    <>
      Complete up to {date} {time.slice(0, 5)}.{" "}
    </>
  );
};

export const AccountsLine = ({ accounts, period, zone }: Props) => {
  const { mood, words } = verdictOf(accounts);
  return (
    <details class={`accounts ${mood}`}>
      <summary>
        <span class="accounts-mark" aria-hidden="true" />
        {words}
      </summary>
      <div class="sheet">
        <table>
          <caption>Beacons received: {period}</caption>
          <tbody>
            {endsOf(accounts).map(([what, count]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td>{formatExactly(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="small">
          {accounts.completeUntil && <Until instant={accounts.completeUntil} zone={zone} />}
          {mood == "bad" && (
            <>
              Rows that were erased on purpose are missing too; <code>tideline audit</code> says which.{" "}
            </>
          )}
          What a collector still holds is not in these numbers yet.
        </p>
      </div>
    </details>
  );
};
