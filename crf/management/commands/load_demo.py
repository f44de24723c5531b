"""`manage.py load_demo`: the reconstructed demonstration study, typed in through the door the browser uses."""

from typing import Any

from django.core.management.base import BaseCommand

from crf.demo import load

WIDTH = 30


class Command(BaseCommand):
    """Loads 23 reconstructed subjects at three invented sites; a second run finds them and does nothing."""

    help = "Load the demonstration study (reconstructed data, not patients). Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for done, of, code in load.subjects_one_by_one():
            full = WIDTH * done // of
            self.stderr.write(
                f"\r  demonstration study  [{'#' * full}{'.' * (WIDTH - full)}]  {done}/{of}  {code}", ending=""
            )
            self.stderr.flush()
        self.stderr.write("")
