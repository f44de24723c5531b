"""Figures looked at closely: where things are drawn, which element does what, at the edges and on several threads."""

import json
import re
import threading
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.utils import translation

from analytics import figures, layout
from analytics.figures import kaplan_meier, style, swimmer
from analytics.layout import Figure, Words, say

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
STYLES = Path(settings.BASE_DIR) / "trial" / "static" / "cartwright"

# Five subjects: events at 2 and 6, censored at 3, 6 and 11. At risk at 0, 3, 6, 9, 12: 5, 4, 3, 1, 0.
TIMES, EVENTS, TICKS = [2, 3, 6, 6, 11], [1, 0, 1, 0, 0], (0, 3, 6, 9, 12)
EVIL = '<script>alert("1")</script> & $x^2$ ]]> \x00\x1b\ud800\ufffe\u202e end'

LANES = [
    {
        "subject": "01-001", "label": "01-001", "dose_level": "1.0", "months": 4.0, "ongoing": False, "died": True,
        "bars": [{"from": 0, "to": 1, "level": "SD"}, {"from": 1, "to": 4, "level": "PD"}],
        "marks": [{"at": 1.0, "kind": "progression"}, {"at": 1.5, "kind": "new_therapy"}],
    },
    {
        "subject": "01-002", "label": "01-002", "dose_level": None, "months": 15.0, "ongoing": True, "died": False,
        "bars": [{"from": 1, "to": 6, "level": "PR"}, {"from": 6, "to": 15, "level": "SCR"}],
        "marks": [{"at": 1.0, "kind": "response"}, {"at": 1.0, "kind": "mrd_negative"}],
    },
    {
        "subject": "01-003", "label": "01-003", "dose_level": "2.0", "months": 0.0, "ongoing": True, "died": False,
        "bars": [], "marks": [],
    },
]  # fmt: skip


def survival(*curves, ticks=TICKS, **changed) -> Figure:
    about = {"x_label": Words("Months since infusion"), "y_label": Words("Median follow-up"), "unit": "months"}
    return kaplan_meier.figure_of(curves, ticks=ticks, **about | changed)


def one(times=TIMES, events=EVENTS, **changed):
    return kaplan_meier.figure_curve(times, events, ticks=TICKS, **{"label": "Everybody"} | changed)


def several(n):
    return [one(key=str(k), label=say("{dose} × 10⁶/kg", dose=f"{k}.0")) for k in range(1, n + 1)]


def lanes(*chosen, label="Months since infusion") -> Figure:
    return Figure("swimmer", {"x_label": label, "unit": "months", "lanes": list(chosen)})


SAMPLES = {
    "one curve": survival(one()),
    "two curves": survival(*several(2)),
    "seven curves": survival(*several(7)),
    "no curve": survival(),
    "nobody": survival(one([], [])),
    "one subject": survival(one([4.5], [1])),
    "one censored subject at time 0": survival(one([0], [0])),
    "event at time 0": survival(one([0, 0, 3], [1, 0, 1])),
    "all events": survival(one([1, 2, 2, 5], [1, 1, 1, 1])),
    "no events": survival(one([1, 2, 2, 5], [0, 0, 0, 0])),
    "fractions": survival(one(), percent=False),
    "beyond the last mark": survival(one([2, 30.4], [1, 0])),
    "swimmers": lanes(*LANES),
    "one swimmer": lanes(LANES[2]),
    "no swimmer": lanes(),
    "hostile": survival(one(label=EVIL), one(label=EVIL), x_label=EVIL, y_label=EVIL, unit=EVIL),
    "hostile swimmer": lanes({**LANES[0], "label": EVIL, "dose_level": EVIL}, label=EVIL),
}


def texts(svg: str) -> list[str]:
    """What is written in a figure, in the order of writing."""
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def desc(svg: str) -> str:
    return ET.fromstring(svg).findtext(f"{SVG}desc") or ""


def at(svg: str, text: str) -> tuple[float, float]:
    """Where the only text with these words stands."""
    (found,) = [element for element in ET.fromstring(svg).iter(f"{SVG}text") if element.text == text]
    return float(found.attrib["x"]), float(found.attrib["y"])


