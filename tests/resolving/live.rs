//! `check_spf --live` beside `check_spf --zone`: the same zone gives the same words and the same exit status.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use mailwright::dns::{Answer, Failure, Kind, Zone};
use tempfile::TempDir;

use super::nameserver::{NameServer, Says, Tcp};

/// A zone for a name server, too: it has an SOA and name servers of its own.
fn zone() -> String {
    let mut zone = r#"$ORIGIN example.org.
$TTL 300
@        SOA   ns host 1 3600 600 86400 60
@        NS    ns
ns       A     127.0.0.1
@        TXT   "v=spf1 include:_spf.example.org a:alias.example.org mx exists:%{ir}.%{l1r-}._x.%{d} -all exp=why.example.org"
@        MX    10 mx1
@        MX    20 mx2
mx1      A     192.0.2.25
mx2      AAAA  2001:db8::25
_spf     TXT   "v=spf1 ip4:198.51.100.0/24 " "ip6:2001:db8:1::/48 ?all"
alias    CNAME host
host     A     203.0.113.7
why      TXT   "%{i} is no host of %{d}"
*._x     A     127.0.0.2
broken   TXT   "v=spf1 ipv4:192.0.2.1 -all"
two      TXT   "v=spf1 -all"
two      TXT   "v=spf1 mx -all"
voids    TXT   "v=spf1 a:v1.example.org a:v2.example.org a:v3.example.org ip4:192.0.2.1 -all"
v1       TXT   "exists, and has no address"
deep     TXT   "v=spf1 redirect=deep2.example.org"
deep2    TXT   "v=spf1 include:nowhere.example.org -all"
soft     TXT   "v=spf1 ~all"
mail     TXT   "v=spf1 a -all"
mail     A     192.0.2.77
large    TXT   "v=spf1 ip4:192.0.2.44 -all"
"#
    .to_owned();
    for number in 0..49 {
        let _ = writeln!(zone, "large    TXT   \"{number:x<80}\"");
    }
    zone
}

/// Who comes: address, HELO name, return path, exit status.
const CASES: [(&str, &str, &str, i32); 17] = [
    ("198.51.100.7", "mail.example.org", "ann@example.org", 0),
    ("2001:db8:1::9", "mail.example.org", "ann@example.org", 0),
    ("203.0.113.7", "", "ann@example.org", 0),
    ("192.0.2.25", "mx1.example.org", "ann@example.org", 0),
    ("2001:db8::25", "", "ann@example.org", 0),
    ("192.0.2.200", "", "odd-name@example.org", 0),
    ("192.0.2.200", "mail.example.org", "ann@nosuch.example.org", 2),
    ("192.0.2.1", "", "ann@broken.example.org", 65),
    ("192.0.2.1", "", "ann@two.example.org", 65),
    ("192.0.2.1", "", "ann@voids.example.org", 65),
    ("192.0.2.1", "", "ann@deep.example.org", 65),
    ("192.0.2.1", "", "ann@soft.example.org", 1),
    ("192.0.2.77", "mail.example.org", "", 0),
    ("192.0.2.78", "mail.example.org", "", 1),
    ("192.0.2.44", "", "ann@large.example.org", 0),
    ("192.0.2.45", "", "ann@large.example.org", 1),
    ("192.0.2.1", "", "ann@v1.example.org", 2),
];

/// The example, built once.
fn check_spf(arguments: &[&str]) -> Output {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let program = BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(root).args(["build", "-q", "--workspace", "--example", "check_spf"]);
        assert!(cargo.status().is_ok_and(|status| status.success()), "the example builds");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("debug/examples/check_spf")
    });
    Command::new(program).args(arguments).output().expect("an example that was built")
}

