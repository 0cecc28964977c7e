"""Start the front: `python -m local_stack.clickhouse_front --path DIR --port N`; exits 1 with a line that says why."""

import sys

from runtime import lifecycle

from local_stack.clickhouse_front.folder import FolderInUseError
from local_stack.clickhouse_front.options import read
from local_stack.clickhouse_front.wiring import STOP_DEADLINE_S, wire

if __name__ == "__main__":
    options = read(sys.argv[1:])
    try:
        lifecycle.main("clickhouse", lambda: wire(options), stop_deadline_s=STOP_DEADLINE_S)
    except FolderInUseError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"cannot listen on {options.host}:{options.port}: {error.strerror or error}")
