//! Refusals with a catch: codes that lie, words with two meanings, odd forms, waits.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use mailwright_reply::Cause::*;
use mailwright_reply::Lasting::{Permanent, Temporary, UntilFixed};
use mailwright_reply::{
    Attempt, Blame, Cause, Change, Ending, Heard, Host, Lasting, Next, NoHost, Refusal, ReplyCode,
    ReplyParser, Rules, Stage, Strength, TlsFault, Verdict, Whom, classify, fold, standard,
};

const GOOGLE: &str = "aspmx.l.google.com";
const MICROSOFT: &str = "x.mail.protection.outlook.com";
const YAHOO: &str = "mta5.am0.yahoodns.net";

fn verdict(text: &str, host: &str, stage: &str) -> Verdict {
    let mut refusal = Refusal::from_text(text.as_bytes());
    if !host.is_empty() {
        refusal = refusal.with_host(host);
    }
    if !stage.is_empty() {
        refusal = refusal.with_stage(stage.parse().unwrap());
    }
    classify(&refusal, Rules::built_in())
}

fn ended(stage: Stage, ending: Ending) -> Verdict {
    classify(&Refusal::from_attempt(&Attempt::new(stage, ending)), Rules::built_in())
}

/// One test a line: name, reply, host, stage, cause, how long.
macro_rules! outcomes {
    ($($name:ident: $text:expr, $host:expr, $stage:expr => $cause:expr, $lasting:expr;)*) => {
        $(#[test]
        fn $name() {
            let found = verdict($text, $host, $stage);
            let rule = found.why.rule.and_then(|number| Rules::built_in().rule(number));
            assert_eq!((found.cause, found.lasting), ($cause, $lasting), "{} by {rule:?}", $text);
        })*
    };
}

