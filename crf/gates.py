"""What enrolment asks of the forms: consent in writing, every criterion met."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crf.declare.form import form_named
from trial.models import Subject
from trial.subjects import Gate, enrolment_gates


def forms_say(subject: Subject) -> list[Gate]:
    """The gates that forms open, for one subject."""
    from crf.models.eligibility import unmet

    consent = form_named("informed_consent").objects.filter(subject=subject, status="COMPLETE").first()  # type: ignore[attr-defined]
    demographics = form_named("demographics").objects.filter(subject=subject, status="COMPLETE").exists()  # type: ignore[attr-defined]
    eligibility = form_named("eligibility").objects.filter(subject=subject, status="COMPLETE").first()  # type: ignore[attr-defined]
    consented = consent is not None and consent.consent_date is not None
    return [
        Gate(
            _("Written consent"),
            consented,
            "" if consented else _("The consent form has no date yet."),
            "informed_consent",
        ),
        Gate(
            _("Demographics entered"),
            demographics,
            "" if demographics else _("The form is not entered yet."),
            "demographics",
        ),
        Gate(
            _("Every criterion met"),
            eligibility is not None and not unmet(eligibility),
            _("The eligibility form is not entered yet.")
            if eligibility is None
            else (_("At least one criterion is not met.") if unmet(eligibility) else ""),
            "eligibility",
        ),
    ]


enrolment_gates.append(forms_say)
