"""How figures look: colours by role in three themes, fonts, sizes, and what tells curves apart without colour."""

import unicodedata

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# The tokens of the style sheet (light, dark) that figures use. A page follows the sheet itself.
TOKENS: dict[str, tuple[str, str]] = {
    "ink": ("#16252a", "#e3eaeb"),
    "muted": ("#4f6067", "#a0b2b7"),
    "line": ("#d6dee0", "#2c393e"),
    "line-strong": ("#7f9097", "#71858c"),
    "surface": ("#ffffff", "#161e21"),
    "accent": ("#0b6070", "#62c6d5"),
    "queried": ("#854d00", "#f0b65a"),
    "verified": ("#1b54a5", "#8ab8f6"),
    "signed": ("#1a6833", "#81d09a"),
    "overdue": ("#ad231b", "#ff958b"),
    "locked": ("#3c4d6b", "#adbedb"),
}

# What matplotlib draws with: one colour a role that stands for nothing else, exchanged for the theme's at the end.
COLOUR = {role: f"#fe{index:02x}fe" for index, role in enumerate(TOKENS)}

# The same families as on the pages, those with Chinese characters included; whoever opens a file has one of them.
FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'PingFang SC', 'Hiragino Sans GB', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)
TEXT, SMALL, HEADING = 12.0, 11.0, 14.0  # px

Dash = str | tuple[float, tuple[float, ...]]
# Curves in this order: colour and dash change together, so that either alone tells them apart. Dashes in line widths.
CURVES: tuple[tuple[str, Dash], ...] = (
    ("accent", "solid"),
    ("queried", (0, (4.5, 1.8))),
    ("verified", (0, (1.2, 1.4))),
    ("overdue", (0, (7, 1.6, 1.2, 1.6))),
    ("signed", (0, (9, 3))),
    ("locked", (0, (3, 1.4, 1.2, 1.4, 1.2, 1.4))),
)


def colour(role: str, theme: str) -> str:
    """The colour of a role: a variable of the page's style sheet, or the colour that it has in a file."""
    return f"var(--cw-{role})" if theme == "page" else TOKENS[role][theme == "dark"]


# Units of the time axis as a figure's values name them.
UNITS = (_("days"), _("weeks"), _("months"))

# Controls, marks that turn the direction of a text, halves of characters, and what is no character at all.
LEFT_OUT = ("Cc", "Cf", "Cs", "Cn")


def plain_text(text: object) -> str:
    """One line without the characters that XML cannot carry; what is kept is escaped where it is written."""
    kept = (" " if character.isspace() else character for character in str(text))
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in LEFT_OUT).split())


def width(text: str, size: float = TEXT) -> float:
    """Roughly how many px a text takes, Chinese included: space is kept without asking which font will be there."""
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)


def shortened(text: str, room: float, size: float = TEXT) -> str:
    """The text, cut with an ellipsis where it takes more px than there is room."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def unit(name: object) -> str:
    """The unit of time as it is read."""
    return gettext(name) if name in UNITS else str(name)
