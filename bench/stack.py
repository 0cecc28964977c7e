"""How fast and how small the local stack is: first and second start, resident memory, the broker's return.

python -m bench.stack     runs a stack of its own without traffic, about a minute on a quiet machine

What was fetched (jars, countries) is taken from the checkout's cache.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from local_stack.places import checkout_state
from local_stack.probes import NotReadyError, kafka

BASE = 27_200
SETTLE_S = 10
RUN = (sys.executable, "-m", "local_stack")


def seconds_until(happened: Callable[[], bool], timeout_s: float = 300) -> float:
    """Wait until it happened; how long that took. Raises TimeoutError."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > timeout_s:
            raise TimeoutError(happened)
        time.sleep(0.02)
    return time.monotonic() - began


def start(environment: dict[str, str], endpoints: Path) -> tuple[subprocess.Popen[bytes], float]:
    """A started stack and the seconds that it took until it had announced itself."""
    began = time.monotonic()
    process = subprocess.Popen((*RUN, "up"), env=environment, stdout=subprocess.DEVNULL)
    seconds_until(lambda: endpoints.exists() or process.poll() is not None)
    if process.poll() is not None:
        raise SystemExit("the stack did not start")
    return process, time.monotonic() - began


def stop(process: subprocess.Popen[bytes]) -> float:
    """Stop it as Ctrl-C would; the seconds that it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(60)
    return time.monotonic() - began


def broker_return_s(state: Path) -> float:
    """Kill the broker; the seconds until it answers again."""
    pids = {line["name"]: line["pid"] for line in json.loads((state / "processes.json").read_text())}
    os.kill(pids["kafka"], signal.SIGKILL)
    time.sleep(0.05)

    def answers() -> bool:
        try:
            kafka(BASE + 92)()
        except (OSError, NotReadyError):
            return False
        return True

    return 0.05 + seconds_until(answers)


def resident_mib(environment: dict[str, str]) -> int:
    """The last line of `status`: everything together."""
    listed = subprocess.run((*RUN, "status"), env=environment, check=False, capture_output=True, text=True).stdout
    print(listed)
    found = re.search(r"^together\s+(\d+) MiB", listed, re.MULTILINE)
    return int(found[1]) if found else 0


def main() -> None:
    """Print one figure a line."""
    with TemporaryDirectory(prefix="tideline-bench-") as folder:
        state = Path(folder)
        (state / "cache").symlink_to(checkout_state({}) / "cache")
        environment = os.environ | {
            "TIDELINE_STATE_DIR": folder,
            "TIDELINE_PORT_BASE": str(BASE),
            "TIDELINE_DEMO": "false",
        }
        process, first_s = start(environment, state / "endpoints.json")
        stop(process)
        process, second_s = start(environment, state / "endpoints.json")
        time.sleep(SETTLE_S)
        together_mib = resident_mib(environment)
        returned_s = broker_return_s(state)
        stopped_s = stop(process)
        print(f"first start       {first_s:6.1f} s (everything fetched, no data yet)")
        print(f"second start      {second_s:6.1f} s")
        print(f"idle, resident    {together_mib:6d} MiB")
        print(f"killed broker     {returned_s:6.1f} s until it answers")
        print(f"stop              {stopped_s:6.1f} s")
        print(f"load average      {os.getloadavg()[0]:6.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
