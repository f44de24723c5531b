"""The panel's page of approvals: from which day each site works under which version of the protocol."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trial import audit, protocol
from trial.models import ProtocolApproval
from trial.panel import Panel


def _later() -> list[tuple[str, str]]:
    """The versions after the first: that one needs no approval here, every site begins with it."""
    return [("", "—"), *((version.code, version.code) for version in protocol.VERSIONS[1:])]


class ApprovalForm(forms.ModelForm):
    """One version at one site, with the reason of a change; the reason stands in the audit trail."""

    version = forms.ChoiceField(label=_("protocol version"), choices=_later)
    reason = forms.CharField(label=_("reason"), max_length=200, required=False)

    class Meta:
        model = ProtocolApproval
        fields = ("site", "version", "active_from")

    def clean(self) -> dict[str, Any]:
        """A change has a reason, and no site is ahead of the protocol."""
        found = super().clean() or {}
        if self.instance.pk and self.has_changed() and not (found.get("reason") or "").strip():
            self.add_error("reason", _("Please give a reason."))
        known = {version.code: version.approved_on for version in protocol.VERSIONS}
        day, version = found.get("active_from"), found.get("version")
        if day and version and day < known[version]:
            text = _("This version was approved on %(day)s. Please enter that day or a later one.")
            self.add_error("active_from", ValidationError(text, params={"day": known[version]}))
        return found


@admin.register(ProtocolApproval)
class ProtocolApprovals(Panel):
    """Visits that took place keep their version, whatever day is entered or corrected here. Nothing is deleted."""

    see, edit = ("review",), "approvals"
    form = ApprovalForm
    fields = ("site", "version", "active_from", "reason")
    list_display = ("site", "version", "active_from")
    list_display_links = ("version",)
    list_filter = ("site", "version")
    list_select_related = ("site",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ProtocolApproval, form: Any, change: bool) -> None:
        with audit.acting(request.user, form.cleaned_data.get("reason", "")):  # type: ignore[arg-type]
            super().save_model(request, obj, form, change)
