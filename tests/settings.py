"""Settings of the tests: the product's own, with what a test must not wait for."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("POSTERN_DATA_DIR", tempfile.mkdtemp(prefix="postern-test-"))
os.environ.setdefault("POSTERN_SECRET_KEY", "tests-only-" + "x" * 48)
os.environ.setdefault(
    "POSTERN_DATA_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="
)

from console.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True  # finds files when asked, and needs no collected ones
UPSTREAM_ALLOWLIST = ["127.0.0.0/8"]
# Nothing is collected for tests; WhiteNoise warns of a folder that is not there.
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="postern-collected-"))
