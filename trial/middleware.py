"""What surrounds every request: the transaction with its scope, and the person's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from trial import audit, away, roles
from trial.models import Site

Respond = Callable[[HttpRequest], HttpResponse]


class SignedIn(LoginRequiredMiddleware):
    """Every page asks for a sign-in; a form that was sent after the session ended keeps what was typed."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        if request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "fetch":
            return HttpResponse(status=401)  # a part of a page is never the sign-in page
        if request.method == "POST":
            return away.signed_out(request)
        answer: HttpResponse = super().handle_no_permission(request, view_func)
        return answer


class Scope:
    """Runs each view in one transaction that names the person and opens the rows of their sites.

    The view is called here, not through `ATOMIC_REQUESTS`, so that settings and queries share the transaction, and an
    exception rolls everything back before anybody turns it into a page.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A browser keeps no page: going back would show the form without the draft that was saved since, and who comes
        # next to this machine would read it.
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if "\0" in request.path or any("\0" in text for texts in request.GET.lists() for text in texts[1]):
            raise BadRequest("NUL in the address")  # PostgreSQL takes it in no text
        user = request.user
        if not user.is_authenticated:
            # The rows of nobody; sign-in itself writes sessions and attempts, which are not guarded.
            return None
        with audit.serving(user) as open_sites:
            sites = roles.seen_by(user)
            request.sites = sites  # type: ignore[attr-defined]
            request.scope = sorted(site.pk for site in sites)  # type: ignore[attr-defined]
            open_sites(site.pk for site in sites)
            with timezone.override(_zone(sites)):
                response = view(request, *args, **kwargs)
                if hasattr(response, "render") and callable(response.render):
                    response = response.render()
                if response.streaming and not getattr(response, "file_to_stream", None):
                    raise TypeError("A streaming answer outlives its transaction; read the rows first.")
        return response


def _zone(sites: list[Site]) -> ZoneInfo:
    """The zone of the person's only site; UTC for those who see several. Subject pages use the subject's site."""
    return ZoneInfo(sites[0].timezone if len(sites) == 1 else "UTC")


class Language:
    """The signed-in person's own language, on any machine."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = getattr(user, "language", None) if user.is_authenticated else None
        if language in dict(settings.LANGUAGES) and language != translation.get_language():
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
