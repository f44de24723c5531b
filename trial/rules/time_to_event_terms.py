"""Sentences, options and inputs of the rules of time: progression-free and overall survival, response, next treatment."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

VERSION = "time_to_event_1"
FDA = "FDA guidance, clinical trial endpoints for cancer drugs and biologics (2018), appendix on progression-free survival"
IMWG = "IMWG consensus on endpoints (Rajkumar SV et al. Blood 2011;117:4691-5)"
CONVENTION = "Convention of this study; the guidance leaves it open"

NOT_INFUSED = "Not infused: the endpoint does not apply."
NO_RESPONSE = "No response: the endpoint does not apply."
NO_BASELINE = "There is no baseline to compare with: censored at the start."
DIED_WITHOUT_BASELINE = "Death; there is no baseline, and none is needed."
NO_ASSESSMENT = "No adequate assessment after the start, and no early death: censored at the start."
NEW_THERAPY = (
    "New anti-myeloma therapy on {therapy} before progression or death: censored at the last adequate assessment."
)
NEW_THERAPY_AT_START = "New anti-myeloma therapy on {therapy} before any adequate assessment: censored at the start."
GAP = "Progression or death on {event} after {missed} missed scheduled assessments: censored at the last adequate one before."
GAP_AT_START = (
    "Progression or death on {event} after {missed} missed scheduled assessments, none before: censored at the start."
)
PROGRESSED = "Progression, at its first evidence."
DIED = "Death without progression."
DIED_EARLY = "Death before the second scheduled assessment."
DEATH_CENSORED = "Death without progression is no event here: censored at the last adequate assessment."
FOLLOWED = "Neither progression nor death: censored at the last adequate assessment."
DEATH = "Death of any cause."
ALIVE = "Alive: censored when last known to be alive."
NEVER_SEEN_ALIVE = "Nothing is recorded after the start: censored at the start."
TREATED = "New anti-myeloma therapy started."
DIED_UNTREATED = "Death before any new therapy."
DIED_UNTREATED_CENSORED = "Death before any new therapy is no event here: censored at death."
UNTREATED = "No new therapy: censored when last known to be alive."

CLAUSES: tuple[str, ...] = (
    NOT_INFUSED, NO_RESPONSE, NO_BASELINE, DIED_WITHOUT_BASELINE, NO_ASSESSMENT, NEW_THERAPY, NEW_THERAPY_AT_START, GAP,
    GAP_AT_START, PROGRESSED, DIED, DIED_EARLY, DEATH_CENSORED, FOLLOWED, DEATH, ALIVE, NEVER_SEEN_ALIVE, TREATED,
    DIED_UNTREATED, DIED_UNTREATED_CENSORED, UNTREATED,
)  # fmt: skip
BASES: tuple[str, ...] = (FDA, IMWG, CONVENTION)

FLAGS: dict[str, str] = {
    "BEFORE_INFUSION": "A progression, therapy or death dated before the infusion was left out.",
    "ALIVE_AFTER_DEATH": "The subject is recorded as alive or assessed after the day of death; the death stands.",
    "SEEN_AFTER_STATUS": "An assessment is later than the last survival status; it shows that the subject was alive.",
    "PROGRESSION_NOT_COUNTED": "There is a later progression or death that this censoring leaves out.",
    "BEFORE_RESPONSE": "The censoring would lie before the response; it was moved to the day of the response.",
}


class Assessed(NamedTuple):
    """One assessment of response. adequate = every component measurable at baseline was read.

    `scheduled` is for the reader: an unscheduled adequate assessment ends a run of missed ones as well.
    """

    on: date
    value: str | None
    adequate: bool
    scheduled: bool = True
    form: str = "response_assessment"


class Due(NamedTuple):
    """One scheduled assessment: days from the infusion = day 0, and the window around it in days."""

    day: int
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class TimeOptions:
    """What definitions of these endpoints differ in; the defaults are the study's."""

    # True: new therapy before progression or death censors (FDA). False: it is ignored (sensitivity; EMA).
    new_therapy_censors: bool = True
    # This many scheduled assessments missed in a row before progression or death censor before the gap. None: never.
    missed_censor: int | None = 2
    # True: a death without a baseline is an event. False: censored at the start like everything without a baseline.
    death_without_baseline_is_event: bool = True
    # True: death ends the duration of response as an event. False: censored at the last adequate assessment.
    dor_death_is_event: bool = True
    # True: death before any new therapy is an event of the time to next treatment (Rajkumar 2011). False: censored.
    ttnt_death_is_event: bool = True

    def __post_init__(self) -> None:
        if self.missed_censor is not None and self.missed_censor < 1:
            raise ValueError("missed_censor is 1 or more, or None")


RECOMMENDED = TimeOptions()
