"""One file a form; each is found by being here."""

from importlib import import_module
from pkgutil import iter_modules

from crf.drafts import Draft
from crf.index import FormIndex
from crf.signatures import Signature
from crf.workflow import Query, QueryMessage

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["Draft", "FormIndex", "Query", "QueryMessage", "Signature"]
