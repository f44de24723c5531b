"""Everything a person reads is there in Chinese: each sentence of code and pages, of the rules, and pages as rendered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, get_format

from analytics import registry
from crf import codelists
from crf.declare.form import casebook
from crf.management.commands.makemessages import rule_sentences
from crf.words import rule_modules
from tests import study
from trial import audit, beat, schedule
from trial.context import navigation
from trial.models import Job, Membership, Subject, User
from trial.rules import ctcae, imwg_options

HERE = Path(__file__).parents[1]
CATALOGUE = HERE / "trial" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
# Said in Chinese hospitals as in English ones.
ALIKE = {
    "CRS", "CPAP", "BiPAP", "NE", "n", "95 % CI", "{dose} × 10⁶/kg", "ICE", "IgG", "IgA", "IgM", "IgD", "IgE", "PET-CT", "CT",
    "MRI", "SUVmax", "ICANS", "MRD", "EMD", "Kaplan-Meier", "1e-4", "1e-5", "1e-6", "del(17p)", "del(1p32)", "t(4;14)", "t(14;16)",
    "t(14;20)", "10⁶/kg", "I", "II", "III", "IV", "ISS", "R-ISS", "R2-ISS", "IMWG 2016", "IMS/IMWG 2025",
    "3+3", "ALT", "AST", "INR", "mg", "µg", "g", "mg/m²", "mg/kg", "µg/kg", "µg/min", "µg/kg/min",
}  # fmt: skip
# Signs take the place of words.
SIGNS = {
    ", ", "percent", "%(done)s of %(total)s", "%(n)d of %(all)d", "{n} of {total} ({percent} %)", "{subject}, {length} {unit}",
    "{code} – {status}", "Lee 2014: {what}", "ASTCT 2019: {what}", "{dose} × 10⁶/kg, {design}: {sentence}",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """Every sentence that `make messages` finds now, in a copy of the tree: the tree itself stays as it is."""
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext is missing (apt-get install gettext): NEW SENTENCES ARE NOT CHECKED FOR A TRANSLATION")
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("trial", "crf", "analytics", "templates"):
        shutil.copytree(HERE / folder, copy / folder, ignore=shutil.ignore_patterns("locale", "static", "__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        patch.setattr(settings, "LOCALE_PATHS", [str(copy / "locale")])
        call_command("makemessages", locale=["zh_Hans"], verbosity=0)
    return polib.pofile(str(copy / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))


def said(entry: polib.POEntry) -> list[str]:
    """The translations of an entry, the plural ones too."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_sentence_is_in_the_catalogue(collected: polib.POFile, catalogue: polib.POFile) -> None:
    assert len(collected) > 900  # the collecting itself works: clauses, pages and code
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}
    lacking = [entry.msgid for entry in collected if (entry.msgctxt, entry.msgid) not in known]
    assert not lacking, "run `make messages` and translate these"


def test_every_sentence_is_translated_and_none_is_a_guess(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not all(said(entry))] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []


