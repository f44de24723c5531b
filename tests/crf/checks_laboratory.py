"""Cases of the checks on vital signs, chemistry, coagulation and inflammation."""

from __future__ import annotations

from typing import Any

from tests.crf.checks_cases import Case, Cases, at, in_the_visit, no_future_time, of, since_consent


def crs(number: int, hour: int = 8, **values: Any) -> Case:
    """A stored CRS assessment of a study day."""
    return {"assessed_at": at(number, hour), **values}


def assessed(*rows: Case) -> Case:
    return {"measured_at": at(3), "others": {"crs_assessment": list(rows)}}


def myeloma(number: int, calcium: str | None) -> Case:
    row = {"sampled_on": at(number).date(), **of(calcium=calcium)}
    return {"others": {"myeloma_laboratory": [row]}}


def chemistries(*rows: tuple[int, str, str]) -> Case:
    """Stored chemistries by study day: LDH and AST."""
    return {"others": {"chemistry": [{"sampled_at": at(day), **of(ldh=ldh, ast=ast)} for day, ldh, ast in rows]}}


def crps(*seen: tuple[int, str | None]) -> Case:
    return {"others": {"inflammation": [{"sampled_at": at(day), **of(crp=crp)} for day, crp in seen]}}


def assessments(*rows: Case) -> Case:
    return {"others": {"crs_assessment": list(rows)}}


def febrile(number: int) -> Case:
    """A fever at noon of a study day, at an unscheduled visit."""
    return of(temperature="38.0") | {"measured_at": at(number), "visit": "u1"}


WEIGHT = {"latest": {"demographics.weight": of(x="60")["x"]}}
BROKEN = {"sampled_at": at(7), **of(potassium="6.0", ldh=440, ast=45)}

NO_FEVER: Case = {"sampled_at": at(7), "fever": "N"}


def temperatures(*measured: tuple[int, str | None]) -> Case:
    """Vital signs by study day."""
    rows = [{"measured_at": at(number), **of(temperature=text)} for number, text in measured]
    return {"others": {"vital_signs": rows}}


