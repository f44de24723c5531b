"""The response page: what a physician reads there, who may read it, and that an old value moves everything after it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf import entry, response_tree
from crf.declare.form import form_named
from crf.response_tree import CRITERION_OF, PART_OF
from crf.workflow import Query
from tests import study
from trial.models import Subject, User
from trial.rules import imwg, imwg_components, imwg_confirmed, imwg_marrow, imwg_measurable, imwg_progression

# Of the demonstration study: sCR then progression (RECON-22), light chains (RECON-16), not evaluable (RECON-01).
PROGRESSED, LIGHT_CHAINS, NOT_EVALUABLE, PARTIAL = "02-001", "03-003", "01-010", "01-005"


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def reader(demo_copy: str) -> Client:
    """Somebody who sees all 23 subjects."""
    return signed_in("data-manager")


def page(client: Client, code: str) -> str:
    answer = client.get(f"/subjects/{code}/response/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def levels(body: str) -> list[str]:
    """The response by the criteria of each assessment, in order of time."""
    return [levels_of(line)[0] for line in lines(body)]


def lines(body: str) -> list[str]:
    """Each assessment's line of figures."""
    return re.findall(r'<tr class="cw-line">(.*?)</tr>', body)[1:]


def levels_of(line: str) -> list[str]:
    return re.findall(r'class="cw-level [^>]+>([^<]+)<', line)


