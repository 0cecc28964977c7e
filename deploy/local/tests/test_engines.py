"""Each engine answers in its own protocol, keeps what it must over a restart, and ends when it is asked to."""

import socket
from pathlib import Path

import psycopg
import pytest
import redis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from local_stack import probes
from local_stack.child import Child, StartError
from local_stack.engines.postgres import postgres
from local_stack.fixtures import running
from local_stack.ports import free_port
from local_stack.program import Engine, Program
from runtime.kafka_topics import make_topics


def _host(kafka_url: str) -> str:
    return kafka_url.removeprefix("kafka://")


async def test_kafka_gives_back_what_it_acknowledged(kafka_url: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=_host(kafka_url))
    await admin.start()
    await make_topics(admin, [NewTopic("stack-test", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=_host(kafka_url), acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait("stack-test", b"hello", partition=0)
    async with AIOKafkaConsumer(
        "stack-test", bootstrap_servers=_host(kafka_url), auto_offset_reset="earliest"
    ) as consumer:
        assert (await consumer.getone()).value == b"hello"


def test_redis_keeps_nothing_on_disk(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("tide", "out")
        assert client.config_get("save") == {"save": ""}
        assert client.config_get("appendonly") == {"appendonly": "no"}
        assert client.delete("tide") == 1


def test_postgres_wants_its_password(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres_url.replace(":tideline@", ":wrong@"))


def test_postgres_keeps_its_tables_over_a_restart_in_a_closed_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for statement in ("CREATE TABLE kept ()", "SELECT FROM kept"):
        with (
            running(lambda folder: postgres(free_port(), folder / "postgres"), tmp_path) as url,
            psycopg.connect(url) as connection,
        ):
            connection.execute(statement)


def test_postgres_starts_though_a_killed_ones_pid_is_somebody_elses_by_now(tmp_path: Path) -> None:
    def make(folder: Path) -> Engine:
        return postgres(free_port(), folder / "postgres")

    lock = tmp_path / "postgres" / "postmaster.pid"
    with running(make, tmp_path):
        held = lock.read_text().split("\n")
    stranger = Child(Program("stranger", ("sleep", "60"), unprivileged=True), tmp_path / "stranger.log")
    stranger.start()
    try:
        lock.write_text("\n".join([str(stranger.pid), *held[1:]]))
        with running(make, tmp_path) as url:
            psycopg.connect(url).close()
    finally:
        stranger.stop()


def test_an_open_port_that_does_not_speak_kafka_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as listener:
        port = listener.getsockname()[1]
        listener.settimeout(5)
        with pytest.raises((probes.NotReadyError, TimeoutError)):
            probes.kafka(port)()


def test_a_program_that_ends_at_once_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = Child(
        Program("brief", ("sh", "-c", "echo out of luck; exit 3"), probe=probes.redis(free_port())), tmp_path / "log"
    )
    with pytest.raises(StartError, match=r"(?s)brief ended with 3.*out of luck"):
        child.start()
