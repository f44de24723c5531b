"""A form, declared once: its sections, items, rows, derived values and checks, in the order of the class body."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.base import ModelBase
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crf.checks import consent, window
from crf.declare.items import Item, Rows, Words, named
from crf.declare.parts import Check, Derived, Section, Whole, parameters_of
from trial import protocol, schedule
from trial.guarded import Guard, SubjectTable
from trial.models import Site, Subject, User, Visit

__all__ = [
    "Check", "Crf", "Declaration", "Derived", "Entered", "FormClass", "Log", "Row", "Section", "Whole", "casebook", "form_named",
    "snake", "walk",
]  # fmt: skip

_order = itertools.count()
# Where `missing` keeps why a whole form does not count: it was not done, or entered in error. No item has this name.
WHY = "*"
# Where `missing` of a form that was moved away keeps where to: "01-004 d3 1", subject, visit (or "log") and number.
MOVED = "*moved"
LISTED = 6  # items of a list of entries where the form names none


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a form's class body says, for every reader: page, validation, review, dictionary, snapshot."""

    name: str
    title: Words
    sections: tuple[tuple[Section, tuple[str, ...]], ...]
    items: dict[str, Any]
    rows: dict[str, Rows]
    derived: dict[str, Derived]
    checks: dict[str, Check] = field(default_factory=dict)
    repeats: bool = False
    about_day: str = ""
    listed: tuple[str, ...] = ()  # items that tell one entry of a log from another, for its list
    chapter: str = ""  # of the protocol, see trial.protocol.CHAPTERS

    @property
    def slug(self) -> str:
        """The form in a URL."""
        return self.name.replace("_", "-")

    def in_force(self, version: str) -> dict[str, Any]:
        """Items and rows of a protocol version, by name, in order."""
        everything = named([*self.items.values(), *self.rows.values()])
        return {
            name: item
            for name, item in everything.items()
            if protocol.in_force(version, since=item.about.since, until=item.about.until)
        }

    @property
    def protocol_chapter(self) -> Words:
        """The heading of the protocol under which this form is asked for; blank for one that the protocol lacks."""
        return protocol.CHAPTERS.get(self.chapter, "")

    def source_of(self, item: Any) -> str:
        """Where an item of this form comes from: the work it cites, else the chapter of the protocol."""
        if item.about.source:
            return gettext(str(item.about.source))
        return str(format_lazy(_("Protocol: {chapter}"), chapter=self.protocol_chapter))

    def reads(self) -> set[str]:
        """Names of the forms that derived values and checks of this one read, its own kind where it looks back."""
        paths = {path for check in self.checks.values() for path in check.reads}
        own, names = False, set()
        for derived in self.derived.values():
            paths |= derived.paths()
            names |= set(derived.whole.forms) if derived.whole else set()
            own = own or bool(derived.baseline) or "history" in parameters_of(derived.rule)
        return names | {path.split(".")[0] for path in paths} | ({self.name} if own else set())

    def item(self, name: str) -> Any:
        """The item or rows of that name. Raises KeyError."""
        return self.items[name] if name in self.items else self.rows[name]


def snake(name: str) -> str:
    """CrsAssessment -> crs_assessment; CarTInfusion -> car_t_infusion."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _constraints(name: str, items: dict[str, Any]) -> list[models.BaseConstraint]:
    found: list[models.BaseConstraint] = []
    for item in items.values():
        condition = item.constraint()
        if condition is not None:
            found.append(models.CheckConstraint(condition=condition, name=f"{name}_{item.name}"))
    return found


class FormMeta(ModelBase):
    """Reads the class body once: gathers the declaration and gives Meta the constraints."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **options: Any) -> Any:
        meta = attrs.get("Meta")
        if getattr(meta, "abstract", False) or not bases:
            return super().__new__(mcs, name, bases, attrs)
        form_name = snake(name)
        parts = {k: v for k, v in attrs.items() if isinstance(v, (Section, Derived, Check, Rows))}
        items = {k: v for k, v in attrs.items() if isinstance(v, Item)}
        for key, part in [*parts.items(), *items.items()]:
            part.name = key  # type: ignore[union-attr]
        title = options.get("title", form_name.replace("_", " "))
        base = next(b for b in bases if isinstance(b, FormMeta))
        attrs["Meta"] = type(
            "Meta",
            (meta,) if meta else (),
            {
                "constraints": [*base.base_constraints(form_name), *_constraints(form_name, items)],  # type: ignore[attr-defined]
                "ordering": ["id"],
                "indexes": base.base_indexes(form_name),  # type: ignore[attr-defined]
            },
        )
        kept = {k: v for k, v in attrs.items() if k not in parts}
        cls = super().__new__(mcs, name, bases, kept)
        # After the class is made: a title is for people, and a new one makes no migration.
        cls._meta.verbose_name = cls._meta.verbose_name_plural = title  # type: ignore[attr-defined]
        rows = {k: v for k, v in parts.items() if isinstance(v, Rows)}
        checks = {v.id: v for v in parts.values() if isinstance(v, Check)}
        about_day = options.get("about_day", "")
        cls.declared = Declaration(  # type: ignore[attr-defined]
            name=form_name,
            title=title,
            sections=_sections(attrs),
            items=items,
            rows=rows,
            derived={k: v for k, v in parts.items() if isinstance(v, Derived)},
            checks=checks
            | consent.of_every_form(form_name, about_day=about_day, checks=checks)
            | window.of_every_form(form_name, about_day=about_day, checks=checks),
            repeats=options.get("repeats", False),
            about_day=about_day,
            listed=options.get("listed", tuple(items)[:LISTED]),
            chapter=options.get("chapter", ""),
        )
        for grid in rows.values():
            parent: Any = models.ForeignKey(cls, models.CASCADE, related_name=grid.name, editable=False)  # type: ignore[arg-type]
            grid.row.add_to_class("form", parent)
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **options: Any) -> None:
        super().__init__(name, bases, attrs)


