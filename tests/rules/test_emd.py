"""Response of extramedullary disease: every rung, every boundary from both sides, every missing input."""

import random
import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.emd_images import INFUSED, Manager, gone, image, lesion
from trial.rules import crs, emd, emd_findings
from trial.rules.emd_lesions import EmdOptions
from trial.rules.verdict import Verdict

# Two lesions at baseline: 40 x 25 + 40 x 25 = 2000 mm2.
BASELINE = image(-7, lesion(1, 40, 25), lesion(2, 40, 25))


def course(*images: SimpleNamespace, **options: Any) -> emd.EmdCourse:
    return emd.course([BASELINE, *images], infused_on=INFUSED, options=EmdOptions(**options))


def last(*images: SimpleNamespace, **options: Any) -> Verdict:
    return course(*images, **options).verdicts[-1]


def to(product: float, *, day: int = 90, **changes: Any) -> SimpleNamespace:
    """Both lesions at half of a sum of products each, as long as at baseline, so that only the sum speaks."""
    return image(day, lesion(1, 40, product / 80), lesion(2, 40, product / 80), **changes)


def alone(*images: SimpleNamespace, **options: Any) -> emd.EmdCourse:
    """A course without the two lesions of BASELINE."""
    return emd.course(images, infused_on=INFUSED, options=EmdOptions(**options))


# --- baseline


def test_the_baseline_is_the_last_imaging_on_or_before_the_infusion() -> None:
    images = [
        image(30, gone(1)),
        image(0, lesion(1, 20, 10)),
        image(-20, lesion(1, 50, 50)),
        image(None, lesion(9, 90, 90)),
    ]
    found = alone(*images)
    assert (found.baseline_on, found.baseline_spd, found.has_baseline_lesions) == (INFUSED, Decimal(200), True)
    assert [day.isoformat() for day in found.days] == ["2031-03-31"]
    assert [verdict.value for verdict in found.verdicts] == ["CR"]


def test_without_any_imaging_the_course_is_empty() -> None:
    found = alone()
    assert (found.days, found.verdicts, found.baseline_spd, found.has_baseline_lesions, found.best) == (
        (),
        (),
        None,
        False,
        None,
    )


def test_without_imaging_before_the_infusion_nothing_can_be_compared() -> None:
    found = alone(image(30, lesion(1, 20, 10)))
    assert (found.verdicts[0].value, found.verdicts[0].clause) == ("NE", emd.NO_BASELINE)
    assert "BASELINE_MISSING" in found.verdicts[0].flags
    assert alone(image(30, lesion(1, 20, 10, is_new="Y"))).verdicts[0].value == "PD"


def test_without_a_lesion_at_baseline_there_is_nothing_to_judge_until_one_appears() -> None:
    found = alone(image(-7), image(30), image(60, lesion(1, 15, 12, is_new="Y")))
    assert [verdict.value for verdict in found.verdicts] == [None, "PD"]
    assert found.verdicts[0].clause == emd.NO_LESIONS
    assert (found.has_baseline_lesions, found.baseline_spd) == (False, None)
    assert found.best is not None and found.best.value == "PD"
    assert alone(image(-7), image(30)).best is None


def test_a_lesion_gone_before_the_infusion_is_no_lesion_at_baseline() -> None:
    assert not alone(image(-7, gone(1)), image(30, gone(1))).has_baseline_lesions


def test_paramedullary_lesions_are_read_unless_left_out_by_name() -> None:
    images = [image(-7, lesion(1, 20, 10, kind="PARASKELETAL")), image(30, gone(1, kind="PARASKELETAL"))]
    assert alone(*images).verdicts[0].value == "CR"
    assert not alone(*images, kinds=frozenset({"EXTRAOSSEOUS"})).has_baseline_lesions
    assert alone(image(-7, lesion(1, 20, 10, kind=None))).has_baseline_lesions


def test_without_a_word_on_targets_a_lesion_with_both_diameters_is_one() -> None:
    assert alone(image(-7, lesion(1, 20, 10, target=None))).baseline_spd == 200
    assert alone(image(-7, lesion(1, 20, None, target=None))).baseline_spd is None


