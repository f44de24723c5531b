"""`manage.py dictionary`: writes docs/data-dictionary.csv anew from the declarations."""

from typing import Any

from django.core.management.base import BaseCommand

from crf.exports import dictionary


class Command(BaseCommand):
    """Writes the data dictionary."""

    help = "Writes docs/data-dictionary.csv from the declared forms."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{dictionary.write()}: {len(dictionary.lines())} items")