def text(body: str) -> str:
    """What a person reads: without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# --- what is there to read


def test_the_head_says_route_best_response_progression_and_times(reader: Client) -> None:
    said = text(page(reader, PROGRESSED))
    assert "Response is followed by serum M-protein and plasmacytomas." in said
    assert "Serum M-protein 3.28 g/dL 2018-11-28 day -29 1 g/dL" in said
    assert "sCR confirmed 2019-06-30 · day 185" in said
    assert "Progression day 524 2020-06-03 by M-protein or free light chains" in said
    assert "17.2 months event 2020-06-03 Progression, at its first evidence." in said
    assert "IMWG 2016" in said


def test_each_assessment_shows_its_values_its_response_and_what_is_confirmed(reader: Client) -> None:
    body = page(reader, PROGRESSED)
    assert levels(body) == ["PR", "PR", "VGPR", "sCR", "sCR", "sCR", "sCR", "PD", "PD"]
    month_15, relapse, after = lines(body)[6:]
    assert levels_of(month_15) == ["sCR", "SD"]
    assert "sCR stays" in month_15
    assert all(value in text(relapse) for value in ("day 524", "0.81", "38.60", "33.10", "0.14", "26.2"))
    assert levels_of(after) == ["PD", "not counted"]
    assert "of day 524" in text(after)  # the marrow and the imaging of the assessment before


def test_the_nadir_of_each_route_is_marked_once(reader: Client) -> None:
    marked = [text(line) for line in lines(page(reader, PROGRESSED)) if "Nadir" in line]
    assert len(marked) == 1
    assert marked[0].startswith("Month 6")
    assert marked[0].count("Nadir") == 2  # serum and lesions
    light_chains = [text(line) for line in lines(page(reader, LIGHT_CHAINS)) if "Nadir" in line]
    assert len(light_chains) == 1


def test_the_tree_gives_value_nadir_with_its_day_threshold_and_answer(reader: Client) -> None:
    body = page(reader, PROGRESSED)
    tree = text(body[body.index('id="on-2020-06-03"') :].split("</details>")[0])
    assert "Progression? Yes" in tree
    assert (
        "Serum M-protein 0.81 g/dL 2020-06-03 · day 524 0 g/dL 2019-06-30 · day 185 "
        "25 % and 0.5 g/dL above the nadir; 1 g/dL where the nadir is 5 g/dL or more yes" in tree
    )
    assert "progression from 0.5 g/dL and 25 %." in tree
    assert "Plasma cells 26.2 % of the marrow on 2020-06-03, not below 5 %: caps at VGPR." in tree
    assert "confirmed on 2020-06-24 against the same nadir" in tree
    order = ["Progression?", "Route and baseline", "What each part allows", "What is missing", "Confirmation", "Forms"]
    assert sorted(order, key=tree.index) == order


def test_what_is_missing_is_said_with_what_it_caps(reader: Client) -> None:
    body = page(reader, NOT_EVALUABLE)
    (line,) = lines(body)
    assert "missing not evaluable" in text(line)  # serum
    assert "missing at most PR" in text(line)  # urine
    assert "missing at most VGPR" in text(line)  # marrow
    assert "Serum M-protein is missing: no response can be judged." in text(body)
    assert "Nothing was measured that could show progression." in text(body)


def test_a_row_links_to_the_forms_behind_it(reader: Client) -> None:
    body = page(reader, PROGRESSED)
    for form in ("myeloma-laboratory", "bone-marrow", "extramedullary-lesions", "response-assessment"):
        address = f"/subjects/{PROGRESSED}/m6/{form}/"
        assert f'href="{address}"' in body
        assert reader.get(address).status_code == 200


def test_the_figure_says_in_words_what_it_draws(reader: Client) -> None:
    body = page(reader, PROGRESSED)
    drawing = body[body.index("<svg viewBox") : body.index("</svg></div></figure>")]
    assert "Serum M-protein: 3.28 g/dL on day -29, lowest 0.00 g/dL on day 185, last 1.34 g/dL on day 545." in drawing
    assert drawing.count("<circle") == 20  # serum and light chains: the baseline and nine assessments
    assert drawing.count("cw-fig-nadir") == 1
    assert re.findall(r'cw-fig-level cw-fig-(\w+)"', drawing) == [
        "pr", "pr", "vgpr", "scr", "scr", "scr", "scr", "pd", "pd",
    ]  # fmt: skip
    assert "<script" not in drawing


def test_casebook_and_forms_lead_to_the_page(reader: Client) -> None:
    link = f'href="/subjects/{PROGRESSED}/response/"'
    assert f"<a {link}>sCR</a>" in page_at(reader, f"/subjects/{PROGRESSED}/")
    assert link in page_at(reader, f"/subjects/{PROGRESSED}/m6/bone-marrow/")
    assert link not in page_at(reader, f"/subjects/{PROGRESSED}/screening/demographics/")


def page_at(client: Client, address: str) -> str:
    return client.get(address).content.decode()


# --- an old value moves everything after it


def typed(row: Any, **changes: str) -> dict[str, Any]:
    """A stored form as it would be typed again."""
    found = {name: value for name, value in entry.initial(row).items() if value is not None}
    return {name: str(value) for name, value in found.items()} | changes


def correct_baseline(subject: Subject, **changes: str) -> None:
    form = form_named("myeloma_laboratory")
    visit = study.visit_of(subject, "screening")
    row = form.objects.get(subject=subject, visit=visit)  # type: ignore[attr-defined]
    by = User.objects.get(username=f"investigator-{subject.site.code}")
    entry.submit(form, subject=subject, visit=visit, data=typed(row, **changes), by=by, reason="Transcription error")


def asked(subject: Subject) -> list[str]:
    """The visits whose response assessment differs from the criteria by an open query."""
    found = Query.objects.filter(subject=subject, check_id="RSP-01").exclude(state=Query.State.CLOSED)
    return sorted(found.values_list("visit__code", flat=True), key=lambda code: int(code[1:]))


def test_an_old_laboratory_value_moves_every_later_row_the_casebook_and_the_queries_and_moves_them_back(
    reader: Client,
) -> None:
    with study.seeing_everything():
        subject = Subject.objects.select_related("site").get(code=PARTIAL)
        before, casebook = page(reader, PARTIAL), page_at(reader, f"/subjects/{PARTIAL}/")
        assert levels(before) == ["PR"] * 6
        assert asked(subject) == []
        assert ">PR</a></dd>" in casebook

        correct_baseline(subject, serum_m_protein="1.30")  # it was 3.15
        moved = page(reader, PARTIAL)
        assert levels(moved) == ["SD", "SD", "MR", "MR", "MR", "MR"]
        assert "not 25 % below the baseline of 1.3 g/dL" in text(moved)
        assert "Serum M-protein 1.3 g/dL" in text(moved)
        assert ">MR</a></dd>" in page_at(reader, f"/subjects/{PARTIAL}/")
        visits = asked(subject)
        assert len(visits) == 6
        assert [f'href="/queries/{query}/"' in moved for query in open_ids(subject)] == [True] * 6
        assert moved.count("differs: query") == 6

        correct_baseline(subject, serum_m_protein="3.15")
        assert levels(page(reader, PARTIAL)) == ["PR"] * 6
        assert ">PR</a></dd>" in page_at(reader, f"/subjects/{PARTIAL}/")
        assert asked(subject) == []
        assert lines(page(reader, PARTIAL)) == lines(before)


def open_ids(subject: Subject) -> list[int]:
    found = Query.objects.filter(subject=subject, check_id="RSP-01").exclude(state=Query.State.CLOSED)
    return list(found.values_list("pk", flat=True))


def test_the_investigators_response_stays_what_it_was_and_is_asked_about(reader: Client) -> None:
    with study.seeing_everything():
        subject = Subject.objects.select_related("site").get(code=PARTIAL)
        correct_baseline(subject, serum_m_protein="1.30")
        first = lines(page(reader, PARTIAL))[0]
    assert levels_of(first) == ["SD", "SD"]
    assert re.search(r"response-assessment/\"[^>]*>PR</a>", first)


# --- what it costs, and who may read it


def statements(client: Client, code: str) -> int:
    """What is read; opening and closing the scope of a request is the same for every page."""
    with CaptureQueriesContext(connection) as seen:
        page(client, code)
    return sum(query["sql"].startswith("SELECT") for query in seen)


def test_many_assessments_need_no_more_statements_than_one(reader: Client) -> None:
    page(reader, PROGRESSED)  # what is read once in a process has been read
    many = statements(reader, PROGRESSED)
    assert many < 20
    assert many <= statements(reader, NOT_EVALUABLE)


def test_the_page_of_another_site_does_not_exist(demo_copy: str) -> None:
    client = signed_in("coordinator-01")
    assert client.get(f"/subjects/{PROGRESSED}/response/").status_code == 404
    assert client.get(f"/subjects/{PARTIAL}/response/").status_code == 200


@pytest.mark.parametrize("name", ["monitor", "medical-monitor", "inspector", "investigator-02"])
def test_who_reads_the_casebook_reads_the_response(demo_copy: str, name: str) -> None:
    assert signed_in(name).get(f"/subjects/{PROGRESSED}/response/").status_code == 200


def test_who_may_not_read_the_casebook_may_not_read_the_response(demo_copy: str) -> None:
    client = signed_in("administrator")
    there = [client.get(f"/subjects/{PROGRESSED}/{page}").status_code for page in ("", "response/")]
    assert there[0] == there[1]
    assert there[0] in (403, 404)


# --- before there is anything to judge


@pytest.mark.django_db
def test_before_the_infusion_it_says_what_the_baseline_needs(enrolled: Subject, coordinator: User) -> None:
    client = Client()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    said = text(page(client, enrolled.code))
    assert "Not infused yet" in said
    assert "Myeloma laboratory missing" in said
    assert "Bone marrow missing" in said


@pytest.mark.django_db
def test_after_the_infusion_it_says_when_the_first_assessment_is_due(infused: Subject, coordinator: User) -> None:
    client = Client()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    said = text(page(client, infused.code))
    assert "No assessment of response yet" in said
    assert "due at Month 1, on 2026-04-17" in said  # day 28 after 2026-03-20
    assert "no response can be judged" in said  # nothing was measured before the infusion


def laboratory(day: str, **changes: str) -> dict[str, str]:
    """A myeloma laboratory as typed: M-protein in serum alone."""
    absent = ("urine_m_protein", "urine_immunofixation", "kappa_flc", "lambda_flc")
    return {
        "sampled_on": day, "serum_m_protein": "1.20", "serum_immunofixation": "POSITIVE",
        **{f"{name}__missing": "NOT DONE" for name in absent},
    } | changes  # fmt: skip


@pytest.mark.django_db
def test_without_a_baseline_the_values_are_shown_and_nothing_is_judged(infused: Subject, coordinator: User) -> None:
    with study.seeing_everything():
        study.submit("myeloma_laboratory", infused, "m1", laboratory("2026-04-17"), by=coordinator)
    client = Client()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    (line,) = lines(page(client, infused.code))
    assert "1.20" in line
    assert levels_of(line) == ["NE", "NE"]
    assert "not recorded" in text(line)  # the investigator


@pytest.mark.django_db
def test_a_doubted_value_is_shown_and_said_to_be_doubted(infused: Subject, coordinator: User) -> None:
    with study.seeing_everything():
        study.submit(
            "myeloma_laboratory", infused, "screening", laboratory("2026-03-05", serum_m_protein="3.00"), by=coordinator
        )
        study.submit("myeloma_laboratory", infused, "m1", laboratory("2026-04-17", spurious="Y"), by=coordinator)
    client = Client()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    (line,) = lines(page(client, infused.code))
    assert re.search(r"cw-is-doubted.*1\.20.*doubted", line)
    assert levels_of(line) == ["NE", "NE"]


# --- no clause without a place in the tree


def test_every_clause_that_a_part_or_a_criterion_can_give_has_its_place() -> None:
    parts = set(imwg_components.COMPONENT_CLAUSES) | set(imwg_marrow.MARROW_CLAUSES)
    assert parts <= set(PART_OF)
    assert set(imwg_progression.PROGRESSION_CLAUSES) == set(CRITERION_OF)
    assert set(PART_OF.values()) <= set(response_tree.PARTS)
    assert set(CRITERION_OF.values()) == set(response_tree.CRITERIA)
    elsewhere = {*imwg_measurable.MEASURABLE_CLAUSES, *imwg_confirmed.CONFIRMED_CLAUSES}
    assert not elsewhere & (set(PART_OF) | set(CRITERION_OF))
    assert parts <= set(imwg.CLAUSES)
