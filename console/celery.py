"""The Celery application. Tasks live in each app's `tasks` module.

Tasks carry identifiers only; what is true stays in the database.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

app = Celery("postern")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
