"""`manage.py refresh`: takes a snapshot and computes every endpoint table, here and now."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics import report


class Command(BaseCommand):
    """For a study without a worker, and to see that the tables can be computed at all."""

    help = "Takes a snapshot of the data and computes every endpoint table, in the foreground."

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        try:
            frozen = report.refresh(lambda done, total, message: self.stdout.write(f"{done} of {total}  {message}"))
        except report.Failed as failed:
            raise CommandError(f"These tables could not be computed: {failed}") from failed
        self.stdout.write(
            f"{frozen.content_hash}  {frozen.taken_at:%Y-%m-%d %H:%M:%S} UTC  {time.monotonic() - start:.1f} s"
        )
