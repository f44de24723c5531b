"""`manage.py add_administrator`: the first account of an installation; every other account is made in the review panel."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext_noop

from trial import audit
from trial.models import Membership, User

REASON = gettext_noop("administrator added on the command line")


class Command(BaseCommand):
    """Makes an account that may add sites, people and memberships, and reads no subject's data."""

    help = "Add an administrator. The password is asked for, or read from standard input when that is no terminal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="how the person signs in")
        parser.add_argument("--first-name", default="", help="shown in the audit trail, with the last name")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, username: str, first_name: str, last_name: str, email: str, **options: Any) -> None:
        user = User(username=username, first_name=first_name, last_name=last_name, email=email)
        try:
            user.clean_fields(exclude=["password"])
            user.validate_unique()
            password = _password()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        add(user, password=password)
        self.stdout.write(f"{username} is an administrator of every site.")


def add(user: User, *, password: str) -> None:
    """Saves the account with its membership in one transaction; the trail names the installation, for nobody is signed in."""
    user.set_password(password)
    with transaction.atomic(), audit.acting("import", REASON):
        user.save(force_insert=True)
        Membership.objects.create(user=user, site=None, role=Membership.Role.ADMINISTRATOR)


def _password() -> str:
    """Typed twice without being shown; a script gives it once, as the first line of its input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass("Password: "), getpass("Password again: ")
    if first != second:
        raise CommandError("The two passwords differ. Please run the command again.")
    return first
