"""Pictures of every page of a running Cartwright: `python -m tests.browser.screenshots OUTDIR [ADDRESS] [--only NAME]`.

Both languages, light and dark, wide and narrow; `--readme` takes the pictures of the README instead.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from crf.demo.accounts import PASSWORD
from deploy.browser import executable

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
DAYS_SEARCHED = 15
HIGHEST = 6000  # pixels of one picture
RESPONSE = "/subjects/02-001/response/"  # a complete response, and a progression after it
TREE = ("details.cw-why >> nth=3 >> summary", "top:details[open]")  # an assessment with its findings
COLOURS = 256  # of a palette, so that a picture stays small


@dataclass(frozen=True)
class Shot:
    """One page: the picture's name, who looks, where, and what is clicked before."""

    name: str
    who: str | None
    path: str
    press: tuple[str, ...] = field(default=())


def shots(places: dict[str, str]) -> list[Shot]:
    """Every page. places: addresses that only the running study knows."""
    form, subject = places["form"], places["subject"]
    return [
        Shot("login", None, "/accounts/login/"),
        Shot("home", "coordinator-01", "/"),
        Shot("home-all-sites", "data-manager", "/"),
        Shot("subjects", "data-manager", "/subjects/"),
        Shot("screen", "coordinator-01", "/subjects/screen/"),
        Shot("casebook", "coordinator-01", subject),
        Shot("visit", "coordinator-01", f"{subject}d3/"),
        Shot("unscheduled", "coordinator-01", f"{subject}visits/"),
        Shot("enrol", "coordinator-01", f"{subject}enrol/"),
        Shot("form", "investigator-01", form),
        Shot("form-read-only", "data-manager", form),
        Shot("form-eligibility", "investigator-01", f"{subject}screening/eligibility/"),
        Shot(
            "form-errors",
            "investigator-01",
            form,
            ("clear:temperature", "[data-add-row]", "type:vasopressors", "[name=_check] >> visible=true"),
        ),
        Shot("form-laboratory", "investigator-01", f"{subject}m1/myeloma-laboratory/"),
        Shot("form-lesions", "data-manager", "/subjects/03-001/m1/extramedullary-lesions/"),
        Shot("form-icans", "investigator-01", f"{subject}d3/icans-assessment/"),
        Shot("form-haematology", "investigator-01", f"{subject}d7/haematology/"),
        Shot("form-adverse-event", "investigator-01", f"{subject}log/adverse-event/"),
        Shot("response", "data-manager", RESPONSE),
        Shot("response-not-evaluable", "data-manager", "/subjects/01-010/response/"),
        Shot("log", "investigator-01", f"{subject}logs/adverse-event/"),
        Shot("history", "coordinator-01", f"{form}history/"),
        Shot("history-drawer", "coordinator-01", form, ("text=History",)),
        Shot("queries", "data-manager", "/queries/?state=all"),
        *([Shot("query", "data-manager", places["query"])] if "query" in places else []),
        Shot("endpoints", "statistician", "/endpoints/"),
        *[Shot(f"endpoint-{Path(path).name}", "statistician", path) for path in places.get("endpoints", "").split()],
        *([Shot("cell", "statistician", places["cell"])] if "cell" in places else []),
        Shot("published", "statistician", "/published/"),
        Shot("jobs", "data-manager", "/jobs/"),
        Shot("exports", "data-manager", "/exports/"),
        Shot("password", "coordinator-01", "/accounts/password/change/"),
        Shot("logout", "coordinator-01", "/accounts/logout/"),
        Shot("not-found", "coordinator-01", "/subjects/09-999/"),
        Shot("refused", "data-manager", "/subjects/screen/"),
        Shot("admin", "data-manager", "/admin/"),
    ]


def sign_in(browser: Browser, address: str, who: str | None) -> dict:  # type: ignore[type-arg]
    """The cookies of a signed-in person; none for nobody."""
    context = browser.new_context(base_url=address)
    if who:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("[name=login]", who)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
    state = context.storage_state()
    context.close()
    return state


def places(context: BrowserContext) -> dict[str, str]:
    """The subject with the highest CRS grade, its worst day, a query, the endpoints and one of their cells."""

    def read(path: str) -> str:
        answer = context.request.get(path)
        return answer.text() if answer.ok else ""

    found: dict[str, str] = {}
    best = (-1, "")
    rows = re.findall(r'href="(/subjects/01-\d{3}/)".*?</tr>', read("/subjects/?site=01"), re.S)
    for path, body in [(m, read(m)) for m in rows]:
        grade = re.search(r"Highest CRS grade</dt><dd>(\d)", body)
        if grade:
            best = max(best, (int(grade[1]), path))
    found["subject"] = best[1]
    days = {f"{best[1]}d{n}/crs-assessment/": n for n in range(DAYS_SEARCHED)}
    graded = {path: re.search(r"cw-verdict-value\">\D*(\d)", read(path)) for path in days}
    found["form"] = max(graded, key=lambda p: int(graded[p][1]) if graded[p] else -1)  # type: ignore[index]
    if query := re.search(r'href="(/queries/\d+/)"', read("/queries/?state=all")):
        found["query"] = query[1]
    found["endpoints"] = " ".join(sorted(set(re.findall(r'href="(/endpoints/[\w-]+/)"', read("/endpoints/")))))
    for path in found["endpoints"].split():
        if cell := re.search(rf'href="({path}[^/"]+/[^/"]+/[^"]*)"', read(path)):
            found["cell"] = cell[1].replace("&amp;", "&")
    return found


