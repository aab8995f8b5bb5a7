"""Where everything is: the site, uploads, the API, the admin, the health page."""

from django.contrib import admin
from django.urls import include, path

from leaderboard import health

urlpatterns = [
    path("healthz", health.health, name="health"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("efficiency_site.api")),
    path("", include("ingest.urls")),
    path("", include("leaderboard.urls")),
]

handler400 = "leaderboard.views.site.bad_request"
handler403 = "leaderboard.views.site.forbidden"
handler404 = "leaderboard.views.site.not_found"
handler500 = "leaderboard.views.site.server_error"
