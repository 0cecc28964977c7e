"""Fixed visits and answers computed by hand: days of 23 and 25 hours, half-hour zones, visits cut by ranges."""

DAY = ["2026-11-02", "2026-11-02"]


async def test_a_day_counts_people_visits_and_pages(shore, visit):
    shore.add(
        visit(("2026-11-02T10:00", "/"), ("2026-11-02T10:01:00", "/docs"), source="Google", channel="Organic Search"),
        visit(("2026-11-02T11:00", "/")),
    )
    metrics = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events")
    assert await shore.ask(*metrics, date_range=DAY) == [[2, 2, 3, 1.5, 50, 30, 3]]
