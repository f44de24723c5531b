"""Answers that keep what was typed, with a button that sends it again: database away, old page, signed out."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for an exception nobody caught. The pages need neither database nor session."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        logger.error("database away during %s %s: %s", request.method, request.path, type(error).__name__)
        connection.close()
        return _page(request, "503.html", status=503)
    return _page(request, "500.html", status=500)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    page = render_to_string(template, _typed(request))
    headers = {"Cache-Control": "no-store", **({"Retry-After": "5"} if status == 503 else {})}
    return HttpResponse(page, status=status, headers=headers)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What the person sent, and where to; with a fresh token for sending it again."""
    typed = []
    if request.method == "POST":
        typed = [(k, v) for k, vs in request.POST.lists() if k != "csrfmiddlewaretoken" for v in vs]
    return {"typed": typed, "path": request.get_full_path(), "csrf_token": get_token(request)}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """An old page was sent: what was typed stays on screen, and one click sends it again with a fresh token."""
    logger.warning("csrf token refused for %s", request.path)
    page = render_to_string(
        "503.html",
        {
            **_typed(request),
            "title": _("This page was open for a long time"),
            "text": _("For your safety it was not accepted as it is. Nothing is lost: please send it again."),
        },
    )
    return HttpResponse(page, status=403, headers={"Cache-Control": "no-store"})


def signed_out(request: HttpRequest) -> HttpResponse:
    """The session ended while a person was typing: they sign in beside this page, and send it again."""
    text = _(
        "Nothing was saved, and nothing is lost. Please sign in; a new tab opens for it. Then send this page again."
    )
    page = render_to_string(
        "503.html", {**_typed(request), "title": _("You are signed out"), "text": text, "sign_in": True}
    )
    return HttpResponse(page, status=401, headers={"Cache-Control": "no-store"})


def somebody_else(request: HttpRequest) -> HttpResponse:
    """A page that one person opened was sent while another is signed in: their text does not get this person's name."""
    text = _(
        "Nothing was saved. Somebody else signed in on this computer after this page was opened. The one who typed it signs "
        "in, and sends it again."
    )
    page = render_to_string(
        "503.html", {**_typed(request), "title": _("This page belongs to somebody else"), "text": text, "sign_in": True}
    )
    return HttpResponse(page, status=409, headers={"Cache-Control": "no-store"})
