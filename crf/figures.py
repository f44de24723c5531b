"""Numbers as people type them: digits with a point; full-width ones too, as a Chinese keyboard gives them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# Python's Decimal reads more than a person means by a number: 1_000, sNaN, Infinity, digits of every script mixed.
PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
FULL_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)}  # ！ to ～


class NumberField(forms.DecimalField):
    """A number in plain notation or with an exponent (2e-5)."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.strip().translate(FULL_WIDTH)
            if value and not PLAIN.fullmatch(value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        found: Decimal | None = super().to_python(value)
        # A zero is a zero: not -0, and not 0e999, which some day is written out with a thousand digits.
        return None if found is None else found or Decimal(0)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}" if isinstance(value, Decimal) else value  # never 1E-7

    def clean(self, value: Any) -> Decimal | None:
        """With the declared decimal places, as the database gives it back: 38 is 38.0 at once."""
        found: Decimal | None = super().clean(value)
        if found is None or self.decimal_places is None:
            return found
        return found.quantize(Decimal(1).scaleb(-self.decimal_places))
