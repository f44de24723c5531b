"""The page on which forms are signed, and the places that show a signature: form, casebook, first page, paper, panel, export."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crf import unsigned, workflow
from crf.exports.tables import files
from crf.models import Signature
from tests import study
from trial import audit
from trial.models import Site, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
STATEMENTS = 15
BACKEND = "django.contrib.auth.backends.ModelBackend"


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def signer(site: Site) -> User:
    return study.person("INVESTIGATOR", site, name="signer", password=study.PASSWORD)


@pytest.fixture
def reader(signer: User) -> Client:
    client = Client()
    client.force_login(signer, backend=BACKEND)
    return client


@pytest.fixture
def assessed(infused: Subject, signer: User) -> Any:
    return study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=signer).row


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def page(subject: Subject, query: str = "") -> str:
    return reverse("sign", args=[subject.code]) + query


def keys(subject: Subject) -> list[str]:
    return [one.key for one in unsigned.to_sign(Subject.objects.select_related("site").get(pk=subject.pk))]


def typed(by: User, *form: str, password: str = study.PASSWORD) -> dict[str, Any]:
    return {"form": form, "password": password, "_person": by.pk}


def test_every_form_that_waits_stands_on_the_page_and_none_is_chosen_for_anybody(
    reader: Client, infused: Subject, assessed: Any
) -> None:
    answer = reader.get(page(infused))
    for key in keys(infused):
        assert f'value="{key}"' in answer.content.decode()
    assert " checked" not in answer.content.decode() and len(keys(infused)) == 5


@pytest.mark.parametrize(
    ("query", "found"), [("?visit=d1", 1), ("?form=crs_assessment", 1), ("?visit=screening", 3), ("?visit=m12", 0)]
)
def test_the_page_is_narrowed_by_visit_and_form(
    query: str, found: int, reader: Client, infused: Subject, assessed: Any
) -> None:
    shown = reader.get(page(infused, query)).content.decode()
    assert len(re.findall(r'name="form" value', shown)) == found
    assert ("checked" in shown) is (found > 0 and "visit" in query), "what was narrowed to a visit is chosen"
    assert ("Nothing fits" in shown) is (not found)


def test_the_password_signs_what_was_chosen_and_nothing_else(
    reader: Client, infused: Subject, assessed: Any, signer: User
) -> None:
    first, *rest = keys(infused)
    answer = reader.post(page(infused), typed(signer, first), follow=True)
    assert "One form is signed." in text(answer) and keys(infused) == rest
    assert answer.redirect_chain[-1][0] == reverse("casebook", args=[infused.code])
    answer = reader.post(page(infused, "?visit=d1"), typed(signer, *rest), follow=True)
    assert "4 forms are signed." in text(answer) and keys(infused) == []
    assert "Nothing waits for a signature" in text(reader.get(page(infused)))


@pytest.mark.parametrize("password", ["", "not this one", study.PASSWORD.upper(), study.PASSWORD + " "])
def test_another_password_signs_nothing_and_what_was_chosen_stays_chosen(
    password: str, reader: Client, infused: Subject, assessed: Any, signer: User
) -> None:
    chosen = keys(infused)[2]
    answer = reader.post(page(infused), typed(signer, chosen, password=password))
    assert answer.status_code == 422 and not Signature.objects.exists()
    shown = answer.content.decode()
    assert re.findall(r'value="([^"]+)" id="[^"]+" checked', shown) == [chosen]
    assert not password or password not in shown


def test_too_many_wrong_passwords_lock_as_at_the_door(
    reader: Client, infused: Subject, assessed: Any, signer: User
) -> None:
    found = [reader.post(page(infused), typed(signer, *keys(infused), password="no")).status_code for _ in range(7)]
    assert found[0] == 422 and found[-1] != 422
    assert reader.post(page(infused), typed(signer, *keys(infused))).status_code != 302
    assert not Signature.objects.exists()


def test_a_form_that_was_changed_meanwhile_is_read_again_first(
    reader: Client, infused: Subject, assessed: Any, signer: User
) -> None:
    before = keys(infused)
    data = study.typed_crs(1, temperature="39.4")
    study.submit("crs_assessment", infused, "d1", data, by=signer, based_on=1, reason="Typing error")
    answer = reader.post(page(infused), typed(signer, *before))
    assert answer.status_code == 422 and "changed since this page was opened" in text(answer)
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "made_up",
    [
        "",
        "crs_assessment",
        "nothing:1:1",
        "crs_assessment:x:1",
        "crs_assessment:1:-1",
        "a:" + "9" * 40 + ":1",
        "crs_assessment:٣:1",
    ],
)
def test_what_no_page_wrote_signs_nothing(
    made_up: str, reader: Client, infused: Subject, assessed: Any, signer: User
) -> None:
    assert reader.post(page(infused), typed(signer, made_up)).status_code == 422
    assert not Signature.objects.exists()


def test_a_page_that_somebody_else_had_opened_signs_nothing(
    reader: Client, infused: Subject, assessed: Any, coordinator: User
) -> None:
    answer = reader.post(page(infused), typed(coordinator, *keys(infused)))
    assert answer.status_code != 302 and not Signature.objects.exists()


def test_who_may_not_sign_reads_what_waits(infused: Subject, assessed: Any, coordinator: User, monitor: User) -> None:
    for person in (coordinator, monitor):
        answer = client_of(person).get(page(infused))
        shown = answer.content.decode()
        assert (
            answer.status_code == 200
            and 'name="form" value' not in shown
            and 'name="password"' not in shown.partition("<main")[2].partition("</main")[0]
        )
        assert client_of(person).post(page(infused), typed(person, *keys(infused))).status_code == 403
    junior = study.person("INVESTIGATOR", infused.site, name="junior", delegated=False, password=study.PASSWORD)
    assert "not delegated" in text(client_of(junior).get(page(infused)))
    assert client_of(junior).post(page(infused), typed(junior, *keys(infused))).status_code == 403
    assert not Signature.objects.exists()


def test_to_another_site_the_page_does_not_exist(infused: Subject, assessed: Any, sites: list[Site]) -> None:
    elsewhere = study.person("INVESTIGATOR", sites[1], password=study.PASSWORD)
    there = client_of(elsewhere)
    assert (
        there.get(page(infused)).status_code == there.post(page(infused), typed(elsewhere, "x:1:1")).status_code == 404
    )


def test_a_critical_query_stands_beside_its_form_which_cannot_be_chosen(
    reader: Client, infused: Subject, assessed: Any, monitor: User
) -> None:
    workflow.ask(assessed, item="temperature", by=monitor, text="Which thermometer?", now=study.NOW)
    shown = reader.get(page(infused, "?visit=d1")).content.decode()
    assert "a critical item is asked about" in shown and 'name="form" value' not in shown


def test_the_signature_stands_at_the_form_in_the_casebook_on_paper_in_the_panel_and_in_the_export(
    reader: Client, infused: Subject, assessed: Any, signer: User, monitor: User
) -> None:
    form, book = f"/subjects/{infused.code}/d1/crs-assessment/", f"/subjects/{infused.code}/"
    assert "Nobody has signed this form yet." in text(reader.get(form))
    assert "Not signed." in text(reader.get(form + "print/"))
    assert "Unsigned forms 5" in text(reader.get(book))
    reader.post(
        page(infused, f"?one=crs_assessment:{assessed.pk}"), typed(signer, *[k for k in keys(infused) if "crs" in k])
    )
    label = assessed.declared.items["temperature"].about.label
    meaning = str(Signature.Meaning.APPROVAL.label)
    panel = f"/admin/crf/crsassessment/{assessed.pk}/change/"
    for answer in (reader.get(form), reader.get(form + "print/"), client_of(monitor).get(panel)):
        assert meaning in text(answer) and str(signer) in text(answer)
    assert "cw-state-signed" in reader.get(form).content.decode().partition("<main")[2]
    assert "Unsigned forms 4" in text(reader.get(book))
    data = study.typed_crs(1, temperature="39.4")
    study.submit("crs_assessment", infused, "d1", data, by=signer, based_on=1, reason="Typing error")
    for answer in (reader.get(form), reader.get(form + "print/"), client_of(monitor).get(panel)):
        assert f"Changed since: {label}" in text(answer) and "(version 1)" in text(answer)
    (table,) = [one for one in files() if one.name == "signatures.csv"]
    (line,) = [dict(zip(table.columns, row, strict=True)) for row in table.rows()]
    assert (line["form"], line["version"], line["meaning"], line["by"]) == ("crs_assessment", "1", "APPROVAL", "signer")
    assert table.expected() == 1


def test_the_first_page_counts_the_forms_and_has_one_line_a_subject(
    reader: Client, infused: Subject, assessed: Any, coordinator: User
) -> None:
    for client, word in ((reader, "Sign"), (client_of(coordinator), "Open the list")):
        shown = text(client.get("/?state=unsigned"))
        assert "unsigned 5" in shown and "5 forms" in shown and f"{word} {infused.code}" in shown
    assert "unsigned 1" in text(reader.get("/?form=crs_assessment"))
    assert "unsigned 0" in text(reader.get("/?form=death"))


def test_the_pages_ask_few_statements_with_many_forms(reader: Client, infused: Subject, signer: User) -> None:
    from tests.filled import enter_the_rest

    with audit.acting(signer):
        enter_the_rest(infused, by=signer)
    for address in (page(infused), f"/subjects/{infused.code}/", f"/subjects/{infused.code}/d0/car-t-infusion/"):
        reader.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert reader.get(address).status_code == 200
        asked = [one["sql"] for one in seen if "SAVEPOINT" not in one["sql"]]  # of the test's own transaction
        assert len(asked) <= STATEMENTS, "\n".join(sql[:160] for sql in asked)
