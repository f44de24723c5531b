"""Figures as SVG text, drawn from the values of a stored table when somebody looks, in the language that is active."""

import importlib
from typing import Literal

from analytics.layout import Figure

# One module a kind, loaded when the first figure of that kind is drawn.
KINDS = ("kaplan_meier", "swimmer", "waterfall", "spider", "timeline")

Theme = Literal["page", "light", "dark"]


class Unknown(LookupError):
    """No such kind of figure."""


def draw(figure: Figure, *, theme: Theme = "page", title: str = "") -> str:
    """The figure as one SVG element, the same bytes for the same values, theme and language; Unknown for another kind.

    theme: "page" takes its colours from the page's style sheet and stands on its surface colour; "light" and "dark" have
    colours of their own, a background and the title above, for files. title: names the figure where it has a title.
    """
    if figure.kind not in KINDS:
        raise Unknown(f"no figure of kind {figure.kind}")
    drawn: str = importlib.import_module(f"{__name__}.{figure.kind}").draw(figure.data, theme=theme, title=title)
    return drawn
