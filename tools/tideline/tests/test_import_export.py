"""Events in by file and out again, on the real engines."""

import json
import uuid

import clickhouse_connect
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tideline.accounts import add_site
from tideline.commands import cli


@pytest.fixture(scope="module")
def environ(migrated_postgres_url, migrated_clickhouse_url):
    return {
        "KAFKA_URL": "kafka://127.0.0.1:9",
        "REDIS_URL": "redis://127.0.0.1:9",
        "POSTGRES_URL": migrated_postgres_url,
        "CLICKHOUSE_URL": migrated_clickhouse_url,
    }


@pytest.fixture(scope="module")
def clickhouse(migrated_clickhouse_url):
    client = clickhouse_connect.get_client(dsn=migrated_clickhouse_url)
    yield client
    client.close()


class Site:
    """A new site, and the commands of the command line on it."""

    def __init__(self, environ, clickhouse, folder):
        self.domain = f"{uuid.uuid4().hex[:12]}.example"
        self.site_id = add_site(environ["POSTGRES_URL"], self.domain, "Etc/UTC")
        self._environ, self._clickhouse, self._folder = environ, clickhouse, folder

    def load(self, lines):
        file = self._folder / f"{uuid.uuid4().hex}.ndjson"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return self.run("import", "events", str(file), "--site", self.domain)

    def dump(self, *more):
        done = self.run("export", "events", "--site", self.domain, *more)
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run(self, *words):
        return CliRunner(env=self._environ).invoke(cli, words)

    def ask(self, what):
        text = f"SELECT {what} FROM events WHERE site_id = {self.site_id}"
        return self._clickhouse.query(text).result_rows


@pytest.fixture
def new_site(environ, clickhouse, tmp_path_factory):
    return lambda: Site(environ, clickhouse, tmp_path_factory.mktemp("lines"))


def line(minute=0, visitor="a", name="pageview", page="/", **more):
    stamp = f"2026-10-01T{10 + minute // 60:02}:{minute % 60:02}:00.000Z"
    return {"timestamp": stamp, "name": name, "visitor": visitor, "hostname": "x.example", "page": page} | more


VISIT = [
    line(0, page="/in", referrer="google.com", source="Google", country="DE", city=2_950_159, device="Desktop"),
    line(1, page="/mid"),
    line(2, name="Signup", page="/mid", props={"plan": "free"}),
    line(3, name="engagement", page="/mid", engagement_ms=9_000, scroll_depth=70),
    line(5, page="/out"),
    line(60, page="/again"),
    line(0, visitor="b", page="/other"),
]


def test_sessions_entry_exit_and_channel_are_made_as_for_live_events(new_site):
    site = new_site()
    done = site.load(VISIT)
    assert done.exit_code == 0, done.output
    assert "7 events in the file, 7 stored, 0 were there already" in done.output
    assert site.ask("uniqExact(session_id), uniqExact(visitor), count(), min(imported)") == [(3, 2, 7, True)]
    last = site.ask("entry_page, exit_page, channel, session_pageviews, is_bounce, country, session_seq")
    assert ("/in", "/out", "Organic Search", 3, False, "DE", 5) in last
    assert ("/again", "/again", "Direct", 1, True, "", 1) in last
    assert ("/other", "/other", "Direct", 1, True, "", 1) in last


def test_the_same_file_twice_counts_once_in_whatever_order(new_site):
    site = new_site()
    site.load(VISIT)
    again = site.load(list(reversed(VISIT)))
    assert "7 events in the file, 0 stored, 7 were there already" in again.output
    assert site.ask("count(), uniqExact(visitor)") == [(7, 2)]


def test_lines_that_are_alike_are_all_counted(new_site):
    site = new_site()
    site.load([line(), line(), line(visitor="b"), line(1)])
    assert site.ask("count(), uniqExact(event_id)") == [(4, 4)]


def test_a_longer_file_adds_what_is_new_to_the_visitors_and_sessions_that_are_there(new_site):
    site = new_site()
    site.load(VISIT[:4])
    more = site.load(VISIT)
    assert "7 events in the file, 3 stored, 4 were there already" in more.output
    assert site.ask("uniqExact(session_id), uniqExact(visitor), count()") == [(3, 2, 7)]


