"""Cases of the checks on survival, later therapy and death."""

from __future__ import annotations

from typing import Any

from tests.crf.checks_cases import TODAY, Case, Cases, at, day, in_the_visit, not_in_the_future

DIED = {"latest": {"death.died_on": day(30)}}


def stored(form: str, *rows: Case) -> Case:
    return {"others": {form: list(rows)}}


def judged(number: int, response: str) -> Case:
    return {"assessed_on": day(number), "investigator_response": response}


def therapy(start: int | None, end: int | None = None, **values: Any) -> Case:
    found = {"started_on": start, "ended_on": end}
    return {name: day(number) for name, number in found.items() if number is not None} | values


AGAINST = therapy(90, intent="ANTI_MYELOMA")
LAST_DAY = stored("myeloma_laboratory", {"sampled_on": day(30)})

CASES: Cases = {
    "SUR-01": not_in_the_future("status_on"),
    "SUR-02": in_the_visit("status_on"),
    "SUR-03": (
        [{"status_on": day(28), "last_known_alive_on": day(28)}],
        [{"status_on": day(28), "last_known_alive_on": day(29)}],
        [{"status_on": day(28)}, {"last_known_alive_on": day(28)}],
    ),
    "SUR-04": (
        [{"alive": "Y", "status_on": day(30)} | DIED, {"alive": "N", "status_on": day(40)} | DIED | {"last_known_alive_on": day(30)},
         {"alive": "U", "status_on": day(40), "last_known_alive_on": day(28)} | DIED],
        [{"alive": "Y", "status_on": day(31)} | DIED, {"alive": "U", "status_on": day(40), "last_known_alive_on": day(31)} | DIED],
        [{"alive": "Y", "status_on": day(31)}, {"alive": "N", "status_on": day(40)} | DIED],
    ),
    "SUR-05": ([{"alive": "N"} | DIED], [{"alive": "N"}], [{"alive": "Y"}, {"alive": "U"}, {}]),
    "SUB-01": not_in_the_future("started_on"),
    "SUB-02": not_in_the_future("ended_on"),
    "SUB-03": ([therapy(40, 40)], [therapy(40, 39)], [therapy(40), therapy(None, 40)]),
    "SUB-04": ([therapy(1)], [therapy(0), therapy(-5)], [{}, therapy(-5) | {"subject.infused_at": None}]),
    "SUB-05": (
        [AGAINST | stored("response_assessment", judged(28, "PR"), judged(90, "PD"))],
        [AGAINST, AGAINST | stored("response_assessment", judged(28, "PR"), judged(91, "PD"))],
        [therapy(90, intent="SUPPORTIVE"), therapy(90), {"intent": "ANTI_MYELOMA"}],
    ),
    "SUB-06": ([therapy(30, 30) | DIED], [therapy(31) | DIED, therapy(29, 31) | DIED], [therapy(31), DIED]),
    "DTH-01": not_in_the_future("died_on"),
    "DTH-02": (
        [{"died_on": TODAY, "latest": {"demographics.birth_year": 2026}}],
        [{"died_on": TODAY, "latest": {"demographics.birth_year": 2027}}],
        [{"died_on": TODAY}, {"latest": {"demographics.birth_year": 2027}}],
    ),
    "DTH-03": ([{"died_on": day(0)}], [{"died_on": day(-1)}], [{}, {"died_on": day(-1), "subject.infused_at": None}]),
    "DTH-04": (
        [{"died_on": day(30)}, {"died_on": day(30)} | LAST_DAY, {"died_on": day(30)} | stored("haematology", {"sampled_at": at(30, 23)})],
        [
            {"died_on": day(29)} | LAST_DAY,
            {"died_on": day(29)} | stored("haematology", {"sampled_at": at(30, 0)}),
            {"died_on": day(29)} | stored("icans_assessment", {"assessed_at": at(3)}, {"assessed_at": at(30, 0)}),
            {"died_on": day(29)} | stored("crs_assessment", {"assessed_at": at(30)}),
            {"died_on": day(29)} | stored("bone_marrow", {"sampled_on": day(30)}),
            {"died_on": day(29)} | stored("extramedullary_lesions", {"imaged_on": day(30)}),
            {"died_on": day(29)} | stored("response_assessment", {"assessed_on": day(30)}),
            {"died_on": day(29)} | stored("cart_persistence", {"sampled_on": day(30)}),
        ],
        [LAST_DAY],
    ),
    "DTH-05": ([{"cause": "UNKNOWN"}, {"cause": "MYELOMA"}], [{}], []),
    "DTH-06": (
        [{"cause": "TOXICITY"} | stored("adverse_event", {"outcome": "RECOVERED/RESOLVED"}, {"outcome": "FATAL"})],
        [{"cause": "TOXICITY"}, {"cause": "TOXICITY"} | stored("adverse_event", {"outcome": "RECOVERED/RESOLVED"})],
        [{"cause": "MYELOMA"}, {}],
    ),
    "DTH-07": (
        [{"cause": "TOXICITY"} | stored("crs_assessment", {"death_due_to_crs": "Y"})],
        [{"cause": "OTHER"} | stored("crs_assessment", {"death_due_to_crs": "N"}, {"death_due_to_crs": "Y"}),
         {"cause": "MYELOMA"} | stored("icans_assessment", {"death_due_to_icans": "Y"})],
        [stored("crs_assessment", {"death_due_to_crs": "Y"}), {"cause": "OTHER"} | stored("crs_assessment", {"death_due_to_crs": "N"})],
    ),
    "DTH-08": (
        [{"died_on": day(30)} | stored("death", {"died_on": day(30)})],
        [{"died_on": day(30)} | stored("death", {"died_on": day(30)}, {"died_on": day(31)})],
        [{"died_on": day(30)}, stored("death", {"died_on": day(30)})],
    ),
}  # fmt: skip
