"""Addresses of subjects, forms and queries: nouns, with the subject id in sight."""

from django.urls import URLPattern, URLResolver, include, path

from crf import (
    casebook_views,
    correction_views,
    course_views,
    delegation_views,
    draft_views,
    log_views,
    moving_views,
    not_done_views,
    print_views,
    query_views,
    response_views,
    search_views,
    signing_views,
    subject_views,
    views,
    work_views,
)  # fmt: skip
from crf.ledger import NEW

FORM = "subjects/<str:code>/<slug:visit_code>/<slug:slug>/"
AGAIN = FORM + "<int:occurrence>/"
# Before FORM, which would take "logs" for a visit. An entry that is being added has no number yet.
LOG = "subjects/<str:code>/logs/<slug:slug>/"
ADDED = {"visit_code": "logs", "occurrence": NEW}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", work_views.home, name="home"),
    path("subjects/", work_views.subject_list, name="subjects"),
    path("subjects/screen/", subject_views.screen, name="screen"),
    path("subjects/<str:code>/", casebook_views.casebook_page, name="casebook"),
    path("subjects/<str:code>/enrol/", subject_views.enrol, name="enrol"),
    path("subjects/<str:code>/visits/", subject_views.unscheduled, name="unscheduled"),
    path("subjects/<str:code>/fail-screening/", correction_views.fail_screening, name="fail-screening"),
    path("subjects/<str:code>/rescreen/", correction_views.rescreen, name="rescreen"),
    path("subjects/<str:code>/transfer/", correction_views.transfer, name="transfer"),
    path("subjects/<str:code>/course/", course_views.course_page, name="course"),
    path("subjects/<str:code>/response/", response_views.response_page, name="response"),
    path("subjects/<str:code>/sign/", signing_views.sign_page, name="sign"),
    path("subjects/<str:code>/print/", print_views.casebook_print, name="casebook-print"),
    path("subjects/<str:code>/<slug:visit_code>/", casebook_views.visit_page, name="visit"),
    path("subjects/<str:code>/<slug:visit_code>/not-done/", not_done_views.visit_not_done, name="visit-not-done"),
    path("subjects/<str:code>/<slug:visit_code>/done-after-all/", not_done_views.visit_done, name="visit-done"),
    path("subjects/<str:code>/<slug:visit_code>/remove/", not_done_views.remove_visit, name="visit-remove"),
    path("subjects/<str:code>/<slug:visit_code>/print/", print_views.visit_print, name="visit-print"),
    path(LOG, log_views.log_page, name="log"),
    path(LOG + "new/", log_views.add, ADDED, name="log-new"),
    path(LOG + "new/verdict/", views.verdict, ADDED, name="log-new-verdict"),
    path(LOG + "new/print/", print_views.form_print, ADDED, name="log-new-print"),
    path(LOG + "new/draft/", draft_views.autosave, ADDED, name="log-new-draft"),
    path(FORM, views.form_page, name="form"),
    path(FORM + "not-done/", not_done_views.form_not_done, name="form-not-done"),
    path(FORM + "withdraw/", not_done_views.withdraw_entry, name="form-withdraw"),
    path(FORM + "move/", moving_views.move_form, name="form-move"),
    path(FORM + "history/", views.history, name="form-history"),
    path(FORM + "print/", print_views.form_print, name="form-print"),
    path(FORM + "verdict/", views.verdict, name="form-verdict"),
    path(FORM + "go/<slug:step>/", views.go, name="form-go"),
    path(FORM + "draft/", draft_views.autosave, name="form-draft"),
    path(AGAIN, views.form_page, name="form-again"),
    path(AGAIN + "not-done/", not_done_views.form_not_done, name="form-again-not-done"),
    path(AGAIN + "withdraw/", not_done_views.withdraw_entry, name="form-again-withdraw"),
    path(AGAIN + "move/", moving_views.move_form, name="form-again-move"),
    path(AGAIN + "history/", views.history, name="form-again-history"),
    path(AGAIN + "print/", print_views.form_print, name="form-again-print"),
    path(AGAIN + "verdict/", views.verdict, name="form-again-verdict"),
    path(AGAIN + "go/<slug:step>/", views.go, name="form-again-go"),
    path(AGAIN + "draft/", draft_views.autosave, name="form-again-draft"),
    path("delegation/", delegation_views.log_list, name="delegations"),
    path("delegation/<str:site_code>/", delegation_views.log_page, name="delegation"),
    path("delegation/<str:site_code>/<int:pk>/end/", delegation_views.end_line, name="delegation-end"),
    path("search/", search_views.search_page, name="search"),
    path("queries/", query_views.query_list, name="queries"),
    path("queries/<int:pk>/", query_views.query_page, name="query"),
    path("", include("crf.export_urls")),
]
