"""The pages about what is known and how it ranks."""

from django.contrib.auth import views as auth
from django.urls import path

from leaderboard.views import accounts, boards, catalogue, entries, metrics, site

urlpatterns = [
    path("", site.home, name="home"),
    path("search/", site.search, name="search"),
    path("theme/", site.theme, name="theme"),
    path("help/ranking/", site.how_it_ranks, name="how_it_ranks"),
    path("boards/", boards.boards, name="boards"),
    path("boards/<slug:slug>/", boards.board, name="board"),
    path("boards/<slug:slug>/data.json", boards.board_json, name="board_json"),
    path("boards/<slug:slug>/data.csv", boards.board_csv, name="board_csv"),
    path("boards/<slug:slug>/history/", boards.history, name="history"),
    path("entries/<int:pk>/", entries.entry, name="entry"),
    path("entries/<int:pk>/data.json", entries.entry_json, name="entry_json"),
    path("models/", catalogue.models, name="models"),
    path("models/<slug:slug>/", catalogue.model, name="model"),
    path("hardware/", catalogue.hardware_list, name="hardware_list"),
    path("hardware/<slug:slug>/", catalogue.hardware, name="hardware"),
    path("methods/<slug:slug>/", catalogue.method, name="method"),
    path("tasks/", catalogue.tasks, name="tasks"),
    path("tasks/<slug:slug>/", catalogue.task, name="task"),
    path("sources/", catalogue.sources, name="sources"),
    path("sources/<slug:slug>/", catalogue.source, name="source"),
    path("metrics/", metrics.metric_list, name="metrics"),
    path("metrics/<slug:slug>/", metrics.metric, name="metric"),
    path("analyses/", metrics.analysis_list, name="analyses"),
    path("analyses/<slug:slug>/", metrics.analysis, name="analysis"),
    path("accounts/signup/", accounts.signup, name="signup"),
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/tokens/", accounts.tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke/", accounts.revoke, name="revoke_token"),
]
