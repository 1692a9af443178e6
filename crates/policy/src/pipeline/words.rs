//! What each check of a pipeline does, in words with its codes.

use core::fmt;

use super::Step;
use crate::helo;
use crate::sender::Demand;

/// What it does, in words with its codes.
impl fmt::Display for Step {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is written behind")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connections(limits) => write!(f, "connections: {limits} (421 4.7.0)"),
            Self::Rate => f.write_str("connections in a short time: as the rates say (421 4.7.0)"),
            Self::EarlyTalk(rigor) => {
                write!(f, "talking early: {}; HTTP and TLS are cut off", rigor.pick("a flag", "554 5.5.1"))
            }
            Self::Blocklist => f.write_str("our own list: 550 5.7.1"),
            Self::Friends => {
                f.write_str("our friends: no list of the DNS, reverse name or greylist holds them up")
            }
            Self::Lists { threshold } => {
                write!(f, "block lists that are asked: 550 5.7.1 from a score of {threshold}")
            }
            Self::Reverse(rigor) => {
                write!(
                    f,
                    "reverse name: {}",
                    rigor.pick("flags", "must lead back (550 5.7.25, 451 4.7.25 if not known)")
                )
            }
            Self::Helo(mode) => f.write_str(match mode {
                helo::Mode::Observe => "HELO name: flags",
                helo::Mode::Usual => "HELO name: ours, none or hostile is refused, the rest are flags",
                helo::Mode::Strict => "HELO name: every doubtful one is refused",
            }),
            Self::Demand(demand) => f.write_str(match demand {
                Demand::Nothing => "nothing is asked for before MAIL",
                Demand::Tls => "TLS first (530 5.7.0)",
                Demand::Login => "TLS, then a login (530 5.7.0)",
            }),
            Self::Size(Some(limit)) => write!(f, "size: at most {limit} octets (552 5.3.4)"),
            Self::Size(None) => f.write_str("size: as much as there is room"),
            Self::SenderDomain(rigor) => {
                write!(
                    f,
                    "sender's domain: must take mail (550 5.1.8, 550 5.7.27){}",
                    rigor.pick("", ", at public addresses")
                )
            }
            Self::OwnSender(rigor) => {
                write!(f, "our address from outside: {}", rigor.pick("a flag", "550 5.7.1"))
            }
            Self::Spf(rigor) => {
                write!(f, "SPF: {}", rigor.pick("flags", "550 5.7.23, 550 5.7.24, 451 4.7.24"))
            }
            Self::LoginSender => f.write_str("sender: must be the login's (550 5.7.1)"),
            Self::LoginToday { most } => {
                write!(f, "a login's day: at most {most} recipients, three in ten unknown (450 4.7.1)")
            }
            _ => self.write_behind_mail(f),
        }
    }
}

impl Step {
    /// The checks of recipients and of the message.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written before")]
    fn write_behind_mail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relay => f.write_str("relaying: ours, or from ours (550 5.7.1)"),
            Self::Recipient => {
                f.write_str("recipient: must exist and take mail (550 5.1.1, 451 4.3.0 if not known)")
            }
            Self::Recipients(limits) => write!(f, "recipients: {limits}"),
            Self::Greylist(params) => write!(f, "greylist: {params} (451 4.7.1)"),
            Self::Lines(rigor) => {
                write!(
                    f,
                    "lines: bare CR or LF from strangers is 550 5.6.0, over 998 octets {}",
                    rigor.pick("a flag", "554 5.6.0")
                )
            }
            Self::Loops => {
                f.write_str("loops: over 100 Received fields, or delivered here before (554 5.4.6)")
            }
            Self::Header(rigor) => write!(
                f,
                "header: {}",
                rigor.pick("defects are flags", "From and Date once each (554 5.6.0)")
            ),
            Self::Dmarc(rigor) => write!(
                f,
                "DMARC: reject is 550 5.7.1 or 5.7.26, quarantine a flag, not known {}",
                rigor.pick("nothing", "451 4.7.26")
            ),
            Self::Scan => {
                f.write_str("scanner: 550 5.7.1 unwanted, 554 5.7.1 harmful, 451 4.3.0 if it is down")
            }
            Self::Store => f.write_str(
                "store: 250 2.0.0 once it is safe, 451 4.3.0 if it failed, 452 4.3.1 if it is full",
            ),
            _ => Ok(()),
        }
    }
}
