"""Settings from an environment, and the words of their errors."""

import msgspec
import pytest
from runtime.settings import SettingsError, load


class Shape(msgspec.Struct, frozen=True):
    kafka_url: str
    port: int = 7204
    flush_interval_s: float = 0.5
    in_memory: bool = False


def test_variables_are_read_by_name_in_capitals_and_converted():
    environ = {"KAFKA_URL": "kafka://h:1", "PORT": "80", "FLUSH_INTERVAL_S": "2", "IN_MEMORY": "true", "OTHER": "x"}
    assert load(Shape, environ) == Shape("kafka://h:1", 80, 2.0, True)


def test_an_empty_variable_counts_as_absent():
    assert load(Shape, {"KAFKA_URL": "kafka://h:1", "PORT": ""}).port == 7204


def test_a_missing_variable_is_named():
    with pytest.raises(SettingsError, match="KAFKA_URL"):
        load(Shape, {})


def test_a_malformed_variable_is_named():
    with pytest.raises(SettingsError, match="PORT"):
        load(Shape, {"KAFKA_URL": "kafka://h:1", "PORT": "eighty"})
