"""Chemistry, coagulation and inflammation: values that contradict one another or stand in another unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from trial.rules.crs_axes import FEVER_CEL

# Ferritin (ug/L) of HLH after CAR-T by Neelapu SS et al. Nat Rev Clin Oncol 2018;15:47-62; nobody overlooks the syndrome there.
FERRITIN_OF_HLH = 10_000
# A creatinine below this, umol/L, is lower than any adult's; as mg/dL it is a usual one.
CREATININE_LOWEST = 20
# Two analysers of one hospital differ by so much on one sample; mmol/L of calcium.
CALCIUM_DIFFERS = Decimal("0.25")
# Red cells hold potassium, LDH and AST. So much potassium (mmol/L), and so many times the values before, is a broken sample.
POTASSIUM_HIGH, HAEMOLYSIS_LDH, HAEMOLYSIS_AST = 6, 2, Decimal("1.5")
# An INR from here on has a long prothrombin time, one up to there has not; seconds, for any thromboplastin.
INR_LONG, INR_USUAL = Decimal("1.5"), Decimal("1.2")
PT_USUAL, PT_LONG = 14, 20
APTT_LONG = 60  # s
# mg/dL and mg/L differ by ten; within so many days the CRP does not fall and rise so far of itself.
UNIT_FACTOR, NEIGHBOUR_DAYS = 8, 5
# Procalcitonin that high, ug/L, is a septic shock, which raises the CRP (mg/L) as well.
PROCALCITONIN_HIGH, CRP_LOW = 20, 20


def direct_within_total(form: Any) -> bool | None:
    """The direct bilirubin is part of the total."""
    if None in (form.bilirubin, form.direct_bilirubin):
        return None
    return bool(form.direct_bilirubin <= form.bilirubin)


def creatinine_unit(form: Any) -> bool | None:
    """The creatinine is one of an adult, in umol/L."""
    return None if form.creatinine is None else bool(form.creatinine >= CREATININE_LOWEST)


def calcium_of_the_myeloma_laboratory(form: Any) -> bool | None:
    """One day has one calcium, give or take the analyser."""
    if form.calcium is None or form.day is None:
        return None
    same_day = [one for one in form.others("myeloma_laboratory") if one.sampled_on == form.day]
    seen = [one.calcium for one in same_day if one.calcium is not None]
    return all(abs(calcium - form.calcium) <= CALCIUM_DIFFERS for calcium in seen) if seen else None


def not_haemolysed(form: Any) -> bool | None:
    """A high potassium comes alone, not with what else red cells hold."""
    if None in (form.sampled_at, form.potassium, form.ldh, form.ast):
        return None
    before = [one for one in form.others("chemistry") if one.sampled_at < form.sampled_at]
    known = [one for one in before if one.ldh and one.ast]
    if not known:
        return None
    risen = form.ldh >= HAEMOLYSIS_LDH * known[-1].ldh and form.ast >= HAEMOLYSIS_AST * known[-1].ast
    return bool(form.potassium < POTASSIUM_HIGH or not risen)


def inr_of_the_time(form: Any) -> bool | None:
    """INR and prothrombin time are one measurement, told twice."""
    if None in (form.inr, form.pt):
        return None
    short = form.inr >= INR_LONG and form.pt < PT_USUAL
    long = form.inr <= INR_USUAL and form.pt > PT_LONG
    return not (short or long)


def anticoagulants_answered(form: Any) -> bool | None:
    """Who has a long clotting time was asked for anticoagulants."""
    long = (form.inr is not None and form.inr >= INR_LONG) or (form.aptt is not None and form.aptt >= APTT_LONG)
    return form.anticoagulated in ("Y", "N") if long else None


def crp_among_neighbours(form: Any) -> bool | None:
    """A CRP is not a small part of both the value before and the value after."""
    if not form.crp or form.sampled_at is None:
        return None
    others = [one for one in form.others("inflammation") if one.crp]
    near = [one for one in others if abs((one.sampled_at - form.sampled_at).days) <= NEIGHBOUR_DAYS]
    before = [one.crp for one in near if one.sampled_at < form.sampled_at]
    after = [one.crp for one in near if one.sampled_at > form.sampled_at]
    if not before or not after:
        return None
    return bool(form.crp * UNIT_FACTOR > min(before[-1], after[0]))


def procalcitonin_unit(form: Any) -> bool | None:
    """A very high procalcitonin comes with a high CRP."""
    if None in (form.crp, form.procalcitonin):
        return None
    return bool(form.procalcitonin < PROCALCITONIN_HIGH or form.crp >= CRP_LOW)


def syndrome_looked_for(form: Any) -> bool | None:
    """After the infusion, a ferritin as in HLH comes with an answer whether IEC-HS was looked for."""
    if form.ferritin is None or form.study_day is None or form.study_day <= 0 or form.ferritin <= FERRITIN_OF_HLH:
        return None
    return form.iec_hs_looked_for is not None


def fever_was_measured(form: Any) -> bool | None:
    """No fever is said only of a day without one."""
    if form.fever != "N" or form.day is None:
        return None
    those = [one for one in form.others("vital_signs") if one.measured_at is not None and one.temperature is not None]
    highest = [one.temperature for one in those if one.measured_at.date() == form.day]
    return max(highest) < FEVER_CEL if highest else None
