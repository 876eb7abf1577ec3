"""The composition root. Exports the Celery application and nothing else."""

from console.celery import app as celery_app

__all__ = ("celery_app",)
