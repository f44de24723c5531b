"""Limits of normal of the sites: kept by the data manager with a reason, used by the grades of the forms."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from crf import sheet
from crf.declare.form import casebook, form_named
from crf.models.adverse_event import AdverseEvent
from crf.models.chemistry import Chemistry
from crf.models.haematology import Haematology
from crf.workflow import Query
from tests import study
from tests.filled import fill
from trial import audit, ranges, transfers, units
from trial.models import AuditEvent, ReferenceRange, Site, Subject, User

pytestmark = pytest.mark.django_db

ADD = "/admin/trial/referencerange/add/"
LINE = {"analyte": "alt", "sex": "F", "unit": "U/L", "high": "40", "valid_from": "2026-01-01", "source": "List of 2026"}
BLANK = dict.fromkeys(
    ("sex", "age_from", "age_to", "valid_from", "valid_to", "unit", "low", "high", "source", "reason"), ""
)


def stated(site: Site, **about: Any) -> ReferenceRange:
    with audit.acting("migration"), study.seeing_everything():
        return ReferenceRange.objects.create(site=site, **about)


def limits(site: Site, analyte: str, *, sex: str = "F", age: int = 65, on: date = date(2026, 3, 24)) -> Any:
    return ranges.limits(site, analyte, sex=sex, age=age, on=on)


def test_a_site_without_ranges_uses_the_published_ones(sites: list[Site], scope: None) -> None:
    assert limits(sites[0], "creatinine") == (41, 81)
    assert limits(sites[0], "creatinine", age=59) == (41, 73)
    assert limits(sites[0], "creatinine", sex="M") == (57, 111)


def test_a_site_uses_its_own_from_their_first_day_on_and_another_site_does_not(sites: list[Site], scope: None) -> None:
    stated(sites[0], analyte="alt", high=60, unit="U/L", valid_from=date(2026, 3, 24))
    assert limits(sites[0], "alt") == (None, 60)
    assert limits(sites[0], "alt", on=date(2026, 3, 23)) == (None, None)  # its own, and none that held then
    assert limits(sites[1], "alt") == (7, 40)
    assert limits(sites[0], "ast") == (13, 35)


def test_a_range_in_another_unit_is_read_in_the_standard_one(sites: list[Site], scope: None) -> None:
    stated(sites[0], analyte="creatinine", low="0.5", high="1.0", unit="mg/dL")
    assert limits(sites[0], "creatinine") == (Decimal("44.2"), Decimal("88.4"))


def test_every_item_that_is_graded_has_a_published_range_in_the_unit_of_its_item() -> None:
    for form in casebook():
        for derived in form.declared.derived.values():
            if derived.limits:
                assert ranges.unit_of(derived.limits) == form.declared.items[derived.limits].about.unit
    for name in ("haematology", "chemistry", "coagulation", "inflammation"):
        items = form_named(name).declared.items
        numbers = {item: str(of.about.label) for item, of in items.items() if of.kind == "number"}
        assert numbers == {item: str(ranges.LABELS[item]) for item in numbers}
        assert {item: dict(units.ALSO.get(item, {})) for item in numbers} == {
            item: items[item].also for item in numbers
        }


def test_the_grade_of_a_form_follows_the_site_the_day_and_the_value_before_the_infusion(
    sites: list[Site], infused: Subject, investigator: User, scope: None
) -> None:
    stated(infused.site, analyte="alt", high=100, unit="U/L", valid_to=study.INFUSED_AT.date() + timedelta(days=4))
    stated(infused.site, analyte="alt", high=40, unit="U/L", valid_from=study.INFUSED_AT.date() + timedelta(days=5))
    grades = {}
    for visit, day, alt in (("screening", "10.3.2026", 39), ("d4", "24.3.2026", 90), ("d7", "27.3.2026", 90)):
        data = fill(Chemistry)[0] | {"sampled_at": f"{day} 08:00", "alt": str(alt)}
        row = study.submit("chemistry", infused, visit, data, by=investigator).row
        of = sheet.of_row(Chemistry.objects.select_related("subject__site", "visit").get(pk=row.pk))
        grades[visit] = (of.alt_grade.value, of.baseline("alt"), of.alt_grade.flags)
    assert grades == {"screening": (0, None, ()), "d4": (0, 39, ()), "d7": (1, 39, ())}


def test_new_limits_move_the_grade_and_the_query_that_asks_about_it(
    manager: Client, sites: list[Site], infused: Subject, investigator: User, scope: None
) -> None:
    count = fill(Haematology)[0] | {"sampled_at": "27.3.2026 08:00", "neutrophils": "1.60"}
    row = study.submit("haematology", infused, "d7", count, by=investigator).row
    logged = fill(AdverseEvent)[0] | {
        "term": "NEUTROPENIA", "grade": "2", "onset_on": "2026-03-26", "ongoing": "Y", "ended_on": "",
        "outcome": "NOT RECOVERED/NOT RESOLVED", "grade_changes": [], "serious": "N",
    }  # fmt: skip
    study.submit("adverse_event", infused, "log", logged, by=investigator)

    def says() -> tuple[Any, list[str]]:
        of = sheet.of_row(Haematology.objects.select_related("subject__site", "visit").get(pk=row.pk))
        found = Query.objects.filter(check_id="AE-11").order_by("id")
        return of.neutrophils_grade.value, [query.state for query in found]

    assert says() == (1, [])  # below the published 1.8
    line = BLANK | {"site": infused.site_id, "analyte": "neutrophils", "unit": "10*9/L", "high": "6.0", "low": "1.5"}
    assert manager.post(ADD, line).status_code == 302
    assert says() == (0, ["OPEN"])
    (kept,) = ReferenceRange.objects.all()
    change = f"/admin/trial/referencerange/{kept.pk}/change/"
    assert manager.post(change, line | {"low": "1.8", "reason": "Misread"}).status_code == 302
    assert says() == (1, ["CLOSED"])
    assert (
        manager.post(change, line | {"low": "1.5", "analyte": "alt", "unit": "U/L", "reason": "Wrong line"}).status_code
        == 302
    )
    assert says() == (1, ["CLOSED"])


def test_limits_of_a_former_site_move_what_was_sampled_there_before_the_transfer(
    manager: Client, sites: list[Site], infused: Subject, investigator: User, scope: None
) -> None:
    count = fill(Haematology)[0] | {"sampled_at": "27.3.2026 08:00", "neutrophils": "1.60"}
    row = study.submit("haematology", infused, "d7", count, by=investigator).row
    logged = fill(AdverseEvent)[0] | {
        "term": "NEUTROPENIA", "grade": "2", "onset_on": "2026-03-26", "ongoing": "Y", "ended_on": "",
        "outcome": "NOT RECOVERED/NOT RESOLVED",
        "grade_changes": [], "serious": "N",
    }  # fmt: skip
    study.submit("adverse_event", infused, "log", logged, by=investigator)
    by, on = User.objects.get(username="data_manager"), date(2026, 4, 10)
    transfers.transfer(infused, sites[1], by=by, on=on, reason="The site closes", now=study.NOW)
    line = BLANK | {"analyte": "neutrophils", "unit": "10*9/L", "high": "6.0", "low": "1.5"}
    for site, states in ((sites[1], []), (sites[0], ["OPEN"])):  # those of the new site say nothing about March
        assert manager.post(ADD, line | {"site": site.pk}).status_code == 302
        found = Query.objects.filter(check_id="AE-11").order_by("id")
        assert [query.state for query in found] == states
    of = sheet.of_row(Haematology.objects.select_related("subject__site", "visit").get(pk=row.pk))
    assert of.neutrophils_grade.value == 0


def test_a_range_is_seen_by_its_site_alone_and_written_with_a_name_and_changed_with_a_reason(
    sites: list[Site], scope: None
) -> None:
    row = stated(sites[0], analyte="alt", high=60, unit="U/L")
    with audit.seeing([sites[1].pk]):
        assert not ReferenceRange.objects.exists()
    for change in ({"high": 70}, {"high": 70, "source": "x"}):
        with pytest.raises(DatabaseError, match="reason"), transaction.atomic(), audit.acting("migration"):
            ReferenceRange.objects.filter(pk=row.pk).update(**change)
    assert ReferenceRange.objects.get(pk=row.pk).high == 60


@pytest.fixture
def manager(client: Client, sites: list[Site]) -> Client:
    client.force_login(study.person("DATA_MANAGER"))
    return client


def test_the_data_manager_adds_ends_and_follows_a_range(manager: Client, sites: list[Site], scope: None) -> None:
    assert manager.post(ADD, BLANK | LINE | {"site": sites[0].pk}).status_code == 302
    row = ReferenceRange.objects.get()
    change = f"/admin/trial/referencerange/{row.pk}/change/"
    ended = BLANK | LINE | {"site": sites[0].pk, "valid_to": "2026-03-01"}
    refused = manager.post(change, ended)
    assert "Please give a reason." in refused.content.decode()
    assert manager.post(change, ended | {"reason": "New analyser"}).status_code == 302
    event = AuditEvent.objects.get(table_name="trial_referencerange", action="U")
    assert (event.reason, event.after) == ("New analyser", {"valid_to": "2026-03-01"})
    assert (
        manager.post(ADD, BLANK | LINE | {"site": sites[0].pk, "valid_from": "2026-03-02", "high": "45"}).status_code
        == 302
    )
    assert [limits(sites[0], "alt", on=day)[1] for day in (date(2026, 3, 1), date(2026, 3, 2))] == [40, 45]
    assert "New analyser" in manager.get(f"/admin/trial/referencerange/{row.pk}/history/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unit": "mg/dL"}, "Please enter one of: U/L."),
        ({"high": ""}, "at least one limit"),
        ({"sex": ""}, "Another range of this laboratory holds"),
        ({"valid_from": ""}, "Another range of this laboratory holds"),
        ({"age_from": "60"}, "Another range of this laboratory holds"),
        ({"low": "50"}, "The end lies before the beginning"),
    ],
)
def test_a_range_that_says_nothing_or_says_it_twice_is_refused(
    manager: Client, sites: list[Site], scope: None, wrong: dict[str, str], says: str
) -> None:
    stated(sites[0], analyte="alt", sex="F", high=40, unit="U/L", valid_from=date(2025, 1, 1))
    answer = manager.post(ADD, BLANK | LINE | {"site": sites[1 if "low" in wrong else 0].pk} | wrong)
    assert answer.status_code == 200 and says in answer.content.decode()
    assert ReferenceRange.objects.count() == 1


def test_ranges_for_parted_ages_and_the_other_sex_stand_beside_one_another(
    manager: Client, sites: list[Site], scope: None
) -> None:
    for part in ({"age_to": "49"}, {"age_from": "50"}, {"sex": "M"}):
        assert manager.post(ADD, BLANK | LINE | {"site": sites[0].pk} | part).status_code == 302
    assert ReferenceRange.objects.count() == 3


@pytest.mark.parametrize(("role", "sees"), [("MONITOR", 200), ("STATISTICIAN", 200), ("ADMINISTRATOR", 403)])
def test_reviewers_read_the_ranges_and_nobody_else_changes_them(
    client: Client, sites: list[Site], scope: None, role: str, sees: int
) -> None:
    client.force_login(study.person(role))
    assert client.get("/admin/trial/referencerange/").status_code == sees
    assert client.get(ADD).status_code == 403


def test_adopting_the_published_ranges_makes_them_the_sites_own_once(sites: list[Site], scope: None) -> None:
    with audit.acting("import"):
        taken = ranges.adopt(sites[0], valid_from=date(2018, 11, 1))
        assert (taken, ranges.adopt(sites[0], valid_from=date(2018, 11, 1))) == (len(ranges.published()), 0)
    found = ranges.among(ranges.of_site(sites[0]), "haemoglobin", sex="M", age=60, on=date(2020, 1, 1))
    assert (found.low, found.high, found.assumed) == (130, 175, False)
