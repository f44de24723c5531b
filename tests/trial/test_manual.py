"""The manual: every chapter in both languages, every picture there, and every button it names on a page."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests import study
from trial import audit, manual
from trial.models import Membership, User

TEXTS = Path(settings.BASE_DIR) / "templates" / "help"
PICTURES = Path(settings.BASE_DIR) / "trial" / "static" / "help"
LANGUAGES = [code for code, _ in settings.LANGUAGES]
SHOWN = re.compile(r'picture="(help/[^"]+)" alt="([^"]*)"')
BOLD = re.compile(r"<strong>(.+?)</strong>")
MOST = 3_000_000  # bytes of all pictures
# Bold words that are no sentence of ours: formats of files, a sign, Django's own words, and parts of longer sentences.
OTHERS = {"?", "CSV", "XLSX", "JSON", "SVG"}


def text(chapter: manual.Chapter, language: str) -> str:
    return (TEXTS / language / f"{chapter.name}.html").read_text(encoding="utf-8")


def named_client(role: str, *sites: object) -> Client:
    client = Client()
    client.force_login(study.person(role, *sites), backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    return client


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_is_written_and_there_is_no_other_file(language: str) -> None:
    files = {file.stem for file in (TEXTS / language).glob("*.html")}
    assert files == {chapter.name for chapter in manual.CHAPTERS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_says_what_it_shows_and_is_shown(language: str) -> None:
    found = [shown for chapter in manual.CHAPTERS for shown in SHOWN.findall(text(chapter, language))]
    assert all(alt for _, alt in found)
    assert {file for file, _ in found} == {f"help/{language}/{one.name}" for one in (PICTURES / language).iterdir()}


def test_the_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in PICTURES.rglob("*.png")) < MOST


def test_both_languages_say_the_same_number_of_things() -> None:
    for chapter in manual.CHAPTERS:
        english, chinese = (text(chapter, language) for language in LANGUAGES)
        for sign in ("<li>", "<p>", "<h2>", "_picture.html"):
            assert english.count(sign) == chinese.count(sign), chapter.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_in_bold_stands_on_a_page(language: str) -> None:
    catalogue = polib.pofile(str(Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    said = {(e.msgid if language == "en" else e.msgstr).strip(".。?？").casefold() for e in catalogue}
    said |= {part for one in said for part in one.split(". ")} | {part for one in said for part in one.split("。")}
    bold = {word for chapter in manual.CHAPTERS for word in BOLD.findall(text(chapter, language))}
    assert [word for word in sorted(bold - OTHERS) if word.strip(".。?？").casefold() not in said] == []


def test_every_role_has_a_manual() -> None:
    for role in Membership.Role.values:
        assert len(manual.of_role(role)) >= 3, role


@pytest.mark.django_db
def test_help_opens_the_manual_of_the_reader_in_the_reader_s_language() -> None:
    (site,) = study.make_sites(1)
    page = named_client("MONITOR", site).get(reverse("help")).content.decode()
    assert "Raise and close a query" in page and "Enter a form" not in page
    answer = named_client("COORDINATOR", site).get(reverse("help-chapter", args=["enter"]))
    assert "Nothing was stored" in answer.content.decode()
    with audit.acting("migration"):
        User.objects.update(language="zh-hans")
    client = Client()
    client.force_login(
        User.objects.get(username__startswith="coordinator"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert "什么都没有保存" in client.get(reverse("help-chapter", args=["enter"])).content.decode()


@pytest.mark.django_db
def test_the_manuals_of_the_others_can_be_read_and_what_is_none_is_not_found() -> None:
    client = named_client("ADMINISTRATOR")
    assert "Enter a form" in client.get(reverse("help-role", args=["coordinator"])).content.decode()
    assert client.get(reverse("help-role", args=["nobody"])).status_code == 404
    assert client.get(reverse("help-chapter", args=["nothing"])).status_code == 404
    for chapter in manual.CHAPTERS:
        assert client.get(reverse("help-chapter", args=[chapter.name])).status_code == 200


@pytest.mark.django_db
def test_nobody_reads_it_without_signing_in(client: Client) -> None:
    assert client.get(reverse("help")).status_code == 302
