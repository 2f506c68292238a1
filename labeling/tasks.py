"""Everything that can run in the background; bodies are one line."""

from django_tasks import task


@task()
def run_step(step_id: int) -> None:
    """Do one machine step."""
    from labeling.services import running

    running.run(step_id)


@task()
def run_transfer(transfer_id: int) -> None:
    """Do one import or export."""
    from labeling.services import transfers

    transfers.run(transfer_id)
