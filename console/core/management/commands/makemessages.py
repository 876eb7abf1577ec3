"""Collect texts as Django does, and those of the packages that know no Django too."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Looks for the calls of `policies.texts` as well."""

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=worded",
        "--keyword=counted:1,2",
    ]
