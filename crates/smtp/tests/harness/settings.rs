//! The words by which a transcript sets up its server.

use core::time::Duration;

use mailwright_address::Domain;
use mailwright_smtp::sasl::{Answer, Mechanism, ScramKeys, Secret};
use mailwright_smtp::server::{
    Asked, Budget, ClearLogins, Deadlines, Delays, Demand, Injected, Limits, MailParameters, Peer, Protocol,
    RecipientParameters, Session, Settings, Talker, TlsMode, Trusted, Verdict,
};
use mailwright_smtp::{BareNewline, BodyType, Extension, LineEnd};

/// The numbers that are gathered before they are set.
struct Numbers {
    limits: Limits,
    deadlines: Deadlines,
    budget: Budget,
    delays: Delays,
}

pub(crate) fn session(lines: &[&str]) -> Session {
    Session::new(Duration::ZERO, settings(lines), peer()).with_draw([7; 32])
}

pub(crate) fn peer() -> Peer {
    Peer::new("192.0.2.1:4711".parse().unwrap())
}

pub(crate) fn settings(lines: &[&str]) -> Settings {
    let host = Domain::parse(b"mx.example.org", mailwright_address::Grammar::strict()).unwrap();
    let mut settings = Settings::new(host);
    let mut numbers = Numbers {
        limits: Limits::new(),
        deadlines: Deadlines::new(),
        budget: Budget::new(),
        delays: Delays::new(),
    };
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        settings = set(settings, &mut numbers, &words);
    }
    settings
        .with_limits(numbers.limits)
        .with_deadlines(numbers.deadlines)
        .with_budget(numbers.budget)
        .with_delays(numbers.delays)
}

fn set(settings: Settings, numbers: &mut Numbers, words: &[&str]) -> Settings {
    match *words {
        ["whole"] => settings,
        ["lmtp"] => settings.with_protocol(Protocol::Lmtp),
        ["lf"] => settings.with_command_newline(LineEnd::CrLfOrLf),
        ["clear"] => settings.with_clear_logins(ClearLogins::Allowed),
        ["tls", "starttls"] => settings.with_tls(TlsMode::StartTls),
        ["tls", "implicit"] => settings.with_tls(TlsMode::Implicit),
        ["tls", "required"] => settings.with_tls_demand(Demand::Required),
        ["login", "required"] => settings.with_login_demand(Demand::Required),
        ["auth", ..] => {
            let names: Vec<Mechanism> =
                words[1..].iter().map(|name| Mechanism::parse(name.as_bytes()).unwrap()).collect();
            settings.with_mechanisms(&names)
        }
        ["size", number] => settings.with_size(Some(number.parse().unwrap())),
        ["offer", keyword] => settings.with_offered(Extension::parse(keyword.as_bytes()).unwrap()),
        ["without", keyword] => settings.without_offered(Extension::parse(keyword.as_bytes()).unwrap()),
        ["ask", name] => settings.with_asked(asked(name)),
        ["noask", name] => settings.without_asked(asked(name)),
        ["bare", "note"] => settings.with_bare_newline(BareNewline::Note),
        ["bare", "normalise"] => settings.with_bare_newline(BareNewline::Normalise),
        ["talker", "refuse"] => settings.with_talker(Talker::Refuse),
        ["talker", "ignore"] => settings.with_talker(Talker::Ignore),
        ["injected", "refuse"] => settings.with_injected(Injected::Refuse),
        ["xclient", who] => settings.with_xclient(trusted(who)),
        ["proxy", who] => settings.with_proxy(trusted(who)),
        ["by", seconds] => settings.with_deliver_by(seconds.parse().unwrap()),
        ["future", seconds, date] => settings.with_future_release(seconds.parse().unwrap(), date),
        ["mails", number] => settings.with_mails(number.parse().unwrap()),
        ["domains", number] => settings.with_recipient_domains(number.parse().unwrap()),
        _ => {
            number(numbers, words);
            settings
        }
    }
}

