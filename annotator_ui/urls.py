"""Addresses of pages and API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from annotator_ui import own_pages, pages, report_page, review_pages
from annotator_ui.api import comments, disagreements, grid, history, jobs, media, own, review, work

urlpatterns = [
    path("", pages.home, name="home"),
    path("jobs/<slug:slug>/", pages.job_page, name="job"),
    path("jobs/<slug:slug>/work", pages.annotate, name="work"),
    path("jobs/<slug:slug>/review", pages.review_page, name="review"),
    path("jobs/<slug:slug>/review/grid", review_pages.grid, name="review-grid"),
    path(
        "jobs/<slug:slug>/review/disagreements",
        review_pages.disagreements,
        name="review-disagreements",
    ),
    path("jobs/<slug:slug>/images/<row:pk>/adjudicate", review_pages.adjudicate, name="adjudicate"),
    path("jobs/<slug:slug>/images/<row:pk>/compare", review_pages.compare, name="compare"),
    path("jobs/<slug:slug>/report", report_page.report, name="report"),
    path("jobs/<slug:slug>/notes", own_pages.notes, name="notes"),
    path("jobs/<slug:slug>/history", own_pages.history, name="history"),
    path("jobs/<slug:slug>/history/<row:pk>/suggest", own_pages.suggest, name="suggest"),
    path("jobs/<slug:slug>/images/<row:pk>/correct", pages.correct, name="correct"),
    path("settings/keys", pages.keys, name="keys"),
    path("api/preferences", own.Preferences.as_view(), name="preferences"),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/jobs/<slug:slug>/snapshot", jobs.Snapshot.as_view(), name="snapshot"),
    path("api/jobs/<slug:slug>/actions", jobs.Actions.as_view(), name="actions"),
    path("api/jobs/<slug:slug>/held/release", jobs.Release.as_view(), name="release-held"),
    path("api/jobs/<slug:slug>/exports", jobs.Exports.as_view(), name="exports"),
    path("api/jobs/<slug:slug>/transfers", jobs.Transfers.as_view(), name="transfers"),
    path("api/jobs/<slug:slug>/uploads", jobs.Uploads.as_view(), name="uploads"),
    path("api/jobs/<slug:slug>/assignments/claim", work.Claim.as_view(), name="claim"),
    path("api/jobs/<slug:slug>/assignments/give-back", work.GiveBack.as_view(), name="give-back"),
    path("api/assignments/<row:pk>/answer", work.Answer.as_view(), name="answer"),
    path("api/assignments/<row:pk>/skip", work.Skip.as_view(), name="skip"),
    path("api/assignments/<row:pk>/renew", work.Renew.as_view(), name="renew"),
    path("api/assignments/<row:pk>/draft", own.Draft.as_view(), name="draft"),
    path("api/jobs/<slug:slug>/audits/claim", review.Claim.as_view(), name="audit-claim"),
    path(
        "api/jobs/<slug:slug>/audits/give-back", review.GiveBack.as_view(), name="audit-give-back"
    ),
    path("api/audits/<row:pk>/verdict", review.Verdict.as_view(), name="verdict"),
    path("api/audits/<row:pk>/renew", review.Renew.as_view(), name="audit-renew"),
    path("api/images/<row:pk>/file", media.image_file, name="image-file"),
    path("api/images/<row:pk>/preview", media.image_preview, name="image-preview"),
    path("api/images/<row:pk>/label", jobs.ImageLabel.as_view(), name="image-label"),
    path("api/jobs/<slug:slug>/grid", grid.Grid.as_view(), name="grid"),
    path("api/jobs/<slug:slug>/grid/checks", grid.Checks.as_view(), name="grid-checks"),
    path("api/labels/<row:pk>", review.OwnLabel.as_view(), name="own-label"),
    path("api/labels/<row:pk>/check", grid.Check.as_view(), name="label-check"),
    path(
        "api/jobs/<slug:slug>/disagreements",
        disagreements.DisagreementsList.as_view(),
        name="disagreements-list",
    ),
    path(
        "api/images/<row:pk>/disagreements",
        disagreements.Disagreements.as_view(),
        name="disagreements",
    ),
    path("api/images/<row:pk>/compare", disagreements.Compare.as_view(), name="compare-labels"),
    path("api/images/<row:pk>/comments", comments.ImageComments.as_view(), name="comments"),
    path("api/comments/<row:pk>", comments.Thread.as_view(), name="comment"),
    path("api/comments/<row:pk>/decision", comments.Decision.as_view(), name="suggestion-decision"),
    path("api/assignments/<row:pk>/suggestion", history.Suggestion.as_view(), name="suggestion"),
    path("api/comments/<row:pk>/answers", comments.Answers.as_view(), name="comment-answers"),
    path("api/jobs/<slug:slug>/answers", history.History.as_view(), name="own-answers"),
    path("api/assignments/<row:pk>", history.OwnAssignment.as_view(), name="own-assignment"),
    path(
        "api/jobs/<slug:slug>/instructions/read",
        history.InstructionsRead.as_view(),
        name="instructions-read",
    ),
    path("api/pictures/<row:pk>/file", media.instruction_picture, name="instruction-picture"),
    path("api/transfers/<row:pk>/file", media.transfer_file, name="transfer-file"),
    path("api/transfers/<row:pk>/report", media.transfer_report, name="transfer-report"),
    path("api/certificates/<row:pk>/file", media.certificate_file, name="certificate-file"),
]
