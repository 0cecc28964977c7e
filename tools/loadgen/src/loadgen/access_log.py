"""Apache's combined log in (plain or gzip), its lines as beacons out."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from loadgen.outgoing import Outgoing, pageview

_LINE = re.compile(
    r'(?P<ip>\S+) \S+ \S+ \[[^\]]*\] "(?P<method>[A-Z]+) (?P<path>\S+)[^"]*" (?P<status>\d{3}) \S+'
    r' "(?P<referrer>[^"]*)" "(?P<agent>.*?)"?$'
)
_NO_PAGE = re.compile(
    r"\.(?:css|js|png|jpe?g|gif|ico|svg|webp|woff2?|ttf|eot|xml|txt|json|map|zip|gz|tar|pdf|mp[34])$", re.IGNORECASE
)
_ANSWERED = frozenset({"200", "304"})


class LogLine(msgspec.Struct, frozen=True):
    """Who asked for which path, and how it was answered."""

    ip: str
    method: str
    path: str
    """With its query."""
    status: str
    referrer: str
    user_agent: str

    @property
    def is_page(self) -> bool:
        """Whether a reader saw a page: a GET that was answered, and no picture, style or feed."""
        bare = self.path.partition("?")[0]
        return self.method == "GET" and self.status in _ANSWERED and _NO_PAGE.search(bare) is None


def parse_line(line: str) -> LogLine | None:
    """One line of the log; None for a line that is none."""
    found = _LINE.match(line.rstrip("\n"))
    if found is None:
        return None
    ip, method, path, status, referrer, agent = found.groups()
    return LogLine(ip, method, _path(path), status, _said(referrer), _said(agent))


def read_log(file: Path) -> Iterator[LogLine | None]:
    """All lines of a log in order; None for each that cannot be read."""
    with _opened(file) as lines:
        for line in lines:
            yield parse_line(line)


def beacons_of(lines: Iterator[LogLine | None], site: str, every_line: bool, rate: float) -> Iterator[Outgoing]:
    """A beacon for each page, or for each line, `rate` a second (0: all due at once)."""
    n = 0
    for line in lines:
        if line is None or not (every_line or line.is_page):
            continue
        due_s = n / rate if rate else 0.0
        yield pageview(due_s, site, line.path, line.ip, line.user_agent, line.referrer)
        n += 1


def _path(target: str) -> str:
    """What was asked for as a path: a proxy's request names a whole URL, OPTIONS a star."""
    if "://" in target:
        target = target.partition("://")[2].partition("/")[2]
    return target if target.startswith("/") else f"/{target}"


def _opened(file: Path) -> IO[str]:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", errors="replace")
    return file.open(encoding="utf-8", errors="replace")


def _said(text: str) -> str:
    return "" if text == "-" else text
