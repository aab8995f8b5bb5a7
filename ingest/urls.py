"""The pages of sending results in."""

from django.urls import path, re_path

from ingest import review, views

urlpatterns = [
    path("submit/", views.submit, name="submit"),
    re_path(r"^submit/template\.(?P<kind>csv|json)$", views.template, name="template"),
    path("formats/", views.formats, name="formats"),
    path("formats/<slug:slug>/", views.format, name="format"),
    path("submissions/", views.submissions, name="submissions"),
    path("submissions/<uuid:public_id>/", views.submission, name="submission"),
    path("submissions/<uuid:public_id>/recheck/", views.recheck, name="recheck"),
    path("submissions/<uuid:public_id>/publish/", views.publish, name="publish"),
    path("submissions/<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("submissions/<uuid:public_id>/raw", views.raw, name="raw"),
    path("submissions/<uuid:public_id>/decide/", review.decide, name="decide"),
    path("review/", review.queue, name="review"),
    path("help/errors/", views.errors, name="errors"),
    path("help/errors/<str:code>/", views.error, name="error"),
]
