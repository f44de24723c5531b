"""The project's settings, and beside its own tables those of the audit packages it is measured against."""

from trial.settings import *  # noqa: F403

INSTALLED_APPS += ["simple_history", "auditlog", "tests.bench"]  # noqa: F405
