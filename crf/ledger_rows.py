"""What the ledger reads of many subjects at once: what is stored and begun at each place, in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum, Value

from crf import expectations
from crf.declare.form import Entered, form_named
from crf.drafts import Draft
from crf.index import FormIndex
from crf.signatures import Signature
from crf.workflow import Query
from trial import schedule
from trial.models import Subject, Visit

# A form that may be entered without seeing the subject says nothing about being alive.
NOT_SEEN = ("survival_status", "death")
COLUMNS = (
    "subject_id", "visit_id", "form", "form_id", "occurrence", "status", "version", "written", "signed",
)  # fmt: skip
# Whether somebody signed a form in its present version.
SIGNED = Exists(Signature.objects.filter(**{name: OuterRef(name) for name in ("form", "form_id", "version")}))
Place = tuple[int, int | None]  # a subject and a visit, or None for its logs


class Read:
    """What is stored and begun of these subjects: the same few statements however many they are."""

    signed: Any = SIGNED

    def __init__(self, people: Collection[int], names: Collection[str] | None) -> None:
        """names: of these forms alone; None = of all."""
        self.of = {"subject__in": people} if names is None else {"subject__in": people, "form__in": names}
        # Of a place the rows and drafts of each form, names of what is there, and of what was done there.
        self.rows: dict[Place, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.names: dict[Place, set[str]] = defaultdict(set)
        self.done: dict[Place, set[str]] = defaultdict(set)
        self.written: dict[int, tuple[int, ...]] = {}
        self.visits: dict[int, list[Visit]] = defaultdict(list)
        self._read(people)
        for visit in self._visits(people):
            self.visits[visit.subject_id].append(visit)
        for of_subject in self.visits.values():
            of_subject.sort(key=lambda v: schedule.position(v.code))
        open_ones = Query.objects.filter(**self.of).exclude(state=Query.State.CLOSED)
        answered = Count("id", filter=Q(state=Query.State.ANSWERED))
        counted = open_ones.order_by().values("form", "form_id")
        counted = counted.annotate(n=Count("id"), first=Min("opened_at"), answered=answered)
        # By the form: how many are not closed, since when, and whether the site has answered all of them.
        self.queries = {(q["form"], q["form_id"]): (q["n"], q["first"], q["n"] == q["answered"]) for q in counted}
        self.drafts: dict[Place, dict[str, list[Draft]]] = defaultdict(lambda: defaultdict(list))
        for draft in Draft.objects.filter(**self.of).defer("values").order_by("occurrence"):
            self.drafts[(draft.subject_id, draft.visit_id)][draft.form].append(draft)

    def _read(self, people: Collection[int]) -> None:
        found: dict[int, list[int]] = defaultdict(list)
        for row in self._lines(FormIndex.objects.filter(**self.of)):
            self._keep(row)
            if row.form in expectations.FORMS:
                found[row.subject_id].append(row.written)
        self.written = {pk: (len(of), sum(of), max(of)) for pk, of in found.items()}

    def _lines(self, stored: Any) -> Any:
        lines = stored.order_by("occurrence", "form_id").annotate(signed=self.signed).values_list(*COLUMNS, named=True)
        return lines.iterator(chunk_size=20_000)

    def _keep(self, row: Any) -> None:
        place = row.subject_id, row.visit_id
        if row.status != Entered.Status.WITHDRAWN:
            self.rows[place][row.form].append(row)
            self.names[place].add(row.form)
        if row.status == Entered.Status.COMPLETE:
            self.done[place].add(row.form)

    def _visits(self, people: Collection[int]) -> Any:
        return Visit.objects.filter(subject__in=people).order_by()

    def there(self, subject: Subject, visit: Visit | None) -> set[str]:
        """Names of the forms of which something was submitted or begun at a place."""
        place = (subject.pk, visit.pk if visit else None)
        return {*self.names.get(place, ()), *self.drafts.get(place, ())}

    def seen_alive(self, subject: Subject) -> date | None:
        """The last day of a visit at which a form shows a subject alive."""
        days = [
            expectations.day_of(visit)
            for visit in self.visits[subject.pk]
            if self.done.get((subject.pk, visit.pk), set()).difference(NOT_SEEN)
        ]
        return max((day for day in days if day is not None), default=None)

    def may_miss_death(self, subject: Subject) -> bool:
        """Whether a survival status may say that the subject is dead while no form of the death is there."""
        return True


class ReadToDo(Read):
    """The same without the lines of what wants nothing more: of that the names at each place are enough.

    until: visits that are planned later, and at which nothing was done, are left out.
    """

    signed = Value(False)  # noqa: FBT003  what waits for a signature is told for itself, be it settled or not

    def __init__(self, people: Collection[int], *, until: date | None) -> None:
        self.until = until
        super().__init__(people, None)

    def _read(self, people: Collection[int]) -> None:
        stored, status = FormIndex.objects.filter(**self.of).order_by(), Entered.Status
        followed, waits = Q(form__in=expectations.FORMS), Q(status=status.COMPLETE) & ~Q(SIGNED)
        places = stored.values_list("subject_id", "visit_id").annotate(
            there=ArrayAgg("form", filter=~Q(status=status.WITHDRAWN), default=[]),
            done=ArrayAgg("form", filter=Q(status=status.COMPLETE), default=[]),
            count=Count("form_id", filter=followed),
            sum=Sum("written", filter=followed, default=0),
            newest=Max("written", filter=followed, default=0),
            unsigned=ArrayAgg("form", filter=waits, default=[]),
            changed=ArrayAgg("changed_at", filter=waits, default=[]),
        )
        self.unsigned: dict[int, list[tuple[str, datetime]]] = {pk: [] for pk in people}
        for subject, visit, there, done, count, total, newest, unsigned, changed in places:
            self.names[subject, visit], self.done[subject, visit] = set(there), set(done)
            self.unsigned[subject] += zip(unsigned, changed, strict=True)
            if count:
                before = self.written.get(subject, (0, 0, 0))
                self.written[subject] = before[0] + count, before[1] + int(total), max(before[2], newest)
        same = {"subject_id": OuterRef("subject_id"), "form": OuterRef("form")}
        asked = Query.objects.filter(**same, form_id=OuterRef("form_id")).exclude(state=Query.State.CLOSED)
        survival: Any = form_named("survival_status").objects  # type: ignore[attr-defined]
        died = survival.filter(subject__in=people, alive="N").values("pk")
        wanted = (
            Q(Exists(asked)) | Q(Exists(Draft.objects.filter(**same))) | Q(form="survival_status", form_id__in=died)
        )
        self.told: set[int] = set()
        for row in self._lines(stored.filter(wanted)):
            self._keep(row)
            if row.form == "survival_status":
                self.told.add(row.subject_id)

    def _visits(self, people: Collection[int]) -> Any:
        visits = super()._visits(people)
        if self.until is None:
            return visits
        something = Draft.objects.filter(visit_id=OuterRef("pk"))
        return visits.filter(Q(planned_on__lte=self.until) | Q(actual_on__isnull=False) | Exists(something))

    def may_miss_death(self, subject: Subject) -> bool:
        return subject.pk in self.told
