"""Which tests refuse which hostile case: from roles and hosts to publishing.

Each case is something that an attacker, or an accident, tries. `python -m pytest` with
the names of a row runs it; `tests/architecture/test_hostile_cases.py` says that all
these tests exist.
"""

TREE, SIBLINGS, UNSAFE, HIDDEN = (
    f"tests/permissions/test_{name}.py"
    for name in ("hostile_tree", "hostile_siblings", "unsafe", "hidden")
)
HOSTS, LENT, UPSTREAMS = (
    f"tests/routes/test_{name}.py"
    for name in ("hosts", "delegations", "upstream_ownership")
)
RACES, ROUTE_RACES = "tests/namespaces/test_races.py", "tests/routes/test_races.py"
CROSSOVER = "tests/namespaces/test_rights_crossover.py"
OVERLAPS, ADDRESSES = (
    f"tests/routes/validation/test_{name}.py" for name in ("overlaps", "addresses")
)
UPSTREAM_TEXTS = "tests/routes/validation/test_upstreams.py"
TAMPERING, WRITERS, CHAIN, ROLE = (
    f"tests/console/test_{name}.py"
    for name in ("audit_tampering", "audit_writers", "audit_chain", "database_role")
)
MATRIX = "tests/permissions/test_matrix.py"
AGREEING = "tests/namespaces/test_list_equals_detail.py"
ACCOUNTS = "tests/namespaces/test_accounts.py"
SESSIONS = "tests/gateway/test_sessions.py"

AUTHORIZER, ENVOY = "tests/gateway/authorizer", "tests/gateway/envoy"
HOSTILE = f"{AUTHORIZER}/test_hostile.py"
THROUGH_ENVOY = f"{ENVOY}/test_through_envoy.py"

KILLED = "tests/gateway/test_killed_deployer.py"
DEPLOYING = "tests/gateway/test_deploying.py::TestMakeDeployment"
FOLLOWER = "tests/gateway/test_follower.py"

REGO = "tests/policies/rego"
CHECKING, LIMITS = f"{REGO}/test_checking.py", f"{REGO}/test_limits.py"
QUARANTINE = "tests/policies/test_rego_policies.py::TestQuarantine"

SYNC = "tests/directory/sync"
PROVIDERS = "tests/directory/providers/test_providers.py"
RUNNING, ASSEMBLY, KEEPING, LEASES = (
    f"{SYNC}/test_{name}.py" for name in ("running", "assembly", "keeping", "leases")
)
LDAP, LDAP_RUNS = "tests/directory/providers/test_ldap.py", f"{SYNC}/test_ldap.py"
SECRETS = "tests/directory/test_service_accounts.py::TestServiceAccounts"
MOCK, FAULTY, OUTAGES, OPENID = (
    f"tests/openid/test_{name}.py" for name in ("mock", "faults", "outages", "sign_in")
)
SIGN_IN = "tests/console/test_sign_in.py"
PAYLOADS = "tests/console/test_payloads.py"

