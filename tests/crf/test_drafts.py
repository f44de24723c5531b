"""Drafts that save themselves: what is written, what the trail takes, whose text it is, and two versions side by side."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crf import conflict, drafts, entry
from crf.declare.form import form_named
from crf.drafts import Draft, Seen
from crf.place import Place, initial
from tests import study
from trial import audit
from trial.models import AuditEvent, Subject, User

rolls_back = pytest.mark.django_db
HERE = "d1/crs-assessment/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(user: User, subject: Subject, page: str, seen: int, part: str = HERE, **values: str) -> Any:
    data = {"_page": page, "_seen": str(seen), "_person": str(user.pk), "_version": "0", **values}
    return browser(user).post(f"/subjects/{subject.code}/{part}draft/", data)


def kept(subject: Subject, form: str = "crs_assessment") -> dict[int, dict[str, list[str]]]:
    with study.seeing_everything():
        return dict(Draft.objects.filter(subject=subject, form=form).values_list("occurrence", "values"))


@rolls_back
def test_each_saving_counts_and_the_same_again_is_no_saving(infused: Subject, investigator: User) -> None:
    answers = [send(investigator, infused, "a", n, temperature=t).json() for n, t in enumerate(("38", "39", "39"))]
    assert [answer["revision"] for answer in answers] == [1, 2, 2]
    assert {answer["state"] for answer in answers} == {"saved"}
    assert kept(infused) == {1: {"temperature": ["39"]}}


@rolls_back
def test_a_page_whose_answer_was_lost_goes_on_and_another_page_does_not(
    infused: Subject, investigator: User, coordinator: User
) -> None:
    send(investigator, infused, "a", 0, temperature="38")
    again = send(investigator, infused, "a", 0, temperature="38.5")  # revision 1 never reached the page
    assert (again.status_code, again.json()["revision"]) == (200, 2)
    other = send(coordinator, infused, "b", 1, temperature="37")
    assert (other.status_code, other.json()["state"], other.json()["who"]) == (409, "other", str(investigator))
    assert kept(infused) == {1: {"temperature": ["38.5"]}}
    assert send(coordinator, infused, "b", 2, temperature="37").status_code == 200


@rolls_back
def test_the_trail_takes_the_keys_that_changed_appeared_or_went(infused: Subject, investigator: User) -> None:
    send(investigator, infused, "a", 0, temperature="38", comment="x", assessed_at_0="2026-03-21")
    send(investigator, infused, "a", 1, temperature="39", comment="x", oxygen="NONE")
    with study.seeing_everything():
        event = AuditEvent.objects.get(table_name="crf_draft", action="U")
    assert event.before["values"] == {"temperature": ["38"], "assessed_at_0": ["2026-03-21"]}
    assert event.after["values"] == {"temperature": ["39"], "oxygen": ["NONE"]}


@rolls_back
def test_a_page_of_somebody_else_is_refused_under_this_name(
    infused: Subject, investigator: User, coordinator: User
) -> None:
    answer = send(investigator, infused, "a", 0, temperature="38", _person=str(coordinator.pk))
    assert (answer.status_code, answer.json()["state"]) == (409, "person")
    sent = browser(investigator).post(
        f"/subjects/{infused.code}/{HERE}",
        {"_person": str(coordinator.pk), "_save": "1", "comment": "typed by another"},
    )
    assert sent.status_code == 409
    assert "typed by another" in sent.content.decode()
    assert kept(infused) == {}


@rolls_back
def test_who_may_not_enter_keeps_no_draft_and_who_is_signed_out_is_told_so(
    infused: Subject, statistician: User
) -> None:
    assert send(statistician, infused, "a", 0, temperature="38").status_code == 403
    assert Client().post(f"/subjects/{infused.code}/{HERE}draft/", {}).status_code == 401
    assert kept(infused) == {}


@rolls_back
def test_what_the_investigator_left_in_a_draft_stays_when_a_coordinator_goes_on(
    infused: Subject, investigator: User, coordinator: User
) -> None:
    send(investigator, infused, "a", 0, temperature="38", investigator_grade="1")
    send(coordinator, infused, "b", 1, temperature="39")
    assert kept(infused) == {1: {"temperature": ["39"], "investigator_grade": ["1"]}}


@rolls_back
def test_a_grade_begun_by_the_investigator_outlives_the_submission_of_a_coordinator(
    infused: Subject, investigator: User, coordinator: User
) -> None:
    send(investigator, infused, "a", 0, temperature="38", investigator_grade="1")
    data = {k: v for k, v in study.typed_crs(1).items() if k != "investigator_grade"}
    own = {"_page": "b", "_seen": "1", "_person": str(coordinator.pk), "_version": "0", "_save": "1"}
    sent = browser(coordinator).post(f"/subjects/{infused.code}/{HERE}", {**data, **own})
    assert sent.status_code == 302
    values = kept(infused)[1]
    assert (values["investigator_grade"], values["temperature"]) == (["1"], ["38.6"])
    page = browser(investigator).get(f"/subjects/{infused.code}/{HERE}").content.decode()
    assert "Draft: 1 item differs from what was submitted" in page


@rolls_back
def test_a_new_entry_takes_one_number_however_often_its_first_answer_is_lost(
    infused: Subject, investigator: User
) -> None:
    for text in ("R", "Ra", "Rash"):
        answer = send(investigator, infused, "a", 0, part="logs/adverse-event/new/", verbatim=text).json()
        assert answer["address"] == f"/subjects/{infused.code}/log/adverse-event/"
    assert kept(infused, "adverse_event") == {1: {"verbatim": ["Rash"]}}
    other = send(investigator, infused, "b", 0, part="logs/adverse-event/new/", verbatim="Rash").json()
    assert other["address"] == f"/subjects/{infused.code}/log/adverse-event/2/"


@rolls_back
def test_a_submission_takes_the_draft_it_has_seen_and_leaves_another(
    infused: Subject, investigator: User, coordinator: User, scope: None
) -> None:
    visit = study.visit_of(infused, "d1")
    where: Any = ("crs_assessment", infused, visit, 1)
    drafts.save(*where, values={"comment": ["mine"]}, based_on=0, by=investigator, seen=Seen(0, "a"))
    drafts.save(*where, values={"comment": ["theirs"]}, based_on=0, by=coordinator, seen=Seen(1, "b"))
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator, draft=Seen(1, "a"))
    assert Draft.objects.get().values == {"comment": ["theirs"]}
    study.submit(
        "crs_assessment",
        infused,
        "d1",
        study.typed_crs(1, comment="x"),
        by=investigator,
        draft=Seen(2, "a"),
        reason="read",
    )
    assert not Draft.objects.exists()


@rolls_back
def test_a_draft_that_somebody_saved_since_is_not_discarded(
    infused: Subject, investigator: User, coordinator: User
) -> None:
    send(investigator, infused, "a", 0, comment="first")
    send(coordinator, infused, "b", 1, comment="second")
    where = f"/subjects/{infused.code}/{HERE}"
    browser(investigator).post(where, {"_discard": "1", "_seen": "1", "_page": "a"})
    assert kept(infused) == {1: {"comment": ["second"]}}
    browser(investigator).post(where, {"_discard": "1", "_seen": "2", "_page": ""})
    assert kept(infused) == {}


# --- three sides


@pytest.fixture
def grown(infused: Subject, investigator: User, scope: None) -> Any:
    """Version 1 with one vasopressor; version 2 with another dose and a second drug; version 3 with the second alone."""
    second = {**study.PRESSOR, "drug": "VASOPRESSIN"}
    shock = study.SHOCK | {"comment": "as it was"}
    for rows, reason in (
        ([study.PRESSOR], ""),
        ([{**study.PRESSOR, "dose": "9"}, second], "read again"),
        ([second], "one was stopped"),
    ):
        outcome = study.submit(
            "crs_assessment", infused, "d1", study.typed_crs(1, **shock | {"vasopressors": rows}), by=investigator,
            reason=reason,
        )  # fmt: skip
    return outcome.row


def drugs(side: conflict.Side) -> list[tuple[str, str]]:
    return [(str(line["drug"]), str(line["dose"])) for line in side.values.get("vasopressors", [])]


@rolls_back
def test_rows_stand_beside_each_other_as_they_were_at_each_version(grown: Any) -> None:
    one, two, three = (conflict.side_as_of(grown, version) for version in (1, 2, 3))
    norepinephrine = study.PRESSOR["drug"]
    assert [drug for drug, _dose in drugs(one)] == [norepinephrine]
    assert [drug for drug, _dose in drugs(two)] == [norepinephrine, "VASOPRESSIN"]
    assert [drug for drug, _dose in drugs(three)] == ["VASOPRESSIN"]
    assert drugs(one)[0][1] != drugs(two)[0][1]
    grid = grown.declared.rows["vasopressors"]
    assert three.said("vasopressors", grid) == conflict.Side(initial(grown)).said("vasopressors", grid)
    assert conflict.side_as_of(grown, 0).values == {}
    assert one.values["comment"] == "as it was"


@rolls_back
def test_an_item_that_differs_in_why_it_is_missing_is_asked() -> None:
    form = form_named("crs_assessment")
    item = {"temperature": form.declared.items["temperature"]}
    mine = conflict.Side({"temperature__missing": "NOT DONE"})
    theirs = conflict.Side({"temperature__missing": "UNKNOWN"})
    (row,) = conflict.rows_of(mine, theirs, conflict.Side(), item)
    assert row["clash"]
    assert row["mine"] != row["theirs"]
    assert conflict.rows_of(mine, mine, conflict.Side(), item) == []


@rolls_back
def test_of_two_who_change_rows_the_second_chooses_and_the_rows_given_up_are_in_the_trail(
    grown: Any, infused: Subject, investigator: User
) -> None:
    place = Place(type(grown), infused, grown.visit)
    data = entry.typed(study.typed_crs(1, **study.SHOCK | {"vasopressors": [study.PRESSOR]})).copy()
    with pytest.raises(entry.Conflict) as found:
        entry.submit(
            type(grown), subject=infused, visit=grown.visit, data=data, by=investigator, based_on=1, reason="read"
        )
    sides = conflict.side_of_page(found.value.page), conflict.Side(initial(grown)), conflict.side_as_of(grown, 1)
    rows = {row["name"]: row for row in conflict.rows_of(*sides, found.value.page.items)}
    assert [len(rows["vasopressors"][side]) for side in ("mine", "theirs", "original")] == [1, 1, 1]
    assert rows["vasopressors"]["pick"] == "theirs"  # mine is what stood before both
    data["_pick_vasopressors"] = "theirs"
    with audit.acting(investigator):
        chosen = conflict.resolved(
            place, data, conflict.stored_as_typed(place, by=investigator), by=investigator, version=3
        )
    assert chosen["vasopressors-0-drug"] == "VASOPRESSIN"
    given_up = AuditEvent.objects.get(action="value not kept in a conflict").after["typed"]
    assert given_up["vasopressors-0-drug"] == [study.PRESSOR["drug"]]
