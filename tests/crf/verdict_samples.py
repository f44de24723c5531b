"""What the rules say of the demonstration subjects and the worked examples: verdicts and times to be put into words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crf.demo import rows
from tests.demo import demo_records as demo
from tests.rules import (
    blood_counts,
    emd_images,
    icans_assessments,
    iec_hs_rows,
    imwg_records,
    lee_assessments,
    test_before_and_dose,
    test_crs_temperature,
    test_escalation,
    test_kinetics,
    test_staging,
)
from tests.rules.crs_assessments import assessment, pressor
from trial.rules import (
    body_size,
    boin,
    crs,
    ctcae,
    dlt,
    dose_given,
    ecog,
    emd,
    escalation,
    haematotoxicity,
    icans,
    kinetics_on,
    metabolic,
    mrd,
    mrd_imaging,
    myeloma,
    persistence,
    prior_lines,
    time_to_event,
)
from trial.rules.antigen import antigen_at_relapse
from trial.rules.time_to_event import Assessed, Due
from trial.rules.timed import Timed
from trial.rules.verdict import Verdict

SUBJECTS = tuple(row.subject_id for row in rows.read())
THRESHOLDS = ("1e-4", "1e-5", "1e-6")
LLN = {"neutrophils": "1.8", "leukocytes": "3.5", "haemoglobin": "130", "platelets": "125", "lymphocytes": "1.1"}


def worked(name: str) -> Any:
    return json.loads((Path(__file__).parent.parent / "worked" / f"{name}.json").read_text(encoding="utf-8"))


@cache
def verdicts() -> tuple[Verdict, ...]:
    """Whole verdicts, each with its findings, each once."""
    found = [*_crs(), *_icans(), *_ctcae(), *_emd(), *_imwg(), *_staging(), *_lee(), *_counts()]
    found += [*_escalation(), *_kinetics(), *_before()]
    for subject in SUBJECTS:
        found += [*_response(subject), *_marrows(subject), *_blood(subject)]
    return tuple({(one.version, one.clause, str(one.value), one.sentence, one.because): one for one in found}.values())


@cache
def times() -> tuple[Timed, ...]:
    """Times to events, of the demonstration subjects and as worked."""
    found: list[Timed] = []
    for subject in SUBJECTS:
        followed = myeloma.follow(demo.records(subject), infused_on=demo.infused_on(subject), schedule=demo.SCHEDULE)
        found += [followed.pfs, followed.os, followed.dor, followed.ttnt]
        samples = demo.records(subject)["cart_persistence"]
        for rule in ("first", "confirmed"):
            options = persistence.PersistenceOptions(rule=rule)
            found.append(persistence.loss(samples, infused_on=demo.infused_on(subject), options=options).timed)
    return (*found, *_worked_times())


def _before() -> Iterator[Verdict]:
    for case in worked("crs_temperature")["cases"]:
        yield test_crs_temperature.judged(case)
    for case in worked("body_size")["cases"]:
        yield body_size.surface(case["height"], case["weight"], body_size.BodyOptions(case["formula"]))
    for case in worked("dose_given")["by_weight"]:
        yield dose_given.by_weight(case["total"], case["weight"])
    for case in worked("dose_given")["against_plan"]:
        yield dose_given.against_plan(case["per_kg"], case["level"])
    for case in worked("prior_lines")["cases"]:
        rows = test_before_and_dose.lines(*case["lines"])
        yield from (prior_lines.counted(rows), prior_lines.refractory(rows))


def _escalation() -> Iterator[Verdict]:
    file = worked("escalation")
    for case in (*file["three_plus_three"], *file["boin_steps"], {"levels": [[0, 2, 1]], "at": 0}):
        levels = test_escalation.levels(*case["levels"])
        for rule in (escalation, boin):
            yield from rule.next_step(levels, at=case["at"]).walk()
            yield rule.maximum_tolerated(levels)
    for days in (13, 14):
        yield dlt.staggered(date(2025, 11, 3) + timedelta(days=days), [date(2025, 11, 3)])
    yield dlt.evaluable(infused_on=date(2025, 11, 3), answer=None, dlt=None, evaluated_on=None)


def _kinetics() -> Iterator[Verdict]:
    for case in worked("kinetics")["cases"]:
        yield from _results(test_kinetics.curve(*case["points"]))
    # No worked curve has more: samples left out with their day, a curve of the cells of flow cytometry.
    yield from _results([*test_kinetics.GAPS, test_kinetics.sample(None, 5), test_kinetics.sample(-3, 5)])
    flow = [test_kinetics.sample(day, value, unit=test_kinetics.CELLS) for day, value in ((7, "4.25"), (28, "0.5"))]
    yield from _results(flow, unit=test_kinetics.CELLS)


def _results(samples: list[SimpleNamespace], unit: str = test_kinetics.COPIES) -> Iterator[Verdict]:
    curve = test_kinetics.judge(samples, unit=unit)
    yield from (kinetics_on.as_verdict(curve, name) for name in kinetics_on.RESULTS)


def _worked_times() -> Iterator[Timed]:
    file, start = worked("time_to_event"), imwg_records.INFUSED
    schedule = [Due(*due) for due in file["schedule"]]
    for case in file["cases"]:
        day = {name: start + timedelta(days=case[name]) for name in ("progression", "death", "therapy") if name in case}
        yield time_to_event.pfs(
            infused_on=start,
            assessments=[Assessed(start + timedelta(days=one), "PR", True) for one in case["adequate"]],
            progression_on=day.get("progression"),
            died_on=day.get("death"),
            new_therapy_on=day.get("therapy"),
            has_baseline=case.get("baseline", True),
            schedule=schedule,
        )


def _crs() -> Iterator[Verdict]:
    file = worked("astct_2019")
    for case in file["cases"]:
        yield from crs.course(
            [_crs_of(file["clear"], one) for one in (*case.get("history", ()), case["assessment"])]
        ).verdicts


def _crs_of(clear: dict[str, Any], case: dict[str, Any]) -> SimpleNamespace:
    items = {**clear, **case}
    day = items.pop("day", 0)
    given = [pressor(one["drug"], one["started_at"], one["stopped_at"], day=day) for one in items["vasopressors"]]
    return assessment(day=day, **{**items, "vasopressors": given})


def _icans() -> Iterator[Verdict]:
    for case in worked("icans_astct_2019")["cases"]:
        missing = dict.fromkeys(icans_assessments.FULL_ICE)
        score = missing if case["ice"] is None else icans_assessments.ice(case["ice"])
        yield icans_assessments.judge(icans_assessments.assessment(**{**score, **case["items"]}))
    yield icans_assessments.grade(**icans_assessments.ice(8), baseline_ice=8)


def _staging() -> Iterator[Verdict]:
    for case in worked("staging")["cases"]:
        items = {name: text if text in "YNU" else Decimal(text) for name, text in case["items"].items()}
        yield test_staging.judge(case["rule"], items)
    # No worked case has more: contradictions, a share by the other reading, stages left open or given all the same.
    yield test_staging.judge("r2_iss", {"gain_1q": "N", "gain_1q_copies": 4})
    yield test_staging.judge("high_risk_2025", {"del_17p": "N", "del_17p_percent": 60})
    yield from (ecog.ecog(code) for code in (*range(6), None))


def _lee() -> Iterator[Verdict]:
    yield from (verdict for _case, verdict in lee_assessments.worked())
    yield lee_assessments.grade(lee_assessments.pressor("NOREPINEPHRINE", 20, hours=2))


def _counts() -> Iterator[Verdict]:
    yield from (verdict for _case, verdict in blood_counts.worked())
    for case, found in iec_hs_rows.worked():
        yield found.verdict
        yield iec_hs_rows.around(case["limits"], 12, **case["rows"])
    yield haematotoxicity.early_on(None, None)


def _ctcae() -> Iterator[Verdict]:
    for case in worked("ctcae")["cases"]:
        for lln in (case["lln"], None):
            yield ctcae.grade(case["term"], Decimal(case["value"]), lln=lln and Decimal(lln), version=case["version"])


def _emd() -> Iterator[Verdict]:
    file = worked("emd")
    images = []
    for step in (file["baseline"], *file["follow_up"]):
        seen = [
            emd_images.lesion(number, long, short) if long else emd_images.gone(number)
            for number, long, short in step["lesions"]
        ]
        seen += [emd_images.lesion(*step["new"], is_new="Y", target="N")] if "new" in step else []
        images.append(emd_images.image(step["day"], *seen))
    yield from emd.course(images, infused_on=emd_images.INFUSED).verdicts
    # A target of the baseline is not measured, then all lesions are gone but one is active.
    unread = emd_images.image(28, emd_images.lesion(1), emd_images.lesion(2, 30, 20))
    avid = emd_images.image(61, emd_images.gone(1, deauville=Decimal(5)), emd_images.gone(2), method="PET_CT")
    yield from emd.course([images[0], unread, avid], infused_on=emd_images.INFUSED).verdicts


def _imwg() -> Iterator[Verdict]:
    file = worked("imwg_2016")
    for case in file["time_points"]:
        bone = dict(case["marrow"])
        before = bone.pop("baseline", None)
        marrows = [imwg_records.marrow(28, **bone)]
        if before is not None:
            marrows.append(imwg_records.marrow(-3, plasma_cells_aspirate=None, plasma_cells_biopsy=before))
        baseline = {**file["gone"], **file["baselines"][case["baseline"]]}
        labs = [imwg_records.laboratory(-3, baseline), imwg_records.laboratory(28, {**file["gone"], **case["now"]})]
        lesions = imwg_records.lesion_course({28: case["lesions"]}) if "lesions" in case else None
        yield from _of(imwg_records.course(labs, marrows, lesions))


def _of(course: Any) -> Iterator[Verdict]:
    yield from (course.measurable, course.best, course.best_unconfirmed)
    yield from (*course.verdicts, *course.own, *course.confirmed)


def _response(subject: str) -> Iterator[Verdict]:
    yield from _of(demo.response(subject))
    yield from demo.lesions(subject).verdicts
    yield from icans.course(demo.records(subject)["icans_assessment"]).verdicts


def _marrows(subject: str) -> Iterator[Verdict]:
    marrows, infused, course = demo.records(subject)["bone_marrow"], demo.infused_on(subject), demo.response(subject)
    responses = [(day, str(one.value)) for day, one in zip(course.days, course.verdicts, strict=True)]
    for threshold in THRESHOLDS:
        followed = mrd.course(marrows, threshold, infused_on=infused)
        yield from (mrd.any_time(followed), mrd.within_cr(followed, responses=responses), mrd.sustained(followed))
        yield from _pets(subject, followed)
    yield antigen_at_relapse(marrows, progressed_on=course.progression_on, infused_on=infused)


def _pets(subject: str, followed: mrd.MrdCourse) -> Iterator[Verdict]:
    images, infused = demo.records(subject)["extramedullary_lesions"], demo.infused_on(subject)
    seen = mrd_imaging.pets(images, infused_on=infused)
    yield from (one.verdict for one in seen)
    yield mrd_imaging.imaging_plus(followed, seen)
    before = metabolic.follow(images, infused_on=infused).before
    yield from (metabolic.metabolic(one, before=before) for one in images)


def _blood(subject: str) -> Iterator[Verdict]:
    for form in demo.records(subject)["haematology"]:
        for item, lln in LLN.items():
            value = getattr(form, item)
            yield ctcae.grade(ctcae.TERM_OF_ITEM[item], value, lln=Decimal(lln))
            yield ctcae.grade(ctcae.TERM_OF_ITEM[item], value, version="ctcae_6")
