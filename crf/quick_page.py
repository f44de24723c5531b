"""The page of a form for many submissions in a row: the same fields, ranges and messages, without what only a browser needs.

Django copies every field for every page and cleans the blank ones too. Here the fields of a page are made once and shared,
and what a field makes of a blank is worked out once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.http import QueryDict

from crf.declare.form import FormClass
from crf.declare.items import Rows
from crf.page import Fields, PageForm, RowForm, page_form
from crf.sent import typed, with_grids


class Shared(Fields):
    """Fields that every page uses as they are: nothing changes them once they are made."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Shared:
        return self


class NoLines:
    """A grid of which no line was sent."""

    def __init__(self) -> None:
        self.forms: list[Any] = []
        self._errors: list[str] = []

    def is_valid(self) -> bool:
        return not self._errors

    def non_form_errors(self) -> list[str]:
        return self._errors


class QuickPage(PageForm):
    """A page that is read once and never shown. Always new, so that nothing was there before."""

    form: FormClass
    blank: dict[str, Any]  # what each field makes of a blank

    def __init__(self, data: Mapping[str, Any], *, may_grade: bool) -> None:
        self.lines = {name: value for name, value in data.items() if isinstance(value, (list, tuple)) and value}
        scalar = {name: "" if v is None else str(v) for name, v in data.items() if not isinstance(v, (list, tuple))}
        super().__init__(scalar, may_grade=may_grade)

    def grid(self, name: str, item: Rows, data: Any, initial: Any) -> BaseFormSet[RowForm]:
        if name not in self.lines:
            return NoLines()  # type: ignore[return-value]
        sent: QueryDict = with_grids(typed({name: self.lines[name]}), self.form)
        return super().grid(name, item, sent, initial)

    def _clean_fields(self) -> None:
        """What Django does for each field (see Form._clean_fields), for those of which something was sent."""
        self.cleaned_data.update(self.blank)
        for name, text in self.data.items():
            field = self.fields.get(name)
            if field is None or field.disabled:
                continue
            try:
                self.cleaned_data[name] = field.clean(text)
            except ValidationError as error:
                self.add_error(name, error)


@cache
def _built(form: FormClass, version: str, may_grade: bool) -> type[QuickPage]:
    page: Any = page_form(form, version)
    fields = Shared(copy.deepcopy(page(may_grade=may_grade).fields))
    quick: Any = type("Quick" + page.__name__, (QuickPage, page), {"form": form})
    quick.base_fields = fields
    quick.blank = {name: field.clean(None) for name, field in fields.items()}
    return quick


def quick_page(form: FormClass, version: str, *, may_grade: bool) -> Callable[[Mapping[str, Any]], PageForm]:
    """What makes a page of what was typed (see crf.sent.typed); built once for a form, a protocol version and a right."""
    page = _built(form, version, may_grade)
    return lambda data: page(data, may_grade=may_grade)
