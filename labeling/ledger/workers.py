"""Which workers are alive: each reports again and again."""

from datetime import datetime, timedelta

from django.utils import timezone

from labeling.models import WorkerHeartbeat


def heartbeat(worker: str, queues: str) -> None:
    """Note that this worker is alive, and forget those unseen for a day."""
    now = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        name=worker, defaults={"queues": queues, "seen_at": now}
    )
    WorkerHeartbeat.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()


def seen_at(queue: str = "") -> datetime | None:
    """When a worker was last seen; one that serves this queue, if one is named."""
    rows = WorkerHeartbeat.objects.order_by("-seen_at")
    return next((r.seen_at for r in rows if not queue or queue in r.queues.split(",")), None)
