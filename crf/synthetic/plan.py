"""Where and when everybody of a synthetic study was screened: sites open one after another, and accrual gathers speed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from crf.demo.calendar import DemoSite
from crf.synthetic.chance import Chance

FIRST_DAY = date(2019, 1, 7)
LAST_SCREENING = date(2023, 6, 30)
DATA_CUT = date(2024, 6, 28)  # nothing is known after this day
SITES_OPEN_WITHIN = 540  # days
MOST_SITES = 99  # a site's code has two digits
_CITIES = (
    "Wuhan", "Nanjing", "Chongqing", "Chengdu", "Hangzhou", "Tianjin", "Xi'an", "Guangzhou", "Changsha", "Zhengzhou", "Shenyang",
    "Kunming",
)  # fmt: skip
AMENDED_FROM, AMENDED_WITHIN = date(2021, 3, 1), 120  # protocol 2.0: the first site, and days until the last
_ROUTES = ("AXILLARY", "TYMPANIC", "ORAL")  # each ward has one habit
# Of the subjects in order of screening: the first thousandths at each dose level, then the two that were expanded.
_ESCALATION = ((20, "0.5"), (60, "1.0"))
_EXPANSION = {"2.0": 70, "4.0": 30}


@dataclass(frozen=True, slots=True)
class Start:
    """One subject of the plan."""

    number: int  # at its site, from 1 on, in order of screening
    screened_on: date
    dose_level: str

    def code(self, site: str) -> str:
        """SS-NNN, what the site's counter gives."""
        return f"{site}-{self.number:03d}"


@dataclass(frozen=True, slots=True)
class Centre:
    """One site of the plan with everybody screened there."""

    site: DemoSite
    starts: tuple[Start, ...]


def plan(*, subjects: int, sites: int, seed: int) -> tuple[Centre, ...]:
    """The whole study. Raises ValueError for more sites than codes, or none."""
    if not 1 <= sites <= MOST_SITES or subjects < 1:
        raise ValueError(f"1 to {MOST_SITES} sites and at least one subject")
    chance = Chance(seed, "plan")
    opened = [FIRST_DAY + timedelta(days=SITES_OPEN_WITHIN * n // max(sites - 1, 1)) for n in range(sites)]
    sizes = {n: chance.between(4, 12) for n in range(sites)}
    screened = sorted((_day(opened[at], chance), at) for at in (chance.weighed(sizes) for _ in range(subjects)))
    found: list[list[Start]] = [[] for _ in range(sites)]
    for rank, (day, at) in enumerate(screened):
        found[at].append(Start(len(found[at]) + 1, day, _dose(rank * 1000 // subjects, chance)))
    return tuple(Centre(_site(n, seed), tuple(starts)) for n, starts in enumerate(found))


def _day(opened: date, chance: Chance) -> date:
    """A working day; the later of two draws, so that more are screened the longer a site is open."""
    span = (LAST_SCREENING - opened).days
    day = opened + timedelta(days=max(chance.between(0, span), chance.between(0, span)))
    return day - timedelta(days=max(0, day.weekday() - 4))


def _dose(thousandth: int, chance: Chance) -> str:
    return next((dose for until, dose in _ESCALATION if thousandth < until), "") or chance.weighed(_EXPANSION)


def _site(n: int, seed: int) -> DemoSite:
    city = _CITIES[n % len(_CITIES)]
    amended = AMENDED_FROM + timedelta(days=37 * n % AMENDED_WITHIN)
    name = f"Synthetic Hospital {n + 1:02d} (seed {seed})"
    return DemoSite(f"{n + 1:02d}", name, city, "CN", "Asia/Shanghai", _ROUTES[n % len(_ROUTES)], amended)
