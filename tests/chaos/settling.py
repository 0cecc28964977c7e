"""A load that is over, beside or without an ordeal: everything accepted is stored once, and nobody lags behind."""

import math

from tests.chaos.field import Field
from tests.chaos.load import NO_ANSWER, Ledger
from tests.chaos.oracle import judge
from tests.chaos.ordeal import complete, told, waited
from tests.chaos.report import Report, Run


def settle(field: Field, site: str, ledger: Ledger, report: Report, name: str, within_s: float) -> None:
    """Wait, judge and add a run of that name. Fails where anything is lost, doubled, split or late."""
    settled_s = waited(lambda: complete(field, site, ledger.accepted()) and field.lag() == 0, within_s)
    verdict = judge(ledger, field.rows(site) or [])
    report.add(
        Run(
            fault=name,
            sent=sum(one.status != NO_ANSWER for one in ledger.sent),
            accepted=len(ledger.accepted()),
            lost=len(verdict.lost),
            doubled=len(verdict.doubled),
            split=len(verdict.split),
            recovered_s=settled_s,
        )
    )
    assert verdict.right, f"{name}: {told(verdict)}"
    assert math.isfinite(settled_s), f"{name}: {field.lag()} records behind after {within_s} s"
    assert not field.audit(site)
