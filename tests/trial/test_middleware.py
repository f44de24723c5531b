"""What surrounds every request."""

from __future__ import annotations

import pytest
from django.test import Client

from trial.models import Subject, User

pytestmark = pytest.mark.django_db


def test_no_page_is_kept_by_a_browser(investigator: User, infused: Subject) -> None:
    web = Client()
    assert "no-store" in web.get("/accounts/login/")["Cache-Control"]
    web.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    for path in (
        "/",
        "/subjects/",
        f"/subjects/{infused.code}/",
        f"/subjects/{infused.code}/d1/crs-assessment/",
        "/nowhere/",
    ):
        assert "no-store" in web.get(path)["Cache-Control"], path


def test_a_picture_of_the_manual_or_a_style_sheet_may_be_kept(settings: object) -> None:
    assert "no-store" not in (Client().get("/static/cartwright/cartwright.css").headers.get("Cache-Control") or "")