fn said(output: &Output) -> String {
    [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat()
}

/// Every case over the network and over the file, with every step.
fn compare(server: SocketAddr, file: &Path) {
    let (server, file) = (server.to_string(), file.to_str().expect("a UTF-8 path"));
    for (client, helo, sender, exit) in CASES {
        let mut arguments = vec!["--ip", client, "--mail-from", sender, "--trace"];
        if !helo.is_empty() {
            arguments.extend(["--helo", helo]);
        }
        let offline = check_spf(&[&arguments[..], &["--zone", file]].concat());
        let live = check_spf(&[&arguments[..], &["--live", "--server", &server]].concat());
        assert_eq!(offline.status.code(), Some(exit), "{client} {sender}: {}", said(&offline));
        assert_eq!(said(&live), said(&offline), "{client} {sender}");
        assert_eq!(live.status.code(), Some(exit), "{client} {sender}");
    }
}

fn written() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("example.org.zone");
    fs::write(&file, zone()).expect("a file");
    (folder, file)
}

#[test]
fn live_and_offline_agree_over_a_scripted_server() {
    let (_folder, file) = written();
    let zone = Zone::parse(zone().as_bytes()).expect("a zone");
    let server = NameServer::start(Tcp::Serves, move |question, _| Says::Answer(zone.answer(question)));
    compare(server.at, &file);
}

#[test]
fn failures_on_the_way_are_temporary_and_say_what_they_are() {
    let cases = [
        (Answer::Failed(Failure::ServFail), Tcp::Serves, "server failure"),
        (Answer::Failed(Failure::Refused), Tcp::Serves, "refused"),
        (Answer::Failed(Failure::Truncated), Tcp::Refuses, "cut off"),
    ];
    for (answer, tcp, words) in cases {
        let server = NameServer::start(tcp, move |_, _| Says::Answer(answer.clone()));
        let at = server.at.to_string();
        let output =
            check_spf(&["--ip", "192.0.2.1", "--mail-from", "a@example.org", "--live", "--server", &at]);
        assert_eq!(output.status.code(), Some(75), "{}", said(&output));
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
        assert!(server.asked().iter().all(|(_, kind, _)| *kind == Kind::Txt));
    }
    let silent = NameServer::start(Tcp::IsSilent, |_, _| Says::Nothing);
    let at = silent.at.to_string();
    let output = check_spf(&["--ip", "192.0.2.1", "--mail-from", "a@example.org", "--live", "--server", &at]);
    assert_eq!(output.status.code(), Some(75), "{}", said(&output));
    assert!(said(&output).contains("no answer in time"), "{}", said(&output));
}

/// nsd, as `.ci/peers` unpacked it or as it is installed.
fn nsd() -> Option<PathBuf> {
    let unpacked =
        std::env::var_os("MAILWRIGHT_PEERS").map(|peers| Path::new(&peers).join("nsd/usr/sbin/nsd"));
    [unpacked, Some(PathBuf::from("/usr/sbin/nsd"))].into_iter().flatten().find(|path| path.is_file())
}

struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn live_and_offline_agree_over_nsd() {
    let Some(nsd) = nsd() else {
        eprintln!(
            "PASSED OVER: nsd is neither below MAILWRIGHT_PEERS nor installed, so nothing was compared"
        );
        return;
    };
    let (folder, file) = written();
    let port = std::net::UdpSocket::bind("127.0.0.1:0").and_then(|s| s.local_addr()).expect("a port").port();
    let at = SocketAddr::from(([127, 0, 0, 1], port));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let settings = format!(
        "server:\n  ip-address: 127.0.0.1@{port}\n  username: \"\"\n  chroot: \"\"\n  server-count: 1\n  zonesdir: \"{}\"\n  \
         pidfile: \"{}\"\n  database: \"\"\n  zonelistfile: \"{}\"\n  xfrdfile: \"{}\"\n  xfrdir: \"{}\"\n  logfile: \"{}\"\n\
         remote-control:\n  control-enable: no\nzone:\n  name: example.org\n  zonefile: example.org.zone\n",
        folder.path().display(),
        path("pid"),
        path("zones"),
        path("xfrd"),
        folder.path().display(),
        path("log"),
    );
    fs::write(path("nsd.conf"), settings).expect("a file");
    let child = Command::new(nsd)
        .args(["-d", "-c", &path("nsd.conf")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _running = Stopped(child.expect("nsd starts"));
    let begun = Instant::now();
    while std::net::TcpStream::connect(at).is_err() {
        let log = || fs::read_to_string(path("log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(20), "nsd listens: {}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
    compare(at, &file);
}
