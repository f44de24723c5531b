"""What stands in the placeholders of a rule's sentence, in the reader's language: words, figures and days, never a code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crf.codelists import Oxygen

# Lazy strings stand for the type `str` here: they are said when they are put into a sentence.
Names = Mapping[str, Any]

# Abbreviations of response that physicians write in both languages stay; only codes of our own are put into words.
LEVELS: Names = {"SCR": "sCR", "NE": _("not evaluable"), "MISSING": _("none")}
# What limits a response, or what it lacks; each is one thing, as the sentences ask ("... allows no more").
PARTS: Names = {
    "SERUM": _("serum M-protein"),
    "URINE": _("urine M-protein"),
    "FLC": _("the measurement of free light chains"),
    "MARROW": _("the bone marrow"),
    "PLASMACYTOMA": _("the imaging of plasmacytomas"),
    "FLC_RATIO": _("the free light chain ratio"),
    "CLONALITY": _("the clonality of plasma cells"),
    "ROUTE": _("the lack of any other measurable disease"),
}
# What a response is followed by.
ROUTES: Names = {
    "SERUM": _("serum M-protein"),
    "URINE": _("urine M-protein"),
    "FLC": _("free light chains"),
    "MARROW": _("plasma cells of the marrow"),
    "PLASMACYTOMA": _("plasmacytomas"),
}
# By what a progression was seen.
REASONS: Names = {
    "IMAGING": _("new or growing lesions"),
    "BM": _("plasma cells of the marrow"),
    "BIOCHEM": _("M-protein or free light chains"),
    "CPC": _("circulating plasma cells"),
}
# What a limit of CTCAE is a multiple of.
REFERENCES: Names = {
    "LLN": _("lower limit of normal"),
    "ULN": _("upper limit of normal"),
    "BASELINE": _("value at baseline"),
}
# Units in UCUM as a person writes them; those that are not named are written alike.
UNITS: Names = {
    "10^9/L": "× 10⁹/L",
    "10*6/kg": "× 10⁶/kg",
    "m2": "m²",
    "Cel": "°C",
    "ug/L": "µg/L",
    "umol/L": "µmol/L",
    "copies/ug": _("copies/µg"),
    "cells/uL": _("cells/µL"),
    "d": pgettext_lazy("days, after a number", "d"),
}

# Chinese writes no space between two of its characters, nor beside its own brackets and points.
CHINESE = "[\u3001-\u303f\u4e00-\u9fff\uff01-\uff60]"
BETWEEN_CHINESE = re.compile(f"(?<={CHINESE}) (?={CHINESE})")


def sentence(clause: str, shown: Mapping[str, str]) -> str:
    """A rule's clause in the reader's language; it is translated before its placeholders are filled."""
    filled = gettext(clause).format(**{name: inserted(name, text) for name, text in shown.items()})
    return BETWEEN_CHINESE.sub("", filled)


def inserted(name: str, text: str) -> str:
    """What stands in the placeholder of this name; figures and days stand as the rule wrote them."""
    in_words = PLACEHOLDERS.get(name)
    return in_words(text) if in_words else text


def listed(names: Sequence[str]) -> str:
    """One after the other: "1, 2, 3"."""
    return gettext(", ").join(names)


def together(names: Sequence[str]) -> str:
    """All of them in a sentence: "serum M-protein, urine M-protein and free light chains"."""
    if len(names) < 2:
        return "".join(names)
    return gettext("{several} and {last}").format(several=listed(names[:-1]), last=names[-1])


def route(text: str) -> str:
    """The classes of measurable disease, joined by plus signs, as a person lists them."""
    return together([_named(ROUTES, one.strip()) for one in text.split("+")])


def level(text: str) -> str:
    """A category of response as physicians abbreviate it."""
    return _named(LEVELS, text)


def _named(names: Names, code: str) -> str:
    return str(names.get(code, code))


def _split(text: str) -> list[str]:
    return text.split(", ")


def _parts(text: str) -> str:
    names = [_named(PARTS, code) for code in _split(text)]
    # "each of" keeps the verb of the sentence right, and says that none of them allows more.
    return names[0] if len(names) == 1 else gettext("each of {parts}").format(parts=together(names))


def _reasons(text: str) -> str:
    return listed([_named(REASONS, code) for code in _split(text)])


def _drugs(text: str) -> str:
    return listed([gettext(drug) for drug in _split(text)])


def _device(code: str) -> str:
    return str(dict(Oxygen.choices).get(code, code))


def _limits(text: str) -> str:
    return re.sub(r"[A-Z]+", lambda found: _named(REFERENCES, found.group()), text)


def unit(text: str) -> str:
    """A unit as a person writes it; a product of two stays one ("copies/ug·d")."""
    return "·".join(_named(UNITS, one) for one in text.split("·"))


# Name of a placeholder -> how its text is put into words; every other holds a figure or a day.
PLACEHOLDERS: Mapping[str, Callable[[str], str]] = {
    "device": _device,
    "drugs": _drugs,
    "lesions": lambda text: listed(_split(text)),
    "lines": lambda text: listed(_split(text)),
    "level": level,
    "limits": _limits,
    "next": level,
    "parts": _parts,
    "reasons": _reasons,
    "reference": lambda code: _named(REFERENCES, code),
    "route": route,
    "unit": unit,
}
