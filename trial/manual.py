"""The manual's contents: its chapters, and which roles read them. The texts stand in templates/help, a file a chapter and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from trial.models import Membership

Role = Membership.Role
SITE = (Role.COORDINATOR, Role.INVESTIGATOR)
REVIEWERS = (Role.MONITOR, Role.DATA_MANAGER, Role.MEDICAL_MONITOR)
READERS = (*SITE, *REVIEWERS, Role.STATISTICIAN, Role.INSPECTOR)
EVERYBODY = (*READERS, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One task, told on one page. name: of its file and its address."""

    name: str
    title: Any
    roles: tuple[str, ...]


# In the order in which a role meets them.
CHAPTERS = (
    Chapter("begin", _("Sign in, language and theme"), EVERYBODY),
    Chapter("work-list", _("Begin the day with the work list"), READERS),
    Chapter("find", _("Find a subject, a visit, a form"), READERS),
    Chapter("screen", _("Screen and enrol a subject"), SITE),
    Chapter("rescreen", _("Screen a subject again"), SITE),
    Chapter("enter", _("Enter a form"), SITE),
    Chapter("keys", _("Type with the keyboard: keys, dates, rows"), SITE),
    Chapter("not-done", _("A value is missing, or a form was not done"), SITE),
    Chapter("drafts", _("Drafts, and when the network is away"), SITE),
    Chapter("correct", _("Correct a value"), SITE),
    Chapter("move", _("Move a form to where it belongs"), SITE),
    Chapter("two-people", _("Two people on one form"), SITE),
    Chapter("infusion", _("The infusion and the planned visits"), SITE),
    Chapter("leave", _("A subject leaves the study"), SITE),
    Chapter("transfer", _("A subject goes on at another site"), (*SITE, Role.DATA_MANAGER)),
    Chapter("logs", _("Adverse events and other logs"), SITE),
    Chapter("answer", _("Answer a query"), SITE),
    Chapter("sign", _("Sign what was entered"), (Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.INSPECTOR)),
    Chapter("reasons", _("Read a grade and its reason"), READERS),
    Chapter("course", _("The course of a subject"), READERS),
    Chapter("response", _("Read a response"), (Role.INVESTIGATOR, *REVIEWERS, Role.STATISTICIAN, Role.INSPECTOR)),
    Chapter("review", _("Review a form"), (*REVIEWERS, Role.STATISTICIAN, Role.INSPECTOR)),
    Chapter("ask", _("Raise and close a query"), REVIEWERS),
    Chapter("audit", _("Who changed what, and why"), READERS),
    Chapter("delegation", _("The delegation log"), (*SITE, *REVIEWERS, Role.INSPECTOR)),
    Chapter("escalation", _("The board of dose levels"), (Role.INVESTIGATOR, *REVIEWERS, Role.STATISTICIAN, Role.INSPECTOR)),
    Chapter("tables", _("Tables and figures"), READERS),
    Chapter("exports", _("Take the nightly export"), (Role.DATA_MANAGER, Role.STATISTICIAN, Role.INSPECTOR)),
    Chapter("jobs", _("Watch the background work"), (Role.DATA_MANAGER, Role.STATISTICIAN, Role.ADMINISTRATOR)),
    Chapter("ranges", _("Limits of normal and versions of the protocol"), (Role.DATA_MANAGER,)),
    Chapter("people", _("Accounts, roles and sites"), (Role.ADMINISTRATOR,)),
    Chapter("print", _("Print a form or a visit"), READERS),
    Chapter("training", _("Practise in the training environment"), EVERYBODY),
)  # fmt: skip


def named(name: str) -> Chapter | None:
    """The chapter of that name, or None."""
    return next((chapter for chapter in CHAPTERS if chapter.name == name), None)


def of_role(role: str) -> tuple[Chapter, ...]:
    """The chapters that a role reads, in their order."""
    return tuple(chapter for chapter in CHAPTERS if role in chapter.roles)


def template(chapter: Chapter, language: str) -> str:
    """The file of a chapter in a language."""
    return f"help/{language}/{chapter.name}.html"
