"""Clients that open many connections and send a byte now and then, against the real process."""

import asyncio
import contextlib
import re
import time

import psutil

from services.collector.tests.live import Collector, running, until

SLOW_CLIENTS = 300
REQUEST_TIMEOUT_S = 2
ROUNDS = 3
SERVED_WITHIN_S = 5
HEAD = b"POST /api/event HTTP/1.1\r\nhost: shop.example\r\ncontent-length: 600\r\n\r\n"


async def dawdle(port: int, end_s: float, heard: list[bytes]) -> None:
    """Begin a request, go on a byte at a time, and begin anew whenever the server has enough.

    Who writes to a connection that was closed just then may get a reset in the place of the answer: nothing is heard.
    """
    while time.monotonic() < end_s:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        reading = asyncio.create_task(reader.read())
        writer.write(HEAD)
        while not reading.done():
            writer.write(b"{")
            await asyncio.sleep(0.5)
        with contextlib.suppress(ConnectionResetError):
            heard.append(await reading)
        writer.close()


def connections(collector: Collector) -> int:
    return len(psutil.Process(collector.process.pid).net_connections("tcp"))


async def test_bodies_of_a_byte_at_a_time_keep_nobody_out_and_no_connection_open(environ: dict[str, str]):
    heard: list[bytes] = []
    served_s: list[float] = []
    async with running(environ | {"REQUEST_TIMEOUT_S": str(REQUEST_TIMEOUT_S)}) as collector:
        idle = connections(collector)
        end_s = time.monotonic() + ROUNDS * REQUEST_TIMEOUT_S
        async with asyncio.TaskGroup() as dawdling:
            for _ in range(SLOW_CLIENTS):
                dawdling.create_task(dawdle(int(environ["PORT"]), end_s, heard))
            while time.monotonic() < end_s:
                began_s = time.monotonic()
                assert (await collector.send("https://shop.example/")).status_code == 202
                served_s.append(time.monotonic() - began_s)
        await until(lambda: connections(collector) <= idle + 1, what="all connections to be closed")
        told = (await collector.client.get("/metrics")).text
    refused = int(re.search(r'refused_total\{status="408"\} (\d+)', told)[1])
    assert max(served_s) < SERVED_WITHIN_S
    assert refused >= len(heard) >= SLOW_CLIENTS
    assert {answer.partition(b"\r\n")[0] for answer in heard} == {b"HTTP/1.1 408 Request Timeout"}
    assert all(answer.endswith(b'{"errors":{"request":["should arrive within 2 s"]}}') for answer in heard)
