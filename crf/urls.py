"""Addresses of subjects, forms and queries: nouns, with the subject id in sight."""

from django.urls import URLPattern, URLResolver, include, path

from crf import casebook_views, log_views, query_views, response_views, subject_views, views, work_views
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
    path("subjects/<str:code>/response/", response_views.response_page, name="response"),
    path("subjects/<str:code>/<slug:visit_code>/", casebook_views.visit_page, name="visit"),
    path(LOG, log_views.log_page, name="log"),
    path(LOG + "new/", log_views.add, ADDED, name="log-new"),
    path(LOG + "new/verdict/", views.verdict, ADDED, name="log-new-verdict"),
    path(FORM, views.form_page, name="form"),
    path(FORM + "history/", views.history, name="form-history"),
    path(FORM + "verdict/", views.verdict, name="form-verdict"),
    path(AGAIN, views.form_page, name="form-again"),
    path(AGAIN + "history/", views.history, name="form-again-history"),
    path(AGAIN + "verdict/", views.verdict, name="form-again-verdict"),
    path("queries/", query_views.query_list, name="queries"),
    path("queries/<int:pk>/", query_views.query_page, name="query"),
    path("", include("crf.export_urls")),
]
