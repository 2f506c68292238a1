"""Messages to workers: each names a work item, and the ledger decides whether it is still due."""

from collections.abc import Callable

from django_tasks import task

from labeling.kernel import faults

Worker = Callable[[int], None]
_workers: dict[str, Worker] = {}


def worker(kind: str) -> Callable[[Worker], Worker]:
    """Register what does the work items of a kind, given their primary key."""

    def register(function: Worker) -> Worker:
        _workers[kind] = function
        return function

    return register


@task()
def work(kind: str, item: int) -> None:
    """Do one work item."""
    _workers[kind](item)


def send(kind: str, item: int, queue: str = "default") -> None:
    """Put a message on the queue; it may be lost or come twice."""
    faults.point("enqueue.before")
    work.using(queue_name=queue).enqueue(kind, item)
    faults.point("enqueue.after")
