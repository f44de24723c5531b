"""Brings the database up to date and loads the demonstration, in one process."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from deploy.environment import log_file, write_private


def main(accounts: Path) -> int:
    """Migrate, load the demonstration study, and leave the demo accounts in a private file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    try:
        call_command("check")
        with open(log_file("migrate"), "a") as log:
            call_command("migrate", interactive=False, stdout=log)
        call_command("load_demo")
        call_command("refresh", stdout=io.StringIO())  # the first page shows tables, not a promise of them
        lines = io.StringIO()
        call_command("demo_accounts", stdout=lines)
    except CommandError as error:  # its text is written for people; a traceback would hide it
        print(error, file=sys.stderr)
        return 1
    write_private(accounts, lines.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
