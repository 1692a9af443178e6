#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "address")]
pub use mailwright_address as address;
#[cfg(feature = "bounce")]
pub use mailwright_bounce as bounce;
#[cfg(feature = "dns")]
pub use mailwright_dns as dns;
#[cfg(feature = "hygiene")]
pub use mailwright_hygiene as hygiene;
#[cfg(feature = "message")]
pub use mailwright_message as message;
#[cfg(feature = "policy")]
pub use mailwright_policy as policy;
#[cfg(feature = "reply")]
pub use mailwright_reply as reply;
#[cfg(feature = "retry")]
pub use mailwright_retry as retry;
#[cfg(feature = "smtp")]
pub use mailwright_smtp as smtp;
#[cfg(feature = "spf")]
pub use mailwright_spf as spf;
#[cfg(feature = "tokio")]
pub use mailwright_tokio as tokio;
