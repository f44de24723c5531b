"""The declaration: what it costs to change one, what a migration sees of it, and what its proof-reading finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations import AddConstraint, AddField, RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.test.utils import isolate_apps

import crf.migrations
from crf.declare import checks
from crf.declare.form import Check, Crf, Derived, Row, Section, casebook, form_named, snake, walk
from crf.declare.items import Coded, Date, DateTime, Item, Memo, Number, PartialDate, Rows, Text, When, YesNo
from crf.page import page_form
from trial import protocol, schedule
from trial.rules.verdict import Verdict


class Colour(models.TextChoices):
    RED = "RED", "Red"
    BLUE = "BLUE", "Blue"


class MoreColour(models.TextChoices):
    RED = "RED", "Crimson"
    BLUE = "BLUE", "Blue"
    GREEN = "GREEN", "Green"


def declare(name: str = "Trial", **body: Any) -> Any:
    """A form of these items, in a registry of its own, so that it exists nowhere else."""
    with isolate_apps():
        meta = type("Meta", (), {"app_label": "crf"})
        return type(Crf)(name, (Crf,), {"__module__": __name__, "__qualname__": name, "Meta": meta, **body})


def weight(label: str = "Weight", **about: Any) -> Number:
    return Number(
        label, **{"unit": "kg", "places": 1, "hard": (25, 250), "soft": (40, 130), "cdash": "WEIGHT", **about}
    )


def operations(old: Any, new: Any) -> list[Operation]:
    """What makemigrations would write for the change from one declaration to the other."""

    def state(form: Any) -> ProjectState:
        found = ProjectState.from_apps(apps)
        found.add_model(ModelState.from_model(form))
        return found

    changes = MigrationAutodetector(state(old), state(new))._detect_changes()
    return [operation for migrations in changes.values() for one in migrations for operation in one.operations]


# --- what a change costs


def test_rewording_makes_no_migration() -> None:
    old = declare(weight=weight("Weight", help="in the morning"), colour=Coded("Colour", Colour, cdash="A"))
    new = declare(
        section=Section("Body"),
        weight=weight(
            "Body weight", help="before breakfast", soft=(45, 120), sdtm="VS.VSORRES", required=False, critical=True
        ),
        colour=Coded("The colour", Colour, cdash="B", help="of the pill", investigator=True),
        check=Check("X-1", "Please check.", lambda form: True, item="weight"),
    )
    assert operations(old, new) == []


def test_a_new_item_is_one_field_and_one_constraint() -> None:
    old = declare(weight=weight())
    added, kept = operations(old, declare(weight=weight(), colour=Coded("Colour", Colour, cdash="A")))
    assert isinstance(added, AddField) and isinstance(kept, AddConstraint)
    assert (added.name, kept.constraint.name) == ("colour", "trial_colour")
    assert type(added.field) is models.CharField  # the bare column: a migration never imports the declaration


def test_a_new_code_swaps_one_constraint() -> None:
    found = operations(declare(colour=Coded("C", Colour, cdash="A")), declare(colour=Coded("C", MoreColour, cdash="A")))
    removed, added = found
    assert isinstance(removed, RemoveConstraint) and isinstance(added, AddConstraint)
    assert removed.name == added.constraint.name == "trial_colour"


def test_another_hard_range_swaps_one_constraint() -> None:
    found = operations(declare(weight=weight()), declare(weight=weight(hard=(20, 250))))
    assert [type(one) for one in found] == [RemoveConstraint, AddConstraint]


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_committed_migrations_say_what_the_models_say() -> None:
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out, verbosity=1)
    assert "No changes detected" in out.getvalue()


def test_no_migration_imports_the_declaration() -> None:
    sources = [file.read_text() for file in Path(crf.migrations.__path__[0]).glob("0*.py")]
    assert sources
    assert not any("crf.declare" in source or "codelists" in source for source in sources)


def items() -> list[Item]:
    return [
        weight(), Coded("C", Colour), YesNo("Y"), Date("D"), DateTime("T"), PartialDate("P"), Text("X", limit=20), Memo("M", limit=50),
    ]  # fmt: skip


@pytest.mark.parametrize("item", items(), ids=lambda item: item.kind)
def test_an_item_shows_a_migration_its_bare_column_and_clones_into_it(item: Any) -> None:
    item.set_attributes_from_name("thing")
    name, path, args, options = item.deconstruct()
    assert (name, path, args) == ("thing", f"django.db.models.{item.bare.__name__}", [])
    assert options["null"] and options["blank"]
    assert set(options) <= {"null", "blank", "max_length", "max_digits", "decimal_places"}
    clone = item.clone()
    assert type(clone) is item.bare and clone.null
    assert clone.deconstruct()[1:] == (path, [], options)


def test_the_class_body_reads_like_the_page() -> None:
    form = declare(
        first=weight(), body=Section("Body"), second=weight(), third=YesNo("Y", cdash="Y"), end=Section("End")
    )
    assert [(section.label, names) for section, names in form.declared.sections] == [
        ("", ("first",)), ("Body", ("second", "third")), ("End", ())
    ]  # fmt: skip
    assert (form.declared.name, form.declared.slug, form._meta.db_table) == ("trial", "trial", "crf_trial")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CrsAssessment", "crs_assessment"), ("CarTInfusion", "car_t_infusion"), ("Demographics", "demographics"),
        ("ECGReading", "ecg_reading"), ("Day28Visit", "day28_visit"), ("Adsl", "adsl"),
    ],
)  # fmt: skip
def test_snake(name: str, expected: str) -> None:
    assert snake(name) == expected


def test_every_form_is_found_by_name_and_by_its_address_in_the_order_of_the_schedule() -> None:
    forms = casebook()
    assert [form.declared.name for form in forms] == [*schedule.ACTIVITIES, *schedule.LOGS]
    for form in forms:
        assert form_named(form.declared.name) is form_named(form.declared.slug) is form
    with pytest.raises(KeyError):
        form_named("no_such_form")


def test_every_item_of_the_casebook_has_a_label_a_cdash_name_and_where_it_has_one_a_constraint() -> None:
    seen = list(walk())
    assert len(seen) > 50
    for form, name, item in seen:
        assert str(item.about.label).strip() and item.about.cdash, f"{form.__name__}.{name}"
        table = item.model._meta
        names = {constraint.name for constraint in table.constraints}
        assert (item.constraint() is not None) == (f"{snake(item.model.__name__)}_{item.name}" in names)


# --- amendments


@pytest.fixture
def two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = (protocol.Version("1.0", date(2018, 8, 1)), protocol.Version("2.0", date(2020, 1, 1)))
    monkeypatch.setattr(protocol, "VERSIONS", versions)


def test_an_item_is_shown_in_the_protocol_versions_it_belongs_to(two_versions: None) -> None:
    form = declare(always=weight(), retired=weight(until="1.0"), new=weight(since="2.0"))
    shown = {version: set(form.declared.in_force(version)) for version in ("1.0", "2.0")}
    assert shown == {"1.0": {"always", "retired"}, "2.0": {"always", "new"}}
    fields = {version: set(page_form(form, version).base_fields) for version in ("1.0", "2.0")}
    assert fields["1.0"] == {"always", "always__missing", "retired", "retired__missing"}
    assert fields["2.0"] == {"always", "always__missing", "new", "new__missing"}
    assert {"always", "retired", "new"} <= {field.name for field in form._meta.concrete_fields}  # no column is dropped


# --- shown_if, ranges


def page(form: Any, **data: str) -> Any:
    found = page_form(form, "1.0")(data)
    found.is_valid()
    return found


def test_an_item_is_shown_while_the_other_has_one_of_the_codes_and_keeps_no_value_else() -> None:
    form = declare(
        colour=Coded("C", Colour, cdash="C", required=False),
        shade=Text("S", cdash="S", shown_if=When("colour", "RED")),
        depth=Text("D", cdash="D", shown_if=When("shade", "deep"), required=False),
    )
    red = page(form, colour="RED", shade="deep", depth="very")
    assert red.values() == {"colour": "RED", "shade": "deep", "depth": "very"}
    blue = page(form, colour="BLUE", shade="deep", depth="very", shade__missing="NOT DONE")
    assert blue.is_valid() and blue.values() == {"colour": "BLUE", "shade": None, "depth": None}
    assert blue.missing() == {}
    assert "shade" in page(form, colour="RED").errors  # shown and required
    assert page(form).is_valid()  # the item it depends on is blank: hidden


def test_an_error_in_a_hidden_item_hinders_nobody() -> None:
    form = declare(colour=Coded("C", Colour, cdash="C"), weight=weight(shown_if=When("colour", "RED")))
    assert "weight" in page(form, colour="RED", weight="heavy").errors
    assert page(form, colour="BLUE", weight="heavy").is_valid()


@pytest.mark.parametrize(("value", "expected"), [("39.9", True), ("40", False), ("130", False), ("130.1", True)])
def test_the_soft_range_includes_its_ends(value: str, expected: bool) -> None:
    from decimal import Decimal

    assert weight().outside_soft(Decimal(value)) is expected


def test_open_ended_ranges_and_blanks_are_outside_nothing() -> None:
    from decimal import Decimal

    assert not weight(soft=(None, 130)).outside_soft(Decimal(1))
    assert not weight(soft=(40, None)).outside_soft(Decimal(1000))
    assert not weight().outside_soft(None)
    assert not weight(soft=None).outside_soft(Decimal(1000))


# --- proof-reading at start


def found_wrong(monkeypatch: pytest.MonkeyPatch, *forms: Any) -> list[str]:
    for form in forms:
        if form.declared.name != "unscheduled_form":
            monkeypatch.setitem(schedule.ACTIVITIES, form.declared.name, ("screening",))
    monkeypatch.setattr(checks, "casebook", lambda: list(forms))
    return sorted(str(problem.id) for problem in checks.proof_read() if problem.is_serious())


def rule(*, missing_item: Any) -> Verdict:
    return Verdict(value=None, clause="")


def line_of(label: str = "Dose", **about: Any) -> Any:
    """A line of a grid with one column besides its drug."""
    with isolate_apps():
        meta = type("Meta", (), {"app_label": "crf"})
        items = {"drug": Text("Drug", cdash="T"), "dose": Number(label, cdash="D", **about)}
        return type(Row)("Line", (Row,), {"__module__": __name__, "Meta": meta, **items})


def bad_row() -> Any:
    return declare(lines=Rows("Lines", line_of(""), cdash="L"))


def test_a_column_of_a_grid_is_there_from_its_version_on(two_versions: None) -> None:
    form = declare(lines=Rows("Lines", line_of(since="2.0", required=True), cdash="L"))
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-drug": "A", "lines-0-dose": "2"}
    first, second = page_form(form, "1.0")(lines), page_form(form, "2.0")(lines)
    assert first.is_valid() and first.values()["lines"] == [{"drug": "A", "dose": None}]
    assert second.is_valid() and second.values()["lines"] == [{"drug": "A", "dose": 2}]
    del lines["lines-0-dose"]
    assert page_form(form, "1.0")(lines).is_valid() and not page_form(form, "2.0")(lines).is_valid()


WRONG: dict[str, tuple[str, Callable[[], Any]]] = {
    "no label": ("crf.E001", lambda: declare(weight=weight(" "))),
    "no CDASH name": ("crf.E001", lambda: declare(weight=weight(cdash=""))),
    "no label in a row": ("crf.E001", bad_row),
    "unknown unit": ("crf.E002", lambda: declare(weight=weight(unit="stone"))),
    "soft below hard": ("crf.E003", lambda: declare(weight=weight(soft=(20, 130)))),
    "soft above hard": ("crf.E003", lambda: declare(weight=weight(soft=(40, 251)))),
    "shown_if without item": ("crf.E004", lambda: declare(weight=weight(shown_if=When("mood", "Y")))),
    "rule asks for no item": ("crf.E005", lambda: declare(weight=weight(), grade=Derived("Grade", rule))),
    "check on no item": (
        "crf.E007",
        lambda: declare(weight=weight(), c=Check("X-1", "t", lambda f: True, item="mood")),
    ),
    "check sees no item": (
        "crf.E007",
        lambda: declare(weight=weight(), c=Check("X-1", "t", lambda f: True, sees=("mood",))),
    ),
    "absent from the schedule": ("crf.E008", lambda: declare("UnscheduledForm", weight=weight())),
    "reserved name": ("crf.E009", lambda: declare(version_=weight(), day=weight())),
    "unknown version": ("crf.E010", lambda: declare(weight=weight(since="7.0"))),
    "ends before it begins": ("crf.E010", lambda: declare(weight=weight(since="2.0", until="1.0"))),
    "check of an unknown version": (
        "crf.E010",
        lambda: declare(weight=weight(), c=Check("X-1", "t", lambda f: True, item="weight", until="7.0")),
    ),
    "check instead of none": (
        "crf.E007",
        lambda: declare(weight=weight(), c=Check("X-1", "t", lambda f: True, item="weight", replaces="X-0")),
    ),
    "shown if what is not asked": (
        "crf.E011",
        lambda: declare(mood=Text("M", cdash="M", until="1.0"), weight=weight(shown_if=When("mood", "Y"))),
    ),
    "column of a grid retired": ("crf.E012", lambda: declare(lines=Rows("Lines", line_of(until="1.0"), cdash="L"))),
}


@pytest.mark.parametrize("case", WRONG)
def test_proof_reading_finds(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number, form = WRONG[case]
    assert found_wrong(monkeypatch, form()) == [number]


def test_proof_reading_finds_a_check_declared_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Check("X-1", "Please check.", lambda form: True, item="weight")
    other = Check("X-1", "Please check it.", lambda form: True, item="weight")
    forms = declare("One", weight=weight(), c=one), declare("Two", weight=weight(), c=other)
    assert found_wrong(monkeypatch, *forms) == ["crf.E006"]


@pytest.mark.parametrize(
    ("item", "chapter", "warning"),
    [
        (weight(help="In kg."), "", "crf.W002"),
        (weight(), "baseline", "crf.W001"),
        (weight(help=" "), "baseline", "crf.W001"),
    ],
)
def test_proof_reading_warns_of_an_item_without_help_and_of_a_form_without_chapter(
    item: Any, chapter: str, warning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = declare(weight=item)
    form.declared = replace(form.declared, chapter=chapter)
    assert found_wrong(monkeypatch, form) == []
    assert [str(problem.id) for problem in checks.proof_read()] == [warning]


def test_an_item_comes_from_the_work_it_cites_or_else_from_the_protocol() -> None:
    form = form_named("chemistry")
    assert form.declared.source_of(form.declared.item("alt")).startswith("CTCAE 5.0")
    assert form.declared.source_of(form.declared.item("urate")) == "Protocol: Laboratory tests"
    for form, name, item in walk():
        assert str(item.about.help) != str(item.about.label) and form.declared.source_of(item), name


def test_proof_reading_is_content_with_a_sound_form_and_with_the_casebook(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.proof_read() == []
    assert found_wrong(monkeypatch, declare(weight=weight())) == []


def test_every_number_of_the_proof_reading_is_tested() -> None:
    assert {number for number, _ in WRONG.values()} | {"crf.E006"} == {f"crf.E{n:03d}" for n in range(1, 13)}


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A form declared here is in no registry afterwards."""
    before = set(apps.get_app_config("crf").get_models())
    yield
    assert set(apps.get_app_config("crf").get_models()) == before
