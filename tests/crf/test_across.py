"""A correction in one form opens and closes what another form asks about it."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

import pytest

from crf import entry
from crf.across import readers
from crf.declare.form import casebook, form_named
from crf.workflow import Query
from tests import study
from trial import subjects, versions
from trial.models import Subject, User

pytestmark = pytest.mark.django_db


def asked(check: str) -> list[str]:
    return list(Query.objects.filter(check_id=check).order_by("id").values_list("state", flat=True))


def correct(subject: Subject, form: str, by: User, data: dict[str, Any]) -> None:
    study.submit(form, subject, "screening", data, by=by, reason="Wrong")


@pytest.mark.usefixtures("scope")
def test_a_new_weight_questions_the_cells_given_and_the_old_one_answers(infused: Subject, coordinator: User) -> None:
    assert asked("EX-03") == []
    correct(infused, "demographics", coordinator, study.typed_demographics(weight="120.0"))
    assert asked("EX-03") == ["OPEN"]
    correct(infused, "demographics", coordinator, study.typed_demographics(weight="120.0", height="171.0"))
    assert asked("EX-03") == ["OPEN"]  # another item: nothing to judge again
    correct(infused, "demographics", coordinator, study.typed_demographics())
    assert asked("EX-03") == ["CLOSED"]


@pytest.mark.usefixtures("scope")
def test_a_later_consent_questions_the_decision_taken_before_it(enrolled: Subject, coordinator: User) -> None:
    assert asked("IE-02") == []
    correct(enrolled, "informed_consent", coordinator, study.typed_consent(consent_date="2026-04-30"))
    assert asked("IE-02") == ["OPEN"]
    correct(enrolled, "informed_consent", coordinator, study.typed_consent())
    assert asked("IE-02") == ["CLOSED"]


def test_every_check_that_asks_another_form_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """`latest` and `others` are the only ways across; a check without `reads` would not be judged again."""

    class Spy:
        def __init__(self) -> None:
            self.read: set[str] = set()

        def latest(self, form: str, item: str) -> Any:
            self.read.add(f"{form}.{item}")

        def others(self, form: str) -> Any:
            return [Stored(form, self.read)]

        def __getattr__(self, name: str) -> Any:
            return Answer()

    class Stored:
        """Stands for a form of another kind: notes which items are asked."""

        def __init__(self, form: str, read: set[str]) -> None:
            self._form, self._read = form, read

        def __getattr__(self, name: str) -> Any:
            self._read.add(f"{self._form}.{name}")
            return Answer()

    class Answer:
        """Stands for any value: never None, compares and counts as asked."""

        def __getattr__(self, name: str) -> Any:
            return Answer()

        def __call__(self, *_: Any, **__: Any) -> Any:
            return Answer()

        def __iter__(self) -> Any:
            return iter(())

        def _any(self, *_: Any) -> Any:
            return True

        __lt__ = __le__ = __gt__ = __ge__ = _any

    monkeypatch.setattr(versions, "active", lambda site: {})  # a stand-in of a site has no approvals to look up
    for form in casebook():
        for check in form.declared.checks.values():
            spy = Spy()
            with contextlib.suppress(
                TypeError, ValueError
            ):  # arithmetic on a stand-in: what it read before that is enough
                check.holds(spy)
            assert spy.read <= set(check.reads), check.id


def test_nothing_is_judged_again_for_an_item_nobody_reads() -> None:
    assert readers("demographics", {"height", "ethnicity"}) == []
    assert [(form.declared.name, [c.id for c in checks]) for form, checks in readers("demographics", {"weight"})] == [
        ("car_t_infusion", ["EX-03"]), ("vital_signs", ["VS-07"])
    ]  # fmt: skip


def enter(subject: Subject, form: str, data: dict[str, Any], *, by: User, visit: str = "", **options: Any) -> None:
    """A form of a visit, or an entry of a log."""
    subject = Subject.objects.select_related("site").get(pk=subject.pk)
    where = study.visit_of(subject, visit) if visit else None
    options = {"now": study.NOW, **options}
    entry.submit(form_named(form), subject=subject, visit=where, data=data, by=by, **options)


@pytest.mark.usefixtures("scope")
def test_a_status_asks_for_the_death_until_its_form_is_there(infused: Subject, investigator: User) -> None:
    subjects.unscheduled(infused, by=investigator, on=date(2026, 5, 4))
    enter(infused, "survival_status", {"status_on": "2026-05-04", "alive": "N"}, by=investigator, visit="u1")
    assert asked("SUR-05") == ["OPEN"]
    enter(infused, "death", {"died_on": "2026-05-02", "cause": "MYELOMA"}, by=investigator, visit="u1")
    assert asked("SUR-05") == ["CLOSED"]


@pytest.mark.usefixtures("scope")
def test_a_death_is_asked_about_a_sample_that_comes_in_later_and_bears_a_later_date(
    infused: Subject, investigator: User
) -> None:
    subjects.unscheduled(infused, by=investigator, on=date(2026, 5, 4))
    enter(infused, "death", {"died_on": "2026-05-02", "cause": "MYELOMA"}, by=investigator, visit="u1")
    count = {"haemoglobin": "90", "leukocytes": "4", "neutrophils": "2", "lymphocytes": "1", "platelets": "80"}
    enter(infused, "haematology", count | {"sampled_at": "2026-05-03 08:00"}, by=investigator, visit="u1")
    assert asked("DTH-04") == ["OPEN"]
    count["sampled_at"] = "2026-05-02 08:00"
    enter(infused, "haematology", count, by=investigator, visit="u1", reason="Wrong day")
    assert asked("DTH-04") == ["CLOSED"]


@pytest.mark.usefixtures("scope")
def test_an_event_is_no_double_of_itself_and_two_alike_ask_about_each_other(
    infused: Subject, investigator: User
) -> None:
    event = {
        "verbatim": "Herpes zoster", "term": "INFECTION", "grade": "2", "onset_on": "2026-04", "ongoing": "Y",
        "outcome": "RECOVERING/RESOLVING", "serious": "N", "related_cart": "Y", "related_lymphodepletion": "N", "aesi": "N",
    }  # fmt: skip
    enter(infused, "adverse_event", event, by=investigator)
    assert asked("AE-13") == []
    enter(infused, "adverse_event", event, by=investigator, occurrence=2)
    assert asked("AE-13") == ["OPEN", "OPEN"]
    enter(infused, "adverse_event", event | {"onset_on": "2026-05"}, by=investigator, occurrence=2, reason="Second one")
    assert asked("AE-13") == ["CLOSED", "CLOSED"]


@pytest.mark.usefixtures("scope")
def test_a_lesion_found_again_in_the_screening_is_asked_for_in_the_imaging_after_it(
    infused: Subject, investigator: User
) -> None:
    lesion = {"lesion": "1", "location": "Liver", "kind": "EXTRAOSSEOUS", "target": "Y", "is_new": "N", "state": "GONE"}
    image = {"imaged_on": "2026-03-05", "method": "CT", "new_bone_lesion": "N", "lesions": [lesion]}
    enter(infused, "extramedullary_lesions", image, by=investigator, visit="screening")
    enter(infused, "extramedullary_lesions", image | {"imaged_on": "2026-04-17"}, by=investigator, visit="m1")
    assert asked("EMD-05") == []
    two = image | {"lesions": [lesion, lesion | {"lesion": "2"}]}
    enter(infused, "extramedullary_lesions", two, by=investigator, visit="screening", reason="Read again")
    assert asked("EMD-05") == ["OPEN"]
    assert Query.objects.get(check_id="EMD-05").visit.code == "m1"