def axis(svg: str) -> dict[str, float]:
    """Where the marks of the time axis stand that ends at 12."""
    _x, base = at(svg, "12")
    marks = [e for e in ET.fromstring(svg).iter(f"{SVG}text") if float(e.attrib["y"]) == base]
    return {e.text or "": float(e.attrib["x"]) for e in marks}


@cache
def drawn(name: str, theme: figures.Theme = "page") -> str:
    """A sample, drawn once for all tests that only look at it."""
    return figures.draw(SAMPLES[name], theme=theme)


@pytest.fixture(params=SAMPLES, ids=str)
def sample(request) -> str:
    return request.param


def test_a_figure_is_one_svg_element_that_repeats_to_the_byte(sample):
    assert figures.draw(SAMPLES[sample], theme="page").encode() == drawn(sample).encode()
    root = ET.fromstring(drawn(sample))
    assert drawn(sample).startswith("<svg ") and root.tag == f"{SVG}svg"
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    assert (left, top, str(int(width))) == (0, 0, root.attrib["width"]) and height > 100


@pytest.mark.parametrize("theme", ["page", "dark"])
def test_a_figure_refers_to_itself_alone_and_carries_no_style_script_or_metadata(sample, theme):
    root = ET.fromstring(drawn(sample, theme))
    known = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    tags = ("svg", "title", "desc", "rect", "defs", "g", "path", "use", "text", "clipPath", "pattern")
    assert {element.tag for element in root.iter()} <= {SVG + tag for tag in tags}
    for element in root.iter():
        for name, value in element.attrib.items():
            assert name != "style" and not name.startswith("on")
            assert "//" not in value
            for target in re.findall(r"url\(([^)]*)\)", value) + ([value] if name == HREF else []):
                assert target.startswith("#") and target[1:] in known
    assert len(known) == sum("id" in element.attrib for element in root.iter())


def test_on_a_page_every_colour_is_one_of_the_style_sheet(sample):
    root = ET.fromstring(drawn(sample))
    used = {value for e in root.iter() for name, value in e.attrib.items() if name in ("fill", "stroke")}
    paint = {value for value in used if value != "none" and not value.startswith("url(#")}
    declared = set(re.findall(r"(--cw-[\w-]+):", (STYLES / "tokens.css").read_text()))
    assert paint and all(value[4:-1] in declared for value in paint if value.startswith("var("))
    assert [value for value in paint if not value.startswith("var(")] == []
    assert not re.search(r"#[0-9a-f]{6}\b(?!-)", re.sub(r"#f[0-9a-f]{10}-", "", ET.tostring(root, encoding="unicode")))


def test_nothing_is_painted_that_has_no_colour_of_its_own(sample):
    """Black is what SVG paints where nothing is said, and black is not to be seen on a dark page."""
    root = ET.fromstring(drawn(sample))
    shapes = {element for tag in ("text", "rect", "path", "use") for element in root.iter(SVG + tag)}
    # Clips are not painted, and a shape with an id where it is used.
    unpainted = {inner for clip in root.iter(f"{SVG}clipPath") for inner in clip}
    unpainted |= {shape for shape in shapes if "id" in shape.attrib}
    assert [e.attrib for e in shapes - unpainted if not {"fill", "stroke"} & e.attrib.keys()] == []
    # A line that is left to be filled would be filled black.
    lines = [e for e in shapes - unpainted if e.tag != f"{SVG}text" and "fill" not in e.attrib]
    assert all(e.tag == f"{SVG}use" for e in lines)


@pytest.mark.parametrize(("theme", "sheet"), [("light", "tokens.css"), ("dark", "dark.css")])
def test_the_colours_of_files_are_those_of_the_style_sheet(theme, sheet):
    declared = dict(re.findall(r"--cw-([\w-]+): (#[0-9a-f]{6});", (STYLES / sheet).read_text()))
    assert {role: style.colour(role, theme) for role in style.TOKENS} == {role: declared[role] for role in style.TOKENS}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_signs_and_texts_stand_out_from_their_background(theme):
    # WCAG 2.1: 3:1 for graphics (1.4.11), 4.5:1 for text (1.4.3).
    ground = style.colour("surface", theme)
    lines = {role for role, _dash in style.CURVES} | {look.edge for look in swimmer.LEVELS.values()}
    for role in lines | {"ink", "muted"}:
        assert _contrast(style.colour(role, theme), ground) >= 4.5
    assert {look.ruled for look in swimmer.LEVELS.values()} <= lines | {"surface"}


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_curves_and_levels_differ_without_their_colour():
    dashes = [dash for _role, dash in style.CURVES]
    assert len(set(dashes)) == len(dashes)
    looks = [(look.alpha, look.hatch, look.fill == "surface") for look in swimmer.LEVELS.values()]
    assert len(set(looks)) == len(looks)
    signs = [sign for _name, sign, _size in swimmer.MARKS.values()]
    assert len(set(signs)) == len(signs)
    svg = figures.draw(SAMPLES["two curves"])
    # The one broken line is the second curve and its piece in the legend; the medians' lines are thinner.
    broken = [e for e in ET.fromstring(svg).iter(f"{SVG}path") if "stroke-dasharray" in e.attrib]
    assert len([e for e in broken if e.attrib.get("stroke-width") == "2"]) == 2


