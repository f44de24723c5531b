"""The fixed calendar of the demonstration study: sites, who was screened where, and when. Every date is invented."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Nothing in the study happened after this day; pages that count days to "today" count to it, so nothing ages.
AS_OF = date(2020, 6, 30)
FIRST_DAY = date(2018, 11, 1)
DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class DemoSite:
    """An invented site. Its name says so."""

    code: str
    name: str
    city: str
    country: str  # ISO 3166-1 alpha-2
    timezone: str
    temperature_route: str  # each ward has one habit
    amended_on: date  # from this day on it works under protocol 2.0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


SITES = (
    DemoSite("01", "East Lake Demonstration Hospital", "Wuhan", "CN", "Asia/Shanghai", "AXILLARY", date(2019, 9, 2)),
    DemoSite(
        "02", "Purple Hill Demonstration Hospital", "Nanjing", "CN", "Asia/Shanghai", "TYMPANIC", date(2019, 9, 23)
    ),
    DemoSite("03", "Two Rivers Demonstration Hospital", "Chongqing", "CN", "Asia/Shanghai", "ORAL", date(2019, 10, 8)),
)

# Subject, site, screened, eligible and enrolled, infused (local time), in the order of screening. Each infusion lies
# the follow-up of its row, and at most three weeks more, before AS_OF. A level opens when the one below it has passed
# its 28-day DLT window; the first two subjects of a level stand at least 14 days apart.
_TABLE = """
    RECON-23  01  2018-11-08  2018-11-14  2018-12-06 10:40
    RECON-22  02  2018-11-27  2018-12-03  2018-12-27 11:15
    RECON-21  01  2018-12-27  2019-01-03  2019-01-29 10:05
    RECON-20  03  2019-01-29  2019-02-12  2019-03-05 10:30
    RECON-19  01  2019-03-04  2019-03-08  2019-04-02 09:50
    RECON-18  02  2019-03-26  2019-04-01  2019-04-25 13:20
    RECON-17  01  2019-04-23  2019-04-29  2019-05-23 10:25
    RECON-16  03  2019-05-17  2019-05-23  2019-06-19 11:00
    RECON-15  01  2019-06-13  2019-06-19  2019-07-16 10:10
    RECON-14  02  2019-07-12  2019-07-18  2019-08-15 12:45
    RECON-13  01  2019-08-06  2019-08-12  2019-09-05 10:55
    RECON-12  03  2019-08-22  2019-08-28  2019-09-24 10:15
    RECON-11  01  2019-09-09  2019-09-16  2019-10-10 09:45
    RECON-10  02  2019-09-23  2019-09-30  2019-10-24 11:35
    RECON-09  01  2019-10-14  2019-10-18  2019-11-13 10:20
    RECON-08  03  2019-10-25  2019-10-31  2019-11-26 10:50
    RECON-07  01  2019-11-11  2019-11-15  2019-12-12 10:35
    RECON-06  02  2019-12-10  2019-12-16  2020-01-14 12:10
    RECON-05  03  2020-01-06  2020-01-13  2020-02-11 10:45
    RECON-04  02  2020-01-20  2020-02-03  2020-02-26 11:50
    RECON-03  03  2020-02-24  2020-02-28  2020-03-25 10:30
    RECON-02  02  2020-03-27  2020-04-02  2020-04-28 11:25
    RECON-01  01  2020-05-18  2020-05-22  2020-06-15 10:00
"""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and when one subject of the reconstruction went through the study."""

    subject_id: str  # RECON-nn, the row
    code: str  # SS-NNN, what the site's counter gives when subjects are screened in this order
    site: DemoSite
    screened_on: date
    enrolled_on: date
    infused_at: datetime  # aware, in the site's zone

    def on(self, study_day: int) -> date:
        """The date of a study day; the infusion is day 0."""
        return self.infused_at.date() + timedelta(days=study_day)

    def at(self, study_day: int, clock: str) -> datetime:
        """The site's time "HH:MM" on a study day, aware."""
        hour, minute = map(int, clock.split(":"))
        day = self.on(study_day)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.site.zone)


@cache
def placements() -> tuple[Placement, ...]:
    """All subjects in the order in which they were screened."""
    sites = {site.code: site for site in SITES}
    screened = dict.fromkeys(sites, 0)
    found = []
    for line in _TABLE.strip().splitlines():
        subject_id, site, screened_on, enrolled_on, infused_on, clock = line.split()
        screened[site] += 1
        found.append(
            Placement(
                subject_id=subject_id,
                code=f"{site}-{screened[site]:03d}",
                site=sites[site],
                screened_on=date.fromisoformat(screened_on),
                enrolled_on=date.fromisoformat(enrolled_on),
                infused_at=datetime.fromisoformat(f"{infused_on} {clock}").replace(tzinfo=sites[site].zone),
            )
        )
    return tuple(found)


def placement(subject_id: str) -> Placement:
    """One subject's place in the calendar. Raises KeyError for an unknown id."""
    return {found.subject_id: found for found in placements()}[subject_id]


def last_day(os_months: float) -> int:
    """The study day of last contact or death that a follow-up in months stands for."""
    return round(os_months * DAYS_PER_MONTH)


def as_typed(moment: datetime) -> str:
    """A date and time as a person types it, in the zone it carries: "2019-03-05 08:10"."""
    return moment.strftime("%Y-%m-%d %H:%M")
