"""Looks sections up in the loss ledger."""

from collections import defaultdict
from collections.abc import Iterable

from clickhouse_connect.driver.client import Client
from contract.dead_letter import DeadLetter
from contract.outcomes import Tally

from tideline.letters.judging import SectionLines
from tideline.sql_files import sql

Place = tuple[bytes, int, int]
"""Incarnation, partition and source offset of a section."""


def section_lines(client: Client, letters: Iterable[DeadLetter]) -> dict[Place, SectionLines]:
    """What the ledger says of each letter's section. Raises ClickHouseError."""
    offsets: dict[tuple[bytes, int], set[int]] = defaultdict(set)
    for letter in letters:
        offsets[letter.incarnation, letter.partition].add(letter.source_offset)
    found: dict[Place, SectionLines] = {}
    for (incarnation, partition), wanted in offsets.items():
        found |= _of_partition(client, incarnation, partition, wanted)
    return found


def place_of(letter: DeadLetter) -> Place:
    """Where the letter's section stands."""
    return letter.incarnation, letter.partition, letter.source_offset


def _of_partition(client: Client, incarnation: bytes, partition: int, wanted: set[int]) -> dict[Place, SectionLines]:
    asked = {"incarnation": incarnation.hex(), "partition": partition}
    ((last,),) = client.query(sql("ledger_last_section"), parameters=asked).result_rows
    lines: dict[int, list[Tally]] = defaultdict(list)
    for offset, *line in client.query(sql("ledger_of_sections"), parameters=asked | {"offsets": [*wanted]}).result_rows:
        lines[offset].append(Tally(*line))
    return {
        (incarnation, partition, offset): SectionLines(tuple(lines.get(offset, ())), offset < last or offset in lines)
        for offset in wanted
    }