CASES: dict[tuple[int, str], tuple[str, ...]] = {
    (1, "a URL, method or subject that nobody decided about"): (
        f"{MATRIX}::test_every_url_and_method_has_its_row",
        f"{MATRIX}::TestCells",
    ),
    (2, "objects of a sibling by their id"): (
        f"{SIBLINGS}::TestSiblings::test_objects_of_a_sibling_are_like_none",
        f"{SIBLINGS}::TestSiblings::test_copies_and_attachments_of_them_are_like_of_none",
        f"{HIDDEN}::TestHidden",
        "tests/console/test_refusals.py::TestRefusals::test_count_probing_for_what_is_hidden",
    ),
    (3, "a list, count or export that shows more than detail pages"): (
        f"{AGREEING}::TestLists::test_agree_with_detail_pages_exports_search_and_counts",
        f"{AGREEING}::TestLists::test_agree_on_five_hundred_trees",
    ),
    (4, "ids of a sibling in a body"): (
        f"{SIBLINGS}::TestSiblings::test_a_body_can_not_name_a_sibling",
    ),
    (5, "granting above one's own rights, or to oneself"): (
        f"{TREE}::TestGrantingAboveOnesRights::test_takes_an_admin_of_the_place",
        f"{TREE}::TestGrantingAboveOnesRights::test_nobody_edits_their_own_role",
    ),
    (7, "moving a subtree with rights on one end, or out of a ceiling's past"): (
        f"{TREE}::TestMovingASubtree::test_needs_an_admin_of_both_ends_whatever_the_page_offers",
        f"{TREE}::TestMovingASubtree::test_leaves_no_link_to_the_old_place_and_takes_on_the_new_one",
    ),
    (9, "cycles and orphans, also by two at once"): (
        f"{TREE}::TestCycles::test_a_namespace_is_not_moved_below_itself",
        f"{TREE}::TestCycles::test_of_two_moves_below_each_other_the_second_is_refused",
        f"{TREE}::TestCycles::test_nothing_is_created_in_what_is_gone",
        f"{RACES}::test_of_two_moves_into_each_other_one_wins",
        f"{RACES}::test_no_child_outlives_its_parent",
    ),
    (10, "a root without an admin"): (
        f"{TREE}::TestTheLastAdmin::test_does_not_vanish",
        f"{TREE}::TestTheLastAdmin::test_an_empty_group_or_the_deactivated_are_none",
        f"{RACES}::test_of_two_last_admins_who_go_one_stays",
    ),
    (12, "acting on rights that have ended"): (
        f"{TREE}::TestRightsThatEnd::test_a_write_does_not_rest_on_rights_that_were_read_before",
        f"{TREE}::TestRightsThatEnd::test_an_open_form_and_a_session_lose_a_role_at_once",
    ),
    (14, "the deactivated, and rights on what takes a place anew"): (
        f"{TREE}::TestRightsThatEnd::test_the_deactivated_are_nobody",
        f"{TREE}::TestRightsThatEnd::test_no_right_survives_on_what_takes_a_place_anew",
    ),
    (15, "fields that a body must not set"): (f"{UNSAFE}::TestBodies",),
    (16, "a viewer who sets something off"): (
        f"{TREE}::TestViewers::test_do_not_set_off_anything",
    ),
    (18, "an answer from the rights of another"): (
        f"{TREE}::test_case_18_no_answer_is_made_from_the_rights_of_another",
        f"{CROSSOVER}::test_no_answer_is_made_from_the_rights_of_another",
    ),
    (36, "policies that read the environment"): (
        f"{CHECKING}::test_calls_outside_of_the_list_are_refused_with_their_line",
        f"{REGO}/test_sandbox.py::test_nothing_can_be_reached_from_inside",
        f"{REGO}/test_sandbox.py::test_a_worker_has_an_empty_environment_and_no_files",
    ),
    (37, "policies that reach for the network, or stand in for built-ins"): (
        f"{CHECKING}::test_calls_outside_of_the_list_are_refused_with_their_line",
        f"{CHECKING}::TestFetching",
        "tests/gateway/authorizer/test_rego.py::TestFetching",
    ),
    (38, "policies that take all time or memory, also fifty at once"): (
        f"{LIMITS}::test_a_hostile_text_is_denied_and_the_next_one_answered",
        f"{LIMITS}::test_a_hostile_text_is_denied_within_200_ms",
        f"{LIMITS}::TestThePool::test_keeps_a_worker_free_of_each_namespace",
        f"{REGO}/test_lanes.py::TestLanes",
        f"{REGO}/test_lanes.py::TestRest",
    ),
    (39, "policies that crash the engine"): (
        f"{LIMITS}::test_what_others_die_of_is_answered",
        f"{LIMITS}::TestThePool::test_has_a_new_worker_for_each_that_is_lost",
        f"{QUARANTINE}::test_begins_at_the_third_strike",
    ),
    (41, "results that mean nothing"): (
        f"{CHECKING}::test_a_result_without_meaning_is_refused",
        f"{REGO}/test_outputs.py::test_a_malformed_deny_denies_and_a_malformed_allow_allows_nobody",
    ),
    (42, "rules that contradict for some requests only"): (
        f"{CHECKING}::TestTrying::test_finds_rules_that_contradict_for_a_header",
        f"{REGO}/test_outputs.py::test_what_went_wrong_denies",
    ),
    (43, "other packages, other modules' data, records that nobody listed"): (
        f"{CHECKING}::test_what_would_mean_nothing_is_refused_at_save",
        f"{REGO}/test_engine.py::TestTheWorld::test_is_empty_but_for_the_module",
        f"{REGO}/test_engine.py::TestRecords::test_of_other_types_are_null",
        "tests/gateway/authorizer/test_rego.py::TestTheConsole::test_records_each_refused_type_once",
    ),
    (46, "two namespaces on one host, in any spelling, also at once"): (
        f"{HOSTS}::TestOneOwner::test_refuses_every_spelling_to_a_second_namespace",
        f"{ROUTE_RACES}::test_of_two_claims_for_one_host_one_wins",
    ),
    (47, "paths of a host that another owns"): (
        f"{HOSTS}::TestOneOwner::test_only_the_owner_adds_paths",
        f"{LENT}::TestPaths::test_let_them_publish_nothing_else",
        f"{OVERLAPS}::test_exact_paths_come_first_then_expressions_then_longer_prefixes",
    ),
    (48, "wildcards over hosts of others, and such that no zone covers"): (
        f"{HOSTS}::TestWildcards::test_refuses_wildcards_that_reach_over_others",
        f"{HOSTS}::TestWildcards::test_owners_from_before_keep_their_hosts",
        f"{ADDRESSES}::test_refuses_a_wildcard_that_reaches_over_others",
        f"{LENT}::TestZones::test_are_no_public_suffixes_and_no_multi_level_wildcards",
    ),
    (50, "the upstream of another namespace"): (
        f"{UPSTREAMS}::TestTheft::test_of_an_upstream_is_refused_to_another_namespace",
        f"{UPSTREAMS}::TestTheft::test_is_refused_on_every_way_in",
        f"{UPSTREAMS}::TestConsent::test_is_recorded_where_the_owner_reads_it",
    ),
    (51, "an upstream that is this machine or a metadata service, in any spelling"): (
        f"{UPSTREAM_TEXTS}::test_refuses_the_machine_itself_its_neighbors_and_metadata",
        f"{UPSTREAM_TEXTS}::test_every_spelling_of_an_address_gets_the_answer_of_the_plain_one",
    ),
    (54, "a path or host that two readers take for two"): (
        f"{ENVOY}/test_path_confusion.py::test_policies_see_what_the_upstream_gets",
        f"{HOSTILE}::TestPaths",
        f"{THROUGH_ENVOY}::test_a_path_that_others_might_read_otherwise_is_refused",
        f"{AUTHORIZER}/test_http_protocol.py::TestRefusals::test_refuses_what_has_two_readings",
    ),
    (56, "a freed host before its week is over"): (
        f"{HOSTS}::TestRest::test_refuses_it_to_others_for_a_week",
        f"{HOSTS}::TestRest::test_a_restore_after_another_claimed_it_shows_the_conflict",
        f"{HOSTS}::TestRest::test_a_namespace_that_goes_leaves_its_hosts_resting",
        f"{SESSIONS}::TestOwners::test_sessions_do_not_carry_over_to_another_owner",
        f"{SESSIONS}::TestOwners::test_a_code_from_before_counts_no_more",
    ),
    (65, "a page of a directory that fails, whichever and however"): (
        f"{PROVIDERS}::TestEnumeration::test_fails_at_every_page_with_every_fault_and_names_it",
        f"{PROVIDERS}::test_refuses_json_that_says_it_is_something_else",
        f"{LDAP}::TestFaults::test_fails_at_every_page_with_every_fault_and_names_it",
        f"{SYNC}/test_faults.py::test_takes_nothing_away_whichever_page_of_a_provider_fails",
        f"{SYNC}/test_faults.py::test_takes_nothing_away_by_any_fault_of_any_page",
        f"{LDAP_RUNS}::test_changes_nothing_when_a_page_fails",
    ),
    (66, "mass loss, and mass gain of who lets people in"): (
        f"{RUNNING}::TestBrake::test_holds_an_empty_answer",
        f"{RUNNING}::TestBrake::test_has_no_floor",
        f"{RUNNING}::TestBrake::test_holds_a_used_group_that_is_emptied",
        f"{RUNNING}::TestBrake::test_holds_the_growth_of_a_group_that_lets_people_in",
    ),
    (68, "being throttled, and a secret that was rotated in the middle"): (
        "tests/directory/providers/test_throttling.py::test_retry_after_is_obeyed_within_limits",
        "tests/directory/providers/test_throttling.py::test_a_provider_that_throttles_for_ever_ends_the_run",
        f"{PROVIDERS}::TestEnumeration::test_obeys_being_throttled",
        f"{PROVIDERS}::TestEnumeration::test_stops_at_once_when_the_credential_is_refused",
        f"{RUNNING}::TestFailure::test_stops_without_a_storm_when_the_secret_was_rotated",
    ),
    (69, "ids that stand twice or collide, also in two directories"): (
        f"{ASSEMBLY}::TestIds",
        f"{RUNNING}::TestRun::test_attaches_nothing_to_a_person_or_group_of_another_directory",
        f"{LDAP_RUNS}::TestIncremental::test_gives_nothing_to_who_takes_the_name_of_another",
    ),
    (71, "groups in groups: round in circles, deep, many"): (
        f"{ASSEMBLY}::TestNesting",
        "tests/directory/providers/test_slapd.py::test_counts_groups_in_groups_round_in_a_circle",
        "tests/directory/providers/test_slapd.py::test_reads_ten_thousand_people_in_a_thousand_nested_groups",
    ),
    (72, "a worker that is killed, at any statement and any moment"): (
        f"{SYNC}/test_crashes.py::test_a_killed_worker_s_run_ends_as_if_it_had_lived",
        f"{SYNC}/test_killed.py::test_a_killed_worker_leaves_the_old_state_or_the_new_one",
        f"{KEEPING}::TestCutOffRun::test_asks_for_no_page_again_that_it_had_read",
        f"{LDAP_RUNS}::TestCutOffRun::test_asks_for_no_list_again_that_was_whole",
    ),
    (73, "two workers, and a run that is delivered twice"): (
        f"{LEASES}::TestOneAtATime",
        f"{LEASES}::TestSchedule::test_starts_what_is_due_once",
    ),
    (75, "a next link to elsewhere, in circles or without end"): (
        f"{PROVIDERS}::test_refuses_a_next_link_to_another_origin",
        f"{PROVIDERS}::test_refuses_pages_that_lead_in_a_circle",
        f"{PROVIDERS}::test_refuses_the_same_page_under_ever_new_cursors",
        f"{PROVIDERS}::test_ends_at_the_page_cap",
        f"{PROVIDERS}::TestEnumeration::test_refuses_a_redirect",
    ),
    (77, "another destination for a secret that stays masked"): (
        f"{SECRETS}::test_demand_the_secret_again_when_it_would_go_elsewhere",
        f"{SECRETS}::test_demand_each_secret_again_also_when_certificates_change",
        "tests/openid/test_settings.py::TestSettings::test_take_the_secret_again_for_another_issuer",
        "tests/openid/test_identities.py::TestApi::test_changes_the_settings_of_sign_in_by_version",
    ),
    (78, "a secret read back"): (
        f"{SECRETS}::test_leave_no_secret_in_rows_events_and_answers",
        "tests/directory/test_service_accounts.py::TestPages::test_do_not_send_a_secret_back_when_the_form_is_wrong",
        f"{KEEPING}::TestCutOffRun::test_keeps_what_was_read_sealed_and_no_longer_than_it_runs",
    ),
    (79, "changes since a moment that is forgotten, foreign or older"): (
        f"{KEEPING}::TestIncremental",
        f"{LDAP_RUNS}::TestIncremental",
        "tests/directory/providers/test_slapd_changes.py::test_tells_after_any_change_what_a_reading_in_full_tells",
    ),
    (80, "state, nonce and code: missing, used, of another browser"): (
        f"{MOCK}::TestAnswer",
        f"{FAULTY}::TestAnswer",
    ),
    (81, "every fault of an ID token"): (
        f"{MOCK}::TestToken::test_with_a_fault_is_refused",
        f"{FAULTY}::TestToken",
    ),
    (82, "an e-mail address taken for identity"): (
        f"{MOCK}::TestEmail",
        f"{OPENID}::TestEmailIsNoIdentity",
        "tests/openid/test_identities.py::TestLink",
    ),
    (84, "an access token for another client"): (
        f"{MOCK}::test_access_token_of_another_client_opens_nothing",
    ),
    (85, "a way back to elsewhere, forged forms, frames, sign-out by a link"): (
        f"{MOCK}::test_way_back_leads_to_no_other_host",
        f"{FAULTY}::TestWays",
        f"{UNSAFE}::TestForgery",
        f"{SIGN_IN}::TestSignOut",
        f"{SIGN_IN}::TestSession::test_lets_no_page_of_another_origin_read",
    ),
    (86, "a planted session"): (
        f"{MOCK}::test_session_gets_another_id_and_the_planted_one_is_dead",
        f"{OPENID}::TestSession::test_gets_a_new_id_and_the_planted_one_is_dead",
        f"{SIGN_IN}::TestSession::test_gets_a_new_id_when_roles_change",
    ),
    (87, "a session that is over, by any method"): (
        f"{MOCK}::test_session_that_is_over_counts_for_no_method",
        f"{OPENID}::TestSession::test_that_is_over_counts_for_no_method",
    ),
    (90, "a provider that hangs, fails, floods or rotates its keys"): (
        f"{MOCK}::TestOutage",
        f"{OUTAGES}::TestOutage",
        f"{OUTAGES}::TestKeys",
    ),
    (91, "scripts and formulas in names and claims"): (
        f"{PAYLOADS}::test_a_payload_stays_text_on_every_page",
        "tests/functional/test_payloads.py::test_no_payload_becomes_part_of_any_page",
        "tests/console/test_listing.py::TestCsv::test_takes_the_power_from_formulas",
    ),
    (92, "forged source addresses, and guesses from many"): (
        "tests/directory/test_client_address.py",
        f"{SIGN_IN}::TestThrottle",
    ),
    (100, "a change without its event, and an event without its change"): (
        f"{UNSAFE}::TestEvents",
        f"{UNSAFE}::TestForgery",
        f"{CHAIN}::test_goes_on_behind_what_stayed_when_a_part_was_taken_back",
        "tests/routes/test_saving.py::TestCreateRoutes::test_thousands_write_an_event_each_or_none",
    ),
    (101, "an audit log that was changed, cut or swapped, or is read from outside"): (
        f"{TAMPERING}::test_every_mutation_is_found_at_the_first_event_that_it_makes_wrong",
        f"{TAMPERING}::TestVerifyAudit::test_a_tail_that_was_cut_with_every_trace_in_the_database",
        f"{TAMPERING}::TestVerifyAudit::test_an_older_table_that_was_swapped_in_and_written_on",
        f"{ROLE}::TestTheRole::test_changes_nothing_that_was_written",
        "tests/console/test_api.py::TestAudit::test_hides_single_events_as_well",
    ),
    (102, "forks, gaps and duplicates by many writers"): (
        f"{WRITERS}::test_leave_one_chain_without_fork_gap_or_duplicate",
        f"{CHAIN}::test_goes_on_behind_what_others_wrote_meanwhile",
    ),
    (104, "a kill between a change and the proxies"): (
        f"{KILLED}::test_each_committed_change_arrives_once_and_in_order",
        f"{KILLED}::test_what_a_killed_run_left_is_in_force_within_seconds",
        f"{DEPLOYING}::test_leaves_nothing_behind_when_it_dies_on_the_way",
    ),
    (105, "two runs that deploy, and one that was stopped and goes on"): (
        f"{KILLED}::test_a_run_that_was_stopped_for_too_long_writes_nothing",
        f"{KILLED}::test_a_run_that_takes_long_keeps_its_lease",
        f"{DEPLOYING}::test_leaves_it_to_the_run_that_makes_one",
        f"{DEPLOYING}::test_writes_nothing_once_another_run_took_over",
        f"{FOLLOWER}::TestRefusal::test_refuses_to_go_back_to_an_older_one",
    ),
    (107, "what neither the old nor the new state allows"): (
        "tests/gateway/test_atomicity.py::test_each_snapshot_is_what_was_committed",
        "tests/gateway/test_atomicity.py::TestMeanwhile::test_no_build_sees_half_of_a_pair",
    ),
    (108, "a snapshot that is damaged, foreign, older or refused by Envoy"): (
        f"{FOLLOWER}::TestRefusal",
        f"{HOSTILE}::TestBadSnapshots",
        f"{ENVOY}/test_agent.py::test_a_deployment_that_envoy_refuses_leaves_the_last_good_one",
        "tests/gateway/test_deployment_pages.py::TestPages::test_proxies_show_drift_and_silence",
        "tests/gateway/test_deployment_pages.py::TestPages::test_whoever_watches_is_told_after_a_minute",
    ),
    (110, "a decision while something is broken, late or unreadable"): (
        f"{AUTHORIZER}/test_never_consents.py::test_a_fault_never_turns_a_refusal_into_consent",
        f"{HOSTILE}::TestWithoutTheStream",
        f"{HOSTILE}::TestClocks",
        f"{HOSTILE}::TestForeignPolicies",
        f"{AUTHORIZER}/test_http_protocol.py::TestRefusals",
        f"{THROUGH_ENVOY}::test_without_an_authorizer_nobody_gets_in",
    ),
    (111, "whoever asks for a decision and is no proxy, or says who they are"): (
        f"{HOSTILE}::TestWhoAsks",
        f"{AUTHORIZER}/test_grpc.py::test_who_lacks_the_proxys_secret_is_not_answered",
        f"{AUTHORIZER}/test_http_protocol.py::TestRefusals::test_takes_no_secret_from_behind_a_body",
        f"{AUTHORIZER}/test_other_proxies.py::TestBoth::test_takes_nothing_that_a_client_says_under_our_names",
        f"{AUTHORIZER}/test_own_paths.py::TestCallback::test_refuses_the_code_of_another_browser",
        f"{THROUGH_ENVOY}::test_headers_that_say_who_asks_are_ours_alone",
        "tests/gateway/test_sessions.py::TestBeginSession::test_a_code_counts_once",
    ),
    (113, "a roll-back, a database older than the proxies, an import that breaks"): (
        "tests/gateway/test_rolling_back.py::TestRollBack",
        f"{DEPLOYING}::test_goes_on_above_a_number_that_proxies_have_seen",
        f"{FOLLOWER}::TestPeople::test_reads_everything_when_the_source_went_back",
        f"{FOLLOWER}::TestRefusal::test_keeps_the_last_good_snapshot",
        "tests/routes/imports/test_applying.py::TestApplying::test_leaves_nothing_behind_when_it_breaks",
        "tests/routes/imports/test_importing.py::TestRights::test_a_host_of_another_namespace_is_refused_in_its_place",
    ),
}
