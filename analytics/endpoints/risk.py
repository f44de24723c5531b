"""Stage and risk at study entry: ISS, R-ISS, R2-ISS, and high risk by two definitions side by side."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.endpoints.groups import POPULATION, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Row, Words, count_percent
from analytics.registry import endpoint

STAGES = {"I": Words(_("I")), "II": Words(_("II")), "III": Words(_("III"))}
RISK = {"Y": Words(_("High risk")), "N": Words(_("Not high risk"))}
BLOCKS: dict[str, tuple[Words, dict[str, Words]]] = {
    "iss": (Words(_("ISS at study entry")), STAGES),
    "r_iss": (Words(_("R-ISS at study entry")), STAGES),
    "r2_iss": (Words(_("R2-ISS at study entry")), {**STAGES, "IV": Words(_("IV"))}),
    "risk_2016": (Words(_("High risk by IMWG 2016")), RISK),
    "risk_2025": (Words(_("High risk by IMS/IMWG 2025")), RISK),
}


@endpoint(
    title=_("Stage and risk at study entry"),
    definition=_(
        "ISS, R-ISS and R2-ISS, and high-risk myeloma by IMWG 2016 and by IMS/IMWG 2025, at study entry; overall and by dose "
        "level. The detail of a cell gives the clause of 2025."
    ),
    options=(POPULATION,),
    details="adrisk",
    detail_columns={
        "iss": _("ISS"),
        "r_iss": _("R-ISS"),
        "r2_iss": _("R2-ISS"),
        "risk_2016": _("IMWG 2016"),
        "risk_2025": _("IMS/IMWG 2025"),
        "creatinine": _("Creatinine, µmol/L"),
    },
)
def stage_and_risk(adsl: pd.DataFrame, adrisk: pd.DataFrame, *, population: str) -> Body:
    """A heading a definition, its values, and what cannot be assessed."""
    groups = by_dose_level(adsl, population)

    def line(key: str, label: Words, condition: pd.Series) -> Row:
        codes = where(adrisk, condition)
        return Row(label, tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups), 1, key=key)

    rows = []
    for name, (heading, values) in BLOCKS.items():
        rows.append(Row(heading, kind="heading", key=name))
        rows += [line(f"{name}.{code.lower()}", label, adrisk[name] == code) for code, label in values.items()]
        rows.append(line(f"{name}.open", Words(_("Not assessable")), adrisk[name].isna()))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population),
            Words(
                _(
                    "Stages were validated at diagnosis; these are at study entry, from the newest history of the myeloma."
                )
            ),
            Words(_("Creatinine: the newest chemistry at or before the day of the history.")),
            Words(
                _(
                    "Not assessable: what is not known could change the answer. Ploidy and gene expression are not asked for by "
                    "IMWG 2016 as computed here."
                )
            ),
        ),
        population=groups[0].label,
        stub=Words(_("Stage or risk")),
    )
