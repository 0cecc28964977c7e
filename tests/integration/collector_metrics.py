"""What a collector tells of itself at `/metrics`, asked from outside."""

import re

import httpx


def gauge(http: httpx.Client, collector: str, name: str) -> float:
    """The value of a metric without labels, by its name behind `tideline_collector_`."""
    text = http.get(f"{collector}/metrics").text
    return float(re.search(rf"^tideline_collector_{name} (\S+)$", text, re.MULTILINE)[1])  # type: ignore[index]


def refusals(http: httpx.Client, collector: str) -> dict[str, int]:
    """Refused requests by status and reason, as `429 site`."""
    text = http.get(f"{collector}/metrics").text
    found = re.findall(r'^tideline_collector_(shed|unavailable)_total\{reason="(\w+)"\} (\S+)$', text, re.MULTILINE)
    return {f"{'429' if kind == 'shed' else '503'} {reason}": int(float(count)) for kind, reason, count in found}
