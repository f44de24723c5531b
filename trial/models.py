"""The study's own tables: people, sites, subjects, visits, the audit trail and background jobs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from trial.guarded import FORMER_SITES, OWN_OR_OF_SUBJECT, Guard, SubjectTable

ROLES = (
    "COORDINATOR",
    "INVESTIGATOR",
    "MONITOR",
    "DATA_MANAGER",
    "MEDICAL_MONITOR",
    "STATISTICIAN",
    "INSPECTOR",
    "ADMINISTRATOR",
)


LIMIT_PLACES = 4  # decimal places of a limit of normal


class User(AbstractUser):
    """A named person; what they may do stands in their memberships, nowhere else."""

    language = models.CharField(_("language"), max_length=10, default="en")
    theme = models.CharField(_("theme"), max_length=5, default="auto")
    toured = models.BooleanField(_("has seen the tour"), default=False)

    # Sign-in times are not study data, and a password never enters the audit trail in any form.
    guard = Guard(leave_out=("password", "last_login", "toured"))

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """The family name first, and no space, where it is written in Chinese characters."""
        if any("\u4e00" <= letter <= "\u9fff" for letter in self.last_name):
            return f"{self.last_name}{self.first_name}"
        return super().get_full_name()


class Site(models.Model):
    """A trial site; its counter hands out subject numbers."""

    code = models.CharField(_("code"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=200)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="CN")
    timezone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    next_number = models.PositiveIntegerField(_("next subject number"), default=1, editable=False)
    is_training = models.BooleanField(_("training site"), default=False)
    as_of = models.DateField(
        _("counted as of"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("A fixed today, so that a demonstration does not age."),
    )
    is_demonstration = models.BooleanField(_("holds reconstructed demonstration data"), default=False, editable=False)

    guard = Guard()

    class Meta:
        ordering = ["code"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ReferenceRange(models.Model):
    """Limits of normal of one analyte at the laboratory of a site, for a sex, an age and a time; trial.ranges reads them."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="reference_ranges", verbose_name=_("site"))
    analyte = models.CharField(_("analyte"), max_length=40)
    sex = models.CharField(
        _("sex"), max_length=1, blank=True, help_text=_("Leave blank where it is the same for both.")
    )
    age_from = models.PositiveSmallIntegerField(_("age from, years"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("to, included"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True, help_text=_("Blank: from the beginning."))
    valid_to = models.DateField(_("to, included"), null=True, blank=True, help_text=_("Blank: until further notice."))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    low = models.DecimalField(_("lower limit"), max_digits=12, decimal_places=LIMIT_PLACES, null=True, blank=True)
    high = models.DecimalField(_("upper limit"), max_digits=12, decimal_places=LIMIT_PLACES, null=True, blank=True)
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("The laboratory's list and its date.")
    )

    guard = Guard(site="site_id", reason=True, also_read=FORMER_SITES)

    class Meta:
        ordering = ["site", "analyte", "sex", "age_from", "valid_from"]
        constraints = [
            models.CheckConstraint(condition=models.Q(sex__in=["", "M", "F"]), name="range_sex"),
            models.CheckConstraint(
                condition=models.Q(low__isnull=False) | models.Q(high__isnull=False), name="range_has_a_limit"
            ),
            models.CheckConstraint(condition=models.Q(low__lte=models.F("high")), name="range_low_below_high"),
            models.CheckConstraint(condition=models.Q(age_from__lte=models.F("age_to")), name="range_ages"),
            models.CheckConstraint(condition=models.Q(valid_from__lte=models.F("valid_to")), name="range_days"),
        ]
        verbose_name = _("reference range")
        verbose_name_plural = _("reference ranges of laboratories")

    def __str__(self) -> str:
        return f"{self.site.code} {self.analyte} {self.sex}".strip()


class ProtocolApproval(models.Model):
    """The day from which a site works under a version of the protocol; its ethics committee has approved it by then."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="approvals", verbose_name=_("site"))
    version = models.CharField(_("protocol version"), max_length=10)
    active_from = models.DateField(_("in force at the site from"))

    guard = Guard(site="site_id", reason=True, also_read=FORMER_SITES)

    class Meta:
        ordering = ["site", "active_from"]
        constraints = [models.UniqueConstraint(fields=["site", "version"], name="approval_once")]
        verbose_name = _("approval of a protocol version")
        verbose_name_plural = _("approvals of protocol versions")

    def __str__(self) -> str:
        return f"{self.site.code} {self.version}"


class Membership(models.Model):
    """User x site x role; a blank site means every site of the study, those to come included."""

    class Role(models.TextChoices):
        COORDINATOR = "COORDINATOR", _("Site coordinator")
        INVESTIGATOR = "INVESTIGATOR", _("Investigator")
        MONITOR = "MONITOR", _("Monitor")
        DATA_MANAGER = "DATA_MANAGER", _("Data manager")
        MEDICAL_MONITOR = "MEDICAL_MONITOR", _("Medical monitor")
        STATISTICIAN = "STATISTICIAN", _("Statistician")
        INSPECTOR = "INSPECTOR", _("Inspector")
        ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("site"),
        help_text=_("Leave blank for every site of the study."),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)

    # A person's own memberships are read before the scope is known: it is made from them.
    guard = Guard(
        policy="(site_id IS NULL OR site_id = ANY ((SELECT trial_sites())::bigint[]) OR user_id = trial_person())"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site", "role"], nulls_distinct=False, name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=ROLES), name="membership_role"),
        ]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.site.code if self.site else _('every site')}"


class Subject(models.Model):
    """A person in the trial, known by an id alone."""

    class Status(models.TextChoices):
        SCREENED = "SCREENED", _("Screened")
        SCREEN_FAILED = "SCREEN_FAILED", _("Screen failure")
        ENROLLED = "ENROLLED", _("Enrolled")
        INFUSED = "INFUSED", _("Infused")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        COMPLETED = "COMPLETED", _("Completed")

    site = models.ForeignKey(Site, models.PROTECT, related_name="subjects", verbose_name=_("site"))
    number = models.PositiveIntegerField(_("number"))
    code = models.CharField(_("subject"), max_length=12, unique=True)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.SCREENED)
    dose_level = models.CharField(_("dose level"), max_length=10, null=True, blank=True)  # noqa: DJ001 - unknown is no level
    screened_on = models.DateField(_("screened on"))
    enrolled_on = models.DateField(_("enrolled on"), null=True, blank=True)
    infused_at = models.DateTimeField(_("infused at"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    protocol_version = models.CharField(_("protocol version"), max_length=10)
    # The id was given here and is kept for ever; `site` is where the subject is now.
    screening_site = models.ForeignKey(
        Site, models.PROTECT, related_name="+", verbose_name=_("screened at site"), editable=False
    )
    transferred_on = models.DateField(_("last transferred on"), null=True, blank=True, editable=False)
    former = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="again",
        verbose_name=_("screened before as"),
    )

    guard = Guard(site="site_id")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["screening_site", "number"], name="subject_number_once"),
            # The target of every table's (subject, site) key: a form can never name another site than its subject's.
            models.UniqueConstraint(fields=["id", "site"], name="subject_and_site"),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["SCREENED", "SCREEN_FAILED", "ENROLLED", "INFUSED", "WITHDRAWN", "COMPLETED"]
                ),
                name="subject_status",
            ),
        ]
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.screening_site_id is None:
            self.screening_site_id = self.site_id
        super().save(*args, **kwargs)


class Transfer(SubjectTable):
    """A subject went on at another site from a day on. Before it, visits and samples are the former site's."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="transfers", verbose_name=_("subject"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site now"))
    from_site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("from site"))
    to_site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("to site"))
    on = models.DateField(_("from this day on"))
    at = models.DateTimeField(_("recorded"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    reason = models.TextField(_("reason"))

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(from_site=models.F("to_site")), name="transfer_elsewhere")
        ]
        verbose_name = _("transfer of a subject")
        verbose_name_plural = _("transfers of subjects")

    def __str__(self) -> str:
        return f"{self.subject.code} {self.on}"


