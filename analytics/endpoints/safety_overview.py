"""Overview of safety: events, serious events, limiting toxicities and deaths; and the lists of serious events and deaths."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adsl import members
from analytics.derive import records
from analytics.endpoints.adverse_events import LABELS
from analytics.endpoints.events import RELATED_NOTE
from analytics.endpoints.groups import POPULATION, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.layout import DASH, Body, Cell, Column, Row, Text, Words, count, count_percent
from analytics.registry import endpoint
from trial import protocol

# The labels of the forms' code lists, as sentences that are translated when the table is shown.
CAUSES: dict[str, Words] = {
    "MYELOMA": Words(_("Myeloma")),
    "TOXICITY": Words(_("Toxicity of the trial treatment")),
    "OTHER": Words(_("Another cause")),
    "UNKNOWN": Words(_("Unknown")),
}
OUTCOMES: dict[str | None, Words] = {
    "RECOVERED/RESOLVED": Words(_("Recovered")),
    "RECOVERING/RESOLVING": Words(_("Recovering")),
    "RECOVERED/RESOLVED WITH SEQUELAE": Words(_("Recovered with sequelae")),
    "NOT RECOVERED/NOT RESOLVED": Words(_("Not recovered")),
    "FATAL": Words(_("Fatal")),
    "UNKNOWN": Words(_("Unknown")),
}
CRITERIA: dict[str, Words] = {
    "death": Words(_("Resulted in death")),
    "life_threatening": Words(_("Life-threatening")),
    "hospitalisation": Words(_("Hospitalisation, or a longer one")),
    "disability": Words(_("Lasting disability")),
    "congenital": Words(_("Congenital anomaly")),
    "medically_important": Words(_("Medically important for another reason")),
}
ANSWERS: dict[str | None, Words] = {"Y": Words(_("Yes")), "N": Words(_("No")), "U": Words(_("Unknown"))}
EMERGENT = Words(_("Events: treatment-emergent; onset on or after the day of the infusion, or not recorded."))
LIMITING = Words(
    _("Dose-limiting toxicity: as the evaluation says; the table of dose escalation counts the evaluable.")
)
FIRST_DEATH = Words(_("Deaths: the form of the death, at any time; its main cause as the investigator judged it."))


@endpoint(
    title=_("Overview of safety"),
    definition=_(
        "Subjects with treatment-emergent adverse events: any, grade 3 or higher, related, serious, of special interest, fatal; "
        "with a dose-limiting toxicity; and deaths by time and main cause."
    ),
    options=(POPULATION,),
    details="adsafe",
    detail_columns={
        "events": _("Events"),
        "worst": _("Worst grade"),
        "serious_events": _("Serious"),
        "limiting": _("Dose-limiting toxicity"),
        "death_day": _("Death, study day"),
        "cause": _("Cause"),
    },
)
def safety_overview(
    adsl: pd.DataFrame, adae: pd.DataFrame, adsafe: pd.DataFrame, addeath: pd.DataFrame, *, population: str
) -> Body:
    """A subject counts once in a line."""
    groups = by_dose_level(adsl, population)
    rows = [
        Row(label, tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups), indent, key=key)
        for key, label, codes, indent in (*_events(adae[adae["emergent"]], adsafe), *_deaths(addeath))
    ]
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(population_note(population), EMERGENT, RELATED_NOTE, LIMITING, FIRST_DEATH),
        population=groups[0].label,
        stub=Words(_("Subjects with")),
    )


Line = tuple[str, Words, tuple[str, ...], int]


def _events(events: pd.DataFrame, adsafe: pd.DataFrame) -> Iterator[Line]:
    severe = events["grade"] >= 3
    related = (events["related_cart"] != "N") | events["related_cart"].isna()
    depletion = (events["related_lymphodepletion"] != "N") | events["related_lymphodepletion"].isna()
    serious = events["serious"] == "Y"
    yield "any", Words(_("Any adverse event")), where(events, events["subject"].notna()), 0
    yield "grade_3_plus", Words(_("Grade 3 or higher")), where(events, severe), 1
    yield "related", Words(_("Related to the CAR-T cells")), where(events, related), 1
    yield (
        "related_grade_3_plus",
        Words(_("Related to the CAR-T cells, grade 3 or higher")),
        where(events, related & severe),
        1,
    )
    yield "related_lymphodepletion", Words(_("Related to lymphodepletion")), where(events, depletion), 1
    yield "aesi", Words(_("Of special interest")), where(events, events["aesi"] == "Y"), 1
    yield "serious", Words(_("Serious adverse event")), where(events, serious), 0
    yield "serious_related", Words(_("Related to the CAR-T cells")), where(events, serious & related), 1
    fatal = (events["outcome"] == "FATAL") | (events["grade"] == 5)
    yield "fatal", Words(_("Fatal adverse event")), where(events, fatal), 0
    yield "dlt", Words(_("Dose-limiting toxicity")), where(adsafe, adsafe["limiting"] == "Y"), 0


def _deaths(addeath: pd.DataFrame) -> Iterator[Line]:
    early = addeath["day"] <= protocol.DLT_WINDOW_DAYS
    yield "deaths", Words(_("Death")), where(addeath, addeath["subject"].notna()), 0
    yield "deaths.early", Words(_("Up to day 28")), where(addeath, early), 1
    yield "deaths.late", Words(_("After day 28")), where(addeath, addeath["day"] > protocol.DLT_WINDOW_DAYS), 1
    for cause, label in CAUSES.items():
        yield f"deaths.{cause.lower()}", label, where(addeath, addeath["cause"] == cause), 1
    yield "deaths.no_cause", Words(_("No cause recorded")), where(addeath, addeath["cause"].isna()), 1


@endpoint(
    title=_("List of serious adverse events"),
    definition=_(
        "One line a serious entry of the adverse event log: words of the site, term, worst grade, onset and end as study days, "
        "outcome, relation, criteria, and whether it limited the dose."
    ),
    options=(POPULATION,),
    details="adsafe",
    detail_columns={"events": _("Events"), "worst": _("Worst grade"), "serious_events": _("Serious")},
)
def serious_events(adsl: pd.DataFrame, adsae: pd.DataFrame, *, population: str) -> Body:
    """How many first, then each event by subject and number."""
    chosen = set(members(adsl, population))
    listed = [one for one in records(adsae, "event") if one.subject in chosen]
    codes = sorted({one.subject for one in listed})
    total = Cell(str(len(listed)), {"n": len(codes), "events": len(listed)}, tuple(codes))
    names = ("verbatim", "term", "grade", "onset", "end", "outcome", "related", "criteria", "dlt")
    labels = (
        Words(_("As the site describes it")), Words(_("Term")), Words(_("Worst grade")), Words(_("Onset, day")),
        Words(_("End, day")), Words(_("Outcome")), Words(_("Related to the CAR-T cells")), Words(_("Criteria")),
        Words(_("Dose-limiting")),
    )  # fmt: skip
    return Body(
        columns=tuple(Column(key, label) for key, label in zip(names, labels, strict=True)),
        rows=(
            Row(Words(_("Number of events")), (total, *(Cell(DASH) for _name in names[1:])), key="all"),
            *(_serious(one) for one in listed),
        ),
        footnotes=(
            population_note(population),
            Words(_("Events of any time, those from before the infusion included. Days from the infusion as day 0.")),
        ),
        population=population_label(adsl, population),
        stub=Words(_("Subject, number of the event")),
    )


def population_label(adsl: pd.DataFrame, population: str) -> Text:
    """Its name."""
    return by_dose_level(adsl, population)[0].label


def _serious(one: Any) -> Row:
    own = (one.subject,)
    criteria = [CRITERIA[name] for name in (one.criteria or "").split()]
    texts: Iterable[Text] = (
        one.verbatim or DASH,
        LABELS.get(one.term, DASH),
        DASH if one.grade is None else str(one.grade),
        DASH if one.onset_day is None else str(one.onset_day),
        Words(_("ongoing")) if one.ongoing == "Y" else DASH if one.end_day is None else str(one.end_day),
        OUTCOMES.get(one.outcome, DASH),
        ANSWERS.get(one.related_cart, DASH),
        in_a_row(criteria),
        ANSWERS["Y" if one.dlt else "N"],
    )
    return Row(
        f"{one.subject}, {one.occurrence}",
        tuple(Cell(text, {}, own) for text in texts),
        key=f"{one.subject}.{one.occurrence}",
    )


def in_a_row(texts: list[Words]) -> Text:
    """Several texts as one, each translated when it is shown."""
    if not texts:
        return DASH
    names = [f"w{place}" for place in range(len(texts))]
    return Words("; ".join(f"{{{name}}}" for name in names), tuple(zip(names, texts, strict=True)))


@endpoint(
    title=_("List of deaths"),
    definition=_(
        "One line a subject who died: dose level, day, main cause, whether after progression, and fatal events."
    ),
    options=(POPULATION,),
    details="addeath",
    detail_columns={
        "died_on": _("Died"),
        "day": _("Study day"),
        "cause": _("Cause"),
        "progressed": _("After progression"),
        "fatal_events": _("Fatal adverse events"),
    },
)
def deaths(adsl: pd.DataFrame, addeath: pd.DataFrame, *, population: str) -> Body:
    """How many first, then each of them."""
    chosen = set(members(adsl, population))
    listed = [one for one in records(addeath, "death") if one.subject in chosen]
    everyone = count(one.subject for one in listed)
    after = count(one.subject for one in listed if one.progressed)
    return Body(
        columns=(
            Column("dose_level", Words(_("Dose level"))), Column("day", Words(_("Study day"))),
            Column("cause", Words(_("Main cause"))), Column("progressed", Words(_("After progression"))),
            Column("fatal_events", Words(_("Fatal adverse events"))),
        ),
        rows=(
            Row(Words(_("Number of subjects")), (everyone, Cell(DASH), Cell(DASH), after, Cell(DASH)), key="all"),
            *(_death(one) for one in listed),
        ),
        footnotes=(
            population_note(population), FIRST_DEATH,
            Words(_("After progression: confirmed by the criteria of response at or before the death.")),
        ),
        population=population_label(adsl, population),
        stub=Words(_("Subject")),
    )  # fmt: skip


def _death(one: Any) -> Row:
    own = (one.subject,)
    cells = (
        Cell(one.dose_level or DASH, {}, own),
        Cell(DASH if one.day is None else str(one.day), {"day": one.day}, own),
        Cell(CAUSES.get(one.cause, DASH), {"cause": one.cause}, own),
        Cell(ANSWERS["Y" if one.progressed else "N"], {}, own),
        Cell(one.fatal_events or DASH, {}, own),
    )
    return Row(one.subject, cells, key=one.subject)
