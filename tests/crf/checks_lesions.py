"""Cases of the checks on lesions outside the marrow, and on what response and history say of them."""

from __future__ import annotations

from typing import Any

from tests.crf.checks_cases import Case, Cases, day, in_the_visit, line, not_in_the_future, since_consent

FORM = "extramedullary_lesions"


def seen(number: int, *lesions: Any, method: str = "CT") -> Case:
    """A stored imaging of a study day."""
    return {"imaged_on": day(number), "method": method, "lesions": list(lesions)}


def stored(*images: Case) -> Case:
    return {"others": {FORM: list(images)}}


def now(number: int, *lesions: Any) -> Case:
    """The imaging that is asked."""
    return {"imaged_on": day(number), "lesions": list(lesions)}


ONE, TWO, THREE = line(lesion=1), line(lesion=2), line(lesion=3)
ENTRY = seen(-10, ONE, TWO)
SOFT, BONE = line(lesion=1, kind="EXTRAOSSEOUS"), line(lesion=2, kind="PARASKELETAL")
EMD, PMD = "myeloma_history.emd_at_entry", "myeloma_history.paramedullary_at_entry"
IMAGED = stored(ENTRY, seen(28, ONE, TWO))

CASES: Cases = {
    "EMD-01": not_in_the_future("imaged_on"),
    "EMD-02": in_the_visit("imaged_on"),
    "EMD-03": since_consent("imaged_on"),
    "EMD-04": ([{"lesions": [ONE, TWO]}], [{"lesions": [ONE, TWO, ONE]}], [{}, {"lesions": [line()]}]),
    "EMD-05": (
        [
            now(28, TWO, ONE) | stored(ENTRY),
            now(28, ONE, TWO) | stored(ENTRY, seen(60, ONE, TWO, THREE)),  # later imaging asks nothing
            now(60, ONE) | stored(ENTRY, seen(28, ONE, line(lesion=2, state="MERGED", into=1))),
        ],
        [
            now(28, ONE) | stored(ENTRY),
            now(28) | stored(ENTRY),
            now(60, ONE, TWO) | stored(ENTRY, seen(28, ONE, TWO, THREE)),
        ],
        [now(28, ONE), now(-10, ONE) | stored(ENTRY), {"lesions": [ONE]} | stored(ENTRY)],
    ),
    "EMD-06": (
        [{"lesions": [line(state="MEASURED", longest=20, perpendicular=10), line(state="GONE")]}],
        [{"lesions": [line(state="MEASURED", longest=20)]}, {"lesions": [line(state="MEASURED", perpendicular=10)]}],
        [{}, {"lesions": [line(state="GONE")]}],
    ),
    "EMD-07": (
        [{"lesions": [line(state="GONE")]}, {"lesions": [line(state="GONE", longest=0, perpendicular=0)]}],
        [{"lesions": [line(state="GONE", longest=12)]}, {"lesions": [line(state="GONE", perpendicular=5)]}],
        [{}, {"lesions": [line(state="NOT_EVALUABLE", longest=12)]}],
    ),
    "EMD-08": (
        [{"lesions": [line(longest=20, perpendicular=20)]}],
        [{"lesions": [line(longest=20, perpendicular=10), line(longest=20, perpendicular=21)]}],
        [{}, {"lesions": [line(longest=20)]}],
    ),
    "EMD-09": (
        [{"lesions": [ONE, line(lesion=2, state="MERGED", into=1)]}],
        [
            {"lesions": [ONE, line(lesion=2, state="MERGED")]},
            {"lesions": [ONE, line(lesion=2, state="SPLIT", into=2)]},
            {"lesions": [ONE, line(lesion=2, state="SPLIT", into=3)]},
        ],
        [{}, {"lesions": [line(lesion=2, state="GONE")]}],
    ),
    "EMD-10": (
        [now(0, line(is_new="N")) | {"new_bone_lesion": "N"}, now(-10)],
        [
            now(0, line(is_new="N"), line(is_new="Y")),
            now(-10) | {"new_bone_lesion": "Y"},
            now(28, line(is_new="Y")) | {"subject.infused_at": None},
        ],
        [now(1, line(is_new="Y")), {"lesions": [line(is_new="Y")]}],
    ),
    "EMD-11": (
        [
            now(28, ONE, line(lesion=3, is_new="Y")) | stored(ENTRY),
            now(28, ONE, line(lesion=3, state="SPLIT", into=1)) | stored(ENTRY),
            now(60, THREE) | stored(ENTRY, seen(28, line(lesion=3, is_new="Y"))),
        ],
        [now(28, ONE, THREE) | stored(ENTRY), now(28, line(lesion=1, is_new="N")) | stored(seen(-10))],
        [now(28, THREE), now(-5, THREE) | stored(ENTRY), {"lesions": [THREE]} | stored(ENTRY)],
    ),
    "EMD-12": (
        [{"method": "PET_CT", "lesions": [line(deauville=4)]}],
        [{"method": "CT", "lesions": [line(), line(deauville=4)]}, {"method": "RULER", "lesions": [line(suv_max=9)]}],
        [{"method": "CT", "lesions": [line()]}, {"lesions": [line(deauville=4)]}],
    ),
    "EMD-13": (
        [now(60) | {"method": "MRI"} | stored(ENTRY, seen(28, method="MRI"))],
        [now(60) | {"method": "CT"} | stored(ENTRY, seen(28, method="MRI"))],
        [now(28) | {"method": "CT"}, now(28) | stored(ENTRY), now(-10) | {"method": "MRI"} | stored(ENTRY)],
    ),
    "EMD-14": (
        [
            now(-10, SOFT, BONE) | {"latest": {EMD: "Y", PMD: "Y"}},
            now(-10, BONE) | {"latest": {EMD: "N", PMD: "Y"}},
            now(-10, SOFT) | {"latest": {PMD: "N"}},
        ],
        [now(-10, SOFT) | {"latest": {EMD: "N", PMD: "Y"}}, now(0, SOFT, BONE) | {"latest": {EMD: "Y", PMD: "N"}}],
        [now(28, SOFT) | {"latest": {EMD: "N"}}, now(-10) | {"latest": {EMD: "N"}}, now(-10, SOFT)],
    ),
    "MMH-07": (
        [
            {"emd_at_entry": "Y", "paramedullary_at_entry": "N"} | stored(seen(-10, SOFT)),
            {"emd_at_entry": "Y", "paramedullary_at_entry": "Y"} | stored(seen(0, SOFT, BONE)),
        ],
        [
            {"emd_at_entry": "Y"} | stored(seen(-10), seen(28, SOFT)),
            {"paramedullary_at_entry": "Y"} | stored(seen(-10, SOFT)),
        ],
        [
            {"emd_at_entry": "Y"},
            {"emd_at_entry": "N", "paramedullary_at_entry": "N"} | stored(seen(-10)),
            {"emd_at_entry": "Y"} | stored(seen(28)),
        ],
    ),
    "RSP-08": (
        [{"investigator_emd_response": "PR"} | stored(ENTRY, seen(28))],
        [{"investigator_emd_response": "CR"}, {"investigator_emd_response": "PR"} | stored(seen(-10), seen(28))],
        [{}, {"investigator_emd_response": "NE"}],
    ),
    "RSP-09": (
        [{"assessed_on": day(28), "investigator_emd_response": "SD"} | IMAGED],
        [{"assessed_on": day(28)} | IMAGED, {"assessed_on": day(42)} | IMAGED],
        [{"assessed_on": day(43)} | IMAGED, IMAGED, {"assessed_on": day(28)} | stored(seen(-10), seen(28, ONE)),
         {"assessed_on": day(28)} | stored(seen(28, ONE)), {"assessed_on": day(1)} | stored(ENTRY)],
    ),
    "RSP-10": (
        [
            {"investigator_response": "PD", "investigator_emd_response": "PD"},
            {"investigator_response": "PD", "investigator_emd_response": "CR"},
            {"investigator_response": "SCR", "investigator_emd_response": "CR"},
            {"investigator_response": "VGPR", "investigator_emd_response": "PR"},
        ],
        [
            {"investigator_response": "SD", "investigator_emd_response": "PD"},
            {"investigator_response": "CR", "investigator_emd_response": "PR"},
            {"investigator_response": "SCR", "investigator_emd_response": "SD"},
        ],
        [{"investigator_response": "CR"}, {"investigator_emd_response": "PD"},
         {"investigator_response": "CR", "investigator_emd_response": "NE"}],
    ),
}  # fmt: skip
