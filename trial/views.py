"""Pages that know no form: language, theme, health, and how accounts come about."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next") or request.headers.get("Referer") or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "/")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen language: on the account when signed in, in a cookie before that."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
        )
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps light, dark, or as the system says."""
    chosen = request.POST.get("theme", "")
    if chosen in ("auto", "light", "dark") and request.user.is_authenticated:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    return _back(request)


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Answers when web and database do; for the supervisor and a load balancer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
def no_sign_up(request: HttpRequest) -> HttpResponse:
    """Accounts are made by the administrator."""
    raise Http404


@login_not_required
def ask_the_administrator(request: HttpRequest) -> HttpResponse:
    """A forgotten password is set anew by the administrator, who knows the person."""
    return render(
        request,
        "account/password_reset.html",
        {"text": _("The administrator of the study knows you and can set a new one for you.")},
    )
