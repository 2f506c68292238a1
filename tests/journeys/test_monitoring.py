"""After acceptance: a random share of the auto-labels stays under watch, and can take them back."""

import pytest

from labeling.kernel.errors import Conflict
from labeling.kernel.sampling import sampled
from labeling.models import Audit, Label
from labeling.reports import snapshot
from labeling.review import monitoring, queue, verdicts
from tests.auditing import at_its_audit, judge_all, round_of
from tests.factories import box, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def finish(job, annotator, *reviewers):
    """The job complete, its auto-labels watched."""
    judge_all(job, *reviewers)
    for _ in range(5):
        run_steps(job)
        work_all(job, annotator)
    return job


@pytest.fixture
def accepted(closing, alice, rita, bob):
    """The job complete, its auto-labels watched."""
    return finish(closing, alice, rita, bob)


def test_the_live_page_follows_the_watch(accepted, rita):
    before = snapshot.of_job(accepted)["audit"]
    assert (before["kind"], before["path"], before["decided"]) == ("monitoring", [], 0)

    for audit in queue.claim_next(accepted, rita):
        verdicts.decide(audit, rita, verdict="approved")

    now = snapshot.of_job(accepted)["audit"]
    assert [(n, mean) for n, mean, _ in now["path"]] == [(1, 1.0), (2, 1.0)]
    assert 0 <= now["path"][0][2] < now["path"][1][2] == pytest.approx(now["bound"], abs=1e-4)


def test_a_rejected_watch_label_goes_back_to_people(accepted, alice, rita):
    audit = queue.claim_next(accepted, rita)[0]
    assert audit.kind == "monitoring"

    verdicts.decide(audit, rita, verdict="rejected", reason="missed")

    assert not Label.objects.active().filter(image=audit.image).exists()
    accepted.refresh_from_db()
    assert accepted.state == "running"


def test_a_corrected_watch_label_is_replaced(accepted, rita):
    audit = queue.claim_next(accepted, rita)[0]

    verdicts.decide(audit, rita, verdict="corrected", boxes=[box(40)])

    label = Label.objects.active().get(image=audit.image)
    assert (label.source, label.boxes) == ("reviewer", [box(40)])


def test_watch_checks_that_find_nothing_right_revoke_the_whole_round(accepted, rita, bob):
    round = round_of(accepted)
    unchecked = set(
        Label.objects.active().auto().filter(round=round).values_list("image", flat=True)
    )
    judge_all(accepted, rita, bob, verdict=lambda a: ("corrected", [box(120, 80, 40)]))

    assert accepted.events.filter(kind="round_revoked").exists()
    left = Label.objects.active().auto().filter(round=round).count()
    assert left == 0
    assert unchecked & monitoring.not_for_machine(round)


def test_checks_for_the_certificate_count_to_the_share_that_is_monitored(closing, alice, rita, bob):
    job = finish(closing, alice, rita, bob)
    round = round_of(job)
    result = round.certificate.document["result"]
    labels = Label.objects.auto().filter(round=round).select_related("image")
    seed = f"{job.seed}:{round.number}"
    share = [label for label in labels if sampled(label.image.digest, seed, 0.6)]

    watch = Audit.objects.filter(round=round, kind="monitoring")

    assert result["audited"] > 0
    assert 0 < watch.count() == len(share) - result["audited"]


def test_monitoring_ends_once_it_shows_the_target_by_itself(settings, alice, rita):
    made = at_its_audit(settings, alice, (rita,), monitoring_share=1.0)
    job = finish(next(made), alice, rita)
    round = round_of(job)
    watch = Audit.objects.filter(round=round, kind="monitoring")
    planned = watch.count()

    judge_all(job, rita, verdict=lambda audit: ("approved", None))

    said = job.events.get(kind="monitoring_ended").data
    assert 0 < said["count"] == planned - watch.count()
    assert not watch.undecided().exists()
    assert not job.events.filter(kind="round_revoked").exists()
    next(made, None)


def test_a_manager_revokes_a_round_at_any_time(accepted, mona):
    round = round_of(accepted)

    count = monitoring.revoke(round, mona)

    assert count > 0
    accepted.refresh_from_db()
    assert accepted.state == "running"
    with pytest.raises(Conflict, match="no unchecked"):
        monitoring.revoke(round, mona)


def test_one_checker_alone_gets_every_check_of_the_watch(settings, alice, rita):
    """Images of the set keep twins blind that the proof never needed."""
    made = at_its_audit(settings, alice, (rita,), early=10, monitoring_share=0.5)
    job = finish(next(made), alice, rita)
    assert Audit.objects.filter(round__job=job, blind=True).undecided().exists()

    judge_all(job, rita)

    watch = Audit.objects.filter(round__job=job, kind="monitoring")
    assert watch.exists() and not watch.undecided().exists()
    assert len(monitoring.monitored_values(round_of(job))) == watch.count()
    next(made, None)
