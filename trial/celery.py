"""The Celery application; apart from settings because only workers, beat and tasks import it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
app = Celery("cartwright")
app.set_default()  # a thread of the web process has no current app of its own; without this it would speak to an unknown broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
