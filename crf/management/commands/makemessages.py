"""`manage.py makemessages`, told where our sentences stand: one catalogue, our import names, and the rules' clauses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands import makemessages

from crf.codelists import Vasopressor
from crf.words import rule_modules
from trial.rules import crs_options

# Words of other packages that lack a Chinese translation of their own: Django's panel, and the list of refused sign-ins.
OF_OTHERS = (
    "Model name", "Add link", "Change or view list link", "access attempt", "access attempts", "Attempt Time", "Username",
    "IP Address", "User Agent", "Failed Logins",
    'Cron Months (1-12) Of The Year to Run. Use "*" for "all". (Example: "1,12")',
    'Cron Days Of The Week to Run. Use "*" for "all", Sunday is 0 or 7, Monday is 1. (Example: "0,5")',
    "After you’ve created a user, you’ll be able to edit more user options.",
)  # fmt: skip


def rule_sentences() -> Iterator[str]:
    """What the rules say in plain English. They import the standard library alone, so nothing marks their sentences."""
    for module in rule_modules():
        yield from getattr(module, "CLAUSES", ())
        yield from getattr(module, "FLAGS", {}).values()
        yield from getattr(module, "BASES", ())
    yield from (crs_options.TABLE, crs_options.NOTE, crs_options.CONVENTION)
    # Drugs as a clause names them; the last stands for a row without a name.
    yield from (*(drug.lower() for drug in Vasopressor.values), "unnamed")


def _not_a_format(flags: re.Match[str]) -> str:
    """A line of flags without the one for %-formats."""
    kept = [flag for flag in flags[0].removeprefix("#, ").strip().split(", ") if flag != "python-format"]
    return f"#, {', '.join(kept)}\n" if kept else ""


class Command(makemessages.Command):
    """Collects every sentence into the first of LOCALE_PATHS."""

    # Events and reasons of the audit trail and names of schedules are stored in English and said in the reader's language.
    KEYWORDS = ("__", "record", "Every", "Daily")
    xgettext_options = [*makemessages.Command.xgettext_options, *(f"--keyword={word}" for word in KEYWORDS)]
    # A guessed translation of a clinical sentence is worse than none: none stays English, and a test finds it.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        # The folder itself is not walked: Django would open a second catalogue for the app it lies in.
        options["ignore_patterns"] += [".venv", "var", "tests", "*/locale"]
        super().handle(*args, **{**options, "no_location": True, "no_obsolete": True})

    def process_files(self, file_list: list[Any]) -> None:
        super().process_files(file_list)
        pot = Path(settings.LOCALE_PATHS[0]) / f"{self.domain}.pot"
        header, *entries = pot.read_text(encoding="utf-8").split("\n\n")
        # Without the time: a run that finds nothing new changes no file.
        found = [re.sub(r'"POT-Creation-Date:.*\n', "", header)]
        # xgettext takes "95 % CI" for a format. Ours name what they insert.
        found += [entry if "%(" in entry else re.sub(r"^#, .*\n", _not_a_format, entry) for entry in entries]
        # A JSON string is a valid string of a catalogue: the same quotes and escapes.
        found += [
            f'msgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""\n'
            for text in dict.fromkeys((*rule_sentences(), *OF_OTHERS))
        ]
        pot.write_text("\n\n".join(found), encoding="utf-8")
