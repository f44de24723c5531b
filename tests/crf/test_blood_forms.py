"""What follows from all blood samples of a subject, on each form that feeds it, while it is being typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crf import sheet
from crf.declare.form import form_named
from crf.models.coagulation import Coagulation
from crf.models.haematology import Haematology
from crf.models.vital_signs import VitalSigns
from tests import study
from tests.filled import fill
from trial import subjects
from trial.models import Subject, User
from trial.rules import haematotoxicity, iec_hs_on, kinetics, kinetics_on

pytestmark = pytest.mark.django_db

# Infusion on 20 March 2026 = day 0.
DAY = {
    "screening": "10.3.2026",
    "d0": "20.3.2026",
    "d2": "22.3.2026",
    "d4": "24.3.2026",
    "d7": "27.3.2026",
    "d14": "3.4.2026",
}


def typed(form: str, visit: str, **values: str) -> dict[str, Any]:
    data, day = fill(form_named(form))[0], DAY[visit]
    when = form_named(form).declared.about_day
    return data | {when: day if form == "cart_persistence" else f"{day} 11:00", **values}


def enter(form: str, subject: Subject, visit: str, by: User, **values: str) -> None:
    study.submit(form, subject, visit, typed(form, visit, **values), by=by)


@pytest.fixture
def page(client: Client, infused: Subject, investigator: User) -> Any:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")

    def ask(form: str, visit: str, **values: str) -> str:
        url = f"/subjects/{infused.code}/{visit}/{form.replace('_', '-')}/verdict/"
        answer = client.post(url, typed(form, visit, **values))
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return ask


@pytest.fixture
def counted(infused: Subject, investigator: User, scope: None) -> Subject:
    """Neutrophils of 0.4 on day 4 and 2.0 on day 14; nothing typed for day 7 yet."""
    for visit, anc in (("d0", "2"), ("d4", "0.4"), ("d14", "2")):
        enter(
            "haematology",
            infused,
            visit,
            investigator,
            neutrophils=anc,
            platelets="150",
            leukocytes="5",
            lymphocytes="1",
        )
    return infused


def test_icaht_counts_the_days_of_all_counts_with_this_one_as_typed(counted: Subject, page: Any) -> None:
    usual = {"platelets": "150", "leukocytes": "5", "lymphocytes": "1"}
    # 0.4 stands from day 4 to day 13, 10 days: grade 2. With 1.0 on day 7 it is days 4 to 6: grade 1.
    low, high = (
        page("haematology", "d7", neutrophils="0.4", **usual),
        page("haematology", "d7", neutrophils="1.0", **usual),
    )
    assert "on 10 days from day 0 to day 30" in low and "on 3 days from day 0 to day 30" in high
    assert low.index("Early ICAHT, all counts") < low.index("Grade 2", low.index("Early ICAHT, all counts"))
    assert "a count stands until the next draw" in low
    assert "Two draws are more than 3 days apart" in low and "With a straight line between draws instead" in low


def test_a_count_before_the_infusion_is_not_graded_so(counted: Subject, page: Any) -> None:
    said = page("haematology", "screening", neutrophils="0.4")
    assert said.count(haematotoxicity.BEFORE) == 4 and "does not apply" in said


def test_death_ends_the_counting(counted: Subject, investigator: User) -> None:
    row = Haematology.objects.select_related("subject__site", "visit").get(subject=counted, visit__code="d4")
    before = sheet.of_row(row).early_icaht
    assert (before.value, "CENSORED" in before.flags) == (2, False)
    visit = subjects.unscheduled(counted, by=investigator, on=date(2026, 3, 28))
    study.submit("death", counted, visit.code, fill(form_named("death"))[0] | {"died_on": "28.3.2026"}, by=investigator)
    after = sheet.of_row(row).early_icaht
    assert (after.value, "CENSORED" in after.flags) == (1, True)  # days 4 to 8


@pytest.mark.parametrize("form", ["inflammation", "chemistry", "coagulation", "haematology"])
def test_every_panel_lists_the_findings_of_its_days_without_a_conclusion(
    form: str, infused: Subject, investigator: User, scope: None, page: Any
) -> None:
    enter("inflammation", infused, "d0", investigator, ferritin="300")
    enter("inflammation", infused, "d4", investigator, ferritin="9000", splenomegaly="N")
    enter("chemistry", infused, "d4", investigator, ldh="900")
    enter("coagulation", infused, "d4", investigator, fibrinogen="1.00")
    said = page(form, "d4", **{"inflammation": {"ferritin": "9000", "splenomegaly": "N"}, "chemistry": {"ldh": "900"},
                               "coagulation": {"fibrinogen": "1.00"}, "haematology": {}}[form])  # fmt: skip
    assert (
        "Findings of IEC-HS" in said
        and "and the investigator decides" in said
        and "from 2026-03-21 to 2026-03-24" in said
    )
    assert "Ferritin 9000.0 µg/L on 2026-03-24" in said
    assert "Lactate dehydrogenase 900.0 U/L" in said and "Fibrinogen 1.0 g/L" in said
    assert "No new splenomegaly." in said
    before = page(form, "d0")
    assert iec_hs_on.BEFORE in before and "Ferritin 9000" not in before


def test_a_value_of_another_panel_moves_the_list(infused: Subject, investigator: User, scope: None) -> None:
    enter("inflammation", infused, "d4", investigator, ferritin="9000")
    enter("coagulation", infused, "d4", investigator, fibrinogen="3.00")

    def fibrinogen() -> str:
        row = Coagulation.objects.select_related("subject__site", "visit").get(subject=infused, visit__code="d4")
        _required, supporting = sheet.of_row(row).iec_hs.because
        return next(one.sentence for one in supporting.because if one.sentence.startswith("Fibrinogen"))

    assert "at least 3.0" in fibrinogen()
    enter("coagulation", infused, "d7", investigator, fibrinogen="1.00")
    assert "at least 3.0" in fibrinogen()  # day 7 is after day 4


def test_performance_status_is_said_in_words(infused: Subject, page: Any) -> None:
    assert "Restricted in strenuous activity; walks and does light work." in page("vital_signs", "d4", ecog="1")
    assert "The performance status is not recorded." in page("vital_signs", "d4", ecog="")
    assert VitalSigns.declared.derived["performance"].needs() == ("ecog",)


def sample(day: str, value: str, **more: str) -> dict[str, str]:
    return {"sampled_on": day, "method": "QPCR", "unit": "copies/ug", "below": "", "limit": "", "value": value,
            "nominal_month": "", **more}  # fmt: skip


def of_sample(subject: Subject, **values: Any) -> sheet.Sheet:
    return sheet.Sheet(form_named("cart_persistence"), values, subject=subject, visit=study.visit_of(subject, "m1"))


def test_the_curve_of_a_sample_takes_the_samples_of_its_method_as_typed(
    infused: Subject, investigator: User, scope: None
) -> None:
    form = "cart_persistence"
    data = fill(form_named(form))[0]
    study.submit(form, infused, "m1", data | sample("17.4.2026", "1000"), by=investigator)  # day 28
    given = {
        "sampled_on": date(2026, 6, 19),
        "method": "QPCR",
        "unit": "copies/ug",
        "value": Decimal(100),
        "below": None,
    }
    now = of_sample(infused, **given)  # day 91
    assert (now.cmax.value, now.tmax.value, now.tlast.value) == ("1000 copies/ug", "28 d", "91 d")
    # 28 x 1000/2 = 14000; the line from 1000 to 100 over 63 days reaches 114.29 on day 90: 62 x 1114.29/2 = 34542.9.
    assert (now.area_28.value, now.area_90.value) == ("14000 copies/ug·d", "48542.9 copies/ug·d")
    assert now.area_28.clause == kinetics.AREA_LINEAR and "PEAK_IS_FIRST" in now.cmax.flags
    flow = of_sample(infused, **{**given, "method": "FLOW", "unit": "cells/uL"})
    assert flow.cmax.value == "100 cells/uL"
    assert of_sample(infused, **{**given, "method": None}).cmax.clause == kinetics_on.NO_METHOD
    assert of_sample(infused, **{**given, "value": None, "below": "BLQ"}).tlast.value == "28 d"


def test_before_the_infusion_nothing_follows_and_nothing_fails(enrolled: Subject, scope: None) -> None:
    for form in ("haematology", "inflammation", "chemistry", "coagulation", "cart_persistence"):
        of = sheet.Sheet(form_named(form), {}, subject=enrolled, visit=study.visit_of(enrolled, "screening"))
        for derived in of.derived():
            verdict = getattr(of, derived.name)
            assert verdict.value is None or verdict.clause


def test_several_values_of_the_same_forms_are_judged_once(counted: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    whole = Haematology.declared.derived["early_icaht"].whole
    assert whole is not None
    follow = whole.follow
    object.__setattr__(whole, "follow", lambda *read: asked.append(1) or follow(*read))
    try:
        values = {"sampled_at": study.INFUSED_AT, "neutrophils": 1}
        of = sheet.Sheet(Haematology, values, subject=counted, visit=study.visit_of(counted, "d7"))
        assert [getattr(of, name).value is not None for name in ("early_icaht", "early_t_icaht")] == [True, True]
        assert of.late_icaht.value is None and of.late_t_icaht.value is None
    finally:
        object.__setattr__(whole, "follow", follow)
    assert asked == [1]
