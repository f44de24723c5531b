"""What stands in a form's class body besides its items: sections, derived values, edit checks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crf.declare.items import Words
from trial.models import Subject
from trial.rules.verdict import Verdict


@dataclass(slots=True)
class Section:
    """A card of the page; the items below it in the class body stand in it."""

    label: Words
    help: Words = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """What follows from several forms of a subject taken together: computed once, and read at every form's own day.

    forms: names of the forms that are read. follow: their rows by name, and the subject -> whatever the rules make of
    them, or None where there is nothing to follow yet.
    """

    forms: tuple[str, ...]
    follow: Callable[[Mapping[str, Sequence[Any]], Subject], Any]


@dataclass(slots=True)
class Derived:
    """A value that follows from the items by a rule; computed, never stored.

    rule: takes parameters named as items (or as `items` says), those with a default only where the form has that item;
    `history` = the subject's earlier forms of this kind, oldest first.
    since_infusion: history begins at the infusion; what was before it is no part of the course.
    whole: what the rule reads besides, as its parameter `whole`, with `day` = the day this form is about.
    items: parameter of the rule -> item of this form, where the names differ.
    elsewhere: parameter -> item of another form ("demographics.sex"), whose latest value it takes.
    """

    label: Words
    rule: Callable[..., Verdict]
    since_infusion: bool = False
    whole: Whole | None = None
    items: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def needs(self) -> tuple[str, ...]:
        """The items without which the rule cannot be asked."""
        return tuple(item for item, optional in self._asked().values() if not optional)

    def _asked(self) -> dict[str, tuple[str, bool]]:
        """Parameter of the rule -> item of the form, and whether the rule does without it."""
        given = {"history", "options", "whole", "day", *self.elsewhere}
        return {
            name: (self.items.get(name, name), parameter.default is not parameter.empty)
            for name, parameter in inspect.signature(self.rule).parameters.items()
            if name not in given
        }

    def of(self, sheet: Any) -> Verdict:
        """The verdict for one sheet (see crf.sheet)."""
        parameters = inspect.signature(self.rule).parameters
        given = {
            parameter: getattr(sheet, item)
            for parameter, (item, optional) in self._asked().items()
            if not optional or hasattr(sheet, item)
        }
        if "history" in parameters:
            given["history"] = sheet.since_infusion(sheet.history) if self.since_infusion else sheet.history
        if self.whole is not None:
            given |= {"whole": sheet.made(self.whole), "day": sheet.day}
        given |= {name: sheet.latest(*path.split(".")) for name, path in self.elsewhere.items()}
        return self.rule(**given)

    def reads(self, form: str, changed: Iterable[str]) -> bool:
        """Whether these items of another form (or of this kind's others) can change it."""
        if self.whole is not None and form in self.whole.forms:
            return True
        return bool({f"{form}.{name}" for name in changed} & set(self.elsewhere.values()))


@dataclass(slots=True)
class Check:
    """An edit check. `holds` takes the sheet; False = it fails, None = it cannot be judged.

    text: what is wrong, then what to do. item: where it stands. sees: items or derived values shown beside it.
    hard: blocks the form; a soft one opens a query. reads: items of other forms ("demographics.weight"), which `holds`
    asks by `latest`; when one of them changes, this check is judged again.
    """

    id: str
    text: Words
    holds: Callable[[Any], bool | None]
    item: str = ""
    sees: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    hard: bool = False
    since: str | None = None
    until: str | None = None
    name: str = ""
