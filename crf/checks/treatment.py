"""Treatment before the infusion: earlier lines, the product, bridging and lymphodepletion, beside one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from crf.checks.timing import earliest, infusion_day, span
from trial import protocol

LINE_READS = ("prior_therapy.line", "prior_therapy.started_on")
INFUSION_READS = ("car_t_infusion.infused_at",)
PRODUCT_READS = ("leukapheresis.release", "leukapheresis.released_on")
APHERESIS_READS = ("leukapheresis.collected_on",)


def line_once(form: Any) -> bool | None:
    """No other entry has the number of this line."""
    return None if form.line is None else form.line not in {one.line for one in form.others("prior_therapy")}


def lines_in_time(form: Any) -> bool | None:
    """A line starts neither before the lines of lower numbers nor after those of higher ones, as far as is known."""
    mine = span(form.started_on)
    others = [(one.line, span(one.started_on)) for one in form.others("prior_therapy") if one.line is not None]
    known = [(line, start) for line, start in others if start is not None]
    if form.line is None or mine is None or not known:
        return None
    return all(
        start[0] <= mine[1] if line < form.line else mine[0] <= start[1] for line, start in known if line != form.line
    )


def before_consent(form: Any) -> bool | None:
    """An earlier line starts before the consent to this trial."""
    day, consent = earliest(form.started_on), form.latest("informed_consent", "consent_date")
    return None if day is None or consent is None else bool(day <= consent)


def antibody_is_directed(form: Any) -> bool | None:
    """An antibody against CD38 is a therapy directed against CD38."""
    return None if form.anti_cd38 != "Y" or form.cd38_directed is None else bool(form.cd38_directed == "Y")


def transplant_in_words(form: Any) -> bool | None:
    """A regimen that speaks of a transplant has its kind answered."""
    words = (form.regimen or "").casefold()
    if form.transplant is None or not any(word in words for word in ("transplant", "asct", "移植")):
        return None
    return bool(form.transplant != "NONE")


def lines_counted(form: Any) -> bool | None:
    """The history counts as many lines as the log holds."""
    lines = {one.line for one in form.others("prior_therapy")} - {None}
    return None if form.prior_lines is None or not lines else bool(form.prior_lines == len(lines))


def antibody_in_the_log(form: Any) -> bool | None:
    """The history says yes to an antibody against CD38 where a line of the log had one, and no where none had."""
    answers = [one.anti_cd38 for one in form.others("prior_therapy")]
    if form.prior_anti_cd38 not in ("Y", "N") or not answers:
        return None
    if "Y" in answers:
        return bool(form.prior_anti_cd38 == "Y")
    return form.prior_anti_cd38 == "N" if set(answers) == {"N"} else None


def released_is_sterile(form: Any) -> bool | None:
    """No product is released that failed its test for sterility."""
    return None if form.release != "RELEASED" or form.sterility is None else bool(form.sterility != "FAIL")


def sterility_known(form: Any) -> bool | None:
    """The test for sterility is finished when the product is released."""
    return None if form.release != "RELEASED" or form.sterility is None else bool(form.sterility != "PENDING")


def collected_before_infusion(form: Any) -> bool | None:
    """Cells are collected before they are given."""
    infused_on = infusion_day(form)
    return None if None in (form.collected_on, infused_on) else bool(form.collected_on < infused_on)


def product_released(form: Any) -> bool | None:
    """A product was released by the day of the infusion."""
    products = form.others("leukapheresis")
    if form.day is None or not products:
        return None
    return any(one.release == "RELEASED" and (one.released_on or form.day) <= form.day for one in products)


def bridged_before_infusion(form: Any) -> bool | None:
    """Bridging is over when the cells are given."""
    infused_on, days = infusion_day(form), [day for day in (form.started_on, form.ended_on) if day is not None]
    return None if infused_on is None or not days else max(days) < infused_on


def bridged_after_collection(form: Any) -> bool | None:
    """Bridging starts once the cells are collected."""
    collected = [one.collected_on for one in form.others("leukapheresis")]
    return None if form.started_on is None or not collected else bool(form.started_on >= min(collected))


def dose_has_unit(form: Any) -> bool | None:
    """A dose is a number with its unit."""
    return None if (form.dose, form.dose_unit) == (None, None) else None not in (form.dose, form.dose_unit)


def _given(form: Any) -> Iterator[date]:
    return (line.given_on for line in form.doses if line.given_on is not None)


def depleted_before_infusion(form: Any) -> bool | None:
    """Every dose is given on the days before the infusion that the protocol names."""
    infused_on, days = infusion_day(form), list(_given(form))
    if infused_on is None or not days:
        return None
    first, last = protocol.LYMPHODEPLETION_DAYS
    return all(first <= (day - infused_on).days <= last for day in days)


def depletion_starts(form: Any) -> bool | None:
    """The first day is that of the first dose."""
    days = list(_given(form))
    return None if form.started_on is None or not days else bool(form.started_on == min(days))


def depletion_dose_in_range(form: Any) -> bool | None:
    """A daily dose is that of the protocol; one that was reduced may be lower."""
    judged = [line for line in form.doses if line.dose is not None and line.drug in protocol.LYMPHODEPLETION_DOSES]
    if not judged:
        return None
    spans = [(line, *protocol.LYMPHODEPLETION_DOSES[line.drug]) for line in judged]
    return all(line.dose <= high and (line.reduced == "Y" or line.dose >= low) for line, low, high in spans)


def both_drugs(form: Any) -> bool | None:
    """Fludarabine and cyclophosphamide are given together."""
    drugs = {line.drug for line in form.doses} - {None}
    return set(protocol.LYMPHODEPLETION_DOSES) <= drugs if drugs else None


def dose_once_a_day(form: Any) -> bool | None:
    """A drug stands once a day."""
    seen = Counter((line.drug, line.given_on) for line in form.doses if line.drug is not None and line.given_on)
    return max(seen.values()) == 1 if seen else None


def doses_listed(form: Any) -> bool | None:
    """A lymphodepletion has doses."""
    return None if form.started_on is None else bool(form.doses)
