"""Demographics: what is needed of a person, and no more."""

from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.declare.form import Check, Crf, Derived, Section
from crf.declare.items import Coded, Number
from trial.rules import body_size

ADULT_YEARS = 18  # protocol, inclusion 1 (assumed)


class Demographics(Crf, title=_("Demographics"), chapter="baseline"):
    """Sex, year of birth, body size. A full date of birth is not collected."""

    person = Section(_("Person"))
    birth_year = Number(
        _("Year of birth"), hard=(1900, 2100), soft=(1930, 2008), digits=4, cdash="BRTHYY", sdtm="DM.BRTHDTC",
        critical=True,
        help=_("Four digits, from the identity document. The full date of birth is not collected."),
    )  # fmt: skip
    sex = Coded(
        _("Sex"), codelists.Sex, cdash="SEX", sdtm="DM.SEX",
        help=_("As in the medical record; the laboratory's limits of normal are chosen by it."),
    )  # fmt: skip
    ethnicity = Coded(
        _("Ethnicity"), codelists.Ethnicity, cdash="ETHNIC", sdtm="SUPPDM.ETHNICG",
        help=_("As the subject states it."),
    )  # fmt: skip

    body = Section(_("Body size at screening"))
    height = Number(
        _("Height"), unit="cm", places=1, digits=5, hard=(100, 230), soft=(140, 200), cdash="HEIGHT_VSORRES",
        sdtm="VS.VSORRES:HEIGHT",
        help=_("In cm, without shoes, measured at screening. With the weight it gives the body surface area."),
    )  # fmt: skip
    weight = Number(
        _("Weight"), unit="kg", places=1, digits=5, hard=(25, 250), soft=(40, 130), cdash="WEIGHT_VSORRES",
        sdtm="VS.VSORRES:WEIGHT",
        help=_(
            "In kg, measured at screening in light clothes. The cells per kg and the doses per m² are checked "
            "against it."
        ),
    )  # fmt: skip

    surface = Derived(_("Body surface area"), body_size.surface)

    dm01 = Check(
        "DM-01",
        _("The subject would be younger than 18 at screening. Please check the year of birth."),
        lambda form: (
            None if form.birth_year is None else form.subject.screened_on.year - form.birth_year >= ADULT_YEARS
        ),
        item="birth_year",
        sees=("birth_year",),
    )
    dm02 = Check(
        "DM-02",
        _(
            "The body mass index would be outside 12 to 60. Please check height and weight, and that they are not exchanged."
        ),
        lambda form: None if None in (form.height, form.weight) else 12 <= form.weight / (form.height / 100) ** 2 <= 60,
        item="weight",
        sees=("height", "weight"),
    )
