"""The lists of clauses and flags hold what the rule can say: nothing missing, nothing left over."""

import ast
import inspect
from itertools import product
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.rules.crs_assessments import CLEAR, FEVER, INFUSED, assessment, pressor
from trial.rules import crs, crs_axes, crs_episodes, crs_options, crs_pressors, verdict
from trial.rules.crs_options import AstctOptions

STRICT = AstctOptions(axes_without_fever_in_open_episode=False)
ROWS: list[list[Any]] = [
    [], [pressor("NOREPINEPHRINE")], [pressor("NOREPINEPHRINE"), pressor("DOPAMINE")],
    [pressor("NOREPINEPHRINE"), pressor("DOPAMINE", "12:00", "13:00")], [pressor("VASOPRESSIN")],
    [pressor("NOREPINEPHRINE"), pressor("OTHER", None, None)], [pressor("DOBUTAMINE"), pressor(None)],
    [pressor("NOREPINEPHRINE"), pressor("DOPAMINE", "12:00", "09:00")],
]  # fmt: skip
OXYGEN: list[dict[str, Any]] = [
    {}, {"oxygen": None}, {"oxygen": "X"}, {"oxygen": "BLOW_BY"}, {"oxygen": "VENTURI"},
    {"oxygen": "HFNC", "oxygen_flow": 4}, {"oxygen": "NASAL_CANNULA"}, {"oxygen": "NASAL_CANNULA", "oxygen_flow": 6},
    {"oxygen": "NASAL_CANNULA", "oxygen_flow": 7}, {"oxygen": "HFNC", "oxygen_at_baseline": "Y"},
    {"oxygen": "CPAP", "ventilation_reason": "HYPOXIA"}, {"oxygen": "CPAP", "ventilation_reason": "PROCEDURE"},
    {"oxygen": "CPAP"}, {"oxygen": "HFNC", "hypoxia_due_to_crs": "N"}, {"oxygen": "HFNC", "hypoxia_due_to_crs": "U"},
]  # fmt: skip
FEVERS: list[dict[str, Any]] = [
    {}, FEVER, {"temperature": None}, {"temperature": 39, "fever_due_to_crs": "N"},
    {"temperature": 39, "fever_due_to_crs": "U"},
]  # fmt: skip
OTHERS: list[dict[str, Any]] = [
    {"hypotension": "Y"}, {"hypotension": None}, {"hypotension": "Y", "hypotension_due_to_crs": "N"},
    {"hypotension": "Y", "hypotension_due_to_crs": "U"}, {"hypotension": "N", "steroid": "Y"},
    {"hypotension": "N", "death_due_to_crs": "Y"}, {"hypotension": "N", "death_due_to_crs": "U"}, {"hypotension": "N"},
]  # fmt: skip
MODULES: list[ModuleType] = [crs, crs_axes, crs_episodes, crs_options, crs_pressors, verdict]


def said() -> tuple[set[str], set[str]]:
    """The clauses and flags of a grid of assessments, alone, late, early, and in an open episode."""
    clauses, flags = set(), set()
    befores: list[list[SimpleNamespace]] = [[], [assessment(day=20, **FEVER)], [assessment(day=-1, **FEVER)]]
    for fever, rows, oxygen, other, before in product(FEVERS, ROWS, OXYGEN, OTHERS, befores):
        now = assessment(day=21, vasopressors=rows, **fever, **oxygen, **other)
        course = crs.course([*before, now], infused_at=INFUSED)
        flags |= {flag for one in course.episodes for flag in one.flags}
        for each in course.verdicts[-1].walk():
            clauses.add(each.clause)
            flags |= set(each.flags)
    elsewhere = crs.course([now], vital_signs=[SimpleNamespace(measured_at=now.assessed_at, temperature="39.9")])
    flags |= set(elsewhere.verdicts[0].flags)
    gone = crs.course([assessment(day=1, **FEVER), assessment(day=2, hypotension="Y")], options=STRICT)
    return clauses | {gone.verdicts[-1].clause}, flags


def test_every_listed_clause_and_flag_is_given_by_some_assessment() -> None:
    clauses, flags = said()
    assert clauses == set(crs.CLAUSES)
    assert flags == set(crs.FLAGS)


def test_no_clause_is_listed_twice() -> None:
    assert len(set(crs.CLAUSES)) == len(crs.CLAUSES)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_rule_imports_the_standard_library_and_its_own_folder_only(module: ModuleType) -> None:
    allowed = {"collections", "dataclasses", "datetime", "decimal", "itertools", "operator", "typing"}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert node.module.startswith("trial.rules") or node.module.split(".")[0] in allowed


def test_one_course_reads_each_item_of_an_assessment_once() -> None:
    class Counted:
        reads = 0

        def __getattr__(self, name: str) -> Any:
            if name == "assessed_at":
                return None
            Counted.reads += 1
            return CLEAR[name]

    crs.course([Counted() for _ in range(15)])
    assert Counted.reads == 15 * (len(CLEAR) - 1)  # the name of the anti-cytokine drug is read for episodes only
