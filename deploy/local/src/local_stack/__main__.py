"""`python -m local_stack up|status|env|fetch`: the local stack's commands, each with an exit status for scripts."""

import asyncio
import os
import shlex
import sys

import click
from rich.console import Console
from runtime.settings import SettingsError, load

from local_stack import endpoints, kafka_jars, kafka_start_cache
from local_stack.child import StartError
from local_stack.demo import OperatorError
from local_stack.ports import PortTakenError
from local_stack.settings import Settings
from local_stack.state_lock import AlreadyRunningError
from local_stack.status import status as show_status
from local_stack.terminal import Terminal
from local_stack.up import up as run_stack

_PLAIN = (AlreadyRunningError, PortTakenError, StartError, OperatorError, kafka_jars.FetchError, SettingsError)
"""What the person at the terminal can act upon: told in words, without a traceback."""


@click.group()
def cli() -> None:
    """Run Tideline's four engines and its services on this machine, without Docker."""


@cli.command()
def up() -> None:
    """Start everything, and stop it on Ctrl-C."""
    asyncio.run(run_stack(_settings(), Terminal()))


@cli.command()
def status() -> None:
    """List each process; exits 1 where one is down or does not answer."""
    sys.exit(0 if show_status(_settings(), _wide_console()) else 1)


@cli.command()
def env() -> None:
    """Print the running stack's four URLs as shell exports, for `tideline`; exits 1 where none runs."""
    found = endpoints.read(_settings().places.endpoints)
    if found is None:
        raise click.ClickException("nothing is running; `make up` starts it")
    for engine in ("kafka", "redis", "postgres", "clickhouse"):
        click.echo(f"export {engine.upper()}_URL={shlex.quote(getattr(found, engine))}")


@cli.command()
def fetch() -> None:
    """Fetch what a first start needs (Kafka's jars), so that later ones work offline."""
    jars = kafka_jars.fetch(_settings().places.cache)
    kafka_start_cache.make(jars)


def _wide_console() -> Console:
    """A console that cuts nothing off where its output goes to a file or another program."""
    console = Console()
    return console if console.is_terminal else Console(width=200)


def _settings() -> Settings:
    return load(Settings, os.environ)


if __name__ == "__main__":
    try:
        cli()
    except _PLAIN as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
