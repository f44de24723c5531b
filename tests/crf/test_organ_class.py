"""Every term of the log of adverse events has its system organ class, and another term brings one along."""

from __future__ import annotations

from typing import Any

import pytest

from crf import entry
from crf.codelists import CLASS_OF_TERM, EventTerm, OrganClass, organ_class
from crf.models.adverse_event import AdverseEvent
from tests import study
from tests.filled import fill
from trial.models import Subject, User


def test_every_term_but_other_has_a_class() -> None:
    assert set(CLASS_OF_TERM) == set(EventTerm.values) - {"OTHER"}


# CTCAE 5.0: "Neutrophil count decreased" stands under Investigations, "Febrile neutropenia" and "Anemia" under Blood.
@pytest.mark.parametrize(
    ("term", "chosen", "expected"),
    [
        ("NEUTROPENIA", None, "INVESTIGATIONS"), ("FEBRILE_NEUTROPENIA", None, "BLOOD"), ("ANAEMIA", None, "BLOOD"),
        ("CRS", None, "IMMUNE"), ("ICANS", "CARDIAC", "NERVOUS"), ("OTHER", "CARDIAC", "CARDIAC"), ("OTHER", None, None),
        (None, None, None),
    ],
)  # fmt: skip
def test_the_class_follows_the_term(term: str | None, chosen: str | None, expected: str | None) -> None:
    assert organ_class(term, chosen) == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_another_term_asks_for_its_class_and_a_term_of_the_list_does_not(infused: Subject, investigator: User) -> None:
    def log(**changes: Any) -> Any:
        return study.submit("adverse_event", infused, "log", fill(AdverseEvent)[0] | changes, by=investigator)

    with pytest.raises(entry.Invalid) as refused:
        log(term="OTHER", organ_class="")
    assert set(refused.value.page.errors) == {"organ_class"}
    row = log(term="OTHER", organ_class=OrganClass.CARDIAC.value).row
    assert row.organ_class == "CARDIAC"
