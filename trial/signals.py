"""Sign-in and sign-out enter the audit trail; a new form's arrival is announced to whoever listens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import Signal, receiver

from trial import audit
from trial.models import User

# Sent inside the transaction of every accepted form, with subject and form (its name); analytics marks itself stale.
data_changed = Signal()
# Sent when limits of normal have changed, inside the transaction that names who acts: site, and analytes (their names).
ranges_changed = Signal()


@receiver(user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    """Notes a sign-in under the person's name."""
    with transaction.atomic(), audit.acting(user):
        audit.record("signed in")


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    """Notes a sign-out; nobody signs out when the session had ended already."""
    if user is not None and user.is_authenticated:
        with transaction.atomic(), audit.acting(user):
            audit.record("signed out")


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Notes a refused sign-in, by the name that was typed; never the password."""
    with transaction.atomic(), audit.acting("sign-in"):
        audit.record("sign-in refused", {"username": str(credentials.get("username", ""))[:150]})
