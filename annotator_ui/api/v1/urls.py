"""Addresses for programs."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from annotator_ui.api.v1 import (
    audits,
    certificates,
    classes,
    events,
    images,
    jobs,
    labels,
    me,
    members,
    predictions,
    releases,
    rounds,
    transfers,
    webhooks,
)
from annotator_ui.api.v1.base import V1View

JOB = "api/v1/jobs/<slug:slug>"

schema = SpectacularAPIView.as_view(
    urlconf="annotator_ui.api.v1.urls",
    custom_settings={"POSTPROCESSING_HOOKS": []},  # no pages
    authentication_classes=V1View.authentication_classes,
    permission_classes=V1View.permission_classes,
)

urlpatterns = [
    path("api/v1/schema", schema, name="v1-schema"),
    path("api/v1/me", me.OwnAccount.as_view(), name="v1-me"),
    path("api/v1/jobs", jobs.Jobs.as_view(), name="v1-jobs"),
    path(JOB, jobs.OneJob.as_view(), name="v1-job"),
    path(f"{JOB}/copy", jobs.Copy.as_view(), name="v1-copy"),
    path(f"{JOB}/actions", jobs.Actions.as_view(), name="v1-actions"),
    path(f"{JOB}/snapshot", jobs.Snapshot.as_view(), name="v1-snapshot"),
    path(f"{JOB}/classes", classes.Classes.as_view(), name="v1-classes"),
    path(f"{JOB}/classes/<row:index>", classes.OneClass.as_view(), name="v1-class"),
    path(f"{JOB}/members", members.Members.as_view(), name="v1-members"),
    path(f"{JOB}/members/<row:pk>", members.MemberOfJob.as_view(), name="v1-member"),
    path(f"{JOB}/images", images.Images.as_view(), name="v1-images"),
    path("api/v1/images/<row:pk>", images.OneImage.as_view(), name="v1-image"),
    path("api/v1/images/<row:pk>/file", images.ImageFile.as_view(), name="v1-image-file"),
    path("api/v1/images/<row:pk>/preview", images.ImagePreview.as_view(), name="v1-image-preview"),
    path("api/v1/images/<row:pk>/labels", labels.ImageLabels.as_view(), name="v1-image-labels"),
    path(f"{JOB}/uploads", transfers.Uploads.as_view(), name="v1-uploads"),
    path(
        f"{JOB}/uploads/<str:upload>/<row:part>",
        transfers.UploadPart.as_view(),
        name="v1-upload-part",
    ),
    path(f"{JOB}/imports", transfers.Imports.as_view(), name="v1-imports"),
    path("api/v1/imports/<row:pk>", transfers.OneImport.as_view(), name="v1-import"),
    path(
        "api/v1/imports/<row:pk>/report", transfers.ImportReport.as_view(), name="v1-import-report"
    ),
    path(f"{JOB}/labels", labels.Labels.as_view(), name="v1-labels"),
    path("api/v1/labels/<row:pk>", labels.OneLabel.as_view(), name="v1-label"),
    path(f"{JOB}/predictions", predictions.Predictions.as_view(), name="v1-predictions"),
    path(f"{JOB}/rounds", rounds.Rounds.as_view(), name="v1-rounds"),
    path(f"{JOB}/audits", audits.Audits.as_view(), name="v1-audits"),
    path(f"{JOB}/certificates", certificates.Certificates.as_view(), name="v1-certificates"),
    path(
        "api/v1/certificates/<row:pk>/document",
        certificates.Document.as_view(),
        name="v1-certificate-document",
    ),
    path(f"{JOB}/exports", transfers.Exports.as_view(), name="v1-exports"),
    path("api/v1/exports/<row:pk>", transfers.OneExport.as_view(), name="v1-export"),
    path("api/v1/exports/<row:pk>/file", transfers.ExportFile.as_view(), name="v1-export-file"),
    path("api/v1/transfers/<row:pk>", transfers.OneTransfer.as_view(), name="v1-transfer"),
    path(f"{JOB}/releases", releases.Releases.as_view(), name="v1-releases"),
    path("api/v1/releases/<row:pk>", releases.ReadRelease.as_view(), name="v1-release"),
    path("api/v1/releases/<row:pk>/file", releases.ReleaseFile.as_view(), name="v1-release-file"),
    path(f"{JOB}/webhooks", webhooks.Webhooks.as_view(), name="v1-webhooks"),
    path("api/v1/webhooks/<row:pk>", webhooks.OneHook.as_view(), name="v1-webhook"),
    path(
        "api/v1/webhooks/<row:pk>/deliveries", webhooks.Deliveries.as_view(), name="v1-deliveries"
    ),
    path(f"{JOB}/events", events.Events.as_view(), name="v1-events"),
]
