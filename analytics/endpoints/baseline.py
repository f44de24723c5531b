"""Demographics and disease at entry: summaries and counts, overall and by dose level."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.entry import ABNORMALITIES
from analytics.derive import plain
from analytics.endpoints.groups import POPULATION, Group, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Text, Words, count_percent, say
from analytics.partial_dates import MIDDLE_CONVENTION
from analytics.registry import endpoint
from trial.rules.ecog import STATUS

OLDER = 65  # years
YES_NO: dict[str, Words] = {"Y": Words(_("Yes")), "N": Words(_("No")), "U": Words(_("Unknown"))}
# Column of adsl -> heading, and its codes with the labels of the form, in the form's order.
CODED: dict[str, tuple[Words, Mapping[str, Words]]] = {
    "sex": (Words(_("Sex")), {"M": Words(_("Male")), "F": Words(_("Female"))}),
    "ethnicity": (
        Words(_("Ethnicity")),
        {"HAN": Words(_("Han")), "OTHER": Words(_("Other")), "UNKNOWN": Words(_("Unknown"))},
    ),
    "ecog": (
        Words(_("ECOG performance status at screening")),
        {
            str(code): say("{code} – {status}", code=code, status=Words(status)) for code, status in enumerate(STATUS)
        },
    ),
    "heavy_chain": (
        Words(_("Heavy chain")),
        {
            "IGG": Words(_("IgG")), "IGA": Words(_("IgA")), "IGM": Words(_("IgM")), "IGD": Words(_("IgD")),
            "IGE": Words(_("IgE")), "LIGHT_CHAIN_ONLY": Words(_("None: light chains only")),
            "NON_SECRETORY": Words(_("Non-secretory")),
        },
    ),
    "light_chain": (
        Words(_("Light chain")),
        {
            "KAPPA": Words(_("Kappa")), "LAMBDA": Words(_("Lambda")), "BICLONAL": Words(_("Biclonal")),
            "NONE": Words(_("None")),
        },
    ),
    "prior_anti_cd38": (Words(_("Earlier antibody against CD38")), YES_NO),
    "cytogenetic_abnormality": (Words(_("Any cytogenetic abnormality")), YES_NO),
    "emd_at_entry": (Words(_("Extramedullary disease at entry")), YES_NO),
    "paramedullary_at_entry": (Words(_("Paraskeletal disease at entry")), YES_NO),
}  # fmt: skip
# Kinds that are rare in myeloma, and in those who may enter a trial, have a line only where they occur.
RARE = {"IGM", "IGE", "NON_SECRETORY", "BICLONAL", "NONE", "3", "4", "5"}
FOUND = {
    "del_17p": Words(_("del(17p)")), "tp53_mutation": Words(_("TP53 mutation")), "t_4_14": Words(_("t(4;14)")),
    "t_14_16": Words(_("t(14;16)")), "t_14_20": Words(_("t(14;20)")),
    "gain_1q": Words(_("Gain or amplification of 1q")), "del_1p32": Words(_("del(1p32)")),
}  # fmt: skip
DETAILS = {
    "age": _("Age at screening"),
    "sex": _("Sex"),
    "ecog": _("ECOG performance status at screening"),
    "heavy_chain": _("Heavy chain"),
    "light_chain": _("Light chain"),
    "prior_lines": _("Lines of earlier therapy"),
    "cytogenetic_abnormality": _("Any cytogenetic abnormality"),
    "emd_at_entry": _("Extramedullary disease at entry"),
    "paramedullary_at_entry": _("Paraskeletal disease at entry"),
}
AGE_NOTE = Words(_("Age: year of screening minus year of birth; a day of birth is not collected."))
HISTORY_NOTE = Words(_("Disease: as the newest history of the myeloma says; extramedullary disease as on that form."))
FOUND_NOTE = Words(_("Abnormalities: subjects in whom each was found; a subject may count in several lines."))
LINES_NOTE = Words(_("Percentages are of the column's N; what is not recorded has a line of its own."))


@endpoint(
    title=_("Demographics and disease at entry"),
    definition=_(
        "Age, sex, ethnicity, performance status, type of myeloma, time since diagnosis, earlier therapy, cytogenetics and "
        "disease outside the marrow before the infusion: summaries, and numbers of subjects with percentages."
    ),
    options=(POPULATION,),
    details="adsl",
    detail_columns=DETAILS,
)
def baseline(adsl: pd.DataFrame, *, population: str) -> Body:
    """The person first, then the myeloma, its treatment, its genetics, its lesions."""
    groups = by_dose_level(adsl, population)
    frame = adsl[adsl["subject"].isin(groups[0].subjects)]
    rows = [
        *summary_rows("age", Words(_("Age at screening, years")), _values(frame, "age"), groups),
        *_older(frame, groups),
        *_coded("sex", frame, groups),
        *_coded("ethnicity", frame, groups),
        *_coded("ecog", frame, groups),
        *_coded("heavy_chain", frame, groups),
        *_coded("light_chain", frame, groups),
        *summary_rows(
            "years_since_diagnosis", Words(_("Years since diagnosis")), _values(frame, "years_since_diagnosis"), groups,
            places=1,
        ),
        *summary_rows("prior_lines", Words(_("Lines of earlier therapy")), _values(frame, "prior_lines"), groups),
        *_coded("prior_anti_cd38", frame, groups),
        *_coded("cytogenetic_abnormality", frame, groups),
        *_found(frame, groups),
        *_coded("emd_at_entry", frame, groups),
        *_coded("paramedullary_at_entry", frame, groups),
    ]  # fmt: skip
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), AGE_NOTE, HISTORY_NOTE, FOUND_NOTE, MIDDLE_CONVENTION, LINES_NOTE, QUARTILES_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Characteristic")),
    )  # fmt: skip


def _values(frame: pd.DataFrame, column: str) -> dict[str, float | None]:
    codes, values = plain(frame["subject"]), plain(frame[column])
    return {code: None if value is None else float(value) for code, value in zip(codes, values, strict=True)}


def _line(key: str, label: Text, codes: Sequence[str], groups: Sequence[Group], *, indent: int = 1) -> Row:
    cells = tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)
    return Row(label, cells, indent, key=key)


def _older(frame: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    yield _line("age.older", Words(_("65 years or older")), where(frame, frame["age"] >= OLDER), groups)
    yield _line("age.missing", Words(_("Not recorded")), where(frame, frame["age"].isna()), groups)


def _coded(column: str, frame: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    """A heading, a line a code, and one for what is not recorded."""
    heading, labels = CODED[column]
    yield Row(heading, kind="heading", key=column)
    for code, label in labels.items():
        have = where(frame, frame[column] == code)
        if have or code not in RARE:
            yield _line(f"{column}.{code.lower()}", label, have, groups)
    yield _line(f"{column}.missing", Words(_("Not recorded")), where(frame, frame[column].isna()), groups)


def _found(frame: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    yield Row(Words(_("Abnormalities found")), kind="heading", key="abnormalities")
    for name in ABNORMALITIES:
        yield _line(f"abnormalities.{name}", FOUND[name], where(frame, frame[name] == "Y"), groups)
