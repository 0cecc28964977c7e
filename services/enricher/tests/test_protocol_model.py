"""The protocol of beacons → events as a state machine: the real partitions, outbox and state, crashed at any await.

Two owners at a time (the second may be a zombie that does not know it yet), collectors that send again, a group whose
commit says anything, retention, a topic made anew. Broken variants of the protocol show that the machine finds faults.
"""

import asyncio
from collections.abc import Iterable

import pytest
from contract.beacon import Beacon
from contract.dead_letter import DeadLetter
from contract.dead_letter_limit import DeadLetterLimit
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.tide import day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from enricher.live_sessions import LiveSessions
from enricher.lookups import remembered
from enricher.outbox import Outbox
from enricher.partition_state import PartitionState
from enricher.partitions import Partitions
from enricher.ports import Record
from enricher.record_to_beacons import Opener
from enricher.record_to_section import SectionMaker
from enricher.steps.client import Client
from enricher.steps.place import NOWHERE
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tides.awaiting import AwaitedSecrets

from services.enricher.tests.conftest import NOON_MS, StaticSecrets
from services.enricher.tests.protocol_reader import Sent, check, sections_read
from services.enricher.tests.stepped_log import Broker, SteppedLog

MINUTE_MS = 60_000
SECRETS = StaticSecrets()
TODAY = SECRETS.tides[day_of(NOON_MS)]
LOOKUPS = remembered(lambda _: Client(), lambda _: NOWHERE, 100)
MOST_OWNERS, MOST_STEPS, SPINS = 2, 2_000, 12


class Owner:
    """One life of an enricher that owns the partition, or thinks so: a task that carries what it is handed."""

    def __init__(self, log: SteppedLog, partitions: Partitions, position: int) -> None:
        self.log = log
        self.partitions = partitions
        self.position = position
        self.task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        return self.task is None or self.task.done()


