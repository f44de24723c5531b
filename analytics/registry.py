"""Data sets and endpoints by name: each a function whose parameter names say what it needs.

A parameter is the name of a form's frame (`crs_assessment`; rows of a form with two underscores,
`crs_assessment__vasopressors`), of a data set, or of a step. `Cut` computes each of them once.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

import pandas as pd

from analytics import layout
from analytics.layout import Body, Table, Text, Words

Function = TypeVar("Function", bound=Callable[..., Any])


# A parameter of this name is True where the cut holds the whole study, False where it holds some sites only.
WHOLE = "whole_study"


class Unknown(LookupError):
    """No such endpoint, option, value of an option, or frame; the message says which."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that the reader of an endpoint may make; the first of `choices` need not be the default."""

    name: str
    label: Text
    default: str
    choices: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Source:
    """A data set (a frame, kept with the cut) or a step (any value that several data sets share).

    form: the form that decided a row, where the data set has columns `visit` and `occurrence` that say which one.
    """

    name: str
    title: Text
    definition: Text
    needs: tuple[str, ...]
    build: Callable[..., Any]
    form: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint table: what it is, what it needs, what may be chosen, and which data set explains its cells.

    `details` names a data set with one row a subject; `detail_columns` says which columns to show, with their names.
    """

    name: str
    title: Text
    definition: Text
    needs: tuple[str, ...]
    options: tuple[Option, ...]
    details: str
    detail_columns: Mapping[str, Text]
    compute: Callable[..., Body]

    def choose(self, given: Mapping[str, str]) -> dict[str, str]:
        """Every option with the value given or its default; Unknown where a name or a value is not offered."""
        offered = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in offered:
                raise Unknown(f"{self.name} has no option {name}")
            if value not in offered[name].choices:
                raise Unknown(f"option {name} of {self.name} is one of {', '.join(offered[name].choices)}")
        return {name: given.get(name, option.default) for name, option in offered.items()}


_steps: dict[str, Source] = {}
_datasets: dict[str, Source] = {}
_endpoints: dict[str, Endpoint] = {}


def step(function: Function) -> Function:
    """Register a value that several data sets share; it is computed once a cut and not kept."""
    _add(_steps, Source(function.__name__, "", Words(inspect.getdoc(function) or ""), _needs(function), function))
    return function


def dataset(*, title: str, definition: str, form: str = "") -> Callable[[Function], Function]:
    """Register a function of frames that returns a frame; its name is the function's. `form` as in Source."""

    def register(function: Function) -> Function:
        name = function.__name__
        _add(_datasets, Source(name, Words(title), Words(definition), _needs(function), function, form))
        return function

    return register


