"""Second reading of the clock of a serious event: 24 hours from the awareness, to the minute, on the site's clock.

Source: ICH E2A and E6 (immediate report of serious events); 24 hours counted from the site's awareness are the protocol's.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crf import serious
from crf.checks import safety

SHANGHAI = ZoneInfo("Asia/Shanghai")
AWARE = datetime(2026, 3, 6, 1, 0, tzinfo=SHANGHAI)
DAY = timedelta(hours=24)


def event(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"serious": "Y", "aware_at": AWARE, "reported_at": None, "now": AWARE} | values)


@pytest.mark.parametrize(
    ("after", "in_time"),
    [(timedelta(0), True), (DAY, True), (DAY + timedelta(minutes=1), False), (timedelta(hours=43), False)],
)
def test_a_report_is_in_time_up_to_24_hours_and_not_to_the_end_of_the_next_day(after: timedelta, in_time: bool) -> None:
    assert safety.reported_in_time(event(reported_at=AWARE + after)) is in_time


@pytest.mark.parametrize(
    ("after", "says"), [(timedelta(hours=1), None), (DAY, None), (DAY + timedelta(minutes=1), False)]
)
def test_what_is_not_reported_is_asked_about_once_the_day_is_over(after: timedelta, says: bool | None) -> None:
    assert safety.reported_in_time(event(now=AWARE + after)) is says


def test_the_clock_runs_until_it_is_reported_and_only_for_serious_events() -> None:
    running = serious.clock(event(), zone=SHANGHAI, now=AWARE + timedelta(hours=20))
    assert (
        running is not None
        and running.until == AWARE + DAY
        and running.left == timedelta(hours=4)
        and not running.overdue
    )
    late = serious.clock(event(), zone=SHANGHAI, now=AWARE + timedelta(hours=25))
    assert late is not None and late.overdue
    assert serious.clock(event(serious="N"), zone=SHANGHAI, now=AWARE) is None
    assert serious.clock(event(reported_at=AWARE + DAY * 2), zone=SHANGHAI, now=AWARE + DAY * 3) is None


def test_the_clock_is_the_sites_and_not_the_servers() -> None:
    found = serious.clock(event(aware_at=AWARE.astimezone(UTC)), zone=SHANGHAI, now=AWARE)
    assert found is not None and found.until is not None
    assert found.until.strftime("%H:%M") == "01:00"


def test_an_event_of_which_nobody_says_since_when_is_due_now() -> None:
    found = serious.clock(event(aware_at=None), zone=SHANGHAI, now=AWARE)
    assert found is not None and found.overdue
    assert "report it now" in found.text
