"""Codes of the myeloma forms: disease, laboratory, marrow, lesions, response, CAR-T cells."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HeavyChain(models.TextChoices):
    """Heavy chain of the M-protein."""

    IGG = "IGG", _("IgG")
    IGA = "IGA", _("IgA")
    IGM = "IGM", _("IgM")
    IGD = "IGD", _("IgD")
    IGE = "IGE", _("IgE")
    LIGHT_CHAIN_ONLY = "LIGHT_CHAIN_ONLY", _("None: light chains only")
    NON_SECRETORY = "NON_SECRETORY", _("Non-secretory")


class LightChain(models.TextChoices):
    """Light chain of the clone."""

    KAPPA = "KAPPA", _("Kappa")
    LAMBDA = "LAMBDA", _("Lambda")
    BICLONAL = "BICLONAL", _("Biclonal")
    NONE = "NONE", _("None")


class BandResult(models.TextChoices):
    """Whether a method shows the M-protein."""

    POSITIVE = "POSITIVE", _("Positive")
    NEGATIVE = "NEGATIVE", _("Negative")
    NOT_DONE = "NOT_DONE", _("Not done")


class ClonalityMethod(models.TextChoices):
    """How plasma cells were tested for clonality."""

    IHC = "IHC", _("Immunohistochemistry")
    FLOW = "FLOW", _("Flow cytometry")
    NOT_DONE = "NOT_DONE", _("Not done")


class MrdMethod(models.TextChoices):
    """Method of measurable residual disease."""

    NGF = "NGF", _("Next-generation flow")
    FLOW = "FLOW", _("Multiparameter flow")
    NGS = "NGS", _("Next-generation sequencing")
    NOT_DONE = "NOT_DONE", _("Not done")


class MrdSensitivity(models.TextChoices):
    """Nucleated cells among which one myeloma cell would have been seen."""

    E4 = "1e-4", "1e-4 (1 in 10 000)"
    E5 = "1e-5", "1e-5 (1 in 100 000)"
    E6 = "1e-6", "1e-6 (1 in 1 000 000)"


class MrdResult(models.TextChoices):
    """What the laboratory reported."""

    NEGATIVE = "NEGATIVE", _("Not detected")
    POSITIVE = "POSITIVE", _("Detected")
    INDETERMINATE = "INDETERMINATE", _("Not decidable")


class ImagingMethod(models.TextChoices):
    """How lesions were measured."""

    PET_CT = "PET_CT", _("PET-CT")
    CT = "CT", _("CT")
    MRI = "MRI", _("MRI")
    RULER = "RULER", _("Ruler (skin)")


class LesionKind(models.TextChoices):
    """Where a plasmacytoma comes from."""

    EXTRAOSSEOUS = "EXTRAOSSEOUS", _("Extraosseous (soft tissue, organ)")
    PARASKELETAL = "PARASKELETAL", _("Paraskeletal (from bone)")


class LesionState(models.TextChoices):
    """What became of a lesion."""

    MEASURED = "MEASURED", _("Measured")
    TOO_SMALL = "TOO_SMALL", _("Too small to measure")
    GONE = "GONE", _("Gone")
    NOT_EVALUABLE = "NOT_EVALUABLE", _("Not evaluable")
    MERGED = "MERGED", _("Merged into another")
    SPLIT = "SPLIT", _("Split from another")


class Response(models.TextChoices):
    """Response categories of IMWG 2016."""

    SCR = "SCR", _("Stringent complete response (sCR)")
    CR = "CR", _("Complete response (CR)")
    VGPR = "VGPR", _("Very good partial response (VGPR)")
    PR = "PR", _("Partial response (PR)")
    MR = "MR", _("Minimal response (MR)")
    SD = "SD", _("Stable disease (SD)")
    PD = "PD", _("Progressive disease (PD)")
    NE = "NE", _("Not evaluable (NE)")


class LesionResponse(models.TextChoices):
    """Response of extramedullary disease."""

    CR = "CR", _("Complete response (CR)")
    PR = "PR", _("Partial response (PR)")
    MR = "MR", _("Minimal response (MR)")
    SD = "SD", _("Stable disease (SD)")
    PD = "PD", _("Progressive disease (PD)")
    NE = "NE", _("Not evaluable (NE)")


class PersistenceMethod(models.TextChoices):
    """How CAR-T cells were counted."""

    QPCR = "QPCR", _("Quantitative PCR")
    DDPCR = "DDPCR", _("Droplet digital PCR")
    FLOW = "FLOW", _("Flow cytometry")


class PersistenceUnit(models.TextChoices):
    """Unit of CAR-T cells in blood."""

    COPIES = "copies/ug", _("copies/µg DNA")
    CELLS = "cells/uL", _("cells/µL")


class BelowLimit(models.TextChoices):
    """A result below a limit of the assay."""

    BLD = "BLD", _("Below the limit of detection")
    BLQ = "BLQ", _("Below the limit of quantification")
