"""Records of `dead-letters` in, the letters that are still to be looked at out, with whoever has claimed them."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec
from contract.dead_letter import DeadLetter
from contract.envelope import BeaconEnvelopeHead, UnknownVersionError, UnreadableError, read_head
from contract.redrive import REDRIVE_PARTITION, LetterKey, Redrive, decode_letter_record, key_of

from tideline.topic_reading import TopicRecord


class Claim(msgspec.Struct, frozen=True):
    """A record of re-driving that is not known to be done, and when it was written."""

    redrive: Redrive
    written_ms: int


class Letters(msgspec.Struct, frozen=True):
    """What stands in the topic."""

    letters: Mapping[LetterKey, DeadLetter]
    """All, each once, those that are done with included."""
    owners: Mapping[LetterKey, bytes]
    """Letter to the epoch of the first record that names it."""
    claims: Mapping[bytes, Claim]
    """Epoch to what was begun; and is not done."""
    unreadable: int = 0

    def open(self) -> dict[LetterKey, DeadLetter]:
        """The letters that nobody has put back yet, in order of their keys."""
        return {
            key: self.letters[key]
            for key in sorted(self.letters)
            if key not in self.owners or self.owners[key] in self.claims
        }

    def owned(self, epoch: bytes) -> dict[LetterKey, int]:
        """The letters that belong to a claim, with their sequences."""
        named = self.claims[epoch].redrive.letters
        return {key: sequence for sequence, key in enumerate(named, 1) if self.owners[key] == epoch}


def letters_of(records: Iterable[TopicRecord]) -> Letters:
    """Everything that the records say. Order within the partition of re-driving decides who owns a letter."""
    letters: dict[LetterKey, DeadLetter] = {}
    owners: dict[LetterKey, bytes] = {}
    claims: dict[bytes, Claim] = {}
    done: set[bytes] = set()
    unreadable = 0
    for record in records:
        try:
            found = decode_letter_record(record.value)
        except UnreadableError:
            unreadable += 1
            continue
        if isinstance(found, DeadLetter):
            letters.setdefault(key_of(found), found)
        elif record.partition == REDRIVE_PARTITION:
            for key in found.letters:
                owners.setdefault(key, found.epoch)
            claims.setdefault(found.epoch, Claim(found, record.timestamp_ms))
            if found.done:
                done.add(found.epoch)
    undone = {epoch: claim for epoch, claim in claims.items() if epoch not in done}
    return Letters(letters, owners, undone, unreadable)


def short_id(key: LetterKey) -> str:
    """What an operator calls a letter: 12 hex digits of its key."""
    return hashlib.blake2b(msgspec.msgpack.encode(key), digest_size=6).hexdigest()


def head_of(letter: DeadLetter) -> BeaconEnvelopeHead | None:
    """The clear part of a letter's envelope; None where this version cannot read it."""
    try:
        return read_head(letter.value)
    except (UnknownVersionError, UnreadableError):
        return None
