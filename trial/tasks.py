"""Celery's door to jobs: thin, idempotent, taking ids."""

from celery import shared_task

from trial import jobs
from trial.celery import app  # noqa: F401 -- whoever sends a task needs the broker of our settings


@shared_task
def run_job(job_id: int) -> None:
    """Does one waiting job; a second delivery of the same message finds it taken and does nothing."""
    jobs.run(job_id)


@shared_task
def tend_jobs() -> None:
    """Takes back lost jobs and passes waiting ones on."""
    jobs.tend()
