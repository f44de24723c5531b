"""Cases of the checks on history, laboratory, marrow and response of the myeloma."""

from __future__ import annotations

from tests.crf.checks_cases import Case, Cases, day, in_the_visit, not_in_the_future, of, since_consent, since_infusion

FISH = ("del_17p", "tp53_mutation", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32")
NO_FISH: Case = dict.fromkeys(FISH, "N")
BORN = {"demographics.birth_year": 1961}
ANTIBODY = {"latest": {"myeloma_history.prior_anti_cd38": "Y"}}
FAINT = {"serum_immunofixation": "POSITIVE", **of(serum_m_protein="0.2")}
BELOW = {"kappa_below_loq": "Y", "lambda_below_loq": "Y"}
IHC = {"clonality_method": "IHC"}


def heavy(chain: str | None) -> Case:
    return {"latest": {"myeloma_history.heavy_chain": chain}}


def light(chain: str | None) -> Case:
    return {"latest": {"myeloma_history.light_chain": chain}}


def laboratories(*days: int) -> Case:
    return {"others": {"myeloma_laboratory": [{"sampled_on": day(number)} for number in days]}}


def responses(*seen: tuple[int, str | None]) -> Case:
    rows = [{"assessed_on": day(number), "investigator_response": value} for number, value in seen]
    return {"others": {"response_assessment": rows}}


def assessed(number: int, value: str | None = "PR") -> Case:
    return {"assessed_on": day(number), "investigator_response": value}


CASES: Cases = {
    "MMH-01": not_in_the_future("assessed_on"),
    "MMH-02": (
        [{"diagnosed_on": "2026-03-02", "assessed_on": day(-18)}, {"diagnosed_on": "2026-03", "assessed_on": day(-18)},
         {"diagnosed_on": "2026", "assessed_on": day(-18)}],
        [{"diagnosed_on": "2026-03-03", "assessed_on": day(-18)}, {"diagnosed_on": "2026-04", "assessed_on": day(-18)}],
        [{"diagnosed_on": "2027"}, {"assessed_on": day(-18)}],
    ),
    "MMH-03": (
        [{"diagnosed_on": "1961", "latest": BORN}, {"diagnosed_on": "2016-04", "latest": BORN}],
        [{"diagnosed_on": "1960-12", "latest": BORN}, {"diagnosed_on": "1960", "latest": BORN}],
        [{"diagnosed_on": "1960"}, {"latest": BORN}],
    ),
    "MMH-04": (
        [{"heavy_chain": "IGG", "light_chain": "KAPPA"}, {"heavy_chain": "LIGHT_CHAIN_ONLY", "light_chain": "BICLONAL"}],
        [{"heavy_chain": "IGG", "light_chain": "NONE"}, {"heavy_chain": "LIGHT_CHAIN_ONLY", "light_chain": "NONE"}],
        [{"heavy_chain": "NON_SECRETORY", "light_chain": "NONE"}, {"heavy_chain": "IGG"}, {"light_chain": "NONE"}],
    ),
    "MMH-05": (
        [
            NO_FISH | {"cytogenetic_abnormality": "N"},
            NO_FISH | {"cytogenetic_abnormality": "Y"},  # one that is not asked
            NO_FISH | {"cytogenetic_abnormality": "Y", "t_4_14": "Y"},
        ],
        [NO_FISH | {"cytogenetic_abnormality": answer, name: "Y"} for name in FISH for answer in "NU"],
        [NO_FISH | {"t_4_14": "Y"}],
    ),
    "MMH-06": (
        [{"del_17p": "Y", **of(del_17p_percent=0)}, {"del_17p": "N", "gain_1q": "Y", **of(gain_1q_copies=3)}],
        [{"del_17p": "Y"}, {"gain_1q": "Y"}, {"del_17p": "Y", "gain_1q": "Y", **of(gain_1q_copies=3)}],
        [{}, {"del_17p": "N", "gain_1q": "U"}],
    ),
    "LAB-01": not_in_the_future("sampled_on"),
    "LAB-02": in_the_visit("sampled_on"),
    "LAB-03": since_consent("sampled_on"),
    "LAB-04": (
        [of(serum_m_protein="0.01") | {"serum_immunofixation": "POSITIVE"}],
        [of(serum_m_protein="0.01") | {"serum_immunofixation": "NEGATIVE"}],
        [of(serum_m_protein=0) | {"serum_immunofixation": "NEGATIVE"}, {"serum_immunofixation": "NEGATIVE"},
         of(serum_m_protein=2) | {"serum_immunofixation": "NOT_DONE"}, of(serum_m_protein=2)],
    ),
    "LAB-05": (
        [of(urine_m_protein=1) | {"urine_immunofixation": "POSITIVE"}],
        [of(urine_m_protein=1) | {"urine_immunofixation": "NEGATIVE", "serum_immunofixation": "POSITIVE"}],
        [of(urine_m_protein=0) | {"urine_immunofixation": "NEGATIVE"}, of(urine_m_protein=9)],
    ),
    "LAB-06": (
        [{"kappa_below_loq": "Y", **of(kappa_flc="1.5")}],
        [{"kappa_below_loq": "Y", **of(lambda_flc="1.5")}, BELOW | of(kappa_flc="1.5")],
        [{}, {"kappa_below_loq": "N", "lambda_below_loq": "U"}],
    ),
    "LAB-07": (
        [BELOW | {"kappa_below_loq": "N", "sampled_on": day(-10)}],
        [BELOW | {"sampled_on": day(0)}, BELOW | {"sampled_on": day(28), "subject.infused_at": None}],
        [BELOW | {"sampled_on": day(1)}, BELOW, {"kappa_below_loq": "Y", "sampled_on": day(-10)}],
    ),
    "LAB-08": (
        [{"oligoclonal": "Y", "serum_immunofixation": "NEGATIVE", "urine_immunofixation": "POSITIVE"}],
        [{"oligoclonal": "Y", "serum_immunofixation": "NEGATIVE", "urine_immunofixation": "NOT_DONE"}],
        [{"oligoclonal": "Y", "serum_immunofixation": "NEGATIVE"},
         {"oligoclonal": "N", "serum_immunofixation": "NEGATIVE", "urine_immunofixation": "NEGATIVE"}],
    ),
    "LAB-09": (
        [{"serum_reflex": "NEGATIVE", "serum_immunofixation": "POSITIVE"}],
        [{"serum_reflex": "NEGATIVE", "serum_immunofixation": "NEGATIVE"},
         {"serum_reflex": "POSITIVE", "serum_immunofixation": "NEGATIVE"}],
        [{"serum_reflex": "NOT_DONE", "serum_immunofixation": "NEGATIVE"}, {"serum_reflex": "NEGATIVE"},
         {"serum_immunofixation": "NEGATIVE"}],
    ),
    "LAB-10": (
        [FAINT | ANTIBODY | {"serum_reflex": "NEGATIVE"}],
        [FAINT | ANTIBODY, FAINT | ANTIBODY | {"serum_reflex": "NOT_DONE", "oligoclonal": "N"}],
        [FAINT, FAINT | ANTIBODY | of(serum_m_protein="0.21"), FAINT | ANTIBODY | {"oligoclonal": "Y"},
         FAINT | ANTIBODY | {"serum_immunofixation": "NEGATIVE"}, FAINT | ANTIBODY | {"serum_m_protein": None}],
    ),
    "LAB-11": (
        [heavy("LIGHT_CHAIN_ONLY") | of(serum_m_protein=0, urine_m_protein=900),
         heavy("NON_SECRETORY") | of(serum_m_protein=0, urine_m_protein=0)],
        [heavy("LIGHT_CHAIN_ONLY") | of(serum_m_protein="0.3", urine_m_protein=900),
         heavy("NON_SECRETORY") | of(serum_m_protein=0, urine_m_protein=20)],
        [heavy("IGG") | of(serum_m_protein=3, urine_m_protein=0), of(serum_m_protein=3, urine_m_protein=0),
         heavy("NON_SECRETORY") | of(serum_m_protein=3)],
    ),
    "LAB-12": (
        [heavy("IGG") | of(serum_m_protein=4, igg=20), heavy("IGA") | of(serum_m_protein=0, iga=0)],
        [heavy("IGG") | of(serum_m_protein="4.01", igg=20, iga=90), heavy("IGM") | of(serum_m_protein=1, igm="0.3")],
        [heavy("IGD") | of(serum_m_protein=4, igg=2), heavy("IGG") | of(serum_m_protein=4), heavy("IGG") | of(igg=2),
         of(serum_m_protein=4, igg=2)],
    ),
    "BMA-01": not_in_the_future("sampled_on"),
    "BMA-02": in_the_visit("sampled_on"),
    "BMA-03": since_consent("sampled_on"),
    "BMA-04": (
        [of(plasma_cells_aspirate=0), of(plasma_cells_biopsy=30)], [{}, of(plasma_cells_flow="0.4")], [],
    ),
    "BMA-05": (
        [
            IHC | light("KAPPA") | of(kappa_lambda_ratio="4.01") | {"clonal": "Y"},
            IHC | light("KAPPA") | of(kappa_lambda_ratio="4") | {"clonal": "N"},
            IHC | light("LAMBDA") | of(kappa_lambda_ratio="0.49") | {"clonal": "Y"},
            IHC | light("LAMBDA") | of(kappa_lambda_ratio="0.5") | {"clonal": "N"},
            IHC | light("LAMBDA") | of(kappa_lambda_ratio="9") | {"clonal": "N"},
            IHC | light("BICLONAL") | of(kappa_lambda_ratio="0.2") | {"clonal": "Y"},
        ],
        [
            IHC | light("KAPPA") | of(kappa_lambda_ratio="4.01") | {"clonal": "N"},
            IHC | light("KAPPA") | of(kappa_lambda_ratio="1.5") | {"clonal": "Y"},
            IHC | light("LAMBDA") | of(kappa_lambda_ratio="0.49") | {"clonal": "N"},
            IHC | of(kappa_lambda_ratio="9") | {"clonal": "N"},
        ],
        [IHC | {"clonal": "Y"}, IHC | of(kappa_lambda_ratio=9), IHC | of(kappa_lambda_ratio=9) | {"clonal": "U"},
         {"clonality_method": "FLOW", "clonal": "N", **of(kappa_lambda_ratio=9)}],
    ),
    "BMA-06": (
        [{"mrd_result": "POSITIVE", **of(mrd_level="0.0003")}], [{"mrd_result": "POSITIVE"}], [{}, {"mrd_result": "NEGATIVE"}],
    ),
    "BMA-07": (
        [{"mrd_sensitivity": "1e-5", **of(mrd_level="0.00001")}],
        [{"mrd_sensitivity": "1e-4", **of(mrd_level="0.0000999")}],
        [{"mrd_sensitivity": "1e-5"}, of(mrd_level="0.0001")],
    ),
    "BMA-08": (
        [{"mrd_result": "NEGATIVE", "mrd_sensitivity": "1e-5"}], [{"mrd_result": "NEGATIVE"}, {"mrd_result": "POSITIVE"}], [{}],
    ),
    "BMA-09": (
        [{"mrd_result": "NEGATIVE", "clonal": "N"}],
        [{"mrd_result": "NEGATIVE", "clonal": "Y"}],
        [{"mrd_result": "POSITIVE", "clonal": "Y"}, {"mrd_result": "NEGATIVE", "clonal": "U"}, {"clonal": "Y"}],
    ),
    "BMA-10": (
        [of(mrd_level="0.09", plasma_cells_aspirate=2, plasma_cells_biopsy=4), of(mrd_level="0.0002", plasma_cells_biopsy=0)],
        [of(mrd_level="0.0901", plasma_cells_aspirate=2, plasma_cells_biopsy=4), of(mrd_level="0.05", plasma_cells_aspirate=1)],
        [of(mrd_level="0.9"), of(plasma_cells_aspirate=1)],
    ),
    "RSP-01": (
        [{"investigator_response": "PR", "response": "PR"},
         {"investigator_response": "PR", "response": "VGPR", "differs_because": "Steroids"}],
        [{"investigator_response": "PR", "response": "VGPR"},
         {"investigator_response": "CR", "response": "SCR", "differs_because": ""}],
        [{"investigator_response": "PR", "response": None}, {"response": "PR"}],
    ),
    "RSP-02": (
        [{"investigator_emd_response": "PR", "lesion_response": "PR"},
         {"investigator_emd_response": "CR", "lesion_response": "PR", "differs_because": "Scar"}],
        [{"investigator_emd_response": "CR", "lesion_response": "PR"}],
        [{"investigator_emd_response": "PR", "lesion_response": None}, {"lesion_response": "PR"}],
    ),
    "RSP-03": not_in_the_future("assessed_on"),
    "RSP-04": in_the_visit("assessed_on"),
    "RSP-05": since_infusion("assessed_on"),
    "RSP-06": (
        [assessed(28) | laboratories(-10, 14), assessed(28) | laboratories(42)],
        [assessed(28), assessed(28) | laboratories(13, 43)],
        [assessed(28, "NE"), assessed(28, "PD"), assessed(28, None), {"investigator_response": "PR"}],
    ),
    "RSP-07": (
        [assessed(91, "PD") | responses((61, "PD")), assessed(91, "NE") | responses((28, "PR"), (61, "PD"))],
        [assessed(91, "PR") | responses((61, "PD")), assessed(91, "SD") | responses((28, "PD"), (61, "NE"))],
        [assessed(61, "PR") | responses((91, "PD")), assessed(61, "PR") | responses((28, "CR")),
         assessed(91, None) | responses((61, "PD")), {"investigator_response": "PR"} | responses((61, "PD"))],
    ),
    "RSP-11": (
        [{"response": "PR", "investigator_response": "SD"}], [{"response": "PR"}, {"response": "NE"}], [{"response": None}],
    ),
}  # fmt: skip
