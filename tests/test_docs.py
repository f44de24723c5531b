"""The documents keep their word: what they name exists, and no file names a place that only one machine has."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
OURS = ("trial", "crf", "analytics", "deploy", "tests")
GENERATED = ("var/",)  # made at run time, so not in a fresh clone
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
# Taken apart, so that this file does not hold what it looks for.
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "crates" + ".io", "conda" + ".anaconda")
PLACES = re.compile(r"(?<![\w.$~/-])/(?:root|work|home|Users|mnt|srv/git)/[\w.-]+")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def named(document: Path) -> list[str]:
    """Everything in single backticks, outside blocks of code."""
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", document.read_text(encoding="utf-8")))


def is_path(words: str) -> bool:
    return bool(re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", words)) and (
        "/" in words or words.endswith((".py", ".md", ".csv"))
    )


def is_dotted(words: str) -> bool:
    return bool(re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", words)) and words.split(".")[0] in OURS and not is_path(words)


def resolve(dotted: str) -> object:
    """The module, class or function of that name. Raises ImportError or AttributeError."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError as error:
            if error.name is None or not dotted.startswith(error.name):
                raise  # the module is there, and something that it needs is not
            continue
        for part in parts[length:]:
            # A model's own field is no attribute of the class until it is asked for by name.
            found = getattr(found, part)
        return found
    raise ImportError(dotted)


def pairs(wanted: object) -> list[tuple[str, str]]:
    return sorted({(name(document), words) for document in DOCS for words in named(document) if wanted(words)})  # type: ignore[operator]


@pytest.mark.parametrize(("document", "words"), pairs(is_path))
def test_a_path_that_a_document_names_exists(document: str, words: str) -> None:
    if words.startswith(GENERATED) or (document == "docs/adding-a-form.md" and "urinalysis" in words):
        return
    beside = (ROOT / document).parent / words
    # `files/` and the like are folders of an installation; our own begin with a folder that we have.
    ours = words.split("/")[0] in {entry.name for entry in ROOT.iterdir()} or words.endswith((".py", ".md"))
    assert not ours or (ROOT / words).exists() or beside.exists()


@pytest.mark.parametrize(("document", "words"), pairs(is_dotted))
def test_a_function_that_a_document_names_exists(document: str, words: str) -> None:
    assert resolve(words) is not None


def test_the_index_names_enough_to_walk_by() -> None:
    index = named(ROOT / "docs" / "index.md")
    assert len({words for words in index if is_path(words)}) > 40
    assert len({words for words in index if is_dotted(words)}) > 20


def links() -> Iterator[tuple[str, str]]:
    for document in DOCS:
        text = FENCE.sub("", document.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" not in target and not target.startswith("#"):
                yield name(document), target.split("#")[0]


@pytest.mark.parametrize(("document", "target"), sorted(set(links())))
def test_a_link_or_picture_leads_somewhere(document: str, target: str) -> None:
    assert ((ROOT / document).parent / target).exists()


@pytest.mark.parametrize("document", list(map(name, DOCS)))
def test_a_document_begins_with_its_heading(document: str) -> None:
    assert re.match(r"# \S", (ROOT / document).read_text(encoding="utf-8"))


def test_a_decision_says_why_what_and_what_follows() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    listed = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(record.name[:4])}. "), record.name
        assert all(part in text for part in ("**Context.**", "**Considered", "**Decision.**", "**Consequences.**")), (
            record.name
        )
        assert record.name in listed, record.name


def test_a_make_command_that_a_document_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = {
        command
        for document in DOCS
        # In backticks, or at the beginning of a line of a block: "make sure" in a sentence is no command.
        for command in re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= commands <= targets


def test_a_manage_command_that_a_document_names_exists() -> None:
    from django.core.management import get_commands

    commands = {c for d in DOCS for c in re.findall(r"manage\.py ([a-z_]+)", d.read_text(encoding="utf-8"))}
    assert {"migrate", "add_administrator"} <= commands <= set(get_commands())


def test_the_variables_of_production_are_those_that_the_settings_read() -> None:
    read = set(re.findall(r'environ\.get\(\s*"([A-Z_]+)"', (ROOT / "trial" / "settings.py").read_text()))
    read |= set(re.findall(r'SERVICES\.get\("([A-Z_]+)"', (ROOT / "trial" / "settings.py").read_text()))
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "production.md").read_text(), re.MULTILINE))
    assert table == read


def tracked() -> list[Path]:
    """Text files of the repository, those not yet added included; without git, every file but what is generated."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        found = [ROOT / part.decode() for part in listed.stdout.split(b"\0") if part]
    else:
        left_out = {".git", ".venv", "var"}
        found = [p for p in ROOT.rglob("*") if not left_out.intersection(p.relative_to(ROOT).parts)]
    return [p for p in found if p.is_file() and b"\0" not in p.read_bytes()[:8000]]


def test_no_file_names_a_package_registry_or_a_place_on_one_machine() -> None:
    files = [path for path in tracked() if name(path) != "tests/test_house.py"]  # which holds samples of both
    assert len(files) > 150
    wrong = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if any(host in line for host in REGISTRIES) or PLACES.search(line):
                wrong.append(f"{name(path)}:{number}: {line.strip()[:120]}")
    assert not wrong, "\n".join(wrong)


def test_the_readme_counts_forms_items_checks_visits_and_tables_rightly() -> None:
    from analytics import registry
    from crf.declare.form import Log, casebook, walk
    from trial import schedule

    forms = casebook()
    checks = sum(len(form.declared.checks) for form in forms)
    logs = sum(issubclass(form, Log) for form in forms)
    assert logs == 8
    told = (
        f"{len(forms)} forms, eight of them logs, with {len(list(walk()))} items and {checks} edit checks, "
        f"at {len(schedule.VISITS)} planned visits; {len(registry.endpoints())} tables and figures."
    )
    assert told in (ROOT / "README.md").read_text(encoding="utf-8")
