"""Whose subjects a table holds: the whole study for those who see it, the own sites for everybody else."""

from __future__ import annotations

import json
import re

import pytest

from analytics import exports, registry, report, snapshot
from analytics.models import Result
from analytics.registry import Unknown
from analytics.report import Scope
from trial import audit, version
from trial.models import User

pytestmark = pytest.mark.usefixtures("refreshed_demo")
NAMES = tuple(registry.endpoints())


def codes_in(text: str) -> set[str]:
    return set(re.findall(r"\b\d\d-\d{3}\b", text))


def everything(scope: Scope, name: str) -> str:
    """All that is kept about a table, as text."""
    kept = report.result(report.current(), scope, name, {})
    return json.dumps([kept.table, kept.details, kept.options, kept.error], ensure_ascii=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_of_some_sites_name_no_subject_of_another(name):
    for sites in (("01",), ("02", "03")):
        text = everything(Scope(sites), name)
        assert {code[:2] for code in codes_in(text)} == set(sites)
        others = {"01": "East Lake", "02": "Purple Hill", "03": "Two Rivers"}
        for code, hospital in others.items():
            assert (hospital in text) is (code in sites and name == "enrolment")


def test_the_tables_of_the_sites_add_up_to_those_of_the_study():
    frozen = report.current()
    whole = report.table(frozen, report.STUDY, "crs_by_grade", {})
    parts = [report.table(frozen, Scope((code,)), "crs_by_grade", {}) for code in ("01", "02", "03")]
    assert [part.columns[0].n for part in parts] == [10, 7, 6]
    for row in ("any", "grade_1_2", "grade_3_plus", "grade_0", "grade_4"):
        assert whole.cell(row, "all").numbers["n"] == sum(part.cell(row, "all").numbers["n"] for part in parts)


def test_a_person_without_a_site_gets_empty_tables_and_leaves_nothing_behind():
    before = Result.objects.count()
    table = report.table(report.current(), Scope(()), "crs_by_grade", {})
    assert table.columns[0].n == 0
    assert not codes_in(str(report.result(report.current(), Scope(()), "crs_by_grade", {}).table))
    assert Result.objects.count() == before


def test_the_scope_of_a_person_follows_from_the_memberships():
    def scope(username: str) -> Scope:
        user = User.objects.get(username=username)
        with audit.acting(user):
            return report.scope_of(user)

    assert scope("data-manager") == report.STUDY
    assert scope("inspector") == report.STUDY
    assert scope("coordinator-01") == Scope(("01",))
    assert scope("monitor") == Scope(("01", "02"))
    assert scope("administrator") == Scope(())


def test_a_table_is_computed_once_and_then_kept(monkeypatch):
    frozen, scope = report.current(), Scope(("03",))
    first = report.result(frozen, scope, "crs_by_grade", {"population": "enrolled"})
    monkeypatch.setattr(report, "_computed", None)
    assert report.result(frozen, scope, "crs_by_grade", {"population": "enrolled"}).pk == first.pk


@pytest.mark.parametrize("name", NAMES)
def test_every_single_choice_of_an_option_is_there_after_a_refresh(name):
    kept = Result.objects.filter(snapshot=report.current(), scope="", endpoint=name)
    entry = registry.find(name)
    wanted = [entry.choose({option.name: value}) for option in entry.options for value in option.choices]
    assert all(kept.filter(options=chosen).exists() for chosen in wanted)
    assert kept.count() == 1 + sum(len(option.choices) - 1 for option in entry.options)


def test_an_endpoint_or_option_that_is_not_offered_is_unknown():
    for name, options in (("nothing", {}), ("crs_by_grade", {"population": "x"}), ("crs_by_grade", {"x": "y"})):
        with pytest.raises(Unknown):
            report.result(report.current(), report.STUDY, name, options)


def test_the_stamp_says_when_from_what_with_which_software_and_whose():
    frozen = report.current()
    stamp = report.stamp(frozen, Scope(("01", "02")))
    assert (stamp.taken_at, stamp.content_hash) == (frozen.taken_at, frozen.content_hash)
    assert stamp.software_version == version.software()
    assert stamp.scope == "Sites 01, 02"
    assert stamp.demonstration
    assert report.stamp(frozen, report.STUDY).scope == "All sites"


def test_the_export_holds_every_table_twice_and_the_same_bytes_each_time():
    files = dict(exports.tables())
    assert set(files) == {f"endpoints/{name}.{kind}" for name in NAMES for kind in ("csv", "json")}
    assert files == dict(exports.tables())
    assert json.loads(files["endpoints/crs_by_grade.json"])["stamp"]["content_hash"] == report.current().content_hash


def test_every_deciding_form_is_in_the_snapshot():
    frozen = report.current()
    held = snapshot.thaw(frozen)["crs_assessment"]
    places = set(zip(held["subject"], held["visit"], held["occurrence"], strict=True))
    cell = report.table(frozen, report.STUDY, "crs_by_grade", {}).cell("any", "all")
    found = report.explained(frozen, report.STUDY, "crs_by_grade", {}, cell.subjects)
    assert len(found) == 20
    for detail in found:
        (form,) = detail.forms
        assert form.form == "crs_assessment"
        assert (detail.subject, form.visit, form.occurrence) in places
        assert detail.why
