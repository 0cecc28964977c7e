"""An enricher that is killed as it is about to send a section, its dead letters being acknowledged."""

import os
import signal

from enricher.adapters.kafka_log import KafkaLog
from enricher.settings import Settings
from enricher.wiring import wire
from runtime import lifecycle, settings


async def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    KafkaLog.emit = die
    found = settings.load(Settings, os.environ)
    lifecycle.main("enricher", lambda: wire(found))
