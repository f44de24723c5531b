"""Bad values at every item of every form: words at the item, everything typed still there, nothing written, nothing told."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from crf import entry
from crf.declare.form import FormClass, Log, casebook
from crf.ledger import NEW, address
from crf.sent import typed as sent
from tests import study
from tests.crf import hostile
from tests.crf.hostile import Shown
from tests.filled import fill, leading
from trial import subjects
from trial.models import AuditEvent, Subject, User, Visit

FORMS = pytest.mark.parametrize("form", casebook(), ids=lambda form: form.declared.name)
WITH_ROWS = pytest.mark.parametrize(
    "form", [f for f in casebook() if f.declared.rows], ids=lambda form: form.declared.name
)
TURNS = 4

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(infused: Subject, investigator: User, scope: None) -> Visit:
    """An unscheduled visit: any form may be entered there."""
    return subjects.unscheduled(infused, by=investigator, on=date(2026, 3, 25))


@pytest.fixture
def web(investigator: User) -> Client:
    client = Client()
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(form: FormClass, visit: Visit, occurrence: int | None = None) -> str:
    """The address of the form, not yet entered where no occurrence is named."""
    log = issubclass(form, Log)
    return address(form, visit.subject, None if log else visit, occurrence or (NEW if log else 1))


def where(form: FormClass, visit: Visit) -> str:
    return "log" if issubclass(form, Log) else visit.code


def stored(form: FormClass, visit: Visit) -> Any:
    """The form as it stands at the visit, or the only entry of the log. Raises where there is none."""
    rows = form.objects.filter(subject=visit.subject)  # type: ignore[attr-defined]
    return rows.get() if issubclass(form, Log) else rows.get(visit=visit)


def post(web: Client, url: str, typed: dict[str, Any], **more: str) -> Any:
    """The form as a browser sends it; where another day of the infusion would move visits, that is confirmed."""
    page = {**sent(typed).dict(), "_version": "0", "_save": "1", **more}
    answer = web.post(url, page)
    moved = re.search(r'name="_moved" value="([^"]+)"', answer.content.decode())
    return web.post(url, {**page, "_moved": moved[1]}) if moved else answer


def written() -> tuple[int, ...]:
    """How much is written of anything."""
    return (AuditEvent.objects.count(), *(form.objects.count() for form in casebook()))  # type: ignore[attr-defined]


def still_there(page: Shown, form: FormClass, typed: dict[str, Any]) -> list[str]:
    """Names of what was typed and is not on the page. A code that no list holds cannot be shown in a list."""
    lost = []
    for name, text in sent(typed).items():
        grid, _dash, inner = name.partition("-")
        item = (
            form.declared.rows[grid].row.declared.items.get(inner.partition("-")[2])
            if inner
            else form.declared.items[name]
        )
        if item is None or (item.kind in ("coded", "yesno") and str(text) not in item.codes.values):
            continue
        if page.typed.get(name, "").replace("\r\n", "\n") != str(text).replace("\r\n", "\n"):
            lost.append(name)
    return lost


def said(typed: dict[str, Any]) -> set[str]:
    """The longer ones of the bad texts: none of them is a word of this program."""
    return {str(text) for text in sent(typed).values() if len(str(text)) > 5 and str(text) not in ("2026-03-25",)}


@FORMS
def test_bad_values_are_refused_at_their_items_and_all_of_them_stay_on_the_page(
    form: FormClass, visit: Visit, web: Client, investigator: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    url, before = page_of(form, visit), written()
    for base in hostile.fillings(form):
        for turn in range(TURNS):
            typed, bad = hostile.attacked(form, base, turn)
            answer = post(web, url, typed)
            assert answer.status_code == 422, (turn, typed)
            page = Shown(answer.content.decode())
            anchors = {f"item-{name}" for name in bad}
            assert anchors <= page.ids
            # Of a grid each wrong cell is led to by itself.
            for name in bad:
                led = (
                    [f"#item-{name}"]
                    if name not in form.declared.rows
                    else [at for at in page.links if at.startswith(f"#id_{name}-")]
                )
                assert led and set(led) <= page.links, (turn, name)
            assert {at.removeprefix("#") for at in page.links if at.startswith(("#item-", "#id_"))} <= page.ids
            assert still_there(page, form, typed) == []
            assert written() == before
            assert not [text for text in said(typed) if text in caplog.text]
    with pytest.raises(entry.Invalid) as refusal:
        study.submit(form.declared.name, visit.subject, where(form, visit), typed, by=investigator)
    assert not [text for text in said(typed) if text in str(refusal.value)]


@FORMS
def test_every_button_takes_bad_values_on_a_form_that_is_complete(
    form: FormClass, visit: Visit, web: Client, investigator: User
) -> None:
    row = study.submit(form.declared.name, visit.subject, where(form, visit), fill(form)[0], by=investigator).row
    url, before = page_of(form, visit, row.occurrence), written()
    for turn in range(2):
        typed, _bad = hostile.attacked(form, fill(form)[0], turn)
        data = {**sent(typed).dict(), "_version": "1", "reason_text": hostile.HTML}
        statuses = [web.post(url, data | {button: "1"}).status_code for button in ("_save", "_check", "_add_row")] + [
            web.post(url + "verdict/", data).status_code,
            web.post(url, data | {"_version": "0"}).status_code,
        ]
        assert statuses == [422, 200, 200, 200, 409], turn
    assert written() == before
    assert web.post(url, data | {"_draft": "1"}).status_code in (302, 422)
    assert web.get(url).status_code == 200


@FORMS
def test_wicked_values_that_are_legal_are_taken_and_shown_everywhere_as_text(
    form: FormClass, visit: Visit, web: Client
) -> None:
    items = form.declared.in_force("1.0")
    typed = fill(form)[0]
    takes_zero = [n for n in typed if hostile.takes_zero(items[n])]
    for number, name in enumerate(typed):
        if name in form.declared.rows:
            inner = items[name].row.declared.items
            typed[name] = [
                {n: hostile.nth(hostile.legal(i), at + line) for at, (n, i) in enumerate(inner.items())}
                for line in range(9)
            ]
        elif name in takes_zero:
            typed[name] = hostile.nth(hostile.ZEROS, number)
        elif items[name].kind not in ("coded", "yesno"):
            typed[name] = hostile.nth(hostile.legal(items[name]), number)
    answer = post(web, page_of(form, visit), typed)
    assert answer.status_code == 302, Shown(answer.content.decode()).links
    row = stored(form, visit)
    for name, text in typed.items():
        if name in form.declared.items:
            assert getattr(row, name) is not None, (name, text)
            if items[name].kind in ("text", "memo"):
                assert getattr(row, name) == text.strip()
    for name in takes_zero:
        assert getattr(row, name) == 0 and not getattr(row, name).is_signed()
    folder = [f"/subjects/{visit.subject.code}/logs/{form.declared.slug}/"] if issubclass(form, Log) else []
    for url in (answer["Location"], answer["Location"] + "history/", f"/subjects/{visit.subject.code}/", *folder):
        shown = web.get(url)
        assert shown.status_code == 200
        assert hostile.HTML not in shown.content.decode()


@FORMS
def test_a_reason_of_no_list_or_beside_a_value_is_an_error_at_the_item(
    form: FormClass, visit: Visit, web: Client
) -> None:
    typed = fill(form)[0]
    # While an item on which others depend is in doubt, those wait.
    names = [name for name in typed if name in form.declared.items and name not in leading(form)]
    for why, said_of_it in (
        ("BORED", "Please choose a reason of the list."),
        ("NOT DONE", "There is a value and a reason"),
    ):
        answer = post(web, page_of(form, visit), typed | {f"{name}__missing": why for name in names})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert text.count(said_of_it) >= len(names)
        page = Shown(text)
        assert {f"#item-{name}" for name in names} <= page.links
        assert {link[1:] for link in page.links if link.startswith("#item-")} <= page.ids


@FORMS
def test_an_item_that_is_not_shown_hinders_nobody_whatever_it_holds(form: FormClass, visit: Visit, web: Client) -> None:
    items = form.declared.in_force("1.0")
    hidden = {n for n in items if n not in fill(form)[0]}
    wicked = {n: hostile.refused(items[n])[0] for n in hidden} | {f"{n}__missing": "BORED" for n in hidden}
    answer = post(web, page_of(form, visit), fill(form)[0] | wicked)
    assert answer.status_code == 302
    row = stored(form, visit)
    assert all(getattr(row, n) is None for n in hidden)


# --- rows


@WITH_ROWS
def test_a_row_that_lacks_a_part_is_refused_and_the_others_stay(form: FormClass, visit: Visit, web: Client) -> None:
    typed, before = fill(form)[0], written()
    for name, grid in form.declared.rows.items():
        inner = grid.row.declared.items
        whole = typed[name][0]
        lacking = [n for n in inner if inner[n].about.required]
        lines = [whole, *({**whole, n: ""} for n in lacking), whole]
        answer = post(web, page_of(form, visit), typed | {name: lines})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert text.count("Please fill this in, or remove the row.") == 2 * len(
            lacking
        )  # in the summary and at the row
        led = {at for at in Shown(text).links if at.startswith(f"#id_{name}-")}
        assert len(led) == len(lacking)  # each to its own cell
        assert still_there(Shown(text), form, typed | {name: lines}) == []
    assert written() == before


LIES = [
    ("0", "0"), ("1", "0"), ("-1", "0"), ("x", "0"), ("", ""), ("2", "-1"), ("2", "9"), ("2", "x"), ("\uff12", "1"), ("9" * 40,) * 2,
]  # fmt: skip


@WITH_ROWS
def test_counters_that_lie_lose_no_row(form: FormClass, visit: Visit, web: Client) -> None:
    typed, expected = fill(form)
    for total, initial in LIES:
        with transaction.atomic():
            told = (("TOTAL", total), ("INITIAL", initial))
            lie = {f"{name}-{end}_FORMS": text for name in form.declared.rows for end, text in told}
            assert post(web, page_of(form, visit), typed, **lie).status_code == 302, (total, initial)
            row = stored(form, visit)
            for name in form.declared.rows:
                assert getattr(row, name).count() == len(expected[name]), (total, initial)
            transaction.set_rollback(True)


@WITH_ROWS
def test_counters_left_out_lose_no_row_either(form: FormClass, visit: Visit, web: Client) -> None:
    data = {k: v for k, v in sent(fill(form)[0]).dict().items() if not k.endswith("_FORMS")}
    assert web.post(page_of(form, visit), data | {"_version": "0"}).status_code == 302
    row = stored(form, visit)
    assert all(getattr(row, name).count() == 2 for name in form.declared.rows)


@WITH_ROWS
@pytest.mark.parametrize(("rows", "status"), [(149, 422), (5000, 400)])
def test_more_rows_than_a_form_holds_are_refused(
    form: FormClass, visit: Visit, web: Client, rows: int, status: int
) -> None:
    typed, before = fill(form)[0], written()
    for name in form.declared.rows:
        typed[name] = typed[name][:1] * rows
    answer = post(web, page_of(form, visit), typed)
    assert answer.status_code == status
    assert written() == before
    if answer.status_code == 422:
        page = Shown(answer.content.decode())
        assert {f"#item-{name}" for name in form.declared.rows} <= page.links
        assert still_there(page, form, typed) == []
