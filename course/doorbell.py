"""After a commit, wake whoever works on these rows. It may fail and is never needed: the tick finds every row."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


def ring(name: str, row_id: int = 0) -> None:
    """Call the function named by settings.DOORBELL with a task's name and one id, once this transaction commits."""
    if settings.DOORBELL:
        transaction.on_commit(lambda: _ring_now(name, row_id))


def _ring_now(name: str, row_id: int) -> None:
    try:
        bell: Callable[[str, int], None] = import_string(settings.DOORBELL)
        bell(name, row_id)
    except Exception as error:
        log.warning("doorbell %s did not ring: %s", name, type(error).__name__)