def test_rows_may_stand_behind_a_manager_and_two_forms_of_a_day_are_one_imaging() -> None:
    ct, ruler = image(30, lesion(1, 10, 10)), image(30, lesion(2, 10, 10), lesion(1, 20, 10), method="RULER")
    ct.lesions = Manager(ct.lesions)
    found = course(ct, ruler)
    assert (len(found.days), found.spds) == (1, (Decimal(300),))  # the larger reading of lesion 1


# --- responses


@pytest.mark.parametrize(("product", "expected"), [
    (999, "PR"), (1000, "PR"), (1001, "MR"), (1020, "MR"), (1500, "MR"), (1501, "SD"), (2000, "SD"), (2999, "SD"), (3000, "PD"),
])  # fmt: skip
def test_the_sum_of_products_against_baseline_from_both_sides(product: float, expected: str) -> None:
    assert last(to(product)).value == expected


@pytest.mark.parametrize(("product", "expected"), [(1000, "PR"), (1001, "SD"), (1500, "SD"), (1501, "SD")])
def test_by_imwg_2016_a_fall_of_25_percent_is_stable_disease(product: float, expected: str) -> None:
    verdict = last(to(product), mr_spd_rule="2016")
    assert verdict.value == expected
    assert ("MR_IS_SD" in verdict.flags) == (product in (1001, 1500))


def test_an_unknown_rule_for_minimal_response_is_refused() -> None:
    with pytest.raises(ValueError, match="2011 or 2016"):
        EmdOptions(mr_spd_rule="2014")


def test_a_fall_is_never_rounded_up() -> None:
    verdict = last(to(1001))
    assert verdict.because[-1].sentence == "SPD 1001.0 mm² against 2000.0 mm² at baseline: a fall of 49.9 %."


def test_all_lesions_gone_is_a_complete_response() -> None:
    verdict = last(image(90, gone(1), gone(2)))
    assert (verdict.value, verdict.clause) == ("CR", emd_findings.ALL_GONE)


def test_a_lesion_too_small_to_measure_counts_5_by_5_mm_and_is_still_there() -> None:
    found = course(image(90, gone(1), lesion(2, state="TOO_SMALL")))
    assert (found.verdicts[0].value, found.spds) == ("PR", (Decimal(25),))
    assert course(image(90, gone(1), lesion(2, state="TOO_SMALL")), too_small_mm=Decimal(4)).spds == (Decimal(16),)


@pytest.mark.parametrize(("other", "flag"), [
    (lesion(3, 12, 8, target="N"), None),  # a non-target lesion is left
    (lesion(3, target="N", state="NOT_EVALUABLE"), None),
    (None, "LESION_NOT_RECORDED"),  # nobody says whether it is gone
])  # fmt: skip
def test_a_non_target_lesion_not_known_to_be_gone_excludes_a_complete_response(
    other: SimpleNamespace | None, flag: str | None
) -> None:
    baseline = image(-7, lesion(1, 40, 25), lesion(3, 12, 8, target="N"))
    rows = [gone(1), *([other] if other else [])]
    verdict = alone(baseline, image(90, *rows)).verdicts[0]
    assert verdict.value == "PR"
    assert verdict.flags == ((flag,) if flag else ())
    assert alone(baseline, image(90, gone(1), gone(3))).verdicts[0].value == "CR"


def test_without_a_target_only_complete_response_and_progression_can_be_told() -> None:
    baseline = image(-7, lesion(1, 14, 8, target="N"))
    assert alone(baseline, image(90, gone(1))).verdicts[0].value == "CR"
    left = alone(baseline, image(90, lesion(1, 7, 4, target="N"))).verdicts[0]
    assert (left.value, left.clause) == ("NE", emd.NO_TARGET_RESPONSE)


# --- PET


@pytest.mark.parametrize(("score", "expected"), [(1, "CR"), (3, "CR"), (4, "PR"), (5, "PR"), (None, "CR")])
def test_on_pet_a_lesion_gone_by_size_must_be_inactive(score: int | None, expected: str) -> None:
    verdict = last(image(90, gone(1, deauville=score), gone(2, deauville=1), method="PET_CT"))
    assert verdict.value == expected
    assert ("PET_POSITIVE" in verdict.flags) == (expected == "PR")


def test_the_limit_of_pet_is_an_option() -> None:
    imaging = image(90, gone(1, deauville=3), gone(2, deauville=1), method="PET_CT")
    assert last(imaging, pet_negative_deauville=2).value == "PR"


