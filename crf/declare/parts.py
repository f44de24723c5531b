"""What stands in a form's class body besides its items: sections, derived values, edit checks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crf.declare.items import Words
from trial import protocol
from trial.rules.verdict import Verdict

# What the limits of normal of a laboratory are told apart by.
LIMITS_DEPEND_ON = ("demographics.sex", "demographics.birth_year")


@cache
def parameters_of(rule: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """What a rule takes; read once, for every form asks it."""
    return inspect.signature(rule).parameters


@dataclass(slots=True)
class Section:
    """A card of the page; the items below it in the class body stand in it."""

    label: Words
    help: Words = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """What follows from several forms of a subject taken together: computed once, and read at every form's own day.

    forms: names of the forms that are read. follow: their rows by name, the subject, and what `upon` has made of the
    same forms -> whatever the rules make of them, or None where there is nothing to follow yet.
    upon: other wholes that it begins from; their forms stand in `forms` as well. ranges: it takes besides, as its last,
    what gives the limits of normal that the subject's site has stated for an analyte.
    """

    forms: tuple[str, ...]
    follow: Callable[..., Any]
    upon: tuple[Whole, ...] = ()
    ranges: bool = False


@dataclass(slots=True)
class Derived:
    """A value that follows from the items by a rule; computed, never stored.

    rule: takes parameters named as items (or as `items` says), those with a default only where the form has that item;
    `history` = the subject's earlier forms of this kind, oldest first.
    since_infusion: history begins at the infusion; what was before it is no part of the course.
    whole: what the rule reads besides, as its parameter `whole`, with `day` = the day this form is about.
    items: parameter of the rule -> item of this form, where the names differ.
    elsewhere: parameter -> item of another form ("demographics.sex"), whose latest value it takes; or several items,
    of which it takes the first that is known by the day of this form (see `crf.sheet.Sheet.last_known`).
    since: parameter -> items of one other form, of which it takes every form since the infusion.
    limits: analyte whose limits of normal at the site, for this subject and day, the rule takes as `limits`.
    baseline: item of this form whose last value before the infusion the rule takes as `baseline`.
    criteria: the criteria of `trial.protocol.criteria` that it grades by. version: which version of them; "" = the rule
    takes it as its parameter `version`.
    """

    label: Words
    rule: Callable[..., Verdict]
    since_infusion: bool = False
    whole: Whole | None = None
    items: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    since: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: str = ""
    baseline: str = ""
    criteria: str = ""
    version: str = ""
    name: str = ""
    _read: dict[str, tuple[str, bool]] | None = field(default=None, init=False, repr=False, compare=False)

    def needs(self) -> tuple[str, ...]:
        """The items without which the rule cannot be asked."""
        return tuple(item for item, optional in self._asked().values() if not optional)

    def _asked(self) -> dict[str, tuple[str, bool]]:
        """Parameter of the rule -> item of the form, and whether the rule does without it; read once."""
        if self._read is None:
            self._read = self._parameters()
        return self._read

    def _parameters(self) -> dict[str, tuple[str, bool]]:
        given = {"history", "options", "whole", "day", "version", *self.elsewhere, *self.since}
        given |= {name for name in ("limits", "baseline") if getattr(self, name)}
        return {
            name: (self.items.get(name, name), parameter.default is not parameter.empty)
            for name, parameter in parameters_of(self.rule).items()
            if name not in given
        }

    def of(self, sheet: Any, *, version: str = "") -> Verdict:
        """The verdict for one sheet (see crf.sheet). version: of the criteria; "" = the one in force."""
        parameters = parameters_of(self.rule)
        given = {
            parameter: getattr(sheet, item)
            for parameter, (item, optional) in self._asked().items()
            if not optional or hasattr(sheet, item)
        }
        if "history" in parameters:
            given["history"] = sheet.since_infusion(sheet.history) if self.since_infusion else sheet.history
        if self.whole is not None:
            given["whole"] = sheet.made(self.whole)
            if "day" in parameters:
                given["day"] = sheet.day
        if self.limits:
            given["limits"] = sheet.limits(self.limits)
        if self.baseline:
            given["baseline"] = sheet.baseline(self.baseline)
        for name, path in self.elsewhere.items():
            given[name] = sheet.latest(*path.split(".")) if isinstance(path, str) else sheet.last_known(path)
        for name, (path, *_others) in self.since.items():
            given[name] = sheet.others_since_infusion(path.split(".")[0])
        if "version" in parameters:
            given["version"] = version or protocol.criteria(self.criteria)[0]
        return self.rule(**given)

    def versions(self) -> tuple[str, ...]:
        """The versions of its criteria that it can give, of those that the protocol names; the one in force first."""
        named = tuple(one for one in protocol.criteria(self.criteria) if one)
        return named if not self.version else tuple(one for one in named if one == self.version)

    def reads(self, form: str, changed: Iterable[str]) -> bool:
        """Whether these items of another form (or of this kind's others) can change it."""
        if self.whole is not None and form in self.whole.forms:
            return True
        return bool({f"{form}.{name}" for name in changed} & self.paths())

    def reads_later(self, form: str) -> bool:
        """Whether it reads forms of that name that are dated later than its own, or reads them whatever their day."""
        if self.whole is not None and form in self.whole.forms:
            return True
        newest = [path for path in self.elsewhere.values() if isinstance(path, str)]
        if self.limits:
            newest += LIMITS_DEPEND_ON
        return any(path.partition(".")[0] == form for path in newest)

    def paths(self) -> set[str]:
        """The items of other forms that it reads one by one ("demographics.sex")."""
        found = set(LIMITS_DEPEND_ON if self.limits else ())
        for path in self.elsewhere.values():
            found |= {path} if isinstance(path, str) else set(path)
        return found.union(*self.since.values())


@dataclass(slots=True)
class Check:
    """An edit check. `holds` takes the sheet; False = it fails, None = it cannot be judged.

    since, until: protocol versions in which it is asked, both inclusive. replaces: the check whose place it takes from
    `since` on, under an id of its own, so that an old query keeps its words.
    text: what is wrong, then what to do. item: where it stands. sees: items or derived values shown beside it.
    hard: blocks the form; a soft one opens a query. reads: items of other forms ("demographics.weight"), which `holds`
    asks by `latest`; when one of them changes, this check is judged again. limits: analytes whose limits of normal it
    asks; a laboratory's new limits judge it again as well.
    """

    id: str
    text: Words
    holds: Callable[[Any], bool | None]
    item: str = ""
    sees: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    hard: bool = False
    since: str | None = None
    until: str | None = None
    replaces: str = ""
    name: str = ""
