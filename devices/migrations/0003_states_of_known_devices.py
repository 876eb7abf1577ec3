"""Devices that are there already get the state and the fingerprint that they lack."""

import hashlib

from django.db import migrations

ENCLAVE = {
    "attachment": "platform",
    "user_verification": "required",
    "attestation": "verified",
}


def forward(apps, schema_editor):
    enrollments = apps.get_model("devices", "DeviceEnrollment")
    enrollments.objects.filter(approved_at__isnull=False).update(status="approved")
    credentials = apps.get_model("devices", "DeviceCredential")
    for one in credentials.objects.filter(fingerprint="").iterator():
        parts = (
            one.user_id,
            one.device_type_id,
            one.external_id,
            bytes(one.public_key).hex(),
            one.aaguid,
            one.attestation_format,
            one.attestation_trust,
        )
        text = "\n".join(str(part) for part in parts)
        one.fingerprint = hashlib.sha256(text.encode()).hexdigest()
        one.save(update_fields=["fingerprint"])
    types = apps.get_model("devices", "DeviceType")
    types.objects.filter(code="enclave_only", built_in=True).update(**ENCLAVE)


class Migration(migrations.Migration):
    dependencies = [("devices", "0002_enrollment_workflow")]

    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
