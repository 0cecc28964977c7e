"""Puts dead letters back into `beacons`, each once, however often, from wherever and however far it is run.

    claim: a record that names the letters → read back whose they are → send under its epoch → record: done

Where each beacon goes is said in `ways_back`.

The log decides: a letter belongs to the first record that names it, under that record's epoch and the letter's place in
it. Whoever runs goes on with what others began, under the same numbers, of which the enricher takes each once. It does
not remember an epoch for ever, so what arrived of an older claim is looked up in both topics first.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec
from contract.beacon import Beacon
from contract.dead_letter import DeadLetter
from contract.envelope import BeaconEnvelopeHead, UnknownVersionError, UnreadableError, decode_beacons, read_head
from contract.redrive import REDRIVE_VERSION, LetterKey, Redrive
from contract.sealing import ForgedError
from contract.topics import BEACONS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tideline.letters.judging import NotAgainError, SectionLines, rides_along, taken_back
from tideline.letters.letter_log import LetterLog
from tideline.letters.listing import Letters
from tideline.letters.section_lines import Place, place_of
from tideline.letters.ways_back import Back, numbered, ways_back

EPOCH_BYTES = 8
KEY_GONE = "its key is gone: nobody can open it any more"
STILL_UNKNOWN = "this version cannot read it either: upgrade this command too"
UNOPENABLE = "it cannot be opened: its bytes were altered, or were never an envelope"
OTHER_TOPIC = "it lay in another topic than `beacons`: it is kept for the record only"
OTHER_LIFE = "begun before `beacons` was made anew: whether it arrived nobody can tell"

Lookup = Callable[[Sequence[DeadLetter]], Mapping[Place, SectionLines]]
"""Letters to what the loss ledger says of their sections."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of the letters."""

    sent: tuple[LetterKey, ...]
    refused: dict[LetterKey, str]
    """With the reason."""


class Redriving:
    """One run over a log."""

    def __init__(self, log: LetterLog, keys: Mapping[bytes, AESGCM], look_up: Lookup) -> None:
        self._log = log
        self._keys = keys
        self._look_up = look_up

    async def run(self, wanted: Callable[[LetterKey, DeadLetter], bool]) -> Outcome:
        """Finish what was begun, then put back the open letters that are wanted."""
        sent: list[LetterKey] = []
        refused: dict[LetterKey, str] = {}
        letters = await self._log.letters()
        for epoch in letters.claims:
            await self._finish(letters, epoch, sent, refused)
        unclaimed = {key: letter for key, letter in letters.open().items() if key not in letters.owners}
        chosen = {key: letter for key, letter in unclaimed.items() if wanted(key, letter)}
        if sendable := tuple(await self._ways_back(letters, chosen, refused)):
            epoch = os.urandom(EPOCH_BYTES)
            into = await self._log.incarnation()
            await self._log.tell(Redrive(REDRIVE_VERSION, epoch, into, sendable, done=False))
            await self._finish(await self._log.letters(), epoch, sent, refused)
        return Outcome(tuple(sent), refused)

    async def _finish(
        self, letters: Letters, epoch: bytes, sent: list[LetterKey], refused: dict[LetterKey, str]
    ) -> None:
        """Send what belongs to a claim and has not arrived, then say that it is done."""
        if epoch not in letters.claims:
            return
        claim = letters.claims[epoch]
        owned = letters.owned(epoch)
        if claim.redrive.into != await self._log.incarnation():
            refused |= dict.fromkeys(owned, OTHER_LIFE)
            return
        arrived = await self._log.arrived(epoch, claim.written_ms)
        there = {key: letters.letters[key] for key in owned if key in letters.letters}
        ways = await self._ways_back(letters, there, refused)
        for key, backs in ways.items():
            for back in backs:
                if owned[key] > arrived.get(back.lane, 0):
                    await self._log.send(back.lane, numbered(back, epoch, owned[key], self._keys[back.key_id]))
            sent.append(key)
        if len(ways) == len(there):
            await self._log.tell(msgspec.structs.replace(claim.redrive, done=True))

    async def _ways_back(
        self, letters: Letters, chosen: Mapping[LetterKey, DeadLetter], refused: dict[LetterKey, str]
    ) -> dict[LetterKey, list[Back]]:
        """What each letter becomes, but for its number; those that may not come again are refused."""
        found: dict[LetterKey, list[Back]] = {}
        partitions = await self._log.repeats_partitions()
        lines = self._look_up(list(chosen.values())) if chosen else {}
        siblings = Counter((place_of(letter), letter.reason) for letter in letters.letters.values())
        for key, letter in chosen.items():
            place = place_of(letter)
            try:
                head, beacons = self._opened(letter)
                back = taken_back(letter, lines[place], siblings[place, letter.reason])
            except NotAgainError as error:
                refused[key] = str(error)
                continue
            dropped = (*rides_along(letter, head), *back)
            found[key] = ways_back(letter.partition, head.key_id, beacons, dropped, partitions)
        return found

    def _opened(self, letter: DeadLetter) -> tuple[BeaconEnvelopeHead, list[Beacon]]:
        """A letter's envelope. Raises NotAgainError."""
        if letter.topic != BEACONS.name:
            raise NotAgainError(OTHER_TOPIC)
        try:
            head = read_head(letter.value)
            if head.key_id not in self._keys:
                raise NotAgainError(KEY_GONE)
            return head, decode_beacons(letter.value, self._keys[head.key_id])
        except UnknownVersionError as error:
            raise NotAgainError(STILL_UNKNOWN) from error
        except (UnreadableError, ForgedError) as error:
            raise NotAgainError(UNOPENABLE) from error
