"""Faust as a component: it carries the records of `beacons` to the intake and commits behind it, and no more.

It keeps no table, elects no leader and produces nothing. Its own fault handling is not trusted with a record: it
acknowledges what a failing handler had in hand, so here the intake acknowledges, behind Kafka's own acknowledgement.
"""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import faust
from contract.topics import BEACONS
from mode.supervisors import CrashingSupervisor

from enricher.intake import Intake
from enricher.ports import Record
from enricher.settings import Settings

_BUFFERED_ENVELOPES = 64


class FaustStoppedError(Exception):
    """Faust ended by itself."""


class FaustCarrier:
    """Runs a Faust worker inside the process's event loop."""

    def __init__(self, settings: Settings, intake: Intake) -> None:
        self._settings = settings
        self._intake = intake
        self._app: faust.App | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def start(self) -> None:
        """Join the group; records come as soon as Kafka has assigned partitions."""
        self._app = self._make_app()
        await self._app.start()

    async def stop(self) -> None:
        """Take no more records, commit what was finished, leave the group."""
        if self._app is not None:
            await self._app.stop()
        if self._folder is not None:
            self._folder.cleanup()

    async def failed(self) -> None:
        """Raise what ended Faust."""
        if self._app is None:
            raise FaustStoppedError("not started")
        await self._app.wait_until_stopped()
        reason = self._app.crash_reason
        raise FaustStoppedError(type(reason).__name__) from reason

    async def ready(self) -> None:
        """A health check: raises FaustStoppedError while no group has been joined."""
        if self._app is None or not self._app.started or self._app.rebalancing:
            raise FaustStoppedError("not in the group at the moment")

    def _make_app(self) -> faust.App:
        settings = self._settings
        servers = settings.kafka_url.removeprefix("kafka://").split(",")
        app = faust.App(
            settings.group,
            broker=[f"aiokafka://{server}" for server in servers],
            value_serializer="raw",
            store="memory://",
            datadir=self._data_folder(),
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            agent_supervisor=CrashingSupervisor,
            broker_commit_interval=settings.commit_interval_s,
            broker_session_timeout=settings.session_timeout_s,
            broker_heartbeat_interval=settings.session_timeout_s / 4,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=BEACONS.max_record_bytes,
            stream_buffer_maxsize=_BUFFERED_ENVELOPES,
            stream_wait_empty=False,
            producer_linger=0,
        )
        self._connect(app)
        return app

    def _connect(self, app: faust.App) -> None:
        source = app.topic(BEACONS.name, value_type=bytes, value_serializer="raw")

        @app.agent(source, concurrency=1)
        async def carry(stream: Any) -> AsyncIterator[None]:
            async for event in stream.noack().events():
                await self._intake.take(_record_of(event.message), event.ack)
                yield

        async def on_assigned(*found: Any, **_more: Any) -> None:
            # Faust sends the app, then the set of topics and partitions
            self._intake.assigned(tp.partition for tp in found[-1] if tp.topic == BEACONS.name)

        async def on_revoked(*_: object, **_more: Any) -> None:
            self._intake.revoked()

        app.on_partitions_assigned.connect(on_assigned)
        app.on_partitions_revoked.connect(on_revoked)

    def _data_folder(self) -> Path:
        if self._settings.state_dir:
            return Path(self._settings.state_dir)
        self._folder = tempfile.TemporaryDirectory(prefix="tideline-enricher-")
        return Path(self._folder.name)


def _record_of(message: faust.types.Message) -> Record:
    return Record(message.partition, message.offset, round(message.timestamp * 1_000), message.value or b"")
