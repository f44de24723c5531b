"""The other columns of the ASTCT 2019 table for ICANS: consciousness, seizure, weakness, raised pressure in the skull."""

from dataclasses import dataclass

from trial.rules.icans_ice import CONVENTION, finding
from trial.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class IcansOptions:
    """Choices the paper leaves open; the defaults are the study's recommendation."""

    # True: depressed consciousness of a sedated subject counts although nobody recorded that ICANS is its cause.
    sedated_consciousness_counts: bool = False
    # True: no entry under oedema means that nobody had a reason to image, hence none.
    oedema_blank_is_none: bool = True
    # Clear days (all assessments of the day clear), none in between with a finding, that resolve an episode.
    clear_days_to_resolve: int = 2

    def __post_init__(self) -> None:
        if self.clear_days_to_resolve < 1:
            raise ValueError("clear_days_to_resolve is 1 or more")


RECOMMENDED = IcansOptions()

ALERT = "Alert."
AWAKENS = "Drowsy; awakens spontaneously."
VOICE = "Awakens to voice."
TACTILE = "Awakens only to tactile stimulus."
STUPOR = "Unarousable, or needs vigorous or repeated tactile stimuli to arouse; stupor or coma."
CONSCIOUSNESS_MISSING = "The level of consciousness is not recorded."
CONSCIOUSNESS_SEDATED = (
    "Consciousness is depressed under sedation, and ICANS is not recorded as its cause: not assessable."
)
CONSCIOUSNESS_OTHER_CAUSE = "The depressed consciousness is recorded as having another cause than ICANS: not counted."

NO_SEIZURE = "No seizure."
SEIZURE_RESOLVED = "A clinical seizure that resolved rapidly."
SEIZURE_EEG = "A seizure on the EEG only, which resolved with intervention."
SEIZURE_PROLONGED = "A life-threatening seizure of more than 5 minutes."
SEIZURE_REPEATED = "Repeated seizures without return to baseline in between."
SEIZURE_MISSING = "It is not recorded whether there was a seizure."
SEIZURE_OTHER_CAUSE = "The seizure is recorded as having another cause than ICANS: not counted."

NO_WEAKNESS = "No deep focal motor weakness."
WEAKNESS = "Deep focal motor weakness, such as hemiparesis or paraparesis."
WEAKNESS_MISSING = "It is not recorded whether there was focal motor weakness."
WEAKNESS_OTHER_CAUSE = "The motor weakness is recorded as having another cause than ICANS: not counted."

NO_PRESSURE = "No cerebral oedema and no sign of raised intracranial pressure."
NO_PRESSURE_NOT_IMAGED = (
    "No sign of raised intracranial pressure; nothing is entered under oedema, which is taken as none."
)
RAISED_PRESSURE = (
    "A sign of raised intracranial pressure: posturing, sixth nerve palsy, papilloedema or Cushing's triad."
)
OEDEMA_DIFFUSE = "Diffuse cerebral oedema on imaging."
OEDEMA_FOCAL = "Focal oedema on imaging."
PRESSURE_MISSING = "Oedema or the signs of raised intracranial pressure are not recorded."
PRESSURE_OTHER_CAUSE = "Oedema and raised pressure are recorded as having another cause than ICANS: not counted."

DOMAIN_CLAUSES = (
    ALERT, AWAKENS, VOICE, TACTILE, STUPOR, CONSCIOUSNESS_MISSING, CONSCIOUSNESS_SEDATED, CONSCIOUSNESS_OTHER_CAUSE,
    NO_SEIZURE, SEIZURE_RESOLVED, SEIZURE_EEG, SEIZURE_PROLONGED, SEIZURE_REPEATED, SEIZURE_MISSING,
    SEIZURE_OTHER_CAUSE, NO_WEAKNESS, WEAKNESS, WEAKNESS_MISSING, WEAKNESS_OTHER_CAUSE, NO_PRESSURE,
    NO_PRESSURE_NOT_IMAGED, RAISED_PRESSURE, OEDEMA_DIFFUSE, OEDEMA_FOCAL, PRESSURE_MISSING, PRESSURE_OTHER_CAUSE,
)  # fmt: skip

