"""Django's WSGI handler for the sandbox's own addresses, in a process whose settings name the course's."""

from dataclasses import dataclass
from typing import cast

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest

from course.sandbox.callbacks import CallbackSender
from course.sandbox.config import Sandbox


@dataclass(frozen=True)
class Machine:
    """What a view needs: the open sandbox, and the thread to wake after a text was taken."""

    sandbox: Sandbox
    callbacks: CallbackSender


class SandboxRequest(WSGIRequest):
    """A request that resolves against the sandbox's addresses: Django asks a request for `urlconf` first."""

    urlconf = "course.sandbox.urls"
    machine: Machine


class SandboxHandler(WSGIHandler):
    """The WSGI application of the sandbox; every middleware of the settings is in force."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()

        class BoundRequest(SandboxRequest):
            pass

        BoundRequest.machine = machine
        self.request_class = BoundRequest


def running(request: HttpRequest) -> Machine:
    """Return the machine that this request came to."""
    return cast("SandboxRequest", request).machine
