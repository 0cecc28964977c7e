"""What is stored against what was answered, id by id; and whether anybody's visit was cut in two."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import clickhouse_connect

from tests.chaos.load import Ledger


@dataclass(frozen=True, slots=True)
class Row:
    """What ClickHouse has of one beacon."""

    beacon_id: int
    session_id: int
    visitor: int


@dataclass(frozen=True)
class Verdict:
    """What is wrong, by the ids that it is wrong with; all empty is right."""

    lost: frozenset[int]
    """Answered 202, and not stored."""
    doubled: frozenset[int]
    """Stored more than once, whatever they were answered."""
    invented: frozenset[int]
    """Stored, and never sent."""
    split: frozenset[int]
    """Visitors (numbers of the load) with more than one session, or more than one hash."""
    merged: frozenset[int]
    """Session ids that hold several visitors."""

    @property
    def right(self) -> bool:
        """True where every beacon is where it belongs."""
        return not (self.lost or self.doubled or self.invented or self.split or self.merged)


def judge(ledger: Ledger, rows: Iterable[Row]) -> Verdict:
    """Compare the ledger with all rows of its site. All its beacons were sent within half an hour."""
    times: Counter[int] = Counter()
    sessions: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    people: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        times[row.beacon_id] += 1
        # whichever attempt was stored may have come from another network
        if row.beacon_id < len(ledger.sent) and not ledger.sent[row.beacon_id].again:
            visitor = ledger.sent[row.beacon_id].visitor
            sessions[visitor].add((row.session_id, row.visitor))
            people[row.session_id].add(visitor)
    return Verdict(
        lost=frozenset(ledger.accepted() - set(times)),
        doubled=frozenset(beacon_id for beacon_id, count in times.items() if count > 1),
        invented=frozenset(beacon_id for beacon_id in times if beacon_id >= len(ledger.sent)),
        split=frozenset(visitor for visitor, found in sessions.items() if len(found) > 1),
        merged=frozenset(session for session, found in people.items() if len(found) > 1),
    )


_COUNT = "SELECT count() FROM events WHERE hostname = {site:String}"
_ROWS = "SELECT toUInt64(props['id']), session_id, visitor FROM events WHERE hostname = {site:String}"


def stored_rows(clickhouse_url: str, site: str, at_least: int = 0) -> list[Row]:
    """All rows of the site; none where they are fewer than `at_least`. Raises where ClickHouse does not answer."""
    client = clickhouse_connect.get_client(dsn=clickhouse_url, connect_timeout=2, send_receive_timeout=60)
    try:
        if client.query(_COUNT, {"site": site}).result_rows[0][0] < at_least:
            return []
        return [Row(*found) for found in client.query(_ROWS, {"site": site}).result_rows]
    finally:
        client.close()
