//! Which parameters MAIL and RCPT take, and which values.

use mailwright_address::ReversePath;
use mailwright_smtp::{Command, Dialect, Extension, ExtensionSet, Hold, Moment, OtherParameters};

#[allow(dead_code, clippy::allow_attributes, reason = "several tests share it, each a part")]
#[path = "reading/check.rs"]
mod check;

use check::{check, check_in, everything, mail, refused, refused_in, same};

#[test]
fn smtp_b31_parameters_are_known_offered_and_there_once() {
    refused("MAIL FROM:<a@b> FOO=1", 555, "5.5.4");
    refused("MAIL FROM:<a@b> FOO", 555, "5.5.4");
    refused("RCPT TO:<a@b> FOO=1", 555, "5.5.4");
    refused("MAIL FROM:<a@b> NOTIFY=NEVER", 555, "5.5.4");
    refused("RCPT TO:<a@b> SIZE=1", 555, "5.5.4");
    for parameter in [
        "SIZE=1",
        "BODY=7BIT",
        "SMTPUTF8",
        "RET=FULL",
        "ENVID=x",
        "AUTH=<>",
        "REQUIRETLS",
        "MT-PRIORITY=0",
        "BY=1;N",
        "HOLDFOR=1",
    ] {
        same(&format!("MAIL FROM:<a@b> {parameter}"));
        refused(format!("MAIL FROM:<a@b> {parameter} {}", parameter.to_lowercase()), 501, "5.5.4");
        refused_in(Dialect::new(ExtensionSet::EMPTY), format!("MAIL FROM:<a@b> {parameter}"), 555, "5.5.4");
    }
    for parameter in ["NOTIFY=DELAY", "ORCPT=rfc822;a"] {
        refused(format!("RCPT TO:<a@b> {parameter} {parameter}"), 501, "5.5.4");
        refused_in(Dialect::new(ExtensionSet::EMPTY), format!("RCPT TO:<a@b> {parameter}"), 555, "5.5.4");
    }
    let binary = everything().with_offered(everything().offered().without(Extension::BinaryMime));
    refused_in(binary, "MAIL FROM:<a@b> BODY=BINARYMIME", 555, "5.5.4");
}

#[test]
fn parameters_that_nobody_knows_are_kept_where_they_are_let_through() {
    let loose = everything().with_unknown_parameters();
    check_in(loose, "MAIL FROM:<a@b> X-A=1 SIZE=5 FOO", "MAIL FROM:<a@b> SIZE=5 X-A=1 FOO");
    check_in(loose, "RCPT TO:<a@b> RRVS=x;c", "RCPT TO:<a@b> RRVS=x;c");
    refused_in(loose, "MAIL FROM:<a@b> FOO SIZE=1 foo=2", 501, "5.5.4");
    refused_in(loose, "MAIL FROM:<a@b> FOO=", 501, "5.5.4");
    refused_in(loose, "MAIL FROM:<a@b> FOO=a=b", 501, "5.5.4");
    refused_in(loose, "MAIL FROM:<a@b> F_O", 501, "5.5.4");
    let many = (0..17).fold(String::new(), |line, number| format!("{line} X{number}"));
    refused_in(loose, format!("MAIL FROM:<a@b>{many}"), 555, "5.5.4");
    assert!(OtherParameters::new("A B=1").is_ok());
    for text in ["", "A  B", "A=", "A=\r", "A=b>c d e\n", "size=1", "A a", "=", "A=a=b", "A=\u{e9}"] {
        assert!(OtherParameters::new(text).is_err(), "{text:?}");
    }
}

#[test]
fn threat_s17_sizes_that_are_none_are_refused() {
    for size in [
        "SIZE=99999999999999999999999",
        "SIZE=-1",
        "SIZE=",
        "SIZE",
        "SIZE=1 SIZE=2",
        "SIZE=+5",
        "SIZE=\u{663}",
        "SIZE=1k",
    ] {
        refused(format!("MAIL FROM:<a@b> {size}"), 501, "5.5.4");
    }
}

