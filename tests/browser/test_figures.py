"""The figure above a table: seen in light and dark, nothing of it refused by the security policy, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest

WATCH = """document.addEventListener('securitypolicyviolation',
  e => (window.refused ??= []).push(e.effectiveDirective + ' ' + e.blockedURI))"""
# Colour of every shape and text that is drawn, and of the ground that they stand on.
COLOURS = """() => {
  const figure = document.querySelector('figure svg');
  const drawn = [...figure.querySelectorAll('path, text, use')].map(e => getComputedStyle(e));
  return {
    ground: getComputedStyle(document.querySelector('figure')).backgroundColor,
    strokes: [...new Set(drawn.map(s => s.stroke))],
    texts: [...new Set([...figure.querySelectorAll('text')].map(e => getComputedStyle(e).fill))],
  };
}"""
STYLED = "() => document.querySelectorAll('figure [style], figure style').length"
NAMES = ("progression_free_survival", "persistence", "swimmer", "follow_up", "duration_of_response?curves=groups")


def parts(colour: str) -> list[float]:
    return [float(one) for one in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2 between two opaque colours."""

    def light(colour: str) -> float:
        channels = [value / 255 for value in parts(colour)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_are_seen_and_the_policy_refuses_nothing(signed_in: Any, conclusions: None, scheme: str) -> None:
    page = signed_in("statistician", color_scheme=scheme)
    page.add_init_script(WATCH)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    grounds = set()
    for name in NAMES:
        address, _mark, query = name.partition("?")
        page.goto(f"/endpoints/{address}/{'?' if query else ''}{query}")
        figure = page.locator("figure svg")
        box = figure.bounding_box()
        assert box and box["width"] > 500 and box["height"] > 200, name
        assert page.evaluate("() => window.refused ?? []") == [], name
        assert page.evaluate(STYLED) == 0
        found = page.evaluate(COLOURS)
        grounds.add(found["ground"])
        # The variables of the page were understood: texts are readable on the ground, and lines are drawn.
        assert all(contrast(colour, found["ground"]) >= 4.5 for colour in found["texts"]), (name, found)
        assert any(colour.startswith("rgb(") for colour in found["strokes"]), name
        assert figure.get_attribute("role") == "img"
        assert page.locator("figure svg title").text_content()
        assert "month" in str(page.locator("figure svg desc").text_content())
    assert said == []
    (ground,) = grounds
    assert (sum(parts(ground)) > 600) == (scheme == "light")


def test_a_narrow_screen_moves_the_figure_and_not_the_page(signed_in: Any, conclusions: None) -> None:
    page = signed_in("statistician")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/endpoints/progression_free_survival/")
    widths = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.querySelector('.cw-drawn-sheet').scrollWidth]"
    )
    assert widths[0] <= 390 < widths[1]