def press(page: Page, action: str) -> None:
    """One step before the picture: bring a row to the top, clear an item, type into a grid, or click."""
    kind, _, name = action.partition(":")
    if kind == "top":
        page.eval_on_selector(name, "it => it.closest('tr').previousElementSibling.scrollIntoView()")
        page.evaluate("scrollBy(0, -90)")  # from under the head of the table
    elif kind == "clear":
        page.fill(f"[name={name}]", "98.6")
    elif kind == "type":
        page.fill(f"[name={name}-0-dose], [name={name}-1-dose] >> nth=-1", "a lot")
    else:
        page.click(action)
        page.wait_for_load_state("networkidle")


def take(page: Page, shot: Shot, to: Path, *, whole: bool = True) -> str:
    """Takes one picture; answers what was wrong on the way, else nothing."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    answer = page.goto(shot.path)
    status = answer.status if answer else 0
    for action in shot.press:
        press(page, action)
    page.wait_for_load_state("networkidle")
    if whole:  # a window as high as the page: what sticks to its foot then stands at the foot
        high = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": page.viewport_size["width"], "height": min(high, HIGHEST)})  # type: ignore[index]
    page.screenshot(path=to)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.evaluate("window.onbeforeunload = null")
    said = [f"status {status}"] if status >= 400 else []
    said += [f"{wide} px too wide"] if wide > 0 else []
    return ", ".join(said + [text for text in wrong if "status of 4" not in text])


def every(browser: Browser, address: str, out: Path, only: str | None) -> None:
    """Every page in every variant."""
    states: dict[str | None, dict] = {}  # type: ignore[type-arg]
    manager = browser.new_context(
        base_url=address, storage_state=sign_in(browser, address, "data-manager"), locale="en"
    )
    listed = [shot for shot in shots(places(manager)) if not only or only in shot.name]
    for scheme in ("light", "dark"):
        for language in ("en", "zh-hans"):
            for width, (across, down) in WIDTHS.items():
                for shot in listed:
                    if shot.who not in states:
                        states[shot.who] = sign_in(browser, address, shot.who)
                    context = browser.new_context(
                        base_url=address, storage_state=states[shot.who], color_scheme=scheme,
                        viewport={"width": across, "height": down},
                    )  # fmt: skip
                    page = context.new_page()
                    page.goto("/accounts/logout/" if shot.who else "/accounts/login/")
                    page.click(f"button[name=language][value={language}] >> visible=true")
                    name = f"{shot.name}-{language}-{scheme}-{width}.png"
                    wrong = take(page, shot, out / name)
                    print(name, wrong, flush=True)
                    page.close()
                    context.close()
    for who in filter(None, states):  # leaves every account with the language it had
        from crf.demo.accounts import ACCOUNTS

        language = next(account.language for account in ACCOUNTS if account.username == who)
        context = browser.new_context(base_url=address, storage_state=states[who])
        page = context.new_page()
        page.goto("/accounts/logout/")
        page.click(f"button[name=language][value={language}] >> visible=true")
        context.close()


def readme(browser: Browser, address: str, out: Path) -> None:
    """The pictures of the README."""
    manager = browser.new_context(base_url=address, storage_state=sign_in(browser, address, "data-manager"))
    known = places(manager)
    for shot in (
        Shot("crs-form", "investigator-01", known["form"]),
        Shot("casebook", "investigator-01", known["subject"]),
        Shot("published", "statistician", "/published/"),
        Shot("response", "data-manager", RESPONSE),
        Shot("response-tree", "data-manager", RESPONSE, TREE),
        Shot("progression-free-survival", "statistician", "/endpoints/progression_free_survival/"),
    ):
        context = browser.new_context(
            base_url=address,
            storage_state=sign_in(browser, address, shot.who),
            viewport={"width": 1280, "height": 860},
            color_scheme="light",
        )
        print(shot.name, take(context.new_page(), shot, out / f"{shot.name}.png", whole=False))
        shrink(out / f"{shot.name}.png")
        context.close()


def shrink(picture: Path) -> None:
    """A palette instead of true colours, where Pillow is there."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(picture) as image:
        image.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--only", help="part of a picture's name")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        if given.readme:
            readme(browser, given.address, given.out)
        else:
            every(browser, given.address, given.out, given.only)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
