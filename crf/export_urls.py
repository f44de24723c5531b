"""Addresses of the periodic export."""

from django.urls import path

from crf import export_views

urlpatterns = [
    path("exports/", export_views.run_list, name="exports"),
    path("exports/run/", export_views.run_now, name="export-run"),
    path("exports/<int:pk>/", export_views.run_page, name="export"),
    path("exports/<int:pk>/again/", export_views.run_again, name="export-again"),
    path("exports/<int:pk>/download/", export_views.download, name="export-download"),
]