def test_a_score_without_pet_is_not_asked_for() -> None:
    assert last(image(90, gone(1, deauville=5), gone(2), method="CT")).value == "CR"


def test_an_active_lesion_at_baseline_without_a_score_later_is_flagged() -> None:
    baseline = image(-7, lesion(1, 40, 25, deauville=5), method="PET_CT")
    verdict = alone(baseline, image(90, gone(1), method="PET_CT")).verdicts[0]
    assert (verdict.value, verdict.flags) == ("CR", ("PET_SCORE_MISSING",))


def test_uptake_alone_is_no_progression() -> None:
    same = image(90, lesion(1, 40, 25, deauville=5, suv_max=30), lesion(2, 40, 25, deauville=5), method="PET_CT")
    assert last(same).value == "SD"


# --- progression


@pytest.mark.parametrize("state", ["MEASURED", "TOO_SMALL", "NOT_EVALUABLE"])
def test_a_new_lesion_is_progression_whatever_the_rest_does(state: str) -> None:
    verdict = last(image(90, gone(1), gone(2), lesion(7, 12, 9, state=state, is_new="Y")))
    assert (verdict.value, verdict.clause, verdict.shown) == ("PD", emd_findings.NEW, {"lesions": "7"})


def test_a_new_lesion_stays_progression_while_it_is_there() -> None:
    new, later = (
        image(60, gone(1), gone(2), lesion(7, 12, 9, is_new="Y")),
        image(90, gone(1), gone(2), lesion(7, 12, 9)),
    )
    assert [one.value for one in course(new, later).verdicts] == ["PD", "PD"]
    assert last(new, image(90, gone(1), gone(2), gone(7))).value == "CR"


@pytest.mark.parametrize(("said", "expected", "flag"), [
    (None, "PD", "NEW_LESION_ASSUMED"), ("Y", "PD", None), ("N", "PR", "LESION_NOT_AT_BASELINE"),
])  # fmt: skip
def test_a_lesion_unknown_at_baseline_is_new_unless_the_form_denies_it(
    said: str | None, expected: str, flag: str | None
) -> None:
    verdict = last(image(90, gone(1), gone(2), lesion(7, 12, 9, is_new=said)))
    assert verdict.value == expected
    assert verdict.flags == ((flag,) if flag else ())


def test_a_lesion_recorded_as_new_and_gone_is_none() -> None:
    assert last(image(90, gone(1), gone(2), gone(7, is_new="Y"))).value == "CR"


def test_a_lesion_that_comes_back_is_progression_by_convention() -> None:
    rows = [image(60, gone(1), lesion(2, 20, 10)), image(90, lesion(1, 12, 9), lesion(2, 20, 10))]
    verdict = last(*rows)
    assert (verdict.value, verdict.clause) == ("PD", emd_findings.REAPPEARED)
    assert last(*rows, reappeared_is_progression=False).clause == emd_findings.SPD_ROSE  # 200 -> 308
    cleared = [image(60, gone(1), gone(2)), image(90, lesion(1, 6, 4), gone(2))]
    assert last(*cleared, reappeared_is_progression=False).clause == emd_findings.SPD_ROSE  # any rise from 0


def test_a_new_bone_lesion_is_progression_unless_left_to_the_overall_response() -> None:
    imaging = image(90, gone(1), gone(2), new_bone_lesion="Y")
    assert last(imaging).clause == emd_findings.NEW_BONE
    assert last(imaging, new_bone_lesion_is_progression=False).value == "CR"
    for unsure in ("U", None):
        assert last(image(90, gone(1), gone(2), new_bone_lesion=unsure)).value == "CR"


@pytest.mark.parametrize(("longest", "short", "grown", "expected"), [
    (20, 10.1, 30, "PD"), (20, 10.1, 29.9, "SD"), (20, 10, 30, "SD"),  # more than 10 mm; at least 50 %
])  # fmt: skip
def test_one_lesion_half_longer_is_progression_where_its_short_axis_was_above_10_mm(
    longest: float, short: float, grown: float, expected: str
) -> None:
    # The second lesion shrinks, so that the sum of products does not rise by half.
    baseline = image(-7, lesion(1, longest, short), lesion(2, 40, 25))
    verdict = alone(baseline, image(90, lesion(1, grown, short), lesion(2, 38, 25))).verdicts[0]
    assert verdict.value == expected
    assert (verdict.clause == emd_findings.ONE_GREW) == (expected == "PD")