#[test]
fn threat_s18_an_unknown_parameter_is_555() {
    refused("MAIL FROM:<a@b> XYZZY=1", 555, "5.5.4");
}

#[test]
fn smtp_b33_xtext_is_decoded_whole_or_refused() {
    let envid =
        |value: &str| mail(&format!("MAIL FROM:<a@b> ENVID={value}")).envid().unwrap().to_envid().unwrap();
    assert_eq!(envid("a+2Bb+3D").as_str(), "a+b=");
    for value in ["a+2", "a+", "a+2b", "+ZZ", "a=b", "+C3+A9", "+00", "+0D+0A", "+7F"] {
        refused(format!("MAIL FROM:<a@b> ENVID={value}"), 501, "5.5.4");
        refused(format!("RCPT TO:<a@b> ORCPT=rfc822;{value}"), 501, "5.5.4");
    }
    let orcpt = |dialect: Dialect, value: &str| {
        let line = format!("RCPT TO:<a@b> ORCPT={value}");
        match Command::parse(line.as_bytes(), dialect) {
            Ok(Command::Rcpt(rcpt)) => {
                rcpt.orcpt().unwrap().to_orcpt().map(|orcpt| orcpt.address().to_owned())
            }
            _ => None,
        }
    };
    let utf8 = everything().with_utf8(true);
    assert_eq!(orcpt(everything(), "utf-8;j\\x{F6}rg@b").unwrap(), "j\u{f6}rg@b");
    assert_eq!(orcpt(utf8, "utf-8;j\u{f6}rg@b").unwrap(), "j\u{f6}rg@b");
    assert_eq!(orcpt(everything(), "utf-8;j\u{f6}rg@b"), None);
    assert_eq!(orcpt(utf8, "utf-8;"), None);
    check_in(utf8, "RCPT TO:<a@b> ORCPT=utf-8;j\u{f6}rg@b", "RCPT TO:<a@b> ORCPT=utf-8;j\u{f6}rg@b");
}

#[test]
fn smtp_b34_dsn_parameters_keep_their_rules() {
    for value in ["NEVER,SUCCESS", "SUCCESS,NEVER", "", "SOMETIMES", "SUCCESS,"] {
        refused(format!("RCPT TO:<a@b> NOTIFY={value}"), 501, "5.5.4");
    }
    refused("MAIL FROM:<a@b> RET=FULL RET=HDRS", 501, "5.5.4");
    refused("MAIL FROM:<a@b> RET=SOME", 501, "5.5.4");
    let envid = |length: usize| format!("MAIL FROM:<a@b> ENVID={}", "x".repeat(length));
    same(&envid(100));
    refused(envid(101), 501, "5.5.4");
    refused(envid(0), 501, "5.5.4");
    let orcpt = |length: usize| format!("RCPT TO:<a@b> ORCPT=rfc822;{}", "x".repeat(length));
    same(&orcpt(493));
    refused(orcpt(494), 501, "5.5.4");
    refused("RCPT TO:<a@b> ORCPT=a@b", 501, "5.5.4");
}

#[test]
fn smtp_b35_priority_time_and_hold_stay_in_their_ranges() {
    for value in ["-9", "9", "0", "-1"] {
        same(&format!("MAIL FROM:<a@b> MT-PRIORITY={value}"));
    }
    for value in ["10", "-10", "+1", "-0", "01", "", "x"] {
        refused(format!("MAIL FROM:<a@b> MT-PRIORITY={value}"), 501, "5.5.4");
    }
    for value in ["999999999;N", "-5;N", "1;R", "0;NT", "120;RT"] {
        same(&format!("MAIL FROM:<a@b> BY={value}"));
    }
    check("MAIL FROM:<a@b> BY=+7;rt", "MAIL FROM:<a@b> BY=7;RT");
    for value in ["0;R", "-1;R", "1000000000;N", "5", "5;", "5;X", "5;TN", ";N", "5;N;T", "--5;N"] {
        refused(format!("MAIL FROM:<a@b> BY={value}"), 501, "5.5.4");
    }
    refused("RCPT TO:<a@b> BY=1;R", 555, "5.5.4");
    refused("RCPT TO:<a@b> MT-PRIORITY=1", 555, "5.5.4");
    same("MAIL FROM:<a@b> HOLDFOR=999999999");
    for value in ["0", "1000000000", "-1", "1s", ""] {
        refused(format!("MAIL FROM:<a@b> HOLDFOR={value}"), 501, "5.5.4");
    }
    refused("MAIL FROM:<a@b> HOLDFOR=1 HOLDUNTIL=2030-01-01T00:00:00Z", 501, "5.5.4");
}

