"""What CTCAE prints for liver, kidney, clotting and salts, typed as ladders of numbers, for made-up limits of normal.

(versions, term, what is given, ladder). A ladder "0 ≤40< 1 ≤120< 2" reads: up to 40, which belongs to it, grade 0; above 40
grade 1; above 120 grade 2. "0 <150≤ 1": 150 is grade 1 already. "0 ≥3.5> 1" is the same for a value that falls.
"""

from decimal import Decimal
from typing import Any

ALL, OLD_AND_5, FROM_5 = "ctcae_4_03 ctcae_5 ctcae_6", "ctcae_4_03 ctcae_5", "ctcae_5 ctcae_6"
LIVER = {"uln": 40}  # with a baseline of 30: normal; of 90: abnormal
NORMAL, ABNORMAL = {**LIVER, "baseline": 30}, {**LIVER, "baseline": 90}
BILIRUBIN_NORMAL, BILIRUBIN_ABNORMAL = {"uln": 20, "baseline": 12}, {"uln": 20, "baseline": 30}
TRANSAMINASES, ENZYMES = ("ALT_INCREASED", "AST_INCREASED"), ("ALP_INCREASED", "GGT_INCREASED")
POTASSIUM, SODIUM = {"lln": Decimal("3.5")}, {"lln": 136}
FIBRINOGEN = {"lln": 2}

