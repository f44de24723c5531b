"""The WSGI door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
application = get_wsgi_application()

# What the first person would wait for, each part of the application by itself.
from django.apps import apps  # noqa: E402

for _part in apps.get_app_configs():
    getattr(_part, "warm_up", lambda: None)()

# What the first submission would load otherwise, while somebody waits: the way to the broker.
import kombu.transport.redis  # noqa: E402, F401
