//! How users set up their mail programs: plain words, DNS records, and the files that programs fetch.
//!
//! law: what the administrator wrote is escaped for the form it stands in

use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

use super::{Listener, Tls};

/// What a user's program needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'a> {
    domain: &'a str,
    submission: (&'a str, Listener),
    imap: Option<(&'a str, u16)>,
}

/// The same facts in every form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instructions {
    /// Plain words.
    pub text: String,
    /// Records of the domain's zone (RFC 6186 §3.1, RFC 8314 §5.1).
    pub records: String,
    /// What Thunderbird fetches from `https://autoconfig.DOMAIN/mail/config-v1.1.xml`.
    pub autoconfig: String,
    /// What Outlook fetches from `https://autodiscover.DOMAIN/autodiscover/autodiscover.xml`.
    pub autodiscover: String,
    /// A profile for Apple's programs, unsigned; `%EMAIL%` stands for the address.
    pub mobileconfig: String,
}

impl<'a> Setup<'a> {
    /// The domain of the addresses, the host and the port that take their mail.
    pub const fn new(domain: &'a str, host: &'a str, listener: Listener) -> Self {
        Self { domain, submission: (host, listener), imap: None }
    }

    /// Where mailboxes are read: a host with implicit TLS.
    #[must_use]
    pub const fn with_imap(self, host: &'a str, port: u16) -> Self {
        Self { imap: Some((host, port)), ..self }
    }
}

/// Writes the instructions.
///
/// # Examples
///
/// ```
/// use mailwright_policy::submission::{Listener, Setup, instructions};
///
/// let setup = Setup::new("example.org", "mail.example.org", Listener::implicit_465());
/// assert!(instructions(&setup).records.contains("_submissions._tcp.example.org. SRV 0 1 465 mail.example.org."));
/// ```
pub fn instructions(setup: &Setup<'_>) -> Instructions {
    let (host, listener) = setup.submission;
    let (host, domain, port) = (plain(host), plain(setup.domain), listener.port);
    let (words, socket, ssl, encryption) = match listener.tls {
        Tls::Implicit => ("TLS from the start (often called SSL/TLS)", "SSL", "on", "SSL"),
        Tls::StartTls => ("STARTTLS", "STARTTLS", "on", "TLS"),
    };
    let mut text = format!(
        "Outgoing mail for {domain}\n\n  server          {host}\n  port            {port}\n  security        {words}\n  user name       your whole address\n  authentication  normal password\n"
    );
    if let Some((imap, imap_port)) = setup.imap {
        let imap = plain(imap);
        let _ = text.write_fmt(format_args!(
            "\nIncoming mail\n\n  server          {imap}\n  port            {imap_port}\n  security        TLS from the start\n  user name       your whole address\n"
        ));
    }
    Instructions {
        text,
        records: records(setup),
        autoconfig: autoconfig(setup, socket),
        autodiscover: autodiscover(setup, ssl, encryption),
        mobileconfig: mobileconfig(setup),
    }
}

fn records(setup: &Setup<'_>) -> String {
    let ((host, listener), domain) = (setup.submission, plain(setup.domain));
    let host = plain(host);
    let service = match listener.tls {
        Tls::Implicit => "_submissions",
        Tls::StartTls => "_submission",
    };
    let mut text = format!("{service}._tcp.{domain}. SRV 0 1 {} {host}.\n", listener.port);
    match setup.imap {
        Some((imap, port)) => drop(writeln!(text, "_imaps._tcp.{domain}. SRV 0 1 {port} {}.", plain(imap))),
        None => drop(writeln!(text, "_imaps._tcp.{domain}. SRV 0 0 0 .")),
    }
    text
}