class EnricherProtocol(RuleBasedStateMachine):
    """Steps that the world may take, in any order."""

    partitions_class: type[Partitions] = Partitions
    log_class: type[SteppedLog] = SteppedLog

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.broker = Broker()
        self.sent = Sent()
        self.expired: set[tuple[bytes, int]] = set()
        self.owners: list[Owner] = []
        self.dead: list[SteppedLog] = []
        self.envelopes: list[list[bytes]] = [[], []]
        self.now_ms = NOON_MS
        self.pages = 0

    # collectors

    @rule(collector=st.integers(0, 1), visitors=st.lists(st.integers(1, 2), max_size=3), minutes=st.integers(0, 20))
    def collector_sends(self, collector: int, visitors: list[int], minutes: int) -> None:
        self.now_ms += minutes * MINUTE_MS
        paths = [f"/{self.pages + place}" for place in range(len(visitors))]
        self.pages += len(visitors)
        beacons = [
            Beacon(1, self.now_ms, f"203.0.113.{visitor}", "UA", "pageview", f"https://a.example{path}")
            for visitor, path in zip(visitors, paths, strict=True)
        ]
        epoch, sequence = b"epoch%03d" % collector, len(self.envelopes[collector]) + 1
        head = BeaconEnvelopeHead(VERSION, epoch, 0, sequence, TODAY.key_id)
        value = encode_beacons(head, beacons, AESGCM(TODAY.key))
        self.sent.by_value[value] = ((epoch, sequence), paths)
        self.envelopes[collector].append(value)
        self.broker.append(self.now_ms, value)

    @rule(collector=st.integers(0, 1), back=st.integers(1, 4))
    def collector_sends_again(self, collector: int, back: int) -> None:
        """In the life of a topic any earlier envelope may come again, behind it only the one that was in flight."""
        sent = self.envelopes[collector]
        if sent:
            value = sent[-min(back, len(sent))]
            here = any(record.value == value for record in self.broker.source)
            self.broker.append(self.now_ms, value if here else sent[-1])

    @rule()
    def garbage_arrives(self) -> None:
        self.broker.append(self.now_ms, b"not an envelope")

    # the group and the broker

    @rule(offset=st.integers(0, 30))
    def group_commits(self, offset: int) -> None:
        self.broker.committed = min(offset, len(self.broker.source))

    @precondition(lambda self: not self.owners and not self.dead)
    @rule(records=st.integers(1, 5))
    def retention_takes(self, records: int) -> None:
        """What nobody read in time, while nobody ran."""
        first = min(self.broker.first + records, len(self.broker.source))
        self.expired |= {(self.broker.topic_id, offset) for offset in range(self.broker.first, first)}
        self.broker.first = first

    @precondition(lambda self: not self.owners and not self.dead)
    @rule()
    def beacons_is_made_anew(self) -> None:
        self.broker.make_anew()

    # owners

    @precondition(lambda self: len(self.owners) < MOST_OWNERS)
    @rule(position=st.integers(0, 30), takes_over=st.booleans())
    def owner_starts(self, position: int, takes_over: bool) -> None:
        """Faust begins anywhere; it may hand over records before it tells of the assignment."""
        log = self.log_class(self.broker)
        sections = SectionMaker(
            Opener(SECRETS, AwaitedSecrets(SECRETS, now_s=lambda: NOON_MS / 1_000)),
            LOOKUPS,
            log,
            DeadLetterLimit(10**6),
            lambda: 0.0,
        )
        owner = Owner(log, self.partitions_class(log, sections), min(position, len(self.broker.source)))
        self.owners.append(owner)
        if takes_over:
            self._begin(owner, owner.partitions.take_over(0))

    @precondition(lambda self: any(owner.idle for owner in self.owners))
    @rule(which=st.integers(0, 1), records=st.integers(1, 6))
    def owner_is_handed_records(self, which: int, records: int) -> None:
        owner = self.owners[which % len(self.owners)]
        position = max(owner.position, self.broker.first)
        handed = self.broker.source[position : position + records]
        if owner.idle and handed:
            owner.position = handed[-1].offset + 1
            self._begin(owner, owner.partitions.carry(handed))

    @precondition(lambda self: any(owner.idle for owner in self.owners))
    @rule(which=st.integers(0, 1))
    def owner_reads_on_by_itself(self, which: int) -> None:
        owner = self.owners[which % len(self.owners)]
        if owner.idle:
            self._begin(owner, owner.partitions.read_on(0, len(self.broker.source)))

    @precondition(lambda self: any(owner.idle for owner in self.owners))
    @rule(which=st.integers(0, 1), position=st.integers(0, 30))
    def faust_seeks(self, which: int, position: int) -> None:
        self.owners[which % len(self.owners)].position = min(position, len(self.broker.source))

    @precondition(lambda self: self.owners)
    @rule(which=st.integers(0, 1))
    def owner_is_told_of_a_rebalance(self, which: int) -> None:
        self.owners[which % len(self.owners)].partitions.forget()

    @precondition(lambda self: self.owners)
    @rule(which=st.integers(0, 1), steps=st.integers(1, 8))
    def owner_goes_on(self, which: int, steps: int) -> None:
        log = self.owners[which % len(self.owners)].log
        for _ in range(steps):
            if log.gate is not None and not log.gate.done():
                log.gate.set_result(None)
                self._spin()

    @precondition(lambda self: self.owners or self.dead)
    @rule(which=st.integers(0, 3), acknowledges=st.booleans())
    def broker_appends(self, which: int, acknowledges: bool) -> None:
        """Also what a process sent that has died since."""
        logs = [owner.log for owner in self.owners] + self.dead
        log = logs[which % len(logs)]
        if log.outgoing:
            log.append_next()
        if acknowledges and log.appended:
            log.acknowledge_next()
        self._spin()

    @precondition(lambda self: self.owners)
    @rule(which=st.integers(0, 1))
    def owner_brings_through_what_it_was_handed(self, which: int) -> None:
        owner = self.owners[which % len(self.owners)]
        for _ in range(MOST_STEPS):
            if owner.idle:
                return
            self.owner_goes_on(which, 1)
            while owner.log.outgoing or owner.log.appended:
                self.broker_appends(which % len(self.owners), acknowledges=True)
        raise AssertionError("stuck")

    @precondition(lambda self: self.owners)
    @rule(which=st.integers(0, 1))
    def owner_is_killed(self, which: int) -> None:
        self._kill(self.owners[which % len(self.owners)])

    @precondition(lambda self: self.dead)
    @rule()
    def what_the_dead_sent_is_lost(self) -> None:
        self.dead.clear()

    # what must hold

    @invariant()
    def a_reader_finds_each_accepted_beacon_once_and_in_order(self) -> None:
        for owner in self.owners:
            if owner.task is not None and owner.task.done():
                owner.task.result()
        check(self.broker, self.sent, self.expired)

    def teardown(self) -> None:
        """However it went: one owner that nobody disturbs brings everything through."""
        try:
            for owner in list(self.owners):
                self._kill(owner)
            self.owner_starts(len(self.broker.source), takes_over=False)
            (owner,) = self.owners
            self.broker.committed = len(self.broker.source)
            self._begin(owner, owner.partitions.take_over(0))
            self.owner_brings_through_what_it_was_handed(0)
            self.a_reader_finds_each_accepted_beacon_once_and_in_order()
            offsets = [s.source_offset for life, s in sections_read(self.broker) if life == self.broker.topic_id]
            left = range(self.broker.first, len(self.broker.source))
            assert set(left) <= set(offsets), "left out at the end"
        finally:
            for owner in self.owners:
                if owner.task is not None:
                    owner.task.cancel()
            self._spin()
            self.loop.close()

    def _begin(self, owner: Owner, work) -> None:
        owner.task = self.loop.create_task(work)
        self._spin()

    def _kill(self, owner: Owner) -> None:
        self.owners.remove(owner)
        if owner.task is not None and not owner.task.done():
            owner.task.cancel()
            self._spin()
        if owner.log.outgoing:
            self.dead.append(owner.log)

    def _spin(self) -> None:
        """Let every task run to its next gate."""
        for _ in range(SPINS):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()


