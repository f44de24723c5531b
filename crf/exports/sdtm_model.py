"""The domains of SDTMIG 3.4 that forms are annotated with, their variables, and what is wrong with an annotation.

An annotation is DOMAIN.VARIABLE, or DOMAIN.VARIABLE:TESTCD where the test has to be told (LB.LBORRES:HGB); SUPPDM.ETHNICG is
the supplemental qualifier ETHNICG of DM. Source: CDISC SDTMIG 3.4, tables of the domains.
"""

from __future__ import annotations

import re

# Limits of XPT version 5: names of variables, test codes and supplemental qualifiers.
LONGEST = 8
NAME = re.compile(r"[A-Z][A-Z0-9]*\Z")
SUPP = "SUPP"

# Variables of a domain without its two letters; those that do not begin with them stand after a bar.
_FINDINGS: dict[str, str] = {
    "BS": (
        "SEQ GRPID REFID SPID TESTCD TEST CAT SCAT ORRES ORRESU STRESC STRESN STRESU STAT REASND NAM SPEC ANTREG "
        "SPCCND METHOD BLFL DTC DY TPT TPTNUM ELTM TPTREF RFTDTC"
    ),
    "DD": "SEQ TESTCD TEST ORRES STRESC RESCAT EVAL DTC DY",
    "GF": (
        "SEQ GRPID REFID SPID LNKID LNKGRP TESTCD TEST TSTDTL CAT SCAT ORRES ORRESU ORREF STRESC STRESN STRESU "
        "STREFC STREFN RESCAT INHERT GENREF CHROM SYM SYMTYP GENLOC GENSR SEQID PVRID COPYID STAT REASND XFN NAM "
        "SPEC METHOD RUNID ANMETH BLFL DRVFL LLOQ REPNUM DTC DY TPT TPTNUM ELTM TPTREF RFTDTC"
    ),
    "IE": "SEQ SPID TESTCD TEST CAT SCAT ORRES STRESC DTC DY",
    "LB": (
        "SEQ GRPID REFID SPID TESTCD TEST TSTCND BDAGNT TSTOPO CAT SCAT ORRES ORRESU RESSCL RESTYP COLSRT ORNRLO "
        "ORNRHI LLOD STRESC STRESN STRESU STNRLO STNRHI STNRC NRIND STAT REASND NAM LOINC SPEC SPCCND SPCUFL METHOD "
        "ANMETH TMTHSN LOBXFL BLFL FAST DRVFL TOX TOXGR CLSIG DTC ENDTC DY ENDY TPT TPTNUM ELTM TPTREF RFTDTC PTFL "
        "PDUR"
    ),
    "PC": (
        "SEQ GRPID REFID SPID TESTCD TEST CAT SCAT ORRES ORRESU STRESC STRESN STRESU STAT REASND NAM SPEC SPCCND "
        "METHOD FAST DRVFL LLOQ ULOQ DTC ENDTC DY ENDY TPT TPTNUM ELTM TPTREF RFTDTC EVLINT"
    ),
    "RS": (
        "SEQ GRPID REFID SPID LNKID LNKGRP TESTCD TEST CAT SCAT ORRES ORRESU STRESC STRESN STRESU STAT REASND NAM "
        "METHOD LOBXFL BLFL DRVFL EVAL EVALID ACPTFL DTC DY TPT TPTNUM ELTM TPTREF RFTDTC EVLINT EVINTX STRTPT STTPT "
        "ENRTPT ENTPT"
    ),
    "SS": "SEQ GRPID SPID TESTCD TEST CAT SCAT ORRES STRESC STAT REASND EVAL DTC DY",
    "TR": (
        "SEQ GRPID REFID SPID LNKID LNKGRP TESTCD TEST ORRES ORRESU STRESC STRESN STRESU STAT REASND NAM METHOD "
        "LOBXFL BLFL EVAL EVALID ACPTFL DTC DY"
    ),
    "TU": (
        "SEQ GRPID REFID SPID LNKID LNKGRP TESTCD TEST ORRES STRESC NAM LOC LAT DIR PORTOT METHOD LOBXFL BLFL EVAL "
        "EVALID ACPTFL DTC DY"
    ),
    "VS": (
        "SEQ GRPID SPID TESTCD TEST CAT SCAT POS ORRES ORRESU STRESC STRESN STRESU STAT REASND LOC LAT LOBXFL BLFL "
        "DRVFL TOX TOXGR CLSIG DTC DY TPT TPTNUM ELTM TPTREF RFTDTC"
    ),
    "FA": (
        "SEQ GRPID SPID TESTCD TEST OBJ CAT SCAT ORRES ORRESU STRESC STRESN STRESU STAT REASND LOC LAT LOBXFL BLFL "
        "EVAL DTC DY"
    ),
}
_OTHERS: dict[str, str] = {
    "CO": "SEQ REF VAL EVAL EVALID DTC DY | RDOMAIN IDVAR IDVARVAL",
    "DM": (
        "DTC DY | SUBJID RFSTDTC RFENDTC RFXSTDTC RFXENDTC RFCSTDTC RFCENDTC RFICDTC RFPENDTC DTHDTC DTHFL SITEID "
        "INVID INVNAM BRTHDTC AGE AGEU SEX RACE ETHNIC ARMCD ARM ACTARMCD ACTARM ARMNRS ACTARMUD COUNTRY"
    ),
    "CM": (
        "SEQ GRPID SPID TRT MODIFY DECOD CAT SCAT PRESP OCCUR STAT REASND INDC CLAS CLASCD DOSE DOSTXT DOSU DOSFRM "
        "DOSFRQ DOSTOT DOSRGM ROUTE ADJ RSDISC STDTC ENDTC STDY ENDY DUR STRF ENRF STRTPT STTPT ENRTPT ENTPT"
    ),
    "EX": (
        "SEQ GRPID REFID SPID LNKID LNKGRP TRT CAT SCAT DOSE DOSTXT DOSU DOSFRM DOSFRQ DOSRGM ROUTE LOT LOC LAT DIR "
        "FAST ADJ STDTC ENDTC STDY ENDY DUR TPT TPTNUM ELTM TPTREF RFTDTC"
    ),
    "PR": (
        "SEQ GRPID SPID LNKID LNKGRP TRT DECOD CAT SCAT PRESP OCCUR INDC DOSE DOSTXT DOSU DOSFRM DOSFRQ DOSRGM ROUTE "
        "LOC LAT DIR PORTOT STDTC ENDTC STDY ENDY DUR TPT TPTNUM ELTM TPTREF RFTDTC STRTPT STTPT ENRTPT ENTPT"
    ),
    "AE": (
        "SEQ GRPID REFID SPID TERM MODIFY LLT LLTCD DECOD PTCD HLT HLTCD HLGT HLGTCD CAT SCAT PRESP BODSYS BDSYCD "
        "SOC SOCCD LOC SEV SER ACN ACNOTH ACNDEV REL RLDEV RELNST PATT OUT SCAN SCONG SDISAB SDTH SHOSP SLIFE SOD "
        "SMIE SINTV UNANT RLPRT RLPRC CONTRT TOXGR STDTC ENDTC STDY ENDY DUR ENRF ENRTPT ENTPT"
    ),
    "CE": (
        "SEQ GRPID REFID SPID TERM DECOD CAT SCAT PRESP OCCUR STAT REASND BODSYS SEV TOXGR DTC STDTC ENDTC DY STDY "
        "ENDY STRF ENRF STRTPT STTPT ENRTPT ENTPT"
    ),
    "DS": "SEQ GRPID REFID SPID TERM DECOD CAT SCAT DTC STDTC DY STDY",
    "DV": "SEQ REFID SPID TERM DECOD CAT SCAT STDTC ENDTC STDY ENDY",
    "MH": (
        "SEQ GRPID REFID SPID TERM MODIFY DECOD EVDTYP CAT SCAT PRESP OCCUR STAT REASND BODSYS DTC STDTC ENDTC DY "
        "ENRF ENRTPT ENTPT"
    ),
    "RELREC": "| RDOMAIN IDVAR IDVARVAL RELTYPE RELID",
}


