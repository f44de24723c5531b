"""Pages that say that something went wrong say it in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from tests.test_language import english_on
from trial import away

PAGES = ("400.html", "403.html", "404.html", "500.html", "trial/locked_out.html")
ANSWERS: tuple[Callable[..., HttpResponse], ...] = (away.signed_out, away.somebody_else, away.server_error)


@pytest.fixture
def sent(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/subjects/01-001/d1/crs-assessment/", {"temperature": "38.6"})
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize("template", PAGES)
def test_an_error_page_says_nothing_in_english(template: str, sent: HttpRequest) -> None:
    with translation.override("zh-hans"):
        assert (
            english_on(render_to_string(template, {"failure_limit": 5, "cooloff_timedelta": "0:15:00"}, request=sent))
            == []
        )


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.__name__)
def test_an_answer_that_keeps_what_was_typed_says_nothing_in_english(answer: Any, sent: HttpRequest) -> None:
    with translation.override("zh-hans"):
        page = answer(sent).content.decode()
        assert english_on(page) == []
    assert "38.6" in page or answer is away.server_error


def test_a_page_that_was_open_too_long_says_nothing_in_english(sent: HttpRequest) -> None:
    with translation.override("zh-hans"):
        assert english_on(away.csrf_failure(sent, reason="old").content.decode()) == []
