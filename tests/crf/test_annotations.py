"""Every item is annotated with a variable of SDTMIG 3.4 that exists, and code lists hold the submission values of CDISC."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crf import codelists
from crf.declare.form import casebook
from crf.exports import sdtm_model


def items() -> Iterator[tuple[str, str, str]]:
    """Where, kind, annotation: of every item and every item of a grid."""
    for form in casebook():
        name = form.declared.name
        for item, of in form.declared.items.items():
            yield f"{name}.{item}", of.kind, of.about.sdtm
        for grid, rows in form.declared.rows.items():
            for item, of in rows.row.declared.items.items():
                yield f"{name}.{grid}.{item}", of.kind, of.about.sdtm


@pytest.mark.parametrize(("where", "annotation"), [(where, annotation) for where, _kind, annotation in items()])
def test_the_annotation_of_an_item_can_be_exported(where: str, annotation: str) -> None:
    assert sdtm_model.problem(annotation) == "", where


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        ("LB.LBORRES:HGB", ""), ("DM.SEX", ""), ("SUPPDM.ETHNICG", ""), ("CO.COVAL", ""), ("VS.VSLOC", ""),
        ("XX.XXORRES:HGB", "XX is no domain"), ("LB.LBORES:HGB", "LBORES is no variable of LB"), ("LB.LBORRES", "needs the code"),
        ("LB.LBORRES:HAEMOGLOBIN", "at most 8"), ("LB.LBORRES:1ST", "a letter first"), ("LB.LBORRES:hgb", "capital"),
        ("AE.AETERM:X", "has no tests"), ("SUPPDM.ETHNICGROUP", "at most 8"), ("SUPPAE.AESER", "a variable of AE itself"),
        ("SUPPXX.ABC", "XX is no domain"), ("DM.DMSEX", "no variable of DM"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(annotation: str, says: str) -> None:
    found = sdtm_model.problem(annotation)
    assert (says in found) if says else found == ""


def test_what_a_person_writes_at_length_is_no_supplemental_qualifier() -> None:
    """A supplemental qualifier holds 200 characters; a memo more."""
    assert [where for where, kind, annotation in items() if kind == "memo" and annotation.startswith("SUPP")] == []


# CDISC SDTM controlled terminology 2025-03-28.
SUBMISSION = {
    codelists.EventOutcome: {  # C66768
        "FATAL", "NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "RECOVERING/RESOLVING",
        "UNKNOWN",
    },
    codelists.EventAction: {  # C66767
        "DOSE INCREASED", "DOSE NOT CHANGED", "DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN", "NOT APPLICABLE", "UNKNOWN",
    },
    codelists.EndReason: {"COMPLETED", "DEATH", "LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT", "OTHER"},  # C66727, extended
    codelists.Sex: {"F", "M"},  # C66731
    codelists.Route: {  # C66729
        "ORAL", "INTRAVENOUS", "SUBCUTANEOUS", "INTRAMUSCULAR", "INTRATHECAL", "RESPIRATORY (INHALATION)", "TOPICAL", "OTHER",
    },
}  # fmt: skip


@pytest.mark.parametrize("codes", SUBMISSION, ids=lambda codes: codes.__name__)
def test_a_code_list_of_cdisc_holds_its_submission_values(codes: type[codelists.EventOutcome]) -> None:
    assert set(codes.values) <= SUBMISSION[codes]
