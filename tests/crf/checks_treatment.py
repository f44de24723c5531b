"""Cases of the checks on earlier lines, the product, bridging, lymphodepletion and concomitant medication."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.crf.checks_cases import TODAY, Case, Cases, at, day, in_the_visit, not_in_the_future, of

INFUSED: Case = {"latest": {"car_t_infusion.infused_at": at(0, 10)}}
BORN = {"latest": {"demographics.birth_year": 1961}}
DIED = {"latest": {"death.died_on": day(30)}}
CONSENT = {"latest": {"informed_consent.consent_date": day(-20)}}
CODES = ("drug", "given_on", "dose", "reduced")


def lines(*seen: tuple[int | None, str | None], **more: Any) -> Case:
    """Stored lines of earlier therapy: number and start."""
    rows = [{"line": number, "started_on": start, **more} for number, start in seen]
    return {"others": {"prior_therapy": rows}}


def answers(*seen: str | None) -> Case:
    return {"others": {"prior_therapy": [{"anti_cd38": answer} for answer in seen]}}


def product(release: str | None, released_on: int | None = None) -> Case:
    on = None if released_on is None else day(released_on)
    return {"release": release, "released_on": on}


def products(*rows: Case) -> Case:
    return {"others": {"leukapheresis": list(rows)}}


def doses(*rows: tuple[str | None, int | None, Any, str | None]) -> Case:
    """Doses of lymphodepletion: drug, study day, mg/m2, reduced."""
    found = []
    for drug, on, dose, reduced in rows:
        given = None if on is None else day(on)
        values = dict(zip(CODES, (drug, given, None if dose is None else of(x=dose)["x"], reduced), strict=True))
        found.append(SimpleNamespace(**values))
    return {"doses": found}


def log(*rows: Case) -> Case:
    return {"others": {"concomitant_medication": list(rows)}}


def given(mark: str, first: str | int, last: str | int | None = None) -> Case:
    """A stored medication by its dates, or by study days."""
    texts = [one if isinstance(one, str | None) else day(one).isoformat() for one in (first, last)]
    return {"marked": mark, "started_on": texts[0], "ended_on": texts[1]}


def assessed(*rows: Case) -> Case:
    return {"others": {"crs_assessment": list(rows)}}


def crs(number: int, hour: Any = 8, **values: Any) -> Case:
    return {"assessed_at": at(number, hour), "anticytokine": "N", "steroid": "N", **values}


def medication(mark: str, start: int | str = 5, indication: str | None = "CRS") -> Case:
    started = start if isinstance(start, str) else day(start).isoformat()
    return {"marked": mark, "indication": indication, "started_on": started}


FLU, CY = "FLUDARABINE", "CYCLOPHOSPHAMIDE"
TOCI = {"anticytokine": "Y", "anticytokine_drug": "TOCILIZUMAB"}
COURSE = {"started_on": day(-5)}
SECOND: Case = {"line": 2, "started_on": "2018-05"}
LOGGED: Case = {"drug": "Dexamethasone", "started_on": "2026-03-25", **of(dose=10)}
BOTH = doses((FLU, -5, 30, "N"), (CY, -5, 300, "N"))

CASES: Cases = {
    "PT-01": (
        [{"started_on": "2026-06-01"}, {"started_on": "2026"}], [{"started_on": "2026-06-02"}, {"started_on": "2027"}], [{}]
    ),
    "PT-02": ([{"ended_on": "2026-06"}], [{"ended_on": "2026-07"}], [{}]),
    "PT-03": (
        [{"started_on": "2018-05", "ended_on": "2018"}, {"started_on": "2018-05", "ended_on": "2018-05"}],
        [{"started_on": "2018-05", "ended_on": "2018-04"}, {"started_on": "2018", "ended_on": "2017"}],
        [{"started_on": "2018"}, {"ended_on": "2018"}],
    ),
    "PT-04": ([{"line": 2} | lines((1, None), (3, None)), {"line": 2}], [{"line": 2} | lines((1, None), (2, None))], [lines((1, None))]),
    "PT-05": (
        [SECOND | lines((1, "2018"), (3, "2018-05")), SECOND | lines((1, "2017-02"), (3, "2019")), SECOND | lines((2, "2010"))],
        [SECOND | lines((1, "2018-06")), SECOND | lines((3, "2018-04")), SECOND | lines((1, "2017"), (3, "2017"))],
        [SECOND, {"line": 2} | lines((1, "2018")), {"started_on": "2018"} | lines((1, "2019")), SECOND | lines((1, None), (None, "2019"))],
    ),
    "PT-06": (
        [{"started_on": "2026-02-28"} | CONSENT, {"started_on": "2026"} | CONSENT, {"started_on": "2026-02"} | CONSENT],
        [{"started_on": "2026-03-01"} | CONSENT, {"started_on": "2026-03"} | CONSENT],
        [{"started_on": "2026-03"}, CONSENT],
    ),
    "PT-07": ([{"started_on": "1961"} | BORN], [{"started_on": "1960-12"} | BORN], [{"started_on": "1960"}, BORN]),
    "PT-08": (
        [{"anti_cd38": "Y", "cd38_directed": "Y"}],
        [{"anti_cd38": "Y", "cd38_directed": "N"}, {"anti_cd38": "Y", "cd38_directed": "U"}],
        [{"anti_cd38": "N", "cd38_directed": "N"}, {"anti_cd38": "Y"}],
    ),
    "PT-09": (
        [{"regimen": "VRd, then autologous transplant", "transplant": "AUTO"}, {"regimen": "ASCT", "transplant": "ALLO"}],
        [{"regimen": "VRd, then Transplant", "transplant": "NONE"}, {"regimen": "自体造血干细胞移植", "transplant": "NONE"}],
        [{"regimen": "VRd", "transplant": "NONE"}, {"regimen": "ASCT"}, {"transplant": "NONE"}],
    ),
    "MMH-08": (
        [{"prior_lines": 2} | lines((1, None), (2, None)), {"prior_lines": 2} | lines((1, None), (2, None), (2, None))],
        [{"prior_lines": 3} | lines((1, None), (2, None)), {"prior_lines": 0} | lines((1, None))],
        [{"prior_lines": 3}, lines((1, None)), {"prior_lines": 3} | lines((None, None))],
    ),
    "MMH-09": (
        [{"prior_anti_cd38": "Y"} | answers("N", "Y"), {"prior_anti_cd38": "N"} | answers("N", "N")],
        [{"prior_anti_cd38": "N"} | answers("N", "Y"), {"prior_anti_cd38": "Y"} | answers("N", "N")],
        [{"prior_anti_cd38": "Y"}, {"prior_anti_cd38": "Y"} | answers("N", "U"), {"prior_anti_cd38": "U"} | answers("Y"), answers("Y"),
         {"prior_anti_cd38": "N"} | answers(None)],
    ),
    "LKA-01": not_in_the_future("collected_on"),
    "LKA-02": not_in_the_future("released_on"),
    "LKA-03": (
        [{"collected_on": day(-18), "released_on": day(-18)}], [{"collected_on": day(-18), "released_on": day(-19)}],
        [{"collected_on": day(-18)}, {"released_on": day(-19)}],
    ),
    "LKA-04": (
        [{"release": "RELEASED", "sterility": "PASS"}, {"release": "RELEASED", "sterility": "PENDING"}],
        [{"release": "RELEASED", "sterility": "FAIL"}],
        [{"release": "REJECTED", "sterility": "FAIL"}, {"release": "RELEASED"}, {"sterility": "FAIL"}],
    ),
    "LKA-05": (
        [{"release": "RELEASED", "sterility": "PASS"}, {"release": "RELEASED", "sterility": "FAIL"}],
        [{"release": "RELEASED", "sterility": "PENDING"}],
        [{"release": "PENDING", "sterility": "PENDING"}, {"release": "RELEASED"}],
    ),
    # 00:30 on the site's day 0 is still the day before in UTC.
    "LKA-06": (
        [{"collected_on": day(-1)} | INFUSED, {"collected_on": day(-1), "latest": {"car_t_infusion.infused_at": at(0, 0)}}],
        [{"collected_on": day(0)} | INFUSED, {"collected_on": day(0), "latest": {"car_t_infusion.infused_at": at(0, 0)}}],
        [{"collected_on": day(0)}, INFUSED],
    ),
    "LKA-07": in_the_visit("collected_on"),
    "EX-06": (
        [{"infused_at": at(0)} | products(product("RELEASED", 0)), {"infused_at": at(0)} | products(product("RELEASED")),
         {"infused_at": at(0)} | products(product("REJECTED", -9), product("RELEASED", -7))],
        [{"infused_at": at(0)} | products(product("RELEASED", 1)), {"infused_at": at(0)} | products(product("PENDING")),
         {"infused_at": at(0)} | products(product("REJECTED", -9)), {"infused_at": at(0)} | products(product(None))],
        [{"infused_at": at(0)}, products(product("PENDING"))],
    ),
    "BRG-01": not_in_the_future("started_on"),
    "BRG-02": not_in_the_future("ended_on"),
    "BRG-03": (
        [{"started_on": day(-16), "ended_on": day(-16)}], [{"started_on": day(-16), "ended_on": day(-17)}],
        [{"started_on": day(-16)}, {"ended_on": day(-17)}],
    ),
    "BRG-04": (
        [{"started_on": day(-1)} | INFUSED, {"started_on": day(-9), "ended_on": day(-1)} | INFUSED],
        [{"started_on": day(0)} | INFUSED, {"started_on": day(-9), "ended_on": day(0)} | INFUSED],
        [{"started_on": day(0)}, INFUSED],
    ),
    "BRG-05": (
        [{"started_on": day(-18)} | products({"collected_on": day(-18)})],
        [{"started_on": day(-19)} | products({"collected_on": day(-18)}, {"collected_on": day(-12)})],
        [{"started_on": day(-19)}, products({"collected_on": day(-18)})],
    ),
    "BRG-06": ([of(dose=40) | {"dose_unit": "mg"}], [of(dose=40), {"dose_unit": "mg"}], [{}]),
    "LD-01": not_in_the_future("started_on"),
    "LD-02": in_the_visit("started_on"),
    "LD-03": (
        [doses((FLU, -5, 30, "N"), (FLU, -3, 30, "N")) | INFUSED],
        [doses((FLU, -6, 30, "N"), (FLU, -4, 30, "N")) | INFUSED, doses((CY, -2, 300, "N")) | INFUSED, doses((FLU, 0, 30, "N")) | INFUSED],
        [doses((FLU, -6, 30, "N")), INFUSED, doses((FLU, None, 30, "N")) | INFUSED],
    ),
    "LD-04": (
        [doses((FLU, -5, 25, "N"), (CY, -5, 250, None)), doses((FLU, -5, 30, "N"), (CY, -5, 500, "N")), doses((FLU, -5, 15, "Y"))],
        [doses((FLU, -5, "24.9", "N")), doses((FLU, -5, 15, "U")), doses((FLU, -5, "30.1", "Y")),
         doses((FLU, -5, 30, "N"), (CY, -5, 501, "N")),
         doses((CY, -5, 249, None))],
        [{}, doses((FLU, -5, None, "N")), doses(("OTHER", -5, 90, "N"))],
    ),
    "LD-05": (
        [COURSE | doses((FLU, -4, 30, "N"), (CY, -5, 300, "N"))], [COURSE | doses((FLU, -4, 30, "N")), COURSE | doses((FLU, -6, 30, "N"))],
        [COURSE, doses((FLU, -4, 30, "N")), COURSE | doses((FLU, None, 30, "N"))],
    ),
    "LD-06": ([BOTH, doses(("OTHER", -5, 90, "N"), (FLU, -5, 30, "N"), (CY, -3, 300, "N"))],
              [doses((FLU, -5, 30, "N")), doses((CY, -5, 300, "N"))],
              [{}, doses((None, -5, 30, "N"))]),
    "LD-07": ([BOTH, doses((FLU, -5, 30, "N"), (FLU, -4, 30, "N"))], [doses((FLU, -5, 30, "N"), (CY, -5, 300, "N"), (FLU, -5, 30, "N"))],
              [{}, doses((None, -5, 30, "N"), (FLU, None, 30, "N"))]),
    "LD-08": ([COURSE | BOTH], [COURSE], [{}, BOTH]),
    "CM-01": ([{"started_on": "2026-06-01"}, {"started_on": "2026"}], [{"started_on": "2026-06-02"}], [{}]),
    "CM-02": ([{"ended_on": TODAY.isoformat()}], [{"ended_on": "2026-07"}], [{}]),
    "CM-03": ([given("NONE", 5, 5), given("NONE", "2026-03", "2026")], [given("NONE", 5, 4)], [given("NONE", 5)]),
    "CM-04": (
        [given("NONE", 30, 30) | DIED, given("NONE", "2026-04") | DIED],
        [given("NONE", 31) | DIED, given("NONE", 5, 31) | DIED, given("NONE", "2026-05") | DIED],
        [given("NONE", 31), DIED],
    ),
    "CM-05": (
        [{"event": 2, "others": {"adverse_event": [{"occurrence": 1}, {"occurrence": 2}]}}],
        [{"event": 2}, {"event": 2, "others": {"adverse_event": [{"occurrence": 1}, {"occurrence": 3}]}}],
        [{}, {"others": {"adverse_event": [{"occurrence": 1}]}}],
    ),
    "CM-06": (
        [{"indication": "ADVERSE_EVENT", "event": 1}], [{"indication": "ADVERSE_EVENT"}], [{"indication": "CRS"}, {"event": 1}]
    ),
    "CM-07": (
        [{"drug": "Tocilizumab (Actemra)", "marked": "TOCILIZUMAB"}, {"drug": "地塞米松", "marked": "STEROID"}],
        [{"drug": "TOCILIZUMAB", "marked": "NONE"}, {"drug": "Prednisolone", "marked": "NONE"}, {"drug": "Filgrastim", "marked": "IVIG"}],
        [{"drug": "Aciclovir", "marked": "NONE"}, {"drug": "Tocilizumab"}, {"marked": "STEROID"}],
    ),
    "CM-08": (
        [LOGGED,
         LOGGED | log(LOGGED | {"started_on": "2026-03-26"}, LOGGED | of(dose=20), LOGGED | {"drug": "Prednisone"}, {"drug": None})],
        [LOGGED | log(LOGGED | {"drug": "DEXAMETHASONE"})],
        [{"drug": "Dexamethasone"}, {"started_on": "2026"}],
    ),
    "CM-09": (
        [medication("TOCILIZUMAB") | assessed(crs(5, **TOCI), crs(6)), medication("TOCILIZUMAB") | assessed(crs(5), crs(7, **TOCI)),
         medication("ANAKINRA") | assessed(crs(6, anticytokine="Y", anticytokine_drug="ANAKINRA"))],
        [medication("TOCILIZUMAB") | assessed(crs(4, **TOCI), crs(5), crs(6)), medication("TOCILIZUMAB") | assessed(crs(6), crs(7, **TOCI)),
         medication("ANAKINRA") | assessed(crs(5, **TOCI), crs(6))],
        [medication("TOCILIZUMAB"), medication("TOCILIZUMAB") | assessed(crs(4), crs(5)), medication("STEROID") | assessed(crs(5), crs(6)),
         medication("TOCILIZUMAB", indication="OTHER") | assessed(crs(5), crs(6)),
         medication("TOCILIZUMAB", "2026-03") | assessed(crs(5), crs(6))],
    ),
    "CM-10": (
        [medication("STEROID") | assessed(crs(5), crs(5, 20, steroid="Y"), crs(6)),
         medication("STEROID") | assessed(crs(5), crs(6, steroid="Y"))],
        [medication("STEROID") | assessed(crs(4, steroid="Y"), crs(5), crs(6), crs(7, steroid="Y"))],
        [medication("STEROID") | assessed(crs(5)), medication("TOCILIZUMAB") | assessed(crs(5), crs(6)),
         medication("STEROID", indication="PREMEDICATION") | assessed(crs(5), crs(6))],
    ),
    "CM-11": ([of(dose=10) | {"dose_unit": "mg"}], [of(dose=10), {"dose_unit": "mg"}], [{}]),
    "CRS-21": (
        [crs(5, **TOCI) | log(given("TOCILIZUMAB", 5, 5)), crs(5, **TOCI) | log(given("TOCILIZUMAB", 4, 4)),
         crs(5, **TOCI) | log(given("TOCILIZUMAB", "2026-03"))],
        [crs(5, **TOCI), crs(5, **TOCI) | log(given("TOCILIZUMAB", 6)), crs(5, **TOCI) | log(given("TOCILIZUMAB", 2, 3)),
         crs(5, **TOCI) | log(given("STEROID", 5, 5))],
        [crs(5), TOCI, crs(5, anticytokine="Y", anticytokine_drug="SILTUXIMAB")],
    ),
    "CRS-22": (
        [crs(5, steroid="Y") | log(given("STEROID", 3, 4)), crs(5, steroid="Y") | log(given("STEROID", 3))],
        [crs(5, steroid="Y"), crs(5, steroid="Y") | log(given("STEROID", 3, 3)), crs(5, steroid="Y") | log(given("TOCILIZUMAB", 5))],
        [crs(5), crs(5, steroid="U"), {"steroid": "Y"}],
    ),
}  # fmt: skip
