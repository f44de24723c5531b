"""Every page of the application: who looks, where, and what is done there before. A new address misses here until it is added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from playwright.async_api import Page

from tests.browser.places import Places, panel_address
from trial.manual import CHAPTERS, Chapter

Before = Callable[[Page], Awaitable[None]]
# Addresses that are no page of their own, each with the reason.
NOT_PAGES = {
    "account_signup": "404 for everybody",
    **dict.fromkeys(("set_language", "theme"), "a switch: POST"),
    **dict.fromkeys(("alive", "lock", "unlock", "log-new-draft", "form-draft", "form-again-draft"), "asked by scripts"),
    "health": "asked by machines",
    **dict.fromkeys(("log-new-verdict", "form-verdict", "form-again-verdict"), "a part of the form's page"),
    **dict.fromkeys(("form-go", "form-again-go"), "leads to another page"),
    **dict.fromkeys(("export-run", "export-again", "endpoints-refresh", "job-retry"), "a deed: POST"),
    "endpoints-state": "a part of the endpoints' page",
    **dict.fromkeys(("export-download", "endpoint-figure", "endpoint-file"), "a file"),
}
ADMINISTRATORS = ("trial.user", "trial.membership", "trial.site", "axes.accessattempt")
ADDED_BY_HAND = (
    "trial.user", "trial.membership", "trial.site", "trial.referencerange", "trial.protocolapproval",
    "django_celery_beat.crontabschedule", "django_celery_beat.intervalschedule",
)  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """One page. alone: what happens there ends the session, so it gets one of its own. status: what the server answers.

    part: selector of what a picture of the manual shows; blank = the window.
    """

    name: str
    who: str | None
    path: str
    before: Before | None = None
    alone: bool = False
    status: int = 200
    part: str = ""


def stops(at: Places, *, brief: bool = False) -> Iterator[Stop]:
    """Every page of the application. brief: of the pages that one template draws (reviews, tables, forms, chapters) some."""
    if brief:
        kinds = [label for label, _ in at.panel if label.startswith("crf.")]
        left_out = {label for label in kinds if label not in (*kinds[:2], kinds[-1])}
        at = replace(
            at, panel=tuple(row for row in at.panel if row[0] not in left_out), endpoints=at.endpoints[::12], forms=at.forms[::5]
        )  # fmt: skip
    yield from door()
    yield from lists(at)
    yield from subject_pages(at)
    yield from form_pages(at)
    yield from conclusions(at)
    yield from panel(at)
    yield from help_pages(CHAPTERS[::8] if brief else CHAPTERS)
    yield from refusals()


# Pictures of the manual: the stop that shows it -> selector of the part that is shown; blank = the window.
PICTURED = {
    "lock": "", "home": "", "form-new": "", "form-keys": "#cw-keys", "form-needs-reason": "#item-reason", "form-conflict": "",
    "move-to": "", "replan": "", "query": "", "form-queried": "", "course": "", "rescreen": "", "transfer": "",
    "delegation": "", "sign": "",
}  # fmt: skip
# Stop -> picture of the README.
README = {
    "form-queried": "crs-form", "casebook": "casebook", "published": "published", "response-progressed": "response",
    "response-complete": "response-tree", "course": "course", "endpoint-progression_free_survival": "progression-free-survival",
}  # fmt: skip


def readme(at: Places) -> Iterator[Stop]:
    """The stops whose pictures stand in the README; the casebook is that of a subject of the demonstration."""
    yield from (stop for stop in stops(at) if stop.name in README and stop.name != "casebook")
    yield Stop("casebook", "investigator-01", "/subjects/01-003/")


def manual(at: Places) -> Iterator[Stop]:
    """The stops whose pictures stand in the manual."""
    yield from (replace(stop, part=PICTURED[stop.name] or stop.part) for stop in stops(at) if stop.name in PICTURED)
    yield Stop("casebook", "investigator-01", "/subjects/01-003/", part=".cw-casebook-wrap")
    yield Stop("response", "data-manager", "/subjects/02-001/response/")
    label, pk = next((label, pk) for label, pk in at.panel if label == "crf.crsassessment")
    yield Stop("panel-form", "data-manager", panel_address(label, "change", pk))


def help_pages(chapters: Sequence[Chapter] = CHAPTERS) -> Iterator[Stop]:
    """The manual: contents of each role, and every chapter."""
    yield Stop("help", "coordinator-01", "/help/")
    yield Stop("help-tour", "coordinator-01", "/help/tour/")
    yield Stop("tour", "coordinator-01", "/?tour=1")
    yield Stop("tour-of-a-monitor", "monitor", "/?tour=1", tour_on)
    for role in ("investigator", "data-manager", "administrator"):
        yield Stop(f"help-for-{role}", "inspector", f"/help/for/{role}/")
    for chapter in chapters:
        yield Stop(f"help-{chapter.name}", "inspector", f"/help/{chapter.name}/")


def door() -> Iterator[Stop]:
    """Signing in and out, and one's own account."""
    yield Stop("login", None, "/accounts/login/")
    yield Stop("login-refused", None, "/accounts/login/", wrong_password)
    yield Stop("password-reset", None, "/accounts/password/reset/")
    yield Stop("inactive", None, "/accounts/inactive/")
    yield Stop("password", "coordinator-01", "/accounts/password/change/")
    yield Stop("password-refused", "coordinator-01", "/accounts/password/change/", submit)
    yield Stop("reauthenticate", "coordinator-01", "/accounts/reauthenticate/")
    yield Stop("logout", "coordinator-01", "/accounts/logout/")
    yield Stop("lock", "coordinator-01", "/", locked, alone=True)


