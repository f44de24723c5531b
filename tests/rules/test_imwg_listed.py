"""The lists of IMWG clauses and flags hold what the rule can say: nothing missing, nothing left over, no placeholder open."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    BOTH,
    DIRTY_MARROW,
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
from trial.rules.verdict import Verdict

NO_SERUM = {"serum_m_protein": None, "serum_immunofixation": None}
NO_URINE = {"urine_m_protein": None, "urine_immunofixation": None}
CHAINS_BELOW = {"kappa_below_loq": "Y", "lambda_below_loq": "Y"}
LABS: list[dict[str, Any]] = [
    {}, BANDS, NO_SERUM, NO_URINE, {"spurious": "Y"}, {"kappa_flc": None, "lambda_flc": None}, CHAINS_BELOW,
    {"kappa_flc": 3, "kappa_below_loq": "Y"}, {"serum_immunofixation": None}, {"urine_immunofixation": None},
    {"oligoclonal": "Y", **BANDS, "serum_m_protein": 0.6},
    {**BANDS, "serum_reflex": "NEGATIVE"}, {**BANDS, "serum_reflex": "NEGATIVE", "serum_m_protein": 1},
    {"calcium": 3, "serum_m_protein": 1}, *({**BANDS, "serum_m_protein": one} for one in (0.3, 1.5, 2.5, 3.8, 7.1, 12)),
    *({**BANDS, "urine_m_protein": one} for one in (50, 150, 280, 450, 2800, 9000)),
    *({"kappa_flc": one, "lambda_flc": 10} for one in (30, 200, 500, 2000)),
]  # fmt: skip
BASES: list[dict[str, Any]] = [
    SERUM, URINE, {**BOTH, "urine_m_protein": 3000}, FLC, NOTHING, {**SERUM, "serum_m_protein": 6}, dict.fromkeys(GONE),
    {**GONE, "kappa_flc": 150, "lambda_flc": 150},
]  # fmt: skip
BLANK: dict[str, Any] = {"plasma_cells_aspirate": None, "plasma_cells_biopsy": None}
MARROWS: list[list[Any]] = [
    [], [marrow(28)], [marrow(-3, DIRTY_MARROW, bcma_positive=90, cd38_positive=90), marrow(28, bcma_positive=0, cd38_positive=0)],
    [marrow(-3), marrow(28, DIRTY_MARROW)], [marrow(-3, DIRTY_MARROW), marrow(28, plasma_cells_biopsy=15)],
    [marrow(-3, DIRTY_MARROW), marrow(28, plasma_cells_biopsy=35)], [marrow(28, **BLANK, plasma_cells_flow=1)],
    [marrow(28, plasma_cells_counted=20)], [marrow(28, kappa_lambda_ratio=8)],
    [marrow(28, clonality_method="FLOW", clonal="N")], [marrow(28, clonality_method="FLOW", clonal="Y")],
    [marrow(28, clonality_method="NOT_DONE")], [marrow(-3, DIRTY_MARROW)],
    [marrow(-3, plasma_cells_biopsy=10), marrow(28)],
]  # fmt: skip
LESIONS: list[Any] = [
    None, *(lesion_course({28: one}) for one in ("CR", "PR", "MR", "SD", "PD", "NE")), lesion_course({}),
    lesion_course({28: "SD"}, spd=None), lesion_course({35: "CR"}),
]  # fmt: skip
CELLS: list[list[Any]] = [[], [cells(-3, 0), cells(28, 0, "Y"), cells(60, 900, relapse="Y")]]
UNUSUAL = ImwgOptions(
    serum_always_needed=False, mr_spd_rule="2011", scr_by_flow=False, vgpr_lesions="CR", nadir_confirmed=True
)
ENDS: list[dict[str, Any]] = [{}, {"died_on": on(70)}, {"new_therapy_on": on(40)}]


def courses() -> Iterator[ResponseCourse]:
    """A grid, thinned where two dimensions have nothing to do with each other."""
    yield course([laboratory(-40, SERUM), laboratory(-3, NOTHING), laboratory(28)])
    yield course([laboratory(-3, SERUM)])
    for base, now in product(BASES, LABS):
        yield course([laboratory(-3, base), laboratory(28, **now), laboratory(60)], MARROWS[1])
        yield course([laboratory(-3, base), laboratory(28), laboratory(60, **now)], MARROWS[0], circulating=CELLS[1])
    for base, now, bones in product((SERUM, FLC, NOTHING), LABS[:8], MARROWS):
        yield course([laboratory(-3, base), laboratory(28, **now), laboratory(60)], bones)
    for now, lesion, options in product(LABS, LESIONS, (imwg.RECOMMENDED, UNUSUAL)):
        labs = [laboratory(-3, SERUM), laboratory(28, **now), laboratory(60, **now)]
        yield course(labs, MARROWS[9], lesion, options=options)
    for base, now, end in product((SERUM, URINE, NOTHING), LABS, ENDS):
        yield course([laboratory(-3, base), laboratory(28), laboratory(60, **now)], MARROWS[1], **end)
    for base, now in product((URINE, FLC, NOTHING), LABS):
        yield course([laboratory(-3, base), laboratory(28, **now)], MARROWS[1], options=UNUSUAL)


def walked() -> Iterator[Verdict]:
    for found in courses():
        for one in (*found.confirmed, *found.own, found.best, found.best_unconfirmed, found.measurable):
            yield from one.walk()


def test_every_listed_clause_and_flag_is_given_and_every_given_one_is_listed() -> None:
    clauses: set[str] = set()
    flags: set[str] = set()
    for one in walked():
        if one.basis == "by hand":  # the lesions, which are another rule's
            continue
        clauses.add(one.clause)
        flags |= set(one.flags)
        assert set(re.findall(r"{(\w+)}", one.clause)) <= set(one.shown), one
        assert one.version == "imwg_2016"
        assert one.basis in imwg.BASES
        assert "{" not in one.sentence
        assert "None" not in one.sentence
    assert clauses == set(imwg.CLAUSES)
    assert flags == set(imwg.FLAGS)


def test_no_clause_is_listed_twice() -> None:
    assert len(set(imwg.CLAUSES)) == len(imwg.CLAUSES)


NAMES = (
    "best", "components", "confirmed", "marrow", "measurable", "options", "progression", "response", "timeline", "values",
    "watch",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_rule_imports_the_standard_library_and_its_own_folder_only(name: str) -> None:
    allowed = {"collections", "dataclasses", "datetime", "decimal", "typing"}
    for node in ast.walk(ast.parse(inspect.getsource(import_module(f"trial.rules.imwg_{name}")))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").startswith("trial.rules") or (node.module or "").split(".")[0] in allowed
