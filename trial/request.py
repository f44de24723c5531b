"""A request of a signed-in person, as views behind the sign-in see it: a type, never made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from trial.models import Site, User


class Request(HttpRequest):
    """`user` is a person, `scope` the primary keys of the sites whose rows this transaction opened (trial.middleware)."""

    user: User
    scope: list[int]
    sites: list[Site]  # the same, as rows, by code
