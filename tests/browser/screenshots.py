"""Pictures of every page for review: `python -m tests.browser.screenshots OUT [--only PART] [--lang en] [--theme light] [--width wide]`.

Both languages, light and dark, wide and narrow, with an index.html to look through. `--readme` and `--help-pictures`
take the pictures of the README and of the manual into their places instead.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# The command starts before Django and its database are there: what needs them is imported inside the session.
if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.many import Look
    from tests.browser.walk import Stop

SCHEMES = ("light", "dark")
WIDTHS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
LANGUAGES = ("en", "zh-hans")
COLOURS = 256  # of a palette, so that a picture stays small
PYTEST = Path(__file__).with_name("pictures.py")


def picture(out: Path, language: str, schemes: Sequence[str], widths: Sequence[str]) -> Look:
    """Takes the page in each theme and width: the window is as high as the page, so what sticks to its foot stands there."""
    from tests.browser.examine import as_high_as_it_is

    async def look(page: Page, stop: Stop, number: int) -> list[str]:
        found = []
        for width in widths:
            for scheme in schemes:
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                await page.set_viewport_size(WIDTHS[width])  # type: ignore[arg-type]
                await as_high_as_it_is(page)
                await page.screenshot(path=out / f"{stop.name}-{language}-{scheme}-{width}.png")
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                found.append(f"{stop.name}: too wide when {width}")
        return found

    return look


def index(out: Path) -> Path:
    """The contact sheet: a row for each page, its pictures side by side."""
    rows: dict[str, list[str]] = {}
    for file in sorted(out.glob("*.png")):
        name = next((file.stem.partition(f"-{code}-")[0] for code in LANGUAGES if f"-{code}-" in file.stem), file.stem)
        rows.setdefault(name, []).append(file.name)
    body = "".join(
        f"<h2 id='{html.escape(name)}'>{html.escape(name)}</h2><div>"
        + "".join(
            f"<a href='{html.escape(f)}'><img loading='lazy' src='{html.escape(f)}' alt=''><br>{html.escape(f)}</a>"
            for f in files
        )
        + "</div>"
        for name, files in rows.items()
    )
    sheet = out / "index.html"
    style = "body{font:14px sans-serif}div{display:flex;gap:8px;overflow-x:auto}img{height:320px;border:1px solid #999}"
    sheet.write_text(f"<!doctype html><meta charset=utf-8><title>Pages</title><style>{style}</style>{body}")
    return sheet


def shrink(picture: Path) -> None:
    """A palette instead of true colours, where Pillow is there."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(picture) as image:
        image.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


def main(arguments: list[str]) -> int:
    """The command: a test session with the demonstration study, of which the one test takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--only", default="", help="part of a page's name")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--theme", choices=SCHEMES)
    parser.add_argument("--width", choices=tuple(WIDTHS))
    parser.add_argument("--at-once", default="3", help="pages open at the same time")
    parser.add_argument("--help-pictures", action="store_true", help="those of the manual, into their place")
    parser.add_argument("--readme", action="store_true", help="those of the README, into their place")
    given = parser.parse_args(arguments)
    os.environ |= {
        "PICTURES_OUT": str((given.out or Path("var/pictures")).absolute()), "PICTURES_ONLY": given.only,
        "PICTURES_LANG": given.lang or "", "PICTURES_THEME": given.theme or "", "PICTURES_WIDTH": given.width or "",
        "PICTURES_AT_ONCE": given.at_once,
    }  # fmt: skip
    which = "test_manual" if given.help_pictures else "test_readme" if given.readme else "test_every_page"
    return int(pytest.main(["-q", "-s", "-p", "no:cacheprovider", f"{PYTEST}::{which}"]))


def chosen() -> list[tuple[str, list[str], list[str]]]:
    """Languages, each with the themes and widths that were asked for."""
    themes = [os.environ["PICTURES_THEME"]] if os.environ.get("PICTURES_THEME") else list(SCHEMES)
    widths = [os.environ["PICTURES_WIDTH"]] if os.environ.get("PICTURES_WIDTH") else list(WIDTHS)
    return [
        (language, themes, widths) for language in LANGUAGES if os.environ.get("PICTURES_LANG") in ("", None, language)
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
