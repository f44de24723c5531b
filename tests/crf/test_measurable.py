"""The myeloma history shows the class of measurable disease while it is typed, and once it is frozen."""

from __future__ import annotations

import pytest
from django.test import Client

from crf.models.myeloma_history import MyelomaHistory
from crf.models.myeloma_laboratory import MyelomaLaboratory
from tests import study
from tests.filled import fill
from trial.models import Subject, User

pytestmark = pytest.mark.django_db
LABORATORY = fill(MyelomaLaboratory)[0] | {
    "sampled_on": "2026-03-03", "serum_m_protein": "2.4", "urine_m_protein": "0", "kappa_flc": "12", "lambda_flc": "11",
    "spurious": "N",
}  # fmt: skip
HISTORY = fill(MyelomaHistory)[0] | {"assessed_on": "2026-03-03", "heavy_chain": "IGG", "light_chain": "KAPPA"}


def page(subject: Subject, user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    found = client.get(f"/subjects/{subject.code}/screening/myeloma-history/")
    assert found.status_code == 200
    return found.content.decode()


def enter(subject: Subject, user: User) -> None:
    with study.seeing_everything():
        study.submit("myeloma_laboratory", subject, "screening", LABORATORY, by=user)
        study.submit("myeloma_history", subject, "screening", HISTORY, by=user)


def test_before_the_infusion_it_is_that_of_the_values_so_far(enrolled: Subject, investigator: User) -> None:
    enter(enrolled, investigator)
    html = page(enrolled, investigator)
    assert "Measurable disease" in html
    assert "As of the values recorded so far" in html
    assert "Serum M-protein 2.4 g/dL" in html


def test_after_the_infusion_it_is_frozen(infused: Subject, investigator: User) -> None:
    enter(infused, investigator)
    html = page(infused, investigator)
    assert "As of the values recorded so far" not in html
    assert "Response is followed by serum M-protein." in html
