"""`manage.py demo_accounts`: the accounts of the demonstration study, one a line."""

from typing import Any

from django.core.management.base import BaseCommand

from crf.demo.accounts import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    """Prints role, user name and password."""

    help = "Print the accounts of the demonstration study."

    def handle(self, *args: Any, **options: Any) -> None:
        for account in ACCOUNTS:
            self.stdout.write(f"{account.role.lower().replace('_', ' '):16} {account.username:16} {PASSWORD}")
