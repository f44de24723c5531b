"""Sign-in rules: accounts are made by the administrator, never by signing up."""

from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Closes allauth's open sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_search_fields(self) -> list[Any]:
        return ["username"]


def address(request: HttpRequest) -> str:
    """Where a sign-in comes from, for the lock-out.

    Behind a proxy (TLS=1) that is the last entry of X-Forwarded-For, which the proxy wrote; those before it anybody can send.
    Never blank: axes would begin to count anew at every failure.
    """
    said = (
        request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if settings.SECURE_PROXY_SSL_HEADER
        else ""
    )
    for found in (said, request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ip_address(found))
        except ValueError:  # a Unix socket has no address
            continue
    return "127.0.0.1"
