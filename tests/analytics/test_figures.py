"""The figures as SVG: what they say, that equal values give equal bytes, and that nothing in them runs or leads away."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import translation

from analytics import figures
from analytics.figures import kaplan_meier, style
from analytics.layout import Figure, Words

TICKS = (0, 3, 6, 9)
MONTHS, EVENTS = [1.0, 2.0, 2.0, 5.0, 8.5], [1, 0, 1, 1, 0]
LANE: dict[str, Any] = {
    "subject": "01-001", "label": "01-001", "dose_level": "2.0", "months": 8.5, "ongoing": True, "died": False,
    "bars": [{"from": 0.9, "to": 3.0, "level": "PR"}, {"from": 3.0, "to": 8.5, "level": "SCR"}],
    "marks": [{"at": 0.9, "kind": "response"}, {"at": 4.0, "kind": "mrd_negative"}],
}  # fmt: skip
EVIL = "<script>alert(1)</script> & \"' ‮ \x00 javascript:"


def curves(*samples: tuple[list[float], list[int]], label: Any = "All treated") -> Figure:
    made = [
        kaplan_meier.figure_curve(times, events, ticks=TICKS, key=f"c{n}", label=label if n == 0 else f"Group {n}")
        for n, (times, events) in enumerate(samples)
    ]
    words = {"x_label": Words("Months from the infusion"), "y_label": Words("Alive without progression")}
    return kaplan_meier.figure_of(made, ticks=TICKS, unit="months", **words)


def lanes(*rows: dict[str, Any]) -> Figure:
    return Figure("swimmer", {"x_label": Words("Months from the infusion"), "unit": "months", "lanes": list(rows)})


FIGURES = {
    "one curve": curves((MONTHS, EVENTS)),
    "three curves": curves((MONTHS, EVENTS), ([3.0], [0]), ([1.0, 1.0], [1, 1])),
    "no subjects": curves(([], [])),
    "one subject": curves(([4.0], [1])),
    "no events": curves((MONTHS, [0] * 5)),
    "all events": curves((MONTHS, [1] * 5)),
    "all at the start": curves(([0.0, 0.0], [0, 1])),
    "swimmer": lanes(
        LANE, LANE | {"subject": "01-002", "label": "01-002", "months": 2.0, "died": True, "ongoing": False}
    ),
    "swimmer of nobody": lanes(),
    "swimmer without a dose": lanes(LANE | {"dose_level": None, "bars": [], "marks": []}),
}
BARS = [{"label": "01-001", "change": 140.0, "level": None}, {"label": "01-002", "change": -100.0, "level": "SCR"}]
POINTS = [{"at": 0.0, "change": 0.0}, {"at": 0.9, "change": -62.5}, {"at": 3.0, "change": 180.0}]
DAYS = [
    {"day": 0, "grade": 0, "given": []},
    {"day": 2, "grade": 4, "given": ["T", "S"]},
    {"day": 3, "grade": None, "given": []},
]
CHANGE = {"x_label": Words("Months from the infusion"), "y_label": Words("Change from baseline, %")}
FIGURES |= {
    "waterfall": Figure("waterfall", CHANGE | {"bars": BARS}),
    "waterfall of nobody": Figure("waterfall", CHANGE | {"bars": []}),
    "spider": Figure("spider", CHANGE | {"lines": [{"label": "01-001", "level": "PR", "points": POINTS}]}),
    "spider of nobody": Figure("spider", CHANGE | {"lines": []}),
    "timeline": Figure("timeline", {"x_label": "Study day", "last": 3, "lanes": [{"label": "01-001", "days": DAYS}]}),
    "timeline of nobody": Figure("timeline", {"x_label": "Study day", "last": 14, "lanes": []}),
}
EVERY = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)


def texts(svg: str) -> str:
    return " ".join(" ".join(ElementTree.fromstring(svg).itertext()).split())


@EVERY
@pytest.mark.parametrize("theme", ["page", "light", "dark"])
def test_a_figure_is_well_formed_named_described_and_the_same_twice(figure, theme):
    svg = figures.draw(figure, theme=theme, title="A title")
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg") and root.get("role") == "img"
    said = {child.tag.rpartition("}")[2]: "".join(child.itertext()) for child in root}
    assert said["title"] and said["desc"]
    assert figures.draw(figure, theme=theme, title="A title") == svg


@EVERY
@pytest.mark.parametrize("theme", ["page", "light", "dark"])
def test_nothing_in_a_figure_runs_or_leads_away(figure, theme):
    svg = figures.draw(figure, theme=theme)
    assert not re.search(r"<script|<foreignObject|<image|\son\w+=|@import", svg)
    assert not [link for link in re.findall(r'href="([^"]*)"', svg) if not link.startswith("#")]
    assert not re.findall(r"url\((?!['\"]?#)", svg)


@EVERY
def test_on_a_page_every_colour_is_one_of_the_style_sheet_and_no_style_is_inline(figure):
    svg = figures.draw(figure, theme="page")
    assert not re.findall(r"#[0-9a-fA-F]{6}\b", svg)
    assert 'style="' not in svg and "<style" not in svg
    used = set(re.findall(r"var\(--cw-([\w-]+)\)", svg))
    assert used and used <= set(style.TOKENS)


def test_light_and_dark_files_differ_in_colours_alone():
    figure = FIGURES["one curve"]
    light, dark = (figures.draw(figure, theme=theme) for theme in ("light", "dark"))
    assert light != dark
    assert texts(light) == texts(dark)
    assert "var(" not in light + dark


def test_the_numbers_under_the_axis_are_those_at_risk():
    said = texts(figures.draw(FIGURES["one curve"]))
    assert "Number at risk" in said
    # 5 subjects at 0, those with 5.0 and 8.5 at 3, the last at 6, nobody at 9.
    (curve,) = FIGURES["one curve"].data["curves"]
    assert curve["at_risk"] == [5, 2, 1, 0]
    assert re.search(r"5 2 1 0", said)


def test_a_figure_speaks_the_readers_language():
    with translation.override("zh-hans"):
        said = texts(figures.draw(FIGURES["one curve"]))
    assert "风险人数" in said
    assert "Number at risk" not in said


def test_without_subjects_the_figure_says_so():
    assert "No subjects to show" in texts(figures.draw(FIGURES["no subjects"]))


def test_a_hostile_label_is_text():
    svg = figures.draw(curves((MONTHS, EVENTS), (MONTHS, EVENTS), label=EVIL), theme="page")
    ElementTree.fromstring(svg)
    assert "<script" not in svg and "&lt;script&gt;" in svg
    swum = figures.draw(lanes(LANE | {"label": EVIL, "subject": EVIL}))
    ElementTree.fromstring(swum)
    assert "<script" not in swum


def test_an_unknown_kind_is_refused():
    with pytest.raises(figures.Unknown):
        figures.draw(Figure("pie", {}))