def test_numbers_at_risk_are_those_counted_by_hand_and_stand_under_their_marks():
    svg = figures.draw(SAMPLES["one curve"])
    _x, base = at(svg, "Number at risk")
    cells = sorted(
        (float(e.attrib["x"]), e.text)
        for e in ET.fromstring(svg).iter(f"{SVG}text")
        if float(e.attrib["y"]) == base and e.text != "Number at risk"
    )
    assert [number for _x, number in cells] == ["5", "4", "3", "1", "0"]
    assert [x for x, _number in cells] == [axis(svg)[tick] for tick in ("0", "3", "6", "9", "12")]
    assert "5, 4, 3, 1, 0" in desc(svg)


def test_the_curve_goes_through_the_points_of_the_estimate():
    svg = figures.draw(SAMPLES["one curve"])
    x0, x12 = axis(svg)["0"], axis(svg)["12"]
    y0, y100 = at(svg, "0 %")[1] - 4, at(svg, "100 %")[1] - 4
    (curve,) = [e for e in ET.fromstring(svg).iter(f"{SVG}path") if e.attrib.get("stroke-width") == "2"]
    points = [tuple(map(float, point)) for point in re.findall(r"[ML] ([\d.]+) ([\d.]+)", curve.attrib["d"])]
    # By hand: 1, 4/5 from 2 on, 4/5 x 2/3 = 8/15 from 6 on, to the last time, 11.
    steps = [(0, 1), (2, 1), (2, 4 / 5), (6, 4 / 5), (6, 8 / 15), (11, 8 / 15)]
    wanted = [(x0 + (x12 - x0) * t / 12, y0 + (y100 - y0) * s) for t, s in steps]
    assert list(dict.fromkeys(points))[0] == pytest.approx(wanted[0], abs=0.02)
    for point in wanted:
        assert any(point == pytest.approx(drawn, abs=0.02) for drawn in points), point
    for drawn in points:
        assert any(
            a[0] - 0.02 <= drawn[0] <= b[0] + 0.02 and a[1] - 0.02 <= drawn[1] <= b[1] + 0.02
            for a, b in zip(wanted, wanted[1:], strict=False)
        ), drawn


def test_a_censored_subject_has_its_tick_on_the_curve_below_an_event_of_the_same_time():
    svg = drawn("one curve")
    x0, x12 = axis(svg)["0"], axis(svg)["12"]
    y0, y100 = at(svg, "0 %")[1] - 4, at(svg, "100 %")[1] - 4
    ticks = [e for e in ET.fromstring(svg).iter(f"{SVG}use") if e.attrib.get("stroke-width") == "1.3"]
    found = sorted((float(e.attrib["x"]), float(e.attrib["y"])) for e in ticks)
    wanted = [(x0 + (x12 - x0) * t / 12, y0 + (y100 - y0) * s) for t, s in [(3, 4 / 5), (6, 8 / 15), (11, 8 / 15)]]
    assert [x for x, _y in found] == pytest.approx([x for x, _y in wanted], abs=0.02)
    assert [y for _x, y in found] == pytest.approx([y for _x, y in wanted], abs=0.02)


def test_the_band_starts_at_one_and_ends_with_the_last_subject_at_risk():
    # By R's survfit(conf.type = "log-log") limits are not defined before the first event and at S = 0.
    times, low, high = kaplan_meier._limits(one([1, 2, 5, 5, 9], [0, 1, 1, 1, 1]))
    assert times == [0, 1, 2, 5, 9]
    assert low[:2] == high[:2] == [1, 1]
    assert 0 < low[3] < low[2] < 1 and low[4] == low[3]