def endpoint(
    *,
    title: str,
    definition: str,
    options: tuple[Option, ...] = (),
    details: str,
    detail_columns: Mapping[str, str],
) -> Callable[[Function], Function]:
    """Register a function of frames that returns a `layout.Body`; options are its keyword-only parameters."""

    def register(function: Function) -> Function:
        keywords = {p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
        if keywords != {option.name for option in options}:
            raise TypeError(f"{function.__name__}: options are its keyword-only parameters, by name")
        shown = {column: Words(label) for column, label in detail_columns.items()}
        entry = Endpoint(
            function.__name__, Words(title), Words(definition), _needs(function), options, details, shown, function
        )
        _add(_endpoints, entry)
        return function

    return register


def _needs(function: Callable[..., Any]) -> tuple[str, ...]:
    parameters = inspect.signature(function).parameters.values()
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def _add(registry: dict[str, Any], entry: Any) -> None:
    known = registry.get(entry.name)
    if known is not None and (known.needs, known.title) != (entry.needs, entry.title):
        raise TypeError(f"{entry.name} is registered twice")
    registry[entry.name] = entry


def _load() -> None:
    """Import every module of datasets/ and endpoints/, so that a new file is found without a list to keep."""
    for package in ("analytics.datasets", "analytics.endpoints"):
        folder: ModuleType = importlib.import_module(package)
        for module in sorted(info.name for info in pkgutil.iter_modules(folder.__path__)):
            importlib.import_module(f"{package}.{module}")


def datasets() -> dict[str, Source]:
    """All data sets, by name."""
    _load()
    return dict(_datasets)


def endpoints() -> dict[str, Endpoint]:
    """All endpoints, by name."""
    _load()
    return dict(_endpoints)


def find(name: str) -> Endpoint:
    """The endpoint of a name; Unknown where there is none."""
    try:
        return endpoints()[name]
    except KeyError:
        raise Unknown(f"no endpoint {name}") from None


def forms(name: str) -> tuple[str, ...]:
    """The frames that an endpoint rests on, through all its data sets and steps, sorted by name."""
    return frames_of(find(name))


def frames_of(entry: Source | Endpoint) -> tuple[str, ...]:
    """The frames that a data set or an endpoint rests on, through all that it needs, sorted by name."""
    sources = datasets() | _steps
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(entry.needs)
    while waiting:
        need = waiting.pop()
        if need in seen or need == WHOLE:
            continue
        seen.add(need)
        if need in sources:
            waiting.extend(sources[need].needs)
        else:
            found.add(need.replace("__", "."))
    return tuple(sorted(found))


def _done(frame: pd.DataFrame) -> pd.DataFrame:
    """A form's frame without the forms that were not done: they say that nothing was observed, and hold no value."""
    if not {"status", "missing"} <= set(frame.columns):
        return frame
    done = frame["status"] == "COMPLETE"
    return frame if done.all() else frame[done].reset_index(drop=True)


@dataclass(slots=True)
class Cut:
    """The frames of one data cut and what follows from them, each computed once and on demand.

    whole: False where the frames hold some sites only; what needs all subjects (a decision on the dose) is not given then.
    """

    frames: Mapping[str, pd.DataFrame]
    whole: bool = True
    _made: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """A frame, a data set or a step by its name; Unknown where the cut cannot give it."""
        if name == WHOLE:
            return self.whole
        if name not in self._made:
            sources = datasets() | _steps
            if name in sources:
                source = sources[name]
                self._made[name] = source.build(**{need: self[need] for need in source.needs})
            else:
                self._made[name] = self._frame(name)
        return self._made[name]

    def _frame(self, name: str) -> pd.DataFrame:
        try:
            return _done(self.frames[name.replace("__", ".")])
        except KeyError:
            raise Unknown(f"the cut has no frame {name.replace('__', '.')}") from None

    def datasets(self) -> dict[str, pd.DataFrame]:
        """Every data set of this cut, by name."""
        return {name: self[name] for name in datasets()}

    def table(self, name: str, **options: str) -> Table:
        """The finished table of an endpoint with the options given; Unknown where one is not offered."""
        return self.explained(name, **options)[0]

    def explained(self, name: str, **options: str) -> tuple[Table, pd.DataFrame]:
        """The same table with the frame that explains its cells under these options: one row a subject."""
        entry = find(name)
        chosen = entry.choose(options)
        body = entry.compute(*(self[need] for need in entry.needs), **chosen)
        table = layout.Table(
            name=entry.name,
            title=entry.title,
            columns=body.columns,
            rows=body.rows,
            footnotes=body.footnotes,
            population=body.population,
            definition=entry.definition,
            options=chosen,
            stub=body.stub,
            figure=body.figure,
        )
        return table, self[entry.details] if body.details is None else body.details

    def details(self, name: str, subjects: tuple[str, ...], **options: str) -> pd.DataFrame:
        """One row for each of the subjects behind a cell, from the frame that explains the table."""
        _table, frame = self.explained(name, **options)
        return frame[frame["subject"].isin(subjects)].sort_values("subject").reset_index(drop=True)
