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

from bench.pipeline import send, site_of, stored, verdict_on, wait_for_rows
from tests.integration.collector_metrics import refusals
from tests.integration.process_memory import Memory
from tests.integration.running_stack import Stack, running

_MIB = 1024 * 1024


def overload(stack: Stack, seconds: int) -> None:
    """Send, wait for the rows, print."""
    site, site_id = site_of(stack)
    memory = Memory(stack.pid("collector"))
    with memory.watched():
        accepted, refused, sent_s = send(stack, site, seconds)
        ended = time.monotonic()
    drained_s = wait_for_rows(stack, site_id, accepted) - ended
    time.sleep(3)
    rows = stored(stack, site_id)
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(refusals(stack.http, stack.collector).items()))
    print(
        f"overload: {(accepted + refused) / sent_s:.0f} beacons/s offered, {accepted / sent_s:.0f} accepted: "
        f"{(accepted + refused) / max(accepted, 1):.1f} times; refused: {told}\n"
        f"overload: {accepted} accepted, {rows} rows, {verdict_on(accepted, rows)}; lag drained in {drained_s:.1f} s; "
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