def test_the_same_lines_belong_to_each_site_by_itself(new_site):
    one, other = new_site(), new_site()
    one.load(VISIT)
    assert "7 stored" in other.load(VISIT).output
    assert one.ask("groupBitXor(visitor)") != other.ask("groupBitXor(visitor)")


def test_an_unknown_key_is_refused_by_name_and_nothing_is_stored(new_site):
    site = new_site()
    refused = site.load([line(), line(1) | {"colour": "red"}, line(2, city="Berlin")])
    assert refused.exit_code == 1
    assert "line 2: Object contains unknown field `colour`" in refused.output
    assert "line 3: `city`: Expected `int`, got `str`" in refused.output
    assert "Traceback" not in refused.output
    assert site.ask("count()") == [(0,)]


def test_a_site_that_is_not_registered_is_refused(new_site):
    site = new_site()
    refused = site.run("import", "events", __file__, "--site", "nowhere.example")
    assert refused.exit_code == 1
    assert "tideline site add nowhere.example" in refused.output


def test_an_empty_file_stores_nothing(new_site):
    assert "0 events in the file" in new_site().load([]).output


def test_an_export_can_be_cut_to_days(new_site):
    site = new_site()
    days = [line() | {"timestamp": f"2026-10-0{day}T00:00:00.000Z"} for day in (1, 2, 3, 4)]
    site.load(days)
    found = site.dump("--from", "2026-10-02", "--to", "2026-10-03")
    assert [row["timestamp"][:10] for row in found] == ["2026-10-02", "2026-10-03"]


WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "timestamp": st.integers(0, 10_000_000).map(
                lambda s: (
                    f"2026-{8 + s // 4_000_000:02}-01T{s // 3600 % 24:02}:{s // 60 % 60:02}:{s % 60:02}.{s % 997:03}Z"
                )
            ),
            "name": st.sampled_from(["pageview", "engagement", "Signup"]),
            "visitor": st.sampled_from(["a", "b", "c"]),
        },
        optional={
            "hostname": st.sampled_from(["x.example", "y.example"]),
            "page": WORD.map(lambda w: f"/{w}"),
            "props": st.dictionaries(WORD.filter(bool), WORD, max_size=3),
            "scroll_depth": st.integers(0, 100),
            "engagement_ms": st.integers(0, 10**9),
            "revenue_amount": st.sampled_from(["9.90", "0", "-3.5", 7, 1.25]),
            "revenue_currency": st.sampled_from(["EUR", "JPY"]),
            "interactive": st.booleans(),
            "referrer": st.sampled_from(["google.com/x", "a.example/b/c", ""]),
            "source": st.sampled_from(["Google", "a.example", ""]),
            "utm_source": st.sampled_from(["fb", "letter"]),
            "utm_medium": st.sampled_from(["cpc", "email"]),
            "click_id": st.sampled_from(["gclid", ""]),
            "country": st.sampled_from(["DE", "FR", ""]),
            "region": st.just("DE-BE"),
            "city": st.integers(0, 2**32 - 1),
            "city_name": WORD,
            "device": st.sampled_from(["Desktop", "Mobile"]),
            "browser_version": st.sampled_from(["140", "26.0"]),
            "screen_width": st.integers(0, 5_000),
        },
    ),
    max_size=12,
)


def unlabelled(lines):
    """Lines without labels, in an order that does not hang on them; and how many visitors there are."""
    texts = sorted(json.dumps({k: v for k, v in row.items() if k != "visitor"}, sort_keys=True) for row in lines)
    return texts, len({row["visitor"] for row in lines})


@settings(
    max_examples=15,
    deadline=None,
    phases=set(Phase) - {Phase.shrink},
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(LINES)
def test_what_is_exported_imported_elsewhere_and_exported_again_is_the_same(new_site, lines):
    first, second = new_site(), new_site()
    loaded = first.load(lines)
    assert loaded.exit_code == 0, loaded.output
    out = first.dump()
    assert len(out) == len(lines)
    again = second.load(out)
    assert again.exit_code == 0, again.output
    assert unlabelled(second.dump()) == unlabelled(out)