fn autoconfig(setup: &Setup<'_>, socket: &str) -> String {
    let (host, listener) = setup.submission;
    let server = |kind: &str, tag: &str, host: &str, port: u16, socket: &str| {
        format!(
            "    <{tag} type=\"{kind}\">\n      <hostname>{}</hostname>\n      <port>{port}</port>\n      <socketType>{socket}</socketType>\n      <username>%EMAILADDRESS%</username>\n      <authentication>password-cleartext</authentication>\n    </{tag}>\n",
            escaped(host)
        )
    };
    let incoming = setup
        .imap
        .map_or_else(String::new, |(host, port)| server("imap", "incomingServer", host, port, "SSL"));
    let outgoing = server("smtp", "outgoingServer", host, listener.port, socket);
    let domain = escaped(setup.domain);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<clientConfig version=\"1.1\">\n  <emailProvider id=\"{domain}\">\n    <domain>{domain}</domain>\n    <displayName>{domain}</displayName>\n{incoming}{outgoing}  </emailProvider>\n</clientConfig>\n"
    )
}

fn autodiscover(setup: &Setup<'_>, ssl: &str, encryption: &str) -> String {
    let protocol = |kind: &str, host: &str, port: u16, encryption: &str| {
        format!(
            "      <Protocol>\n        <Type>{kind}</Type>\n        <Server>{}</Server>\n        <Port>{port}</Port>\n        <SSL>{ssl}</SSL>\n        <Encryption>{encryption}</Encryption>\n        <AuthRequired>on</AuthRequired>\n      </Protocol>\n",
            escaped(host)
        )
    };
    let (host, listener) = setup.submission;
    let incoming = setup.imap.map_or_else(String::new, |(host, port)| protocol("IMAP", host, port, "SSL"));
    let outgoing = protocol("SMTP", host, listener.port, encryption);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n  <Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">\n    <Account>\n      <AccountType>email</AccountType>\n      <Action>settings</Action>\n{incoming}{outgoing}    </Account>\n  </Response>\n</Autodiscover>\n"
    )
}

fn mobileconfig(setup: &Setup<'_>) -> String {
    let (host, listener) = setup.submission;
    let (domain, host) = (escaped(setup.domain), escaped(host));
    let text = |key: &str, value: &str| format!("      <key>{key}</key><string>{value}</string>\n");
    let number = |key: &str, value: u16| format!("      <key>{key}</key><integer>{value}</integer>\n");
    let yes = |key: &str| format!("      <key>{key}</key><true/>\n");
    let mut inside = String::new();
    inside.push_str(&text("EmailAccountType", "EmailTypeIMAP"));
    inside.push_str(&text("EmailAddress", "%EMAIL%"));
    if let Some((imap, port)) = setup.imap {
        inside.push_str(&text("IncomingMailServerHostName", &escaped(imap)));
        inside.push_str(&number("IncomingMailServerPortNumber", port));
        inside.push_str(&yes("IncomingMailServerUseSSL"));
        inside.push_str(&text("IncomingMailServerUsername", "%EMAIL%"));
    }
    inside.push_str(&text("OutgoingMailServerHostName", &host));
    inside.push_str(&number("OutgoingMailServerPortNumber", listener.port));
    inside.push_str(&yes("OutgoingMailServerUseSSL"));
    inside.push_str(&text("OutgoingMailServerAuthentication", "EmailAuthPassword"));
    inside.push_str(&text("OutgoingMailServerUsername", "%EMAIL%"));
    inside.push_str(&text("PayloadType", "com.apple.mail.managed"));
    inside.push_str(&text("PayloadIdentifier", &format!("{domain}.mail")));
    inside.push_str(&number("PayloadVersion", 1));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n  <key>PayloadType</key><string>Configuration</string>\n  <key>PayloadIdentifier</key><string>{domain}</string>\n  <key>PayloadVersion</key><integer>1</integer>\n  <key>PayloadContent</key>\n  <array>\n    <dict>\n{inside}    </dict>\n  </array>\n</dict>\n</plist>\n"
    )
}

/// A name in plain words and in a zone: whatever could end a line or begin a comment there becomes `?`.
fn plain(name: &str) -> String {
    let acts =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, ';' | '"' | '(' | ')' | '\\' | '$');
    name.chars().map(|c| if acts(c) { '?' } else { c }).collect()
}

/// Text inside XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
