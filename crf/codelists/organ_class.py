"""System organ classes of adverse events, as CTCAE takes them from MedDRA, and the class of each term of the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganClass(models.TextChoices):
    """The 26 classes under which CTCAE 5.0 lists its terms."""

    BLOOD = "BLOOD", _("Blood and lymphatic system disorders")
    CARDIAC = "CARDIAC", _("Cardiac disorders")
    CONGENITAL = "CONGENITAL", _("Congenital, familial and genetic disorders")
    EAR = "EAR", _("Ear and labyrinth disorders")
    ENDOCRINE = "ENDOCRINE", _("Endocrine disorders")
    EYE = "EYE", _("Eye disorders")
    GASTROINTESTINAL = "GASTROINTESTINAL", _("Gastrointestinal disorders")
    GENERAL = "GENERAL", _("General disorders and administration site conditions")
    HEPATOBILIARY = "HEPATOBILIARY", _("Hepatobiliary disorders")
    IMMUNE = "IMMUNE", _("Immune system disorders")
    INFECTIONS = "INFECTIONS", _("Infections and infestations")
    INJURY = "INJURY", _("Injury, poisoning and procedural complications")
    INVESTIGATIONS = "INVESTIGATIONS", _("Investigations")
    METABOLISM = "METABOLISM", _("Metabolism and nutrition disorders")
    MUSCULOSKELETAL = "MUSCULOSKELETAL", _("Musculoskeletal and connective tissue disorders")
    NEOPLASMS = "NEOPLASMS", _("Neoplasms benign, malignant and unspecified")
    NERVOUS = "NERVOUS", _("Nervous system disorders")
    PREGNANCY = "PREGNANCY", _("Pregnancy, puerperium and perinatal conditions")
    PSYCHIATRIC = "PSYCHIATRIC", _("Psychiatric disorders")
    RENAL = "RENAL", _("Renal and urinary disorders")
    REPRODUCTIVE = "REPRODUCTIVE", _("Reproductive system and breast disorders")
    RESPIRATORY = "RESPIRATORY", _("Respiratory, thoracic and mediastinal disorders")
    SKIN = "SKIN", _("Skin and subcutaneous tissue disorders")
    SOCIAL = "SOCIAL", _("Social circumstances")
    SURGICAL = "SURGICAL", _("Surgical and medical procedures")
    VASCULAR = "VASCULAR", _("Vascular disorders")


# Where CTCAE 5.0 lists the term: a low count is an investigation there ("Neutrophil count decreased"), anaemia a disorder
# of the blood. A term that is not in the list of the form brings its class along (item organ_class).
CLASS_OF_TERM = {
    "NEUTROPENIA": OrganClass.INVESTIGATIONS,
    "LEUKOPENIA": OrganClass.INVESTIGATIONS,
    "ANAEMIA": OrganClass.BLOOD,
    "THROMBOCYTOPENIA": OrganClass.INVESTIGATIONS,
    "LYMPHOPENIA": OrganClass.INVESTIGATIONS,
    "FEBRILE_NEUTROPENIA": OrganClass.BLOOD,
    "CRS": OrganClass.IMMUNE,
    "ICANS": OrganClass.NERVOUS,
    "HEPATOTOXICITY": OrganClass.HEPATOBILIARY,
    "NEPHROTOXICITY": OrganClass.RENAL,
    "NEUROTOXICITY": OrganClass.NERVOUS,
    "INFECTION": OrganClass.INFECTIONS,
}


def organ_class(term: str | None, chosen: str | None = None) -> str | None:
    """The class of an adverse event by its term; the one `chosen` on the form for another term. None = not known."""
    return CLASS_OF_TERM[term].value if term in CLASS_OF_TERM else chosen