outcomes! {
    // Codes that lie.
    outcome_e001_user_unknown_with_451: "451 4.3.0 <a@x.example>: User unknown", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e002_a_verifier_quotes_an_unknown_user: "450 4.1.1 <a@x.example>: Recipient address rejected: unverified address: host mx.example[192.0.2.1] said: 550 5.1.1 User unknown", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e003_a_verifier_is_still_busy: "450 4.1.1 <a@x.example>: Recipient address rejected: unverified address: Address verification in progress", "", "rcpt" => System, Temporary;
    outcome_e004_deferred_for_ever: "421 4.7.1 [TS03] All messages from 192.0.2.5 will be permanently deferred; Retrying will NOT succeed", YAHOO, "mail" => Reputation, Permanent;
    outcome_e005_relay_and_unknown_about_our_habits: "451 VS1-MF Excessive unknown recipients - possible Open Relay (#4.4.5)", YAHOO, "rcpt" => Reputation, UntilFixed;
    outcome_e006_relay_denied_with_454: "454 4.7.1 <a@x.example>: Relay access denied", "", "rcpt" => RelayDenied, Permanent;
    outcome_e007_frequency_limited_with_550: "550 Sender frequency limited", "mx3.qq.com", "" => RateLimited, Temporary;
    outcome_e008_connection_limit_as_unknown_user: "550 5.1.1 <a@x.example> Too much. IB607", "smtp.secureserver.net", "rcpt" => RateLimited, Temporary;
    outcome_e009_mail_comes_too_quickly_for_a_mailbox: "550-5.2.1 The user you are trying to contact is receiving mail too quickly.\n550 5.2.1 Please resend later", GOOGLE, "rcpt" => RateLimited, Temporary;
    outcome_e010_unusual_rate: "550 5.7.1 Our system has detected an unusual rate of unsolicited mail originating from your address", GOOGLE, "dot" => RateLimited, Temporary;
    outcome_e011_too_many_recipients_with_552: "552 Too many recipients", "", "rcpt" => RateLimited, Temporary;
    outcome_e011_552_with_5_5_3: "552 5.5.3 Enough", "", "rcpt" => RateLimited, Temporary;
    outcome_e012_text_against_code: "552 Mailbox is over quota, try again later", "", "rcpt" => MailboxFull, Temporary;
    outcome_e013_temporarily_with_553: "553 Service temporarily unavailable", "", "rcpt" => System, Temporary;
    outcome_e014_full_with_the_code_of_unknown: "452 4.1.1 <a@x.example> user is over quota, please try again later", "", "rcpt" => MailboxFull, Temporary;
    outcome_e015_first_digit_outside_of_the_list: "591 No mail today, sorry", "", "" => Unknown, Permanent;
    outcome_e015_422_is_temporary: "422 Not now", "", "" => Unknown, Temporary;
    outcome_e016_words_before_codes: "550 4.2.2 The mailbox is full", "", "rcpt" => MailboxFull, Permanent;
    outcome_e017_a_private_code: "506 OFR_999 ???", "smtp-in.orange.fr", "" => Unknown, Permanent;
    outcome_e019_a_554_greeting: "554 mx.example No SMTP service here", "", "greeting" => Unknown, UntilFixed;
    outcome_e020_a_refusal_glued_to_a_greeting: "220 mx.example ESMTP 451 4.7.1 Greylisted, come back", "", "" => Greylisted, Temporary;
    // The same words, another meaning.
    outcome_e022_5_7_1_unknown: "550 5.7.1 <a@x.example>: User unknown", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e022_5_7_1_listed: "550 5.7.1 Client host 192.0.2.1 blocked using zen.example", "", "rcpt" => Reputation, UntilFixed;
    outcome_e022_5_7_1_relay: "550 5.7.1 Unable to relay", "", "rcpt" => RelayDenied, Permanent;
    outcome_e022_5_7_1_spf: "550 5.7.1 SPF check failed", "", "dot" => AuthFailure, UntilFixed;
    outcome_e022_5_7_1_quota: "550 5.7.1 Account is over quota", "", "rcpt" => MailboxFull, Permanent;
    outcome_e023_mailbox_unavailable_with_5_1_1: "550 5.1.1 Mailbox unavailable", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e023_mailbox_unavailable_with_5_2_1: "550 5.2.1 Mailbox unavailable", "", "" => MailboxDisabled, Permanent;
    outcome_e024_access_denied_of_a_directory: "550 5.4.1 <a@x.example>: Recipient address rejected: Access denied", MICROSOFT, "rcpt" => MailboxUnknown, Permanent;
    outcome_e025_5_4_1_elsewhere: "550 5.4.1 The other side is silent", "", "" => Network, Permanent;
    outcome_e026_a_domain_that_left: "554 5.7.1 <a@x.example>: Relay access denied", "", "rcpt" => RelayDenied, Permanent;
    outcome_e027_the_sender_is_unknown: "550 5.1.0 <me@our.example>: Sender address rejected: User unknown in relay table", "", "rcpt" => SenderRejected, Permanent;
    outcome_e028_the_domain_of_the_sender: "553 5.1.8 Domain of sender address me@our.example does not exist", "", "mail" => SenderRejected, Permanent;
    outcome_e029_syntax_of_the_sender: "553 5.1.7 No", "", "mail" => SenderRejected, Permanent;
    outcome_e029_null_mx_of_the_sender: "550 5.7.27 No", "", "mail" => SenderRejected, Permanent;
    outcome_e029_null_mx_of_the_recipient: "556 5.1.10 No", "", "rcpt" => DomainNoMail, Permanent;
    outcome_e030_a_resolver_in_trouble: "450 4.1.2 <a@x.example>: Host not found, try again", "", "rcpt" => Network, Temporary;
    outcome_e031_a_mailbox_does_not_exist: "550 Mailbox does not exist", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e031_a_domain_does_not_exist: "550 Domain does not exist", "", "rcpt" => DomainUnknown, Permanent;
    outcome_e032_the_account_is_full: "452 4.2.2 The email account that you tried to reach is over quota", GOOGLE, "rcpt" => MailboxFull, Temporary;
    outcome_e032_the_account_is_disabled: "550 5.2.1 The email account that you tried to reach is disabled", GOOGLE, "rcpt" => MailboxDisabled, Permanent;
    outcome_e032_the_account_does_not_exist: "550 5.1.1 The email account that you tried to reach does not exist", GOOGLE, "rcpt" => MailboxUnknown, Permanent;
    outcome_e033_our_address_is_blocked: "550 Your IP address 192.0.2.1 has been blocked", "", "mail" => Reputation, UntilFixed;
    outcome_e033_the_recipient_blocks: "550 Message was blocked by the recipient", "", "dot" => RecipientRefused, Permanent;
    outcome_e033_an_attachment_is_blocked: "552 5.7.0 Blocked attachment type", "", "dot" => Content, Permanent;
    outcome_e034_quota_wins_over_unknown: "550 Mailbox Does Not Exist : Quota exceeded", "", "rcpt" => MailboxFull, Permanent;
    outcome_e035_inactive_is_closed: "550 The mailbox is inactive", "", "rcpt" => MailboxDisabled, Permanent;
    outcome_e035_locked_for_a_time: "550 User account temporarily locked", "", "rcpt" => MailboxDisabled, Temporary;
    outcome_e036_moved: "551 User has moved to <b@y.example>", "", "rcpt" => MailboxMoved, Permanent;
    outcome_e037_virus_in_a_link: "550 5.7.1 Refused by policy, see https://mx.example/virus/rules?spam", "", "dot" => Policy, Permanent;
    outcome_e038_spam_in_a_host_name: "550 5.1.1 antispam.mx.example: User unknown", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e038_the_gateway_is_called_anti_spam: "550 5.1.1 Anti-Spam gateway: no such user", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e039_an_address_has_no_vote: "550 5.1.1 <quota-full@spam.example>: User unknown", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e040_an_echo_of_our_words: "550 5.1.1 MAIL FROM:<spam-virus@our.example> ok, but no such user here", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e041_members_only: "550 This list is for members only", "", "rcpt" => RecipientRefused, Permanent;
    outcome_e042_no_such_domain_here: "550 No such domain here", "", "rcpt" => DomainUnknown, Permanent;
    outcome_e043_low_reputation_of_a_domain: "550 5.7.1 Suspicious due to the very low reputation of the sending domain", GOOGLE, "dot" => Reputation, UntilFixed;
    outcome_e044_5_7_26: "550 5.7.26 No", GOOGLE, "dot" => AuthFailure, UntilFixed;
    outcome_e044_5_7_26_elsewhere: "550 5.7.26 No", "", "dot" => AuthFailure, UntilFixed;
    outcome_e045_5_7_515: "550 5.7.515 Access denied, no", MICROSOFT, "dot" => AuthFailure, UntilFixed;
    outcome_e045_5_7_509: "550 5.7.509 Access denied, no", MICROSOFT, "dot" => AuthFailure, UntilFixed;
    outcome_e046_spf_temperror: "451 4.4.3 SPF lookup gave a temporary error", "", "mail" => AuthFailure, UntilFixed;
    outcome_e047_arc_of_a_forwarder: "550 5.7.29 ARC validation failed", "", "dot" => AuthFailure, UntilFixed;
    // Forms.
    outcome_e048_the_code_stands_on_one_line: "550-sorry\n550-5.1.1 gone\n550 bye", "", "" => MailboxUnknown, Permanent;
    outcome_e049_quoted_codes: "550 '5.1.1 nothing here'", "", "" => MailboxUnknown, Permanent;
    outcome_e049_hash_codes: "550 #5.1.0 Address rejected.", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e049_qmail_style: "550 sorry, no mailbox here by that name. (#5.1.1)", "", "" => MailboxUnknown, Permanent;
    outcome_e051_an_address_is_no_code: "550 5.1.1.1 is our name, User unknown", "", "" => MailboxUnknown, Permanent;
    outcome_e052_a_class_that_is_none: "550 7.7.1 Mailbox full", "", "" => MailboxFull, Permanent;
    outcome_e053_tickets_do_not_matter: "552 5.2.2 The recipient's inbox is out of storage space. a1-20020a17b.33 - gsmtp", GOOGLE, "rcpt" => MailboxFull, Permanent;
    outcome_e054_german: "552 5.2.2 Speicherplatz des Kontos überschritten", "", "rcpt" => MailboxFull, Permanent;
    outcome_e054_french: "550 Adresse d au moins un destinataire invalide", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e054_spanish: "550 El usuario no existe", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e054_portuguese: "550 Usuario Invalido", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e054_italian: "550 Utente sconosciuto", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e054_japanese: "550 宛先のメールアドレスが見つかりません", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e054_chinese: "550 用户不存在", "", "rcpt" => MailboxUnknown, Permanent;
    outcome_e054_russian: "550 Почтовый ящик переполнен", "", "rcpt" => MailboxFull, Permanent;
    outcome_e057_said_in_said: "554 5.4.0 host a.example said: 550 5.7.1 host b.example said: 550 5.1.1 User unknown", "", "dot" => MailboxUnknown, Permanent;
    outcome_e058_a_wrapper: "554 Unknown address error 550-'5.1.1 No such user'", "", "" => MailboxUnknown, Permanent;
    outcome_e058_another_wrapper: "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable", MICROSOFT, "" => MailboxUnknown, Permanent;
    outcome_e059_token_names: "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", "", "" => MailboxUnknown, Permanent;
    outcome_e060_a_list_as_the_only_text: "554 https://www.spamhaus.org/query/ip/192.0.2.1", "", "" => Reputation, UntilFixed;
    outcome_e061_no_text: "550", "", "rcpt" => Unknown, Permanent;
    outcome_e061_blanks_only: "550    ", "", "" => Unknown, Permanent;
    outcome_e062_a_glued_code: "550Requested action not taken: mailbox unavailable", "", "" => MailboxUnknown, Permanent;
    outcome_e066_starttls_first: "530 5.7.0 Must issue a STARTTLS command first", "", "mail" => Tls, UntilFixed;
    outcome_e067_old_tls: "421 4.7.66 TLS 1.0 and 1.1 are not supported", MICROSOFT, "" => Tls, UntilFixed;
    outcome_e068_an_option_is_refused: "555 5.5.4 Unsupported option: SIZE=1", "", "mail" => Protocol, UntilFixed;
    outcome_e074_greylisted_at_rcpt: "450 4.7.1 Greylisted", "", "rcpt" => Greylisted, Temporary;
    outcome_e074_greylisted_at_mail: "451 4.7.1 Greylisting in action", "", "mail" => Greylisted, Temporary;
    outcome_e074_greylisted_after_the_dot: "450 4.7.1 Greylisted, come again", "", "dot" => Greylisted, Temporary;
    outcome_e077_greylisted_without_the_word: "451 4.7.1 Please come back later", "", "rcpt" => Greylisted, Temporary;
    outcome_e081_the_server_is_full: "452 4.3.1 Insufficient system storage", "", "mail" => System, Temporary;
    outcome_e082_the_rest_in_another_transaction: "452 4.5.3 Too many recipients", "", "rcpt" => RateLimited, Temporary;
}