fn number(numbers: &mut Numbers, words: &[&str]) {
    let value = |at: usize| words[at].parse().unwrap();
    let time = |at: usize| super::transcript::duration(words[at]);
    match words[..2] {
        ["overrun", _] => numbers.limits = numbers.limits.with_overrun(value(1)),
        ["text", _] => numbers.limits = numbers.limits.with_text_line(Some(value(1))),
        ["recipients", _] => numbers.limits = numbers.limits.with_recipients(words[1].parse().unwrap()),
        ["outgoing", _] => numbers.limits = numbers.limits.with_outgoing(words[1].parse().unwrap()),
        ["block", _] => numbers.deadlines = numbers.deadlines.with_block(time(1), value(2)),
        ["budget", "errors"] => numbers.budget = numbers.budget.with_errors(words[2].parse().unwrap()),
        ["budget", "idle"] => numbers.budget = numbers.budget.with_idle(words[2].parse().unwrap()),
        ["budget", "logins"] => numbers.budget = numbers.budget.with_logins(words[2].parse().unwrap()),
        ["budget", "refusals"] => numbers.budget = numbers.budget.with_refusals(words[2].parse().unwrap()),
        ["delay", "greeting"] => numbers.delays = numbers.delays.with_greeting(time(2)),
        ["delay", "reply"] => numbers.delays = numbers.delays.with_reply(time(2)),
        ["delay", "login"] => numbers.delays = numbers.delays.with_login(time(2)),
        ["delay", "error"] => {
            numbers.delays = numbers.delays.with_error(time(2), words[3].parse().unwrap());
        }
        _ => panic!("no setting: {words:?}"),
    }
}

fn asked(name: &str) -> Asked {
    match name {
        "connected" => Asked::Connected,
        "hello" => Asked::Hello,
        "mail" => Asked::Mail,
        "recipient" => Asked::Recipient,
        "data" => Asked::Data,
        "verify" => Asked::Verify,
        "expand" => Asked::Expand,
        "etrn" => Asked::Etrn,
        other => panic!("nothing is asked as {other}"),
    }
}

fn trusted(who: &str) -> Trusted {
    match who {
        "trusted" => Trusted::nobody().with_network("192.0.2.0".parse().unwrap(), 24),
        "others" => Trusted::nobody().with_address("198.51.100.1".parse().unwrap()),
        other => panic!("nobody is {other}"),
    }
}

/// `refuse`, `later`, `accept`, `secret tanstaaf`, `scram pencil`.
pub(crate) fn login(text: &str) -> Verdict {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Verdict::login(match word {
        "accept" => Answer::Accept,
        "refuse" => Answer::Refuse,
        "later" => Answer::Later,
        "secret" => Answer::Secret(Secret::new(rest)),
        "scram" => Answer::Scram(ScramKeys::derive(rest.as_bytes(), b"salt", 4096)),
        other => panic!("no answer: {other}"),
    })
}

/// The event's line with a word for each parameter.
pub(crate) trait Words {
    fn words(&self) -> Vec<String>;
}

pub(crate) fn with_parameters(mut line: String, parameters: &impl Words) -> String {
    for word in parameters.words() {
        line.push(' ');
        line.push_str(&word);
    }
    line
}

impl Words for MailParameters {
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.size().map(|size| format!("size={size}")));
        words.extend(self.body().map(|body| {
            match body {
                BodyType::SevenBit => "7bit",
                BodyType::EightBitMime => "8bit",
                BodyType::BinaryMime => "binary",
            }
            .to_owned()
        }));
        words.extend(self.smtputf8().then(|| "utf8".to_owned()));
        words.extend(self.requiretls().then(|| "requiretls".to_owned()));
        words.extend(self.ret().map(|ret| format!("ret={}", ret.as_str())));
        words.extend(self.envid().map(|envid| format!("envid={}", envid.as_str())));
        words.extend(self.auth().map(|path| format!("auth={path}")));
        words.extend(self.priority().map(|priority| format!("priority={}", priority.get())));
        words.extend(self.deliver_by().map(|by| format!("by={}", by.seconds())));
        words.extend(self.hold().map(|hold| format!("hold={hold:?}")));
        words
    }
}

impl Words for RecipientParameters {
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.notify().map(|notify| format!("notify={notify}")));
        words.extend(self.orcpt().map(|orcpt| format!("orcpt={}", orcpt.address())));
        words
    }
}
