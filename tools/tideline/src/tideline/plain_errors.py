"""What an operator can mend, as one line on standard error and exit status 1 instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg
from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError
from redis.exceptions import RedisError
from runtime.kafka_topic_ids import TopicIdError
from runtime.settings import SettingsError

from tideline.accounts import AccountError
from tideline.importing.file_import import UnverifiedError
from tideline.importing.import_lock import ImportRunsError
from tideline.importing.reading import FileError
from tideline.migrations import MigrationError
from tideline.topics import TopicError

_MENDABLE = (AccountError, MigrationError, TopicError, SettingsError, FileError, ImportRunsError, UnverifiedError)
_AWAY = "{engine} does not answer at its URL ({error}); is it running, and is {variable} right?"


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what an operator can mend into one line on standard error and exit status 1."""
    try:
        yield
    except _MENDABLE as error:
        raise click.ClickException(str(error)) from error
    except psycopg.OperationalError as error:
        raise click.ClickException(_away("Postgres", error, "POSTGRES_URL")) from error
    except psycopg.errors.UndefinedTable as error:
        raise click.ClickException("Postgres has no tables yet; run `tideline migrate` first") from error
    except RedisError as error:
        raise click.ClickException(_away("Redis", error, "REDIS_URL")) from error
    except (KafkaError, TopicIdError) as error:
        raise click.ClickException(_away("Kafka", error, "KAFKA_URL")) from error
    except ClickHouseError as error:
        raise click.ClickException(_away("ClickHouse", error, "CLICKHOUSE_URL")) from error


def _away(engine: str, error: Exception, variable: str) -> str:
    return _AWAY.format(engine=engine, error=str(error).split("\n", 1)[0], variable=variable)
