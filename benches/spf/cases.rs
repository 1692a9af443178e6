//! The cases that the figures of SPF are about, for us and for our peer: the same zone in the same kind of hash map.

use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;

use mailwright::dns::{Answer, Inquiry, Kind, Name, Question, Step, Zone};
use mailwright::spf::{Check, Identity, Log, Outcome, Record, Settings, Trace, Verdict};

use super::peer::Peer;

/// One evaluation.
pub struct Case {
    /// Its letter.
    pub name: &'static str,
    pub zone: &'static str,
    pub helo: &'static str,
    pub sender: &'static str,
    pub client: &'static str,
    pub verdict: Verdict,
    /// Instructions and allocations at most, and the instructions aimed at.
    pub bound: u64,
    pub allocations: u64,
    pub aim: u64,
}

pub const CASES: [Case; 5] = [
    Case {
        name: "a",
        zone: "example.org. TXT \"v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/24 -all\"",
        helo: "mail.example.org",
        sender: "user@example.org",
        client: "198.51.100.7",
        verdict: Verdict::Pass,
        bound: 5_065,
        allocations: 2,
        aim: 2_740,
    },
    Case {
        name: "b",
        zone: "example.org. TXT \"v=spf1 include:one.example.net include:two.example.net a mx -all\"
one.example.net. TXT \"v=spf1 ip4:192.0.2.1 ip4:192.0.2.16/28 ~all\"
two.example.net. TXT \"v=spf1 ip4:203.0.113.0/24 ~all\"
example.org. A 192.0.2.99
example.org. MX 10 mx1.example.org.
example.org. MX 20 mx2.example.org.
mx1.example.org. A 192.0.2.25
mx2.example.org. A 198.51.100.7",
        helo: "mail.example.org",
        sender: "user@example.org",
        client: "198.51.100.7",
        verdict: Verdict::Pass,
        bound: 17_942,
        allocations: 10,
        aim: 9_454,
    },
    Case {
        name: "c",
        zone: "example.org. TXT \"v=spf1 include:i1.example.net -all\"
i1.example.net. TXT \"v=spf1 include:i2.example.net -all\"
i2.example.net. TXT \"v=spf1 include:i3.example.net -all\"
i3.example.net. TXT \"v=spf1 include:i4.example.net -all\"
i4.example.net. TXT \"v=spf1 include:i5.example.net -all\"
i5.example.net. TXT \"v=spf1 include:i6.example.net -all\"
i6.example.net. TXT \"v=spf1 include:i7.example.net -all\"
i7.example.net. TXT \"v=spf1 include:i8.example.net -all\"
i8.example.net. TXT \"v=spf1 include:i9.example.net -all\"
i9.example.net. TXT \"v=spf1 include:i10.example.net -all\"
i10.example.net. TXT \"v=spf1 ip4:198.51.100.0/24 -all\"",
        helo: "mail.example.org",
        sender: "user@example.org",
        client: "198.51.100.7",
        verdict: Verdict::Pass,
        bound: 47_530,
        allocations: 14,
        aim: 19_746,
    },
    Case {
        name: "d4",
        zone: MACROS,
        helo: "mail.example.org",
        sender: "strong-bad@example.org",
        client: "198.51.100.7",
        verdict: Verdict::Pass,
        bound: 23_825,
        allocations: 8,
        aim: 11_350,
    },
    Case {
        name: "d6",
        zone: MACROS,
        helo: "mail.example.org",
        sender: "strong-bad@example.org",
        client: "2001:db8::cb01",
        verdict: Verdict::Pass,
        bound: 32_583,
        allocations: 8,
        aim: 19_694,
    },
];

const MACROS: &str = "example.org. TXT \"v=spf1 exists:%{ir}.%{v}._spf.%{d2} include:%{l1r-}.%{o}._inc.example.net \" \
\"exists:%{i}.%{h}.%{l2r+-}._x.%{d} -all\"
7.100.51.198.in-addr._other.example.org. A 127.0.0.2
_spf.example.org. TXT keeps-the-name
strong.example.org._inc.example.net. TXT \"v=spf1 ip4:192.0.2.1 -all\"
198.51.100.7.mail.example.org.bad.strong._x.example.org. A 127.0.0.2
2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1.mail.example.org.bad.strong._x.example.org. A 127.0.0.2";

