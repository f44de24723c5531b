"""`manage.py amendment` on the demonstration study: what protocol 2.0 touches, and the queries to expect of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics import amendment, registry, snapshot
from crf.amendment import diff, impact
from crf.exports import dictionary
from crf.models.vital_signs import VitalSigns
from crf.workflow import Query
from tests import study
from trial.models import AuditEvent

ITEMS = {
    ("crs_assessment", "temperature_route", "retired"),
    ("crs_assessment", "antipyretic_scheduled", "added"),
    ("crs_assessment", "anticytokine_doses", "added"),
}


@pytest.fixture
def said(demo_study: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*args: str, **options: Any) -> str:
        call_command("amendment", *args, **options)
        return capsys.readouterr().out

    return run


def test_the_impact_list_of_the_demonstration_names_form_items_and_checks(said: Callable[..., str]) -> None:
    found = json.loads(said(json=True))
    assert (found["from_version"], found["to_version"], found["touched"]) == ("1.0", "2.0", ["crs_assessment"])
    assert {(one["form"], one["item"], one["change"]) for one in found["items"]} == ITEMS
    checks = {one["check"]: one for one in found["checks"]}
    assert {check: (one["change"], one["replaces"]) for check, one in checks.items()} == {
        "CRS-08.2": ("changed", "CRS-08"),
        "CRS-24": ("added", ""),
    }
    (form,) = found["forms"]
    assert set(form["stored"]) == {"1.0", "2.0"} and min(form["stored"].values()) > 100
    assert checks["CRS-24"]["judged"] == form["stored"]["1.0"]


def test_it_says_which_data_sets_and_endpoints_read_a_touched_form(said: Callable[..., str]) -> None:
    found = json.loads(said(json=True))["conclusions"]
    assert found["datasets"]["adcrs"] == ["crs_assessment"]
    for name in registry.endpoints():
        reads = any(frame.partition(".")[0] == "crs_assessment" for frame in registry.forms(name))
        assert (name in found["endpoints"]) == reads
    # No table reads where the temperature was taken, nor what is asked since.
    assert found["moved_endpoints"] == []


def test_what_reads_an_item_moves_when_it_is_blank_and_nothing_else_does(demo_study: None) -> None:
    frames = snapshot.read().frames
    _datasets, tables = amendment.moved_by([("crs_assessment", "temperature")], frames)
    assert "crs_by_grade" in tables and not {"emd_response", "overall_survival", "mrd_negativity"} & set(tables)
    datasets, tables = amendment.moved_by([("crs_assessment", "vasopressors.drug")], frames)
    assert "adcrs" in datasets and "best_response" not in tables
    assert amendment.moved_by([("crs_assessment", "no_such_item")], frames) == ([], [])


def test_the_text_is_for_people(said: Callable[..., str]) -> None:
    text = said()
    assert text.startswith("Protocol 1.0 -> 2.0. Nothing was written.")
    assert "retired  crs_assessment.temperature_route  Taken at" in text
    assert "changed  crs_assessment CRS-08.2 instead of CRS-08" in text
    assert "queries" in text and "crs_by_grade: crs_assessment" in text


def test_backwards_what_was_added_is_retired_and_no_version_to_itself_touches_nothing(said: Callable[..., str]) -> None:
    back = json.loads(said("2.0", "1.0", json=True))
    assert {one["item"]: one["change"] for one in back["items"]}["antipyretic_scheduled"] == "retired"
    assert {one["check"]: one["change"] for one in back["checks"]}["CRS-24"] == "retired"
    same = json.loads(said("2.0", "2.0", json=True))
    assert (same["items"], same["checks"], same["forms"], same["conclusions"]["endpoints"]) == ([], [], [], {})


def test_an_unknown_version_or_a_file_that_is_not_there_is_refused_in_words(said: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="no protocol version 7.0. Known are: 1.0, 2.0"):
        said("1.0", "7.0")
    with pytest.raises(CommandError, match="no file"):
        said(dictionary=Path("nowhere.csv"))


def _older(path: Path) -> Path:
    """The dictionary with another label, another plausible range, one item less and one that is gone since."""
    lines = dictionary.text().splitlines()
    head = lines[0].split(",")
    found = [lines[0]]
    for line in lines[1:]:
        if line.startswith("vital_signs,Vital signs,Measurements at rest,pulse,"):
            cells = line.split(",")
            cells[head.index("label")], cells[head.index("soft_high")] = "Heart rate", "250"
            line = ",".join(cells)
        if not line.startswith("vital_signs,Vital signs,Weight and performance status,ecog,"):
            found.append(line)
    found.append("vital_signs,Vital signs,When,posture,Posture" + "," * (len(head) - 5))
    path.write_text("\r\n".join(found), encoding="utf-8")
    return path


def test_the_dictionary_as_it_was_shows_what_no_version_says(said: Callable[..., str], tmp_path: Path) -> None:
    old = _older(tmp_path / "old.csv")
    changes = {(one.item, one.change): one.what for one in diff(old)}
    assert set(changes) == {("pulse", "changed"), ("ecog", "added"), ("posture", "removed")}
    assert changes["pulse", "changed"] == {"label": ("Heart rate", "Pulse"), "soft_high": ("250", "140")}
    text = said(dictionary=old)
    assert "label: Heart rate -> Pulse" in text and "changed  vital_signs RANGE:pulse" in text


def test_the_present_dictionary_has_no_difference(demo_study: None, tmp_path: Path) -> None:
    file = tmp_path / "same.csv"
    file.write_text(dictionary.text(), encoding="utf-8")
    assert diff(file) == []


def test_a_dry_run_counts_the_queries_that_a_narrower_range_would_open_and_writes_nothing(
    demo_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with study.seeing_everything():
        before = Query.objects.count(), AuditEvent.objects.count()
        file = tmp_path / "old.csv"
        file.write_text(dictionary.text(), encoding="utf-8")
        item = VitalSigns.declared.items["pulse"]
        narrow = dataclasses.replace(item.about, soft=(Decimal(45), Decimal(90)))
        monkeypatch.setattr(item, "about", narrow)
        found = impact("1.0", "2.0", dictionary_before=file)
        (pulse,) = (one for one in found.checks if one.check == "RANGE:pulse")
        above = VitalSigns.objects.filter(pulse__gt=90).count()  # type: ignore[attr-defined]
        assert pulse.would_open == above > 0
        assert (Query.objects.count(), AuditEvent.objects.count()) == before
