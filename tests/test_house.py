"""The house rules that a machine can keep: imports point down, files stay readable, nothing names a machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("trial", "crf", "analytics")  # from the bottom up
LIMIT = 320  # "about 300"
# Longer files, each with the reason.
LONG = {
    "crf/declare/items.py": "eight item classes side by side, to be compared",
    "crf/demo/flowsheets.py": "data: one flow sheet a subject",
    "crf/models/adverse_event.py": "one form a file, items and checks together",
    "crf/models/crs_assessment.py": "one form a file, items and checks together",
    "trial/models.py": "the tables of the study side by side",
}
MACHINE = re.compile(
    r"(?<![\w.<>{}])/(?:home|root|Users|work|tmp)/|pypi\.org|pythonhosted\.org|registry\.npmjs|files\.pythonhosted|proxy\.golang"
)


def sources(*folders: str) -> list[Path]:
    return sorted(
        file for folder in folders for file in (ROOT / folder).rglob("*.py") if "migrations" not in file.parts
    )


def short(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imported(file: Path) -> Iterator[str]:
    """Every module a file imports, inside functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(file)}: imports are absolute"
            yield node.module or ""


@pytest.mark.parametrize("file", sources(*FLOORS), ids=short)
def test_imports_point_down(file: Path) -> None:
    above = FLOORS[FLOORS.index(file.relative_to(ROOT).parts[0]) + 1 :]
    assert not [name for name in imported(file) if name.split(".")[0] in (*above, "tests", "deploy")]


@pytest.mark.parametrize("file", sources("trial/rules"), ids=short)
def test_rules_import_the_standard_library_alone(file: Path) -> None:
    for name in imported(file):
        assert name.split(".")[0] in sys.stdlib_module_names or name.startswith("trial.rules"), name


def test_rules_load_without_django() -> None:
    code = "import sys, trial.rules.crs; sys.exit('django' in sys.modules or 'celery' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_long_files_are_listed_with_a_reason_and_the_list_is_no_longer_than_needed() -> None:
    long = {short(file) for file in sources(*FLOORS) if len(file.read_text().splitlines()) > LIMIT}
    assert long == set(LONG)


@pytest.mark.parametrize("file", sources(*FLOORS, "deploy"), ids=short)
def test_every_module_with_code_opens_with_one_sentence(file: Path) -> None:
    text = file.read_text()
    if text.strip():
        assert (ast.get_docstring(ast.parse(text)) or "").rstrip().endswith((".", "`")), "a module says what it is"


@pytest.mark.parametrize("file", sources("trial/rules", "crf/models"), ids=short)
def test_every_class_and_public_function_of_rules_and_forms_is_documented(file: Path) -> None:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("file", sources(*FLOORS, "deploy"), ids=short)
def test_no_file_names_a_machine_or_a_registry(file: Path) -> None:
    found = [line for line in file.read_text().splitlines() if MACHINE.search(line)]
    assert not found


def test_a_rule_for_machines_catches_what_it_is_meant_to() -> None:
    wrong = ('x = "/work/main/var"', "open('/tmp/x')", "https://pypi.org/simple")
    assert all(MACHINE.search(line) for line in wrong)
    assert not MACHINE.search('path("subjects/", view)  # a/work/b')
