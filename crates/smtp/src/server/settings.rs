//! How a server speaks: what it offers, demands and forgives.
//!
//! in:  choices of the embedder, checked when they are made      out: one value that all sessions of a listener share
//! law: strict unless a named switch says otherwise; what is not offered here is not taken by the machine

use alloc::string::String;
#[cfg(feature = "sasl")]
use alloc::vec::Vec;

use mailwright_address::Domain;

use super::say::replies::{Inside, Ready};
use crate::body::BareNewline;
use crate::command::Dialect;
use crate::extension::{Extension, ExtensionSet};
use crate::line::LineEnd;
use crate::parameter::Moment;
#[cfg(feature = "sasl")]
use crate::sasl::Mechanism;

mod limits;
pub use limits::{Budget, Deadlines, Delays, Limits};
mod policy;
pub use policy::{Asked, ClearLogins, Demand, Injected, Protocol, Talker, TlsMode};
mod trusted;
pub use trusted::Trusted;

/// The settings of a listener; every session of it shares them (`Arc<Settings>`).
///
/// # Examples
/// ```
/// use mailwright_address::{Domain, Grammar};
/// use mailwright_smtp::Extension;
/// use mailwright_smtp::server::{Settings, TlsMode};
///
/// let settings = Settings::new(Domain::parse(b"mx.example.org", Grammar::strict())?)
///     .with_tls(TlsMode::StartTls)
///     .with_size(Some(10 * 1024 * 1024))
///     .with_offered(Extension::Dsn);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) host: String,
    pub(crate) greeting: String,
    pub(crate) protocol: Protocol,
    pub(crate) tls: TlsMode,
    pub(crate) tls_demand: Demand,
    pub(crate) login_demand: Demand,
    #[cfg(feature = "sasl")]
    pub(crate) mechanisms: Vec<Mechanism>,
    pub(crate) clear_logins: ClearLogins,
    pub(crate) offered: ExtensionSet,
    pub(crate) asked: u32,
    pub(crate) dialect: Dialect,
    pub(crate) size: Option<u64>,
    pub(crate) deliver_by: Option<u32>,
    pub(crate) future_release: Option<(u32, Option<Moment>, String)>,
    pub(crate) mails: Option<u32>,
    pub(crate) recipient_domains: Option<u32>,
    pub(crate) xclient: Trusted,
    pub(crate) proxy: Option<Trusted>,
    pub(crate) bare_newline: BareNewline,
    pub(crate) injected: Injected,
    pub(crate) talker: Talker,
    pub(crate) command_newline: LineEnd,
    pub(crate) limits: Limits,
    pub(crate) deadlines: Deadlines,
    pub(crate) budget: Budget,
    pub(crate) delays: Delays,
    /// Written anew by each choice that it shows.
    pub(crate) ready: Ready,
}

impl Settings {
    /// Starts with the name of this host, as greeting and hello say it, and with what every server can offer:
    /// PIPELINING, 8BITMIME, CHUNKING, ENHANCEDSTATUSCODES and a SIZE of 50 MiB.
    #[expect(clippy::needless_pass_by_value, reason = "a caller hands its name over, whatever is kept of it")]
    pub fn new(host: Domain) -> Self {
        let offered = [Extension::Pipelining, Extension::EightBitMime, Extension::Chunking];
        let asked = [Asked::Mail, Asked::Recipient];
        Self {
            host: String::from(host.to_ascii()),
            greeting: String::from("ESMTP"),
            protocol: Protocol::default(),
            tls: TlsMode::default(),
            tls_demand: Demand::default(),
            login_demand: Demand::default(),
            #[cfg(feature = "sasl")]
            mechanisms: Vec::new(),
            clear_logins: ClearLogins::default(),
            offered: offered.into_iter().collect(),
            asked: asked.iter().fold(0, |set, &one| set | bit(one as u32)),
            dialect: Dialect::new(ExtensionSet::EMPTY),
            size: Some(50 * 1024 * 1024),
            deliver_by: None,
            future_release: None,
            mails: None,
            recipient_domains: None,
            xclient: Trusted::nobody(),
            proxy: None,
            bare_newline: BareNewline::default(),
            injected: Injected::default(),
            talker: Talker::default(),
            command_newline: LineEnd::default(),
            limits: Limits::new(),
            deadlines: Deadlines::new(),
            budget: Budget::new(),
            delays: Delays::new(),
            ready: Ready::nothing(),
        }
        .readied()
    }