LADDERS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    *((FROM_5, term, NORMAL, "0 ≤40< 1 ≤120< 2 ≤200< 3 ≤800< 4") for term in TRANSAMINASES),
    # 4.03 knows no baseline: the same multiples of the limit of normal, whatever it was.
    *(("ctcae_4_03", term, given, "0 ≤40< 1 ≤120< 2 ≤200< 3 ≤800< 4")
      for term in TRANSAMINASES for given in (NORMAL, ABNORMAL)),
    *(("ctcae_5", term, ABNORMAL, "0 <135≤ 1 ≤270< 2 ≤450< 3 ≤1800< 4") for term in TRANSAMINASES),
    *(("ctcae_6", term, ABNORMAL, "0 <90≤ 1 ≤135< 2 ≤180< 3 ≤360< 4") for term in TRANSAMINASES),
    *(("ctcae_5", term, NORMAL, "0 ≤40< 1 ≤100< 2 ≤200< 3 ≤800< 4") for term in ENZYMES),
    *(("ctcae_4_03", term, ABNORMAL, "0 ≤40< 1 ≤100< 2 ≤200< 3 ≤800< 4") for term in ENZYMES),
    *(("ctcae_5", term, ABNORMAL, "0 <180≤ 1 ≤225< 2 ≤450< 3 ≤1800< 4") for term in ENZYMES),
    ("ctcae_6", "ALP_INCREASED", NORMAL, "0 ≤40< 1"),
    ("ctcae_6", "ALP_INCREASED", ABNORMAL, "0 ≤90< 1"),
    ("ctcae_6", "GGT_INCREASED", NORMAL, "0 ≤40< 1 ≤100< 2 ≤200< 3 ≤800< 4"),
    ("ctcae_6", "GGT_INCREASED", ABNORMAL, "0 <90≤ 1 ≤135< 2 ≤270< 3 ≤900< 4"),
    (ALL, "BILIRUBIN_INCREASED", BILIRUBIN_NORMAL, "0 ≤20< 1 ≤30< 2 ≤60< 3 ≤200< 4"),
    ("ctcae_4_03", "BILIRUBIN_INCREASED", BILIRUBIN_ABNORMAL, "0 ≤20< 1 ≤30< 2 ≤60< 3 ≤200< 4"),
    ("ctcae_5", "BILIRUBIN_INCREASED", BILIRUBIN_ABNORMAL, "0 ≤30< 1 ≤45< 2 ≤90< 3 ≤300< 4"),
    ("ctcae_6", "BILIRUBIN_INCREASED", BILIRUBIN_ABNORMAL, "0 <30≤ 1 ≤45< 2 ≤75< 3 ≤300< 4"),
    (FROM_5, "LDH_INCREASED", {"uln": 250}, "0 ≤250< 1"),
    (ALL, "HYPOALBUMINAEMIA", {"lln": 40}, "0 ≥40> 1 ≥30> 2 ≥20> 3"),
    # Creatinine: by the limit of normal where the baseline is near it, by the baseline where it is far below.
    ("ctcae_4_03", "CREATININE_INCREASED", {"uln": 100, "baseline": 100}, "0 ≤100< 1 ≤150< 2 ≤300< 3 ≤600< 4"),
    ("ctcae_4_03", "CREATININE_INCREASED", {"uln": 100, "baseline": 40}, "0 ≤40< 1 ≤60< 2 ≤120< 3 ≤600< 4"),
    ("ctcae_4_03", "CREATININE_INCREASED", {"uln": 100, "baseline": 200}, "0 ≤100< 1 ≤150< 2 ≤300< 3 ≤600< 4"),
    ("ctcae_5", "CREATININE_INCREASED", {"uln": 100, "baseline": 100}, "0 ≤100< 1 ≤150< 2 ≤300< 3 ≤600< 4"),
    ("ctcae_5", "CREATININE_INCREASED", {"uln": 100, "baseline": 40}, "0 ≤60< 2 ≤120< 3 ≤600< 4"),
    ("ctcae_5", "CREATININE_INCREASED", {"uln": 100, "baseline": 80}, "0 ≤100< 1 ≤120< 2 ≤240< 3 ≤600< 4"),
    ("ctcae_6", "CREATININE_INCREASED", {"lln": 50, "uln": 100, "baseline": 80}, "0 ≤100< 1 ≤150< 2 ≤300< 3 ≤600< 4"),
    ("ctcae_6", "CREATININE_INCREASED", {"lln": 50, "uln": 100, "baseline": 50}, "0 ≤100< 1 ≤150< 2 ≤300< 3 ≤600< 4"),
    ("ctcae_6", "CREATININE_INCREASED", {"lln": 50, "uln": 100, "baseline": 40}, "0 ≤60< 2 ≤120< 3 ≤600< 4"),
    (OLD_AND_5, "CPK_INCREASED", {"uln": 200}, "0 ≤200< 1 ≤500< 2 ≤1000< 3 ≤2000< 4"),
    # Fibrinogen, lower limit 2 g/L: 0.75 x = 1.5, 0.5 x = 1.0, 0.25 x = 0.5. From a low baseline of 1.6: 25 % less = 1.2.
    (FROM_5, "FIBRINOGEN_DECREASED", {**FIBRINOGEN, "baseline": 3}, "0 ≥2> 1 ≥1.5> 2 ≥1.0> 3 ≥0.5> 4"),
    (FROM_5, "FIBRINOGEN_DECREASED", {**FIBRINOGEN, "baseline": Decimal("1.6")}, "0 ≥1.6> 1 >1.2≥ 2 >0.8≥ 3 ≥0.5> 4"),
    (FROM_5, "FIBRINOGEN_DECREASED", {"lln": 4, "baseline": Decimal("3.2")}, "0 ≥3.2> 1 >2.4≥ 2 >1.6≥ 3 >0.8≥ 4"),
    # The same where 0.5 g/L is not also a quarter of the limit: first the limit's quarter counts, then the number.
    (FROM_5, "FIBRINOGEN_DECREASED", {"lln": 4, "baseline": 5}, "0 ≥4> 1 ≥3> 2 ≥2> 3 ≥1> 4"),
    (FROM_5, "FIBRINOGEN_DECREASED", {"lln": Decimal("1.6"), "baseline": 2}, "0 ≥1.6> 1 ≥1.2> 2 ≥0.8> 3 ≥0.5> 4"),
    ("ctcae_4_03", "FIBRINOGEN_DECREASED", {"lln": 4, "baseline": Decimal("1.2")}, "0 ≥4> 1 ≥3> 2 ≥2> 3 ≥1> 4"),
    ("ctcae_4_03", "FIBRINOGEN_DECREASED", {"lln": Decimal("1.6"), "baseline": 1}, "0 ≥1.6> 1 ≥1.2> 2 ≥0.8> 3 ≥0.5> 4"),
    ("ctcae_4_03", "FIBRINOGEN_DECREASED", {**FIBRINOGEN, "baseline": 2}, "0 ≥2> 1 >1.5≥ 2 >1.0≥ 3 >0.5≥ 4"),
    ("ctcae_4_03", "FIBRINOGEN_DECREASED", {**FIBRINOGEN, "baseline": 3}, "0 ≥3> 1 >2.25≥ 2 >1.5≥ 3 >0.75≥ 4"),
    ("ctcae_4_03", "FIBRINOGEN_DECREASED", {**FIBRINOGEN, "baseline": Decimal("1.6")}, "0 ≥2> 1 ≥1.5> 2 ≥1.0> 3 ≥0.5> 4"),
    ("ctcae_4_03", "INR_INCREASED", {"uln": Decimal("1.2"), "anticoagulated": "N"}, "0 ≤1.2< 1 ≤1.8< 2 ≤3.0< 3"),
    ("ctcae_4_03", "INR_INCREASED", {"uln": Decimal("1.2"), "baseline": 2, "anticoagulated": "Y"}, "0 ≤2< 1 ≤3< 2 ≤5< 3"),
    (FROM_5, "INR_INCREASED", {"uln": Decimal("1.1"), "anticoagulated": "N"}, "0 ≤1.2< 1 ≤1.5< 2 ≤2.5< 3"),
    (FROM_5, "INR_INCREASED", {"baseline": 2, "anticoagulated": "Y"}, "0 ≤2< 1 ≤3< 2 ≤5< 3"),
    (ALL, "APTT_PROLONGED", {"uln": 36}, "0 ≤36< 1 ≤54< 2 ≤90< 3"),
    (ALL, "HYPOKALAEMIA", POTASSIUM, "0 ≥3.5> 1 ≥3.0> 3 ≥2.5> 4"),
    (ALL, "HYPOKALAEMIA", {**POTASSIUM, "symptomatic": "N"}, "0 ≥3.5> 1 ≥3.0> 3 ≥2.5> 4"),
    (ALL, "HYPOKALAEMIA", {**POTASSIUM, "symptomatic": "Y"}, "0 ≥3.5> 2 ≥3.0> 3 ≥2.5> 4"),
    (ALL, "HYPERKALAEMIA", {"uln": 5}, "0 ≤5< 1 ≤5.5< 2 ≤6.0< 3 ≤7.0< 4"),
    ("ctcae_4_03", "HYPONATRAEMIA", SODIUM, "0 ≥136> 1 ≥130> 3 ≥120> 4"),
    (FROM_5, "HYPONATRAEMIA", SODIUM, "0 ≥136> 1 ≥130> 2 ≥125> 3 ≥120> 4"),
    (FROM_5, "HYPONATRAEMIA", {**SODIUM, "symptomatic": "Y"}, "0 ≥136> 1 ≥130> 3 ≥120> 4"),
    (ALL, "HYPERNATRAEMIA", {"uln": 145}, "0 ≤145< 1 ≤150< 2 ≤155< 3 ≤160< 4"),
    (ALL, "HYPOCALCAEMIA", {"lln": Decimal("2.15")}, "0 ≥2.15> 1 ≥2.0> 2 ≥1.75> 3 ≥1.5> 4"),
    (ALL, "HYPERCALCAEMIA", {"uln": Decimal("2.6")}, "0 ≤2.6< 1 ≤2.9< 2 ≤3.1< 3 ≤3.4< 4"),
    (ALL, "HYPERMAGNESAEMIA", {"uln": 1}, "0 ≤1< 1 ≤1.23< 3 ≤3.30< 4"),
    (ALL, "HYPOMAGNESAEMIA", {"lln": Decimal("0.7")}, "0 ≥0.7> 1 ≥0.5> 2 ≥0.4> 3 ≥0.3> 4"),
    ("ctcae_4_03", "HYPOPHOSPHATAEMIA", {"lln": Decimal("0.85")}, "0 ≥0.85> 1 ≥0.8> 2 ≥0.6> 3 ≥0.3> 4"),
    (ALL, "HYPOGLYCAEMIA", {"lln": Decimal("3.9")}, "0 ≥3.9> 1 ≥3.0> 2 ≥2.2> 3 ≥1.7> 4"),
)  # fmt: skip
