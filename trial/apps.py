"""Django's registration of the trial."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrialConfig(AppConfig):
    """Protocol, people, subjects, audit."""

    name = "trial"
    verbose_name = _("Trial")

    def ready(self) -> None:
        from trial import checks, signals  # noqa: F401

        # On the last app only would miss a partial migrate; installing is idempotent and takes milliseconds.
        post_migrate.connect(_guard, sender=self)


def _guard(*, using: str, **kwargs: Any) -> None:
    """Runs once a migrate (Django sends the signal when every app is done), as the owner only."""
    from trial import beat, guard

    if using == "owner":
        guard.install(using=using)
        beat.install(using=using)


class AdminConfig(DjangoAdminConfig):
    """The review panel's own admin site."""

    default_site = "trial.admin_site.ReviewSite"