def test_growth_is_measured_from_the_nadir_of_the_lesion_not_from_baseline() -> None:
    nadir, grown = image(60, lesion(1, 20, 12), gone(2)), image(90, lesion(1, 30, 12), gone(2))
    verdict = last(nadir, grown)
    assert (verdict.value, verdict.shown) == ("PD", {"lesion": "1", "now": "30.0", "nadir": "20.0", "short": "12.0"})
    assert last(image(60, lesion(1, 20, 9), gone(2)), grown).value == "PD"  # by the sum: 180 -> 360
    assert last(grown).value == "PR"


def test_a_non_target_lesion_can_grow_into_progression() -> None:
    baseline = image(-7, lesion(1, 40, 25), lesion(3, 20, 12, target="N"))
    assert (
        alone(baseline, image(90, gone(1), lesion(3, 30, 12, target="N"))).verdicts[0].clause == emd_findings.ONE_GREW
    )


@pytest.mark.parametrize(("product", "expected"), [(599, "PR"), (600, "PD")])
def test_the_sum_rises_by_half_from_its_nadir(product: float, expected: str) -> None:
    assert last(to(400, day=60), to(product)).value == expected
    assert last(to(400, day=60), to(500, day=70), to(product)).value == expected


def test_the_sum_of_one_lesion_alone_is_no_progression_but_flagged() -> None:
    baseline = image(-7, lesion(1, 20, 8))
    verdict = alone(baseline, image(90, lesion(1, 24, 10))).verdicts[0]
    assert (verdict.value, verdict.flags) == ("SD", ("SPD_RISE_OF_ONE_LESION",))


# --- what is not measured


@pytest.mark.parametrize("row", [
    None, lesion(2, 40, None), lesion(2, None, 25), lesion(2, state="NOT_EVALUABLE"), lesion(2, state=None),
])  # fmt: skip
def test_a_target_not_measured_is_not_evaluable(row: SimpleNamespace | None) -> None:
    rows = [gone(1), *([row] if row else [])]
    verdict = last(image(90, *rows))
    assert (verdict.value, verdict.clause, verdict.shown) == ("NE", emd.TARGET_UNREAD, {"lesions": "2"})
    assert "TARGET_NOT_MEASURED" in verdict.flags


def test_a_target_not_measured_does_not_hide_progression() -> None:
    assert last(image(90, lesion(1, 100, 30))).value == "PD"  # one lesion alone exceeds the sum by half
    assert last(image(90, gone(1), lesion(7, 12, 9, is_new="Y"))).value == "PD"
    assert last(image(90, lesion(1, 60, 25))).clause == emd_findings.ONE_GREW


def test_a_target_without_a_size_at_baseline_leaves_no_sum() -> None:
    baseline = image(-7, lesion(1, state="NOT_EVALUABLE"))
    assert alone(baseline, image(90, lesion(1, 10, 10))).verdicts[0].value == "NE"


def test_a_target_treated_locally_is_not_evaluable_from_then_on() -> None:
    before, treated = image(30, lesion(1, 10, 10), gone(2)), image(60, gone(1, treated_locally="Y"), gone(2))
    later = image(90, gone(1), gone(2))
    assert [one.value for one in course(before, treated, later).verdicts] == ["PR", "NE", "NE"]
    assert [one.value for one in course(before, treated, later, treated_target_excluded=True).verdicts] == [
        "PR",
        "CR",
        "CR",
    ]


def test_with_every_lesion_treated_and_left_out_nothing_can_be_evaluated() -> None:
    treated = image(60, gone(1, treated_locally="Y"), gone(2, treated_locally="Y"))
    found = course(treated, image(90, gone(1), gone(2)), treated_target_excluded=True)
    assert [(one.value, one.clause) for one in found.verdicts] == [("NE", emd.ALL_TREATED)] * 2
    assert found.has_baseline_lesions


def test_a_lesion_treated_before_the_infusion_is_no_target() -> None:
    baseline = image(-7, lesion(1, 40, 25, treated_locally="Y"), lesion(2, 20, 10))
    found = alone(baseline, image(90, lesion(1, 40, 25), gone(2)))
    assert (found.baseline_spd, found.verdicts[0].value) == (Decimal(200), "CR")


