"""Controlled terms: the value is what exports carry (CDISC where there is a term), the label is what a person reads."""

from crf.codelists.conduct import (
    DeviationCategory,
    DeviationSeverity,
    EndReason,
    EpisodeKind,
    EventAction,
    ProtocolVersion,
    RenewedBecause,
)
from crf.codelists.follow_up import DeathCause, EventOutcome, EventTerm, TherapyIntent
from crf.codelists.general import (
    ChangeReason,
    DoseLevel,
    Ecog,
    EndDelegationReason,
    Ethnicity,
    FailReason,
    Missing,
    MoveReason,
    NotDoneReason,
    RescreenReason,
    Sex,
    TransferReason,
    WithdrawReason,
)
from crf.codelists.myeloma import (
    BandResult,
    BelowLimit,
    ClonalityMethod,
    HeavyChain,
    ImagingMethod,
    LesionKind,
    LesionResponse,
    LesionState,
    LightChain,
    MrdMethod,
    MrdResult,
    MrdSensitivity,
    PersistenceMethod,
    PersistenceUnit,
    Response,
)
from crf.codelists.neurology import Consciousness, IceStatus, Oedema, Point, RaisedPressure, Seizure
from crf.codelists.organ_class import CLASS_OF_TERM, OrganClass, organ_class
from crf.codelists.toxicity import (
    Anticytokine,
    DoseUnit,
    EventGrade,
    OrganGrade,
    Oxygen,
    Steroid,
    TemperatureRoute,
    ToxicityGrade,
    Vasopressor,
    VentilationReason,
)
from crf.codelists.treatment import (
    LymphodepletionDrug,
    MedicationIndication,
    MedicationMark,
    MedicationUnit,
    PriorResponse,
    Release,
    Route,
    Sterility,
    Transplant,
)

__all__ = [
    "CLASS_OF_TERM", "Anticytokine", "BandResult", "BelowLimit", "ChangeReason", "ClonalityMethod", "Consciousness", "DeathCause",
    "DeviationCategory", "DeviationSeverity", "DoseLevel", "DoseUnit", "Ecog", "EndReason", "EpisodeKind",
    "Ethnicity", "EventAction", "EventGrade", "EventOutcome", "EventTerm", "HeavyChain", "IceStatus", "ImagingMethod",
    "LesionKind", "LesionResponse", "LesionState", "LightChain", "LymphodepletionDrug", "MedicationIndication",
    "MedicationMark", "MedicationUnit", "Missing", "EndDelegationReason", "FailReason", "MoveReason", "RescreenReason",
    "TransferReason", "MrdMethod", "MrdResult", "MrdSensitivity", "NotDoneReason",
    "Oedema", "OrganClass", "OrganGrade", "Oxygen", "PersistenceMethod", "PersistenceUnit", "Point", "PriorResponse",
    "ProtocolVersion",
    "RaisedPressure", "Release", "RenewedBecause", "Response", "Route", "Seizure", "Sex", "Sterility", "Steroid", "TemperatureRoute",
    "TherapyIntent", "ToxicityGrade", "Transplant", "Vasopressor", "VentilationReason", "WithdrawReason", "organ_class",
]  # fmt: skip
