"""Count the routes of each namespace."""

from django.db import migrations

from namespaces.tallying import count_rows


class Migration(migrations.Migration):
    dependencies = [
        ("routes", "0005_delegations_and_upstreams"),
        ("namespaces", "0005_tally"),
    ]

    operations = [count_rows("routes_route", kind="route")]