fn change(next: Next) -> Option<Change> {
    if let Next::Retry { change, .. } = next { change } else { None }
}

/// A number that one provider uses its own way is read by the registry's meaning, and only with a five in front.
#[test]
fn fault_f10_a_provider_s_numbers_are_read_its_own_way_with_either_digit() {
    for text in ["550 5.7.27 No", "421 4.7.27 No", "550 5.7.26 No", "421 4.7.26 No"] {
        assert_eq!(verdict(text, "aspmx.l.google.com", "dot").cause, AuthFailure, "{text}");
    }
    assert_eq!(verdict("550 5.7.27 No", "", "mail").cause, SenderRejected);
}

#[test]
fn advice_s030_user_unknown_with_451_lies() {
    let found = verdict("451 User unknown", "", "rcpt");
    assert!(found.lies());
    assert_eq!(found.wire, Some(Temporary));
    assert!(matches!(found.next, Next::Retry { .. }));
    assert_eq!(found.suppression().unwrap().strength(), Strength::Second);
}

#[test]
fn outcome_e001_a_first_sighting_does_not_suppress_for_good() {
    assert_eq!(
        verdict("550 5.1.1 User unknown", "", "rcpt").suppression().unwrap().strength(),
        Strength::Hard
    );
    assert_eq!(
        verdict("450 4.1.1 User unknown", "", "rcpt").suppression().unwrap().strength(),
        Strength::Second
    );
}

