//! What every embedder relies on: the public types cross threads and unwind, and print without secrets or control octets.

use std::panic::{RefUnwindSafe, UnwindSafe};

use mailwright::{address, bounce, reply, retry, smtp};

fn crosses<T: Send + Sync + UnwindSafe + RefUnwindSafe + 'static>() {}

/// Compiling is the test: a type that stops to cross threads breaks the build.
#[test]
fn threat_p03_public_types_cross_threads_and_unwind() {
    crosses::<address::Mailbox>();
    crosses::<address::Octets>();
    crosses::<address::Envelope>();
    crosses::<address::AddressError>();
    crosses::<bounce::Reporter>();
    crosses::<bounce::Words>();
    crosses::<bounce::Guard>();
    crosses::<bounce::Notice<'static>>();
    crosses::<bounce::Written>();
    crosses::<bounce::Report>();
    crosses::<bounce::tags::Key>();
    crosses::<bounce::tags::srs::Srs>();
    crosses::<reply::Reply>();
    crosses::<reply::ReplyParser>();
    crosses::<reply::Ending>();
    crosses::<retry::Policy>();
    crosses::<retry::State>();
    crosses::<retry::HostState>();
    crosses::<smtp::LineFramer>();
    crosses::<smtp::Extensions>();
    crosses::<smtp::BodyDecoder>();
    crosses::<smtp::BodyEncoder>();
    crosses::<smtp::server::Session>();
    crosses::<smtp::server::Event>();
    crosses::<smtp::server::Settings>();
    crosses::<smtp::server::Verdict>();
    crosses::<smtp::client::Session>();
    crosses::<smtp::client::Event>();
    crosses::<smtp::client::Settings>();
    crosses::<smtp::sasl::Credentials>();
    crosses::<smtp::sasl::Acceptor>();
    crosses::<smtp::sasl::Initiator>();
}

/// Errors are small and `Copy`: they never carry the peer's octets.
#[test]
fn threat_r07_errors_are_small() {
    fn small<T: Copy + std::error::Error>() {
        assert!(size_of::<T>() <= 24, "{} has {} octets", std::any::type_name::<T>(), size_of::<T>());
    }
    small::<address::AddressError>();
    small::<bounce::WhyNot>();
    small::<bounce::WriteError>();
    small::<bounce::TemplateError>();
    small::<bounce::Fault>();
    small::<bounce::tags::TagError>();
    small::<reply::ReplyError>();
    small::<reply::ReplyParseError>();
    small::<retry::ScheduleError>();
    small::<retry::RuleError>();
    small::<retry::PolicyError>();
    small::<retry::RecordError>();
    small::<smtp::CommandError>();
    small::<smtp::InjectionError>();
    small::<smtp::BareNewlineError>();
    small::<smtp::ProxyError>();
    small::<smtp::server::MisuseError>();
}