def lists(at: Places) -> Iterator[Stop]:
    """Work list, subjects, search, queries, exports, jobs."""
    yield Stop("home", "coordinator-01", "/")
    yield Stop("home-all-sites", "data-manager", "/")
    yield Stop("home-administrator", "administrator", "/")
    yield Stop("subjects", "data-manager", "/subjects/")
    yield Stop("subjects-none", "coordinator-01", "/subjects/?q=nobody")
    yield Stop("screen", "coordinator-01", "/subjects/screen/")
    yield Stop("screen-refused", "coordinator-01", "/subjects/screen/", submit)
    yield Stop("search", "data-manager", "/search/?q=crs")
    yield Stop("search-nothing", "data-manager", "/search/?q=zzzz")
    yield Stop("queries", "data-manager", "/queries/")
    yield Stop("queries-all", "data-manager", "/queries/?state=all")
    yield Stop("query", "investigator-01", f"/queries/{at.query}/")
    yield Stop("query-of-a-monitor", "data-manager", f"/queries/{at.query}/")
    yield Stop("exports", "data-manager", "/exports/")
    yield Stop("export", "data-manager", f"/exports/{at.export}/")
    yield Stop("jobs", "data-manager", "/jobs/")
    yield Stop("delegations", "data-manager", "/delegation/")
    yield Stop("delegation", "investigator-01", "/delegation/01/")
    yield Stop("delegation-of-the-sponsor", "data-manager", "/delegation/01/")
    yield Stop("delegation-read-only", "monitor", "/delegation/01/")
    yield Stop("delegation-end", "data-manager", f"/delegation/01/{at.delegation}/end/")


def subject_pages(at: Places) -> Iterator[Stop]:
    """Casebook, visits, logs, response."""
    mine, event = at.subject, "adverse-event"
    yield Stop("casebook", "investigator-01", mine)
    yield Stop("casebook-screened", "coordinator-01", at.screened)
    yield Stop("enrol", "coordinator-01", at.screened + "enrol/")
    yield Stop("unscheduled", "coordinator-01", mine + "visits/")
    yield Stop("visit", "coordinator-01", mine + "d3/")
    yield Stop("visit-not-done", "coordinator-01", mine + "d6/not-done/")
    yield Stop("visit-done", "coordinator-01", mine + "d6/done-after-all/")
    yield Stop("visit-remove", "coordinator-01", f"{mine}{at.unscheduled}/remove/")
    yield Stop("fail-screening", "coordinator-01", at.screened + "fail-screening/")
    yield Stop("casebook-failed", "coordinator-01", at.failed)
    yield Stop("rescreen", "coordinator-01", at.failed + "rescreen/")
    yield Stop("transfer", "data-manager", mine + "transfer/")
    yield Stop("sign", "investigator-01", f"{mine}sign/?visit=d1", part="#cw-sign")
    yield Stop("sign-all", "investigator-01", mine + "sign/")
    yield Stop("sign-refused", "investigator-01", mine + "sign/?visit=d0", another_password)
    yield Stop("sign-read-only", "coordinator-01", mine + "sign/")
    yield Stop("sign-nothing", "coordinator-01", at.screened + "sign/")
    yield Stop("course", "data-manager", "/subjects/02-007/course/", part=".cw-lanes-frame")
    yield Stop("course-screened", "coordinator-01", at.screened + "course/")
    yield Stop("course-values", "investigator-01", "/subjects/01-010/course/", open_values)
    yield Stop("response", "data-manager", mine + "response/")
    yield Stop("response-progressed", "data-manager", "/subjects/02-001/response/")
    yield Stop("response-complete", "data-manager", "/subjects/02-001/response/", open_first)
    yield Stop("log", "investigator-01", f"{mine}logs/{event}/")
    yield Stop("log-empty", "investigator-01", f"{at.screened}logs/{event}/")
    yield Stop("log-new", "investigator-01", f"{mine}logs/{event}/new/")
    yield Stop("entry", "investigator-01", f"{mine}log/{event}/2/")
    yield Stop("entry-in-error", "investigator-01", f"{mine}log/{event}/3/")
    yield Stop("entry-withdraw", "investigator-01", f"{mine}log/{event}/withdraw/")
    yield Stop("entry-again-withdraw", "investigator-01", f"{mine}log/{event}/2/withdraw/")


