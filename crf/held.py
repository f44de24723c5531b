"""A subject's casebook that was never read from the database: it holds what was put into it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from crf.casebook import Casebook
from crf.declare.form import FormClass, form_named
from crf.stored import in_time
from trial import ranges
from trial.models import Subject


class Held(Casebook):
    """Every form of a subject in memory. Forms that nothing dates take part in `latest` alone, as in the database."""

    def __init__(
        self, subject: Subject, rows: dict[str, list[Any]], of_site: tuple[ranges.Range, ...], *, placed: bool = False
    ) -> None:
        """rows: of every kind of form, in order of entry; placed: in order of time already."""
        super().__init__(subject, rows, of_site)
        self._newest = {name: kept[-1] for name, kept in rows.items() if kept}
        if not placed:
            self._rows = {name: in_time(kept, about_day(name)) for name, kept in rows.items()}

    def rows(self, name: str) -> list[Any]:
        """The forms of that name, oldest first."""
        return self._rows[name]

    def latest(self, form: str, item: str) -> Any:
        """The value of an item in the form that was entered last."""
        return getattr(self._newest.get(form), item, None)

    def add(self, form: FormClass, plain: Any) -> Sequence[Any]:
        """Puts a new form in its place in time; returns those of its kind that come after it."""
        name, key = form.declared.name, form.declared.about_day
        self._newest[name] = plain
        self._made = {key: made for key, made in self._made.items() if name not in made[0].forms}
        if key and getattr(plain, key) is None:
            return ()
        rows = self._rows[name]
        at = len(rows)
        while key and at and getattr(rows[at - 1], key) > getattr(plain, key):
            at -= 1
        self._rows[name] = [*rows[:at], plain, *rows[at:]]
        return rows[at:]

    def instead(self, form: FormClass, record: Any) -> Held:
        """The same casebook with one form as it is being typed; itself, where that is what it holds."""
        changed = self._with(form, record)
        return self if changed == self.rows(form.declared.name) else self._changed(form, changed)

    def after(self, form: FormClass, record: Any) -> Held:
        """The casebook once that form has been written."""
        return self._changed(form, self._with(form, record))

    def _changed(self, form: FormClass, rows: list[Any]) -> Held:
        found = Held(self.subject, {**self._rows, form.declared.name: rows}, self.ranges, placed=True)
        found._newest = self._newest
        return found


@cache
def form_called(name: str) -> FormClass:
    """The form of that name; looked up once."""
    return form_named(name)


def about_day(name: str) -> str:
    """The item that dates a form of that name; "" for none."""
    return form_called(name).declared.about_day