# --- merged and split


def test_merged_lesions_are_the_sum_of_their_parts() -> None:
    merged = image(60, lesion(1, 50, 20), lesion(2, state="MERGED", into=1))
    found = course(merged, image(90, lesion(1, 40, 20)))
    assert [one.value for one in found.verdicts] == ["PR", "PR"]
    assert found.spds == (Decimal(1000), Decimal(800))
    # 50 mm is less than 40 + 40 mm: one mass out of two is no growth of lesion 1.
    assert course(image(60, lesion(1, 79, 20), lesion(2, state="MERGED", into=1))).verdicts[0].value == "SD"


def test_a_split_lesion_is_the_sum_of_its_parts_and_no_part_is_new() -> None:
    split = image(60, lesion(1, state="SPLIT", into=5), lesion(5, 10, 10), lesion(6, 20, 10, into=1), gone(2))
    found = course(split, image(90, gone(5), gone(6), gone(2)))
    assert [one.value for one in found.verdicts] == ["PR", "CR"]
    assert found.spds[0] == 300


def test_a_part_not_measured_leaves_no_sum() -> None:
    split = image(60, lesion(1, state="SPLIT", into=5), lesion(5, 10, 10), lesion(6, 20, 10, into=1), gone(2))
    assert last(split, image(90, lesion(5, 10, 10), gone(2))).value == "NE"
    assert last(image(90, lesion(1, state="MERGED", into=2), lesion(2, state="MERGED", into=1))).value == "NE"


# --- flare


@pytest.mark.parametrize(("day", "flagged"), [(28, True), (35, True), (36, False)])
def test_growth_up_to_month_1_stands_and_is_flagged_as_a_possible_flare(day: int, flagged: bool) -> None:
    for imaging in (to(3000, day=day), image(day, gone(1), gone(2), lesion(7, 9, 9, is_new="Y"))):
        verdict = last(imaging)
        assert verdict.value == "PD"
        assert ("POSSIBLE_FLARE" in verdict.flags) == flagged


@pytest.mark.parametrize(("imaging", "flagged"), [
    (image(28, lesion(1, 41, 25), lesion(2, 39, 25)), True), (to(1000, day=28), False),
    (image(28, lesion(1, 20, 10, deauville=4), gone(2), method="PET_CT"), True),
    (image(28, lesion(1, 20, 10, deauville=3), gone(2), method="PET_CT"), False),
])  # fmt: skip
def test_an_active_or_larger_lesion_at_month_1_is_flagged_without_progression(
    imaging: SimpleNamespace, flagged: bool
) -> None:
    verdict = last(imaging)
    assert verdict.value != "PD"
    assert ("POSSIBLE_FLARE" in verdict.flags) == flagged


# --- best


def test_the_best_response_stands_before_the_first_progression() -> None:
    rows = [image(30), to(1000, day=60), to(900, day=90), to(1900, day=120), image(150, gone(1), gone(2))]
    found = course(*rows)
    assert [one.value for one in found.verdicts] == ["NE", "PR", "PR", "PD", "CR"]
    assert found.best is found.verdicts[1]
    assert found.best_on == found.days[1]
    assert course(image(30)).best == course(image(30)).verdicts[0]  # NE where there is nothing better
    assert course(to(4000, day=30)).best == course(to(4000, day=30)).verdicts[0]


# --- properties

SIZES = st.integers(1, 60)
STATES = st.sampled_from(
    ["MEASURED", "MEASURED", "MEASURED", "GONE", "TOO_SMALL", "NOT_EVALUABLE", "MERGED", "SPLIT", None]
)


@st.composite
def imagings(draw: st.DrawFn) -> list[SimpleNamespace]:
    rows = []
    for place in range(draw(st.integers(0, 4))):
        row = st.builds(
            lesion, st.integers(1, 3), SIZES, SIZES, state=STATES, target=st.sampled_from(["Y", "Y", "N", None]),
            into=st.sampled_from([None, None, None, 1, 4]), is_new=st.sampled_from(["N", "N", "N", "Y", None]),
            deauville=st.sampled_from([None, 2, 4]), treated_locally=st.sampled_from(["N", "N", "N", "N", "Y"]),
        )  # fmt: skip
        lesions = draw(st.lists(row, max_size=3))
        method = draw(st.sampled_from(["CT", "PET_CT"]))
        rows.append(
            image(-7 + 37 * place, *lesions, method=method, new_bone_lesion=draw(st.sampled_from(["N", "N", "N", "Y"])))
        )
    return rows


