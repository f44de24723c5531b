"""The entry page of a form, read off its declaration: Django form and grids of rows (their look: crf.page_layout)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.dates import SaidBack, SaidBackField
from crf.declare.form import Declaration, FormClass
from crf.declare.items import Item, Known, Rows
from crf.figures import standard_id

MISSING = "__missing"
ROWS_LIMIT = 100


class RowForm(forms.Form):
    """One line of a grid; a line left blank is no line."""

    declared: Declaration

    @property
    def is_removed(self) -> bool:
        """Whether the line was taken away on the page: it counts no more, whatever stands in it."""
        return bool(getattr(self, "cleaned_data", {}).get("DELETE"))

    @property
    def is_blank(self) -> bool:
        return not any(v not in (None, "") for k, v in self.cleaned_data.items() if k not in ("DELETE", "ORDER"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("DELETE") or self.is_blank:
            return cleaned
        for name, item in self.declared.items.items():
            if (
                name in self.fields
                and item.about.required
                and name not in self.errors
                and cleaned.get(name) in (None, "")
            ):
                self.add_error(name, __("Please fill this in, or remove the row."))
        return cleaned


class PageForm(forms.Form):
    """A form of the casebook as a page. Items first, then why they are blank, then the grids as formsets."""

    declared: Declaration
    version: str  # of the protocol
    items: dict[str, Any]
    retired: Mapping[str, Any] = {}  # see crf.retired
    # What another form says in place of an item: asked while the page is judged, and told in words beside it.
    known: Callable[[str], Known | None] = staticmethod(lambda _name: None)
    known_words: Mapping[str, str] = {}

    def __init__(
        self,
        data: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        may_grade: bool = True,
        not_delegated: str = "",  # why an investigator may not fill the investigator's items
        complete: bool = True,
    ) -> None:
        self.may_grade, self.complete, self.not_delegated = may_grade, complete, not_delegated
        super().__init__(data, initial=dict(initial or {}), label_suffix="")
        for name, item in self.items.items():
            if isinstance(item, Item) and item.about.investigator and not may_grade:
                self.fields[name].disabled = self.fields[name + MISSING].disabled = True
                self.fields[name].not_delegated = not_delegated  # type: ignore[attr-defined]
        grids = {name: item for name, item in self.items.items() if isinstance(item, Rows)}
        self.grids: dict[str, BaseFormSet[RowForm]] = {
            name: self.grid(name, item, data, (initial or {}).get(name, ())) for name, item in grids.items()
        }

    def grid(self, name: str, item: Rows, data: Any, initial: Any) -> BaseFormSet[RowForm]:
        """The rows of a grid as a formset."""
        # Typed rows get no initial values: Django takes a row equal to its initial one for an untouched, blank one.
        return _formset(item, self.version)(data=data, prefix=name, initial=list(initial) if data is None else None)

    @cached_property
    def helper(self) -> FormHelper:
        """The layout; a submission that is accepted never asks for it."""
        from crf.page_layout import helper

        return helper(self)

    def read_only(self) -> None:
        """For those who may read but not enter: every control shows its value and takes none."""
        for form in (self, *(line for grid in self.grids.values() for line in grid.forms)):
            for field in form.fields.values():
                field.disabled = True
        for grid in self.grids.values():
            grid.read_only = True  # type: ignore[attr-defined]

    def shows(self, name: str) -> bool:
        """Whether an item is shown, given what was typed in the item it depends on."""
        when = self.items[name].about.shown_if
        return when is None or when.holds(self.cleaned_data.get(when.item) or None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.unkept: list[str] = []
        for name, item in self.items.items():
            if isinstance(item, Rows):
                continue
            if cleaned.get(name) == "":
                cleaned[name] = None
            if not self.shows(name):
                # A hidden item keeps no value, and an error in it hinders nobody. The page says so: see `unkept_by`.
                if (
                    cleaned.get(name) is not None
                    or cleaned.get(name + MISSING)
                    or {name, name + MISSING} & self.errors.keys()
                ):
                    self.unkept.append(name)
                cleaned[name] = None
                cleaned[name + MISSING] = ""
                self.errors.pop(name, None)
                self.errors.pop(name + MISSING, None)
            elif name not in self.errors:
                self._complete(name, item)
        return cleaned

    def _complete(self, name: str, item: Any) -> None:
        if self.not_delegated and item.about.investigator and self._typed_over(name):
            self.add_error(name, self.not_delegated)
        value, why = self.cleaned_data.get(name), self.cleaned_data.get(name + MISSING)
        if value is not None and why:
            self.add_error(name, __("There is a value and a reason why it is missing. Please keep one of them."))
        elif value is None and not why and item.about.required and self.complete:
            if item.about.investigator and not self.may_grade:
                return  # waits for the investigator; a query says so
            if item.about.known and self.known(name):
                return  # typed once, and not here
            self.add_error(name, __("Please enter a value, or say why it is missing."))

    def _typed_over(self, name: str) -> bool:
        """Whether something was sent for an item that the page showed to be read only."""
        sent = {key: str(self.data.get(key) or "").strip() for key in (name, name + MISSING)}
        return any(text and text != str(self.initial.get(key) or "") for key, text in sent.items())

    def refuse(self, name: str, text: str) -> None:
        """An error at an item or at a grid; at the form where neither has that name."""
        if name in self.grids:
            self.grids[name].non_form_errors().append(text)
        else:
            self.add_error(name if name in self.fields else None, text)

    def is_valid(self) -> bool:
        grids = [grid.is_valid() for grid in self.grids.values()]  # all of them, so that every grid shows its errors
        return super().is_valid() and all(grids)

    def values(self) -> dict[str, Any]:
        """Items and rows by name, for a sheet. What could not be read is None, so that a half-typed form can be judged."""
        cleaned = getattr(self, "cleaned_data", {})
        found = {
            n: (cleaned.get(n) if cleaned.get(n) != "" else None) for n, i in self.items.items() if isinstance(i, Item)
        }
        for name, grid in self.grids.items():
            found[name] = [
                {n: (row.cleaned_data.get(n) if row.cleaned_data.get(n) != "" else None) for n in row.declared.items}
                for row in grid.forms
                if hasattr(row, "cleaned_data") and not row.cleaned_data.get("DELETE") and not row.is_blank
            ]
        return found

    def missing(self) -> dict[str, str]:
        """Why items are blank, by item name."""
        return {n: why for n in self.items if (why := self.cleaned_data.get(n + MISSING))}

    def unkept_by(self) -> dict[str, list[str]]:
        """Labels of what was typed and will not be kept, by the shown item whose answer does not ask for it.

        The item that an answer hides may have hidden others in its turn: those stand with the first answer.
        """
        found: dict[str, list[str]] = {}
        for name in getattr(self, "unkept", ()):
            by = self.items[name].about.shown_if.item
            while by in self.items and not self.shows(by):
                by = self.items[by].about.shown_if.item
            found.setdefault(by, []).append(str(self.items[name].about.label))
        return found

    def converted(self) -> list[dict[str, str]]:
        """What numbers with a choice of units are in the standard unit, by the id of the place that shows it."""
        chosen = [self[name] for name in self.items if getattr(self.fields.get(name), "also", None)]
        return [
            {"id": standard_id(one.id_for_label), "text": one.field.widget.converted(one.value())} for one in chosen
        ]

    def known_elsewhere(self) -> list[dict[str, str]]:
        """What other forms say in place of items, by the id of the place that shows it; blank where they say nothing."""
        names = [name for name, item in self.items.items() if item.about.known]
        return [{"id": known_id(self[name]), "text": self.known_words.get(name, "")} for name in names]

    def said_back(self) -> list[SaidBackField]:
        """Every date that may be typed, each with how it is read and the place that shows it."""
        lines = (line for grid in self.grids.values() for _number, line in numbered(grid))
        bound = (one for form in (self, *lines) for one in form if isinstance(one.field, SaidBack))
        return [one for one in bound if isinstance(one, SaidBackField) and not one.field.disabled]

    def error_list(self) -> list[dict[str, str]]:
        """Every error with its item's label and anchor, for the summary on top.

        The anchor is the id of the item's place; in a grid that of the very control.
        """
        found = []
        for key, messages in self.errors.items():
            name = key.removesuffix(MISSING)
            label = self.items[name].about.label if name in self.items else self.declared.title
            # What is wrong with the form as a whole stands nowhere.
            anchor = f"item-{name}" if name in self.items else ""
            found += [{"label": str(label), "text": str(text), "anchor": anchor} for text in messages]
        for name, grid in self.grids.items():
            label = str(self.items[name].about.label)
            found += [{"label": label, "text": str(text), "anchor": f"item-{name}"} for text in grid.non_form_errors()]
            for number, row in numbered(grid):
                for inner, messages in row.errors.items() if number else ():
                    item = row.declared.items.get(inner)
                    words = f"{label} {number}, {item.about.label}" if item else label
                    anchor = control_id(row[inner]) if inner in row.fields else f"item-{name}"
                    found += [{"label": words, "text": str(text), "anchor": anchor} for text in messages]
        return found

    def named_wrong(self) -> list[str]:
        """Names of the items and grids with an error; never what was typed there."""
        names = {key.removesuffix(MISSING) for key in self.errors}
        return sorted(names | {name for name, grid in self.grids.items() if not grid.is_valid()})


def numbered(grid: BaseFormSet[RowForm]) -> list[tuple[int | None, RowForm]]:
    """The lines of a grid with the number a person reads; None for one that was taken away."""
    count = itertools.count(1)
    return [(None if row.is_removed else next(count), row) for row in grid.forms]


def known_id(bound: forms.BoundField) -> str:
    """The id of the place beside a control that shows what another form says."""
    return f"{bound.auto_id}_known"


def control_id(bound: forms.BoundField) -> str:
    """The id of the control itself; of a group of keys, the first key's."""
    return bound.id_for_label or str(bound.subwidgets[0].id_for_label)


