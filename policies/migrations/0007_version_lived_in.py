"""Note with each version where the policy lived when it was saved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0006_fetched_addresses")]

    operations = [
        migrations.AddField(
            model_name="policyversion",
            name="lived_in",
            field=models.UUIDField(null=True),
        ),
        # Where older ones were saved is not known; where the policy is now comes near.
        migrations.RunSQL(
            "UPDATE policies_policyversion SET lived_in = (SELECT namespace_id FROM "
            "policies_policy WHERE policies_policy.id = policies_policyversion.policy_id)",
            migrations.RunSQL.noop,
        ),
    ]
