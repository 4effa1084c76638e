"""A log record in; the same without the tokens of links out: whoever holds one may act for a person (law 14)."""

import logging
import re

_TOKEN = re.compile(r"\b[a-z2-7]{26}\b")


class CutTokens(logging.Filter):
    """Cuts what looks like a token of ours out of the whole line, arguments and all."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; it is always kept."""
        record.msg, record.args = _TOKEN.sub("[token]", record.getMessage()), None
        return True