# ASTCT 2019, table 6. An alert subject is 0; only a depressed level that awakens spontaneously is 1.
CONSCIOUSNESS = {
    "ALERT": (0, ALERT),
    "DROWSY_AWAKENS_SPONTANEOUSLY": (1, AWAKENS),
    "VOICE": (2, VOICE),
    "TACTILE": (3, TACTILE),
    "VIGOROUS_OR_UNAROUSABLE": (4, STUPOR),
}
SEIZURE = {
    "NONE": (0, NO_SEIZURE),
    "RESOLVED_RAPIDLY": (3, SEIZURE_RESOLVED),
    "NONCONVULSIVE_RESOLVED": (3, SEIZURE_EEG),
    "PROLONGED": (4, SEIZURE_PROLONGED),
    "REPETITIVE_NO_RETURN": (4, SEIZURE_REPEATED),
}
WEAK = {"N": (0, NO_WEAKNESS), "Y": (4, WEAKNESS)}
SIGNS = frozenset({"POSTURING", "CN_VI_PALSY", "PAPILLOEDEMA", "CUSHING_TRIAD"})


def consciousness(level: str | None, due: str | None, *, sedated: bool, options: IcansOptions) -> Verdict:
    """0 to 4; None = not recorded, or not assessable under sedation. Cause blank or U counts."""
    if level not in CONSCIOUSNESS:
        return finding(None, CONSCIOUSNESS_MISSING, flags=("CONSCIOUSNESS_MISSING",))
    grade, clause = CONSCIOUSNESS[level]
    if grade and due == "N":
        return finding(0, CONSCIOUSNESS_OTHER_CAUSE)
    if grade and sedated and due != "Y" and not options.sedated_consciousness_counts:
        return finding(None, CONSCIOUSNESS_SEDATED, basis=CONVENTION, flags=("CONSCIOUSNESS_SEDATED",))
    return finding(grade, clause, flags=("CONSCIOUSNESS_CAUSE_UNKNOWN",) if grade and due == "U" else ())


def seizure(kind: str | None, due: str | None) -> Verdict:
    """0, 3 or 4; None = not recorded. Cause blank or U counts."""
    if kind not in SEIZURE:
        return finding(None, SEIZURE_MISSING, flags=("SEIZURE_MISSING",))
    grade, clause = SEIZURE[kind]
    if grade and due == "N":
        return finding(0, SEIZURE_OTHER_CAUSE)
    return finding(grade, clause, flags=("SEIZURE_CAUSE_UNKNOWN",) if grade and due == "U" else ())


def weakness(present: str | None, due: str | None) -> Verdict:
    """0 or 4; None = not recorded or unknown. Cause blank or U counts."""
    if present not in WEAK:
        return finding(None, WEAKNESS_MISSING, flags=("WEAKNESS_MISSING",))
    grade, clause = WEAK[present]
    if grade and due == "N":
        return finding(0, WEAKNESS_OTHER_CAUSE)
    return finding(grade, clause, flags=("WEAKNESS_CAUSE_UNKNOWN",) if grade and due == "U" else ())


def pressure(oedema: str | None, sign: str | None, due: str | None, *, options: IcansOptions) -> Verdict:
    """0, 3 or 4; None = not recorded. Cause blank or U counts. A sign not recorded could still make it 4: flagged."""
    found = oedema in ("FOCAL", "DIFFUSE") or sign in SIGNS
    if found and due == "N":
        return finding(0, PRESSURE_OTHER_CAUSE)
    flags = ("PRESSURE_CAUSE_UNKNOWN",) if found and due == "U" else ()
    if sign in SIGNS:
        return finding(4, RAISED_PRESSURE, flags=flags)
    if oedema == "DIFFUSE":
        return finding(4, OEDEMA_DIFFUSE, flags=flags)
    unknown_sign = sign != "NONE"
    if oedema == "FOCAL":
        return finding(3, OEDEMA_FOCAL, flags=(*flags, "PRESSURE_MISSING") if unknown_sign else flags)
    if unknown_sign or (oedema != "NONE" and not options.oedema_blank_is_none):
        return finding(None, PRESSURE_MISSING, flags=("PRESSURE_MISSING",))
    if oedema == "NONE":
        return finding(0, NO_PRESSURE)
    return finding(0, NO_PRESSURE_NOT_IMAGED, basis=CONVENTION, flags=("OEDEMA_NOT_IMAGED",))
