"""Each item by itself, with whatever a machine can think of: refused in words and still there, or taken; never a broken page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crf.declare.form import walk
from tests.crf import hostile
from tests.crf.hostile import Shown
from tests.crf.test_bad_input_of_every_form import page_of, post, still_there, visit, web, written
from trial.models import Visit

__all__ = ["visit", "web"]  # fixtures

# "vasopressors.dose" is an item of a row.
ITEMS = [(form, name, item) for form, name, item in walk()]

pytestmark = [pytest.mark.soak, pytest.mark.django_db]


def texts(item: Any) -> st.SearchStrategy[str]:
    """Listed bad and odd values, the same changed in one place, and any text at all that a browser can send."""
    listed = st.sampled_from((*hostile.refused(item), *hostile.legal(item), *hostile.ZEROS))
    any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
    changed = st.tuples(listed, st.integers(0, 12), any_text).map(
        lambda of: of[0][: of[1]] + of[2][:3] + of[0][of[1] :]
    )
    numbers = st.one_of(st.decimals(), st.integers(), st.floats()).map(str)
    days = st.one_of(st.dates().map(str), st.datetimes().map(str), st.datetimes().map(lambda at: f"{at:%d%b%y %H%M}"))
    return st.one_of(listed, changed, any_text, numbers, days)


def typed_with(form: Any, name: str, inner: str = "", *, text: str) -> dict[str, Any]:
    """The form filled in so that the item is shown, with this text in it."""
    base = next(filling for filling in hostile.fillings(form) if name in filling)
    if not inner:
        return {**base, name: text}
    first, *others = base[name]
    return {**base, name: [{**first, inner: text}, *others]}


def judged(form: Any, visit: Visit, web: Client, typed: dict[str, Any]) -> None:
    before = written()
    with transaction.atomic():
        url = page_of(form, visit)
        answer = post(web, url, typed)
        assert answer.status_code in (302, 422)
        if answer.status_code == 302:
            assert web.get(answer["Location"]).status_code == 200
            assert web.get(answer["Location"] + "history/").status_code == 200
        else:
            page = Shown(answer.content.decode())
            assert still_there(page, form, typed) == []
            assert any(link.startswith("#item-") for link in page.links)
            assert {link[1:] for link in page.links if link.startswith("#item-")} <= page.ids
            assert written() == before
        assert post(web, url + "verdict/", typed).status_code == 200
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("form", "name", "item"), ITEMS, ids=[f"{form.declared.name}.{name}" for form, name, _ in ITEMS]
)
def test_an_item_takes_or_refuses_whatever_is_typed(form: Any, name: str, item: Any, visit: Visit, web: Client) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=texts(item))
    @example(text="")
    @example(text=hostile.HTML)
    def tried(text: str) -> None:
        judged(form, visit, web, typed_with(form, *name.split("."), text=text))

    tried()
