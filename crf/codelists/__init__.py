"""Controlled terms: the value is what exports carry (CDISC where there is a term), the label is what a person reads."""

from crf.codelists.follow_up import DeathCause, EventOutcome, EventTerm, TherapyIntent
from crf.codelists.general import ChangeReason, DoseLevel, Ethnicity, Missing, Sex
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
from crf.codelists.toxicity import (
    Anticytokine,
    DoseUnit,
    EventGrade,
    Oxygen,
    Steroid,
    TemperatureRoute,
    ToxicityGrade,
    Vasopressor,
    VentilationReason,
)

__all__ = [
    "Anticytokine", "BandResult", "BelowLimit", "ChangeReason", "ClonalityMethod", "Consciousness", "DeathCause",
    "DoseLevel", "DoseUnit", "Ethnicity", "EventGrade", "EventOutcome", "EventTerm", "HeavyChain", "IceStatus",
    "ImagingMethod", "LesionKind", "LesionResponse", "LesionState", "LightChain", "Missing", "MrdMethod", "MrdResult",
    "MrdSensitivity", "Oedema", "Oxygen", "PersistenceMethod", "PersistenceUnit", "Point", "RaisedPressure",
    "Response", "Seizure", "Sex", "Steroid", "TemperatureRoute", "TherapyIntent", "ToxicityGrade", "Vasopressor",
    "VentilationReason",
]  # fmt: skip
