"""Numbers as people type them: digits with a point; full-width ones too, as a Chinese keyboard gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from crf.declare.measured import UNIT, Measured

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


# A value in another unit has at most so many decimal places.
OTHER_PLACES = 4


LONGEST = 20  # characters of a number that is worth converting while it is typed


def standard_id(field_id: str) -> str:
    """The id of the place that shows a number in the standard unit, by the id of the number or of its unit."""
    return f"{field_id.removesuffix(UNIT)}_standard"


class Typed(str):
    """A number as typed, with its unit; "" = the item's own."""

    unit: str

    def __new__(cls, text: str, unit: str = "") -> Typed:
        found = super().__new__(cls, text)
        found.unit = unit
        return found


def in_standard(typed: Decimal, factor: Decimal, places: int) -> Decimal:
    """A number typed in another unit as the standard value: one of that unit is `factor`, rounded half up to the item's places."""
    return (typed * factor).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


class UnitInput(forms.TextInput):
    """A number with the unit it is typed in beside it, and what that is in the standard unit; sent as "<item>_unit".

    units: unit -> as a person reads it, the standard one first. also: the other units with their factor to it.
    """

    chooses_unit = True

    def __init__(
        self, units: Mapping[str, str], attrs: Mapping[str, Any], *, also: Mapping[str, Decimal], places: int
    ) -> None:
        super().__init__(attrs=dict(attrs))
        self.unit = forms.Select(choices=list(units.items()))
        self.standard, self.also, self.places = next(iter(units.values())), also, places

    def converted(self, value: Any) -> str:
        """ "= 106 µmol/L" for what is typed in another unit; blank where there is nothing to convert."""
        factor = self.also.get(getattr(value, "unit", ""))
        text = str(value or "").strip().translate(FULL_WIDTH)
        if factor is None or len(text) > LONGEST or not PLAIN.fullmatch(text):
            return ""
        try:
            return f"= {in_standard(Decimal(text), factor, self.places):f} {self.standard}"
        except InvalidOperation:  # far beyond any measurement
            return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed | None:
        text = data.get(name)
        return None if text is None else Typed(text, data.get(name + UNIT) or "")

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        unit = getattr(value, "unit", "")
        about = {key: one for key, one in (attrs or {}).items() if key in ("disabled", "form")}
        beside = {
            **about,
            "id": f"{(attrs or {}).get('id', 'id_' + name)}{UNIT}",
            "aria-label": str(_("Unit")),
            "class": "cw-unit",
        }
        number = super().render(name, value, attrs, renderer)
        shown = format_html(
            '<output class="cw-standard" id="{}">{}</output>', standard_id(beside["id"]), self.converted(value)
        )
        return number + self.unit.render(name + UNIT, unit, beside, renderer) + shown


class MeasuredField(NumberField):
    """A number in the standard unit or in another one; gives the standard value, which remembers what was typed."""

    def __init__(self, *, unit: str, also: Mapping[str, Decimal], **options: Any) -> None:
        self.unit, self.also = unit, also
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Measured) and value.entered:
            return Typed(value.entered, value.unit)
        return super().prepare_value(value)

    def clean(self, value: Any) -> Decimal | None:
        text = self.prepare_value(value)
        unit = getattr(text, "unit", "") or self.unit
        if unit == self.unit:
            found = super().clean(text)
            return None if found is None else Measured(found, f"{self.to_python(text):f}", unit)
        if unit not in self.also:
            raise ValidationError(_("This unit is not in the list. Please choose one of the list."), code="unit")
        typed = NumberField(required=False, max_digits=12, error_messages=self.error_messages).clean(text)
        if typed is None:
            return None
        if -int(typed.as_tuple().exponent) > OTHER_PLACES:
            raise ValidationError(_("Please enter at most 4 decimal places."), code="places")
        standard = in_standard(typed, self.also[unit], self.decimal_places or 0)
        self.run_validators(standard)
        return Measured(standard, f"{typed:f}", unit)