SETTINGS = settings(
    max_examples=100, stateful_step_count=50, deadline=None, phases=[Phase.reuse, Phase.generate, Phase.shrink]
)
TestEnricherProtocol = EnricherProtocol.TestCase
TestEnricherProtocol.settings = SETTINGS


class NeverFills(Partitions):
    async def _fill(self, *_: object) -> None:
        """Trusts that Faust hands over every record."""


class TrustsTheCommit(Partitions):
    async def _rebuilt(self, partition: int) -> PartitionState:
        state = await super()._rebuilt(partition)
        state.mark = await self._topics.committed(partition) - 1
        return state


class CarriesWhateverItIsHanded(Partitions):
    async def carry(self, records: Iterable[Record]) -> None:
        outbox = Outbox(self._topics)
        for record in records:
            await self._carry(record, await self._state_of(record.partition), outbox)
        await outbox.settle()


class ForgetsSessions(Partitions):
    async def _rebuilt(self, partition: int) -> PartitionState:
        state = await super()._rebuilt(partition)
        state.sessions = LiveSessions()
        return state


class ForgetsCollectors(Partitions):
    async def _rebuilt(self, partition: int) -> PartitionState:
        state = await super()._rebuilt(partition)
        state.collector_marks = {}
        return state


class SendsLettersWithoutWaiting(SteppedLog):
    async def bury(self, _: DeadLetter) -> None:
        """The letter is on its way when the process dies."""


@pytest.mark.parametrize(
    ("part", "broken", "symptom"),
    [
        ("partitions_class", NeverFills, "left out at the end|a gap"),
        ("partitions_class", TrustsTheCommit, "left out at the end|a gap"),
        ("partitions_class", CarriesWhateverItIsHanded, "left out at the end|a gap"),
        ("partitions_class", ForgetsSessions, "a session split or joined"),
        ("partitions_class", ForgetsCollectors, "counted twice"),
        ("log_class", SendsLettersWithoutWaiting, "a section before its letter"),
    ],
    ids=lambda found: found.__name__ if isinstance(found, type) else "",
)
def test_the_machine_finds_a_protocol_that_is_broken(part: str, broken: type, symptom: str) -> None:
    machine = type("Broken", (EnricherProtocol,), {part: broken})
    looking = settings(SETTINGS, max_examples=1_000, phases=[Phase.generate], derandomize=True, database=None)
    with pytest.raises(AssertionError, match=symptom):
        run_state_machine_as_test(machine, settings=looking)
