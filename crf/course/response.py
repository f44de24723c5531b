"""Response, residual disease and lesions: what each assessment is worth by the criteria, and what is confirmed of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crf.course.axis import WIDTH, Axis
from crf.course.forms import Forms
from crf.course.marks import Behind, Lane, Line, Mark, Text, px, wide
from crf.course.times import day_in_words, when
from crf.response_head import best_response
from crf.verdicts import said
from trial.rules import mrd
from trial.rules.myeloma import Followed

HEIGHT, TOP, THICK = 34, 7, 20
SMALL, ROUND = 24, 7  # height of an inner lane, radius of its marks
GAP = 1.5  # px between two assessments
LAST = 36  # px of the last assessment, which no other ends
# The limits of residual disease, the sharper first: what an assay cannot tell at one, it may tell at the other.
LIMITS = ("1e-5", "1e-4")
SIGNS = {"NEG": "−", "POS": "+"}


def lanes(forms: Forms, axis: Axis, followed: Followed | None) -> Iterator[Lane]:
    """The ribbon of response, and under it residual disease and lesions."""
    yield _ribbon(forms, axis, followed)
    yield _residual(forms, axis)
    yield _lesions(forms, axis, followed)


def _ribbon(forms: Forms, axis: Axis, followed: Followed | None) -> Lane:
    named: dict[str, Any] = {"key": "response", "name": _("Response"), "unit": "IMWG 2016", "full_height": HEIGHT}
    if followed is None:
        return Lane(**named, empty=_("not infused yet"))
    marks = list(_pieces(forms, axis, followed))
    best = best_response(followed)
    return Lane(
        **named,
        note=_("best %(response)s") % {"response": best} if best else "",
        marks=marks,
        texts=list(_words(marks)),
        empty="" if marks else _("no assessment yet"),
    )


def _pieces(forms: Forms, axis: Axis, followed: Followed) -> Iterator[Mark]:
    """One for each assessment, from its day to the next."""
    course = followed.response
    ends = [axis.at(day) for day in course.days[1:]]
    ends += [min(axis.at(day) + LAST, WIDTH) for day in course.days[-1:]]
    for at, (day, end) in enumerate(zip(course.days, ends, strict=True)):
        behind = _behind(forms, followed, at)
        if behind is None:
            continue
        verdict, own = course.verdicts[at], course.own[at]
        spoken, code = said(verdict), str(verdict.value)
        held = own.value == verdict.value
        tones = [code.lower(), *([] if held else ["uncounted" if own.value is None else "unconfirmed"])]
        left = axis.at(day)
        yield Mark(
            on=day, when=when(axis, day), what=_("Response %(response)s") % {"response": spoken.full or spoken.value},
            behind=behind, shape="piece", x=px(left), y=px(TOP), width=px(max(end - left - GAP, 2)), height=px(THICK),
            tone=" ".join(tones), word="NE" if code == "NE" else spoken.value, note=said(own).sentence,
        )  # fmt: skip


def _behind(forms: Forms, followed: Followed, at: int) -> Behind | None:
    """The response assessment of an assessment; else the laboratory, marrow or imaging that it rests on."""
    for row in forms.rows("response_assessment"):
        if row.assessed_on > followed.infused_on and followed.place(row.assessed_on) == at:
            return forms.behind("response_assessment", row)
    one = followed.response.assessments[at]
    parts = {"myeloma_laboratory": one.laboratory, "bone_marrow": one.marrow, "extramedullary_lesions": one.imaging}
    for name, part in parts.items():
        for row in forms.rows(name):
            if part is not None and forms.about(name, row) == part.day:
                return forms.behind(name, row)
    return None


def _words(marks: Sequence[Mark]) -> Iterator[Text]:
    """A word for each run of the same response, in its widest piece, else over the whole run; none where neither has room."""
    runs: list[list[Mark]] = []
    for mark in marks:
        if runs and runs[-1][-1].tone == mark.tone:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    for run in runs:
        widest = max(run, key=lambda mark: float(mark.width))
        left, right = float(run[0].x), float(run[-1].x) + float(run[-1].width)
        middle, room = float(widest.middle), float(widest.width)
        if room < wide(widest.word):
            middle, room = (left + right) / 2, right - left
        if room >= wide(widest.word):
            yield Text(px(middle), px(TOP + THICK / 2), widest.word, kind=f"level-{widest.tone}")


def _residual(forms: Forms, axis: Axis) -> Lane:
    marks = [mark for row in forms.rows("bone_marrow") if (mark := _of_marrow(forms, axis, row)) is not None]
    negative = next((mark for mark in marks if mark.tone == "neg"), None)
    return Lane(
        key="mrd",
        name="MRD",
        full=_("Measurable residual disease"),
        full_height=SMALL,
        note=_("negative %(day)s") % {"day": day_in_words(axis, negative.on)} if negative else "",
        marks=marks,
        empty="" if marks else _("no result yet"),
        inner=True,
    )


def _of_marrow(forms: Forms, axis: Axis, row: Any) -> Mark | None:
    """A marrow in which residual disease was looked for."""
    if row.mrd_result is None or row.mrd_method == "NOT_DONE":
        return None
    judged = [(limit, mrd.at_threshold(row, limit)) for limit in LIMITS]
    limit, verdict = next((one for one in judged if one[1].value in SIGNS), judged[0])
    what = _("MRD at %(limit)s %(result)s") % {"limit": limit, "result": said(verdict).value}
    return Mark(
        on=row.sampled_on, when=when(axis, row.sampled_on), what=what, behind=forms.behind("bone_marrow", row),
        shape="round", x=px(axis.at(row.sampled_on)), y=px(SMALL / 2), tone=str(verdict.value).lower(),
        word=SIGNS.get(str(verdict.value), "?"), note=said(verdict).sentence,
    )  # fmt: skip


def _lesions(forms: Forms, axis: Axis, followed: Followed | None) -> Lane:
    marks = [_of_imaging(forms, axis, row, followed) for row in forms.rows("extramedullary_lesions")]
    present = followed is not None and followed.lesions.has_baseline_lesions
    days = [float(mark.x) for mark in marks if mark.tone != "none"]
    joined = [Line(px(min(days)), px(max(days)), px(SMALL / 2), "base")] if len(days) > 1 else []
    return Lane(
        key="emd",
        name=_("EMD"),
        full=_("Extramedullary disease"),
        full_height=SMALL,
        note=_("at baseline") if present else "",
        marks=marks,
        lines=joined,
        empty="" if marks else _("no imaging yet"),
        inner=True,
    )


def _of_imaging(forms: Forms, axis: Axis, row: Any, followed: Followed | None) -> Mark:
    """The response of the lesions on a day after the infusion; before it, whether there were any."""
    on, behind = row.imaged_on, forms.behind("extramedullary_lesions", row)
    verdict, spd = _judged(on, followed)
    if verdict is None or verdict.value is None:
        seen = len(row.lesions)
        what = _("lesions listed: %(n)d") % {"n": seen} if seen else _("no lesion")
        tone, word, note = ("seen", str(seen), "") if seen else ("none", "–", "")
    else:
        spoken, code = said(verdict), str(verdict.value)
        word = "NE" if code == "NE" else spoken.value
        what = _("Lesions %(response)s") % {"response": spoken.full or spoken.value}
        tone, note = code.lower(), spoken.sentence
    size = _("sum of products %(spd)s mm²") % {"spd": spd} if spd else ""
    return Mark(
        on=on, when=when(axis, on), what=what, behind=behind, shape="round", x=px(axis.at(on)), y=px(SMALL / 2),
        tone=tone, word=word, note=" ".join(filter(None, (note, size))),
    )  # fmt: skip


def _judged(on: Any, followed: Followed | None) -> tuple[Any, Any]:
    if followed is None:
        return None, None
    lesions = followed.lesions
    if on == lesions.baseline_on:
        return None, lesions.baseline_spd
    found = dict(zip(lesions.days, zip(lesions.verdicts, lesions.spds, strict=True), strict=True))
    return found.get(on, (None, None))
