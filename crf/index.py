"""Every submitted form of the study in one list: a view over the form tables, made anew after each migrate."""

from __future__ import annotations

from typing import Any

from django.db import connections, models
from django.utils.translation import gettext_lazy as _

from trial.models import Site, Subject, User, Visit


class FormIndex(models.Model):
    """One submitted form. Read-only; row security of the form's own table applies (security_invoker)."""

    key = models.CharField(max_length=80, primary_key=True)
    form = models.CharField(_("form"), max_length=60)
    form_id = models.BigIntegerField()
    subject = models.ForeignKey(
        Subject, models.DO_NOTHING, related_name="+", verbose_name=_("subject"), db_constraint=False
    )
    site = models.ForeignKey(Site, models.DO_NOTHING, related_name="+", verbose_name=_("site"), db_constraint=False)
    visit = models.ForeignKey(
        Visit, models.DO_NOTHING, null=True, related_name="+", verbose_name=_("visit"), db_constraint=False
    )
    occurrence = models.IntegerField()
    status = models.CharField(_("status"), max_length=10)
    version = models.IntegerField(_("version"))
    written = models.BigIntegerField()  # the transaction that wrote it, as PostgreSQL numbers them
    entered_at = models.DateTimeField(_("entered"))
    changed_at = models.DateTimeField(_("last change"))
    changed_by = models.ForeignKey(
        User, models.DO_NOTHING, related_name="+", verbose_name=_("changed by"), db_constraint=False
    )

    class Meta:
        managed = False
        db_table = "crf_form_index"
        ordering = ["-changed_at", "key"]
        verbose_name = _("form")
        verbose_name_plural = _("all forms")

    def __str__(self) -> str:
        return self.key


def install(*, using: str = "owner", **_: Any) -> None:
    """(Re)creates the view over every form table that exists. Needs the owner."""
    from django.conf import settings

    from crf.declare.form import Crf, casebook

    connection = connections[using]
    present = set(connection.introspection.table_names())
    parts = [
        f"SELECT '{form.declared.name}:' || id AS key, '{form.declared.name}'::varchar AS form, id AS form_id, subject_id, site_id,"
        f" {'visit_id' if issubclass(form, Crf) else 'NULL::bigint AS visit_id'}, occurrence, status, version,"
        f" xmin::text::bigint AS written, entered_at,"
        f" changed_at, changed_by_id FROM {form._meta.db_table}"
        for form in casebook()
        if form._meta.db_table in present
    ]
    role = connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW IF EXISTS crf_form_index")
        if parts:
            cursor.execute(f"CREATE VIEW crf_form_index WITH (security_invoker = true) AS {' UNION ALL '.join(parts)}")
            cursor.execute(f"GRANT SELECT ON crf_form_index TO {role}")
