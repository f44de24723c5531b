"""Items: Django fields that also know label, unit, ranges, annotations and when they are shown."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crf.declare import measured

if TYPE_CHECKING:
    from crf.declare.form import Row

Words = str | Promise

# UCUM is for machines; a person reads these.
UNIT_SHOWN = {
    "Cel": "°C", "10*6/kg": "10⁶/kg", "10*6": "10⁶", "10*9/L": "10⁹/L", "mm[Hg]": "mmHg", "mg/(24.h)": "mg/24 h", "/uL": "/µL",
    "umol/L": "µmol/L", "ug/L": "µg/L", "mg/L{FEU}": "mg/L FEU",
    "{cells}": _("cells"), "{copies}": _("copies"), "{lines}": _("lines"), "{points}": _("points"),
    "mg/m2": "mg/m²", "{copies}/{cell}": _("copies per cell"),
}  # fmt: skip
_order = itertools.count()

# Day or month may be unknown, never the year alone left out: 2019, 2019-03, 2019-03-07.
PARTIAL_DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
TEXT_LIMIT, MEMO_LIMIT = 200, 10_000


@dataclass(frozen=True, slots=True)
class When:
    """Shown while another item of the same form has one of these codes."""

    item: str
    codes: tuple[str, ...]

    def __init__(self, item: str, *codes: str) -> None:
        object.__setattr__(self, "item", item)
        object.__setattr__(self, "codes", codes)

    def holds(self, value: Any) -> bool:
        return value in self.codes


class Known(NamedTuple):
    """What another form of the subject says in place of an item: its value, the form's name, and its day and time."""

    value: Any
    form: str
    at: datetime


@dataclass(frozen=True, slots=True)
class About:
    """What an item knows besides its column; none of it reaches a migration.

    hard: (low, high) outside which a value is refused, also by the database. soft: outside which a query opens.
    since, until: protocol versions in which the item is in force, both inclusive.
    investigator: filled by delegated investigators only. critical: verified against source.
    known: what another form says in its place, of the form as it is being filled in (see crf.sheet), so that nobody
    types it twice: while this says something, the item may stay blank. None = nothing.
    """

    label: Words
    help: Words = ""
    unit: str = ""
    required: bool = True
    cdash: str = ""
    sdtm: str = ""
    source: Words = ""
    hard: tuple[Any, Any] | None = None
    soft: tuple[Any, Any] | None = None
    shown_if: When | None = None
    since: str | None = None
    until: str | None = None
    investigator: bool = False
    critical: bool = False
    known: Callable[[Any], Known | None] | None = None

    @property
    def unit_shown(self) -> str:
        """The unit as a person reads it."""
        return str(UNIT_SHOWN.get(self.unit, self.unit))


class Item:
    """Mixed into a Django field: the declaration on one side, the bare column on the other."""

    about: About
    bare: type[models.Field[Any, Any]]
    kind = "item"

    def _bare_options(self) -> dict[str, Any]:
        """The column's own arguments, as a migration shall see them."""
        return {"null": True, "blank": True}

    def declare(self, label: Words, **about: Any) -> None:
        """Splits the declaration from the column; every column may be blank, `missing` says why."""
        self.about = About(label, **about)
        self.position = next(_order)
        super().__init__(verbose_name=label, **self._bare_options())  # type: ignore[call-arg]

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        path = f"django.db.models.{self.bare.__name__}"
        return self.name, path, [], self._bare_options()  # type: ignore[attr-defined]

    def clone(self) -> models.Field[Any, Any]:
        return self.bare(**self._bare_options())

    def constraint(self) -> Q | None:
        """The condition the database keeps, or None where the column's type says it all. Blank always passes."""
        return None

    def _name(self) -> str:
        return str(self.name)  # type: ignore[attr-defined]

    def outside_soft(self, value: Any) -> bool:
        """Whether a value lies outside the plausible range and deserves a query."""
        if value is None or self.about.soft is None:
            return False
        low, high = self.about.soft
        return bool((low is not None and value < low) or (high is not None and value > high))

    def form_field(self) -> forms.Field:
        """The field of the entry page; blank is allowed here, completeness is judged with the missing reason."""
        raise NotImplementedError

    def in_words(self, value: Any) -> str:
        """What a person reads for a stored value."""
        return "" if value is None else str(value)

    def _common(self) -> dict[str, Any]:
        return {"label": self.about.label, "help_text": self.about.help, "required": False}


