"""How many events a second one enricher makes without Kafka: unseal, decode, enrich, encode; one process, one thread.

    .venv/bin/python bench/enricher_core.py [beacons in an envelope] [events]

The first pass sees every user agent for the first time; the second is what a running process does. CPU time tells
what a core of its own would give where other work shares the machine.
"""

import gc
import os
import sys
import time
from itertools import islice

from beacon_mix import beacons
from contract.envelope import (
    VERSION,
    BeaconEnvelopeHead,
    EventEnvelope,
    Section,
    decode_beacons,
    encode_beacons,
    encode_events,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from enricher.adapters.geo_database import open_places
from enricher.adapters.user_agents import UserAgents
from enricher.envelope_to_events import enrich
from enricher.live_sessions import DAY_MS
from enricher.lookups import Lookups, remembered
from enricher.partition_state import PartitionState
from enricher.steps.draft import World, origin_of

START_MS = 1_763_899_200_000
EVENTS = 300_000
KEY = AESGCM(bytes(32))
INCARNATION = bytes(16)


def sealed(in_envelope: int, events: int) -> list[bytes]:
    """Values of `beacons` records with so many beacons each."""
    stream = beacons(START_MS, 20_000)
    head = BeaconEnvelopeHead(VERSION, bytes(8), 0, 1, bytes(16))
    return [encode_beacons(head, list(islice(stream, in_envelope)), KEY) for _ in range(events // in_envelope)]


def run(values: list[bytes], lookups: Lookups, state: PartitionState) -> None:
    """Print how fast these records become values of `events` records."""
    salts = {START_MS // DAY_MS: os.urandom(16)}
    made, size = 0, 0
    begin, cpu_begin = time.perf_counter(), time.process_time()
    for offset, value in enumerate(values):
        world = World(origin_of(INCARNATION, 0, offset), salts, state.sessions, lookups)
        enriched = enrich(decode_beacons(value, KEY), world)
        section = Section(offset, enriched.events, enriched.dropped, [], START_MS)
        size += len(encode_events(EventEnvelope(VERSION, INCARNATION, [section], {bytes(8): 1})))
        made += len(enriched.events)
    seconds, cpu_s = time.perf_counter() - begin, time.process_time() - cpu_begin
    print(
        f"  {made:,} events in {seconds:.2f} s: {made / seconds:,.0f}/s by the clock, "
        f"{made / cpu_s:,.0f}/s by CPU time; {size / made:.0f} bytes an event encoded"
    )


def main() -> None:
    """Measure twice over the same records."""
    in_envelope = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    events = int(sys.argv[2]) if len(sys.argv) > 2 else EVENTS
    print(f"{in_envelope} beacons an envelope, 10,000 user agents, 100,000 addresses, 5,000 pages")
    values = sealed(in_envelope, events)
    lookups = remembered(UserAgents().client_of, open_places(os.environ.get("GEO_DATABASE", "")), 20_000)
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as runtime.lifecycle sets them for every service
    print("first pass, every user agent new:")
    run(values, lookups, PartitionState(INCARNATION))
    print("second pass:")
    run(values, lookups, PartitionState(INCARNATION))


if __name__ == "__main__":
    main()
