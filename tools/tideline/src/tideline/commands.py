"""The commands of `tideline`: words in, a table or one line out, and an error that says what to do next."""

import asyncio
import sys
from collections.abc import Callable

import click
from rich.console import Console
from rich.table import Table

from tideline.accounts import add_key, add_site, list_sites
from tideline.auditing.command import audit
from tideline.clickhouse_ledger import migrate_clickhouse
from tideline.exporting.command import export_group
from tideline.importing.command import import_group
from tideline.letters.command import dead_letters_group
from tideline.plain_errors import plain_errors
from tideline.postgres_ledger import migrate_postgres
from tideline.settings import Settings, from_environment
from tideline.topics import create_topics


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def cli(context: click.Context) -> None:
    """Operate Tideline: web analytics that counts people without following them.

    Every command reads where the engines stand from KAFKA_URL, REDIS_URL, POSTGRES_URL and CLICKHOUSE_URL.

    \b
    A first site, from nothing:
      tideline migrate
      tideline site add example.com --timezone Europe/Berlin
      tideline key add --scope stats --site example.com
    """  # noqa: D301  click takes the escape for "keep these lines as they are"
    if context.invoked_subcommand is not None and not {"-h", "--help"} & set(sys.argv):
        with plain_errors():
            context.obj = from_environment()


@cli.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring Postgres, ClickHouse and Kafka's topics to this version; safe to run again."""
    with plain_errors():
        steps: dict[str, Callable[[], list[str]]] = {
            "Postgres": lambda: migrate_postgres(settings.postgres_url, settings.schema / "postgres/migrations"),
            "ClickHouse": lambda: migrate_clickhouse(settings.clickhouse_url, settings.schema / "clickhouse"),
            "Kafka": lambda: asyncio.run(create_topics(settings.kafka_url, settings.partitions)),
        }
        for engine, step in steps.items():
            made = step()
            click.echo(f"{engine}: {', '.join(made) if made else 'up to date'}")


@cli.group()
def site() -> None:
    """Sites that beacons are accepted for."""


@site.command("add")
@click.argument("domain")
@click.option("--timezone", default="Etc/UTC", show_default=True, help="Zone in which the site's days begin.")
@click.pass_obj
def site_add(settings: Settings, domain: str, timezone: str) -> None:
    """Register DOMAIN, as in example.com. The collector knows it within 5 seconds."""
    with plain_errors():
        site_id = add_site(settings.postgres_url, domain, timezone)
    click.echo(f"added {domain} as site {site_id}")


@site.command("list")
@click.pass_obj
def site_list(settings: Settings) -> None:
    """List all sites with their time zones."""
    with plain_errors():
        sites = list_sites(settings.postgres_url)
    table = Table("id", "domain", "time zone", "added")
    for line in sites:
        table.add_row(str(line.site_id), line.domain, line.timezone, line.created_at.date().isoformat())
    Console().print(table)


@cli.group()
def key() -> None:
    """API keys."""


@key.command("add")
@click.option("--scope", type=click.Choice(["stats", "write"]), required=True, help="Read metrics, or send as anyone.")
@click.option("--site", "domain", help="Only for this site; otherwise for all.")
@click.pass_obj
def key_add(settings: Settings, scope: str, domain: str | None) -> None:
    """Make an API key and print it, once, as the last word. Only its hash is kept."""
    with plain_errors():
        made = add_key(settings.postgres_url, scope, domain)
    click.echo(f"key of scope {scope} for {domain or 'all sites'}, shown only now: {made}")


cli.add_command(audit)
cli.add_command(dead_letters_group)
cli.add_command(import_group)
cli.add_command(export_group)