def test_a_translation_has_the_placeholders_of_its_sentence(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        for text in said(entry):
            wanted = PLACEHOLDERS.findall(entry.msgid_plural or entry.msgid)
            assert sorted(PLACEHOLDERS.findall(text)) == sorted(wanted), entry.msgid


def test_a_translation_is_chinese(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        if entry.msgid not in ALIKE | SIGNS:
            assert all(CHINESE.search(text) for text in said(entry)), entry.msgid


def test_the_compiled_catalogue_is_as_new_as_its_source(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {(e.msgid, *said(e)) for e in compiled} == {(e.msgid, *said(e)) for e in catalogue}, "run `make messages`"


# --- what is declared, without gettext's tools -----------------------------------------------------------------------


def of_forms() -> Iterator[Any]:
    """Titles, sections, labels, helps, code lists and checks of every form and its grids."""
    for form in casebook():
        yield form.declared.title
        for declared in (form.declared, *(grid.row.declared for grid in form.declared.rows.values())):
            for section, _names in declared.sections:
                yield from (section.label, section.help)
            for item in (*declared.items.values(), *getattr(declared, "rows", {}).values()):
                yield from (item.about.label, item.about.help)
        yield from (check.text for check in form.declared.checks.values())
        yield from (derived.label for derived in form.declared.derived.values())


def of_lists() -> Iterator[Any]:
    """Labels of code lists, roles and states."""
    units = (codelists.DoseUnit, codelists.DoseLevel, codelists.MrdSensitivity)  # figures and units read alike
    lists = [
        c
        for c in vars(codelists).values()
        if hasattr(c, "choices") and c not in units and c.__module__.startswith(codelists.__name__)
    ]
    for one in (*lists, Membership.Role, Subject.Status, Job.State):
        yield from (label for code, label in one.choices if str(label) != code)


def of_endpoints() -> Iterator[Any]:
    for entry in registry.endpoints().values():
        yield from (entry.title, entry.definition, *entry.detail_columns.values())
        for option in entry.options:
            yield from (option.label, *option.choices.values())
    for source in registry.datasets().values():
        yield from (source.title, source.definition)


def of_the_study() -> Iterator[Any]:
    yield from (visit.label for visit in schedule.VISITS)
    yield from (label for label, *_rest in navigation)


@pytest.mark.parametrize("walk", [of_forms, of_lists, of_endpoints, of_the_study])
def test_what_is_declared_reads_in_chinese(walk: Any) -> None:
    found = {str(text): text for text in walk() if str(text)}
    assert len(found) > 5
    with translation.override("zh-hans"):
        english = [text for text, words in found.items() if not CHINESE.search(str(words)) and text not in ALIKE]
    assert english == []


def test_what_the_rules_say_reads_in_chinese() -> None:
    sentences = set(rule_sentences())
    assert len(sentences) > 60
    with translation.override("zh-hans"):
        assert [text for text in sentences if not CHINESE.search(translation.gettext(text))] == []


def test_a_rule_lists_every_sentence_it_has() -> None:
    written = {
        (module.__name__, text)
        for module in rule_modules()
        for name, text in vars(module).items()
        if isinstance(text, str) and name.isupper() and (" " in text or text.endswith("."))
    }
    assert len(written) > 30
    parts = {imwg_options.PAPER}  # stands in other sentences, and never alone
    # How a printed row is read stands in the documents, and on no page.
    parts |= {row.assumption for table in ctcae.TABLES.values() for row in table.rows}
    listed = set(rule_sentences()) | parts
    assert [one for one in sorted(written) if one[1] not in listed] == []


def test_the_names_of_schedules_read_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert [entry.name for entry in beat.defaults if not CHINESE.search(translation.gettext(entry.name))] == []


# --- pages as rendered -----------------------------------------------------------------------------------------------


class Visible(HTMLParser):
    """What a page says: its text, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "kbd"):  # keys are called what stands on them
            self.inside.append(tag)
        given = dict(attrs)
        if given.get("lang") == "en":  # a word that is English on purpose
            self.inside.append(tag)
        self.texts += [given[name] or "" for name in ("title", "aria-label", "placeholder", "alt") if name in given]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and data.strip():
            self.texts.append(" ".join(data.split()))


# Names and sources; the test's own people are called after their roles.
NAMES = re.compile(
    r"Cartwright|Hospital \d|Wuhan|Asia/Shanghai|Lee DW|Biol Blood Marrow Transplant|[\w.]+-\d\d|ASTCT|ECOG|FiO2|L/min"
    r"|\w+ [A-Z]{1,2}(?: et al|等| 等)\.? [A-Z][\w. ]+ \d{4};[\w:.-]+"  # a work that is cited
)
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})+")


def english_on(page: str) -> list[str]:
    """Two English words in a row, or a whole text that the catalogue would have said in Chinese."""
    reader = Visible()
    reader.feed(page)
    assert any(CHINESE.search(text) for text in reader.texts)
    with translation.override("zh-hans"):
        return [text for text in reader.texts if ENGLISH.search(NAMES.sub("", text)) or _left_as_it_is(text)]


def _left_as_it_is(text: str) -> bool:
    return bool(text not in ALIKE and not CHINESE.search(text) and CHINESE.search(translation.gettext(text)))


def chinese(user: User) -> Client:
    """A browser signed in as this person, who reads Chinese."""
    with audit.acting("migration"):
        User.objects.filter(pk=user.pk).update(language="zh-hans", first_name="晓", last_name="顾")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages(client: Client, addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield address, answer.content.decode()


@pytest.mark.django_db
def test_the_sign_in_page_says_nothing_in_english(client: Client) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": "zh-CN,zh;q=0.9"}).content.decode()
    assert english_on(page) == []
    refused = client.post(
        reverse("account_login"), {"login": "nobody", "password": "-"}, headers={"accept-language": "zh-CN"}
    )
    assert english_on(refused.content.decode()) == []


@pytest.mark.django_db
def test_the_pages_of_a_site_say_nothing_in_english(investigator: User, infused: Subject, typed_crs: Any) -> None:
    with study.seeing_everything():
        study.submit(
            "crs_assessment", infused, "d1", typed_crs(**{**study.SHOCK, "investigator_grade": "2"}), by=investigator
        )
    place = f"/subjects/{infused.code}/"
    addresses = [
        "/", "/subjects/", "/queries/", "/subjects/screen/", place, f"{place}visits/", f"{place}d2/", f"{place}d1/crs-assessment/",
        f"{place}d1/crs-assessment/history/", f"{place}screening/eligibility/", f"{place}screening/demographics/",
        f"{place}screening/informed-consent/", f"{place}d0/car-t-infusion/",
    ]  # fmt: skip
    for address, page in pages(chinese(investigator), addresses):
        assert english_on(page) == [], address


@pytest.mark.django_db
def test_a_grade_is_explained_in_chinese_with_the_drug(investigator: User, infused: Subject, typed_crs: Any) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", typed_crs(**study.SHOCK), by=investigator)
    page = chinese(investigator).get(f"/subjects/{infused.code}/d1/crs-assessment/").content.decode()
    assert "一种升压药，合用或不合用血管加压素（去甲肾上腺素）。" in page
    assert "3 级" in page


@pytest.mark.django_db
def test_a_refused_form_says_why_in_chinese(investigator: User, infused: Subject, typed_crs: Any) -> None:
    typed = {k: v for k, v in typed_crs(temperature="99", assessed_at="soon", oxygen="").items() if k != "vasopressors"}
    answer = chinese(investigator).post(f"/subjects/{infused.code}/d1/crs-assessment/", typed)
    assert answer.status_code in (200, 400, 422)
    assert "请输入 30 至 45 °C 之间的值。" in answer.content.decode()
    assert english_on(answer.content.decode()) == []


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_date_on_a_page_is_written_as_it_is_typed(language: str) -> None:
    with translation.override(language):
        assert date_format(study.SCREENED_ON, "DATE_FORMAT") == "2026-03-02"
        assert date_format(study.INFUSED_AT, "SHORT_DATETIME_FORMAT") == "2026-03-20 02:30"
        assert get_format("DECIMAL_SEPARATOR") == "."


def test_a_date_without_a_year_names_the_month() -> None:
    with translation.override("en"):
        assert date_format(study.SCREENED_ON, "MONTH_DAY_FORMAT") == "2 Mar"
    with translation.override("zh-hans"):
        assert date_format(study.SCREENED_ON, "MONTH_DAY_FORMAT") == "3月2日"


def test_no_page_prints_a_date_in_a_format_of_its_own() -> None:
    allowed = {"DATE_FORMAT", "DATETIME_FORMAT", "MONTH_DAY_FORMAT", "Y-m-d H:i:s", "Y-m-d H:i:s T", "H:i:s"}
    for template in (HERE / "templates").rglob("*.html"):
        formats = re.findall(r'\|date:"([^"]*)"', template.read_text(encoding="utf-8"))
        assert set(formats) <= allowed, template.name