    /// Sets the words behind the host name in the greeting: printable ASCII; what else they hold is left out.
    #[must_use]
    pub fn with_greeting(mut self, words: &str) -> Self {
        self.greeting = words.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(256).collect();
        self.readied()
    }

    /// Chooses SMTP or LMTP.
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        if protocol == Protocol::Lmtp && self.greeting == "ESMTP" {
            self.greeting = String::from("LMTP");
        }
        self.readied()
    }

    /// Chooses how TLS comes to the connection.
    #[must_use]
    pub fn with_tls(mut self, mode: TlsMode) -> Self {
        self.tls = mode;
        self.readied()
    }

    /// Says whether TLS must be there before MAIL.
    #[must_use]
    pub fn with_tls_demand(mut self, demand: Demand) -> Self {
        self.tls_demand = demand;
        self
    }

    /// Offers these mechanisms for AUTH.
    ///
    /// CRAM-MD5 and SCRAM need a draw per session (`Session::with_draw`), SCRAM-SHA-256-PLUS the channel bindings of
    /// the TLS facts, EXTERNAL a verified certificate; where these are missing the mechanism is not offered.
    #[cfg(feature = "sasl")]
    #[must_use]
    pub fn with_mechanisms(mut self, mechanisms: &[Mechanism]) -> Self {
        self.mechanisms = mechanisms.to_vec();
        self
    }

    /// Says which mechanisms are offered without TLS; none, unless told.
    #[must_use]
    pub fn with_clear_logins(mut self, clear: ClearLogins) -> Self {
        self.clear_logins = clear;
        self
    }

    /// Says whether a login must be there before MAIL.
    #[must_use]
    pub fn with_login_demand(mut self, demand: Demand) -> Self {
        self.login_demand = demand;
        self
    }

    /// Offers an extension.
    ///
    /// AUTH, DELIVERBY, ENHANCEDSTATUSCODES, FUTURERELEASE, SIZE, STARTTLS and XCLIENT follow from their own settings. REQUIRETLS
    /// is offered inside TLS only, BINARYMIME beside CHUNKING, SMTPUTF8 beside 8BITMIME.
    #[must_use]
    pub fn with_offered(mut self, extension: Extension) -> Self {
        self.offered = self.offered.with(extension);
        self.readied()
    }

    /// Takes an extension out of the offer.
    #[must_use]
    pub fn without_offered(mut self, extension: Extension) -> Self {
        self.offered = self.offered.without(extension);
        self.readied()
    }

    /// Asks a question.
    #[must_use]
    pub fn with_asked(mut self, asked: Asked) -> Self {
        self.asked |= bit(asked as u32);
        self
    }

    /// Leaves a question unasked: its default holds. The event still comes for MAIL and RCPT, with an ask that is
    /// answered already.
    #[must_use]
    pub fn without_asked(mut self, asked: Asked) -> Self {
        self.asked &= !bit(asked as u32);
        self
    }

    /// Says how strictly commands are read; as the RFC is written, unless told. What is offered is set by the session.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The largest message, in octets, offered as SIZE (RFC 1870); `None`: any, and `SIZE 0` is offered.
    #[must_use]
    pub fn with_size(mut self, octets: Option<u64>) -> Self {
        self.size = octets;
        self.readied()
    }

    /// Offers DELIVERBY (RFC 2852) with this shortest by-time, in seconds; 0: any.
    #[must_use]
    pub fn with_deliver_by(mut self, seconds: u32) -> Self {
        self.deliver_by = Some(seconds);
        self.readied()
    }

    /// Offers FUTURERELEASE (RFC 4865): mail is held for at most this many seconds, and no longer than to this date
    /// (RFC 3339). HOLDFOR over the one and HOLDUNTIL behind the other are refused; how HOLDUNTIL lies to the present is
    /// for the embedder, who has a calendar.
    #[must_use]
    pub fn with_future_release(mut self, seconds: u32, date: &str) -> Self {
        let date: String = date.chars().filter(char::is_ascii_graphic).take(64).collect();
        self.future_release = Some((seconds, Moment::parse(date.as_bytes()), date));
        self.readied()
    }

    /// Takes at most this many MAIL commands per session (MAILMAX, RFC 9422 §4.1); the next is answered 421.
    #[must_use]
    pub fn with_mails(mut self, count: u32) -> Self {
        self.mails = Some(count);
        self.readied()
    }

    /// Takes at most this many different domains among the recipients of a message (RCPTDOMAINMAX, RFC 9422 §4.3);
    /// recipients of the next are answered 452 4.5.3.
    #[must_use]
    pub fn with_recipient_domains(mut self, count: u32) -> Self {
        self.recipient_domains = Some(count);
        self.readied()
    }

    /// Offers XCLIENT to these peers.
    #[must_use]
    pub fn with_xclient(mut self, trusted: Trusted) -> Self {
        self.xclient = trusted;
        self
    }

    /// Requires the header of the PROXY protocol before anything else. Peers that are not trusted to send it are
    /// disconnected.
    #[must_use]
    pub fn with_proxy(mut self, trusted: Trusted) -> Self {
        self.proxy = Some(trusted);
        self
    }

    /// Says what happens to a message with a bare CR or LF; refused, unless told.
    #[must_use]
    pub fn with_bare_newline(mut self, policy: BareNewline) -> Self {
        self.bare_newline = policy;
        self
    }

    /// Says what ends a command line; CR LF alone, unless told.
    #[must_use]
    pub fn with_command_newline(mut self, policy: LineEnd) -> Self {
        self.command_newline = policy;
        self
    }

    /// Says what happens when octets stand behind STARTTLS; they are thrown away, unless told.
    #[must_use]
    pub fn with_injected(mut self, policy: Injected) -> Self {
        self.injected = policy;
        self
    }

    /// Says what happens when a peer talks out of turn; a notice, unless told.
    #[must_use]
    pub fn with_talker(mut self, policy: Talker) -> Self {
        self.talker = policy;
        self
    }

    /// Sets how much is taken.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self.readied()
    }

    /// Sets how long is waited.
    #[must_use]
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Sets how often a peer may err.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Sets what is let pass before a reply.
    #[must_use]
    pub fn with_delays(mut self, delays: Delays) -> Self {
        self.delays = delays;
        self
    }

    /// The name of this host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Which protocol is spoken.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// How TLS comes to the connection.
    pub fn tls(&self) -> TlsMode {
        self.tls
    }

    /// What is offered: `login` and `xclient` say whether the client at hand may log in, and whether it is trusted.
    pub(crate) fn offering(&self, inside: Inside, login: bool, xclient: bool) -> ExtensionSet {
        let mut set = self.offered;
        if !set.has(Extension::Chunking) {
            set = set.without(Extension::BinaryMime);
        }
        if !set.has(Extension::EightBitMime) {
            set = set.without(Extension::SmtpUtf8);
        }
        if inside == Inside::Clear {
            set = set.without(Extension::RequireTls);
        }
        let more = [
            (Extension::StartTls, inside == Inside::Clear && self.tls == TlsMode::StartTls),
            (Extension::Auth, login),
            (Extension::Size, true),
            (Extension::EnhancedStatusCodes, true),
            (Extension::DeliverBy, self.deliver_by.is_some()),
            (Extension::FutureRelease, self.future_release.is_some()),
            (Extension::Xclient, xclient),
        ];
        more.into_iter().fold(
            set,
            |set, (extension, there)| if there { set.with(extension) } else { set.without(extension) },
        )
    }

    /// The same settings, with the replies that show them.
    fn readied(mut self) -> Self {
        self.ready = Ready::of(&self);
        self
    }

    /// Whether this is offered, as far as the settings go.
    pub(crate) fn offers(&self, extension: Extension) -> bool {
        self.offered.has(extension)
    }

    pub(crate) fn asks(&self, asked: Asked) -> bool {
        self.asked & bit(asked as u32) != 0
    }

    /// Whether a connection begins with the greeting, with nothing before it and no delay.
    #[inline]
    pub(crate) fn begins_with_greeting(&self) -> bool {
        self.proxy.is_none() && self.tls != TlsMode::Implicit && self.delays.greeting.is_zero()
    }

    pub(crate) fn lmtp(&self) -> bool {
        self.protocol == Protocol::Lmtp
    }
}

const fn bit(number: u32) -> u32 {
    1_u32.wrapping_shl(number)
}
