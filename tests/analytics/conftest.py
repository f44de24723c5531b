"""Eight invented subjects as frames of a data cut, small enough to be counted by hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.conf import settings
from django.test import Client, override_settings

from analytics.frames import shapes
from analytics.render import Stamp
from tests import database
from tests.analytics.by_hand import made
from tests.analytics.safety_frames import safety
from trial.models import User

FILES = "django.core.files.storage.FileSystemStorage"

# Site clock: eight hours ahead of UTC, so that an assessment at 07:00 is of the day before in UTC.
INFUSED_AT = datetime(2025, 11, 3, 1, 0, tzinfo=UTC)  # 09:00 at the site
SEVEN_LOCAL = datetime(2025, 11, 2, 23, 0, tzinfo=UTC)

SUBJECTS = [  # subject, dose level, status, enrolled, infused
    ("01-001", "1.0", "INFUSED", True, True),
    ("01-002", "1.0", "INFUSED", True, True),
    ("01-003", "2.0", "INFUSED", True, True),
    ("02-001", "2.0", "INFUSED", True, True),
    ("02-002", "2.0", "INFUSED", True, True),
    ("02-003", "2.0", "WITHDRAWN", True, False),
    ("02-004", None, "SCREEN_FAILED", False, False),
    ("02-005", "1.0", "INFUSED", True, True),
]
CLEAR = {
    "temperature": 36.8, "temperature_route": "AXILLARY", "fever_due_to_crs": None, "fever_possible_masked": "N",
    "antipyretic": "N", "anticytokine": "N", "anticytokine_drug": None, "steroid": "N", "steroid_drug": None,
    "hypotension": "N", "hypotension_due_to_crs": None, "oxygen": "NONE", "oxygen_flow": None, "fio2": None,
    "oxygen_at_baseline": "N", "hypoxia_due_to_crs": None, "ventilation_reason": None, "death_due_to_crs": None,
    "investigator_grade": "0", "comment": None,
}  # fmt: skip
FEVER = {"temperature": 38.5, "fever_due_to_crs": "Y"}
CANNULA = {"oxygen": "NASAL_CANNULA", "oxygen_flow": 2.0, "hypoxia_due_to_crs": "Y"}
ASSESSMENTS = {  # subject -> study day -> what differs from a clear day
    # Fever before the infusion, and a vasopressor for a bleed: neither is of CRS. Grade 0.
    "01-001": {-1: FEVER, 1: {}, 2: {"hypotension": "Y", "hypotension_due_to_crs": "N"}, 3: {}},
    # Grade 1 on days 2 to 4, then clear: 3 days.
    "01-002": {1: {}, 2: FEVER, 3: FEVER, 4: FEVER, 5: {}, 6: {}},
    # Grade 1, 3, 2 on days 1 to 3, tocilizumab and dexamethasone on day 2: 3 days.
    "01-003": {
        1: FEVER,
        2: FEVER | {"hypotension": "Y", "hypotension_due_to_crs": "Y", "anticytokine": "Y", "steroid": "Y",
                    "anticytokine_drug": "TOCILIZUMAB", "steroid_drug": "DEXAMETHASONE"},
        3: FEVER | CANNULA,
        4: {}, 5: {},
    },
    # Grade 1 on days 3 and 4, and no assessment after: ongoing.
    "02-001": {1: {}, 2: {}, 3: FEVER, 4: FEVER},
    # Two episodes: grade 1 on day 1, grade 2 on day 4 with siltuximab.
    "02-002": {1: FEVER, 2: {}, 3: {}, 4: FEVER | CANNULA | {"anticytokine": "Y", "anticytokine_drug": "SILTUXIMAB"},
               5: {}, 6: {}},
}  # fmt: skip
PRESSORS = [("01-001", 2, "NOREPINEPHRINE"), ("01-003", 2, "NOREPINEPHRINE")]


def at(day: int) -> datetime:
    """07:00 at the site on a study day."""
    return SEVEN_LOCAL + timedelta(days=day)


def subject_frame() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "subject": code, "site": code[:2], "site_name": {"01": "Wuhan", "02": "Hefei"}[code[:2]],
                "timezone": "Asia/Shanghai", "dose_level": dose, "status": status, "screened_on": date(2025, 10, 20),
                "enrolled_on": date(2025, 10, 27) if enrolled else None,
                "withdrawn_on": date(2025, 10, 31) if status == "WITHDRAWN" else None,
                "infused_at": INFUSED_AT if infused else pd.NaT,
            }
            for code, dose, status, enrolled, infused in SUBJECTS
        ]
    ).assign(infused_at=lambda frame: pd.to_datetime(frame["infused_at"], utc=True))  # fmt: skip


def assessment_frame() -> pd.DataFrame:
    rows = [
        {
            "subject": code, "site": code[:2], "visit": f"d{day}" if day > 0 else "screening", "occurrence": 1,
            "study_day": day, "assessed_at": at(day), **CLEAR, **changed,
        }
        for code, days in ASSESSMENTS.items()
        for day, changed in days.items()
    ]  # fmt: skip
    # A form that was marked as not done holds no items.
    rows.append({"subject": "01-002", "site": "01", "visit": "d7", "occurrence": 1, "study_day": None})
    codes = dict.fromkeys(set(CLEAR) - {"temperature", "oxygen_flow", "fio2"}, "string")
    numbers = dict.fromkeys(("temperature", "oxygen_flow", "fio2"), "float64")
    return (
        pd.DataFrame(rows)
        .assign(assessed_at=lambda frame: pd.to_datetime(frame["assessed_at"], utc=True))
        .astype(codes | numbers | {"study_day": "Int64"})
    )


def pressor_frame() -> pd.DataFrame:
    rows = [
        {
            "subject": code, "visit": f"d{day}", "occurrence": 1, "row": 1, "drug": drug, "dose": 8.0,
            "dose_unit": "ug/min", "started_at": at(day) - timedelta(hours=6), "stopped_at": at(day), "hours": 6.0,
        }
        for code, day, drug in PRESSORS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def infusion_frame() -> pd.DataFrame:
    infused = [(code, dose) for code, dose, _status, _enrolled, infused in SUBJECTS if infused]
    return pd.DataFrame(
        {
            "subject": [code for code, _ in infused],
            "site": [code[:2] for code, _ in infused],
            "visit": "d0",
            "occurrence": 1,
            "infused_at": pd.to_datetime([INFUSED_AT] * len(infused), utc=True),
            "dose_level": [dose for _, dose in infused],
            "cells_per_kg": [float(dose) for _, dose in infused],
            "cells_total": None,
            "interrupted": None,
        }
    )


def demographics_frame() -> pd.DataFrame:
    person = {"visit": "screening", "birth_year": 1960, "sex": "F", "ethnicity": "HAN", "height": 160, "weight": 60}
    return made("demographics", ({"subject": line[0], **person} for line in SUBJECTS))


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    """The frames of a small cut; every subject is described where it is made."""
    unfilled = {shape.name: shape.frame({column.name: [] for column in shape.columns}) for shape in shapes()}
    return unfilled | {
        "subject": subject_frame(),
        "demographics": demographics_frame(),
        "car_t_infusion": infusion_frame(),
        "crs_assessment": assessment_frame(),
        "crs_assessment.vasopressors": pressor_frame(),
        **safety(at, [line[0] for line in SUBJECTS if line[4]]),
    }


@pytest.fixture
def empty_frames(frames) -> dict[str, pd.DataFrame]:
    """The same frames before the first subject: columns and types, no rows."""
    return {name: frame.iloc[:0] for name, frame in frames.items()}


@pytest.fixture
def stamp() -> Stamp:
    """A stamp with every line filled."""
    return Stamp(datetime(2025, 11, 22, 6, 5, 4, tzinfo=UTC), "5f2c" * 16, "0.1.0", True, "Sites 01, 02")


# --- the database's own part: snapshots and tables of real forms


def files_in(folder: Path) -> dict[str, Any]:
    """Django's storages with the snapshots in a folder of the test."""
    return {**settings.STORAGES, "default": {"BACKEND": FILES, "OPTIONS": {"location": str(folder)}}}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """Snapshots of this test lie in a folder of its own."""
    with override_settings(STORAGES=files_in(tmp_path)):
        yield tmp_path


