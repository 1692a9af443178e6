//! Plays every transcript against the server machine: whole, octet by octet, and cut at random.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail"
)]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "its numbers are small and its words few"
)]
#![cfg(feature = "sasl")]

#[path = "harness/settings.rs"]
mod settings;
#[path = "harness/transcript.rs"]
mod transcript;

use transcript::{Cut, play};

fn every_cut(name: &str, text: &str) {
    play(name, text, Cut::Whole);
    play(name, text, Cut::Octets);
    for seed in 0..splits() {
        play(name, text, Cut::Random(seed));
    }
}

/// How many ways of cutting at random: `MAILWRIGHT_SPLITS`, else 20.
fn splits() -> u64 {
    std::env::var("MAILWRIGHT_SPLITS").ok().and_then(|splits| splits.parse().ok()).unwrap_or(20)
}

macro_rules! transcripts {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            every_cut(stringify!($name), include_str!(concat!("transcripts/", stringify!($name), ".txt")));
        })*

        #[test]
        fn every_file_is_played() {
            let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts"))
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap().replace(".txt", ""))
                .collect();
            files.sort();
            assert_eq!(files, [$(stringify!($name)),*]);
        }
    };
}

transcripts! {
    a_login_without_an_answer_is_put_off
    a_refused_bearer_token_is_told_in_a_challenge_first
    a_refused_token_is_told_in_a_challenge_first
    advice_s023_an_answer_that_never_comes_is_a_deferral
    advice_s096_a_login_is_demanded_before_mail
    advice_s097_tls_is_demanded_before_mail
    an_unanswered_greeting_is_421
    etrn_is_asked_where_it_is_offered
    implicit_tls_comes_before_the_greeting
    limits_on_transactions_and_on_domains
    lmtp_a_refused_message_is_refused_for_each_recipient
    lmtp_each_recipient_has_its_reply
    lmtp_knows_no_helo_and_smtp_no_lhlo
    lmtp_ready_replies_leave_first
    lmtp_without_recipients_data_is_503_and_the_last_chunk_has_no_reply
    smtp_b01_threat_l01_lf_dot_crlf_is_no_end
    smtp_b01_threat_l01_lf_dot_lf_is_no_end
    smtp_b02_threat_l01_cr_dot_cr_is_no_end
    smtp_b02_threat_l01_cr_dot_crlf_is_no_end
    smtp_b02_threat_l01_cr_dot_lf_is_no_end
    smtp_b02_threat_l01_crlf_dot_cr_is_no_end
    smtp_b02_threat_l01_crlf_dot_lf_is_no_end
    smtp_b02_threat_l01_lf_dot_cr_is_no_end
    smtp_b02_threat_l01_lf_dotdot_lf_is_no_end
    smtp_b02_threat_l02_crcrlf_dot_crcrlf_is_no_end
    smtp_b02_threat_l02_crlf_dot_crcrcrlf_is_no_end
    smtp_b02_threat_l02_crlf_dot_crcrlf_is_no_end
    smtp_b02_threat_l05_blank_before_the_dot_is_no_end
    smtp_b02_threat_l05_blank_behind_the_dot_is_no_end
    smtp_b02_threat_l05_nul_before_the_dot_is_no_end
    smtp_b02_threat_l05_two_dots_is_no_end
    smtp_b02_threat_l06_form_feed_is_no_end
    smtp_b02_threat_l06_line_separator_is_no_end
    smtp_b02_threat_l06_next_line_is_no_end
    smtp_b02_threat_l06_vertical_tab_is_no_end
    smtp_b03_threat_l03_cr_crlf_dot_crlf_ends
    smtp_b04_threat_l07_dot_at_once_is_an_empty_message
    smtp_b05_threat_l08_the_first_line_is_unstuffed_too
    smtp_b07_octets_behind_the_dot_stay_for_the_next_command
    smtp_b08_threat_l10_a_too_large_message_is_read_to_its_dot
    smtp_b08_threat_l11_a_message_without_end_is_cut_off
    smtp_b09_bare_newlines_are_noted
    smtp_b09_smtp_b12_bare_newlines_are_normalised_and_end_nothing
    smtp_b10_a_lone_lf_ends_a_command_where_that_is_allowed
    smtp_b10_threat_l12_a_lone_lf_ends_no_command
    smtp_b10_threat_l13_mail_lf_rcpt_is_one_bad_line
    smtp_b16_a_text_line_of_1000_octets_and_no_more
    smtp_b16_parameters_make_room_in_the_line
    smtp_b16_threat_r03_a_command_line_of_512_octets_and_no_more
    smtp_b31_threat_s17_threat_s18_parameters_are_checked
    smtp_b32_a_chunk_length_that_overflows_ends_the_session
    smtp_b35_a_hold_is_as_long_as_was_offered_and_no_longer
    smtp_b36_arguments_where_none_belong
    smtp_b37_noop_takes_any_argument
    smtp_b39_a_helo_client_gets_no_extensions
    smtp_b40_a_tls_hello_ends_the_session
    smtp_b40_threat_s12_connect_ends_the_session
    smtp_b40_threat_s12_get_ends_the_session
    smtp_b40_threat_s12_post_ends_the_session
    smtp_b40_what_is_swallowed_is_no_protocol
    smtp_b41_smtp_b42_threat_s02_a_hello_resets_the_transaction_and_keeps_the_login
    smtp_b42_rset_before_any_hello
    smtp_b43_advice_s024_data_when_all_recipients_were_refused
    smtp_b43_mail_inside_a_transaction
    smtp_b44_a_refused_data_leaves_the_transaction
    smtp_b44_threat_s04_the_transaction_is_gone_with_the_dot
    smtp_b45_a_refused_recipient_leaves_the_others
    smtp_b47_size_is_checked_at_mail_and_at_the_dot
    smtp_b48_a_refused_sender_may_try_again
    smtp_b49_a_greeting_of_421_closes
    smtp_b49_a_greeting_of_521_leaves_only_quit
    smtp_b49_a_greeting_of_554_leaves_only_quit
    smtp_b50_a_shutdown_waits_for_a_message_that_is_being_stored
    smtp_b50_advice_s034_a_shutdown_says_421_and_withdraws
    smtp_b50_threat_s22_a_host_says_421
    smtp_b51_quit_inside_a_transaction
    smtp_b51_the_end_of_the_connection_comes_in_its_turn
    smtp_b51_the_end_of_the_connection_inside_the_text_drops_the_message
    smtp_b51_threat_s08_quit_twice
    smtp_b52_a_ready_reply_waits_for_no_later_ask
    smtp_b52_pipelined_recipients_are_answered_in_any_order
    smtp_b52_recipients_wait_for_the_sender
    smtp_b53_a_login_of_one_message_may_stand_in_a_group
    smtp_b53_an_early_talker_is_refused_during_the_delay
    smtp_b53_every_other_login_ends_a_group
    smtp_b53_pipelining_behind_a_hello_is_noted_or_refused
    smtp_b53_threat_s13_an_early_talker_is_noted
    smtp_b54_a_reply_is_held_back
    smtp_b54_errors_are_slowed_down
    smtp_b54_failed_logins_are_slowed_down_and_ended
    smtp_b54_idle_commands_use_the_budget_up
    smtp_b54_refused_recipients_use_the_budget_up
    smtp_b54_threat_s16_unknown_commands_use_the_budget_up
    smtp_b55_vrfy_and_expn_are_asked_where_the_settings_say_so
    smtp_b55_vrfy_and_expn_tell_nothing
    smtp_b56_threat_b08_bdat_0_last
    smtp_b57_a_chunk_without_end_is_cut_off
    smtp_b57_threat_b03_a_refused_chunk_is_swallowed
    smtp_b58_threat_b04_after_a_failed_chunk_only_a_reset_helps
    smtp_b58_threat_b09_a_chunk_that_passes_the_limit
    smtp_b59_threat_s19_data_behind_chunks_or_for_a_binary_body
    smtp_b60_only_last_ends_a_message_in_chunks
    smtp_b61_threat_b06_threat_b07_a_chunk_is_opaque
    smtp_b62_threat_t01_octets_behind_starttls_are_refused_by_policy
    smtp_b62_threat_t01_octets_behind_starttls_are_thrown_away
    smtp_b64_threat_t05_threat_s07_tls_forgets_hello_and_login
    smtp_b65_starttls_that_is_not_offered
    smtp_b65_threat_t06_starttls_out_of_place
    smtp_b67_a_cram_md5_exchange
    smtp_b67_a_scram_exchange
    smtp_b67_advice_s098_clear_text_mechanisms_need_tls
    smtp_b67_no_login_in_clear_where_tls_is_demanded
    smtp_b67_threat_u05_auth_out_of_place
    smtp_b68_threat_u01_threat_u02_threat_u09_cancel_empty_and_bad_responses
    smtp_b69_unknown_mechanisms_and_login_with_a_name
    smtp_b70_threat_u10_auth_at_mail
    smtp_b72_requiretls_needs_tls
    smtp_b91_a_client_that_says_nothing
    smtp_b91_a_minimum_data_rate
    smtp_b91_dripping_in_a_chunk
    smtp_b91_dripping_in_a_login_and_in_a_chunk
    smtp_b91_the_clients_time_stands_still_while_a_question_is_open
    smtp_b91_threat_r01_dripping_octets_win_no_time
    smtp_b91_threat_r01_dripping_text_wins_no_time
    smtp_b93_the_reply_to_a_hello_is_one_write
    smtp_b94_the_proxy_header_comes_before_the_greeting
    smtp_b94_the_proxy_header_from_a_stranger
    smtp_b94_the_proxy_header_is_required
    smtp_b94_the_proxy_header_is_timed
    smtp_b94_xclient_begins_again
    smtp_b94_xclient_from_a_stranger
    smtp_b94_xclient_that_is_not_set_up
    the_greeting_is_held_back
    threat_b03_chunks_are_swallowed_where_they_are_not_offered
    threat_l12_cr_and_nul_inside_a_command_are_errors
    threat_l14_a_quoted_local_part_holds_no_newline
    threat_l15_eight_bit_paths_need_smtputf8
    threat_l16_invalid_utf8_is_refused_with_smtputf8_too
    threat_l17_nul_in_an_argument_is_an_error
    threat_l18_marks_that_nobody_sees_are_refused_in_a_hello
    threat_r01_a_line_without_end_is_cut_off
    threat_s03_a_refused_hello_changes_nothing
    threat_s09_auth_again_after_success
    threat_s10_rset_behind_open_asks_cancels_nothing
    threat_s10_rset_between_challenge_and_response_is_a_response
    threat_s13_pipelining_behind_a_hello_is_refused_by_policy
    threat_s14_a_whole_transaction_in_one_segment
    threat_s15_body_lines_behind_a_refused_data_are_commands
    threat_t08_a_failed_handshake_ends_the_session
    threat_u03_a_response_of_12288_octets_and_no_more
    threat_u04_plain_with_any_number_of_zero_octets
    threat_u05_a_password_behind_a_refused_auth_runs_nothing
    threat_u05_three_failures_end_the_session
    threat_u11_user_names_are_opaque
}