def form_pages(at: Places) -> Iterator[Stop]:
    """Each kind of form, and one form in each state."""
    mine, crs = at.subject, at.subject + "{}/crs-assessment/"
    for name, path in at.forms:
        yield Stop(f"form-{name}", "investigator-01", path)
    yield Stop("form-signed", "investigator-01", f"{mine}d0/car-t-infusion/")
    yield Stop("form-changed-since-signed", "investigator-01", crs.format("d11"))
    yield Stop("form-new", "investigator-01", crs.format("d7"))
    yield Stop("form-help", "investigator-01", crs.format("d8"), open_help)
    yield Stop("form-keys", "investigator-01", crs.format("d7"), open_keys)
    yield Stop("form-errors", "investigator-01", crs.format("d9"), with_errors)
    yield Stop("form-queried", "investigator-01", crs.format("d1"))
    yield Stop("form-read-only", "data-manager", crs.format("d1"))
    yield Stop("form-second", "investigator-01", crs.format("d1") + "2/")
    yield Stop("form-draft", "investigator-01", crs.format("d5"))
    yield Stop("form-not-done", "investigator-01", f"{mine}d3/vital-signs/")
    yield Stop("form-conflict", "investigator-01", crs.format("d10"), conflict)
    yield Stop("form-needs-reason", "investigator-01", crs.format("d11"), without_reason)
    yield Stop("print", "investigator-01", crs.format("d1") + "print/")
    yield Stop("print-second", "investigator-01", crs.format("d1") + "2/print/")
    yield Stop("print-blank", "investigator-01", crs.format("d1") + "print/?blank=1")
    yield Stop("print-not-done", "investigator-01", f"{mine}d3/vital-signs/print/")
    yield Stop("print-casebook", "data-manager", mine + "print/")
    yield Stop("print-log-blank", "investigator-01", f"{mine}logs/adverse-event/new/print/")
    yield Stop("print-visit", "data-manager", f"{mine}d1/print/")
    yield Stop("replan", "investigator-01", f"{mine}d0/car-t-infusion/", another_infusion_day)
    yield Stop("mark-not-done", "coordinator-01", f"{mine}d8/vital-signs/not-done/")
    yield Stop("mark-not-done-taken-back", "coordinator-01", f"{mine}d3/vital-signs/not-done/")
    yield Stop("mark-second-not-done", "coordinator-01", crs.format("d2") + "2/not-done/")
    yield Stop("move", "coordinator-01", crs.format("d1") + "move/")
    yield Stop("move-to", "coordinator-01", crs.format("d1") + "move/?visit=d3")
    yield Stop("move-entry", "coordinator-01", f"{mine}log/adverse-event/2/move/")
    yield Stop("move-second", "coordinator-01", crs.format("d1") + "2/move/")
    yield Stop("history", "coordinator-01", crs.format("d1") + "history/")
    yield Stop("history-second", "coordinator-01", crs.format("d1") + "2/history/")
    yield Stop("history-drawer", "coordinator-01", crs.format("d1"), open_history)


