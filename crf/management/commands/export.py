"""`manage.py export --out FILE`: the periodic export, here and now."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crf.exports import run
from trial.jobs import JobFailed


class Command(BaseCommand):
    """Writes the whole study as a zip of CSV files, counted against the database."""

    help = "Exports the whole study as a zip of CSV files with a manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", required=True, type=Path, help="the zip to write")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        try:
            manifest = run.to_file(out)
        except JobFailed as error:
            raise CommandError(str(error)) from error
        rows = sum(file["rows"] or 0 for file in manifest["files"])
        self.stdout.write(f"{out}: {len(manifest['files'])} files, {rows} rows, content {manifest['content_sha256']}")
