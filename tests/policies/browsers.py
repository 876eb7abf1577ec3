"""Browsers in which somebody has signed in, and what they see of policies."""

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from directory.models import User
from policies.models import Policy


def client_of(user: User) -> Client:
    """Return a browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def url(name: str, policy: Policy | None = None, **more: Any) -> str:
    """Return the address of a page, of a policy where it is about one."""
    kwargs = {"id": policy.pk, **more} if policy else more
    return reverse(f"policies:{name}", kwargs=kwargs)


def messages_of(answer: Any) -> list[str]:
    """Return what the next page will say."""
    return [str(message) for message in get_messages(answer.wsgi_request)]
