//! What a trusted peer says of the client behind it.
//!
//! in:  the attributes of XCLIENT      out: typed facts, or the attributes again
//! law: each attribute once, decoded and in its range; which peer may send them is not judged here

use alloc::{
    boxed::Box,
    string::{String, ToString},
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use mailwright_address::xtext;

use crate::command::{CommandError, CommandFault, Text};

/// The facts of XCLIENT. What is `None` was not said and stays as it was.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{Known, Text, Xclient};
///
/// let text = Text::new("NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 HELO=a+2Bb").unwrap();
/// let facts = Xclient::parse(text)?;
/// assert_eq!(facts.name(), Some(Known::Never));
/// assert_eq!(facts.address(), Some(Known::Is("2001:db8::1".parse().unwrap())));
/// assert_eq!(facts.helo(), Some(Known::Is("a+b")));
/// # Ok::<_, mailwright_smtp::CommandError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xclient {
    name: Option<Known<Box<str>>>,
    address: Option<Known<IpAddr>>,
    port: Option<Known<u16>>,
    extended: Option<bool>,
    helo: Option<Known<Box<str>>>,
    login: Option<Known<Box<str>>>,
    own_address: Option<Known<IpAddr>>,
    own_port: Option<Known<u16>>,
}

/// A fact, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the XCLIENT protocol")]
pub enum Known<T> {
    /// It is so.
    Is(T),
    /// `[UNAVAILABLE]`: there is none.
    Never,
    /// `[TEMPUNAVAIL]`: it could not be found at the moment.
    NotNow,
}

