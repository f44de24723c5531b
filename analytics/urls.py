"""Addresses of the conclusions."""

urlpatterns: list = []