class Delegation(models.Model):
    """A line of a site's delegation log: who may fill which of the investigator's items, from when until when."""

    class Group(models.TextChoices):
        PRINCIPAL = "PRINCIPAL", _("Principal investigator: everything, and this log")
        TOXICITY = "TOXICITY", _("Grades of CRS and neurotoxicity")
        EVENTS = "EVENTS", _("Adverse events: grade, seriousness, relation")
        RESPONSE = "RESPONSE", _("Response")
        DLT = "DLT", _("Dose-limiting toxicity")
        DEATH = "DEATH", _("Death: cause and relation")
        SIGNATURE = "SIGNATURE", _("Signing forms")

    user = models.ForeignKey(User, models.PROTECT, related_name="delegations", verbose_name=_("person"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="delegations", verbose_name=_("site"))
    group = models.CharField(_("items"), max_length=20, choices=Group)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until, included"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("delegated by"))
    ended_because = models.CharField(_("why it ended"), max_length=500, blank=True, default="")

    guard = Guard(site="site_id", reason=True)

    class Meta:
        ordering = ["user__username", "group", "from_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    group__in=["PRINCIPAL", "TOXICITY", "EVENTS", "RESPONSE", "DLT", "DEATH", "SIGNATURE"]
                ),
                name="delegation_group",
            ),
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
                name="delegation_days",
            ),
        ]
        verbose_name = _("delegation")
        verbose_name_plural = _("delegation log")

    def __str__(self) -> str:
        return f"{self.site.code} {self.user} {self.group}"