#[test]
fn outcome_e004_no_retry_but_an_alert() {
    let found = verdict("421 4.7.1 [TS03] permanently deferred; Retrying will NOT succeed", YAHOO, "mail");
    assert_eq!((found.next, found.alert), (Next::Bounce, Some(Whom::Operator)));
    assert!(found.lies());
}

#[test]
fn outcome_e006_a_relay_refusal_for_now_is_asked_once_more() {
    assert!(matches!(verdict("454 Relay access denied", "", "rcpt").next, Next::Retry { .. }));
}

#[test]
fn outcome_e009_a_rate_never_suppresses() {
    for text in [
        "550 5.2.1 receiving mail too quickly",
        "550 Sender frequency limited",
        "550 5.1.1 rate limit exceeded",
    ] {
        let found = verdict(text, GOOGLE, "rcpt");
        assert_eq!((found.cause, found.suppression()), (RateLimited, None), "{text}");
        assert!(found.lies());
    }
}

#[test]
fn outcome_e016_both_codes_stay_in_sight() {
    let found = verdict("550 4.2.2 The mailbox is full", "", "rcpt");
    assert_eq!(found.wire, Some(Permanent));
    assert!(found.why.range.is_some());
}

#[test]
fn outcome_e019_a_554_greeting_tries_the_next_host_and_never_suppresses() {
    for text in ["554 No SMTP service here", "554 5.1.1 User unknown", "521 Host does not accept mail"] {
        let found = verdict(text, "", "greeting");
        assert!(matches!(found.next, Next::Retry { host: Host::Other, .. }), "{text}");
    }
    let found = verdict("554 go away", "", "greeting");
    assert_eq!((found.blame, found.lasting, found.suppression()), (Blame::SendingIp, UntilFixed, None));
}

