"""Addresses of the conclusions: endpoints and the cells of their tables, published results, jobs."""

from django.urls import path

from analytics import escalation_views, file_views, job_views, views

urlpatterns = [
    path("endpoints/", views.endpoint_list, name="endpoints"),
    path("endpoints/refresh/", views.refresh_now, name="endpoints-refresh"),
    path("endpoints/state/", views.state, name="endpoints-state"),
    path("endpoints/<slug:name>.svg", file_views.download_figure, name="endpoint-figure"),
    path("endpoints/<slug:name>.<slug:kind>", file_views.download, name="endpoint-file"),
    path("endpoints/<slug:name>/", views.endpoint, name="endpoint"),
    path("endpoints/<slug:name>/<str:row>/<str:column>/", views.cell, name="endpoint-cell"),
    path("dose-escalation/", escalation_views.board, name="dose-escalation"),
    path("published/", views.published_and_computed, name="published"),
    path("jobs/", job_views.job_list, name="jobs"),
    path("jobs/<int:pk>/retry/", job_views.retry, name="job-retry"),
]
