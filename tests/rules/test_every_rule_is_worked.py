"""Every rule has a version, and a file of worked examples that names it, each with the source of its answer."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trial.rules import ctcae

ROOT = Path(__file__).parent.parent.parent
RULES, WORKED = ROOT / "trial" / "rules", ROOT / "tests" / "worked"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(WORKED.glob("*.json"))}
# Which of a laboratory's ranges holds is a look-up, and no rule of a paper.
NOT_A_RULE = {"reference_limits"}

# What the study promises to compute -> the versions of the rules that do.
PROMISED = {
    "CRS by ASTCT 2019 and Lee 2014": {"astct_2019", "lee_2014"},
    "vital signs read by CRS": {"crs_temperature_1"},
    "ICANS by ASTCT 2019": {"icans_astct_2019"},
    "ICAHT early and late, T-ICAHT": {"icaht_2023", "t_icaht_2025"},
    "CTCAE 5, 4.03 and 6": {"ctcae_5", "ctcae_4_03", "ctcae_6"},
    "IEC-HS": {"iec_hs_2023"},
    "response by IMWG 2016": {"imwg_2016"},
    "MRD, with PET as well": {"imwg_2016_mrd", "imwg_2016_mrd_imaging"},
    "extramedullary disease, PET by Deauville": {"imwg_2016_emd", "pet_zamagni_2021"},
    "ISS, R-ISS, R2-ISS": {"staging_1"},
    "high risk by both definitions": {"high_risk_1"},
    "ECOG": {"ecog_1982"},
    "body surface, dose per kg": {"body_size_1", "dose_by_weight_1", "dose_given_1"},
    "lines before the trial, refractory classes": {"prior_lines_1", "refractory_classes_1"},
    "cellular kinetics and persistence": {"kinetics_1", "persistence_1"},
    "antigens at relapse": {"antigen_at_relapse_1"},
    "dose escalation": {"three_plus_three_1", "boin_1", "dlt_1"},
    "PFS, DOR, OS, TTNT": {"time_to_event_1"},
}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(RULES.glob("*.py")):
        yield path.stem, ast.parse(path.read_text(encoding="utf-8"))


def versions() -> dict[str, str]:
    """Version -> the module that gives it; a module that repeats the version of another gives none of its own."""
    found = dict.fromkeys(ctcae.TABLES, "ctcae")
    for name, tree in trees():
        for node in tree.body:
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            if any(isinstance(target, ast.Name) and target.id.endswith("VERSION") for target in node.targets):
                found[str(node.value.value)] = name
    return found


def cases(part: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in part if isinstance(one, dict)) if isinstance(part, list) else ()


@pytest.mark.parametrize("version", sorted(set(versions()) - NOT_A_RULE))
def test_every_rule_has_worked_examples(version: str) -> None:
    assert [name for name, file in FILES.items() if version in file["rules"]], version


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_rules_that_exist_and_every_case_its_source(name: str) -> None:
    file = FILES[name]
    assert file["rules"] and set(file["rules"]) <= set(versions())
    assert file["about"]
    count = 0
    for key, part in file.items():
        for case in cases(part):
            count += 1
            assert case.get("source") or file.get(f"{key}_source"), case
    # A file without a list of cases says in its first sentences where its numbers come from.
    assert count or "reproduced" in file["about"]


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_by_a_test(name: str) -> None:
    tests = (
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "rules").glob("*.py") if path != Path(__file__)
    )
    assert any(f'"{name}.json"' in text or f'"{name}"' in text for text in tests)


@pytest.mark.parametrize("what", PROMISED)
def test_what_is_promised_has_a_rule(what: str) -> None:
    assert set(versions()) >= PROMISED[what]


def test_a_module_whose_functions_answer_with_a_verdict_has_a_version() -> None:
    """Its own, or that of a module which it imports from."""
    for name, tree in trees():
        gives = any(
            isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "Verdict"
            for node in tree.body
        )
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        # `finding` of a module's options puts the version in.
        named = any(one.endswith("VERSION") or one in ("finding", "version") for one in names)
        assert not gives or name == "verdict" or named, name
