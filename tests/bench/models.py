"""Tables equal to the forms' and their rows', as ordinary Django models would be; the CRS assessment's once an audit."""

from __future__ import annotations

from typing import Any

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from crf.declare.form import Crf, Entered, Log
from crf.declare.items import Coded, Item, Number
from crf.models.crs_assessment import CrsAssessment, Vasopressor


def ordinary(item: Any) -> models.Field[Any, Any]:
    """The same column with the choices and limits written at the model field, where Django's own forms look for them."""
    options = item._bare_options()
    if isinstance(item, Coded):
        options["choices"] = item.codes.choices
    if isinstance(item, Number) and item.about.hard:
        low, high = item.about.hard
        options["validators"] = [
            limit(at) for limit, at in ((MinValueValidator, low), (MaxValueValidator, high)) if at is not None
        ]
    return item.bare(**options)


def _column(field: Any) -> models.Field[Any, Any]:
    if isinstance(field, Item):
        return ordinary(field)
    if isinstance(field, models.ForeignKey):  # cannot be cloned before every model is loaded
        to = field.remote_field
        return models.ForeignKey(to.model, to.on_delete, null=field.null, related_name="+", editable=field.editable)
    return field.clone()


def twin(of: type[models.Model], name: str, **extra: Any) -> type[models.Model]:
    """A model with the columns, indexes and CHECK constraints of another, without its guard; `extra` replaces or adds."""
    fields = {f.name: _column(f) for f in of._meta.local_fields if not f.primary_key and f.name not in extra}
    constraints = []
    for constraint in of._meta.constraints:
        _path, arguments, options = constraint.deconstruct()
        constraints.append(
            type(constraint)(*arguments, **options | {"name": f"{name.lower()}_{constraint.name}"[-60:]})
        )
    meta = type("Meta", (), {"constraints": constraints, "ordering": ["id"], "app_label": "bench"})
    return type(name, (models.Model,), {**fields, **extra, "Meta": meta, "__module__": __name__})


def _rows_of(parent: type[models.Model], name: str = "vasopressors") -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(parent, models.CASCADE, related_name=name, editable=False)


def _plain(form: type[Entered]) -> tuple[type[models.Model], dict[str, type[models.Model]]]:
    """A form's table without an audit, and those of its grids by name."""
    parent = twin(form, f"Plain{form.__name__}")
    rows = {
        name: twin(grid.row, f"Plain{grid.row.__name__}", form=_rows_of(parent, name))
        for name, grid in form.declared.rows.items()
    }
    return parent, rows


Plain = twin(CrsAssessment, "Plain")
PlainRow = twin(Vasopressor, "PlainRow", form=_rows_of(Plain))

Historical = twin(CrsAssessment, "Historical", history=HistoricalRecords())
HistoricalRow = twin(Vasopressor, "HistoricalRow", form=_rows_of(Historical), history=HistoricalRecords())

Guarded = twin(CrsAssessment, "Guarded", guard=CrsAssessment.guard)
GuardedRow = twin(Vasopressor, "GuardedRow", form=_rows_of(Guarded), guard=Vasopressor.guard)

Logged = twin(CrsAssessment, "Logged")
LoggedRow = twin(Vasopressor, "LoggedRow", form=_rows_of(Logged))
auditlog.register(Logged)
auditlog.register(LoggedRow)

# The registry answers only once every model is loaded, which these are a part of.
EVERY_FORM: list[type[Entered]] = [*Crf.__subclasses__(), *Log.__subclasses__()]
PLAIN = {form: _plain(form) for form in EVERY_FORM}
