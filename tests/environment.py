"""A sandbox's settings with keys of its own, set before pytest-django reads them (a plugin named in addopts)."""

import atexit
import os
import shutil
import tempfile

_DATA = tempfile.mkdtemp(prefix="course-tests-")
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ.update(
    {
        "COURSE_MODE": "sandbox",
        "COURSE_DATA_DIR": _DATA,
        "COURSE_SECRET_KEY": "a secret for tests",
        "COURSE_KEYS": "test:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        "COURSE_INDEX_KEY": "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=",
        "COURSE_MAIL_DOMAIN": "course.example.org",
        "COURSE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "COURSE_TWILIO_AUTH_TOKEN": "token-for-tests",
        "COURSE_TWILIO_FROM": "+12025550100",
        "COURSE_DOORBELL": "tests.bell.ring",
    }
)