/// The records of the parser's figures: name, text, instructions at most.
pub const RECORDS: [(&str, &str, u64); 5] = [
    ("two_ip4", "v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/24 -all", 2_235),
    ("includes", "v=spf1 include:one.example.net include:two.example.net a mx -all", 3_060),
    (
        "macros",
        "v=spf1 exists:%{ir}.%{v}._spf.%{d2} include:%{l1r-}.%{o}._inc.example.net exists:%{i}.%{h}.%{l2r+-}._x.%{d} -all",
        10_779,
    ),
    (
        "mixed",
        "v=spf1 a mx:example.net/24 include:_spf.example.com ip4:192.0.2.0/24 ip6:2001:db8::/32 ptr:example.org \
         exists:%{i}.example.org ~all",
        6_277,
    ),
    (
        "addresses",
        "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.16/28 ip4:198.51.100.0/24 ip4:203.0.113.7 ip4:203.0.113.8 \
         ip4:203.0.113.128/25 ip4:192.0.2.200 ip6:2001:db8::1 ip6:2001:db8:1::/48 ip6:2001:db8:2::/48 ip6:2001:db8:3::/64 \
         ip6:2001:db8::1:2:3 ip6:2001:db8::4 ip6:2001:db8::5 ip6:2001:db8::6 -all",
        11_829,
    ),
];

/// A zone as a hash map: what a resolver with a warm cache is.
pub struct World(HashMap<Name, Vec<(Kind, Answer)>>);

impl World {
    pub fn new(text: &str) -> Self {
        let zone = Zone::parse(text.as_bytes()).expect("a zone");
        let mut map: HashMap<Name, Vec<(Kind, Answer)>> = HashMap::new();
        for name in zone.names() {
            let answers = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Txt, Kind::Ptr];
            let ask = |kind| (kind, zone.answer(&Question::new(name.clone(), kind)));
            map.insert(name.clone(), answers.map(ask).to_vec());
        }
        Self(map)
    }

    fn answer(&self, question: &Question) -> Answer {
        let answers = self.0.get(&question.name);
        let found = answers.and_then(|answers| answers.iter().find(|(kind, _)| *kind == question.kind));
        found.map_or_else(|| Answer::NxDomain(mailwright::dns::About::new(60)), |(_, answer)| answer.clone())
    }

    /// Runs a check; gives the rounds that it took, where all questions of a round go side by side.
    pub fn run<T: Trace>(&self, check: &mut Check<T>) -> (Outcome, usize) {
        let mut rounds = 0;
        let mut round: Vec<Question> = Vec::new();
        loop {
            match check.poll() {
                Step::Ask(question) => round.push(question),
                Step::Done(outcome) => return (outcome, rounds),
                Step::Wait => {
                    rounds += 1;
                    for question in round.drain(..) {
                        let answer = self.answer(&question);
                        check.handle_answer(&question, answer);
                    }
                }
            }
        }
    }

    /// Answers each question at once.
    pub fn answer_all<T: Trace>(&self, check: &mut Check<T>) -> Outcome {
        loop {
            match check.poll() {
                Step::Ask(question) => {
                    let answer = self.answer(&question);
                    check.handle_answer(&question, answer);
                }
                Step::Done(outcome) => return outcome,
                Step::Wait => check.handle_timeout(),
            }
        }
    }
}

impl Case {
    pub fn identity(&self) -> Identity {
        Identity::mail_from(self.sender.as_bytes(), self.helo.as_bytes())
    }

    pub fn client(&self) -> IpAddr {
        self.client.parse().expect("an address")
    }

    /// One evaluation of ours from nothing, as a server would do it for one message.
    pub fn ours(&self, world: &World, client: IpAddr) -> Verdict {
        let mut check = Check::new(self.identity(), client, Settings::new(b"mx.receiver.example"));
        world.answer_all(&mut check).verdict
    }

    /// The same with every step kept.
    pub fn ours_traced(&self, world: &World, client: IpAddr, log: &mut Log) -> Verdict {
        log.clear();
        let settings = Settings::new(b"mx.receiver.example");
        let mut check = Check::with_trace(self.identity(), client, settings, log);
        world.answer_all(&mut check).verdict
    }
}

/// Everything that can be counted, by name: `case/who`.
pub fn job(name: &str) -> Option<Box<dyn FnMut()>> {
    let (job, who) = name.split_once('/')?;
    if let Some((_, text, _)) = RECORDS.iter().find(|(record, ..)| *record == job) {
        return Some(match who {
            "ours" => Box::new(|| drop(black_box(Record::parse(black_box(text.as_bytes()))))),
            _ => Box::new(|| super::peer::parse(black_box(text.as_bytes()))),
        });
    }
    let case = CASES.iter().find(|case| case.name == job)?;
    let client = case.client();
    if who == "peer" {
        let peer = Peer::new(case.zone);
        return Some(Box::new(move || {
            black_box(peer.check(case, client));
        }));
    }
    let world = World::new(case.zone);
    let mut log = Log::new();
    let mut kept = Check::new(case.identity(), client, Settings::new(b"mx.receiver.example"));
    Some(match who {
        "ours" => Box::new(move || assert_eq!(black_box(case.ours(&world, client)), case.verdict)),
        "traced" => {
            Box::new(move || assert_eq!(black_box(case.ours_traced(&world, client, &mut log)), case.verdict))
        }
        "reused" => Box::new(move || {
            kept.restart(case.identity(), client);
            assert_eq!(world.answer_all(&mut kept).verdict, case.verdict);
        }),
        _ => return None,
    })
}
