"""Neurotoxicity (ICANS) by ASTCT 2019: the grade of one assessment, and the course of a subject."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trial.rules.icans_domains import (
    DOMAIN_CLAUSES,
    RECOMMENDED,
    IcansOptions,
    consciousness,
    pressure,
    seizure,
    weakness,
)
from trial.rules.icans_episodes import IcansCourse, IcansEpisode, episode, in_time, spans
from trial.rules.icans_ice import CONVENTION, FULL, ICE_CLAUSES, ICE_TABLE, POINTS, TABLE, VERSION, ice, ice_total
from trial.rules.verdict import Verdict, concluded, decimal, joined, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "IcansCourse", "IcansEpisode", "IcansOptions", "course", "icans_astct_2019"]

DEATH = "Death due to ICANS."
CLEAR = "Nothing of ICANS in any of the five domains."
CANNOT = "Cannot be judged: what is recorded is clear, but not all of it is recorded."

CLAUSES: tuple[str, ...] = (DEATH, CLEAR, CANNOT, *ICE_CLAUSES, *DOMAIN_CLAUSES)
BASES: tuple[str, ...] = (ICE_TABLE, TABLE, CONVENTION)

# What each flag asks of the reader; fixed sentences, to be translated like clauses.
FLAGS: dict[str, str] = {
    "LOWER_BOUND": "Something is not recorded; the grade may be higher.",
    "ICE_MISSING": "ICE has no total.",
    "ICE_SEDATED": "ICE could not be assessed under sedation.",
    "ICE_STATUS_CONFLICT": "Points are recorded although ICE is said not to have been done; the status decides.",
    "ICE_AT_BASELINE": "The ICE score is not counted because it is not below the subject's own baseline.",
    "ICE_NOT_AT_BASELINE": "The ICE score is below the subject's baseline for another cause; this shows no recovery.",
    "ICE_CAUSE_UNKNOWN": "It is unknown whether the ICE score is due to ICANS; it is counted.",
    "CONSCIOUSNESS_MISSING": "The level of consciousness is not recorded.",
    "CONSCIOUSNESS_SEDATED": "Consciousness under sedation is not counted, by convention.",
    "CONSCIOUSNESS_CAUSE_UNKNOWN": "It is unknown whether the level of consciousness is due to ICANS; it is counted.",
    "SEIZURE_MISSING": "It is not recorded whether there was a seizure.",
    "SEIZURE_CAUSE_UNKNOWN": "It is unknown whether the seizure is due to ICANS; it is counted.",
    "WEAKNESS_MISSING": "It is not recorded whether there was focal motor weakness.",
    "WEAKNESS_CAUSE_UNKNOWN": "It is unknown whether the motor weakness is due to ICANS; it is counted.",
    "PRESSURE_MISSING": "Oedema or the signs of raised intracranial pressure are not recorded.",
    "PRESSURE_CAUSE_UNKNOWN": "It is unknown whether oedema or raised pressure is due to ICANS; it is counted.",
    "OEDEMA_NOT_IMAGED": "Nothing is entered under oedema; it is taken as none, by convention.",
    "ICANS_DEATH_CAUSE_UNKNOWN": "It is unknown whether the death is due to ICANS; it is not graded as such.",
    "ICANS_ONSET_LATE": "The onset is more than 28 days after the infusion.",
    "ONSET_BEFORE_INFUSION": "The onset is before the infusion.",
}

ITEMS = (
    *POINTS, "ice_status", "baseline_ice", "ice_due", "consciousness", "consciousness_due", "seizure", "seizure_due",
    "motor_weakness", "motor_due", "oedema", "raised_icp_sign", "icp_due", "death_due_to_icans",
)  # fmt: skip


def icans_astct_2019(
    *,
    orientation_year: str | int | None,
    orientation_month: str | int | None,
    orientation_city: str | int | None,
    orientation_hospital: str | int | None,
    naming: Decimal | int | str | None,
    command: Decimal | int | str | None,
    writing: Decimal | int | str | None,
    attention: Decimal | int | str | None,
    ice_status: str | None,
    baseline_ice: Decimal | int | None,
    ice_due: str | None,
    consciousness: str | None,
    consciousness_due: str | None,
    seizure: str | None,
    seizure_due: str | None,
    motor_weakness: str | None,
    motor_due: str | None,
    oedema: str | None,
    raised_icp_sign: str | None,
    icp_due: str | None,
    death_due_to_icans: str | None,
    history: Iterable[Any] = (),
    options: IcansOptions = RECOMMENDED,
) -> Verdict:
    """Grade one assessment, 0 to 5; None = cannot be judged. Findings: ICE, consciousness, seizure, weakness, pressure.

    `*_due`: N = another cause, the domain does not count; blank or U counts. `history` = earlier assessments of the
    same infusion, oldest first, read for one thing only: the baseline ICE, where this assessment does not repeat it.
    Source: Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638, tables 5 and 6.
    """
    items: dict[str, Any] = {
        "orientation_year": orientation_year,
        "orientation_month": orientation_month,
        "orientation_city": orientation_city,
        "orientation_hospital": orientation_hospital,
        "naming": naming,
        "command": command,
        "writing": writing,
        "attention": attention,
        "ice_status": ice_status,
        "baseline_ice": baseline_ice,
        "ice_due": ice_due,
        "consciousness": consciousness,
        "consciousness_due": consciousness_due,
        "seizure": seizure,
        "seizure_due": seizure_due,
        "motor_weakness": motor_weakness,
        "motor_due": motor_due,
        "oedema": oedema,
        "raised_icp_sign": raised_icp_sign,
        "icp_due": icp_due,
        "death_due_to_icans": death_due_to_icans,
    }
    if not known(baseline_ice):
        recorded = [one.baseline_ice for one in history if known(one.baseline_ice)]
        items["baseline_ice"] = recorded[-1] if recorded else None
    return _judge(items, options)


def course(
    assessments: Iterable[Any], *, infused_at: datetime | date | None = None, options: IcansOptions = RECOMMENDED
) -> IcansCourse:
    """Judge all assessments of one subject after one infusion, in any order; verdicts in the order given.

    Each has the item names as attributes. Days are those of the time zone that `assessed_at` carries. The last day
    counts as over. `infused_at` only dates the onset; None = `onset_day` is None.
    """
    given = list(assessments)
    order = in_time(given)
    rows = [given[index] for index in order]
    verdicts, baseline = [], None
    for row in rows:
        items = {name: getattr(row, name) for name in ITEMS}
        baseline = items["baseline_ice"] if known(items["baseline_ice"]) else baseline
        verdicts.append(_judge({**items, "baseline_ice": baseline}, options))
    episodes = (
        episode(span, order=order, rows=rows, verdicts=verdicts, infused_at=infused_at)
        for span in spans(rows, verdicts, options=options)
    )
    placed = dict(zip(order, verdicts, strict=True))
    return IcansCourse(verdicts=tuple(placed[index] for index in range(len(given))), episodes=tuple(episodes))


def _judge(items: Mapping[str, Any], options: IcansOptions) -> Verdict:
    """The ladder: death, then the worst domain, then what is missing."""
    now = {name: value if known(value) else None for name, value in items.items()}
    total = ice_total(now, now["ice_status"])
    sedated = now["ice_status"] == "SEDATED"
    because = (
        ice(total, baseline=now["baseline_ice"], due=now["ice_due"]),
        consciousness(now["consciousness"], now["consciousness_due"], sedated=sedated, options=options),
        seizure(now["seizure"], now["seizure_due"]),
        weakness(now["motor_weakness"], now["motor_due"]),
        pressure(now["oedema"], now["raised_icp_sign"], now["icp_due"], options=options),
    )
    if now["death_due_to_icans"] == "Y":
        return _verdict(5, DEATH, because)
    unknown = ("ICANS_DEATH_CAUSE_UNKNOWN",) if now["death_due_to_icans"] == "U" else ()
    return _by_domains(because, joined(unknown, _below_baseline(total, now["baseline_ice"], now["ice_due"])))


def _by_domains(because: tuple[Verdict, ...], flags: tuple[str, ...]) -> Verdict:
    """The worst domain decides, the first of the table where several are equal."""
    worst = max((part.value for part in because if isinstance(part.value, int)), default=0)
    if worst:
        decides = next(part for part in because if part.value == worst)
        bound = ("LOWER_BOUND",) if _could_be(because) > worst else ()
        return _verdict(worst, decides.clause, because, joined(flags, bound), basis=decides.basis, shown=decides.shown)
    if any(part.value is None for part in because):
        return _verdict(None, CANNOT, because, flags)
    return _verdict(0, CLEAR, because, flags)


def _could_be(because: Sequence[Verdict]) -> int:
    """The highest grade that what is not recorded could still give; 0 = all is recorded."""
    score, *others = because
    if any(part.value is None or "PRESSURE_MISSING" in part.flags for part in others):
        return 4
    # ICE alone is missing: whoever can be aroused, or is sedated, is at most 3 by ICE.
    return 3 if score.value is None else 0


def _below_baseline(total: Verdict, baseline: Any, due: str | None) -> tuple[str, ...]:
    """Flags an ICE score that is not counted for its cause, unless it is as good as the subject's own."""
    own = decimal(baseline)
    own = Decimal(FULL) if own is None else own
    recovered = isinstance(total.value, int) and total.value >= own
    return ("ICE_NOT_AT_BASELINE",) if due == "N" and not recovered else ()


def _verdict(
    value: int | None, clause: str, because: tuple[Verdict, ...], flags: tuple[str, ...] = (), **how: Any
) -> Verdict:
    """The verdict on the assessment, by the table unless `how` names another basis."""
    return concluded(value, clause, because, flags, version=VERSION, **{"basis": TABLE, **how})
