"""The OpenAPI document says what is in every request and answer, and says the truth."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from labeling.kernel import events
from labeling.ledger import runner
from labeling.models import Assignment, Audit, AuditPlan, Certificate, Label
from labeling.rounds import lifecycle
from tests import papers
from tests.auditing import NONCE
from tests.documented import document, operations
from tests.factories import box, join, make_images, make_job, work_all
from tests.programs import Program
from tests.running import run_steps
from tests.uploading import picture

JSON = "application/json"


def objects(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of an object, by its place in the document."""
    if isinstance(node, list):
        for i, part in enumerate(node):
            yield from objects(part, f"{path}[{i}]")
    if isinstance(node, dict):
        kind = node.get("type")
        if kind == "object" or (isinstance(kind, list) and "object" in kind):
            yield path, node
        for name, part in node.items():
            yield from objects(part, f"{path}.{name}")


def test_nothing_in_the_document_is_any_object(tmp_path):
    call_command("spectacular", file=str(tmp_path / "x"), validate=True, fail_on_warn=True)
    found = dict(objects(document()))
    assert len(found) > 100
    free = [
        path
        for path, schema in found.items()
        if not schema.get("properties") and schema.get("additionalProperties") in (None, True, {})
    ]
    assert free == []


def test_every_operation_says_how_it_refuses():
    for method, path, operation in operations():
        refusal = operation["responses"]["4XX"]
        name = "RefusedProgram" if "/v1/" in path.pattern else "Refused"
        assert refusal == {"$ref": f"#/components/responses/{name}"}, (method, path)
    refused = document()["components"]["responses"]
    told = refused["Refused"]["content"][JSON]["schema"]
    assert told == {"$ref": "#/components/schemas/Error"}
    told = refused["RefusedProgram"]["content"]["application/problem+json"]["schema"]
    assert told == {"$ref": "#/components/schemas/Problem"}