class Number(Item, models.DecimalField):  # type: ignore[misc]
    """A measured number: unit (UCUM), decimal places, hard and soft range. Stored as an exact decimal.

    also: other units in which it may be typed, each with its factor to `unit`; value and unit are kept as they were typed.
    """

    bare = models.DecimalField
    kind = "number"

    def __init__(
        self,
        label: Words,
        *,
        unit: str = "",
        places: int = 0,
        digits: int = 12,
        also: Mapping[str, Decimal] | None = None,
        **about: Any,
    ) -> None:
        self._places, self._digits, self.also = places, digits, dict(also or {})
        hard = about.get("hard")
        about["hard"] = hard and tuple(None if v is None else Decimal(str(v)) for v in hard)
        soft = about.get("soft")
        about["soft"] = soft and tuple(None if v is None else Decimal(str(v)) for v in soft)
        self.declare(label, unit=unit, **about)

    def _bare_options(self) -> dict[str, Any]:
        return {"max_digits": self._digits, "decimal_places": self._places, "null": True, "blank": True}

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        for column, beside in (measured.columns(name, self.about.label) if self.also else {}).items():
            beside.contribute_to_class(cls, column)

    def get_prep_value(self, value: Any) -> Any:
        found = super().get_prep_value(value)
        return Decimal(found) if isinstance(found, measured.Measured) else found

    def constraint(self) -> Q | None:
        if self.about.hard is None:
            return None
        low, high = self.about.hard
        return Q(**{f"{self._name()}__gte": low} if low is not None else {}) & Q(
            **{f"{self._name()}__lte": high} if high is not None else {}
        )

    def form_field(self) -> forms.Field:
        from crf.figures import MeasuredField, NumberField, UnitInput

        low, high = self.about.hard or (None, None)
        # The plain keypad of a tablet has neither point nor minus.
        whole = not self._places and not self.also and low is not None and low >= 0
        attrs = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}
        units = {unit: str(UNIT_SHOWN.get(unit, unit)) for unit in (self.about.unit, *self.also)}
        kind = partial(MeasuredField, unit=self.about.unit, also=self.also) if self.also else NumberField
        field = kind(
            max_digits=self._digits,
            decimal_places=self._places,
            widget=UnitInput(units, attrs, also=self.also, places=self._places)
            if self.also
            else forms.TextInput(attrs=attrs),
            error_messages={"invalid": _("This is not a number. Please type digits, for example 38.5.")},
            **self._common(),
        )
        # Django formats the message of a validator with %, which is a unit too.
        span = {"low": low, "high": high, "unit": self.about.unit_shown.replace("%", "%%")}
        if low is not None:
            field.validators.append(MinValueValidator(low, _range_text(span)))
        if high is not None:
            field.validators.append(MaxValueValidator(high, _range_text(span)))
        return field

    def in_words(self, value: Any) -> str:
        if value is None:
            return ""
        found = f"{Decimal(value):f} {self.about.unit_shown}".strip()  # never 1E-7
        if isinstance(value, measured.Measured) and value.unit not in ("", self.about.unit):
            entered = f"{value.entered} {UNIT_SHOWN.get(value.unit, value.unit)}"
            return str(_("{value} (entered as {entered})")).format(value=found, entered=entered)
        return found


def _range_text(span: dict[str, Any]) -> Any:
    from django.utils.text import format_lazy

    if span["low"] is None:
        return format_lazy(_("Please enter {high} {unit} or less."), **span)
    if span["high"] is None:
        return format_lazy(_("Please enter {low} {unit} or more."), **span)
    return format_lazy(_("Please enter a value from {low} to {high} {unit}."), **span)


class Coded(Item, models.CharField):  # type: ignore[misc]
    """One of a list of codes; the code is stored, the label is read."""

    bare = models.CharField
    kind = "coded"

    def __init__(self, label: Words, codes: type[models.TextChoices], **about: Any) -> None:
        self.codes = codes
        self.declare(label, **about)

    def _bare_options(self) -> dict[str, Any]:
        return {"max_length": 40, "null": True, "blank": True}

    def constraint(self) -> Q | None:
        return Q(**{f"{self._name()}__in": [str(value) for value in self.codes.values]})

    def form_field(self) -> forms.Field:
        return forms.ChoiceField(
            choices=[("", "—"), *self.codes.choices],
            error_messages={"invalid_choice": _("This code is not in the list. Please choose one of the list.")},
            **self._common(),
        )

    def in_words(self, value: Any) -> str:
        return str(dict(self.codes.choices).get(value, value if value is not None else ""))


