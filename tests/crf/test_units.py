"""A number typed in another unit: the standard value is what counts, and what was typed stays beside it everywhere."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from crf import conflict, entry, review, sheet, words
from crf.declare.measured import Measured
from crf.exports import dictionary, tables
from crf.models.chemistry import Chemistry
from crf.models.haematology import Haematology
from tests import study
from tests.filled import fill
from trial.models import AuditEvent, Subject, User

pytestmark = pytest.mark.django_db


def typed(form: Any, **changes: Any) -> dict[str, Any]:
    return fill(form)[0] | changes


def submit(name: str, infused: Subject, by: User, data: dict[str, Any], **options: Any) -> Any:
    return study.submit(name, infused, "d4", data, by=by, **options).row


@pytest.mark.parametrize(
    ("item", "text", "unit", "standard"),
    [
        ("creatinine", "1.2", "mg/dL", "106"),  # 1.2 x 88.4 = 106.08
        ("creatinine", "106", "umol/L", "106"),
        ("bilirubin", "1.25", "mg/dL", "21.4"),  # 21.375
        ("calcium", "9.40", "mg/dL", "2.35"),  # 2.3453
        ("albumin", "3.5", "g/dL", "35.0"),
        ("albumin", "35", "", "35.0"),
    ],
)
def test_the_standard_value_is_stored_beside_what_was_typed(
    infused: Subject, investigator: User, scope: None, item: str, text: str, unit: str, standard: str
) -> None:
    row = submit("chemistry", infused, investigator, typed(Chemistry, **{item: text, f"{item}_unit": unit}))
    row = Chemistry.objects.get(pk=row.pk)
    own = Chemistry.declared.items[item].about.unit
    assert (getattr(row, item), getattr(row, f"{item}_entered")) == (Decimal(standard), text)
    assert getattr(row, f"{item}_unit") == (unit or own)


def test_grade_checks_and_ranges_see_the_standard_value(infused: Subject, investigator: User, scope: None) -> None:
    data = typed(Haematology, haemoglobin="7.9", haemoglobin_unit="g/dL")
    row = submit("haematology", infused, investigator, data)
    of = sheet.of_row(Haematology.objects.select_related("subject__site", "visit").get(pk=row.pk))
    assert (of.haemoglobin, of.haemoglobin_grade.value) == (79, 3)
    with pytest.raises(entry.Invalid) as refused:
        submit("haematology", infused, investigator, data | {"haemoglobin": "79"}, reason="Wrong unit")
    assert "10 to 250 g/L" in refused.value.page.errors["haemoglobin"][0]  # 790 g/L


@pytest.mark.parametrize(
    ("text", "unit"), [("1.2", "g/L"), ("1.2", "stone"), ("1.23456", "mg/dL"), ("x", "mg/dL"), ("1e9", "mg/dL")]
)
def test_another_unit_and_what_is_no_value_are_refused_at_the_item(
    infused: Subject, investigator: User, scope: None, text: str, unit: str
) -> None:
    with pytest.raises(entry.Invalid) as refused:
        submit("chemistry", infused, investigator, typed(Chemistry, creatinine=text, creatinine_unit=unit))
    assert set(refused.value.page.errors) == {"creatinine"}
    assert not Chemistry.objects.exists()


def test_another_unit_for_the_same_value_is_a_change_with_a_reason_and_sending_again_is_none(
    infused: Subject, investigator: User, scope: None
) -> None:
    data = typed(Chemistry, creatinine="106")
    submit("chemistry", infused, investigator, data)
    other = data | {"creatinine": "1.2", "creatinine_unit": "mg/dL"}
    with pytest.raises(entry.Invalid) as refused:
        submit("chemistry", infused, investigator, other)
    assert refused.value.needs_reason
    row = submit("chemistry", infused, investigator, other, reason="As in the report")
    assert (row.creatinine, row.creatinine_entered, row.creatinine_unit, row.version) == (106, "1.2", "mg/dL", 2)
    assert submit("chemistry", infused, investigator, other).version == 2
    change = AuditEvent.objects.filter(table_name="crf_chemistry", action="U").get()
    assert change.after is not None and change.after["creatinine_unit"] == "mg/dL"
    history = {line["label"]: (line["old"], line["new"]) for line in words.history(row) if line["why"]}
    assert history == {
        "Creatinine, as entered": ("106", "1.2"), "Creatinine, unit as entered": ("µmol/L", "mg/dL"),
    }  # fmt: skip


def test_a_value_taken_away_leaves_nothing_beside_it(infused: Subject, investigator: User, scope: None) -> None:
    data = typed(Chemistry, creatinine="1.2", creatinine_unit="mg/dL")
    submit("chemistry", infused, investigator, data)
    gone = data | {"creatinine": "", "creatinine__missing": "NOT DONE"}
    row = submit("chemistry", infused, investigator, gone, reason="Another subject's")
    stored = Chemistry.objects.values_list("creatinine", "creatinine_entered", "creatinine_unit").get(pk=row.pk)
    assert stored == (None, None, None)


def test_the_history_does_not_repeat_a_value_that_was_typed_in_its_own_unit(
    infused: Subject, investigator: User, scope: None
) -> None:
    row = submit("chemistry", infused, investigator, typed(Chemistry))
    assert not [line["label"] for line in words.history(row) if "as entered" in line["label"]]


def test_the_page_shows_what_was_typed_and_the_review_shows_both(
    client: Client, infused: Subject, investigator: User, scope: None
) -> None:
    row = submit("chemistry", infused, investigator, typed(Chemistry, creatinine="1.2", creatinine_unit="mg/dL"))
    client.force_login(investigator)
    page = client.get(f"/subjects/{infused.code}/d4/chemistry/").content.decode()
    assert 'name="creatinine" value="1.2"' in page
    assert '<output class="cw-standard" id="id_creatinine_standard">= 106 µmol/L</output>' in page
    assert '<output class="cw-standard" id="id_bilirubin_standard"></output>' in page  # typed in its own unit
    assert '<option value="mg/dL" selected>mg/dL</option>' in page
    cards = review.sections(Chemistry.objects.select_related("visit").get(pk=row.pk), set())
    (shown,) = [one["value"] for card in cards for one in card["entries"] if one["name"] == "creatinine"]
    assert shown == "106 µmol/L (entered as 1.2 mg/dL)"


@pytest.mark.parametrize(
    ("text", "unit", "shown"),
    [
        ("1.2", "mg/dL", "= 106 µmol/L"), ("１．２", "mg/dL", "= 106 µmol/L"), ("1.2", "umol/L", ""), ("", "mg/dL", ""),
        ("x", "mg/dL", ""), ("1.2", "stone", ""), ("1e999", "mg/dL", ""), ("1" * 500, "mg/dL", ""),
    ],
)  # fmt: skip
def test_while_typing_the_page_says_what_it_is_in_the_standard_unit(
    client: Client, infused: Subject, investigator: User, scope: None, text: str, unit: str, shown: str
) -> None:
    client.force_login(investigator)
    url = f"/subjects/{infused.code}/d4/chemistry/"
    page = client.post(url + "verdict/", {"creatinine": text, "creatinine_unit": unit}).content.decode()
    place = '<output class="cw-standard" id="id_creatinine_standard" hx-swap-oob="true">'
    assert f"{place}{shown}</output>" in page


def test_export_and_dictionary_have_both(infused: Subject, investigator: User, scope: None) -> None:
    submit("chemistry", infused, investigator, typed(Chemistry, creatinine="1.2", creatinine_unit="mg/dL"))
    (file,) = [one for one in tables.files() if one.name == "chemistry.csv"]
    (line,) = [dict(zip(file.columns, row, strict=True)) for row in file.rows()]
    assert [line[name] for name in ("creatinine", "creatinine_entered", "creatinine_unit")] == ["106", "1.2", "mg/dL"]
    lines = {(one["form"], one["item"]): one for one in csv.DictReader(io.StringIO(dictionary.text()))}
    assert lines[("chemistry", "creatinine")]["other_units"] == "mg/dL x 88.4"
    assert lines[("chemistry", "alt")]["other_units"] == ""


def test_the_sentence_of_another_unit_follows_the_language() -> None:
    item = Chemistry.declared.items["creatinine"]
    with translation.override("en"):
        assert item.in_words(Measured(106, "1.2", "mg/dL")) == "106 µmol/L (entered as 1.2 mg/dL)"
        assert item.in_words(Measured(106, "106", "umol/L")) == item.in_words(Decimal(106)) == "106 µmol/L"


def test_in_a_conflict_theirs_is_taken_with_its_unit(infused: Subject, investigator: User, scope: None) -> None:
    submit("chemistry", infused, investigator, typed(Chemistry, creatinine="1.2", creatinine_unit="mg/dL"))
    place = entry.Place(Chemistry, infused, study.visit_of(infused, "d4"))
    mine = QueryDict(mutable=True)
    mine.update(typed(Chemistry, creatinine="99", creatinine_unit="umol/L") | {"_pick_creatinine": "theirs"})
    theirs = conflict.stored_as_typed(place, by=investigator)
    chosen = conflict.resolved(place, mine, theirs, by=investigator, version=1)
    assert (chosen["creatinine"], chosen["creatinine_unit"]) == ("1.2", "mg/dL")