CASES: Cases = {
    "VS-01": no_future_time("measured_at"),
    "VS-02": in_the_visit("measured_at", time=True),
    "VS-03": since_consent("measured_at", time=True),
    "VS-04": (
        [of(systolic=120, diastolic=119)], [of(systolic=70, diastolic=90), of(systolic=80, diastolic=80)],
        [of(systolic=120), of(diastolic=80)],
    ),
    "VS-05": (
        [
            of(temperature="39.2") | assessed(crs(3, **of(temperature="37.1")), crs(3, 20, **of(temperature="39.2"))),
            of(temperature="39.2") | assessed(crs(3, **of(temperature="38.7"))),  # half a degree: another route
            of(temperature="38.5") | assessed(crs(3, **of(temperature="38.0"))),
            of(temperature="37.9") | assessed(crs(3, **of(temperature="36.5"))),  # no fever
            of(temperature="37.9") | assessed(crs(3, 11, temperature=None)),
        ],
        [
            of(temperature="38.0") | assessed(crs(3, **of(temperature="37.9"))),  # half a degree, but only one is a fever
            of(temperature="39.3") | assessed(crs(3, **of(temperature="38.7"))),
            of(temperature="39.2") | assessed(crs(2, **of(temperature="39.2")), crs(3, **of(temperature="36.8"))),
            of(temperature="38.0") | assessed(crs(3, 11, temperature=None)),  # it came after the only assessment
        ],
        [
            assessed(crs(3, **of(temperature="36.5"))),
            of(temperature="39.2") | assessed(),
            of(temperature="39.2") | assessed(crs(2, **of(temperature="36.5")), crs(3, 12, temperature=None)),
            of(temperature="39.2") | assessed(crs(3, **of(temperature="36.5")), crs(3, 20, temperature=None)),
            of(temperature="39.2"),
        ],
    ),
    "VS-10": (
        [febrile(20) | assessments(crs(21, 8)), febrile(28) | assessments(crs(29))],
        [
            febrile(20) | assessments(), febrile(28) | assessments(crs(27)), febrile(20) | assessments() | {"visit": "m1"},
            of(temperature="38.0") | {"measured_at": at(0, 11), "visit": "u1"} | assessments(),
        ],
        [
            febrile(29) | assessments(), of(temperature="37.9") | {"measured_at": at(20), "visit": "u1"} | assessments(),
            febrile(20) | assessments() | {"visit": "d3"}, febrile(20) | assessments(crs(20, 11)), febrile(-2) | assessments(),
            febrile(20) | assessments() | {"subject.infused_at": None}, {"measured_at": at(20), "visit": "u1"} | assessments(),
        ],
    ),
    "VS-06": (
        [
            of(systolic=89) | assessed(crs(3, hypotension="N"), crs(3, 20, hypotension="Y")),
            of(systolic=90) | assessed(crs(3, hypotension="N")),
        ],
        [
            of(systolic=89) | assessed(crs(3, hypotension="N")),
            of(systolic=80) | assessed(crs(2, hypotension="Y"), crs(3, hypotension="U")),
        ],
        [assessed(crs(3, hypotension="N")), of(systolic=80) | assessed(crs(3, hypotension=None)), of(systolic=80) | assessed()],
    ),
    "VS-09": (
        [
            of(spo2=89) | assessed(crs(3, oxygen="NONE"), crs(3, 20, oxygen="NASAL_CANNULA")),
            of(spo2=90) | assessed(crs(3, oxygen="NONE")),
        ],
        [of(spo2=89) | assessed(crs(3, oxygen="NONE")), of(spo2=80) | assessed(crs(2, oxygen="HFNC"), crs(3, oxygen="NONE"))],
        [assessed(crs(3, oxygen="NONE")), of(spo2=80) | assessed(crs(3, oxygen=None)), of(spo2=80) | assessed()],
    ),
    "VS-07": (
        [of(weight="48.0") | WEIGHT, of(weight="72.0") | WEIGHT],
        [of(weight="47.9") | WEIGHT, of(weight="72.1") | WEIGHT, of(weight=132) | WEIGHT],
        [WEIGHT, of(weight=30)],
    ),
    "VS-08": (
        [{"ecog": "4", **of(pulse=60)}], [{"ecog": "5", **of(pulse=60)}], [{"ecog": "5"}, of(pulse=60)],
    ),
    "CHE-01": no_future_time("sampled_at"),
    "CHE-02": in_the_visit("sampled_at", time=True),
    "CHE-03": since_consent("sampled_at", time=True),
    "CHE-04": (
        [of(bilirubin="12.0", direct_bilirubin="12.0"), of(bilirubin="12", direct_bilirubin=0)],
        [of(bilirubin="12.0", direct_bilirubin="12.1"), of(bilirubin="1.2", direct_bilirubin="3.4")],
        [of(bilirubin=12), of(direct_bilirubin=3)],
    ),
    "CHE-05": ([of(creatinine=20), of(creatinine=900)], [of(creatinine=19), of(creatinine=1)], [{}]),
    "CHE-06": (
        [of(calcium="2.40") | myeloma(3, "2.65") | {"sampled_at": at(3)}, of(calcium="2.40") | myeloma(3, "2.15") | {"sampled_at": at(3)}],
        [of(calcium="2.40") | myeloma(3, "2.66") | {"sampled_at": at(3)}, of(calcium="2.40") | myeloma(3, "2.14") | {"sampled_at": at(3)}],
        [of(calcium="2.40") | myeloma(2, "3.4") | {"sampled_at": at(3)}, of(calcium="2.40") | myeloma(3, None) | {"sampled_at": at(3)},
         myeloma(3, "3.4") | {"sampled_at": at(3)}, of(calcium="2.40") | myeloma(3, "3.4")],
    ),
    "CHE-07": (
        [
            BROKEN | of(potassium="5.9") | chemistries((4, "220", "30")),
            BROKEN | chemistries((4, "221", "30")),
            BROKEN | chemistries((4, "220", "31")),
            BROKEN | chemistries((2, "100", "20"), (4, "400", "44"), (10, "100", "20")),  # the values just before count
        ],
        [BROKEN | chemistries((4, "220", "30")), BROKEN | chemistries((2, "400", "44"), (4, "210", "28"))],
        [BROKEN, BROKEN | chemistries((10, "220", "30")), BROKEN | {"ldh": None} | chemistries((4, "220", "30")),
         BROKEN | {"potassium": None} | chemistries((4, "220", "30"))],
    ),
    "COA-01": no_future_time("sampled_at"),
    "COA-02": in_the_visit("sampled_at", time=True),
    "COA-03": since_consent("sampled_at", time=True),
    "COA-04": (
        [of(inr="1.5", pt="14"), of(inr="1.49", pt="12"), of(inr="1.2", pt="20"), of(inr="1.21", pt="24")],
        [of(inr="1.5", pt="13.9"), of(inr="3.1", pt="12"), of(inr="1.2", pt="20.1"), of(inr="1.0", pt="35")],
        [of(inr=3), of(pt=12)],
    ),
    "COA-05": (
        [of(inr="1.5") | {"anticoagulated": "N"}, of(aptt=60) | {"anticoagulated": "Y"}],
        [of(inr="1.5"), of(aptt=60), of(inr="1.0", aptt=88) | {"anticoagulated": "U"}],
        [of(inr="1.49", aptt="59.9"), of(inr="1.49", aptt="59.9") | {"anticoagulated": "U"}, {}],
    ),
    "INF-01": no_future_time("sampled_at"),
    "INF-02": in_the_visit("sampled_at", time=True),
    "INF-03": since_consent("sampled_at", time=True),
    "INF-04": (
        [
            of(crp="10.1") | {"sampled_at": at(7)} | crps((4, "80"), (10, "120")),
            of(crp=160) | {"sampled_at": at(7)} | crps((4, "5"), (10, "5")),  # a peak is what cytokines do
            of(crp=5) | {"sampled_at": at(7)} | crps((4, "160"), (10, "12")),  # falls and stays low
        ],
        [
            of(crp=10) | {"sampled_at": at(7)} | crps((4, "80"), (10, "120")),
            of(crp=12) | {"sampled_at": at(7)} | crps((2, "120"), (12, "98")),
        ],
        [
            of(crp=10) | {"sampled_at": at(7)} | crps((4, "80")),
            of(crp=10) | {"sampled_at": at(7)} | crps((1, "80"), (10, "120")),
            of(crp=10) | {"sampled_at": at(7)} | crps((4, "80"), (13, "120")),
            of(crp=0) | {"sampled_at": at(7)} | crps((4, "80"), (10, "120")),
            of(crp=10) | {"sampled_at": at(7)} | crps((4, "80"), (10, None)),
            of(crp=10), {"sampled_at": at(7)},
        ],
    ),
    "INF-05": (
        [of(crp="19.9", procalcitonin="19.99"), of(crp=20, procalcitonin=60)],
        [of(crp="19.9", procalcitonin=20), of(crp=3, procalcitonin=80)],
        [of(crp=3), of(procalcitonin=80)],
    ),
    "INF-06": (
        [of(ferritin=10001) | {"sampled_at": at(7), "iec_hs_looked_for": answer} for answer in ("Y", "N")],
        [of(ferritin=10001) | {"sampled_at": at(1)}],
        [of(ferritin=10000) | {"sampled_at": at(7)}, of(ferritin=10001) | {"sampled_at": at(0)}, of(ferritin=10001), {"sampled_at": at(7)}],
    ),
    "INF-07": (
        [NO_FEVER | temperatures((7, "37.9"), (6, "39.5"))], [NO_FEVER | temperatures((7, "37.0"), (7, "38.0"))],
        [NO_FEVER, NO_FEVER | temperatures((7, None)), {"sampled_at": at(7), "fever": "Y"} | temperatures((7, "39")),
         {"fever": "N"} | temperatures((7, "39"))],
    ),
}  # fmt: skip
