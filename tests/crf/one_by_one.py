"""The way in of crf.batch.Batch, form by form through `entry.submit`: what a batch must lead to."""

from __future__ import annotations

from datetime import date

from crf import entry
from crf.batch import Sent
from crf.declare.form import form_named
from trial import subjects
from trial.models import Site, Subject, User, Visit


class OneByOne:
    """One subject, every form of which is submitted by itself."""

    def __init__(self, subject: Subject, site: Site) -> None:
        self.site = site
        self._read(subject)

    @classmethod
    def screened(cls, site: Site, *, by: User, on: date) -> OneByOne:
        return cls(subjects.screen(site, by=by, on=on), site)

    def _read(self, subject: Subject) -> None:
        self.subject = Subject.objects.select_related("site").get(pk=subject.pk)

    def take(self, sent: Sent) -> None:
        visits = Visit.objects.select_related("site")
        visit = visits.get(subject=self.subject, code=sent.visit) if sent.visit else None
        entry.submit(
            form_named(sent.form), subject=self.subject, visit=visit, occurrence=sent.occurrence, data=sent.data,
            by=sent.by, now=sent.now,
        )  # fmt: skip
        if sent.form == "car_t_infusion":
            self._read(self.subject)

    def enrol(self, *, by: User, on: date, dose_level: str) -> None:
        self._read(subjects.enrol(self.subject, by=by, on=on, dose_level=dose_level))

    def fail_screening(self, *, by: User, reason: str) -> None:
        self._read(subjects.fail_screening(self.subject, by=by, reason=reason))

    def unscheduled(self, *, by: User, on: date) -> Visit:
        return subjects.unscheduled(self.subject, by=by, on=on)

    def settle(self) -> None:
        """Nothing waits."""
