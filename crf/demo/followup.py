"""What became of the demonstration subjects: survival status, death, and treatment after progression. Invented."""

from crf.demo.assessments import last_assessed, last_contact, on, seen, unscheduled
from crf.demo.rows import Row
from crf.demo.typed import Typed

_EVERY_DAYS = 150  # between calls after progression, at least
# Treatment after progression: start, end (None = not stopped, or not known), drug as the site wrote it.
_THERAPY = {
    "RECON-08": ((114, 176, "Pomalidomide, dexamethasone"),),
    "RECON-13": ((161, 243, "Bortezomib, cyclophosphamide, dexamethasone"), (251, None, "Bendamustine")),
    "RECON-17": ((58, 214, "Ixazomib, lenalidomide, dexamethasone"), (221, None, "Daratumumab, dexamethasone")),
    "RECON-19": ((262, None, "Daratumumab, lenalidomide, dexamethasone"),),
    "RECON-21": ((441, None, "Carfilzomib, dexamethasone"),),
}
_CAUSE = "MYELOMA"  # of every death of the reconstruction
_SUPPORT = {"RECON-02": (32, 60, "Morphine, palliative care")}


def extra_days(row: Row) -> tuple[int, ...]:
    """Study days of follow-up after the last assessment of response: a call now and then, and the last contact."""
    from_day, to_day = seen(row)[-1].day, last_contact(row)
    if to_day <= from_day:
        return ()
    between = tuple(range(from_day + _EVERY_DAYS, to_day - _EVERY_DAYS // 2, _EVERY_DAYS))
    return (*between, to_day)


def forms(row: Row) -> list[Typed]:
    """Survival status at the last assessment and at every later contact; death and subsequent therapy where they were."""
    codes = unscheduled(row, more=extra_days(row))
    codes |= {one.day: one.visit for one in seen(row) if one.scheduled}
    last = last_contact(row)
    found = [_status(row, codes[day], day, alive=True) for day in _contacts(row) if day < last or not row.os_event]
    if row.os_event:
        # The death first: a status that says so asks for it.
        found += [_death(row, codes[last], last), _status(row, codes[last], last, alive=False)]
    return [*found, *_therapies(row)]


def _contacts(row: Row) -> list[int]:
    return sorted({last_assessed(row), seen(row)[-1].day, *extra_days(row)})


def _status(row: Row, visit: str, day: int, *, alive: bool) -> Typed:
    data: dict[str, object] = {"status_on": on(row, day).isoformat(), "alive": "Y" if alive else "N"}
    if alive:
        data["last_known_alive_on"] = on(row, day).isoformat()
    return Typed("survival_status", visit, on(row, day), data, "coordinator")


def _death(row: Row, visit: str, day: int) -> Typed:
    data: dict[str, object] = {"died_on": on(row, day).isoformat(), "cause": _CAUSE}
    return Typed("death", visit, on(row, day), data, "investigator")


def _therapies(row: Row) -> list[Typed]:
    lines = [(*line, "ANTI_MYELOMA") for line in _THERAPY.get(row.subject_id, ())]
    if row.subject_id in _SUPPORT:
        lines.append((*_SUPPORT[row.subject_id], "SUPPORTIVE"))
    found = []
    for occurrence, (start, end, drug, intent) in enumerate(sorted(lines), start=1):
        data: dict[str, object] = {"started_on": on(row, start).isoformat(), "drug": drug, "intent": intent}
        if end is not None:
            data["ended_on"] = on(row, end).isoformat()
        day = on(row, start if end is None else end)  # written when it was complete
        found.append(Typed("subsequent_therapy", "", day, data, "coordinator", occurrence))
    return found
