"""The works that items cite, written out once; an item without one follows the protocol itself."""

from django.utils.translation import gettext_lazy as _

from trial.rules import ctcae_5
from trial.rules.crs_options import TABLE as CRS
from trial.rules.ecog import BASIS as ECOG
from trial.rules.emd_findings import IMWG as EMD
from trial.rules.high_risk import IMS_2025, IMWG_2016
from trial.rules.icans_ice import ICE_TABLE as ICE
from trial.rules.icans_ice import TABLE as ICANS
from trial.rules.iec_hs import TABLE as IEC_HS
from trial.rules.imwg_options import TABLE as IMWG
from trial.rules.lee_options import HIGH_DOSE_TABLE as LEE_DOSE
from trial.rules.lee_options import TABLE as LEE
from trial.rules.mrd import IMWG as MRD
from trial.rules.staging import ISS, R2_ISS, R_ISS
from trial.rules.time_to_event_terms import IMWG as TTE

__all__ = [
    "CRS", "CTCAE", "DEAUVILLE", "E2A", "E6", "ECOG", "EMD", "ICANS", "ICE", "IEC_HS", "IMS_2025", "IMWG", "IMWG_2016", "ISS", "LEE",
    "LEE_DOSE", "LINES", "MRD", "R2_ISS", "R_ISS", "TOCILIZUMAB", "TTE",
]  # fmt: skip

CTCAE = ctcae_5.TABLE.basis
DEAUVILLE = "Zamagni E et al. J Clin Oncol 2021;39:116-125"
E2A = "ICH E2A (1994)"
E6 = "ICH E6(R3) (2025)"
LINES = "Rajkumar SV et al. Blood 2015;126:921-2"
TOCILIZUMAB = _("Tocilizumab, prescribing information, section 2: at most 4 doses, at least 8 hours apart")