class Fields(dict[str, forms.Field]):
    """The fields of a form class. Django copies them deeply for every page, but choices never change: those are shared."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        for field in self.values():
            if isinstance(field, forms.ChoiceField):
                memo[id(field._choices)] = field._choices  # type: ignore[attr-defined]
        return {name: copy.deepcopy(field, memo) for name, field in self.items()}


@cache
def _formset(grid: Rows, version: str) -> type[BaseFormSet[RowForm]]:
    declared = grid.row.declared
    items = declared.in_force(version)
    fields = {name: item.form_field() for name, item in items.items()}
    for name, item in items.items():
        fields[name].item = item
    row_form: Any = type("RowOf" + grid.row.__name__, (RowForm,), {**fields, "declared": declared})
    row_form.base_fields = Fields(row_form.base_fields)
    return formset_factory(
        row_form, extra=0, can_delete=True, max_num=ROWS_LIMIT, validate_max=True, absolute_max=ROWS_LIMIT + 50
    )


_built: dict[tuple[FormClass, str], type[PageForm]] = {}


def page_form(form: FormClass, version: str) -> type[PageForm]:
    """The page's form class for a protocol version; built once, for a declaration does not change while running."""
    key = (form, version)
    if key not in _built:
        items = form.declared.in_force(version)
        fields: dict[str, forms.Field] = {}
        for name, item in items.items():
            if isinstance(item, Rows):
                continue
            fields[name] = item.form_field()
            fields[name].item = item  # type: ignore[attr-defined]
            fields[name + MISSING] = forms.ChoiceField(
                choices=[("", _("Why is it missing?")), *codelists.Missing.choices],
                required=False,
                label=_("Reason for the missing value"),
                error_messages={"invalid_choice": _("Please choose a reason of the list.")},
            )
        page: Any = type(
            "PageOf" + form.__name__,
            (PageForm,),
            {**fields, "declared": form.declared, "version": version, "items": items},
        )
        page.base_fields = Fields(page.base_fields)
        _built[key] = page
    return _built[key]