@pytest.fixture(scope="session")
def refreshed_database(demo_database: str, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[tuple[str, Path]]:
    """The demonstration study with its tables computed once; name of the database, and where the snapshot lies."""
    from analytics import report

    name, folder = f"{demo_database}_refreshed", tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock():
        database.clone(demo_database, name)
        with database.using(name), override_settings(STORAGES=files_in(folder)):
            report.refresh()
    yield name, folder
    database.drop(name)


@pytest.fixture
def refreshed_demo(refreshed_database: tuple[str, Path], django_db_blocker: Any) -> Iterator[None]:
    """To read, and to sign in; a test that changes forms asks for demo_copy. Without the django_db mark."""
    name, folder = refreshed_database
    with django_db_blocker.unblock(), database.using(name), override_settings(STORAGES=files_in(folder)):
        yield


@pytest.fixture(scope="session")
def demo_cut(demo_database: str, django_db_blocker: Any) -> Any:
    """The demonstration study's frames and what follows from them, read once; a test changes copies of frames only."""
    from analytics import snapshot
    from analytics.registry import Cut

    with django_db_blocker.unblock(), database.using(demo_database, read_only=True):
        return Cut(snapshot.read().frames)


@pytest.fixture
def signed_in(client: Client) -> Callable[[str], Client]:
    """signed_in("monitor") gives the browser of a demonstration account."""

    def sign_in(username: str) -> Client:
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
