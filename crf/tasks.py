"""What beat asks of the forms."""

from celery import shared_task

from trial import jobs


@shared_task
def nightly_export() -> None:
    """Asks for an export; asked twice while one waits, there is one."""
    jobs.request("export", by="beat")
