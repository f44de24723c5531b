"""The columns of a table: a population as a whole and by dose level."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adsl import POPULATIONS, members
from analytics.derive import plain
from analytics.layout import Cell, Column, Row, Text, Words, count_percent, exact_interval, say
from analytics.registry import Option

POPULATION = Option(
    "population",
    Words(_("Population")),
    default="treated",
    choices={name: label for name, (label, _definition) in POPULATIONS.items()},
)


@dataclass(frozen=True, slots=True)
class Group:
    """Some subjects under one heading; their number is the denominator of the column."""

    key: str
    label: Text
    subjects: tuple[str, ...]

    @property
    def column(self) -> Column:
        return Column(self.key, self.label, len(self.subjects))

    def among(self, subjects: Iterable[str]) -> tuple[str, ...]:
        """Those of the subjects who belong to the group, sorted."""
        return tuple(sorted(set(self.subjects).intersection(subjects)))


def by_dose_level(adsl: pd.DataFrame, population: str) -> tuple[Group, ...]:
    """The population as a whole, then each dose level that occurs in it, lowest first, then those without one."""
    chosen = members(adsl, population)
    label, _definition = POPULATIONS[population]
    return (Group("all", label, chosen), *dose_levels(adsl, chosen))


def dose_levels(adsl: pd.DataFrame, subjects: Iterable[str]) -> tuple[Group, ...]:
    """The subjects by dose level, lowest first; those without a dose level stand last under a heading of their own."""
    wanted = set(subjects)
    held: dict[str | None, list[str]] = {}
    for code, level in zip(plain(adsl["subject"]), plain(adsl["dose_level"]), strict=True):
        if code in wanted:
            held.setdefault(level, []).append(code)
    known = sorted((level for level in held if level is not None), key=float)
    groups = [Group(level, say(_("{dose} × 10⁶/kg"), dose=level), tuple(sorted(held[level]))) for level in known]
    if None in held:
        groups.append(Group("none", Words(_("No dose level recorded")), tuple(sorted(held[None]))))
    return tuple(groups)


def by_site(adsl: pd.DataFrame, subjects: Iterable[str]) -> tuple[Group, ...]:
    """The subjects by site, in order of the sites' codes."""
    wanted, names, held = set(subjects), {}, {}  # type: ignore[var-annotated]
    for code, site, name in zip(*(plain(adsl[column]) for column in ("subject", "site", "site_name")), strict=True):
        if code in wanted:
            held.setdefault(site, []).append(code)
            names[site] = f"{site} {name or ''}".strip()
    return tuple(Group(site, names[site], tuple(sorted(held[site]))) for site in sorted(held))


def rate_rows(
    key: str, label: Text, subjects: Iterable[str], groups: tuple[Group, ...], *, indent: int = 0
) -> tuple[Row, Row]:
    """Two lines: how many of each group with the percentage, and under it the exact interval."""
    have = tuple(subjects)

    def line(make: Callable[[Iterable[str], int], Cell]) -> tuple[Cell, ...]:
        return tuple(make(group.among(have), len(group.subjects)) for group in groups)

    return (
        Row(label, line(count_percent), indent, key=key),
        Row(Words(_("95 % CI")), line(exact_interval), indent + 1, key=f"{key}.ci"),
    )


def population_note(population: str) -> Words:
    """Which subjects are counted, as a footnote."""
    label, definition = POPULATIONS[population]
    return say(_("Population: {label}. {definition}"), label=label, definition=definition)


EXACT_NOTE = Words(_("95 % CI: exact (Clopper-Pearson), in percent of the column's N."))
