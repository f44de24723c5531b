"""What every page shows around its content: study, navigation, sites."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from trial import protocol, roles, tour

# Other packages add their pages here: (label, url name, icon, action needed).
navigation: list[tuple[Any, str, str, str]] = []


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. An error page, or a signed-out person, gets the study's name alone."""
    basics: dict[str, Any] = {
        "study": {"name": protocol.NAME, "short": protocol.SHORT},
        "nav": [],
        "sites": [],
        "is_demo": False,
        "is_training": settings.TRAINING,
        "idle_seconds": settings.IDLE_SECONDS,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not hasattr(request, "sites"):
        return basics
    sites = request.sites
    nav = [
        {"label": label, "url": reverse(name), "icon": icon, "active": _within(request.path, reverse(name))}
        for label, name, icon, action in navigation
        if roles.may(user, action)
    ]
    if roles.may(user, "people") or roles.may(user, "review") or roles.may(user, "schedule"):
        nav.append({"label": _("Review"), "url": reverse("admin:index"), "icon": "clipboard-check", "active": False})
    shown = {"tour": tour.of(user) if tour.due(request) else ()}
    return {**basics, **shown, "nav": nav, "sites": sites, "is_demo": any(s.is_demonstration for s in sites)}


def _within(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
