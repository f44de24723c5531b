"""A subject's casebook as the rules read it: the stored forms of every kind, and what follows from several together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from crf.declare.form import FormClass, Whole, form_named
from crf.stored import everything, in_time, stored_of
from trial import ranges
from trial.models import Subject
from trial.ranges import Range


class Casebook:
    """A subject's stored forms as plain values: each kind is read once, and what follows from them is made once."""

    def __init__(
        self,
        subject: Subject,
        rows: dict[str, list[Any]] | None = None,
        of_site: tuple[ranges.Range, ...] | None = None,
    ) -> None:
        self.subject, self._rows, self._ranges = subject, {} if rows is None else rows, of_site
        self._made: dict[int, tuple[Whole, Any]] = {}
        self._since: dict[str, tuple[list[Any], tuple[Any, ...]]] = {}  # with the rows that it was taken from
        self._latest: dict[tuple[str, str], Any] = {}
        self._by_analyte: dict[str, list[Range]] | None = None
        self._newest: dict[str, Any] = {}  # the form that was entered last, where all of a kind were read

    @classmethod
    def reading(cls, subject: Subject, names: Collection[str]) -> Casebook:
        """A casebook with forms of these names read already, in one statement."""
        found = cls(subject)
        for name, of in everything(names, [subject]).items():
            found._newest[name] = of[subject.pk][-1] if of[subject.pk] else None
            found._rows[name] = in_time(of[subject.pk], form_named(name).declared.about_day)
        return found

    def rows(self, name: str) -> list[Any]:
        """The `stored` forms of that name."""
        if name not in self._rows:
            self._rows[name] = stored_of(form_named(name), [self.subject])[self.subject.pk]
        return self._rows[name]

    def since_infusion(self, name: str) -> Sequence[Any]:
        """Those of `rows` at or after the infusion; none where there is no infusion yet."""
        rows, start = self.rows(name), self.subject.infused_at
        if name not in self._since or self._since[name][0] is not rows:
            day = form_named(name).declared.about_day
            self._since[name] = rows, tuple(one for one in rows if start is not None and getattr(one, day) >= start)
        return self._since[name][1]

    @property
    def ranges(self) -> tuple[ranges.Range, ...]:
        """The limits of normal that the laboratory of the subject's site has stated, of a former site for its days; read once."""
        if self._ranges is None:
            self._ranges = ranges.of_subject(self.subject)
        return self._ranges

    def ranges_of(self, analyte: str) -> Sequence[Range]:
        """Those of one analyte."""
        if self._by_analyte is None:
            self._by_analyte = {}
            for one in self.ranges:
                self._by_analyte.setdefault(one.analyte, []).append(one)
        return self._by_analyte.get(analyte, ())

    def latest(self, form: str, item: str) -> Any:
        """The newest value of an item, whether or not its form is dated; None where there is none."""
        if form in self._newest:
            return getattr(self._newest[form], item, None)
        if (form, item) not in self._latest:
            rows = form_named(form).objects.filter(subject=self.subject, status="COMPLETE").order_by("-id")  # type: ignore[attr-defined]
            self._latest[(form, item)] = rows.values_list(item, flat=True).first()
        return self._latest[(form, item)]

    def made(self, whole: Whole) -> Any:
        """What follows from the forms that it reads."""
        if id(whole) not in self._made:
            rows = {name: self.rows(name) for name in whole.forms}
            besides = [self.made(one) for one in whole.upon] + ([self.ranges_of] if whole.ranges else [])
            made = whole.follow(rows, self.subject, *besides)
            self._made[id(whole)] = whole, made
        return self._made[id(whole)][1]

    def instead(self, form: FormClass, record: Any) -> Casebook:
        """The same casebook with one form as it is being typed; itself, where that is what is stored."""
        changed = self._with(form, record)
        if changed == self.rows(form.declared.name):
            return self
        found = self._beside(form, changed, self._newest)
        # What reads no form of this kind stays as it is, however often the form that is typed changes.
        found._made = {at: of for at, of in self._made.items() if form.declared.name not in of[0].forms}
        return found

    def after(self, form: FormClass, record: Any) -> Casebook:
        """The casebook once that form has been written: nothing else needs to be read again."""
        name, newest = form.declared.name, self._newest
        if name in newest and (newest[name] is None or newest[name].pk <= record.pk):
            newest = {**newest, name: record}
        return self._beside(form, self._with(form, record), newest)

    def without(self, form: FormClass, pk: int) -> Casebook:
        """The casebook once that form has been withdrawn."""
        rows = [one for one in self.rows(form.declared.name) if one.pk != pk]
        newest = {name: one for name, one in self._newest.items() if name != form.declared.name}
        return self._beside(form, rows, newest)

    def _beside(self, form: FormClass, rows: list[Any], newest: dict[str, Any]) -> Casebook:
        found = Casebook(self.subject, {**self._rows, form.declared.name: rows}, self._ranges)
        found._newest = newest
        return found

    def _with(self, form: FormClass, record: Any) -> list[Any]:
        others = (one for one in self.rows(form.declared.name) if one.pk != record.pk)
        return in_time([*others, record], form.declared.about_day)
