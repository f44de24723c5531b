"""What the first person after a start would wait for, done when a web process begins: pages made ready, the work list counted."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, transaction
from django.template.loader import get_template
from django.urls import resolve
from django.utils import timezone, translation

from crf import standing
from crf.declare.form import casebook
from crf.page import page_form
from trial import audit, protocol
from trial.models import Site, Subject

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Makes the pages ready, and lets the work list of all subjects be counted meanwhile; needs no database to succeed."""
    pages()
    threading.Thread(target=work_list, name="work list", daemon=True).start()


def pages() -> None:
    """Reads addresses, catalogues and templates, and builds the page of every form in every version of the protocol."""
    resolve("/")
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("Save")
    folder = Path(settings.BASE_DIR) / "templates"
    for file in sorted(folder.rglob("*.html")):
        get_template(file.relative_to(folder).as_posix())
    for form in casebook():
        for version in protocol.VERSIONS:
            page_form(form, version.code)


def work_list() -> None:
    """Counts what waits of every subject, which is kept (see crf.standing). A database that is away is no failure."""
    try:
        with transaction.atomic(), audit.seeing(Site.objects.values_list("pk", flat=True)):
            standing.waiting_of(Subject.objects.select_related("site"), now=timezone.now())
    except Error as error:
        logger.info("the work list was not counted ahead: %s", type(error).__name__)
    finally:
        connection.close()
