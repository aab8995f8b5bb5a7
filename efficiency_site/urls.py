"""Where everything is: the site, uploads, the API, the admin, the health page."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("efficiency_site.api")),
    path("", include("ingest.urls")),
    path("", include("leaderboard.urls")),
]
