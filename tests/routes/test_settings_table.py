"""The table itself: complete, unambiguous, and fit for forms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from routes import settings_table
from routes.settings_table import BY_KEY, SECTIONS, TABLE, Kind, Setting, reference


def everything(fields: tuple[Setting, ...] = TABLE) -> Iterator[Setting]:
    for setting in fields:
        yield setting
        yield from everything(setting.fields)


def test_every_spelling_names_one_setting() -> None:
    spellings = [s for setting in TABLE for s in (setting.key, *setting.aliases)]

    assert len(spellings) == len(set(spellings))


def test_settings_and_policies_share_no_key() -> None:
    assert not settings_table.POLICY_KEYS & settings_table.BY_SPELLING.keys()
    assert not settings_table.REMOVED_KEYS.keys() & settings_table.BY_SPELLING.keys()


def test_every_setting_is_in_a_section_and_every_section_has_settings() -> None:
    codes = {section.code for section in SECTIONS}

    assert {setting.section for setting in TABLE} == codes


@pytest.mark.parametrize("setting", list(everything()), ids=lambda s: s.key)
def test_people_can_read_what_it_is(setting: Setting) -> None:
    assert setting.label
    assert setting.help.endswith((".", "%"))
    assert setting.kind is not Kind.ENUM or setting.choices


def test_constraints_speak_of_settings_that_exist() -> None:
    for constraint in settings_table.CONSTRAINTS:
        known = BY_KEY[constraint.within].by_key if constraint.within else BY_KEY
        assert known.keys() >= set(constraint.keys)
    for need in settings_table.NEEDS:
        assert BY_KEY.keys() >= {need.key, *need.others}


def test_credentials_are_secret() -> None:
    words = ("secret", "token", "_key")
    plain = {"tls_client_cert", "bearer_token_format", "token_url"}
    suspects = {
        setting.key
        for setting in everything()
        if any(word in setting.key for word in words)
        and setting.kind in {Kind.TEXT, Kind.PRIVATE_KEY}
    }

    assert suspects - plain == {s.key for s in everything() if s.secret}


CORE_KEYS = """
allow_spdy allow_upgrades allow_websockets bearer_token_format
circuit_breaker_thresholds depends_on description
enable_google_cloud_serverless_authentication from health_checks
healthy_panic_threshold host_path_regex_rewrite_pattern
host_path_regex_rewrite_substitution host_rewrite host_rewrite_header
identity_providers idle_timeout idp_access_token_allowed_audiences
idp_client_id idp_client_secret jwt_groups_filter jwt_issuer_format
kubernetes_service_account_token kubernetes_service_account_token_file
load_balancing_policy logo_url mcp name outlier_detection
pass_identity_headers path prefix prefix_rewrite preserve_host_header
redirect regex regex_priority_order regex_rewrite_pattern
regex_rewrite_substitution remove_request_headers response
rewrite_response_headers session_recording set_request_headers
set_response_headers show_error_details timeout tls_client_cert
tls_client_cert_file tls_client_key tls_client_key_file tls_custom_ca
tls_custom_ca_file tls_downstream_client_ca tls_downstream_client_ca_file
tls_downstream_server_name tls_server_name tls_skip_verify
tls_upstream_allow_renegotiation tls_upstream_server_name to
upstream_tunnel
"""


def test_core_settings_of_a_route_are_all_there() -> None:
    core = set(CORE_KEYS.split())

    assert core <= BY_KEY.keys()
    assert BY_KEY.keys() - core == {"jwt_groups_filter_infer_from_ppl"}


def test_the_manual_is_what_the_table_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "route-settings.md"

    assert page.read_text(encoding="utf-8") == reference.describe_all()
