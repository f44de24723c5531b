"""Makes the measured tables straight from the models: they follow the CRS assessment, and nothing is kept in them."""

from typing import Any

from django.apps import apps
from django.db import migrations


def make(_state: Any, editor: Any) -> None:
    for model in apps.get_app_config("bench").get_models():
        editor.create_model(model)


class Migration(migrations.Migration):
    dependencies = [("trial", "__first__"), ("crf", "__first__")]
    operations = [migrations.RunPython(make)]