#[test]
fn outcome_e021_a_good_reply_reported_with_a_failure_is_ours() {
    let text = b"250 2.0.0 Ok; local error while writing";
    let refusal = Refusal::from_text(text).with_heard(Heard::Quoted);
    assert_eq!(classify(&refusal, Rules::built_in()).cause, System);
    let said = Refusal::from_text(b"250 2.0.0 Ok: queued as spam1").with_stage(Stage::Dot);
    assert_eq!(classify(&said, Rules::built_in()).next, Next::Done);
}

#[test]
fn outcome_e024_a_directory_block_suppresses_at_the_second_sighting() {
    let found = verdict("550 5.4.1 Recipient address rejected: Access denied.", MICROSOFT, "rcpt");
    assert_eq!(found.suppression().unwrap().strength(), Strength::Second);
}

#[test]
fn outcome_e027_a_refused_sender_never_suppresses_the_recipient() {
    for text in [
        "550 5.1.0 Sender address rejected: User unknown in virtual table",
        "553 5.1.8 Domain of sender address does not exist",
        "550 5.7.27 Sender has null MX",
    ] {
        let found = verdict(text, "", "mail");
        assert_eq!((found.cause, found.suppression()), (SenderRejected, None), "{text}");
    }
}

#[test]
fn outcome_e030_a_resolver_failure_never_suppresses() {
    assert_eq!(verdict("450 4.1.2 Host not found, try again", "", "rcpt").suppression(), None);
    assert_eq!(ended(Stage::Connect, Ending::NoHost(NoHost::NotNow)).suppression(), None);
    assert!(ended(Stage::Connect, Ending::NoHost(NoHost::NoSuchDomain)).suppression().is_some());
    assert!(ended(Stage::Connect, Ending::NoHost(NoHost::NullMx)).suppression().is_some());
    assert_eq!(ended(Stage::Connect, Ending::NoHost(NoHost::NoAddress)).suppression(), None);
}

