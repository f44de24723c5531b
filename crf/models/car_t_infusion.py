"""CAR-T infusion: day 0, from which every later day is counted."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.checks import treatment
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, DateTime, Memo, Number, When, YesNo
from trial import subjects
from trial.models import User
from trial.rules import dose_given


def _total_agrees(form: Any) -> bool | None:
    """Total = per kg x weight, within 10 % (rounding of the bag's label)."""
    weight = form.latest("demographics", "weight")
    if None in (form.cells_per_kg, form.cells_total, weight):
        return None
    return bool(abs(form.cells_total - form.cells_per_kg * weight) <= form.cells_per_kg * weight / 10)


class CarTInfusion(Crf, title=_("CAR-T infusion"), about_day="infused_at", chapter="treatment"):
    """The product given: when, how much, with what interruption."""

    anchors = "infused_at"

    given = Section(_("Infusion"))
    infused_at = DateTime(
        _("Date and time of infusion"), cdash="EXSTDAT", sdtm="EX.EXSTDTC", critical=True,
        help=_(
            "Start of the first bag, on the site's clock. This moment is day 0: every visit after it is planned "
            "from here."
        ),
    )  # fmt: skip
    dose_level = Coded(
        _("Planned dose level"), codelists.DoseLevel, cdash="EXPDOSE", sdtm="SUPPEX.EXPDOSE", critical=True,
        help=_("The level to which the subject was assigned, not the one that the cells came to."),
    )  # fmt: skip
    cells_per_kg = Number(
        _("CAR-T cells given per kg"), unit="10*6/kg", places=2, hard=(0, 20), soft=("0.3", 5), cdash="EXDOSE",
        sdtm="EX.EXDOSE", critical=True,
        help=_(
            "CAR-positive cells per kg of body weight, in 10⁶/kg, from the product record and the weight of the "
            "day."
        ),
    )  # fmt: skip
    cells_total = Number(
        _("CAR-T cells given in total"), unit="10*6", places=1, hard=(0, 5000), soft=(10, 600), cdash="EXDOSTOT",
        sdtm="SUPPEX.EXTOTCEL",
        help=_("CAR-positive cells of all bags together, in 10⁶. Cells without the receptor do not count."),
    )  # fmt: skip
    interrupted = YesNo(
        _("Was the infusion interrupted?"), cdash="EXINTPYN", sdtm="SUPPEX.EXINTPYN",
        help=_("Yes, if the flow stopped for a reaction or a technical fault, even when it was resumed."),
    )  # fmt: skip
    interruption = Memo(
        _("What happened?"), cdash="EXADJ", sdtm="EX.EXADJ", shown_if=When("interrupted", "Y"), required=True,
        limit=1000,
        help=_("Reason, for how long, and how much was given in the end. The reaction itself is an adverse event."),
    )  # fmt: skip

    dose_per_kg = Derived(
        _("Dose by the weight"), dose_given.by_weight, items={"total": "cells_total"},
        elsewhere={"weight": ("vital_signs.weight", "demographics.weight")},
    )  # fmt: skip
    dose_as_planned = Derived(
        _("Dose against the planned level"), dose_given.against_plan,
        items={"per_kg": "cells_per_kg", "level": "dose_level"},
    )  # fmt: skip

    ex01 = Check(
        "EX-01",
        _(
            "The planned dose level differs from the level at enrolment. Please correct it, or record a protocol deviation."
        ),
        lambda form: None if form.dose_level is None else form.dose_level == form.subject.dose_level,
        item="dose_level",
        sees=("dose_level",),
    )
    ex02 = Check(
        "EX-02",
        _("The cells given per kg differ from the planned level by more than 20 %. Please check both values."),
        lambda form: (
            None if form.dose_as_planned.value is None else form.dose_as_planned.value == dose_given.AS_PLANNED
        ),
        item="cells_per_kg",
        sees=("dose_level", "cells_per_kg"),
    )
    ex03 = Check(
        "EX-03",
        _("Total and per-kg cells do not fit the weight at screening. Please check both numbers and the weight."),
        _total_agrees,
        item="cells_total",
        sees=("cells_per_kg", "cells_total"),
        reads=("demographics.weight",),
    )
    ex04 = Check(
        "EX-04",
        _("The infusion is earlier than enrolment. Please correct the date."),
        lambda form: (
            None
            if None in (form.infused_at, form.subject.enrolled_on)
            else form.infused_at.date() >= form.subject.enrolled_on
        ),
        item="infused_at",
        sees=("infused_at",),
        hard=True,
    )
    ex05 = Check(
        "EX-05",
        _("This time lies in the future. Please correct it."),
        lambda form: None if form.infused_at is None else form.infused_at <= form.now,
        item="infused_at",
        sees=("infused_at",),
        hard=True,
    )

    ex06 = Check(
        "EX-06",
        _(
            "No product was released by this day. Please check the release and both dates, or record a protocol deviation."
        ),
        treatment.product_released,
        item="infused_at",
        sees=("infused_at",),
        reads=treatment.PRODUCT_READS,
    )

    def submitted(self, *, by: User, reason: str) -> None:
        """Anchors the schedule at this infusion."""
        if self.infused_at is not None:
            subjects.infuse(self.subject, at=self.infused_at, by=by, reason=reason)
