"""The panel's pages of people and sites (administrator), schedules (data manager) and jobs."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from zoneinfo import available_timezones

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from trial import audit
from trial.models import Job, Membership, Site, User
from trial.panel import EverySite, Reading, moment, opened

# What other packages put into the panel comes out again; what we want of it is registered here in our own terms.
for _module in ("django.contrib.auth", "allauth.account", "axes", "django_celery_beat"):
    import_module(f"{_module}.admin")
for _model in [m for m in admin.site._registry if m._meta.app_label not in ("trial", "crf", "analytics")]:
    admin.site.unregister(_model)
import_module("trial.admin_beat")
import_module("trial.admin_ranges")
import_module("trial.admin_approvals")


class PasswordForm(AdminPasswordChangeForm):
    """A new password; an account that shall not sign in is deactivated, not left without a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)


class PersonForm(forms.ModelForm):
    """An account; the language is one of those the application speaks."""

    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)


class NewUserForm(AdminUserCreationForm):
    """A new account with its first password."""

    usable_password = None  # type: ignore[assignment]
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "language")


class MembershipInline(admin.TabularInline):
    """A person's roles: added and removed, never rewritten. Nobody hands out roles to themselves."""

    model = Membership
    extra = 0
    verbose_name_plural = _("memberships: what this person may do, and where")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the page around it is the administrator's

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and obj.pk != request.user.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and obj.pk != request.user.pk


@admin.register(User)
class People(EverySite, UserAdmin):
    """Accounts. They are deactivated, never deleted: the audit trail speaks of them."""

    see, edit = ("people",), "people"
    form = PersonForm
    add_form, change_password_form = NewUserForm, PasswordForm
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "language")}),
        (_("Access"), {"fields": ("is_active", "new_password", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": (*NewUserForm.Meta.fields, "password1", "password2")}),)
    readonly_fields = ("new_password", "last_login")
    filter_horizontal = ()
    list_display = ("username", "full_name", "roles_held", "is_active", moment("last_login", _("last sign-in")))
    list_filter = ("is_active", "memberships__role")
    search_fields = ("username", "first_name", "last_name", "email")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__site")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Nobody locks themselves out of the study.
        return (*self.readonly_fields, *(("is_active",) if obj and obj.pk == request.user.pk else ()))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Sets a password. It never enters the audit trail, that it was set does."""
        response = opened(super().user_change_password, request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            audit.record("password set", {"user": id})
        return response

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("memberships"))
    def roles_held(self, user: User) -> str:
        return ", ".join(
            f"{m.get_role_display()} ({m.site.code if m.site else _('every site')})" for m in user.memberships.all()
        )

    @admin.display(description=_("password"))
    def new_password(self, user: User) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:auth_user_password_change", args=[user.pk]), _("Set a new password")
        )


@admin.register(Membership)
class Memberships(EverySite):
    """Who holds which role where."""

    see, edit = ("people",), "people"
    list_display = ("user", "role", "site_or_all")
    list_filter = ("role", "site")
    list_select_related = ("user", "site")
    search_fields = ("user__username", "user__first_name", "user__last_name")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.user_id != request.user.pk)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            others = User.objects.exclude(username=request.user.get_username())
            kwargs["queryset"] = others.filter(is_active=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("site"), ordering="site__code")
    def site_or_all(self, membership: Membership) -> str:
        return str(membership.site or _("every site"))


class SiteForm(forms.ModelForm):
    """A site with its zone chosen from the list of zones."""

    timezone = forms.ChoiceField(
        label=_("time zone"),
        choices=[(zone, zone) for zone in sorted(available_timezones())],
        initial="Asia/Shanghai",
        help_text=_("Days of visits and assessments are counted on this clock. Change it only to correct a mistake."),
    )
    code = forms.CharField(
        label=_("code"),
        max_length=2,
        validators=[RegexValidator(r"^[0-9]{2}$", _("Please enter two digits, for example 04."))],
    )


@admin.register(Site)
class Sites(EverySite):
    """Sites. The code is for ever, for it stands in every subject id; the counter belongs to the software."""

    see, edit = ("people",), "people"
    form = SiteForm
    fields = ("code", "name", "city", "country", "timezone", "is_training")
    list_display = ("code", "name", "city", "country", "timezone", "is_training")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AccessAttempt)
class RefusedSignIns(Reading):
    """Sign-ins that were refused lately."""

    see = ("people",)
    fields = readonly_fields = ("attempt_time", "username", "ip_address", "user_agent", "failures_since_start")
    list_display = (moment("attempt_time", _("when")), "username", "ip_address", "failures_since_start")
    search_fields = ("username", "ip_address")


@admin.register(Job)
class Jobs(Reading):
    """Background work, as the jobs page shows it, with everything that is known about a run."""

    see = ("jobs",)
    fields = readonly_fields = (
        "kind", "state", "done", "total", "said", "error", "attempts", "requested_by",
        "created_at", "started_at", "heartbeat_at", "finished_at", "not_before",
    )  # fmt: skip
    list_display = (
        "id", "kind", "state", "progress", "error", "attempts", "requested_by",
        moment("created_at", _("created")), moment("finished_at", _("finished")),
    )  # fmt: skip
    list_filter = ("kind", "state", "created_at")

    @admin.display(description=_("message"))
    def said(self, job: Job) -> str:
        return __(job.message) if job.message else ""

    @admin.display(description=_("progress"))
    def progress(self, job: Job) -> str:
        return f"{job.done} / {job.total}" if job.total else ""
