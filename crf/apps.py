"""Django's registration of the case report forms."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CrfConfig(AppConfig):
    """Forms, entry, review."""

    name = "crf"
    verbose_name = _("Case report forms")

    def ready(self) -> None:
        from crf import across, gates, serious  # noqa: F401
        from crf.declare import checks  # noqa: F401
        from crf.exports import run  # noqa: F401
        from trial import beat
        from trial.context import navigation
        from trial.signals import ranges_changed

        navigation += [
            (_("Today"), "home", "calendar-check", "read"),
            (_("Subjects"), "subjects", "people", "read"),
            (_("Queries"), "queries", "chat-left-text", "read"),
            (_("Delegation"), "delegations", "card-checklist", "delegation_log"),
            (_("Exports"), "exports", "file-earmark-zip", "export"),
        ]
        beat.defaults.append(beat.Daily("Nightly export", "crf.tasks.nightly_export", 2, 0))
        post_migrate.connect(_index, sender=self)
        ranges_changed.connect(across.judge_limits, dispatch_uid="crf.limits")

    def warm_up(self) -> None:
        """Called by a web process before it answers."""
        from crf import warm

        warm.warm_up()


def _index(*, using: str, **kwargs: Any) -> None:
    from crf.index import install

    if using == "owner":
        install(using=using)
