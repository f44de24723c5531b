"""The entry page of a form, read off its declaration: Django form, grid of rows, and crispy layout."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.declare.form import Declaration, FormClass
from crf.declare.items import Item, Rows
from crf.figures import standard_id

MISSING = "__missing"
ROWS_LIMIT = 100


class RowForm(forms.Form):
    """One line of a grid; a line left blank is no line."""

    declared: Declaration

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
        for name, item in self.items.items():
            if isinstance(item, Rows):
                continue
            if cleaned.get(name) == "":
                cleaned[name] = None
            if not self.shows(name):
                # A hidden item keeps no value, and an error in it hinders nobody.
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

    def converted(self) -> list[dict[str, str]]:
        """What numbers with a choice of units are in the standard unit, by the id of the place that shows it."""
        chosen = [self[name] for name in self.items if getattr(self.fields.get(name), "also", None)]
        return [
            {"id": standard_id(one.id_for_label), "text": one.field.widget.converted(one.value())} for one in chosen
        ]

    def error_list(self) -> list[dict[str, str]]:
        """Every error with its item's label and anchor, for the summary on top."""
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
            for number, row in enumerate(grid.forms, 1):
                for inner, messages in row.errors.items():
                    item = row.declared.items.get(inner)
                    words = f"{label} {number}, {item.about.label}" if item else label
                    found += [{"label": words, "text": str(text), "anchor": f"item-{name}"} for text in messages]
        return found


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


class ItemOnPage(LayoutObject):
    """One item: label, control, unit, error, and why it is missing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, form: PageForm, _context: Any, template_pack: Any = None, **_kwargs: Any) -> str:
        form.rendered_fields |= {self.name, self.name + MISSING}  # type: ignore[attr-defined]
        item = form.items[self.name]
        context = {
            "field": form[self.name], "item": item, "about": item.about, "missing": form[self.name + MISSING],
            "source": form.declared.source_of(item),
        }  # fmt: skip
        return render_to_string("crf/items/_item.html", context)


class GridOnPage(LayoutObject):
    """The rows of a grid, with an empty one to copy."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, form: PageForm, _context: Any, template_pack: Any = None, **_kwargs: Any) -> str:
        grid, item = form.grids[self.name], form.items[self.name]
        source_of = form.declared.source_of
        columns = item.row.declared.in_force(form.version).values()
        context = {
            "grid": grid, "item": item, "about": item.about, "name": self.name, "source": source_of(item),
            "columns": [{"about": column.about, "source": source_of(column)} for column in columns],
        }  # fmt: skip
        return render_to_string("crf/items/_rows.html", context)


class RetiredOnPage(LayoutObject):
    """An item that the version does not ask any more, with what it holds; nothing can be typed into it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, form: PageForm, context: Any, template_pack: Any = None, **_kwargs: Any) -> str:
        return render_to_string("crf/items/_retired.html", {"name": self.name, "entry": form.retired[self.name]})


class SectionOnPage(LayoutObject):
    """A card with its items."""

    def __init__(self, section: Any, *fields: LayoutObject) -> None:
        self.section, self.fields = section, list(fields)

    def render(self, form: PageForm, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        inside = [field.render(form, context, template_pack=template_pack, **kwargs) for field in self.fields]
        return render_to_string("crf/items/_section.html", {"section": self.section, "items": inside})


def _on_page(form: PageForm, name: str) -> LayoutObject:
    if name not in form.items:
        return RetiredOnPage(name)
    return GridOnPage(name) if isinstance(form.items[name], Rows) else ItemOnPage(name)


def helper(form: PageForm) -> FormHelper:
    """The crispy layout: sections in the order of the class body."""
    found = FormHelper()
    found.form_tag = False
    found.disable_csrf = True
    cards = []
    for section, names in form.declared.sections:
        inside = [_on_page(form, n) for n in names if n in form.items or n in form.retired]
        if inside:
            cards.append(SectionOnPage(section, *inside))
    found.layout = Layout(*cards)
    return found
