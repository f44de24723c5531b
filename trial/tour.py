"""The short tour of the first page: for each group of roles a few steps, each about one place of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trial import roles
from trial.models import Membership

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Step:
    """What is said, and the selector of the place it speaks of; blank where that is on another page."""

    text: Any
    place: str = ""


MENU, SEARCH, LIST, HELP = ".cw-tabs", ".cw-search", "main .cw-scroll", ".cw-bar a[data-help]"
_SEARCH = Step(_("Here you find a subject by its number, a form by its name, and a query by its words."), SEARCH)
_HELP = Step(_("Help has a manual for your role, and this tour. Language, light and dark stand beside it."), HELP)
_TABLES = Step(_("Endpoints holds tables and figures. Each number opens the subjects and the forms behind it."), MENU)
_LINES = Step(
    _("What waits stands here, the most urgent first. Each line opens the form or the query it speaks of."), LIST
)

SITE = (
    _LINES,
    Step(_("Subjects leads to the casebooks: forms by visits, with the state of each."), MENU),
    _SEARCH,
    Step(_("On a form, the question mark beside a label says what to enter. What you begin saves itself as a draft.")),
    Step(_("The grade appears at the side while you type, with the rule that decided. Nobody types over it.")),
    _HELP,
)
REVIEW = (
    Step(_("Review opens the panel with every submitted form of your sites, its history and its queries."), MENU),
    _SEARCH,
    _TABLES,
    Step(_("You read and ask. Values are changed by the site alone, and each change has its reason in the history.")),
    _HELP,
)
READ = (
    _TABLES,
    Step(_("Exports holds the nightly archive of all forms and tables, with the hash of each file."), MENU),
    Step(_("Review opens every submitted form with its history. Nothing can be changed there."), MENU),
    _SEARCH,
    _HELP,
)
ADMINISTER = (
    Step(_("Review leads to accounts, memberships and sites."), MENU),
    Step(_("A membership is a role at a site, or at every site. It is added or removed, never rewritten.")),
    Step(_("Jobs shows the background work, and starts again what failed."), MENU),
    _HELP,
)
GROUPS = {
    **dict.fromkeys((Role.COORDINATOR, Role.INVESTIGATOR), SITE),
    **dict.fromkeys((Role.MONITOR, Role.DATA_MANAGER, Role.MEDICAL_MONITOR), REVIEW),
    **dict.fromkeys((Role.STATISTICIAN, Role.INSPECTOR), READ),
    Role.ADMINISTRATOR: ADMINISTER,
}


def of(user: Any) -> tuple[Step, ...]:
    """The steps of a person's role, of several the longest; none for a person without one."""
    return max((GROUPS[Role(held.role)] for held in roles.held(user)), key=len, default=())


def due(request: HttpRequest) -> bool:
    """Whether the first page shows the tour: to who has not closed it yet, and to who asks for it."""
    return request.path == "/" and ("tour" in request.GET or not request.user.toured)  # type: ignore[union-attr]
