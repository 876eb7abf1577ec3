"""Settings of the tests: the product's own, with what a test must not wait for."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SCRATCH = tempfile.mkdtemp(prefix="postern-test-")
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
os.environ.setdefault("POSTERN_DATA_DIR", f"{SCRATCH}/data")
os.environ.setdefault("POSTERN_SECRET_KEY", "tests-only-" + "x" * 48)
os.environ.setdefault(
    "POSTERN_DATA_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="
)
os.environ.setdefault(
    "POSTERN_AUDIT_KEYS", "YXVkaXQtb25seS1hdWRpdC1vbmx5LWF1ZGl0LW9ubHk="
)

from console.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True  # finds files when asked, and needs no collected ones
# What one process counts (guesses, for one) is nothing to another that runs beside it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": f"{SCRATCH}/cache",
    }
}
UPSTREAM_ALLOWLIST = ["127.0.0.0/8"]
# Nothing is collected for tests; WhiteNoise warns of a folder that is not there.
STATIC_ROOT = Path(tempfile.mkdtemp(dir=SCRATCH))
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in real life: each thread of the live server has a connection of
    # its own, and waits for the writers' lock as it would in the product.
    DATABASES["default"]["TEST"] = {  # noqa: F405
        "NAME": f"{SCRATCH}/test.sqlite3"
    }
