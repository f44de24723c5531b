"""What is looked for on an imaging day: new lesions, growth, the sum of products, and whether everything is gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from trial.rules.emd_lesions import EmdOptions, Imaging, Size, deauville, joined_lesions, together
from trial.rules.verdict import Verdict, figure, known

VERSION = "imwg_2016_emd"
IMWG = "IMWG 2016 (Kumar S et al. Lancet Oncol 2016;17:e328-46), table 4, soft tissue plasmacytomas"
CONVENTION = "Convention of this study; the text of IMWG 2016 is silent"
# IMWG 2016, table 4, progressive disease.
GROWTH = Decimal("1.5")  # times the nadir, or more
SHORT_AXIS_MM = Decimal(10)  # more than

NEW = "A new lesion is present (lesion {lesions})."
REAPPEARED = "A lesion that was gone is present again (lesion {lesions})."
NEW_BONE = "A new bone lesion is recorded with the imaging."
NOTHING_NEW = "No new lesion."
ONE_GREW = (
    "Lesion {lesion}: longest diameter {now} mm, at least 50 % above its nadir of {nadir} mm; "
    "its short axis was then {short} mm, more than 10 mm."
)
NONE_GREW = "No lesion with a short axis above 10 mm at its nadir grew by 50 % in its longest diameter."
GROWTH_UNREAD = "Growth cannot be judged of lesion {lesions}: not measured."
SPD_ROSE = "SPD {spd} mm², at least 50 % above its nadir of {nadir} mm² ({on})."
SPD_ROSE_ONE = (
    "SPD {spd} mm², at least 50 % above its nadir of {nadir} mm² ({on}), but of one lesion only: not counted."
)
SPD_NOT_RISEN = "SPD {spd} mm², less than 50 % above its nadir of {nadir} mm² ({on})."
SPD_UNREAD = "There is no SPD: target lesion {lesions} not measured."
NO_TARGET = "There is no target lesion at baseline, hence no SPD."
SPD_FELL = "SPD {spd} mm² against {baseline} mm² at baseline: a fall of {percent} %."
SPD_NOT_FALLEN = "SPD {spd} mm² against {baseline} mm² at baseline: no fall."
ALL_GONE = "All lesions are gone."
NOT_ALL_GONE = "Still present: lesion {lesions}."
GONE_UNREAD = "Not recorded whether it is gone: lesion {lesions}."
GONE_BUT_AVID = "Gone by size, but metabolically active on PET: lesion {lesions}."

FINDING_CLAUSES = (
    NEW, REAPPEARED, NEW_BONE, NOTHING_NEW, ONE_GREW, NONE_GREW, GROWTH_UNREAD, SPD_ROSE, SPD_ROSE_ONE, SPD_NOT_RISEN,
    SPD_UNREAD, NO_TARGET, SPD_FELL, SPD_NOT_FALLEN, ALL_GONE, NOT_ALL_GONE, GONE_UNREAD, GONE_BUT_AVID,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """One imaging day after the infusion with all before it; lesions joined as known by that day, named by number."""

    days: tuple[Imaging, ...]  # baseline (where there is one) first, the day judged last
    has_baseline: bool
    options: EmdOptions
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    sizes: dict[int, tuple[Size, ...]] = field(default_factory=dict)  # per day, from the first on
    had_lesions: bool = False  # at baseline, whatever was treated locally since
    baseline_lesions: tuple[int, ...] = ()  # those that the response is read from
    targets: tuple[int, ...] = ()

    @property
    def now(self) -> Imaging:
        return self.days[-1]

    def size(self, lesion: int) -> Size:
        """The lesion on the day judged."""
        return self.sizes[lesion][-1]

    def spd(self, place: int) -> Decimal | None:
        """Sum of products of the targets on a day, mm2; None = one of them is not measured, or there is none."""
        products = [self.sizes[lesion][place].product for lesion in self.targets]
        return None if None in products or not products else sum((p for p in products if p is not None), Decimal(0))


def scene(days: Sequence[Imaging], *, has_baseline: bool, options: EmdOptions) -> Scene:
    """Joins lesions over the days and reads each of them on each day."""
    groups: dict[int, tuple[int, ...]] = {}
    for number, root in joined_lesions(days).items():
        groups[root] = (*groups.get(root, ()), number)
    before = days[0].rows if has_baseline else {}
    treated_before = {number for number, row in before.items() if row.treated_locally == "Y"}
    sizes = {}
    for root, members in groups.items():
        whole = [together(days[: place + 1], members, options=options) for place in range(len(days))]
        cut = _treated_from(days, members, before=treated_before)
        sizes[root] = tuple(
            one if cut is None or place < cut else Size(None, None, None, present=None)
            for place, one in enumerate(whole)
        )
    kept = {
        root for root, members in groups.items()
        if not (options.treated_target_excluded and _treated_from(days, members, before=treated_before) is not None)
    }  # fmt: skip
    own = [n for n, row in before.items() if n not in treated_before and row.state not in ("GONE", "MERGED", "SPLIT")]
    of = {number: root for root, members in groups.items() for number in members}
    return Scene(
        days=tuple(days),
        has_baseline=has_baseline,
        options=options,
        groups=groups,
        sizes=sizes,
        had_lesions=bool(own),
        baseline_lesions=tuple(sorted({of[n] for n in own} & kept)),
        targets=tuple(sorted({of[n] for n in own if _is_target(before[n], sizes[of[n]][0])} & kept)),
    )


def _is_target(row: object, at_baseline: Size) -> bool:
    """Target where the form says so; where it says nothing, a lesion with both diameters is one."""
    said = getattr(row, "target", None)
    return said == "Y" or (not known(said) and at_baseline.product is not None)


def _treated_from(days: Sequence[Imaging], members: Sequence[int], *, before: set[int]) -> int | None:
    """The place of the first day on which one of the lesions had been biopsied, irradiated or excised; None = never."""
    for place, day in enumerate(days):
        if any(n in day.rows and n not in before and day.rows[n].treated_locally == "Y" for n in members):
            return place
    return None


def finding(
    value: int | str | None, clause: str, *, basis: str = IMWG, flags: tuple[str, ...] = (), **shown: str
) -> Verdict:
    """One finding: 1 = found, 0 = not, None = cannot be said."""
    return Verdict(value=value, clause=clause, basis=basis, version=VERSION, shown=shown, flags=flags)


def named(lesions: Sequence[int]) -> str:
    """Lesion numbers for a clause."""
    return ", ".join(str(lesion) for lesion in lesions)


def new_lesions(seen: Scene) -> Verdict:
    """1 = a lesion that was not there before the infusion, or that had gone, is present."""
    new, assumed, unlisted = [], False, False
    for root, members in seen.groups.items():
        rows = [day.rows[n] for day in seen.days[seen.has_baseline :] for n in members if n in day.rows]
        called = any(row.is_new == "Y" and not known(row.into) for row in rows)
        unknown_before = seen.has_baseline and not any(n in seen.days[0].rows for n in members)
        blank = unknown_before and bool(rows) and not known(rows[0].is_new)
        unlisted = unlisted or (unknown_before and not called and not blank and seen.size(root).present is True)
        if (called or blank) and seen.size(root).present:
            new.append(root)
            assumed = assumed or not called
    flags = (("NEW_LESION_ASSUMED",) if assumed else ()) + (("LESION_NOT_AT_BASELINE",) if unlisted else ())
    if new:
        return finding(1, NEW, flags=flags, lesions=named(sorted(new)))
    back = [n for n, sizes in seen.sizes.items() if sizes[-1].present and _was_gone(seen, n)]
    if back and seen.options.reappeared_is_progression:
        return finding(1, REAPPEARED, basis=CONVENTION, flags=(*flags, "REAPPEARED"), lesions=named(sorted(back)))
    if seen.now.new_bone and seen.options.new_bone_lesion_is_progression:
        return finding(1, NEW_BONE, flags=flags)
    return finding(0, NOTHING_NEW, flags=flags)


def unlisted(seen: Scene) -> list[int]:
    """Lesions that are present and were not recorded at baseline, new or not."""
    known_before = seen.days[0].rows if seen.has_baseline else {}
    roots = [root for root, members in seen.groups.items() if not any(n in known_before for n in members)]
    return sorted(root for root in roots if seen.size(root).present)


def _was_gone(seen: Scene, root: int) -> bool:
    """Whether the lesion was recorded as gone on an earlier day (not merely unseen before it appeared)."""
    for place, day in enumerate(seen.days[:-1]):
        listed = any(n in day.rows for n in seen.groups[root])
        if listed and seen.sizes[root][place].present is False:
            return True
    return False


def growth(seen: Scene) -> Verdict:
    """1 = the longest diameter of one previous lesion rose by 50 % or more from its nadir (short axis then > 10 mm)."""
    unread = []
    for root, sizes in sorted(seen.sizes.items()):
        earlier = [one for one in sizes[:-1] if one.present and one.longest is not None and one.short is not None]
        if not earlier:
            continue
        lowest = min(earlier, key=lambda one: (one.longest, -(one.short or 0)))
        assert lowest.longest is not None and lowest.short is not None
        now = sizes[-1].longest
        if now is None:
            unread.append(root)
        elif lowest.short > SHORT_AXIS_MM and now >= GROWTH * lowest.longest:
            shown: dict[str, Any] = {"now": figure(now), "nadir": figure(lowest.longest), "short": figure(lowest.short)}
            return finding(1, ONE_GREW, lesion=str(root), **shown)
    if unread:
        return finding(None, GROWTH_UNREAD, lesions=named(unread))
    return finding(0, NONE_GREW)


def spd_from_nadir(seen: Scene) -> Verdict:
    """1 = the SPD of more than one lesion rose by 50 % or more from its nadir.

    What is not measured can only add: a rise of the measured part alone is a rise.
    """
    if not seen.targets:
        return finding(None, NO_TARGET)
    past = [(spd, day.on) for place, day in enumerate(seen.days[:-1]) if (spd := seen.spd(place)) is not None]
    read = [product for lesion in seen.targets if (product := seen.size(lesion).product) is not None]
    now, whole = sum(read, Decimal(0)), len(read) == len(seen.targets)
    nadir, on = min(past, default=(None, None))
    if nadir is not None and now >= GROWTH * nadir and now > nadir:
        shown = _shown(now, nadir, on)
        if len(seen.targets) > 1:
            return finding(1, SPD_ROSE, **shown)
        return finding(0, SPD_ROSE_ONE, flags=("SPD_RISE_OF_ONE_LESION",), **shown)
    if nadir is None or not whole:
        return finding(None, SPD_UNREAD, flags=("TARGET_NOT_MEASURED",), lesions=named(unread_targets(seen)))
    return finding(0, SPD_NOT_RISEN, **_shown(now, nadir, on))


def _shown(now: Decimal, nadir: Decimal, on: date | None) -> dict[str, Any]:
    return {"spd": figure(now), "nadir": figure(nadir), "on": "" if on is None else on.isoformat()}


def unread_targets(seen: Scene) -> list[int]:
    """Targets without a size on the day judged; else those without one at baseline."""
    now = [lesion for lesion in seen.targets if seen.size(lesion).product is None]
    return now or [lesion for lesion in seen.targets if seen.sizes[lesion][0].product is None]


def spd_from_baseline(seen: Scene) -> tuple[Verdict, Decimal | None]:
    """The fall of the SPD since baseline as a fraction (1 = gone, negative = a rise); None = cannot be formed."""
    if not seen.targets:
        return finding(None, NO_TARGET), None
    first, now = seen.spd(0), seen.spd(-1)
    if first is None or now is None or first == 0:
        return finding(None, SPD_UNREAD, flags=("TARGET_NOT_MEASURED",), lesions=named(unread_targets(seen))), None
    fall = 1 - now / first
    shown: dict[str, Any] = {"spd": figure(now), "baseline": figure(first)}
    if fall <= 0:
        return finding(0, SPD_NOT_FALLEN, **shown), fall
    # Cut, never rounded up: 49.96 % must not read as 50.0 %.
    percent = (fall * 100).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return finding(1, SPD_FELL, percent=str(percent), **shown), fall


def all_gone(seen: Scene) -> Verdict:
    """1 = every lesion is gone, and not active on PET where PET was used; None = of one of the baseline it is not known.

    A lesion that the baseline imaging missed is no progression where the form denies that it is new, but it is disease.
    """
    present = sorted([n for n in seen.baseline_lesions if seen.size(n).present] + unlisted(seen))
    if present:
        return finding(0, NOT_ALL_GONE, lesions=named(present))
    unread = [n for n in seen.baseline_lesions if seen.size(n).present is None]
    if unread:
        return finding(None, GONE_UNREAD, flags=("LESION_NOT_RECORDED",), lesions=named(unread))
    if not seen.now.pet:
        return finding(1, ALL_GONE)
    limit = seen.options.pet_negative_deauville
    avid = [n for n in seen.baseline_lesions if (_score(seen, n, -1) or 0) > limit]
    if avid:
        return finding(0, GONE_BUT_AVID, flags=("PET_POSITIVE",), lesions=named(avid))
    blank = any((_score(seen, n, 0) or 0) > limit and _score(seen, n, -1) is None for n in seen.baseline_lesions)
    return finding(1, ALL_GONE, flags=("PET_SCORE_MISSING",) if blank else ())


def possible_flare(seen: Scene, *, day: int) -> bool:
    """Whether a lesion is active on PET, larger than before the infusion, or new, while inflammation may explain it."""
    if day > seen.options.flare_until_day:
        return False
    for root, sizes in seen.sizes.items():
        now, first = sizes[-1], sizes[0]
        unknown_before = seen.has_baseline and not any(n in seen.days[0].rows for n in seen.groups[root])
        appeared = bool(now.present) and unknown_before
        larger = now.product is not None and first.product is not None and now.product > first.product > 0
        if appeared or larger or (_score(seen, root, -1) or 0) > seen.options.pet_negative_deauville:
            return True
    return False


def _score(seen: Scene, root: int, place: int) -> int | None:
    """The highest Deauville score among joined lesions on a day; None = none recorded."""
    rows = seen.days[place].rows
    scores = [score for n in seen.groups[root] if n in rows and (score := deauville(rows[n])) is not None]
    return max(scores, default=None)