#[test]
fn outcome_e035_a_closed_or_full_mailbox_is_left_alone_softly() {
    for text in ["550 The mailbox is inactive", "552 5.2.2 Over quota"] {
        assert_eq!(verdict(text, "", "rcpt").suppression().unwrap().strength(), Strength::Soft, "{text}");
    }
}

#[test]
fn outcome_e041_a_list_for_members_does_not_suppress() {
    assert_eq!(verdict("550 members only", "", "rcpt").suppression(), None);
}

#[test]
fn outcome_e055_octets_that_are_not_utf8_do_no_harm() {
    let latin = b"550 5.1.1 Empf\xe4nger unbekannt \xff\xfe\x00\x1b";
    let found = classify(&Refusal::from_text(latin), Rules::built_in());
    assert_eq!(found.cause, MailboxUnknown);
    let jis = b"552 5.2.2 \x1b$B%a!<%k%\\%C%/%9\x1b(B";
    assert_eq!(classify(&Refusal::from_text(jis), Rules::built_in()).cause, MailboxFull);
}

#[test]
fn outcome_e061_long_texts_are_read_at_both_ends() {
    let filler = "x ".repeat(40_000);
    for text in [format!("550 user unknown {filler}"), format!("550 {filler} user unknown")] {
        assert_eq!(verdict(&text, "", "").cause, MailboxUnknown);
    }
    let middle = format!("550 {filler} user unknown {filler}");
    assert_eq!(verdict(&middle, "", "").cause, Unknown);
}

#[test]
fn outcome_e063_closed_after_the_dot_may_be_delivered() {
    for ending in [Ending::Closed, Ending::TimedOut, Ending::Reset] {
        let found = ended(Stage::Dot, ending.clone());
        assert_eq!((found.next, found.suppression()), (Next::CheckDelivered, None));
        assert_ne!(ended(Stage::Recipient, ending).next, Next::CheckDelivered);
    }
}

#[test]
fn outcome_e064_no_connection_tries_another_host() {
    for ending in [Ending::Refused, Ending::TimedOut, Ending::Reset, Ending::Unreachable] {
        let found = ended(Stage::Connect, ending);
        assert_eq!((found.cause, found.lasting), (Network, Temporary));
        assert!(matches!(found.next, Next::Retry { host: Host::Other, .. }));
    }
}

#[test]
fn outcome_e065_tls_faults_are_of_the_host() {
    for fault in [TlsFault::Handshake, TlsFault::Certificate, TlsFault::Policy, TlsFault::NotOffered] {
        let found = ended(Stage::Tls, Ending::Tls(fault));
        assert_eq!((found.cause, found.blame, found.alert), (Tls, Blame::Host, Some(Whom::Operator)));
    }
    let text = b"Server certificate not verified";
    let found = classify(&Refusal::from_text(text).with_heard(Heard::Local), Rules::built_in());
    assert_eq!((found.cause, found.lasting), (Tls, Temporary));
    assert_eq!(verdict("454 4.7.0 TLS not available due to temporary reason", "", "starttls").cause, Tls);
}

#[test]
fn outcome_e066_starttls_first_is_tried_again_with_tls() {
    let found = verdict("530 5.7.0 Must issue a STARTTLS command first", "", "mail");
    assert_eq!(change(found.next), Some(Change::WithTls));
}

#[test]
fn outcome_e068_a_refused_option_is_left_out_once() {
    let found = verdict("555 5.5.4 Unsupported option: SIZE=1", "", "mail");
    assert_eq!(change(found.next), Some(Change::WithoutParameter));
}

