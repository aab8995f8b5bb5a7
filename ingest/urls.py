"""The pages of sending results in."""

from django.urls import path, re_path

from ingest import review, row_views, views

urlpatterns = [
    path("submit/", views.submit, name="submit"),
    re_path(r"^submit/template\.(?P<kind>csv|json)$", views.template, name="template"),
    path("formats/", views.formats, name="formats"),
    path("formats/<slug:slug>/", views.format, name="format"),
    path("mappings/forget/", views.forget_mapping, name="forget_mapping"),
    path("submissions/", views.submissions, name="submissions"),
    path("submissions/<uuid:public_id>/", views.submission, name="submission"),
    path("submissions/<uuid:public_id>/recheck/", views.recheck, name="recheck"),
    path("submissions/<uuid:public_id>/publish/", views.publish, name="publish"),
    path("submissions/<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("submissions/<uuid:public_id>/rows/", row_views.rows, name="rows"),
    path("submissions/<uuid:public_id>/rows.csv", row_views.row_table, name="row_table"),
    path("submissions/<uuid:public_id>/rows/<int:number>/", row_views.row, name="row"),
    path("submissions/<uuid:public_id>/fixes/", row_views.fix_alike, name="fix_alike"),
    path("submissions/<uuid:public_id>/rows/back/", row_views.bring_back, name="bring_back"),
    path("submissions/<uuid:public_id>/raw", views.raw, name="raw"),
    path("submissions/<uuid:public_id>/decide/", review.decide, name="decide"),
    path("review/", review.queue, name="review"),
    path("help/errors/", views.errors, name="errors"),
    path("help/errors/<str:code>/", views.error, name="error"),
]
