/** One list in, a table out: names, visitors, and a bar as long as each one's part of the first. */
import { formatCount, formatExactly, formatShare } from "../format.ts";
import type { List } from "../lists.ts";
import type { Entry } from "../report.ts";

interface Props {
  list: List;
  /** None while they are still asked for. */
  entries?: Entry[] | undefined;
}

const classOf = (list: List): string => (list.wide ? "sheet list wide" : "sheet list");

const Shapes = ({ list }: Props) => (
  <section class={classOf(list)} aria-busy="true">
    <h2>{list.title}</h2>
    <div aria-hidden="true">
      {[92, 74, 60, 41, 30].map((width) => (
        <span key={width} class="ghost line" style={{ width: `${width}%` }} />
      ))}
    </div>
  </section>
);

export const Breakdown = ({ list, entries }: Props) => {
  if (!entries) return <Shapes list={list} />;
  const most = entries[0]?.visitors ?? 0;
  return (
    <section class={classOf(list)}>
      <table>
        <caption>
          <h2>{list.title}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">{list.heading}</th>
            <th scope="col">Visitors</th>
            <th scope="col" class="share">
              <span title="Of all visitors of the period">Share</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ value, visitors, percent }) => (
            <tr key={value}>
              <th scope="row">
                <span class="level" style={{ width: `${most ? (100 * visitors) / most : 0}%` }} />
                {list.sign && (
                  <span class="sign" aria-hidden="true">
                    {list.sign(value)}
                  </span>
                )}
                <span class="name" title={list.name(value)}>
                  {list.name(value)}
                </span>
              </th>
              <td title={formatExactly(visitors)}>{formatCount(visitors)}</td>
              <td class="share">{formatShare(percent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!entries.length && <p class="nothing">{list.nothing}</p>}
    </section>
  );
};
