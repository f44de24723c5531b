"""Codes of the CRS assessment and of whatever else is graded by a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TemperatureRoute(models.TextChoices):
    """Where the temperature was taken."""

    AXILLARY = "AXILLARY", _("Axillary")
    ORAL = "ORAL", _("Oral")
    TYMPANIC = "TYMPANIC", _("Tympanic")
    RECTAL = "RECTAL", _("Rectal")
    TEMPORAL = "TEMPORAL", _("Temporal")
    CORE = "CORE", _("Core (bladder, oesophagus, catheter)")


class Anticytokine(models.TextChoices):
    """Drugs against cytokines, ASTCT 2019."""

    TOCILIZUMAB = "TOCILIZUMAB", _("Tocilizumab")
    SILTUXIMAB = "SILTUXIMAB", _("Siltuximab")
    ANAKINRA = "ANAKINRA", _("Anakinra")
    OTHER = "OTHER", _("Other")


class Steroid(models.TextChoices):
    """Corticosteroids."""

    DEXAMETHASONE = "DEXAMETHASONE", _("Dexamethasone")
    METHYLPREDNISOLONE = "METHYLPREDNISOLONE", _("Methylprednisolone")
    HYDROCORTISONE = "HYDROCORTISONE", _("Hydrocortisone")
    PREDNISONE = "PREDNISONE", _("Prednisone")
    OTHER = "OTHER", _("Other")


class Vasopressor(models.TextChoices):
    """Vasopressors and inotropes; the rule knows which count."""

    NOREPINEPHRINE = "NOREPINEPHRINE", _("Norepinephrine")
    EPINEPHRINE = "EPINEPHRINE", _("Epinephrine")
    DOPAMINE = "DOPAMINE", _("Dopamine")
    PHENYLEPHRINE = "PHENYLEPHRINE", _("Phenylephrine")
    VASOPRESSIN = "VASOPRESSIN", _("Vasopressin")
    TERLIPRESSIN = "TERLIPRESSIN", _("Terlipressin")
    METARAMINOL = "METARAMINOL", _("Metaraminol")
    DOBUTAMINE = "DOBUTAMINE", _("Dobutamine (inotrope)")
    MILRINONE = "MILRINONE", _("Milrinone (inotrope)")
    OTHER = "OTHER", _("Other vasopressor")


class DoseUnit(models.TextChoices):
    """Units of a continuous infusion."""

    UG_MIN = "ug/min", "µg/min"
    UG_KG_MIN = "ug/kg/min", "µg/kg/min"
    U_MIN = "U/min", "U/min"
    MG_H = "mg/h", "mg/h"


class Oxygen(models.TextChoices):
    """Oxygen and ventilation, least support first; ASTCT 2019, table 2."""

    NONE = "NONE", _("None (room air)")
    BLOW_BY = "BLOW_BY", _("Blow-by")
    NASAL_CANNULA = "NASAL_CANNULA", _("Nasal cannula")
    HFNC = "HFNC", _("High-flow nasal cannula")
    FACE_MASK = "FACE_MASK", _("Simple face mask")
    NON_REBREATHER = "NON_REBREATHER", _("Non-rebreather mask")
    VENTURI = "VENTURI", _("Venturi mask")
    CPAP = "CPAP", _("CPAP")
    BIPAP = "BIPAP", _("BiPAP")
    INTUBATED = "INTUBATED", _("Intubation and ventilation")


class VentilationReason(models.TextChoices):
    """Why positive pressure was given."""

    HYPOXIA = "HYPOXIA", _("Hypoxia")
    AIRWAY_PROTECTION = "AIRWAY_PROTECTION", _("Protection of the airway")
    PROCEDURE = "PROCEDURE", _("Procedure")
    OTHER = "OTHER", _("Other")


class ToxicityGrade(models.TextChoices):
    """Grades 0 to 5."""

    G0 = "0", _("0 - none")
    G1 = "1", "1"
    G2 = "2", "2"
    G3 = "3", "3"
    G4 = "4", "4"
    G5 = "5", _("5 - death")


class EventGrade(models.TextChoices):
    """Grades of an adverse event, 1 to 5."""

    G1 = "1", _("1 - mild")
    G2 = "2", _("2 - moderate")
    G3 = "3", _("3 - severe")
    G4 = "4", _("4 - life-threatening")
    G5 = "5", _("5 - death")


class OrganGrade(models.TextChoices):
    """Grades of an organ in CRS, 0 to 4."""

    G0 = "0", _("0 - none")
    G1 = "1", "1"
    G2 = "2", "2"
    G3 = "3", "3"
    G4 = "4", "4"
