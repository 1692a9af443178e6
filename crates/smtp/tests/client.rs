//! Plays conversations with the client machine from transcripts: every one whole, octet by octet, cut once at each place,
//! and with all that the server says at once joined.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]
#![expect(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "tests run where std is")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks at the variants that it is about")]
#![expect(clippy::format_push_string, reason = "a transcript is put together")]
#![cfg(feature = "sasl")]

#[path = "client/script.rs"]
mod script;

#[path = "client/body.rs"]
mod body;
#[path = "client/hello.rs"]
mod hello;
#[path = "client/limits.rs"]
mod limits;
#[path = "client/lmtp.rs"]
mod lmtp;
#[path = "client/login.rs"]
mod login;
#[path = "client/plan.rs"]
mod plan;
#[path = "client/recipients.rs"]
mod recipients;
#[path = "client/replies.rs"]
mod replies;
#[path = "client/session.rs"]
mod session;
#[path = "client/tls.rs"]
mod tls;
