"""Times to events at one form: outcome by the time's own clause, with the day and the length under it."""

from datetime import date

import pytest

from tests.rules.test_myeloma import alive, died, followed, therapy
from trial.rules import time_to_event_on
from trial.rules.time_to_event_on import result
from trial.rules.time_to_event_terms import ALIVE, DEATH, DIED, NO_RESPONSE, NOT_INFUSED, TREATED
from trial.rules.timed import Timed


def test_a_death_ends_survival_and_progression_free_survival_that_day() -> None:
    whole = followed(death=[died(70)])
    os, pfs = result("os")(whole), result("pfs")(whole)
    assert (os.value, os.clause) == ("EVENT", DEATH)
    assert (pfs.value, pfs.clause) == ("EVENT", DIED)
    # Infusion on 1 March 2031; 70 days / 30.4375 = 2.2998.
    assert os.because[0].sentence == "From 2031-03-01 to 2031-05-10: 70 days, 2.3 months."


@pytest.mark.parametrize(("day", "length"), [(69, "69 days, 2.3 months"), (90, "90 days, 3.0 months")])
def test_who_lives_is_censored_when_last_known_alive(day: int, length: str) -> None:
    verdict = result("os")(followed(survival_status=[alive(day)]))
    assert (verdict.value, verdict.clause) == ("CENSORED", ALIVE)
    assert length in verdict.because[0].sentence


def test_a_therapy_against_the_myeloma_is_the_next_treatment_and_a_supportive_one_is_not() -> None:
    status = [alive(90)]
    assert result("ttnt")(followed(subsequent_therapy=[therapy(80)], survival_status=status)).clause == TREATED
    assert result("ttnt")(followed(subsequent_therapy=[therapy(80, "SUPPORTIVE")], survival_status=status)).value == (
        "CENSORED"
    )


def test_before_the_infusion_no_time_is_counted() -> None:
    verdict = result("pfs")(None)
    assert (verdict.value, verdict.clause, verdict.because) == (None, time_to_event_on.NOT_INFUSED, ())


@pytest.mark.parametrize("clause", [NO_RESPONSE, NOT_INFUSED])
def test_a_time_that_does_not_apply_has_no_value_and_no_length(clause: str) -> None:
    none = Timed(None, None, date(2031, 3, 1), clause, "", time_to_event_on.VERSION)
    verdict = time_to_event_on.as_verdict(none)
    assert (verdict.value, verdict.because) == (None, ())
