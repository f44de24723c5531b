"""A verdict in the reader's language: remarks are those of the rule that made it, also where two rules share a flag."""

from __future__ import annotations

import pytest
from django.utils import translation

from crf import words
from trial.rules import crs, ctcae, emd, imwg
from trial.rules.verdict import Verdict


def remarks(version: str, *flags: str) -> tuple[str, ...]:
    return words.said(Verdict(value=None, clause="Not recorded.", version=version, flags=flags)).remarks


@pytest.mark.parametrize("module", [module for module in words.rule_modules() if hasattr(module, "CLAUSES")])
def test_every_rule_has_its_remarks(module: object) -> None:
    assert module.FLAGS in words.flags_of_rules().values()  # type: ignore[attr-defined]


def test_a_flag_that_two_rules_share_is_said_as_the_rule_says_it() -> None:
    assert remarks("imwg_2016", "POSSIBLE_FLARE") == (imwg.FLAGS["POSSIBLE_FLARE"],)
    assert remarks("imwg_2016_emd", "POSSIBLE_FLARE") == (emd.FLAGS["POSSIBLE_FLARE"],)
    assert imwg.FLAGS["POSSIBLE_FLARE"] != emd.FLAGS["POSSIBLE_FLARE"]


def test_a_finding_of_another_rule_keeps_its_own_remarks() -> None:
    lesions = Verdict(value="PD", clause=emd.SD, version="imwg_2016_emd", flags=("POSSIBLE_FLARE",))
    whole = Verdict(value="PD", clause=emd.SD, version="imwg_2016", because=(lesions,), flags=("PD6", "POSSIBLE_FLARE"))
    said = words.said(whole)
    assert said.remarks == (imwg.FLAGS["PD6"], imwg.FLAGS["POSSIBLE_FLARE"])
    assert said.because[0].remarks == (emd.FLAGS["POSSIBLE_FLARE"],)


@pytest.mark.parametrize("version", sorted(ctcae.TABLES))
def test_a_rule_with_several_versions_has_remarks_in_each(version: str) -> None:
    assert remarks(version, "LLN_MISSING") == (ctcae.FLAGS["LLN_MISSING"],)


def test_a_flag_of_another_rule_or_of_none_is_no_remark() -> None:
    assert remarks("astct_2019", "LOWER_BOUND", "PD6", "NOT_A_FLAG") == (crs.FLAGS["LOWER_BOUND"],)
    assert remarks("", "LOWER_BOUND") == ()


def test_a_remark_is_in_the_language_of_the_reader() -> None:
    with translation.override("zh-hans"):
        assert remarks("imwg_2016", "PD1") == ("依据血清 M 蛋白判定的疾病进展。",)
        assert remarks("icans_astct_2019", "ICANS_ONSET_LATE") == ("起始时间晚于回输后 28 天。",)
