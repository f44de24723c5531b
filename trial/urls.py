"""Every address of the application."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path

from trial import help_views, idle, views

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/signup/", views.no_sign_up, name="account_signup"),
    path("accounts/password/reset/", views.ask_the_administrator, name="account_reset_password"),
    path("language/", views.language, name="set_language"),
    path("theme/", views.theme, name="theme"),
    path("help/", help_views.contents, name="help"),
    path("help/tour/", help_views.tour, name="tour"),
    path("help/for/<slug:role>/", help_views.contents, name="help-role"),
    path("help/<slug:name>/", help_views.chapter, name="help-chapter"),
    path("alive/", idle.alive, name="alive"),
    path("lock/", idle.lock, name="lock"),
    path("unlock/", idle.unlock, name="unlock"),
    path("health/", views.health, name="health"),
    path("admin/", admin.site.urls),
    path("", include("crf.urls")),
    path("", include("analytics.urls")),
]

handler500 = "trial.away.server_error"
