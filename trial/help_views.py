"""Help: the reader's own manual, the manuals of the other roles, and their chapters."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from trial import manual, roles
from trial import tour as steps
from trial.models import Membership
from trial.request import Request


def _own_role(request: Request) -> str:
    """The reader's role; of several, the one with the longest manual. A person without any reads the coordinator's."""
    mine = {held.role for held in roles.held(request.user)}
    return max(mine, key=lambda role: len(manual.of_role(role)), default=str(Membership.Role.COORDINATOR))


@require_GET
def contents(request: Request, role: str = "") -> HttpResponse:
    """The chapters of a role; without one, of the reader's own."""
    own = _own_role(request)
    chosen = role.replace("-", "_").upper() or own
    if chosen not in Membership.Role.values:
        raise Http404
    context: dict[str, Any] = {
        "chapters": manual.of_role(chosen),
        "chosen": Membership.Role(chosen).label,
        "is_own": chosen == own,
        "others": [{"slug": _slug(one), "label": one.label, "here": one == chosen} for one in Membership.Role],
    }
    return render(request, "help/contents.html", context)


@require_GET
def chapter(request: Request, name: str) -> HttpResponse:
    """One chapter, in the reader's language, between the one before and the one after of the reader's manual."""
    found = manual.named(name)
    if found is None:
        raise Http404
    own = _own_role(request)
    listed = manual.of_role(own if own in found.roles else found.roles[0])
    at = listed.index(found)
    language = get_language() or "en"
    context: dict[str, Any] = {
        "chapter": found, "chapters": listed, "text": manual.template(found, language),
        "before": listed[at - 1] if at else None, "after": listed[at + 1] if at + 1 < len(listed) else None,
    }  # fmt: skip
    return render(request, "help/chapter.html", context)


def tour(request: Request) -> HttpResponse:
    """The steps of the tour on one page; a POST says that its reader has seen it. A preference, in no audit trail."""
    if request.method == "POST":
        request.user.toured = True
        request.user.save(update_fields=["toured"])
        return redirect("home")
    return render(request, "help/tour.html", {"steps": steps.of(request.user)})


def _slug(role: str) -> str:
    return str(role).lower().replace("_", "-")