def test_legend_says_subjects_events_and_median_of_each_curve():
    svg = figures.draw(survival(one([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], label="A"), one(label="B")))
    said = texts(svg)
    assert {"Subjects", "Events", "Median in months (95 % CI)"} <= set(said)
    assert "3.0 (1.0 to NE)" in said  # the limit at S = 0 is not defined, the one before is 0.58
    assert said.count("A") == said.count("B") == 2  # in the legend and before the numbers at risk


def test_a_median_that_is_not_reached_is_ne_and_has_no_line():
    dashed = [figures.draw(SAMPLES[name]).count("stroke-dasharray") for name in ("no events", "all events")]
    assert dashed == [0, 2]
    assert "NE" in texts(figures.draw(SAMPLES["no events"]))


def test_values_without_limits_of_the_median_are_drawn():
    curve = {
        name: value for name, value in one([1, 2, 3], [1, 1, 1]).items() if name not in ("median_low", "median_high")
    }
    assert "2.0" in texts(figures.draw(survival(curve)))


@pytest.mark.parametrize("name", ["no curve", "nobody", "no swimmer"])
@pytest.mark.parametrize(("language", "words"), [("en", "No subjects to show"), ("zh-hans", "无受试者可显示")])
def test_without_subjects_the_axis_is_there_and_says_so(name, language, words):
    with translation.override(language):
        svg = figures.draw(SAMPLES[name])
    assert words in texts(svg) and words in desc(svg)
    assert "0" in texts(svg)


@pytest.mark.parametrize("name", ["one curve", "several", "swimmers"])
def test_a_figure_speaks_the_language_of_its_reader_and_carries_chinese_as_text(name):
    figure = survival(*several(2)) if name == "several" else SAMPLES[name]
    with translation.override("zh-hans"):
        svg = figures.draw(figure, title=str(Words("Median follow-up")))
    assert "受试者" in texts(svg)
    assert ET.fromstring(svg).findtext(f"{SVG}title") == "中位随访时间"
    assert {"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei"} <= set(
        re.findall(r"'([^']+)'", ET.fromstring(svg).attrib["font-family"])
    )
    english = figures.draw(figure)
    assert "受试者" not in english and english != svg


def test_every_sentence_of_figures_has_a_translation():
    missing = []
    with translation.override("zh-hans"):
        for name in ("two curves", "swimmers", "no swimmer", "no events"):
            svg = figures.draw(SAMPLES[name])
            missing += [
                text for text in texts(svg) if re.search(r"[A-Za-z]{3,}", text) and not re.search("[一-鿿]", text)
            ]
    assert set(missing) <= {"Months since infusion", "Everybody"}  # of this test


def test_hostile_text_is_text():
    svg = figures.draw(SAMPLES["hostile"], theme="light", title=EVIL)
    assert "<script" not in svg and "\x00" not in svg and "\u202e" not in svg
    svg.encode("utf-8")
    assert ET.fromstring(svg).findtext(f"{SVG}title") == '<script>alert("1")</script> & $x^2$ ]]> end'
    assert '<script>alert("1")</script> & $x^2$ ]]> end' in texts(svg)
    drawn = figures.draw(SAMPLES["hostile swimmer"], theme="dark", title=EVIL)
    assert "<script" not in drawn and '<script>alert("1")</script> & $x^2$ ]]> end' in texts(drawn)


def test_a_label_that_is_too_long_is_cut_but_stays_whole_in_the_description():
    long = "受试者 and subjects " * 12
    svg = figures.draw(survival(one(label=long), one(label=long)))
    assert max(style.width(text) for text in texts(svg) if text.endswith("…")) < 400
    assert long.strip() in desc(svg)


def test_a_file_has_a_background_and_its_title_above_and_a_page_has_not():
    page, light, dark = (figures.draw(SAMPLES["one curve"], theme=t, title="PFS") for t in ("page", "light", "dark"))
    assert "PFS" not in texts(page) and "PFS" in texts(light) and "PFS" in texts(dark)
    backgrounds = [ET.fromstring(svg).find(f"{SVG}rect") for svg in (page, light, dark)]
    assert backgrounds[0] is None
    assert [rect.attrib["fill"] for rect in backgrounds[1:]] == ["#ffffff", "#161e21"]
    assert "var(" not in light + dark


