"""`manage.py grantrole`: give a role from the host, for when nobody can sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.core.actor import system
from console.core.database import bring_up_to_date
from console.core.exceptions import ConsoleError
from directory import selectors as directory_selectors
from namespaces import selectors as namespace_selectors
from namespaces import services as namespace_services
from namespaces.roles import ROLES

ACTOR = system("command grantrole")


class Command(BaseCommand):
    help = "Give a person, or a group, a role on a namespace and what lies below it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("subject", help="e-mail address, or with --group an id")
        parser.add_argument("role", choices=[role.code for role in ROLES])
        parser.add_argument("namespace", help="its path, Global/Engineering")
        parser.add_argument(
            "--group", action="store_true", help="the subject is a directory group's id"
        )

    def handle(
        self, *_: Any, subject: str, role: str, namespace: str, group: bool, **__: Any
    ) -> None:
        bring_up_to_date()
        try:
            place = namespace_selectors.get_namespace_by_path(namespace, actor=ACTOR)
            group_id = directory_selectors.find_group(subject).id if group else None
            user_id = None if group else directory_selectors.find_person(subject).id
            namespace_services.grant_role(
                namespace_id=place.id,
                role=role,
                actor=ACTOR,
                now=timezone.now(),
                reason="granted on the host",
                user_id=user_id,
                group_id=group_id,
            )
        except ConsoleError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{subject} is {role} of {namespace}")
