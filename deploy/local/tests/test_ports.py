"""Ports: fixed by name, refused with a message when taken."""

import os
import socket

import pytest
from local_stack import ports
from local_stack.program import Program


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", ports.free_port()))


def test_all_ports_move_with_the_base() -> None:
    assert ports.port_of("collector", 7200) == 7201
    assert ports.port_of("kafka", 17200) == 17292


def test_a_free_port_lies_below_those_that_clients_connect_from() -> None:
    assert all(ports.free_port() < 32_768 for _ in range(20))


def test_a_taken_port_is_named_with_who_wants_it_who_has_it_and_what_to_do() -> None:
    with listener() as taken:
        port = taken.getsockname()[1]
        wanting = Program("kafka", ("true",), ports=(ports.free_port(), port))
        with pytest.raises(ports.PortTakenError) as refused:
            ports.check_free([wanting])
    message = str(refused.value)
    assert f"port {port} is needed by kafka" in message
    assert f"pid {os.getpid()}" in message
    assert "TIDELINE_PORT_BASE" in message


def test_free_ports_are_no_reason_to_complain() -> None:
    ports.check_free([Program("kafka", ("true",), ports=(ports.free_port(),))])


def test_a_port_that_was_just_let_go_is_free_again() -> None:
    with listener() as taken:
        port = taken.getsockname()[1]
        assert ports.is_taken(port)
    assert not ports.is_taken(port)
