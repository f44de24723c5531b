"""`manage.py amendment [FROM] [TO]`: what an amendment of the protocol touches, before it is in force; writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from analytics import amendment, snapshot
from crf.amendment import impact
from trial import protocol


class Command(BaseCommand):
    """Forms, items, checks, rules, data sets and endpoints that differ between two versions, and the queries to expect."""

    help = "Shows what an amendment of the protocol touches: forms, checks, endpoints, and queries that would open."

    def add_arguments(self, parser: CommandParser) -> None:
        codes = [version.code for version in protocol.VERSIONS]
        parser.add_argument("old", metavar="FROM", nargs="?", default=codes[-2:][0], help="a version; the last but one")
        parser.add_argument("new", metavar="TO", nargs="?", default=codes[-1], help="a version; the last one")
        parser.add_argument("--dictionary", type=Path, metavar="OLD.csv", help="the data dictionary as it was before")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, old: str, new: str, dictionary: Path | None, **options: Any) -> None:
        known = {version.code for version in protocol.VERSIONS}
        for code in (old, new):
            if code not in known:
                raise CommandError(f"There is no protocol version {code}. Known are: {', '.join(sorted(known))}.")
        if dictionary is not None and not dictionary.is_file():
            raise CommandError(f"There is no file {dictionary}.")
        frames = snapshot.read().frames
        with translation.override("en"):
            with snapshot.one_moment():  # read-only: the database itself refuses a write
                found = impact(old, new, dictionary_before=dictionary)
            then = amendment.conclusions(found, frames)
            as_json = options["json"]
            self.stdout.write(
                json.dumps(amendment.as_data(found, then), indent=2) if as_json else amendment.as_text(found, then)
            )
