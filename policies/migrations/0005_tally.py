"""Count the policies of each namespace."""

from django.db import migrations

from namespaces.tallying import count_rows


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_examples"), ("namespaces", "0005_tally")]

    operations = [count_rows("policies_policy", kind="policy")]
