"""Survival, later therapy and death beside one another and beside the other forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from crf.checks.timing import earliest
from trial import subjects

# Forms of which one dated after the death is wrong, or the death is. Logs and survival ask about it themselves.
DATED = {
    "crs_assessment": "assessed_at",
    "icans_assessment": "assessed_at",
    "vital_signs": "measured_at",
    "haematology": "sampled_at",
    "chemistry": "sampled_at",
    "coagulation": "sampled_at",
    "inflammation": "sampled_at",
    "myeloma_laboratory": "sampled_on",
    "bone_marrow": "sampled_on",
    "extramedullary_lesions": "imaged_on",
    "response_assessment": "assessed_on",
    "cart_persistence": "sampled_on",
}
DEATH_READS = tuple(f"{name}.{item}" for name, item in DATED.items())
TOXIC = {"crs_assessment": "death_due_to_crs", "icans_assessment": "death_due_to_icans"}


def alive_before_death(form: Any) -> bool | None:
    """Nobody was alive at a contact, or known to be, after the day of the death."""
    died_on = form.latest("death", "died_on")
    known = (form.status_on if form.alive == "Y" else None, form.last_known_alive_on)
    days = [day for day in known if day is not None]
    return None if died_on is None or not days else max(days) <= died_on


def death_entered(form: Any) -> bool | None:
    """Not alive any more: the form of the death is there."""
    return None if form.alive != "N" else form.latest("death", "died_on") is not None


def known_by_contact(form: Any) -> bool | None:
    """The day last known to be alive is not after the contact."""
    if None in (form.status_on, form.last_known_alive_on):
        return None
    return bool(form.last_known_alive_on <= form.status_on)


def ended_after_start(form: Any) -> bool | None:
    """A therapy does not end before it starts."""
    return None if None in (form.started_on, form.ended_on) else bool(form.ended_on >= form.started_on)


def therapy_after_infusion(form: Any) -> bool | None:
    """A subsequent therapy starts after the day of the infusion."""
    infused_on = subjects.infused_on(form.subject)
    return None if None in (form.started_on, infused_on) else bool(form.started_on > infused_on)


def therapy_before_death(form: Any) -> bool | None:
    """A therapy neither starts nor ends after the death."""
    died_on = form.latest("death", "died_on")
    days = [day for day in (form.started_on, form.ended_on) if day is not None]
    return None if died_on is None or not days else max(days) <= died_on


def progressed_before(form: Any) -> bool | None:
    """Where a therapy against the myeloma starts, the investigator has seen progression by then."""
    if form.intent != "ANTI_MYELOMA" or form.started_on is None:
        return None
    return any(
        one.investigator_response == "PD" and one.assessed_on <= form.started_on
        for one in form.others("response_assessment")
    )


def death_after_infusion(form: Any) -> bool | None:
    """A subject that was infused did not die before."""
    infused_on = subjects.infused_on(form.subject)
    return None if None in (form.died_on, infused_on) else bool(form.died_on >= infused_on)


def nothing_after_death(form: Any) -> bool | None:
    """No sample, imaging or assessment is dated after the death."""
    if form.died_on is None:
        return None
    return all(day <= form.died_on for day in _days(form))


def _days(form: Any) -> Iterator[date]:
    for name, item in DATED.items():
        for one in form.others(name):
            day = earliest(getattr(one, item))
            if day is not None:
                yield day


def fatal_event_logged(form: Any) -> bool | None:
    """A death of toxicity has its adverse event."""
    if form.cause != "TOXICITY":
        return None
    return any(one.outcome == "FATAL" for one in form.others("adverse_event"))


def toxic_death_agrees(form: Any) -> bool | None:
    """Where an assessment calls a death due to CRS or ICANS, its cause is toxicity."""
    said = any(getattr(one, item) == "Y" for name, item in TOXIC.items() for one in form.others(name))
    return None if form.cause is None or not said else bool(form.cause == "TOXICITY")


def one_date_of_death(form: Any) -> bool | None:
    """Every form of the death gives the same day."""
    others = form.others("death")
    return None if form.died_on is None or not others else all(one.died_on == form.died_on for one in others)