class YesNoCode(models.TextChoices):
    """Yes, no, unknown."""

    YES = "Y", _("Yes")
    NO = "N", _("No")
    UNKNOWN = "U", _("Unknown")


class YesNo(Coded):
    """Yes, no or unknown, by one key."""

    kind = "yesno"

    def __init__(self, label: Words, **about: Any) -> None:
        super().__init__(label, YesNoCode, **about)

    def _bare_options(self) -> dict[str, Any]:
        return {"max_length": 1, "null": True, "blank": True}

    def form_field(self) -> forms.Field:
        return forms.ChoiceField(
            choices=YesNoCode.choices,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": _("Please answer yes, no or unknown.")},
            **self._common(),
        )


class Date(Item, models.DateField):  # type: ignore[misc]
    """A complete calendar day."""

    bare = models.DateField
    kind = "date"

    def __init__(self, label: Words, **about: Any) -> None:
        self.declare(label, **about)

    def constraint(self) -> Q | None:
        return Q(**{f"{self._name()}__gte": "1900-01-01"})

    def form_field(self) -> forms.Field:
        from crf.dates import DateField

        return DateField(**self._common())


class DateTime(Item, models.DateTimeField):  # type: ignore[misc]
    """A day and time; typed in the site's zone, stored in UTC."""

    bare = models.DateTimeField
    kind = "datetime"

    def __init__(self, label: Words, **about: Any) -> None:
        self.declare(label, **about)

    def constraint(self) -> Q | None:
        return Q(**{f"{self._name()}__gte": "1900-01-01T00:00:00Z"})

    def form_field(self) -> forms.Field:
        from crf.dates import DateTimeField

        return DateTimeField(**self._common())

    def in_words(self, value: Any) -> str:
        from django.utils import timezone

        return "" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


class PartialDate(Item, models.CharField):  # type: ignore[misc]
    """A day of which month or day may be unknown: 2019, 2019-03 or 2019-03-07."""

    bare = models.CharField
    kind = "partial_date"

    def __init__(self, label: Words, **about: Any) -> None:
        self.declare(label, **about)

    def _bare_options(self) -> dict[str, Any]:
        return {"max_length": 10, "null": True, "blank": True}

    def constraint(self) -> Q | None:
        return Q(**{f"{self._name()}__regex": PARTIAL_DATE})

    def form_field(self) -> forms.Field:
        from crf.dates import PartialDateField

        return PartialDateField(**self._common())


class Text(Item, models.CharField):  # type: ignore[misc]
    """A short text of one line."""

    bare = models.CharField
    kind = "text"

    def __init__(self, label: Words, *, limit: int = TEXT_LIMIT, pattern: str = "", **about: Any) -> None:
        self._limit, self.pattern = limit, pattern
        self.declare(label, **about)

    def _bare_options(self) -> dict[str, Any]:
        return {"max_length": self._limit, "null": True, "blank": True}

    def constraint(self) -> Q | None:
        return Q(**{f"{self._name()}__regex": self.pattern}) if self.pattern else None

    def form_field(self) -> forms.Field:
        field = forms.CharField(max_length=self._limit, empty_value=None, **self._common())
        if self.pattern:
            field.validators.append(RegexValidator(self.pattern, _("This is not in the expected form.")))
        return field


class Lines(forms.CharField):
    """Text of several lines. Browsers send CR LF whatever they were given: kept as LF, so that sending again is no change."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class Memo(Item, models.TextField):  # type: ignore[misc]
    """A text of several lines, for what no item asks."""

    bare = models.TextField
    kind = "memo"

    def __init__(self, label: Words, *, limit: int = MEMO_LIMIT, **about: Any) -> None:
        self.limit = limit
        self.declare(label, **{"required": False, **about})

    def form_field(self) -> forms.Field:
        return Lines(
            max_length=self.limit, empty_value=None, widget=forms.Textarea(attrs={"rows": 3}), **self._common()
        )


class Rows:
    """A grid inside a form: each row a record of its own table, numbered, kept with the form."""

    kind = "rows"
    name: str

    def __init__(self, label: Words, row: type[Row], **about: Any) -> None:
        self.about = About(label, **{"required": False, **about})
        self.row = row
        self.position = next(_order)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


def named(items: Sequence[Any]) -> dict[str, Any]:
    """Items by name, in the order of the declaration."""
    return {item.name: item for item in sorted(items, key=lambda item: item.position)}
