"""How an entry page is laid out: a card for each section, with its items, its grids, and what is not asked any more."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django.template.loader import render_to_string

from crf.declare.items import Rows
from crf.page import MISSING, PageForm, known_id, numbered


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
            "decides": any(one.about.shown_if and one.about.shown_if.item == self.name for one in form.items.values()),
            "known": {"id": known_id(form[self.name]), "text": form.known_words.get(self.name, "")} if item.about.known else None,
            "unkept": " · ".join(form.unkept_by().get(self.name, ())),
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
            "grid": grid, "lines": numbered(grid), "item": item, "about": item.about, "name": self.name, "source": source_of(item),
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
