from django.db import migrations


def compare_paths_bytewise(apps, schema_editor):
    """Ranges over paths need byte order; PostgreSQL's default ignores slashes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE namespaces_namespace "
            'ALTER COLUMN path TYPE varchar(512) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [("namespaces", "0001_initial")]

    operations = [
        migrations.RunPython(compare_paths_bytewise, migrations.RunPython.noop)
    ]