@settings(max_examples=150, deadline=None)
@given(rows=imagings(), seed=st.integers(0, 99), mr=st.sampled_from(["2011", "2016"]))
def test_a_verdict_rests_on_the_past_alone_and_not_on_the_order_of_forms(
    rows: list[SimpleNamespace], seed: int, mr: str
) -> None:
    whole = alone(*rows, mr_spd_rule=mr)
    assert alone(*random.Random(seed).sample(rows, len(rows)), mr_spd_rule=mr) == whole
    for count in range(len(rows)):
        part = alone(*rows[:count], mr_spd_rule=mr)
        assert whole.verdicts[: len(part.verdicts)] == part.verdicts


@settings(max_examples=150, deadline=None)
@given(rows=imagings())
def test_every_clause_flag_and_basis_is_listed_and_every_sentence_is_whole(rows: list[SimpleNamespace]) -> None:
    for verdict in alone(*rows).verdicts:
        assert verdict.value in {*emd.ORDER, None}
        for each in verdict.walk():
            assert each.clause in emd.CLAUSES
            assert set(each.flags) <= set(emd.FLAGS)
            assert each.basis in emd.BASES
            assert set(re.findall(r"{(\w+)}", each.clause)) == set(each.shown)


WORSE = ["CR", "PR", "MR", "SD", "PD"]


@settings(max_examples=150, deadline=None)
@given(
    nadir=st.integers(0, 100), now=st.tuples(st.integers(0, 160), st.integers(0, 160)), kept=st.booleans(),
)  # fmt: skip
def test_larger_lesions_never_make_a_better_response(nadir: int, now: tuple[int, int], kept: bool) -> None:
    before = to(20 * nadir, day=60) if kept and nadir else image(60, lesion(1, 40, 25), lesion(2, 40, 25))
    less, more = (
        last(before, image(90, gone(1), gone(2)) if size == 0 else to(20 * size, day=90)).value for size in sorted(now)
    )
    assert WORSE.index(str(more)) >= WORSE.index(str(less))


def test_every_listed_clause_and_flag_is_tested_by_name() -> None:
    clauses, flags = set(), set()
    new, score = lesion(7, 9, 9, is_new="Y"), {"method": "PET_CT"}
    courses = [
        course(image(30), to(400), to(600, day=120)), course(image(90, gone(1), gone(2), new)), course(to(1001)),
        course(image(60, gone(1), gone(2)), to(2000)), course(image(90, gone(1), gone(2), new_bone_lesion="Y")),
        course(image(90, gone(1, deauville=5), gone(2), method="PET_CT")), course(to(1001), mr_spd_rule="2016"),
        course(image(90, lesion(1, 60, 25), gone(2))), course(to(2200, day=30)), alone(image(30)), alone(image(-1), image(30)),
        alone(image(-1, lesion(1, 20, 8)), image(90, lesion(1, 24, 10))), course(image(90, gone(1), gone(2), lesion(7, 9, 9))),
        alone(image(-1, lesion(1, 14, 8, target="N")), image(90, lesion(1, 9, 8))),
        alone(image(-1, lesion(1, 9, 8), lesion(2, 9, 8, target="N")), image(90, gone(1))),
        course(image(90, gone(1), gone(2), lesion(7, 9, 9, is_new=None))),
        alone(image(-1, lesion(1, 40, 25, deauville=5), **score), image(90, gone(1), **score)),
    ]  # fmt: skip
    treated = image(90, gone(1, treated_locally="Y"), gone(2, treated_locally="Y"))
    courses.append(course(treated, treated_target_excluded=True))
    for found in courses:
        for verdict in found.verdicts:
            clauses |= {each.clause for each in verdict.walk()}
            flags |= {flag for each in verdict.walk() for flag in each.flags}
    assert clauses == set(emd.CLAUSES)
    assert flags == set(emd.FLAGS)
    assert not set(emd.FLAGS) & set(crs.FLAGS)
