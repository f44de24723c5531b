"""What nobody should type, by kind of item: what must be refused, and what looks wicked and is legal."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from crf.declare.form import FormClass
from crf.declare.items import Rows
from tests.filled import fill, leading, valid

SQL, HTML = "'; DROP TABLE crf_death; --", "<script>alert(1)</script>\"'&amp;"
RIGHT_TO_LEFT, EMOJI = (
    "\u202e\u0661\u0662\u0663 \u05d0\u05d1\u200f",
    "\U0001f9ec\U0001f468\u200d\U0001f469\u200d\U0001f467",
)
NO_KIND = (SQL, HTML, RIGHT_TO_LEFT, EMOJI, "\x00", "1e999", "NaN", "x" * 20_000)  # in no list, no number and no day

NO_DAY = (
    "31feb26", "0000-00-00", "2026-02-30", "2026-13-01", "0001-01-01", "9999-12-31", "1899-12-31", "2101-01-01", "32.1.2026",
    "29feb2027", "99999-01-01", "2026-03-25\x00", "-2026-03-25", "20261325", "3/4/2026", "yesterday", "0", "-1",
)  # fmt: skip
REFUSED: dict[str, tuple[str, ...]] = {
    "number": (
        "-1e999", "sNaN", "-NaN", "Infinity", "-Infinity", "0x1F", "1_000", "38,5", "1 000", "--1", "1e", "e1", ".", "1e9999999999",
        "\u22125", "\uff0d5", "1\x00", "\u0663", "4\u0968", "10\u00b2", "1/2", "<1", "9" * 20_000,
    ),
    "coded": ("", "WINE", "none", "-1", "y ", "null", "\uff11"),
    "yesno": ("", "y", "N ", "true", "1", "YES", "\uff39"),
    "date": (*NO_DAY, "2026-03", "2026-03-25 10:00"),
    "datetime": (
        *(f"{day} 10:00" for day in NO_DAY), "2026-03-25", "2026-03-25 24:01", "2026-03-25 10:60", "2026-03-25 10:00+99:99",
        "2026-03-25 10", "10:00", "2026-03-25 -1:00", "1900-01-01 00:00+23:00",
    ),
    "partial_date": (*NO_DAY, "2026-00", "2026-13", "2026-02-31", "un-un", "20266", "0000", "0001-02", "1899", "2101", "\uff12\uff10"),
}  # fmt: skip


def refused(item: Any) -> tuple[str, ...]:
    """Values that this item must refuse, read off its declaration."""
    if item.kind in ("text", "memo"):
        return ("x" * (limit(item) + 1), EMOJI * limit(item), "a\x00b")
    found = REFUSED[item.kind] + NO_KIND
    if item.kind == "number":
        low, high = item.about.hard or (None, None)
        found += () if low is None else (str(low - 1), f"-{high or 1}e3")
        found += () if high is None else (str(high + 1), "".join(chr(0xFF10 + int(c)) for c in str(int(high) + 1)))
        return (*found, f"{valid(item)[0]}{'' if item._places else '.'}{'0' * item._places}1")
    # A blank is no bad code: whether it is missed is another question.
    return tuple(value for value in found if value)


def legal(item: Any) -> tuple[str, ...]:
    """Values that look wicked and must be taken."""
    if item.kind in ("text", "memo"):
        wicked = (
            SQL,
            HTML,
            RIGHT_TO_LEFT,
            EMOJI,
            "=cmd|' /C calc'!A0",
            "NaN",
            "0000-00-00",
            "Z\u0351\u0343\u0321algo",
            "\u3000\uff11\uff12",
        )
        return (*(text[: limit(item)] for text in wicked), "\U0001f9ec" * limit(item))
    plain = valid(item)[0]
    if item.kind == "number":
        full_width = "".join(chr(ord(c) + 0xFEE0) for c in plain)
        return (full_width, f"+{plain}", f"  {plain} ", f"{plain}e0", f"00{plain}")
    return {
        "date": ("25MAR2026", "25.3.2026", "2026年3月25日", " 2026/3/25 ", "20260325", "25/3/2026"),
        "datetime": ("25mar26 0915", "2026-03-25T09:15", "2026年3月25日 9:15", "2026-03-25 01:15Z",
            "2026-03-26 00:15+23:00",),
        "partial_date": ("2019-UN-UN", "2019", "7mar2019", " 2019-03 ", "mar 2019", "2019年3月"),
    }.get(item.kind, (plain,))  # fmt: skip


ZEROS = ("-0", "0e999", "\uff10", "+0e-0")


def takes_zero(item: Any) -> bool:
    return bool(item.kind == "number" and item.about.hard and item.about.hard[0] == 0)


def limit(item: Any) -> int:
    found: int = item.limit if item.kind == "memo" else item.max_length
    return found


def fillings(form: FormClass) -> Iterator[dict[str, Any]]:
    """The form filled in, again and again until each of its items was shown."""
    typed, _expected = fill(form)
    yield typed
    items = form.declared.in_force("1.0")
    for name in items.keys() - typed.keys():
        changed = {
            **typed,
            items[name].about.shown_if.item: items[name].about.shown_if.codes[-1],
            name: valid(items[name])[0],
        }
        yield {n: text for n, text in changed.items() if _shown(items, n, changed)}


def _shown(items: dict[str, Any], name: str, typed: dict[str, Any]) -> bool:
    when = items[name].about.shown_if
    return when is None or (when.holds(typed.get(when.item)) and _shown(items, when.item, typed))


def attacked(form: FormClass, typed: dict[str, Any], turn: int) -> tuple[dict[str, Any], set[str]]:
    """Everything typed made bad at once, each item by another of its bad values each turn; and the names of what is bad.

    An item on which others depend is spared in two turns of three, or those would be hidden, and a hidden item hinders nobody.
    """
    items = form.declared.in_force("1.0")
    others_depend = leading(form)
    bad: dict[str, Any] = {}
    for number, name in enumerate(typed):
        if isinstance(items[name], Rows):
            inner = items[name].row.declared.items
            bad[name] = [
                {n: nth(refused(i), turn + at + line) for at, (n, i) in enumerate(inner.items())} for line in range(2)
            ]
        elif name not in others_depend or turn % 3 == 0:
            bad[name] = nth(refused(items[name]), turn + 5 * number)
    changed = {**typed, **bad}
    return changed, {name for name in bad if _shown(items, name, changed)}


def nth(values: tuple[str, ...], n: int) -> str:
    """By turns, over and over."""
    return values[n % len(values)]


class Shown(HTMLParser):
    """What stands in the controls of a page, and where its errors point to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.typed: dict[str, str] = {}
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self._area: str | None = None
        self._select: str | None = None
        self._template = 0  # an empty row to copy is not what was typed
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name = has.get("name") or ""
        self._template += tag == "template"
        self.ids |= {has["id"]} if has.get("id") else set()
        self.links |= {str(has["href"])} if tag == "a" and has.get("href") else set()
        if self._template:
            return
        if tag == "input" and (has.get("type") not in ("radio", "checkbox") or "checked" in has):
            self.typed[name] = has.get("value") or ""
        elif tag == "textarea":
            self._area, self.typed[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in has:
            self.typed[self._select] = has.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._template -= tag == "template"
        if tag == "textarea" and self._area:
            self.typed[self._area] = self.typed[self._area].removeprefix("\n")
            self._area = None
        self._select = None if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._area:
            self.typed[self._area] += data
