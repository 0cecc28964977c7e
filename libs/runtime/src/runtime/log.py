"""Log lines: JSON on standard error, an event name and fields, nothing that a visitor sent."""

import logging
import sys
import time

import structlog

_REPEAT_AFTER_S = 10.0
_CHATTY = ("aiokafka", "faust", "mode", "kafka")


class _OncePerWhile(logging.Filter):
    """Lets a library say the same thing once in ten seconds: while a broker is away, some say it ten times in one."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what was said a moment ago."""
        if not record.name.startswith(_CHATTY):
            return True
        now, what = time.monotonic(), (record.name, str(record.msg))
        if now - self._said_at.get(what, -_REPEAT_AFTER_S) < _REPEAT_AFTER_S:
            return False
        self._said_at[what] = now
        return True


def configure(service: str, level: str = "INFO") -> None:
    """Send both structlog's and the standard library's lines to standard error as JSON of one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    handler.addFilter(_OncePerWhile())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    structlog.contextvars.bind_contextvars(service=service)
    for noisy in ("uvicorn.access", "aiokafka", "httpx", "faust", "mode"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; call it as `log.info("event_name", field=value)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
