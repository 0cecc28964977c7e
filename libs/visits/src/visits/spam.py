"""Referrer spam: a referrer's host in, whether it is a known spammer's out; the facts are in `data/`."""

from importlib import resources


def is_spam(host: str) -> bool:
    """Whether the host, or a domain above it, sends visits that never happened; lower case, without `www.`."""
    while host:
        if host in _HOSTS:
            return True
        host = host.partition(".")[2]
    return False


def _load() -> frozenset[str]:
    text = resources.files("visits").joinpath("data", "spam_referrers.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


_HOSTS = _load()