impl Xclient {
    /// The attributes that are known, as the EHLO reply lists them.
    pub const ATTRIBUTES: [&'static str; 8] =
        ["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT"];

    /// Reads the attributes of an XCLIENT command.
    ///
    /// # Errors
    ///
    /// [`CommandError`] with a 501 reply where an attribute is not known, stands twice, or has a value that can't be read.
    pub fn parse(text: Text<'_>) -> Result<Self, CommandError> {
        let mut facts = Self::default();
        let mut at = VERB;
        for word in text.as_str().split(' ') {
            let value = word.split_once('=').filter(|(_, value)| !value.is_empty());
            let Some((name, value)) = value else {
                return Err(CommandError::new(CommandFault::BadArgument, at, "attributes with values"));
            };
            facts
                .set(name, value)
                .map_err(|expected| CommandError::new(CommandFault::BadArgument, at, expected))?;
            at = at.saturating_add(word.len()).saturating_add(1);
        }
        Ok(facts)
    }

    /// The name of the client's address in DNS.
    pub fn name(&self) -> Option<Known<&str>> {
        self.name.as_ref().map(Known::view)
    }

    /// The client's address.
    pub const fn address(&self) -> Option<Known<IpAddr>> {
        self.address
    }

    /// The client's port.
    pub const fn port(&self) -> Option<Known<u16>> {
        self.port
    }

    /// Whether the client said EHLO; `false` where it said HELO.
    pub const fn extended(&self) -> Option<bool> {
        self.extended
    }

    /// What the client called itself.
    pub fn helo(&self) -> Option<Known<&str>> {
        self.helo.as_ref().map(Known::view)
    }

    /// As whom the client has logged in.
    pub fn login(&self) -> Option<Known<&str>> {
        self.login.as_ref().map(Known::view)
    }

    /// The address that the client connected to.
    pub const fn own_address(&self) -> Option<Known<IpAddr>> {
        self.own_address
    }

    /// The port that the client connected to.
    pub const fn own_port(&self) -> Option<Known<u16>> {
        self.own_port
    }

    /// Says the name of the client's address. Text with controls or outside ASCII counts as unavailable.
    #[must_use]
    pub fn with_name(mut self, name: Known<&str>) -> Self {
        self.name = Some(name.own());
        self
    }

    /// Says the client's address.
    #[must_use]
    pub const fn with_address(mut self, address: Known<IpAddr>) -> Self {
        self.address = Some(address);
        self
    }

    /// Says the client's port.
    #[must_use]
    pub const fn with_port(mut self, port: Known<u16>) -> Self {
        self.port = Some(port);
        self
    }

    /// Says whether the client said EHLO.
    #[must_use]
    pub const fn with_extended(mut self, extended: bool) -> Self {
        self.extended = Some(extended);
        self
    }

    /// Says what the client called itself; as [`with_name`](Self::with_name).
    #[must_use]
    pub fn with_helo(mut self, helo: Known<&str>) -> Self {
        self.helo = Some(helo.own());
        self
    }

    /// Says as whom the client has logged in; as [`with_name`](Self::with_name).
    #[must_use]
    pub fn with_login(mut self, login: Known<&str>) -> Self {
        self.login = Some(login.own());
        self
    }

    /// Says the address that the client connected to.
    #[must_use]
    pub const fn with_own_address(mut self, address: Known<IpAddr>) -> Self {
        self.own_address = Some(address);
        self
    }

    /// Says the port that the client connected to.
    #[must_use]
    pub const fn with_own_port(mut self, port: Known<u16>) -> Self {
        self.own_port = Some(port);
        self
    }

    /// The attributes as they go on the wire, for [`Command::Xclient`](crate::Command::Xclient).
    pub fn attributes(&self) -> String {
        let text = |known: &Known<Box<str>>| known.written(|text| xtext::encode(text.as_bytes()));
        let address = |known: &Known<IpAddr>| known.written(written_address);
        let port = |known: &Known<u16>| known.written(ToString::to_string);
        let proto = |extended: &bool| if *extended { "ESMTP".into() } else { "SMTP".into() };
        let values: [Option<String>; 8] = [
            self.name.as_ref().map(text),
            self.address.as_ref().map(address),
            self.port.as_ref().map(port),
            self.extended.as_ref().map(proto),
            self.helo.as_ref().map(text),
            self.login.as_ref().map(text),
            self.own_address.as_ref().map(address),
            self.own_port.as_ref().map(port),
        ];
        let mut line = String::new();
        for (name, value) in Self::ATTRIBUTES.iter().zip(values) {
            let Some(value) = value else { continue };
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(name);
            line.push('=');
            line.push_str(&value);
        }
        line
    }

    /// Sets one attribute, or says what was expected.
    fn set(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        let known = Self::ATTRIBUTES.iter().find(|known| known.eq_ignore_ascii_case(name));
        match *known.ok_or("a known attribute")? {
            "NAME" => once(&mut self.name, Known::read(value, read_text)),
            "ADDR" => once(&mut self.address, Known::read(value, read_address)),
            "PORT" => once(&mut self.port, Known::read(value, read_port)),
            "HELO" => once(&mut self.helo, Known::read(value, read_text)),
            "LOGIN" => once(&mut self.login, Known::read(value, read_text)),
            "DESTADDR" => once(&mut self.own_address, Known::read(value, read_address)),
            "DESTPORT" => once(&mut self.own_port, Known::read(value, read_port)),
            _ => {
                let extended = value.eq_ignore_ascii_case("ESMTP");
                let valid = extended || value.eq_ignore_ascii_case("SMTP");
                once(&mut self.extended, valid.then_some(extended))
            }
        }
    }
}

impl<T> Known<T> {
    fn read(value: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Self> {
        if value.eq_ignore_ascii_case("[UNAVAILABLE]") {
            Some(Self::Never)
        } else if value.eq_ignore_ascii_case("[TEMPUNAVAIL]") {
            Some(Self::NotNow)
        } else {
            read(value).map(Self::Is)
        }
    }

    fn written(&self, write: impl FnOnce(&T) -> String) -> String {
        match self {
            Self::Is(fact) => write(fact),
            Self::Never => "[UNAVAILABLE]".into(),
            Self::NotNow => "[TEMPUNAVAIL]".into(),
        }
    }
}

impl Known<Box<str>> {
    fn view(&self) -> Known<&str> {
        match self {
            Self::Is(text) => Known::Is(text),
            Self::Never => Known::Never,
            Self::NotNow => Known::NotNow,
        }
    }
}

impl Known<&str> {
    fn own(self) -> Known<Box<str>> {
        match self {
            Known::Is(text) if is_plain(text) => Known::Is(text.into()),
            Known::Is(_) | Known::Never => Known::Never,
            Known::NotNow => Known::NotNow,
        }
    }
}

fn once<T>(slot: &mut Option<T>, value: Option<T>) -> Result<(), &'static str> {
    if slot.is_some() {
        return Err("each attribute once");
    }
    *slot = Some(value.ok_or("a value of the attribute's kind")?);
    Ok(())
}

fn read_text(value: &str) -> Option<Box<str>> {
    let text = xtext::decode_text(value.as_bytes()).ok()?;
    is_plain(&text).then(|| text.into())
}

/// A dotted quad, or `IPV6:` and an address.
fn read_address(value: &str) -> Option<IpAddr> {
    match value.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPV6:") => {
            address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        }
        _ => value.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

fn read_port(value: &str) -> Option<u16> {
    value.parse().ok().filter(|_| !value.starts_with('+'))
}

fn written_address(address: &IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => ["IPV6:", &address.to_string()].concat(),
    }
}

