"""What a lane is made of: marks that open a form, the lines between and behind them, and the lane itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

CHARACTER = 6.3  # px of a letter of a lane's texts; a Chinese character takes CHINESE
CHINESE = 11.0
EMPTY = 34  # px of a lane without marks
LONGER = 40  # px that a grid is longer than its lane


@dataclass(frozen=True, slots=True)
class Behind:
    """The form behind a mark: its title, where it stands (visit or entry), and its page."""

    form: str
    place: str
    url: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a form says. Places are text, so that no language writes them its own way.

    shape: dot, hollow, ring, doubted, cell, bar, round, or the name of a sign. what: "CRP 84 mg/L". note: more, for the
    tooltip and the table. tone: how it is coloured. word: written inside.
    """

    on: date
    when: str  # "Day 7", or the date where there is no infusion
    what: str
    behind: Behind
    shape: str
    x: str
    y: str
    width: str = ""
    height: str = ""
    tone: str = ""
    word: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """What a screen reader says: "Day 7, CRP 84 mg/L, opens Inflammation, Day 7"."""
        said = {"when": self.when, "what": self.what, "form": self.behind.form, "place": self.behind.place}
        text = _("%(when)s, %(what)s, opens %(form)s, %(place)s") % said
        return f"{text}. {self.note}" if self.note else text

    @property
    def date(self) -> str:
        return self.on.isoformat()

    @property
    def middle(self) -> str:
        return px(float(self.x) + float(self.width or 0) / 2)

    @property
    def core(self) -> str:
        """The middle from top to bottom, of what has a height."""
        return px(float(self.y) + float(self.height or 0) / 2)


@dataclass(frozen=True, slots=True)
class Line:
    """A line behind the marks. kind: base, limit, nadir, threshold, span. text: what it is, written after its right end."""

    x1: str
    x2: str
    y: str
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A word in the lane that is no link; anchor start, middle or end."""

    x: str
    y: str
    text: str
    anchor: str = "middle"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the page. note: its essence in a few words. empty: what is said where there is no mark."""

    key: str
    name: str
    full_height: int
    unit: str = ""
    note: str = ""
    full: str = ""
    marks: Sequence[Mark] = ()
    curves: Sequence[str] = ()  # points of polylines
    lines: Sequence[Line] = ()
    texts: Sequence[Text] = ()
    ticks: Sequence[tuple[str, str]] = ()  # y and text
    empty: str = ""
    inner: bool = False  # belongs to the lane above

    @property
    def height(self) -> int:
        """In px; a lane without marks takes no more room than its name."""
        return min(self.full_height, EMPTY) if self.empty else self.full_height

    @property
    def says(self) -> str:
        """The lane in words, for its group."""
        named = f"{self.full or self.name}, {self.unit}" if self.unit else self.full or self.name
        return ": ".join(part for part in (named, self.note or self.empty) if part)

    @property
    def foot(self) -> int:
        """Where its grid ends: below its own end, for a name of several lines."""
        return self.height + LONGER


def px(value: float) -> str:
    """A place as SVG reads it."""
    return f"{value:.1f}"


def wide(text: str) -> float:
    """Roughly how many px a text takes; Chinese included."""
    return sum(CHINESE if unicodedata.east_asian_width(one) in "WF" else CHARACTER for one in text)
