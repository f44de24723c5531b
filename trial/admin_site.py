"""The review panel: Django's admin, opened by membership, signed in through the one door."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trial import roles


class ReviewSite(AdminSite):
    """Admin for reviewers and administrators; site staff have no business here."""

    site_title = _("Cartwright review")
    site_header = _("Review")
    index_title = _("Review")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return (
            user.is_authenticated
            and user.is_active
            and any(roles.may(user, a) for a in ("review", "people", "schedule"))
        )


ReviewSite.login = secure_admin_login(ReviewSite.login)  # type: ignore[method-assign]
