"""Prior therapy: lines, transplant, targets and classes of drugs, and refractoriness to them."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import plain
from analytics.endpoints.groups import POPULATION, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Words, count_percent
from analytics.registry import endpoint

# Heading -> column of adprior, its line.
BLOCKS: tuple[tuple[str, Words, dict[str, Words]], ...] = (
    (
        "transplants",
        Words(_("Stem cell transplant")),
        {
            "transplant": Words(_("Any transplant")), "auto": Words(_("Autologous")), "allo": Words(_("Allogeneic")),
        },
    ),
    (
        "targets",
        Words(_("Targets of this trial")),
        {
            "bcma_directed": Words(_("Earlier therapy directed against BCMA")),
            "cd38_directed": Words(_("Earlier therapy directed against CD38")),
        },
    ),
    (
        "given",
        Words(_("Classes of drugs given")),
        {
            "given_pi": Words(_("Proteasome inhibitor")), "given_imid": Words(_("Immunomodulatory drug")),
            "given_cd38": Words(_("Antibody against CD38")), "triple_given": Words(_("All three classes")),
        },
    ),
    (
        "refractory",
        Words(_("Refractory")),
        {
            "refractory_pi": Words(_("To a proteasome inhibitor")),
            "refractory_imid": Words(_("To an immunomodulatory drug")),
            "refractory_cd38": Words(_("To an antibody against CD38")),
            "double_refractory": Words(_("To proteasome inhibitor and immunomodulatory drug (double)")),
            "triple_refractory": Words(_("To all three classes (triple-class)")),
        },
    ),
)  # fmt: skip


@endpoint(
    title=_("Prior therapy"),
    definition=_(
        "Lines of therapy before the trial as the log holds them, stem cell transplant, earlier therapy against BCMA or CD38, "
        "classes of drugs given, and refractoriness. Overall and by dose level."
    ),
    options=(POPULATION,),
    details="adprior",
    detail_columns={
        "lines": _("Lines in the log"),
        "transplant": _("Transplant"),
        "bcma_directed": _("Against BCMA"),
        "cd38_directed": _("Against CD38"),
        "refractory_pi": _("Refractory: proteasome inhibitor"),
        "refractory_imid": _("Refractory: immunomodulatory drug"),
        "refractory_cd38": _("Refractory: antibody against CD38"),
    },
)
def prior_therapies(adsl: pd.DataFrame, adprior: pd.DataFrame, *, population: str) -> Body:
    """A summary of the lines, then how many answered yes."""
    groups = by_dose_level(adsl, population)
    lines = {
        c: None if n is None else float(n)
        for c, n in zip(plain(adprior["subject"]), plain(adprior["lines"]), strict=True)
    }
    rows = list(summary_rows("lines", Words(_("Lines of earlier therapy")), lines, groups))

    def line(key: str, label: Words, condition: pd.Series) -> Row:
        codes = where(adprior, condition)
        return Row(label, tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups), 1, key=key)

    for key, heading, columns in BLOCKS:
        rows.append(Row(heading, kind="heading", key=key))
        rows += [line(column, label, adprior[column] == "Y") for column, label in columns.items()]
    rows.append(line("no_log", Words(_("No entry in the log")), adprior["lines"].isna()))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population),
            Words(_("Lines: different numbers of lines in the log of prior therapy.")),
            Words(
                _(
                    "Refractory: progression under the drug or within 60 days after it, in any line, as the site answers."
                )
            ),
            Words(_("A line counts those answered with yes; percentages are of the column's N.")),
            QUARTILES_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Prior therapy")),
    )
