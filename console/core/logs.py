"""Structured logs, with the id of the request: JSON for machines, lines for people."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "data",
}


ROUTINE = ("gateway.deploy",)


class WithoutRoutine(logging.Filter):
    """Leaves out what jobs say that look every few seconds whether there is work.

    What they do is logged by themselves, and what goes wrong is no information but a
    warning or worse.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > logging.INFO or not record.name.startswith("celery."):
            return True
        message = record.getMessage()
        return not any(name in message for name in ROUTINE)


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON; line breaks inside values are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            entry["request_id"] = request_id.get()
        entry |= {k: v for k, v in record.__dict__.items() if k not in STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class LineFormatter(logging.Formatter):
    """Write a record as a line that a person reads in a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        text = f"{time} {record.levelname.lower():<7} {record.getMessage()}"
        if request_id.get():
            text += f" [{request_id.get()}]"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text
