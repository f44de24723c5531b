"""IMWG 2016 for any input: better results never give a worse category, missing ones never a better, order does not matter."""

import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rules.imwg_records import (  # fmt: skip
    BOTH,
    FLC,
    GONE,
    NOTHING,
    SERUM,
    URINE,
    cells,
    course,
    laboratory,
    lesion_course,
    marrow,
    on,
)
from trial.rules import imwg
from trial.rules.imwg import ImwgOptions, ResponseCourse
from trial.rules.imwg_options import BEST_ORDER, RANK
from trial.rules.verdict import Verdict

AMOUNT = st.sampled_from([None, *map(Decimal, ("0", "0.1", "0.4", "0.5", "1", "2", "3", "4", "5", "6"))])
URINES = st.sampled_from([None, *map(Decimal, (0, 50, 99, 100, 199, 200, 400, 500, 1000, 1300))])
CHAINS = st.sampled_from([None, *map(Decimal, ("1", "10", "60", "160", "260", "510", "700"))])
BAND = st.sampled_from(["POSITIVE", "NEGATIVE", "NEGATIVE", "NOT_DONE", None])
YES = st.sampled_from(["Y", "N", "N", "N"])
LABS: dict[str, st.SearchStrategy[Any]] = {
    "serum_m_protein": AMOUNT, "serum_immunofixation": BAND, "serum_reflex": BAND,
    "urine_m_protein": URINES, "urine_immunofixation": BAND, "kappa_flc": CHAINS, "kappa_below_loq": YES,
    "lambda_flc": CHAINS, "lambda_below_loq": YES, "calcium": st.sampled_from([None, Decimal("2.3"), Decimal(3)]),
    "oligoclonal": YES, "spurious": YES,
}  # fmt: skip
BASE = st.sampled_from([SERUM, URINE, BOTH, FLC, NOTHING, {**SERUM, "serum_m_protein": 6}])
CELLS = st.sampled_from([None, *map(Decimal, ("0", "2", "4.9", "5", "15", "20", "40", "60"))])
DAYS = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted)
OPTIONS = st.builds(
    ImwgOptions,
    spurious_counts=st.booleans(),
    serum_always_needed=st.booleans(),
    nadir_confirmed=st.booleans(),
    pd_measurable_only=st.booleans(),
    mr_spd_rule=st.sampled_from(["2016", "2011"]),
    vgpr_lesions=st.sampled_from(["PR", "CR"]),
    unconfirmed_pd_set_aside=st.booleans(),
    join_days=st.integers(0, 20),
)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """The rows of a subject with a baseline: laboratory, marrow, lesions and circulating cells."""
    labs = [laboratory(-3, draw(BASE))]
    labs += [laboratory(day, {**GONE, **{name: draw(one) for name, one in LABS.items()}}) for day in draw(DAYS)]
    bones = [marrow(-3, plasma_cells_aspirate=draw(CELLS), plasma_cells_biopsy=None)] if draw(st.booleans()) else []
    bones += [
        marrow(day, plasma_cells_aspirate=draw(CELLS), plasma_cells_biopsy=draw(CELLS))
        for day in draw(st.lists(st.integers(1, 400), max_size=3, unique=True))
    ]
    imaged = draw(
        st.dictionaries(st.integers(1, 400), st.sampled_from(["CR", "PR", "MR", "SD", "PD", "NE"]), max_size=3)
    )
    image = draw(st.sampled_from([None, lesion_course(dict(sorted(imaged.items())))]))
    counted = [cells(day, draw(CELLS), draw(YES)) for day in draw(st.lists(st.integers(-5, 400), max_size=3))]
    return {"labs": labs, "marrows": bones, "emd_course": image, "circulating": counted}


def judged(rows: dict[str, Any], **more: Any) -> ResponseCourse:
    return course(rows["labs"], rows["marrows"], rows["emd_course"], circulating=rows["circulating"], **more)


