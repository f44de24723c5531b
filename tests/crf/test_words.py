"""A verdict in the reader's language: sentence, value, sign and remarks are words, never a code of a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from crf import answers, placeholders, words
from tests.crf import verdict_samples
from trial.rules import (
    antigen,
    boin,
    crs,
    crs_axes,
    ctcae,
    ecog,
    emd,
    emd_findings,
    escalation,
    haematotoxicity,
    icaht,
    icaht_days,
    iec_hs,
    iec_hs_on,
    imwg,
    imwg_measurable,
    imwg_progression,
    kinetics,
    kinetics_on,
    mrd,
    myeloma,
    t_icaht,
)
from trial.rules import imwg_components as components
from trial.rules import imwg_confirmed as confirmed
from trial.rules import imwg_marrow as marrow
from trial.rules import imwg_response as response
from trial.rules import time_to_event as tte
from trial.rules.timed import Timed
from trial.rules.verdict import Verdict

LANGUAGES = ("en", "zh-hans")
# Real abbreviations: a physician writes them, in both languages.
KNOWN = {
    "ASTCT", "BCMA", "CAR", "CMR", "CPAP", "CRS", "CTCAE", "EEG", "ICANS", "ICE", "III", "IMWG", "ISS", "MRD", "PET", "PMD", "PMR",
    "SMD", "SPD", "VGPR",
}  # fmt: skip
SHORT_CODES = ("BM", "NE")
CODE = re.compile(r"(?<![A-Za-z])[A-Z_]{3,}(?![a-z])")
FIGURE = re.compile(r"[<>] [\d.]+|[\d.]+(e-?\d+)?|–|\d{4}-\d\d-\d\d( \d\d:\d\d)?")
RULES = [module for module in words.rule_modules() if hasattr(module, "CLAUSES")]


def codes_in(text: str) -> list[str]:
    found = [code for code in CODE.findall(text) if code not in KNOWN]
    return found + [code for code in SHORT_CODES if re.search(rf"(?<![A-Za-z]){code}(?![A-Za-z])", text)]


def verdict(value: Any, clause: str = "Not recorded.", version: str = imwg.VERSION, **more: Any) -> Verdict:
    return Verdict(value=value, clause=clause, version=version, **more)


def every_line() -> Iterator[tuple[Any, words.Said]]:
    """Every verdict and finding of the samples beside what is said of it."""
    for one in verdict_samples.verdicts():
        yield from beside(one, words.said(one))


def beside(of: Verdict, said: words.Said) -> Iterator[tuple[Verdict, words.Said]]:
    yield of, said
    for finding, line in zip(of.because, said.because, strict=True):
        yield from beside(finding, line)


def shown_anywhere() -> dict[str, set[str]]:
    """Every text that stood in a placeholder, by the name of the placeholder."""
    found = {
        "device": {"FACE_MASK"},
        "count": {"2"},
        "died": {"2031-05-04"},
        "start": {"2031-03-01"},
        "months": {"2.0"},
        "days": {"61"},
        "on": {"2031-05-01"},
    }  # given by no subject and no worked case
    lines = [one for whole in verdict_samples.verdicts() for one in whole.walk()]
    for one in (*lines, *verdict_samples.times()):
        for name, text in one.shown.items():
            found.setdefault(name, set()).add(text)
    return found


# -- no code survives


def test_codes_are_recognised() -> None:
    assert codes_in("followed by SERUM + URINE") and codes_in("(BM)") and codes_in("OPEN_EPISODE") and codes_in("NE on")
    assert not codes_in("IMWG 2016: sCR, CR, VGPR, PR, PD; BCMA and CD38; CAR-T; 10⁹/L")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("module", RULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_sentence_of_a_rule_shows_a_code(module: ModuleType, language: str) -> None:
    shown = shown_anywhere()
    with translation.override(language):
        for clause in module.CLAUSES:
            names = set(re.findall(r"\{(\w+)\}", clause))
            # Each text of each placeholder once, beside one text of every other.
            filled = {name: sorted(shown[name]) for name in names}
            for turn in range(max((len(texts) for texts in filled.values()), default=1)):
                texts = {name: found[turn % len(found)] for name, found in filled.items()}
                sentence = placeholders.sentence(clause, texts)
                assert not codes_in(sentence), sentence
                assert "{" not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_said_of_a_subject_or_a_worked_case_shows_a_code(language: str) -> None:
    with translation.override(language):
        lines = list(every_line())
        assert len(lines) > 2000
        for of, said in lines:
            for text in (said.sentence, said.value, *said.remarks):
                assert not codes_in(text), (of.version, of.value, text)
            assert said.sign in ("yes", "no", "missing", "info")
            assert len(said.remarks) == len(of.flags), (of.version, of.flags)


def test_what_stands_in_any_other_placeholder_is_a_figure_a_day_or_a_time() -> None:
    others = {name: texts for name, texts in shown_anywhere().items() if name not in placeholders.PLACEHOLDERS}
    assert len(others) > 20
    assert [(name, text) for name, texts in others.items() for text in texts if not FIGURE.fullmatch(text)] == []


def test_every_value_that_a_rule_gives_has_words_of_its_own() -> None:
    """A value that falls through to the code itself would be shown as such; but for routes, and doses, which are figures."""
    values = {
        (of.version, of.value) for of, _ in every_line() if of.value is not None and of.version in answers.ANSWERS
    }
    known = {(version, value) for version, found in answers.ANSWERS.items() for value in found}
    left = {(version, value) for version, value in values - known if version not in answers.GRADING}
    assert left
    doses = {(version, value) for version, value in left if version in (escalation.VERSION, boin.VERSION)}
    assert doses and all(FIGURE.fullmatch(str(value)) for _, value in doses)
    left -= doses
    assert all(set(str(value).split("+")) <= set(placeholders.ROUTES) for _, value in left), left


def test_every_code_that_a_rule_can_insert_is_known() -> None:
    assert set(placeholders.ROUTES) == set(imwg_measurable.CLASSES)
    assert set(placeholders.PARTS) == {*imwg_measurable.CLASSES, "FLC_RATIO", "CLONALITY", "ROUTE"}
    assert set(placeholders.REASONS) == set(imwg_progression.REASONS)
    assert set(placeholders.REFERENCES) == set(ctcae.MISSING_FLAG)


# -- sentences


def test_parts_and_routes_are_listed_as_a_sentence_asks_for_them() -> None:
    one = verdict("PR", response.PARTIAL, shown={"parts": "URINE"})
    assert words.said(one).sentence == "Partial response; urine M-protein allows no more."
    two = verdict("NE", response.NOT_EVALUABLE, shown={"parts": "SERUM, FLC"})
    assert words.said(two).sentence == (
        "Not evaluable: each of serum M-protein and the measurement of free light chains is missing and the response "
        "needs it."
    )
    three = verdict("SERUM+URINE+PLASMACYTOMA", imwg_measurable.ROUTE, shown={"route": "SERUM + URINE + PLASMACYTOMA"})
    assert words.said(three).sentence == "Response is followed by serum M-protein, urine M-protein and plasmacytomas."
    assert words.said(three).value == "serum M-protein, urine M-protein and plasmacytomas"


def test_reasons_levels_and_limits_are_in_words() -> None:
    progressed = verdict("PD", confirmed.PD_AT_ONCE, shown={"day": "2031-04-01", "reasons": "IMAGING, CPC"})
    assert words.said(progressed).sentence == (
        "Progression on 2031-04-01 (new or growing lesions, circulating plasma cells) needs no second test."
    )
    level = {"level": "SCR", "day": "2031-04-01", "next": "SCR", "next_day": "2031-05-01"}
    assert words.said(verdict("SCR", confirmed.CONFIRMED, shown=level)).sentence == (
        "sCR on 2031-04-01, confirmed by sCR on 2031-05-01."
    )
    graded = ctcae.grade("NEUTROPENIA", 1.6, lln=1.8)
    assert words.said(graded).sentence == (
        "1.6 × 10⁹/L lies within the limits of grade 1: 1.5 ≤ x < lower limit of normal (1.8)."
    )


def test_a_threshold_of_mrd_is_no_level_of_response() -> None:
    negative = verdict("NEG", mrd.LEVEL_BELOW, mrd.VERSION, shown={"level": "5e-6", "threshold": "1e-5"})
    assert words.said(negative).sentence == "Detected at 5e-6, below the threshold of 1e-5."


def test_a_device_that_is_not_in_the_table_is_called_by_its_label() -> None:
    odd = verdict(None, crs_axes.OXYGEN_UNKNOWN, crs.VERSION, shown={"device": "FACE_MASK"})
    assert words.said(odd).sentence == "Oxygen support Simple face mask is not in the table."


def test_a_chinese_sentence_lists_in_the_chinese_manner_without_spaces_between_characters() -> None:
    given = {"drugs": "norepinephrine, vasopressin"}
    lesions = verdict("NE", emd.TARGET_UNREAD, emd.VERSION, shown={"lesions": "1, 3"})
    with translation.override("zh-hans"):
        assert words.said(verdict(3, crs_axes.ONE_PRESSOR, crs.VERSION, shown=given)).sentence == (
            "一种升压药，合用或不合用血管加压素（去甲肾上腺素、血管加压素）。"
        )
        assert "靶病灶 1、3 未测量" in words.said(lesions).sentence
        assert placeholders.BETWEEN_CHINESE.sub("", "缺少 骨髓 ，血清 M 蛋白") == "缺少骨髓，血清 M 蛋白"


# -- values and signs


@pytest.mark.parametrize(("given", "value", "sign"), [
    (verdict(3, version=crs.VERSION), "Grade 3", "yes"),
    (verdict(0, version="icans_astct_2019"), "Grade 0", "no"),
    (verdict(4, version="ctcae_6"), "Grade 4", "yes"),
    (verdict(None, version="ctcae_5"), "", "missing"),
    (verdict(None, ctcae.NO_ROWS, "ctcae_5"), "does not apply", "info"),
    (verdict("SCR"), "sCR", "yes"),
    (verdict("SD"), "SD", "no"),
    (verdict("PD", response.PROGRESSIVE, shown={"reasons": "BM"}), "PD", "no"),
    (verdict("NE"), "not evaluable", "missing"),
    (verdict("MISSING"), "none", "missing"),
    (verdict("NONE", imwg_measurable.ROUTE_NONE), "not measurable", "no"),
    (verdict(None, confirmed.AFTER_THERAPY, shown={"day": "2031-05-01"}), "not counted", "info"),
    (verdict(None, myeloma.NOT_INFUSED), "does not apply", "info"),
    (verdict("PD", version=emd.VERSION), "PD", "no"),
    (verdict(None, emd.NO_LESIONS, emd.VERSION), "does not apply", "info"),
    (verdict("NEG", version=mrd.VERSION), "negative", "yes"),
    (verdict("NOT_EVALUABLE", version=mrd.VERSION), "not evaluable", "missing"),
    (verdict("NOT_EVALUABLE", mrd.CR_NEVER, mrd.VERSION), "does not apply", "info"),
    (verdict("N", version=mrd.VERSION), "not sustained", "no"),
    (verdict("BCMA-CD38+", version=antigen.VERSION), "CD38 expressed, BCMA not", "no"),
    (verdict("X", version="a rule of tomorrow"), "X", "info"),
    (verdict("28000 copies/ug", version=kinetics.VERSION), "28000 copies/µg", "info"),
    (verdict("15031 copies/ug·d", version=kinetics.VERSION), "15031 copies/µg·d", "info"),
    (verdict("0.350 cells/uL", version=kinetics.VERSION), "0.350 cells/µL", "info"),
    (verdict("2031-03-08", version=kinetics.VERSION), "2031-03-08", "info"),
    (verdict(None, kinetics.NEVER, kinetics.VERSION), "", "missing"),
    (verdict(None, kinetics_on.BEFORE, kinetics.VERSION), "does not apply", "info"),
    (verdict(3, icaht.HELD, icaht.VERSION, shown={"threshold": "0.5", "unit": "10^9/L"}), "Grade 3", "yes"),
    (verdict(None, haematotoxicity.BEFORE, t_icaht.VERSION), "does not apply", "info"),
    (verdict(None, iec_hs.LISTED, iec_hs.VERSION), "listed", "info"),
    (verdict(None, iec_hs_on.BEFORE, iec_hs.VERSION), "baseline", "info"),
    (verdict(1, version=ecog.VERSION), "1", "info"),
    (verdict("DE_ESCALATE", version=boin.VERSION), "go down", "info"),
    (verdict("2.0", version=escalation.VERSION), "2.0", "info"),
])  # fmt: skip
def test_a_verdict_has_a_value_in_words_and_a_sign(given: Verdict, value: str, sign: str) -> None:
    said = words.said(given)
    assert (said.value, said.sign) == (value, sign)


@pytest.mark.parametrize(("given", "value", "sign"), [
    (verdict(1, crs_axes.FEVER, crs.VERSION, shown={"temperature": "39.0", "threshold": "38.0"}), "", "yes"),
    (verdict(0, crs_axes.NO_FEVER, crs.VERSION, shown={"temperature": "37.0", "threshold": "38.0"}), "", "no"),
    (verdict(3, crs_axes.MASK, crs.VERSION), "Grade 3", "yes"),
    (verdict(0, crs_axes.NO_OXYGEN, crs.VERSION), "", "no"),
    (verdict("WAIVED", crs.WAIVED, crs.VERSION), "waived", "info"),
    (verdict(1, emd_findings.ALL_GONE, emd.VERSION), "", "yes"),
    (verdict(0, emd_findings.NOTHING_NEW, emd.VERSION), "", "no"),
    (verdict(None, emd_findings.NO_TARGET, emd.VERSION), "", "missing"),
    (verdict("MEASURABLE"), "", "yes"),
    (verdict("NOT_MEASURABLE"), "", "no"),
    (verdict("NOT_MEASURABLE", imwg_measurable.MARROW_NOT_NEEDED), "", "info"),
    (verdict("PD", imwg_progression.LESIONS_PD, shown={"day": "2031-05-01"}), "PD", "yes"),
    (verdict("NO"), "", "no"),
    (verdict("PR", components.URINE_STUDY_MISSING), "PR", "missing"),
    (verdict("VGPR", marrow.MARROW_MISSING), "VGPR", "missing"),
    (verdict("CR", marrow.SCR_CLONE, shown={"day": "2031-05-01"}), "CR", "no"),
    (verdict(None, components.SERUM_MISSING), "", "missing"),
    (verdict(None, icaht_days.KNOWN_LOCF, icaht.VERSION, shown={"days": "9", "first": "0", "last": "30"}), "", "info"),
    (verdict(None, iec_hs.REQUIRED_FINDINGS, iec_hs.VERSION), "", "info"),
    (verdict(None, iec_hs.NO_RISE_KNOWN, iec_hs.VERSION), "", "missing"),
])  # fmt: skip
def test_a_finding_has_a_sign_and_no_number_for_yes_and_no(given: Verdict, value: str, sign: str) -> None:
    (found,) = words.said(verdict("PR", because=(given,))).because
    assert (found.value, found.sign) == (value, sign)


def test_an_abbreviated_response_has_its_whole_name_beside_it() -> None:
    assert words.said(verdict("SCR")).full == "Stringent complete response (sCR)"
    assert words.said(verdict("PD", version=emd.VERSION)).full == "Progressive disease (PD)"
    assert words.said(verdict("MEASURABLE")).full == ""
    assert words.said(verdict(3, version=crs.VERSION)).full == ""


def test_each_antigen_is_called_by_its_name() -> None:
    lost = verdict(0, antigen.LOST, antigen.VERSION, shown={"percent": "2.0", "cutoff": "10.0"})
    unread = verdict(None, antigen.UNREAD, antigen.VERSION)
    found = words.said(verdict("BCMA-CD38+", antigen.NO_PROGRESSION, antigen.VERSION, because=(lost, unread))).because
    assert [one.sentence for one in found] == [
        "BCMA: 2.0 % of plasma cells, below 10.0 %: not expressed.",
        "CD38: Not recorded.",
    ]


def test_grades_are_said_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert words.said(verdict(3, version=crs.VERSION)).value == "3 级"


# -- remarks


def remarks(version: str, *flags: str) -> tuple[str, ...]:
    return words.said(verdict(None, version=version, flags=flags)).remarks


@pytest.mark.parametrize("module", [module for module in words.rule_modules() if hasattr(module, "FLAGS")])
def test_every_rule_has_its_remarks(module: Any) -> None:
    assert module.FLAGS in words.flags_of_rules().values()


def test_a_flag_that_two_rules_share_is_said_as_the_rule_says_it() -> None:
    assert remarks("imwg_2016", "POSSIBLE_FLARE") == (imwg.FLAGS["POSSIBLE_FLARE"],)
    assert remarks("imwg_2016_emd", "POSSIBLE_FLARE") == (emd.FLAGS["POSSIBLE_FLARE"],)
    assert imwg.FLAGS["POSSIBLE_FLARE"] != emd.FLAGS["POSSIBLE_FLARE"]


def test_a_finding_of_another_rule_keeps_its_own_remarks() -> None:
    lesions = verdict("PD", emd.SD, emd.VERSION, flags=("POSSIBLE_FLARE", "REAPPEARED"))
    said = words.said(verdict("PD", because=(lesions,), flags=("PD6", "POSSIBLE_FLARE", "REAPPEARED")))
    assert said.remarks == (imwg.FLAGS["PD6"], imwg.FLAGS["POSSIBLE_FLARE"], emd.FLAGS["REAPPEARED"])
    assert said.because[0].remarks == (emd.FLAGS["POSSIBLE_FLARE"], emd.FLAGS["REAPPEARED"])


def test_a_flag_carried_up_is_said_as_the_rule_of_the_finding_says_it() -> None:
    lesions = verdict("PD", emd.SD, emd.VERSION, flags=("POSSIBLE_FLARE",))
    assert words.said(verdict(2, version=crs.VERSION, because=(lesions,), flags=("POSSIBLE_FLARE",))).remarks == (
        emd.FLAGS["POSSIBLE_FLARE"],
    )


@pytest.mark.parametrize("version", sorted(ctcae.TABLES))
def test_a_rule_with_several_versions_has_remarks_in_each(version: str) -> None:
    assert remarks(version, "LLN_MISSING") == (ctcae.FLAGS["LLN_MISSING"],)


def test_a_flag_of_another_rule_is_still_said_and_one_of_no_rule_is_not() -> None:
    assert remarks("astct_2019", "LOWER_BOUND", "PD6", "NOT_A_FLAG") == (crs.FLAGS["LOWER_BOUND"], imwg.FLAGS["PD6"])
    assert remarks("", "PD6") == (imwg.FLAGS["PD6"],)


def test_a_remark_is_in_the_language_of_the_reader() -> None:
    with translation.override("zh-hans"):
        assert remarks("imwg_2016", "PD1") == ("依据血清 M 蛋白判定的疾病进展。",)
        assert remarks("icans_astct_2019", "ICANS_ONSET_LATE") == ("起始时间晚于回输后 28 天。",)


# -- times


def timed(event: bool | None, on: date | None, **more: Any) -> Timed:
    given = {"clause": tte.CLAUSES[0], "basis": tte.BASES[0], "version": "time_to_event_1", **more}
    return Timed(event=event, on=on, start=date(2031, 3, 1), **given)


def test_a_time_is_said_with_its_outcome_days_months_and_reason() -> None:
    censored = timed(
        False, date(2031, 5, 30), clause="New anti-myeloma therapy on {therapy} before any adequate assessment: censored at the start.",
        shown={"therapy": "2031-04-02"}, flags=("PROGRESSION_NOT_COUNTED",),
    )  # fmt: skip
    said = words.said_time(censored)
    assert (said.event, said.outcome, said.on, said.days, said.months) == (
        False,
        "censored",
        date(2031, 5, 30),
        90,
        "3.0",
    )
    assert said.sentence.startswith("New anti-myeloma therapy on 2031-04-02 before")
    assert said.basis == tte.BASES[0]
    assert said.remarks == (tte.FLAGS["PROGRESSION_NOT_COUNTED"],)
    assert words.said_time(timed(True, date(2031, 3, 15))).months == "0.5"
    with translation.override("zh-hans"):
        assert (
            words.said_time(censored).sentence
            == "在任何充分的评估之前，于 2031-04-02 开始新的抗骨髓瘤治疗：在起点删失。"
        )


def test_a_time_that_does_not_apply_has_no_day_and_no_months() -> None:
    said = words.said_time(timed(None, None))
    assert (said.event, said.outcome, said.on, said.days, said.months) == (None, "does not apply", None, None, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_time_of_a_subject_or_a_worked_case_shows_a_code(language: str) -> None:
    with translation.override(language):
        for one in verdict_samples.times():
            said = words.said_time(one)
            assert not codes_in(said.sentence) and not [text for text in said.remarks if codes_in(text)]
            assert len(said.remarks) == len(one.flags)
            assert (said.months == "") == (one.event is None)


# -- on the page


def shown_as(template: str, **context: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", render_to_string(template, context)).split())


def test_the_page_shows_the_value_in_words_and_a_sign_at_every_finding() -> None:
    found = verdict(
        2, crs_axes.HYPOTENSION_NO_PRESSOR, crs.VERSION,
        because=(verdict(2, crs_axes.HYPOTENSION_NO_PRESSOR, crs.VERSION), verdict(0, crs_axes.NO_OXYGEN, crs.VERSION),
                 verdict(None, crs_axes.TEMPERATURE_MISSING, crs.VERSION)),
    )  # fmt: skip
    entry = {"label": "CRS", "verdict": words.said(found)}
    assert shown_as("crf/_verdict.html", verdicts=[entry]) == (
        "CRS Grade 2 Hypotension without a vasopressor. Yes : Hypotension without a vasopressor. Grade 2 "
        "No : No oxygen support. Missing : The temperature is not recorded."
    ).replace(" : ", ": ")


def test_a_verdict_that_cannot_be_judged_says_so_on_the_page() -> None:
    entry = {"label": "CRS", "verdict": words.said(verdict(None, version=crs.VERSION))}
    assert "not to be judged yet" in shown_as("crf/_verdict.html", verdicts=[entry])
    entry = {"label": "Response", "verdict": words.said(verdict("SCR"))}
    page = render_to_string("crf/_verdict.html", {"verdicts": [entry]})
    assert 'title="Stringent complete response (sCR)">sCR<' in page
