"""Where a sign-in comes from: what the lock-out counts by."""

from typing import Any

import pytest
from django.test import RequestFactory

from trial.accounts import address


def request(remote: str, forwarded: str = "") -> Any:
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=remote, **extra)


def test_without_a_proxy_the_peer_counts_and_a_forged_header_does_not(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    assert address(request("192.0.2.7", "198.51.100.1")) == "192.0.2.7"


@pytest.mark.parametrize("remote", ["", "127.0.0.1"])
def test_behind_a_proxy_the_last_entry_counts_since_the_proxy_wrote_it(settings: Any, remote: str) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address(request(remote, "203.0.113.9, 198.51.100.1")) == "198.51.100.1"


def test_it_is_never_blank_or_axes_would_count_anew_at_every_failure(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address(request("", "no address")) == "127.0.0.1"