@given(rows=records(), options=OPTIONS, therapy=st.sampled_from([None, 100]), seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(
    rows: dict[str, Any], options: ImwgOptions, therapy: int | None, seed: int
) -> None:
    more = {"options": options, "new_therapy_on": None if therapy is None else on(therapy)}
    mixed = {
        name: random.Random(seed).sample(some, len(some)) if isinstance(some, list) else some
        for name, some in rows.items()
    }
    assert judged(mixed, **more) == judged(rows, **more)


@given(rows=records(), options=OPTIONS)
def test_every_verdict_is_a_category_and_every_clause_and_flag_is_listed(
    rows: dict[str, Any], options: ImwgOptions
) -> None:
    found = judged(rows, options=options)
    assert {one.value for one in found.verdicts} <= set(BEST_ORDER) - {"MISSING"}
    for verdict in (*found.confirmed, found.best, found.best_unconfirmed):
        for one in verdict.walk():
            assert one.basis == "by hand" or (one.clause in imwg.CLAUSES and set(one.flags) <= set(imwg.FLAGS))
            assert "{" not in one.sentence


@given(rows=records(), options=OPTIONS)
def test_the_best_confirmed_response_is_never_better_than_the_best_unconfirmed(
    rows: dict[str, Any], options: ImwgOptions
) -> None:
    found = judged(rows, options=options)
    best, unconfirmed = (BEST_ORDER.index(str(one.value)) for one in (found.best, found.best_unconfirmed))
    assert best <= max(unconfirmed, BEST_ORDER.index("SD"))
    assert (found.best.value in imwg.OBJECTIVE) == (found.first_response_on is not None)
    assert (found.progression_on is None) == (found.progression_reason is None)
    assert ("PD" in [one.value for one in found.confirmed]) == (found.progression_on is not None)


@given(rows=records())
def test_the_confirmed_status_never_falls_before_progression(rows: dict[str, Any]) -> None:
    values = [str(one.value) for one in judged(rows).confirmed if one.value not in (None, "PD")]
    ranks = [BEST_ORDER.index(one) for one in values]
    assert ranks == sorted(ranks)


@given(rows=records(), day=st.integers(401, 420))
def test_a_later_laboratory_day_changes_nothing_before_it(rows: dict[str, Any], day: int) -> None:
    before = judged(rows, options=ImwgOptions(join_days=0)).verdicts
    more = {**rows, "labs": [*rows["labs"], laboratory(day)]}
    assert judged(more, options=ImwgOptions(join_days=0)).verdicts[: len(before)] == before


# -- one time point ---------------------------------------------------------------------------------------------------

NOW = st.fixed_dictionaries({**LABS, "oligoclonal": st.just("N"), "spurious": st.just("N")})
BONES = st.builds(
    lambda cells, clonal: marrow(28, plasma_cells_biopsy=cells, clonal=clonal, kappa_lambda_ratio=None), CELLS, YES
)
IMAGE = st.sampled_from([None, *(lesion_course({28: one}) for one in ("CR", "PR", "MR", "SD", "PD", "NE"))])


def point(base: dict[str, Any], now: dict[str, Any], bones: list[Any], image: Any) -> Verdict:
    return course([laboratory(-3, base), laboratory(28, {**GONE, **now})], bones, image).verdicts[-1]


def not_worse(better: Verdict, worse: Verdict) -> None:
    """Compared where both are judged; progression is below stable disease."""
    if "NE" not in (better.value, worse.value):
        assert RANK.get(str(better.value), -1) >= RANK.get(str(worse.value), -1)


LOWER = st.sampled_from(["serum_m_protein", "urine_m_protein"])


@given(base=BASE, now=NOW, bones=BONES, image=IMAGE, item=LOWER, less=st.one_of(AMOUNT, URINES))
def test_less_m_protein_never_gives_a_worse_category(
    base: dict[str, Any], now: dict[str, Any], bones: SimpleNamespace, image: Any, item: str, less: Decimal | None
) -> None:
    assume(less is not None and now[item] is not None and less <= now[item])
    not_worse(point(base, {**now, item: less}, [bones], image), point(base, now, [bones], image))


@given(now=NOW, bones=BONES, image=IMAGE, less=CHAINS)
def test_less_of_the_involved_light_chain_never_gives_a_worse_category_while_the_ratio_does_not_turn_over(
    now: dict[str, Any], bones: SimpleNamespace, image: Any, less: Decimal | None
) -> None:
    now = {**now, "kappa_below_loq": "N", "lambda_below_loq": "N", "lambda_flc": Decimal(10)}
    assume(less is not None and now["kappa_flc"] is not None and Decimal(10) <= less <= now["kappa_flc"])
    not_worse(point(FLC, {**now, "kappa_flc": less}, [bones], image), point(FLC, now, [bones], image))


@given(base=BASE, now=NOW, bones=BONES, image=IMAGE, item=st.sampled_from(["serum_immunofixation", "urine_immunofixation"]))  # fmt: skip
def test_a_band_that_is_gone_never_gives_a_worse_category(
    base: dict[str, Any], now: dict[str, Any], bones: SimpleNamespace, image: Any, item: str
) -> None:
    assume(now[item] == "POSITIVE")
    not_worse(point(base, {**now, item: "NEGATIVE"}, [bones], image), point(base, now, [bones], image))


@given(base=BASE, now=NOW, bones=BONES, image=IMAGE, less=CELLS)
def test_fewer_plasma_cells_never_give_a_worse_category(
    base: dict[str, Any], now: dict[str, Any], bones: SimpleNamespace, image: Any, less: Decimal | None
) -> None:
    before = bones.plasma_cells_biopsy
    assume(less is not None and before is not None and less <= before)
    fewer = SimpleNamespace(**{**vars(bones), "plasma_cells_biopsy": less})
    old = marrow(-3, plasma_cells_biopsy=50)
    not_worse(point(base, now, [old, fewer], image), point(base, now, [old, bones], image))


STEPS = ["PD", "SD", "MR", "PR", "CR"]


@given(base=BASE, now=NOW, bones=BONES, step=st.integers(0, 3))
def test_smaller_lesions_never_give_a_worse_category(
    base: dict[str, Any], now: dict[str, Any], bones: SimpleNamespace, step: int
) -> None:
    worse, better = (lesion_course({28: one}) for one in STEPS[step : step + 2])
    not_worse(point(base, now, [bones], better), point(base, now, [bones], worse))


# What is left out, and the best that then remains.
CAPS: list[tuple[dict[str, Any], str]] = [
    ({"serum_m_protein": None, "serum_immunofixation": None}, "SD"),
    ({"urine_m_protein": None, "urine_immunofixation": None}, "PR"),
    ({"serum_immunofixation": None, "serum_m_protein": Decimal(0)}, "VGPR"),
    ({"urine_immunofixation": None, "urine_m_protein": Decimal(0)}, "VGPR"),
    ({"kappa_flc": None, "lambda_flc": None, "kappa_below_loq": "N", "lambda_below_loq": "N"}, "CR"),
]


@given(base=BASE, now=NOW, bones=BONES, image=IMAGE, cap=st.sampled_from(CAPS))
def test_what_is_missing_never_raises_a_category_above_its_cap(
    base: dict[str, Any], now: dict[str, Any], bones: SimpleNamespace, image: Any, cap: tuple[dict[str, Any], str]
) -> None:
    left_out, most = cap
    verdict = point(base, {**now, **left_out}, [bones], image)
    assert RANK.get(str(verdict.value), -1) <= RANK[most]


@given(base=BASE, now=NOW, image=IMAGE)
def test_without_a_marrow_nothing_is_better_than_very_good_partial(
    base: dict[str, Any], now: dict[str, Any], image: Any
) -> None:
    assert RANK.get(str(point(base, now, [], image).value), -1) <= RANK["VGPR"]


@given(base=BASE, now=NOW, bones=BONES)
def test_without_imaging_of_lesions_nothing_is_better_than_stable(
    base: dict[str, Any], now: dict[str, Any], bones: SimpleNamespace
) -> None:
    assert RANK.get(str(point(base, now, [bones], lesion_course({})).value), -1) <= RANK["SD"]


POSITIVE: list[tuple[dict[str, Any], dict[str, Any], Any]] = [
    (SERUM, {"serum_m_protein": Decimal(9)}, None),
    (SERUM, {"urine_m_protein": Decimal(900)}, None),
    (URINE, {"serum_m_protein": Decimal(9)}, None),
    (FLC, {"kappa_flc": Decimal(2000), "lambda_flc": Decimal(1), "kappa_below_loq": "N"}, None),
    (SERUM, {}, lesion_course({28: "PD"})),
]


@given(now=NOW, which=st.sampled_from(POSITIVE), bones=BONES, out=st.sets(st.sampled_from(sorted(LABS)), max_size=12))
def test_progression_is_called_from_any_single_component_whatever_is_missing(
    now: dict[str, Any], which: tuple[dict[str, Any], dict[str, Any], Any], bones: SimpleNamespace, out: set[str]
) -> None:
    base, positive, image = which
    left = {**now, **dict.fromkeys(out), **positive}
    assert point(base, left, [bones], image).value == "PD"