def _sections(attrs: dict[str, Any]) -> tuple[tuple[Section, tuple[str, ...]], ...]:
    """Items under the section that stands above them; items before any section get one without a label."""
    found: list[tuple[Section, list[str]]] = []
    for key, part in attrs.items():
        if isinstance(part, Section):
            found.append((part, []))
        elif isinstance(part, (Item, Rows)):
            if not found:
                found.append((Section(""), []))
            found[-1][1].append(key)
    return tuple((section, tuple(names)) for section, names in found)


class Entered(SubjectTable, metaclass=FormMeta):
    """What every form carries besides its items. A row exists once the form was submitted; drafts live elsewhere."""

    class Status(models.TextChoices):
        COMPLETE = "COMPLETE", _("Complete")
        NOT_DONE = "NOT_DONE", _("Not done")
        # It stays where it is, struck through, and counts nowhere.
        WITHDRAWN = "WITHDRAWN", _("Entered in error")

    declared: ClassVar[Declaration]
    anchors: ClassVar[str] = ""  # the item from whose time the visits are planned
    guard = Guard(site="site_id", reason=True, follows=("subject_id", "trial_subject"))

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", editable=False)
    occurrence = models.PositiveSmallIntegerField(default=1, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.COMPLETE, editable=False)
    missing = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    entered_at = models.DateTimeField(editable=False)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    changed_at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.subject.code} {self.declared.title}"

    @property
    def why(self) -> str:
        """Why this form was not done, or was entered in error; blank for a form that counts."""
        return str(self.missing.get(WHY, ""))

    def submitted(self, *, by: User, reason: str) -> None:
        """What follows in the trial once this form is in (an infusion anchors the schedule). Runs in the same transaction."""

    def day(self) -> Any:
        """The calendar day the form is about, for the visit's actual date: None where no item says it."""
        value = getattr(self, self.declared.about_day, None) if self.declared.about_day else None
        if value is None or not hasattr(value, "astimezone"):
            return value
        from zoneinfo import ZoneInfo

        return value.astimezone(ZoneInfo(self.site.timezone)).date()

    @classmethod
    def base_indexes(cls, name: str) -> list[models.Index]:
        return []


class Crf(Entered):
    """A form of a visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    @classmethod
    def base_constraints(cls, name: str) -> list[models.BaseConstraint]:
        return [models.UniqueConstraint(fields=["visit", "occurrence"], name=f"{name}_once")]


class Log(Entered):
    """A form that repeats per subject: adverse events, medication."""

    visit = None

    class Meta:
        abstract = True

    @classmethod
    def base_constraints(cls, name: str) -> list[models.BaseConstraint]:
        return [models.UniqueConstraint(fields=["subject", "occurrence"], name=f"{name}_once")]


class Row(SubjectTable, metaclass=FormMeta):
    """A line of a grid. `form` (the parent) is added by the grid that uses it."""

    declared: ClassVar[Declaration]
    guard = Guard(site="site_id", reason=True, follows=("subject_id", "trial_subject"))

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", editable=False)
    row = models.PositiveSmallIntegerField(editable=False)

    class Meta:
        abstract = True

    @classmethod
    def base_constraints(cls, name: str) -> list[models.BaseConstraint]:
        return [models.CheckConstraint(condition=Q(row__gte=1), name=f"{name}_row")]

    @classmethod
    def base_indexes(cls, name: str) -> list[models.Index]:
        return []


FormClass = type[Entered]


def casebook() -> list[FormClass]:
    """Every form of the study, in the order of the schedule of activities."""
    return list(_in_order() if apps.ready else _in_order.__wrapped__())


@cache
def _in_order() -> tuple[FormClass, ...]:
    """Found once: forms come with the start of the program and not later."""
    order = [*schedule.ACTIVITIES, *schedule.LOGS]
    found = [m for m in apps.get_app_config("crf").get_models() if issubclass(m, Entered)]
    known = {name: i for i, name in enumerate(order)}
    return tuple(sorted(found, key=lambda m: (known.get(m.declared.name, len(order)), m.declared.name)))


def form_named(name: str) -> FormClass:
    """The form of that name (snake case or as in a URL). Raises KeyError."""
    name = name.replace("-", "_")
    for form in casebook():
        if form.declared.name == name:
            return form
    raise KeyError(name)


def walk() -> Iterator[tuple[FormClass, str, Any]]:
    """Every item of every form, rows' items included, with its full name: ("vasopressors.dose")."""
    for form in casebook():
        for name, item in form.declared.items.items():
            yield form, name, item
        for name, grid in form.declared.rows.items():
            for inner, item in grid.row.declared.items.items():
                yield form, f"{name}.{inner}", item
