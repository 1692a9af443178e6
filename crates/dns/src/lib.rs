#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod answer;
pub use answer::{About, Answer, Dnssec, Failure};

#[cfg(feature = "hickory")]
pub mod hickory;

mod inquiry;
pub use inquiry::{Inquiry, Source, Step, run, run_until};

mod mx;
pub use mx::{Host, MxLimits, MxSelection, Selected, Selection, Skipped};

mod name;
pub use name::{Labels, Name, NameError, NameRef};

mod question;
pub use question::{Kind, Need, Question};

mod rdata;
pub use rdata::{Caa, Data, Mx, Rdata, Soa, Srv, Tlsa};

mod text;
pub use text::{Text, TextError};

mod wire;
pub use wire::RdataError;

mod zone;
pub use zone::{Zone, ZoneError, ZoneLimits};
