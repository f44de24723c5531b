"""What the conclusions rest on: snapshots of the data, the tables computed from them, and marks that data has changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Snapshot(models.Model):
    """The study's data as of one moment; frames lie in the file storage under `path`, complete before the row exists.

    manifest: frame -> rows, columns and digest. checked_at: when the data was last found to be still the same.
    results_at: when the tables were computed; None = not yet, such a snapshot is not shown.
    """

    class Kind(models.TextChoices):
        LIVE = "live", _("Live")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LIVE)
    taken_at = models.DateTimeField(_("taken"))
    checked_at = models.DateTimeField(_("last checked"))
    results_at = models.DateTimeField(_("tables computed"), null=True)
    content_hash = models.CharField(_("content hash"), max_length=64)
    software_version = models.CharField(_("software version"), max_length=60)
    manifest = models.JSONField(default=dict)
    path = models.CharField(max_length=200, unique=True)
    demonstration = models.BooleanField(_("holds reconstructed demonstration data"), default=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(content_hash__regex="^[0-9a-f]{64}$"), name="snapshot_hash"),
        ]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return f"{self.kind} {self.taken_at:%Y-%m-%d %H:%M:%S} {self.content_hash[:12]}"


class Result(models.Model):
    """One endpoint table of one snapshot with one choice of options, for the whole study or for some sites.

    scope: blank = the whole study, else the codes of the sites ("01,02"), and nothing of any other site is in the row.
    table: as analytics.layout.pack gives it, None where it could not be computed; then `error` says why.
    details: one record a subject (see analytics.details); [] where they are those of the default options.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="results")
    scope = models.CharField(max_length=200, blank=True)
    endpoint = models.CharField(max_length=60)
    options = models.JSONField(default=dict)
    table: models.JSONField[Any, Any] = models.JSONField(null=True)
    details = models.JSONField(default=list)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "scope", "endpoint", "options"], name="result_once"),
        ]
        verbose_name = _("endpoint table")
        verbose_name_plural = _("endpoint tables")

    def __str__(self) -> str:
        return f"{self.endpoint} {self.scope}".strip()


class Mark(models.Model):
    """One transaction that changed data since the last snapshot; written by a trigger (see analytics.marks)."""

    txid = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        # A transaction id alone comes round again after a dump and restore.
        constraints = [models.UniqueConstraint(fields=["txid", "at"], name="mark_once")]
        verbose_name = _("mark of a change")
        verbose_name_plural = _("marks of changes")

    def __str__(self) -> str:
        return f"{self.txid}"
