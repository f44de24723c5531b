"""Consent comes before everything: one check, declared here once, that every form with a day of its own carries."""

from __future__ import annotations

from collections.abc import Mapping

from crf.checks.timing import since_consent
from crf.declare.parts import Check

FORM, ITEM = "informed_consent", "informed_consent.consent_date"
PREFIX = "CON-"


def of_every_form(name: str, *, about_day: str, checks: Mapping[str, Check]) -> dict[str, Check]:
    """The check on the day that a form is about, by its id; none for the consent, and none where the form has its own.

    Like any check it names what it reads, so that it is judged again at every form when the consent is corrected.
    """
    has_own = any(ITEM in check.reads and about_day in check.sees for check in checks.values())
    if not about_day or name == FORM or has_own:
        return {}
    check = since_consent(PREFIX + name, about_day)
    return {check.id: check}
