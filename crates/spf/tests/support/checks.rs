//! A check over a zone in text.

use mailwright_dns::{Zone, run};
use mailwright_spf::{Check, Identity, Log, Outcome, Settings};

pub(crate) fn zone(text: &str) -> Zone {
    Zone::parse(format!("$ORIGIN example.com.\n{text}").as_bytes()).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings::new(b"mx.receiver.example").with_unix_time(1_800_000_000)
}

pub(crate) fn check_with(
    zone: &Zone,
    from: &str,
    helo: &str,
    client: &str,
    settings: Settings,
) -> (Outcome, Log) {
    let identity = Identity::mail_from(from.as_bytes(), helo.as_bytes());
    let mut log = Log::new();
    let mut check = Check::with_trace(identity, client.parse().unwrap(), settings, &mut log);
    let outcome = run(&mut check, &mut &*zone);
    drop(check);
    (outcome, log)
}

pub(crate) fn check(text: &str) -> Outcome {
    check_with(&zone(text), "user@example.com", "mail.example.net", "192.0.2.1", settings()).0
}
