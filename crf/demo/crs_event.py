"""The adverse event that logs the episode of CRS of a demonstration subject: its days, its grades, and whether it was serious."""

from crf.demo.assessments import on
from crf.demo.flowsheets import sheet
from crf.demo.reaction import worst_day
from crf.demo.rows import Row

_SERIOUS = 3  # from this grade on the stay in hospital was prolonged
_LIFE_THREATENING = 4
_KNOWN_AT, _REPORTED_AT = "14:30", "17:10"  # the site's clock, on the first day of the worst grade


def event(row: Row) -> tuple[int, int, dict[str, object]] | None:
    """Study day of the onset, last day, and the items beyond those that every event has; None where there was no CRS."""
    onset, days = row.crs_onset_day, row.crs_duration_days
    if onset is None or days is None:
        return None
    data: dict[str, object] = {
        "episode": "CRS",
        "episode_number": "1",
        "grade_changes": _over_time(row, onset),
        "treated": "Y" if row.tocilizumab or row.steroid else "N",
    }
    return onset, onset + days - 1, data | _seriousness(row)


def _over_time(row: Row, onset: int) -> list[dict[str, str]]:
    """One row a change of grade, as the investigator saw the days; never above what the whole episode was graded."""
    found: list[dict[str, str]] = []
    for day, assessments in sorted(sheet(row.subject_id, onset_day=onset).items()):
        grade = str(min(max(int(one.grade) for one in assessments), row.crs_max_grade))
        if grade != "0" and (not found or found[-1]["grade"] != grade):
            found.append({"changed_on": on(row, day).isoformat(), "grade": grade})
    return found if len(found) > 1 else []


def _seriousness(row: Row) -> dict[str, object]:
    if row.crs_max_grade < _SERIOUS:
        return {"serious": "N"}
    known = on(row, worst_day(row)).isoformat()
    met = {"hospitalisation"} | ({"life_threatening"} if row.crs_max_grade >= _LIFE_THREATENING else set())
    criteria = ("death", "life_threatening", "hospitalisation", "disability", "congenital", "medically_important")
    return {
        "serious": "Y",
        **{name: "Y" if name in met else "N" for name in criteria},
        "aware_at": f"{known} {_KNOWN_AT}",
        "reported_at": f"{known} {_REPORTED_AT}",
    }