class Visit(SubjectTable):
    """One visit of one subject; planned from the schedule, anchored to the infusion."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="visits", verbose_name=_("subject"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    code = models.CharField(_("visit"), max_length=20)
    infusion = models.PositiveSmallIntegerField(_("infusion"), default=1)
    planned_on = models.DateField(_("planned on"), null=True, blank=True)
    window_from = models.DateField(_("window from"), null=True, blank=True)
    window_to = models.DateField(_("window to"), null=True, blank=True)
    actual_on = models.DateField(_("took place on"), null=True, blank=True)
    unscheduled = models.BooleanField(_("unscheduled"), default=False)
    why = models.CharField(_("reason for the visit"), max_length=200, blank=True, default="")
    # Blank until the visit took place: before that it follows from its day (trial.versions.of_visit).
    protocol_version = models.CharField(_("protocol version"), max_length=10, blank=True, default="")

    class Meta:
        ordering = ["subject", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "infusion", "code"], name="visit_once"),
            # The target of every form's (visit, subject) key: a form can never stand at another subject's visit.
            models.UniqueConstraint(fields=["id", "subject"], name="visit_and_subject"),
        ]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")

    def __str__(self) -> str:
        return f"{self.subject.code} {self.code}"


class AuditEvent(models.Model):
    """One line of the audit trail. PostgreSQL writes it; the application can only read it."""

    at = models.DateTimeField(_("when"))
    actor_id = models.BigIntegerField(null=True)  # no foreign key: the trail outlives every table
    actor = models.TextField(_("who"))
    reason = models.TextField(_("why"), blank=True)
    action = models.CharField(_("what"), max_length=30)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField(null=True)
    subject_id = models.BigIntegerField(null=True)
    site_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    txid = models.BigIntegerField()

    guard = Guard(
        append_only=True,
        policy=OWN_OR_OF_SUBJECT,
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["table_name", "row_id"], name="audit_row"),
            models.Index(fields=["subject_id", "id"], name="audit_subject"),
            models.Index(fields=["at"], name="audit_at"),
            # Written in its order: a range of it is found by the blocks of the table, for next to nothing a row.
            BrinIndex(fields=["txid"], name="audit_txid", autosummarize=True, pages_per_range=16),
        ]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.table_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("The audit trail is written by the database alone.")


class Job(models.Model):
    """A piece of background work that a person can watch: its progress, its failure and the reason."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("Queued")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")

    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    message = models.CharField(_("message"), max_length=200, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    requested_by = models.CharField(_("requested by"), max_length=150)
    arguments = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    not_before = models.DateTimeField(_("next try"), null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "state"], name="job_kind_state")]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