def _variables(domain: str, text: str) -> frozenset[str]:
    own, _bar, others = text.partition("|")
    return frozenset([*(domain + stem for stem in own.split()), *others.split()])


DOMAINS = {domain: _variables(domain, text) for domain, text in (_FINDINGS | _OTHERS).items()}


def problem(annotation: str) -> str:
    """What is wrong with an annotation, in a sentence; blank where it can be exported."""
    target, colon, test = annotation.partition(":")
    domain, _dot, variable = target.partition(".")
    if domain.startswith(SUPP):
        return _of_supplement(domain.removeprefix(SUPP), variable)
    if domain not in DOMAINS:
        return f"{domain} is no domain of the forms"
    if variable not in DOMAINS[domain]:
        return f"{variable} is no variable of {domain}"
    if domain not in _FINDINGS:
        return f"{domain} has no tests" if colon else ""
    if variable == f"{domain}ORRES" and not test:
        return f"{variable} needs the code of its test"
    if colon and (len(test) > LONGEST or not NAME.match(test)):
        return f"{test} is no code of a test: at most {LONGEST} capital letters and digits, a letter first"
    return ""


def _of_supplement(parent: str, name: str) -> str:
    if parent not in DOMAINS:
        return f"{parent} is no domain of the forms"
    if name in DOMAINS[parent]:
        return f"{name} is a variable of {parent} itself"
    if len(name) > LONGEST or not NAME.match(name):
        return f"{name} is no name of a qualifier: at most {LONGEST} capital letters and digits, a letter first"
    return ""