#[test]
fn outcome_e069_recipients_behind_a_421_have_no_verdict_of_their_own() {
    let found = ended(Stage::Recipient, Ending::NotSent(mailwright_reply::NotSent::SessionOver));
    assert_eq!((found.lasting, found.suppression()), (Temporary, None));
    assert_eq!(change(found.next), Some(Change::Reconnect));
}

#[test]
fn outcome_e072_251_and_252_are_success() {
    for text in ["251 User not local; will forward", "252 Cannot verify, but will try"] {
        let found = verdict(text, "", "rcpt");
        assert_eq!((found.cause, found.next), (Accepted, Next::Done), "{text}");
    }
    assert_eq!(verdict("551 User not local; please try <b@y.example>", "", "rcpt").cause, MailboxMoved);
}

#[test]
fn outcome_e075_waits_are_read_from_what_passes() {
    let waits =
        |text: &str| verdict(text, "", "rcpt").wait.map(|wait| (wait.said.as_secs(), wait.used.as_secs()));
    assert_eq!(waits("451 4.7.1 Greylisting in action, please come back in 00:04:59"), Some((299, 300)));
    assert_eq!(waits("450 4.7.1 Greylisted for 10 minutes"), Some((600, 600)));
    assert_eq!(waits("450 4.7.1 Rate limited (wait 3h)"), Some((10_800, 10_800)));
    assert_eq!(waits("550 5.1.1 User unknown, try again in 5 minutes"), None);
}

#[test]
fn outcome_e080_what_kind_of_too_many() {
    let next = |text: &str| verdict(text, "", "").next;
    assert_eq!(change(next("421 Too many messages per connection")), Some(Change::Reconnect));
    assert_eq!(change(next("421 Limit of messages per connection reached")), Some(Change::Reconnect));
    assert!(matches!(next("421 Too many connections"), Next::Retry { slower: true, .. }));
    assert!(matches!(next("450 Too many messages per hour"), Next::Retry { slower: true, .. }));
}

#[test]
fn outcome_e082_the_rest_goes_in_another_transaction() {
    let found = verdict("452 4.5.3 Too many recipients", "", "rcpt");
    assert_eq!(change(found.next), Some(Change::NextTransaction));
}

#[test]
fn threat_r20_the_class_comes_from_the_code_and_the_text_refines_it() {
    for (text, lasting) in [
        ("421 ???", Temporary),
        ("450 ???", Temporary),
        ("451 ???", Temporary),
        ("452 ???", Temporary),
        ("500 ???", UntilFixed),
        ("550 ???", Permanent),
        ("554 ???", Permanent),
        ("550 greylisted", Temporary),
        ("550 try again later", Temporary),
        ("550 4.9.9 ???", Permanent),
    ] {
        assert_eq!(verdict(text, "", "").lasting, lasting, "{text}");
    }
}

#[test]
fn advice_s103_the_first_digit_wins_over_the_enhanced_class() {
    let found = verdict("550 4.1.1 ???", "", "rcpt");
    assert_eq!((found.wire, found.is_temporary()), (Some(Permanent), false));
    let found = verdict("450 5.9.9 ???", "", "rcpt");
    assert_eq!((found.wire, found.is_temporary()), (Some(Temporary), true));
}

#[test]
fn advice_s051_what_was_neither_delivered_nor_refused_is_tried_again() {
    for ending in
        [Ending::TimedOut, Ending::Closed, Ending::NoHost(NoHost::NotNow), standard::local_error().into()]
    {
        assert!(matches!(ended(Stage::Recipient, ending).next, Next::Retry { .. }));
    }
    for (stage, reply) in [(Stage::Mail, standard::refused()), (Stage::Recipient, standard::unknown_user())] {
        assert_eq!(ended(stage, reply.into()).next, Next::Bounce);
    }
    assert_eq!(ended(Stage::Connect, Ending::NoHost(NoHost::NullMx)).next, Next::Bounce);
}

