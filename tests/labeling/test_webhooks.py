"""Webhooks: signed, sent until they are taken, and only to hosts that the operator names."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from boxwise import verify_webhook
from django.db import connection, transaction
from django.utils import timezone

from labeling.kernel import events
from labeling.kernel.errors import Conflict, Invalid
from labeling.ledger import runner
from labeling.management import reconcile
from labeling.models import Delivery, Event, Webhook
from labeling.rounds import lifecycle
from labeling.webhooks import hooks, sending
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
ALL = list(hooks.EVENTS)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers as it is told."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), content))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815  http.server names it

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(settings) -> Iterator[http.server.HTTPServer]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.status = [], 200
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    settings.WEBHOOK_HOSTS = {f"127.0.0.1:{server.server_port}"}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hook(receiver, job, mona) -> Webhook:
    return hooks.make(job, mona, receiver.url, ALL)[0]


def due() -> list[Delivery]:
    """Deliveries that a worker would begin now."""
    return list(Delivery.objects.unfinished().filter(Delivery.TRIED_AGAIN, Delivery.STARTS))


def deliver() -> None:
    for row in due():
        runner.run("delivery", row.pk)


def pass_time(row: Delivery) -> None:
    """Until the next try is due."""
    Delivery.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def test_what_happens_to_a_job_is_told_signed(receiver, hook, job, mona):
    lifecycle.start(job, mona)
    run_steps(job)
    deliver()
    told = [json.loads(content) for _, _, content in receiver.got]
    assert sorted(one["type"] for one in told) == ["people_needed", "round_opened"]
    opened = next(one for one in told if one["type"] == "round_opened")
    assert (opened["job"], opened["data"]) == (job.slug, {"round": 1, "purpose": "pilot"})
    assert Event.objects.get(pk=opened["event"]).kind == "round_opened"
    _, headers, content = receiver.got[0]
    secret, sent = hooks.secret_of(hook), headers["Boxwise-Signature"]
    assert verify_webhook(secret, sent, content)
    assert not verify_webhook(secret, sent, content + b" ")
    assert not verify_webhook("0" * 64, sent, content)
    assert not verify_webhook(secret, sending.signature(secret, 1, content), content)
    assert not any(verify_webhook(secret, wrong, content) for wrong in ("", "t=x", "v1=", "é"))
    assert not due()


def test_the_secret_is_not_in_the_database(hook):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM labeling_webhook")
        assert hooks.secret_of(hook) not in str(cursor.fetchall())


def test_only_the_wanted_events_of_the_job_are_queued(receiver, job, mona, closing):
    hooks.make(job, mona, receiver.url, ["audit_due"])
    for kind, data in (
        ("round_entered", {"round": 1, "state": "AUDITING"}),
        ("round_entered", {"round": 1, "state": "COLLECTING"}),
        ("round_entered", {"round": 1, "state": "TRAINING"}),
        ("job_completed", {}),
        ("label_corrected", {"before": [], "after": []}),
    ):
        events.record(job, kind, None, **data)
        events.record(closing, kind, None, **data)
    assert [row.type for row in Delivery.objects.all()] == ["audit_due"]


def test_an_event_that_is_rolled_back_is_told_to_nobody(hook, job):
    with transaction.atomic():
        events.record(job, "job_completed")
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("status", [500, 404, 302, 304])
def test_what_is_not_taken_is_tried_again_later_and_then_given_up(receiver, hook, job, status):
    receiver.status = status
    events.record(job, "job_completed")
    row = Delivery.objects.get()
    before = timezone.now()
    deliver()
    row.refresh_from_db()
    assert (row.tries, row.attempts, row.finished_at) == (1, 0, None)
    assert str(status) in row.error
    assert row.due_at >= before + sending.PAUSES[0]
    assert not due()
    for _ in sending.PAUSES:
        pass_time(row)
        deliver()
    row.refresh_from_db()
    assert row.is_given_up
    assert len(receiver.got) == len(sending.PAUSES) + 1
    assert {path for path, _, _ in receiver.got} == {"/hook"}  # no redirect was followed
    pass_time(row)
    assert not due()


def test_a_receiver_that_comes_back_gets_it_once(receiver, hook, job):
    receiver.status = 503
    events.record(job, "job_completed")
    deliver()
    receiver.status = 204
    pass_time(Delivery.objects.get())
    deliver()
    deliver()
    assert [json.loads(content)["id"] for _, _, content in receiver.got] == [
        Delivery.objects.get().pk
    ] * 2
    assert Delivery.objects.get().finished_at


def test_a_receiver_that_is_not_there_is_told_later(settings, job, mona):
    settings.WEBHOOK_HOSTS = {"127.0.0.1:9"}
    hooks.make(job, mona, "http://127.0.0.1:9/x", ALL)
    events.record(job, "job_completed")
    deliver()
    assert Delivery.objects.get().error == "It could not be reached: ConnectionError."


def test_a_lost_message_is_repeated_when_it_is_due(hook, job):
    events.record(job, "job_completed")
    row = Delivery.objects.get()
    Delivery.objects.update(enqueued_at=None, due_at=timezone.now() + timedelta(hours=1))
    reconcile.reconcile()
    row.refresh_from_db()
    assert row.enqueued_at is None
    pass_time(row)
    reconcile.reconcile()
    row.refresh_from_db()
    assert row.enqueued_at is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:22/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "https://hooks.test.evil.example/",
        "https://evil.example/hooks.test",
        "https://hooks.test@evil.example/",
        "https://user:pass@hooks.test/",
        "https://hooks.test:8080/",
        "https://hooks.test\\@evil.example/",
        "https://HOOKS.test./",
        "ftp://hooks.test/",
        "file:///etc/passwd",
        "//hooks.test/",
        "hooks.test",
        "https://[::1/",
        "",
    ],
)
def test_an_address_that_the_operator_has_not_named_is_refused(job, mona, settings, url):
    settings.WEBHOOK_HOSTS = {"hooks.test"}
    with pytest.raises(Invalid) as refused:
        hooks.make(job, mona, url, ALL)
    assert refused.value.where == "url"
    assert not Webhook.objects.exists()
    hooks.make(job, mona, "https://Hooks.TEST/x?y=1", ALL)


def test_without_the_setting_there_are_no_webhooks(job, mona):
    with pytest.raises(Invalid, match="WEBHOOK_HOSTS"):
        hooks.make(job, mona, "https://hooks.test/", ALL)


def test_a_host_that_the_operator_took_back_is_not_reached_any_more(receiver, hook, job, settings):
    events.record(job, "job_completed")
    settings.WEBHOOK_HOSTS = set()
    deliver()
    assert receiver.got == []
    assert Delivery.objects.get().is_given_up


def test_the_same_address_again_has_another_secret_and_ten_are_enough(
    receiver, hook, job, mona, settings
):
    again, secret = hooks.make(job, mona, receiver.url, ["audit_due"])
    assert again.pk == hook.pk
    assert secret != hooks.secret_of(hook)
    for n in range(hooks.MOST - 1):
        hooks.make(job, mona, f"{receiver.url}/{n}", ALL)
    with pytest.raises(Conflict):
        hooks.make(job, mona, f"{receiver.url}/more", ALL)
    hooks.make(job, mona, receiver.url, ALL)


def test_with_its_webhook_a_delivery_goes_also_one_under_way(receiver, hook, job, mona):
    events.record(job, "job_completed")
    row = Delivery.objects.get()
    hooks.remove(hook, mona)
    runner.run("delivery", row.pk)
    assert receiver.got == []
    assert [one.kind for one in Event.objects.filter(job=job)][:1] == ["webhook_removed"]


def test_what_was_delivered_is_forgotten_after_a_month(hook, job):
    events.record(job, "job_completed")
    deliver()
    hooks.forget(timezone.now() + timedelta(days=29))
    assert Delivery.objects.exists()
    hooks.forget(timezone.now() + timedelta(days=31))
    assert not Delivery.objects.exists()
