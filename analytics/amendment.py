"""The impact list of an amendment with what it means for the conclusions: which read a touched form, and which would move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from analytics import registry
from analytics.frames import series, shapes
from crf import amendment

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Conclusions:
    """Data sets and endpoints that rest on a touched form, by name with those forms; and those that move.

    moved: those that come out otherwise when every touched item is blank. Nearly all rest on every form, by way of the
    subject-level data set; what moves is what reads the item.
    """

    datasets: dict[str, list[str]]
    endpoints: dict[str, list[str]]
    moved_datasets: list[str]
    moved_endpoints: list[str]


def conclusions(found: amendment.Impact, frames: Frames) -> Conclusions:
    """What an amendment means for the conclusions. frames: those of a snapshot as read now."""
    moved = moved_by([(one.form, one.item) for one in found.items], frames)
    return Conclusions(
        readers(registry.datasets(), found.touched), readers(registry.endpoints(), found.touched), *moved
    )


def readers(entries: Mapping[str, Any], forms: Iterable[str]) -> dict[str, list[str]]:
    """Those of the data sets or endpoints that rest on one of these forms, each with the forms that it reads."""
    touched = set(forms)
    return {
        name: reads
        for name, entry in sorted(entries.items())
        if (reads := sorted({frame.partition(".")[0] for frame in registry.frames_of(entry)} & touched))
    }


def moved_by(items: Iterable[tuple[str, str]], frames: Frames) -> tuple[list[str], list[str]]:
    """Names of the data sets and of the endpoints that come out otherwise when these items are blank everywhere."""
    blanked = _blanked(items, frames)
    if not blanked:
        return [], []
    as_is, without = registry.Cut(frames), registry.Cut({**frames, **blanked})
    datasets = [name for name in sorted(registry.datasets()) if not as_is[name].equals(without[name])]
    endpoints = [name for name in sorted(registry.endpoints()) if as_is.table(name) != without.table(name)]
    return datasets, endpoints


def _blanked(items: Iterable[tuple[str, str]], frames: Frames) -> dict[str, pd.DataFrame]:
    """The frames that have one of the items, with the item blank; an item that the frames do not have is left out."""
    kinds = {shape.name: {column.name: column.kind for column in shape.columns} for shape in shapes()}
    found: dict[str, pd.DataFrame] = {}
    for form, item in items:
        grid, _dot, column = item.rpartition(".")
        name = f"{form}.{grid}" if grid else form
        if name in frames and column in frames[name]:
            frame = found.get(name, frames[name])
            blank = series([None] * len(frame), kinds[name][column])
            found[name] = frame.assign(**{column: blank.set_axis(frame.index)})
    return found


def as_data(found: amendment.Impact, then: Conclusions) -> dict[str, Any]:
    """The whole list as plain values, for JSON."""
    return {**amendment.as_data(found), "conclusions": asdict(then)}


def as_text(found: amendment.Impact, then: Conclusions) -> str:
    """The whole list to be read, section by section; an empty section says so."""
    sections = {
        "Forms": [_form(one, found.to_version) for one in found.forms],
        "Items": [line for one in found.items for line in _item(one)],
        "Checks": [line for one in found.checks for line in _check(one)],
        "Rules that read a touched item": [_reader(one) for one in found.rules],
        "Checks that read a touched item": [_reader(one) for one in found.readers],
        "Data sets that read a touched form (* = moves when the touched items are blank)": [
            _concluded(name, reads, then.moved_datasets) for name, reads in then.datasets.items()
        ],
        "Endpoints that read a touched form (* = moves when the touched items are blank)": [
            _concluded(name, reads, then.moved_endpoints) for name, reads in then.endpoints.items()
        ],
    }
    lines = [f"Protocol {found.from_version} -> {found.to_version}. Nothing was written."]
    for title, inside in sections.items():
        lines += ["", title, *(inside or ["  none"])]
    return "\n".join(lines)


def _form(one: amendment.Met, version: str) -> str:
    stored = ", ".join(f"{count} under {code}" for code, count in one.stored.items()) or "none"
    return f"  {one.form}: stored {stored}; {one.open_visits} visits still to come under {version}"


def _item(one: amendment.Item) -> Iterator[str]:
    yield f"  {one.change:8} {one.form}.{one.item}  {one.label}"
    for column, (old, new) in one.what.items():
        yield f"           {column}: {old or '(blank)'} -> {new or '(blank)'}"


def _check(one: amendment.Asked) -> Iterator[str]:
    instead = f" instead of {one.replaces}" if one.replaces else ""
    yield f"  {one.change:8} {one.form} {one.check}{instead}"
    if one.change != "retired":
        yield f"           over {one.judged} stored forms it would open {one.would_open} queries"
    if one.still_open:
        yield f"           {one.still_open} open queries of {one.replaces or one.check} stay as they are"


def _reader(one: amendment.Reader) -> str:
    return f"  {one.form} {one.name}: {', '.join(one.reads)}"


def _concluded(name: str, forms: list[str], moved: list[str]) -> str:
    return f"{'*' if name in moved else ' ':>2}{name}: {', '.join(forms)}"