#[test]
fn threat_r22_case_blanks_and_addresses_do_not_matter() {
    for (number, rule) in
        (0_u16..).map_while(|number| Rules::built_in().rule(number).map(|rule| (number, rule)))
    {
        let plain = rule.example;
        let wide = plain.to_uppercase().replace(' ', "  \t");
        let more = format!("{plain} (a-9x@mx.example)");
        let cause = |text: &str| {
            verdict(text, rule.host.unwrap_or_default(), rule.stage.map(Stage::name).unwrap_or_default())
                .cause
        };
        assert_eq!(cause(&wide), cause(plain), "rule {number}: {plain}");
        assert_eq!(cause(&more), cause(plain), "rule {number}: {plain}");
    }
}

#[test]
fn classification_is_the_same_for_any_wrapping() {
    let words: Vec<&str> =
        "the email account that you tried to reach is over quota and full".split(' ').collect();
    let plain = verdict(&format!("552 5.2.2 {}", words.join(" ")), GOOGLE, "rcpt");
    for at in 1..words.len() {
        let (front, back) = words.split_at(at);
        for (first, second) in [("552-5.2.2 ", "552 5.2.2 "), ("552-5.2.2 ", "552 ")] {
            let wire = format!("{first}{}\r\n{second}{}\r\n", front.join(" "), back.join(" "));
            let reply = ReplyParser::new().parse_slice(wire.as_bytes()).unwrap().1.unwrap();
            let found = classify(
                &Refusal::new(&reply).with_host(GOOGLE).with_stage(Stage::Recipient),
                Rules::built_in(),
            );
            assert_eq!(
                (found.cause, found.lasting, found.why.rule),
                (plain.cause, plain.lasting, plain.why.rule)
            );
            assert_eq!(verdict(&wire, GOOGLE, "rcpt").why.rule, plain.why.rule);
        }
    }
}

#[test]
fn the_evidence_is_the_phrase_in_the_text() {
    let text = "550 5.1.1 <someone@x.example>: User  Unknown\n550 5.1.1 here";
    let (from, to) = verdict(text, "", "rcpt").why.range.unwrap();
    let octets = text.as_bytes().get(usize::try_from(from).unwrap()..usize::try_from(to).unwrap()).unwrap();
    assert_eq!(core::str::from_utf8(octets).unwrap().trim(), "User  Unknown");
}

#[test]
fn users_rules_stand_in_front_and_broken_ones_are_named() {
    let rules = Rules::with("# ours\ncontent=permanent@message | 550 host=x.example | user unknown | us | 2026 | 550 User unknown").unwrap();
    let refusal = Refusal::from_text(b"550 user unknown").with_host("mx.x.example");
    assert_eq!(classify(&refusal, &rules).cause, Content);
    assert_eq!(classify(&refusal.with_host("mx.y.example"), &rules).cause, MailboxUnknown);
    for (text, line) in [
        ("nonsense", 1),
        ("\ncontent | 5 | x | s | d | e", 2),
        ("content | * | !abcd | s | d | e", 1),
        ("what | * | abcd | s | d | e", 1),
    ] {
        assert_eq!(Rules::with(text).unwrap_err().line(), line, "{text}");
    }
}

#[test]
fn equal_refusals_fold_to_one() {
    assert_eq!(fold(b"550 5.1.1 <a@b.example>: user unknown a1b2c3d4e5"), "550 5.1.1 <>: user unknown #");
    assert_eq!(fold(b"\x1b[31m x\r\n\ty"), "[31m x y");
    assert_eq!(fold(b""), "");
}

#[test]
fn a_cause_has_one_name() {
    for cause in Cause::ALL {
        assert_eq!(cause.name().parse(), Ok(*cause));
    }
    assert!("nonsense".parse::<Cause>().is_err());
    assert_eq!(ReplyCode::OK.number(), 250);
    let _: Lasting = Permanent;
}