#[test]
fn hold_until_is_a_moment_of_the_calendar() {
    let until = |text: &str| mail(&format!("MAIL FROM:<a@b> HOLDUNTIL={text}")).hold();
    let moment = |seconds| Some(Hold::Until(Moment::new(seconds).unwrap()));
    assert_eq!(until("1970-01-01T00:00:00Z"), moment(0));
    assert_eq!(until("2000-02-29T12:30:59Z"), moment(951_827_459));
    assert_eq!(until("2026-11-25T16:00:00.5z"), moment(1_795_622_400));
    assert_eq!(until("2016-12-31T23:59:60Z"), moment(1_483_228_799));
    assert_eq!(until("9999-12-31T23:59:59Z"), moment(253_402_300_799));
    same("MAIL FROM:<a@b> HOLDUNTIL=2000-02-29T12:30:59Z");
    same("MAIL FROM:<a@b> HOLDUNTIL=2100-12-31T23:59:59Z");
    for text in [
        "1900-02-29T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z",
        "2023-01-32T00:00:00Z",
        "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:60Z",
        "2023-01-01T00:00:00",
        "2023-01-01T00:00:00+01:00",
        "2023-1-1T0:0:0Z",
        "2023-01-01 00:00:00Z",
        "2023-01-01T00:00:00.Z",
        "1969-12-31T23:59:59Z",
    ] {
        refused(format!("MAIL FROM:<a@b> HOLDUNTIL={text}"), 501, "5.5.4");
    }
}

#[test]
fn smtp_b39_without_extensions_there_are_no_parameters() {
    let plain = Dialect::new(ExtensionSet::EMPTY);
    check_in(plain, "MAIL FROM:<a@b>", "MAIL FROM:<a@b>");
    refused_in(plain, "MAIL FROM:<a@b> SIZE=1", 555, "5.5.4");
}

#[test]
fn smtp_b70_auth_of_mail_is_xtext_or_the_null_path() {
    let identity =
        |value: &str| mail(&format!("MAIL FROM:<a@b> AUTH={value}")).auth().unwrap().to_path().unwrap();
    assert_eq!(identity("<>"), ReversePath::Null);
    assert_eq!(identity("e+3Dmc2@example.com").as_str(), "e=mc2@example.com");
    refused("MAIL FROM:<a@b> AUTH=nobody", 501, "5.5.4");
    refused("MAIL FROM:<a@b> AUTH=", 501, "5.5.4");
    let line = "MAIL FROM:<a@b> AUTH=j\u{f6}rg@b SMTPUTF8";
    check(line, "MAIL FROM:<a@b> SMTPUTF8 AUTH=j\u{f6}rg@b");
    same("MAIL FROM:<a@b> AUTH=j\\x{F6}rg@b");
    refused("MAIL FROM:<a@b> AUTH=j\u{f6}rg@b", 501, "5.5.4");
}

#[test]
fn threat_u10_xtext_of_auth_that_is_cut_short_is_refused() {
    for value in ["a+3", "+ZZ", "a+3d@b", "<", "<a@b>"] {
        refused(format!("MAIL FROM:<a@b> AUTH={value}"), 501, "5.5.4");
    }
    assert_eq!(mail("MAIL FROM:<a@b> AUTH=a+3Db@c").auth().unwrap().to_path().unwrap().as_str(), "a=b@c");
}