def test_programs_sign_in_by_token_and_say_who_asks_once():
    schemes = document()["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    for method, path, operation in operations():
        opened = any("bearer" in way for way in operation["security"])
        assert opened == ("/v1/" in path.pattern), path
        named = [part["name"] for part in operation.get("parameters", [])]
        keyed = "/v1/" in path.pattern and method == "POST"
        keyed = keyed and operation["operationId"] not in ("upload", "make_webhook")
        assert ("Idempotency-Key" in named) == keyed, (method, path)


class Browser:
    """A person's browser, which expects every request to succeed."""

    def __init__(self, user: Any) -> None:
        self.client = Client()
        self.client.force_login(user)

    def __call__(self, method: str, name: str, at: object = None, /, **body: Any) -> Any:
        """The answer to a request."""
        url = reverse(name, args=[] if at is None else [at])
        options = {} if method == "get" else {"content_type": JSON}
        reply = getattr(self.client, method)(url, body, **options)
        assert reply.status_code < 300, (name, reply.content)
        return reply.json()


def draw(job, alice, mona):
    """What an annotator's pages ask, and their manager's."""
    her, manager = Browser(alice), Browser(mona)
    manager("post", "actions", job.slug, action="start")
    run_steps(job)
    (first,) = her("post", "claim", job.slug, count=1, page="p")["assignments"]
    content = {"boxes": [{**box(), "suggested": False}], "active_ms": 5, "action_ms": None}
    work = {"version": 0, "number": 1, "known": 0, "writer": "p", "content": content}
    her("put", "draft", first["id"], **work)
    assert her("get", "draft", first["id"])["draft"]["boxes"]
    her("post", "renew", first["id"], page="p")
    reply = her("put", "answer", first["id"], version=1, boxes=[box()], count=1, page="p")
    (second,) = reply["next"]
    her("get", "own-assignment", first["id"])
    assert her("get", "own-answers", job.slug)["answers"]
    her("post", "give-back", job.slug, ids=[], page="p")
    her("put", "instructions-read", job.slug, digest="0" * 64)
    her("put", "preferences", keys={"draw": ["d"]}, page={"method": "clicks"})
    her("get", "preferences")
    assert manager("get", "snapshot", job.slug)["held"]
    her("post", "skip", second["id"], reason="other", count=0, page="p")
    manager("post", "release-held", job.slug, person=alice.pk)
    manager("post", "exports", job.slug, format="coco")
    sent = {"files": SimpleUploadedFile("a.png", picture())}
    manager.client.post(reverse("uploads", args=[job.slug]), sent)
    part = encode_multipart(BOUNDARY, {"files": SimpleUploadedFile("b.png", picture())})
    at = [job.slug, "ab" * 16]
    manager.client.put(reverse("upload-part", args=[*at, 0]), part, MULTIPART_CONTENT)
    manager.client.post(reverse("upload-end", args=at))
    manager("post", "releases", job.slug, note="x")
    assert manager("get", "releases", job.slug) == []
    assert len(manager("get", "transfers", job.slug)) == 4


def talk(shared, alice, rita):
    """What is said beside boxes: notes, suggested corrections."""
    her, reviewer = Browser(alice), Browser(rita)
    given = Assignment.objects.filter(annotator=alice, state="submitted").first()
    note = her("post", "comments", given.image_id, x=1, y=2, text="Cat?")["id"]
    told = reviewer("post", "comment-answers", note, text="Yes.")["answers"][0]["id"]
    reviewer("delete", "comment", told)
    her("get", "comments", given.image_id)
    reviewer("put", "comment", note, closed=True)
    made = her("post", "suggestion", given.pk, boxes=[box(20)])["id"]
    held = Label.objects.active().get(image=given.image_id).pk
    reviewer("put", "suggestion-decision", made, take=True, label=held)
    reviewer("delete", "suggestion-decision", made)


def review(shared, rita):
    """What the wider views of reviewers ask."""
    reviewer = Browser(rita)
    label = reviewer("get", "grid", shared.slug, source="human")["labels"][0]
    checks = [{"label": label["id"], "verdict": "right"}]
    assert reviewer("put", "grid-checks", shared.slug, checks=checks)["results"][0]["stored"]
    reviewer("delete", "label-check", label["id"])
    image = reviewer("get", "disagreements-list", shared.slug)["images"][0]["image"]["id"]
    seen = reviewer("get", "disagreements", image)
    made = reviewer("put", "disagreements", image, label=seen["label"], boxes=[box()])["label"]
    reviewer("delete", "own-label", made)
    reviewer("put", "image-label", image, boxes=[box(30)])
    assert len(reviewer("get", "compare-labels", image)["sides"]) > 1


def check(closing, rita):
    """What the audit page asks."""
    reviewer = Browser(rita)
    plan = AuditPlan.objects.get(round__job=closing)
    reviewer("post", "audit-nonce", closing.slug, plan=plan.content_digest, nonce=NONCE)
    # a later one: what the proof has counted is never taken back
    audit = reviewer("post", "audit-claim", closing.slug, page="p")["audits"][-1]
    reviewer("post", "audit-renew", audit["id"], page="p")
    Audit.objects.filter(pk=audit["id"]).update(blind=True)
    revealed = reviewer("put", "drawing", audit["id"], boxes=[box(100)], page="p")["revealed"]
    boxes = [box(100), *revealed]
    reviewer("put", "verdict", audit["id"], verdict="corrected", boxes=boxes, page="p")
    reviewer("delete", "verdict", audit["id"])
    reviewer("post", "audit-give-back", closing.slug, ids=[audit["id"]], page="p")


def program(shared, closing, alice, mona):
    """What a manager's program asks."""
    for job in (shared, closing):
        join(job, mona, "manager")
    ask, slug = Program(mona), shared.slug
    ask("get", "me")
    made = ask("post", "jobs", name="By program", start_from=closing.slug)["slug"]
    ask("get", "jobs")
    ask("get", "job", made)
    ask("patch", "job", made, batch_size=7)
    ask("post", "copy", made)
    ask("post", "classes", made, name="bird")
    ask("get", "classes", made)
    ask("patch", "class", made, 0, retired=True)
    added = ask("post", "members", made, username="alice")["id"]
    ask("get", "members", made)
    ask("delete", "member", made, added)
    ask("post", "actions", made, action="cancel")
    ask("get", "snapshot", slug)
    hook = ask("post", "webhooks", slug, url="https://hooks.test/x", events=["audit_due"])["id"]
    ask("get", "webhooks", slug)
    events.record(shared, "round_entered", None, round=1, state="AUDITING")
    assert ask("get", "deliveries", hook)["items"]
    ask("delete", "webhook", hook)
    image = ask("get", "images", slug)["items"][0]["id"]
    ask("get", "image", image)
    ask("patch", "image", image, excluded=True)
    label = ask("get", "labels", slug)["items"][0]
    ask("get", "label", label["id"])
    ask("get", "image-labels", label["image"])
    ask("get", "predictions", slug)
    assert ask("get", "rounds", slug)["items"][0]["steps"]
    assert ask("get", "audits", closing.slug)["items"]
    ask("get", "events", slug)
    ask.files(
        "put", "upload-part", slug, "cd" * 16, 0, files=SimpleUploadedFile("c.png", picture())
    )
    brought = ask("post", "imports", slug, upload="cd" * 16)["id"]
    ask("get", "imports", slug)
    ask("get", "import", brought)
    ask.files("post", "uploads", slug, files=SimpleUploadedFile("d.png", picture()))
    runner.run("transfer", brought)
    written = ask("post", "exports", slug, format="coco")["id"]
    runner.run("transfer", written)
    ask("get", "exports", slug)
    ask("get", "export", written)
    made = ask("post", "releases", slug, note="x", split=[80, 10, 10])["id"]
    runner.run("transfer", made)
    (release,) = [one["id"] for one in ask("get", "releases", slug)["items"]]
    assert ask("get", "transfer", made)["release"] == release
    ask("get", "release", release)
    paper = papers.make(papers.content(), lambda *_: {"boxes": papers.PREDICTED, "value": 1.0})
    made = Certificate.objects.create(
        round=closing.rounds.last(),
        attempt=1,
        outcome=paper["result"]["outcome"],
        document=paper,
        digest=paper["digest"],
    )
    assert ask("get", "certificates", closing.slug)["items"]
    for name, pk in {
        "image-file": image,
        "image-preview": image,
        "import-report": brought,
        "export-file": written,
        "release-file": release,
        "certificate-document": made.pk,
    }.items():
        reply = ask.send("get", name, pk)
        assert reply.status_code == 200, name
        reply.close()


@pytest.mark.django_db(transaction=True)
def test_every_operation_answers_as_documented(
    job, closing, alice, bob, rita, mona, reached, settings
):
    settings.WEBHOOK_HOSTS = {"hooks.test"}
    shared = make_job(assist=False, annotators_per_image=2, pilot_size=4, batch_size=4)
    for user, role in ((alice, "annotator"), (bob, "annotator"), (rita, "reviewer")):
        join(shared, user, role)
    make_images(shared, 8)
    lifecycle.start(shared, None)
    run_steps(shared)
    work_all(shared, alice, bob, boxes=lambda one: [box(10 if one.annotator == alice else 25)])
    run_steps(shared)

    draw(job, alice, mona)
    talk(shared, alice, rita)
    review(shared, rita)
    check(closing, rita)
    program(shared, closing, alice, mona)

    assert {operation["operationId"] for _, _, operation in operations()} - reached == set()
