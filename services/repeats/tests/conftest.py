"""Records of `repeats` as collectors seal them, under one tide."""

import os
import time
from collections.abc import Callable

import msgspec
import pytest
from contract.beacon import Beacon
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.tide import Tide, day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from repeats.ports import Record

NOW_MS = time.time_ns() // 1_000_000
TIDE = Tide(day_of(NOW_MS), os.urandom(16), os.urandom(16), os.urandom(32))
KEY = AESGCM(TIDE.key)
INCARNATION = b"i" * 16


def beacon_of(attempt_id: str, **fields: object) -> Beacon:
    made = Beacon(1, NOW_MS, "203.0.113.1", "Firefox", "pageview", "https://a.example/", attempt_id=attempt_id)
    return msgspec.structs.replace(made, repeat=True, **fields)


@pytest.fixture
def record() -> Callable[..., Record]:
    def make(offset: int, *beacons: Beacon, partition: int = 0, timestamp_ms: int = NOW_MS, **head: object) -> Record:
        clear = BeaconEnvelopeHead(VERSION, b"collectr", partition, offset + 1, TIDE.key_id)
        value = encode_beacons(msgspec.structs.replace(clear, **head), list(beacons), KEY)
        return Record(partition, offset, timestamp_ms, value)

    return make
