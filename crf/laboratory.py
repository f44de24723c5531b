"""Derived grades of laboratory items: CTCAE in the version of the study, the site's limits of normal, the value before the infusion."""

from __future__ import annotations

from decimal import Decimal

from crf.declare.items import Words
from crf.declare.parts import Derived
from trial import protocol
from trial.rules import laboratory
from trial.rules.reference import Limits
from trial.rules.verdict import Verdict


def graded(label: Words, item: str) -> Derived:
    """The CTCAE grade of an item of a laboratory form."""

    def rule(value: Decimal | None, limits: Limits, baseline: Decimal | None, version: str) -> Verdict:
        return grade(item, value, limits=limits, baseline=baseline, version=version)

    return Derived(label, rule, items={"value": item}, limits=item, baseline=item, criteria="CTCAE")


def calcium_graded(label: Words) -> Derived:
    """The grade of the calcium, corrected for the albumin of the same sample."""

    def rule(calcium: Decimal | None, albumin: Decimal | None, limits: Limits, version: str) -> Verdict:
        return grade("calcium", calcium, limits=limits, albumin=albumin, version=version)

    return Derived(label, rule, limits="calcium", criteria="CTCAE")


def clotting_graded(label: Words, item: str) -> Derived:
    """The grade of a clotting time, which anticoagulants prolong."""

    def rule(
        value: Decimal | None, anticoagulated: str | None, limits: Limits, baseline: Decimal | None, version: str
    ) -> Verdict:
        return grade(item, value, limits=limits, baseline=baseline, anticoagulated=anticoagulated, version=version)

    return Derived(label, rule, items={"value": item}, limits=item, baseline=item, criteria="CTCAE")


def grade(
    item: str,
    value: Decimal | None,
    *,
    limits: Limits,
    baseline: Decimal | None = None,
    anticoagulated: str | None = None,
    albumin: Decimal | None = None,
    version: str = "",
) -> Verdict:
    """The grade by a version of CTCAE; "" = the one that is in force in this study."""
    return laboratory.grade(
        item, value, limits=limits, baseline=baseline, anticoagulated=anticoagulated, albumin=albumin,
        version=version or protocol.CTCAE_VERSION,
    )  # fmt: skip
