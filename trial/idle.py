"""An idle screen locks: the session ends after a time without activity, and its owner's password goes on where it was left."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from trial import audit

SEEN = "seen_at"  # of the session: seconds since 1970


def step() -> float:
    """Seconds between two signs of life of an open page whose person is active."""
    return min(60.0, settings.IDLE_SECONDS / 5)


class Idle:
    """Ends a session nobody used. An open page locks itself first (lock.js); this is for closed tabs and no scripts.

    The page tells of activity once a step at most, so the server waits two steps longer than the page does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, seen = time.time(), request.session.get(SEEN)
            if seen is not None and now - seen > settings.IDLE_SECONDS + 2 * step():
                _end(request, gettext_noop("session ended, unused"))
            elif seen is None or (_by_a_person(request) and now - seen > step() / 2):
                request.session[SEEN] = now
        return self.get_response(request)


def _by_a_person(request: HttpRequest) -> bool:
    """Whether a person did something; a page that asks for news by itself keeps no session open."""
    if "X-Background" in request.headers:
        return False
    return request.method != "GET" or "HX-Request" not in request.headers


def _end(request: HttpRequest, event: str) -> None:
    with transaction.atomic(), audit.acting(request.user):  # type: ignore[arg-type]
        audit.record(event)
    request.session.flush()
    request.user = AnonymousUser()


@receiver(user_logged_in)
def _begin(request: HttpRequest | None, **_: object) -> None:
    if request is not None and hasattr(request, "session"):
        request.session[SEEN] = time.time()


@login_not_required
@never_cache
@require_GET
def alive(request: HttpRequest) -> HttpResponse:
    """Who is signed in, for an open page that asks; 401 = nobody."""
    person = request.user.pk if request.user.is_authenticated else None
    return JsonResponse({"person": person}, status=200 if person else 401)


@login_not_required
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """The screen was locked: nothing more is to be had with this session."""
    if request.user.is_authenticated:
        _end(request, gettext_noop("screen locked"))
    return HttpResponse(status=204)


@login_not_required
@never_cache
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """The password opens a new session for the page that waits. Failures count as at the sign-in page."""
    user = authenticate(request, username=request.POST.get("username", ""), password=request.POST.get("password", ""))
    if user is None:
        return JsonResponse({"person": None}, status=401)
    login(request, user)
    return JsonResponse({"person": user.pk})
