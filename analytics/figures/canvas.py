"""A sheet to draw on: matplotlib draws the shapes, texts are written as texts, and the SVG comes out clean.

Clean: no style sheet and no style attributes (the pages' content security policy would refuse them), no metadata, ids
that no other figure on the page has, and the colours of the theme.
"""

import hashlib
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from analytics.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INSIDE = re.compile(r"url\(#([^)]+)\)")

Anchor = Literal["start", "middle", "end"]

_drawing = threading.RLock()


@contextmanager
def drawing() -> Iterator[None]:
    """matplotlib with settings that no machine and no other thread has changed; its settings are one for all threads."""
    import matplotlib  # here: half a second that only those who draw should wait

    with _drawing, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "cartwright", "path.simplify": False, "hatch.linewidth": 1.4})
        yield


class Canvas:
    """A sheet of some px, measured from its upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72, frameon=False)
        self._texts: list[ET.Element] = []

    def axes(self, left: float, top: float, right: float, bottom: float) -> "Axes":
        """Axes between these edges, in px, with the left and the lower spine and without texts."""
        box = (left / self.width, 1 - bottom / self.height, (right - left) / self.width, (bottom - top) / self.height)
        axes = self._figure.add_axes(box, facecolor="none")
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(style.COLOUR["ink"])
            spine.set_linewidth(1)
        axes.tick_params(labelbottom=False, labelleft=False, length=4, width=1, color=style.COLOUR["ink"])
        return axes

    def sheet(self) -> "Axes":
        """Axes without spines over the whole sheet, in its px: for keys and signs outside the plot."""
        axes = self._figure.add_axes((0, 0, 1, 1), facecolor="none")
        axes.set_axis_off()
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        return axes

    def text(
        self,
        x: float,
        y: float,
        text: object,
        *,
        role: str = "ink",
        size: float = style.TEXT,
        anchor: Anchor = "start",
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Write on the base line at x, y; turned: upwards."""
        words = style.plain_text(text)
        if not words:
            return
        element = ET.Element("text", {"x": _px(x), "y": _px(y), "fill": style.COLOUR[role], "font-size": _px(size)})
        if anchor != "start":
            element.set("text-anchor", anchor)
        if bold:
            element.set("font-weight", "600")
        if turned:
            element.set("transform", f"rotate(-90 {_px(x)} {_px(y)})")
        element.text = words
        self._texts.append(element)

    def svg(self, *, theme: str, title: str, description: str) -> str:
        """The sheet as one SVG element whose title and description are its name and text for those who do not see it."""
        buffer = io.StringIO()
        self._figure.savefig(buffer, format="svg", metadata={"Date": None})
        drawn = ET.fromstring(buffer.getvalue())
        root = ET.Element("svg", {"xmlns": SVG, "xmlns:xlink": XLINK, "class": "cw-figure", "role": "img"})
        root.set("viewBox", f"0 0 {_px(self.width)} {_px(self.height)}")
        root.set("width", _px(self.width))
        root.set("height", _px(self.height))
        # What matplotlib says in its style sheet.
        root.set("stroke-linejoin", "round")
        root.set("font-family", style.FONT)
        for name, words in (("title", title), ("desc", description)):
            ET.SubElement(root, name, {"id": name}).text = style.plain_text(words)
        root.set("aria-labelledby", "title")
        root.set("aria-describedby", "desc")
        if theme != "page":
            ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": style.COLOUR["surface"]})
        root.extend(child for child in drawn if _local(child) != "metadata")
        root.extend(self._texts)
        _clean(root, theme)
        _own_ids(root)
        ET.indent(root, space="")
        return ET.tostring(root, encoding="unicode")


def _px(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _clean(root: ET.Element, theme: str) -> None:
    """Plain names, presentation attributes instead of styles, the colours of the theme, no style sheet."""
    colours = {placeholder: style.colour(role, theme) for role, placeholder in style.COLOUR.items()}
    for parent in list(root.iter()):
        for child in [child for child in parent if _local(child) == "style"]:
            parent.remove(child)
    for element in root.iter():
        element.tag = _local(element)
        rules = element.attrib.pop("style", "")
        for name, _colon, value in (rule.partition(":") for rule in rules.split(";") if rule.strip()):
            element.set(name.strip(), value.strip())
        if link := element.attrib.pop(f"{{{XLINK}}}href", ""):
            element.set("xlink:href", link)
        for name in ("fill", "stroke"):
            if name in element.attrib:
                element.set(name, colours.get(element.attrib[name], element.attrib[name]))
        if "d" in element.attrib:
            element.set("d", " ".join(element.attrib["d"].split()))


def _own_ids(root: ET.Element) -> None:
    """Drop the ids that nothing refers to, and give the others a prefix that follows from the whole drawing."""
    prefix = "f" + hashlib.sha256(ET.tostring(root)).hexdigest()[:10] + "-"
    used = {"title", "desc"}
    for element in root.iter():
        used.update(INSIDE.findall(" ".join(element.attrib.values())))
        used.update(link[1:] for link in [element.attrib.get("xlink:href", "")] if link)
    for element in root.iter():
        own = element.attrib.pop("id", "")
        for name, value in element.attrib.items():
            if name == "xlink:href":
                element.set(name, f"#{prefix}{value[1:]}")
            elif name.startswith("aria-"):
                element.set(name, prefix + value)
            else:
                element.set(name, INSIDE.sub(rf"url(#{prefix}\1)", value))
        if own in used:
            element.set("id", prefix + own)
