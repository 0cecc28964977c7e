"""What stands where, as the file says it."""

from click.testing import CliRunner
from local_stack import endpoints
from local_stack.__main__ import cli
from local_stack.endpoints import Endpoints

FOUND = Endpoints(
    collector="http://127.0.0.1:1", query_api="http://127.0.0.1:2", dashboard="http://127.0.0.1:2/", kafka="kafka://k:3",
    redis="redis://r:4/0", postgres="postgresql://u:p@p:5/d", clickhouse="http://u:p@c:6/d", api_key="tl_k", site="s",
)  # fmt: skip


def test_what_was_written_is_read_and_only_its_owner_may(tmp_path):
    file = tmp_path / "endpoints.json"
    endpoints.write(file, FOUND)
    assert endpoints.read(file) == FOUND
    assert file.stat().st_mode & 0o077 == 0
    assert endpoints.read(tmp_path / "none.json") is None


def test_env_prints_the_four_urls_for_a_shell(tmp_path):
    endpoints.write(tmp_path / "endpoints.json", FOUND)
    done = CliRunner(env={"TIDELINE_STATE_DIR": str(tmp_path)}).invoke(cli, ["env"])
    assert done.output.splitlines() == [
        "export KAFKA_URL=kafka://k:3",
        "export REDIS_URL=redis://r:4/0",
        "export POSTGRES_URL=postgresql://u:p@p:5/d",
        "export CLICKHOUSE_URL=http://u:p@c:6/d",
    ]


def test_env_says_what_to_do_where_nothing_runs(tmp_path):
    done = CliRunner(env={"TIDELINE_STATE_DIR": str(tmp_path)}).invoke(cli, ["env"])
    assert done.exit_code == 1
    assert "make up" in done.output