def test_two_figures_on_a_page_share_no_id():
    ids = [set(re.findall(r'id="([^"]+)"', figures.draw(SAMPLES[name]))) for name in ("one curve", "swimmers")]
    assert ids[0] and ids[1] and not ids[0] & ids[1]


def test_name_and_description_are_tied_to_the_image():
    root = ET.fromstring(figures.draw(SAMPLES["one curve"], title="PFS"))
    named = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    assert root.attrib["role"] == "img"
    assert named[root.attrib["aria-labelledby"]].text == "PFS"
    said = named[root.attrib["aria-describedby"]].text
    assert "subjects 5, events 2" in said
    assert ET.fromstring(figures.draw(SAMPLES["one curve"])).findtext(f"{SVG}title") == "Median follow-up"


def test_a_figure_survives_being_kept_as_json():
    table = layout.Table("t", "T", (), (), (), "", "", {}, figure=SAMPLES["two curves"])
    kept = layout.unpack(json.loads(json.dumps(layout.pack(table)))).figure
    assert figures.draw(kept) == figures.draw(SAMPLES["two curves"])


def test_swimmers_stand_longest_first_with_dose_level_and_what_occurred():
    svg = figures.draw(SAMPLES["swimmers"])
    lines = {code: at(svg, code)[1] for code in ("01-001", "01-002", "01-003")}
    assert sorted(lines, key=lines.get) == ["01-002", "01-001", "01-003"]
    assert at(svg, "1.0")[1] == lines["01-001"] and at(svg, "2.0")[1] == lines["01-003"]
    said = set(texts(svg))
    assert {"Stringent complete response (sCR)", "Partial response (PR)", "First response", "Death", "Ongoing"} <= said
    assert "Complete response (CR)" not in said  # only what occurs
    assert "01-002, 15.0 months: PR 1.0–6.0, SCR 6.0–15.0, First response 1.0, MRD negative 1.0, Ongoing." in desc(svg)


def test_a_death_without_its_mark_stands_at_the_end_of_the_lane_and_in_the_description():
    svg = figures.draw(lanes(LANES[0]))
    assert "Death 4.0" in desc(svg)
    marked = {**LANES[0], "marks": [*LANES[0]["marks"], {"at": 4.0, "kind": "death"}]}
    assert figures.draw(lanes(marked)) == svg


def test_marks_at_one_time_stand_above_each_other_and_those_apart_on_the_line():
    placed = list(swimmer._apart([(100, "response"), (104, "mrd_negative"), (200, "death")]))
    (_x, first, _k), (_x2, second, _k2), (_x3, alone, _k3) = placed
    assert second - first > 8 and first == -second and alone == 0


@pytest.mark.parametrize(
    ("longest", "ticks"),
    [(None, (0, 3, 6, 9, 12)), (0, (0, 1)), (5.2, tuple(range(7))), (8, tuple(range(9))), (18.5, tuple(range(0, 22, 3))),
     (24, tuple(range(0, 25, 3))), (24.1, (0, 6, 12, 18, 24, 30)), (2000, tuple(range(0, 2041, 120)))],
)  # fmt: skip
def test_marks_of_the_axis_reach_the_longest_time_in_usual_steps(longest, ticks):
    assert kaplan_meier.figure_ticks(longest) == ticks


def test_settings_of_the_machine_change_nothing_and_are_left_alone():
    import matplotlib

    plain = figures.draw(SAMPLES["two curves"])
    with matplotlib.rc_context({"lines.dash_capstyle": "round", "axes.linewidth": 5, "svg.hashsalt": "other"}):
        assert figures.draw(SAMPLES["two curves"]) == plain
        assert matplotlib.rcParams["svg.hashsalt"] == "other"


def test_figures_drawn_at_the_same_time_do_not_disturb_each_other():
    names = ["one curve", "seven curves", "swimmers", "nobody"]
    wanted = {name: figures.draw(SAMPLES[name]) for name in names}
    found = []

    def work(name):
        found.extend((name, figures.draw(SAMPLES[name])) for _ in range(4))

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16 and all(svg == wanted[name] for name, svg in found)
