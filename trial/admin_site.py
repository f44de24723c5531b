"""The review panel: Django's admin, opened by membership, signed in through the one door."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from trial import roles


class ReviewSite(AdminSite):
    """Admin for reviewers and administrators; site staff have no business here."""

    site_title = _("Cartwright review")
    site_header = _("Review")
    enable_nav_sidebar = False  # lists are wide; the index and the breadcrumb lead everywhere
    index_title = _("Review")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return (
            user.is_authenticated
            and user.is_active
            and any(roles.may(user, a) for a in ("review", "people", "schedule"))
        )

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The panel has no sign-in of its own: strangers go to the one door, people without business here are told so."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or "/admin/")
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")