def conclusions(at: Places) -> Iterator[Stop]:
    """Tables and figures, cells, board."""
    yield Stop("endpoints", "statistician", "/endpoints/")
    for name in at.endpoints:
        yield Stop(f"endpoint-{name}", "statistician", f"/endpoints/{name}/")
    yield Stop("endpoint-cell", "statistician", "/endpoints/crs_by_grade/grade_3_plus/4.0/")
    yield Stop("dose-escalation", "medical-monitor", "/dose-escalation/")
    yield Stop("published", "statistician", "/published/")


def panel(at: Places) -> Iterator[Stop]:
    """The review panel: each list, one row of each, and the pages where rows are added."""
    yield Stop("panel", "data-manager", "/admin/")
    yield Stop("panel-administrator", "administrator", "/admin/")
    for label, pk in at.panel:
        who = "administrator" if label in ADMINISTRATORS else "data-manager"
        yield Stop(f"panel-{label}", who, panel_address(label, "changelist"))
        if pk:
            yield Stop(f"panel-{label}-row", who, panel_address(label, "change", pk))
        if label in ADDED_BY_HAND:
            yield Stop(f"panel-{label}-add", who, panel_address(label, "add"))


def refusals() -> Iterator[Stop]:
    """Pages that say no."""
    yield Stop("not-found", "coordinator-01", "/subjects/09-999/", status=404)
    yield Stop("refused", "data-manager", "/subjects/screen/", status=403)
    here = "/accounts/logout/"
    yield Stop("bad-request", "coordinator-01", here, made("400.html"))
    yield Stop("server-error", "coordinator-01", here, made("500.html"))
    yield Stop("away", "coordinator-01", here, made("503.html", typed=[("temperature", "38.6")], path="/"))
    yield Stop(
        "locked-out",
        "coordinator-01",
        here,
        made("trial/locked_out.html", failure_limit=5, cooloff_timedelta="0:15:00"),
    )


# --- what is done before


async def tour_on(page: Page) -> None:
    await page.locator("[data-tour-on]").click()


def made(template: str, **context: Any) -> Before:
    """A page that the server shows in a state in which no test should bring it: the same template, in the page's language."""

    async def before(page: Page) -> None:
        with translation.override((await page.evaluate("document.documentElement.lang")).lower()):
            await page.set_content(render_to_string(template, context))

    return before


async def submit(page: Page) -> None:
    """Sends the page's own form as it stands."""
    await page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    async with page.expect_navigation():
        await page.locator("main form button.btn-primary").first.click()


async def another_password(page: Page) -> None:
    await page.fill("[name=password]", "not this one")
    async with page.expect_navigation():
        await page.locator("#cw-sign button.btn-primary").click()


async def wrong_password(page: Page) -> None:
    await page.fill("[name=login]", "nobody")
    await page.fill("[name=password]", "-")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def locked(page: Page) -> None:
    """As after a quarter of an hour without a key."""
    await page.clock.install()
    await page.reload()
    await page.clock.fast_forward("20:00")
    await page.locator("#cw-lock").wait_for(state="visible")


async def open_first(page: Page) -> None:
    await page.locator("details.cw-why > summary").first.click()


async def open_values(page: Page) -> None:
    await page.locator(".cw-course-values summary").click()


async def open_help(page: Page) -> None:
    for help_ in await page.locator("#crf-form details.cw-help > summary").all():
        if await help_.is_visible():
            await help_.click()


async def open_keys(page: Page) -> None:
    await page.locator("[data-open-keys]").click()


async def open_history(page: Page) -> None:
    await page.locator("[hx-target='#cw-drawer-body']").first.click()
    await page.locator("#cw-drawer tbody tr").first.wait_for()


async def save(page: Page) -> None:
    async with page.expect_navigation():
        await page.locator("[data-save]").click()


async def with_errors(page: Page) -> None:
    await page.fill("[name=temperature]", "98.6")
    await page.locator("[data-rows=vasopressors] [data-add-row]").click()
    await page.fill("[name=vasopressors-0-dose]", "much")
    await save(page)


async def without_reason(page: Page) -> None:
    await page.fill("[name=temperature]", "39.9")
    await save(page)


async def conflict(page: Page) -> None:
    """Saves a page that was opened before the last version was there."""
    await page.evaluate("document.querySelector('[name=_version]').value = '0'")
    await page.fill("[name=temperature]", "40.1")
    await page.locator("#id_reason_choice").select_option(index=1)
    await save(page)


async def another_infusion_day(page: Page) -> None:
    await page.fill("[name=infused_at]", "2026-03-19 10:30")
    await page.locator("#id_reason_choice").select_option(index=1)
    await save(page)