/// Printable ASCII, at least one octet of it, and not the words that say that there is none.
fn is_plain(text: &str) -> bool {
    let word = |word: &str| text.eq_ignore_ascii_case(word);
    !text.is_empty()
        && text.bytes().all(|octet| matches!(octet, b' '..=b'~'))
        && !word("[UNAVAILABLE]")
        && !word("[TEMPUNAVAIL]")
}

/// Where the attributes begin in the line.
const VERB: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Xclient, CommandError> {
        Xclient::parse(Text::new(text).unwrap())
    }

    #[test]
    fn smtp_b94_xclient_attributes_are_read_and_written() {
        let line = "NAME=mx.example.org ADDR=192.0.2.1 PORT=40000 PROTO=ESMTP HELO=a+20b LOGIN=[UNAVAILABLE] \
            DESTADDR=IPV6:2001:db8::1 DESTPORT=[TEMPUNAVAIL]";
        let facts = read(line).unwrap();
        assert_eq!(facts.attributes(), line);
        assert_eq!(facts.helo(), Some(Known::Is("a b")));
        assert_eq!((facts.login(), facts.own_port()), (Some(Known::Never), Some(Known::NotNow)));
        assert_eq!((facts.extended(), facts.port()), (Some(true), Some(Known::Is(40000))));
        assert_eq!(read("name=x").unwrap().name(), Some(Known::Is("x")));
    }

    #[test]
    fn smtp_b94_xclient_with_anything_amiss_is_refused_whole() {
        for line in [
            "NAME",
            "NAME=",
            "FOO=x",
            "NAME=a NAME=b",
            "ADDR=999.0.0.1",
            "ADDR=2001:db8::1",
            "PORT=65536",
            "PORT=+1",
            "PROTO=LMTPX",
            "HELO=a+2",
            "HELO=a+00b",
            "HELO=a+0Ab",
            "NAME=a  ADDR=1.2.3.4",
            "ADDR=IPV6:1.2.3.4",
        ] {
            let error = read(line).unwrap_err();
            assert_eq!(error.reply().code().number(), 501, "{line}");
        }
    }

    #[test]
    fn threat_c20_an_injected_fact_is_written_as_unavailable() {
        let facts = Xclient::default().with_helo(Known::Is("x\r\nMAIL")).with_login(Known::Is("a b+=\u{e9}"));
        assert_eq!(facts.attributes(), "HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE]");
        let facts = Xclient::default().with_helo(Known::Is("a b+="));
        assert_eq!(facts.attributes(), "HELO=a+20b+2B+3D");
        assert_eq!(read(&facts.attributes()).unwrap(), facts);
    }
}
