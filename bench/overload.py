"""What happens at several times what the pipeline can take: who is refused, what it costs in memory, what is lost.

python -m bench.overload     on a stack of its own, whose collector takes so much of a site and holds so little pending

wrk sends as fast as it is answered, so what is offered is what is refused and accepted together. The bound on a site
is for the operator to set: at what the pipeline behind it takes. Prints refusals by reason, the collector's resident
memory before and at most, and how long the last accepted beacon took to its row after the load had ended.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from tests.chaos.flood import LONG, MANY, flood
from tests.chaos.oracle import Row, judge, stored_rows
from tests.chaos.ordeal import told
from tests.integration.collector_metrics import refusals
from tests.integration.process_memory import watched
from tests.integration.running_stack import Stack, running, until

PATIENCE_S = 300
_MIB = 1024 * 1024


def rows_of(stack: Stack, site: str) -> list[Row]:
    """All rows of the site."""
    return stored_rows(stack.endpoints["clickhouse"], site)


def overload(stack: Stack, seconds: int) -> None:
    """Send, wait for the rows, print."""
    site = stack.new_site()
    with watched([stack.pid("collector")]) as (memory,):
        found = flood(site, [stack.collector], seconds, MANY, LONG)
    accepted, answers = found.ledger.accepted(), sum(found.answers().values())
    drained_s = until(
        lambda: accepted <= {row.beacon_id for row in rows_of(stack, site)}, what="the rows", within_s=PATIENCE_S
    )
    time.sleep(3)
    verdict = judge(found.ledger, rows_of(stack, site))
    shed = ", ".join(f"{count} {reason}" for reason, count in sorted(refusals(stack.http, stack.collector).items()))
    print(
        f"overload: {answers / seconds:.0f} beacons/s offered, {len(accepted) / seconds:.0f} accepted: "
        f"{answers / max(len(accepted), 1):.1f} times; refused: {shed}\n"
        f"overload: {len(accepted)} accepted, {told(verdict) or 'nothing lost, nothing twice'}; "
        f"lag drained in {drained_s:.1f} s; "
        f"collector {memory.before // _MIB} MiB before, {memory.most // _MIB} MiB at most"
    )


def main() -> None:
    """Run it on a stack of its own."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seconds", type=int, default=20)
    reader.add_argument("--rate", type=int, default=2_000, help="beacons a second of one site that are taken")
    reader.add_argument("--pending", type=int, default=60_000, help="bytes that may wait for an acknowledgement")
    asked = reader.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("overload needs wrk (Debian: apt-get install wrk)")
    # the local stack hands its own environment on to its services
    os.environ |= {
        "SITE_RATE_PER_S": str(asked.rate),
        "SITE_BURST": str(asked.rate),
        "MAX_PENDING_BYTES": str(asked.pending),
    }
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "state") as stack:
            overload(stack, asked.seconds)


if __name__ == "__main__":
    main()
