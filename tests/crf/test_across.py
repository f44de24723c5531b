"""A correction in one form opens and closes what another form asks about it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from crf.across import readers
from crf.declare.form import casebook
from crf.workflow import Query
from tests import study
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


def test_every_check_that_asks_another_form_says_so() -> None:
    """`latest` is the only way across; a check without `reads` would not be judged again."""

    class Spy:
        def __init__(self) -> None:
            self.read: set[str] = set()

        def latest(self, form: str, item: str) -> Any:
            self.read.add(f"{form}.{item}")

        def __getattr__(self, name: str) -> Any:
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

    for form in casebook():
        for check in form.declared.checks.values():
            spy = Spy()
            with contextlib.suppress(TypeError):  # arithmetic on a stand-in: what it read before that is enough
                check.holds(spy)
            assert spy.read <= set(check.reads), check.id


def test_nothing_is_judged_again_for_an_item_nobody_reads() -> None:
    assert readers("demographics", {"height", "sex"}) == []
    assert [(form.declared.name, [c.id for c in checks]) for form, checks in readers("demographics", {"weight"})] == [
        ("car_t_infusion", ["EX-03"])
    ]
