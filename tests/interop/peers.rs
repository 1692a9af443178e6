//! Starts foreign mail servers on loopback ports of their own, and stops them.
//!
//! in:  the folder `$MAILWRIGHT_PEERS` that `.ci/peers` filled      out: a `Peer` that is stopped when dropped
//! law: a peer that can't be had is said aloud and passed over; it never fails a run by itself

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running foreign server.
pub struct Peer {
    pub name: &'static str,
    pub port: u16,
    pub folder: TempDir,
    child: Option<Child>,
    stop: Option<Command>,
}

impl Peer {
    pub fn at(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(stop) = &mut self.stop {
            let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Says aloud that a part of the matrix was not run.
pub fn passed_over(what: &str, why: &str) {
    eprintln!("PASSED OVER: {what}: {why}");
}

/// A port that nobody listens on right now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a loopback port").port()
}

pub fn has(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|p| p.join(program).is_file()))
}

fn unpacked(package: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MAILWRIGHT_PEERS").map(PathBuf::from)?.join(package);
    let folder = fs::canonicalize(folder).ok()?;
    folder.is_dir().then_some(folder)
}

fn folder_for_all() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("own folder");
    folder
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n")
}

fn add_user(name: &str) {
    let known = Command::new("getent").args(["passwd", name]).output().is_ok_and(|o| o.status.success());
    if !known {
        let _ = Command::new("useradd").args(["-r", "-M", "-s", "/usr/sbin/nologin", name]).status();
    }
}

const NOBODY: u32 = 65_534;

/// The same certificate for every peer: `key-root.pem` is readable by root alone, as Postfix wants it.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .expect("a certificate");
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&certificate, made.cert.pem()).expect("own folder");
    fs::write(&key, made.signing_key.serialize_pem()).expect("own folder");
    (certificate, key)
}

fn up(peer: Peer) -> Option<Peer> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        if TcpStream::connect(("127.0.0.1", peer.port)).is_ok() {
            return Some(peer);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = fs::read_to_string(peer.path("log")).unwrap_or_default();
    passed_over(peer.name, &format!("it was started and never listened: {said}"));
    None
}

fn spawn(command: &mut Command, log: &Path) -> Child {
    let log = fs::File::create(log).expect("own folder");
    let errors = log.try_clone().expect("a second handle");
    command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().expect("a program that is there")
}

/// Postfix's test server: takes everything, keeps nothing.
pub fn smtp_sink() -> Option<Peer> {
    let Some(postfix) = unpacked("postfix") else {
        passed_over("smtp-sink", "the package postfix is not unpacked");
        return None;
    };
    let (folder, port) = (folder_for_all(), free_port());
    let mut command = Command::new(postfix.join("usr/sbin/smtp-sink"));
    command.env("LD_LIBRARY_PATH", postfix.join("usr/lib/postfix"));
    if is_root() {
        command.args(["-u", "nobody"]);
    }
    command.arg(format!("127.0.0.1:{port}")).arg("128");
    let child = spawn(&mut command, &folder.path().join("log"));
    up(Peer { name: "smtp-sink", port, folder, child: Some(child), stop: None })
}

/// Postfix's test client: `count` messages of `octets` over `sessions` connections. Gives how long it took.
pub fn smtp_source(port: u16, sessions: u32, octets: u32, count: u32) -> Option<Duration> {
    let postfix = unpacked("postfix")?;
    let begun = Instant::now();
    let ended = Command::new(postfix.join("usr/sbin/smtp-source"))
        .env("LD_LIBRARY_PATH", postfix.join("usr/lib/postfix"))
        .args(["-s", &sessions.to_string(), "-l", &octets.to_string(), "-m", &count.to_string()])
        .args(["-d", "-f", "a@client.test", "-t", "b@ok.test", &format!("127.0.0.1:{port}")])
        .status();
    ended.is_ok_and(|s| s.success()).then(|| begun.elapsed())
}

/// Exim: takes mail for everybody but `reject.test` and `defer.test`; what is for `relay.test` goes on to `relay`, all
/// else into one mbox.
pub fn exim(relay: u16) -> Option<Peer> {
    let Some(package) = unpacked("exim4-daemon-light") else {
        passed_over("Exim", "the package exim4-daemon-light is not unpacked");
        return None;
    };
    let (folder, port) = (folder_for_all(), free_port());
    let root = folder.path();
    let d = root.display();
    certificate(root);
    fs::copy(package.join("usr/sbin/exim4"), root.join("exim")).expect("own folder");
    fs::set_permissions(root.join("exim"), fs::Permissions::from_mode(0o755)).expect("own file");
    let conf = format!(
        "primary_hostname = exim.test\nexim_path = {d}/exim\nspool_directory = {d}/spool\nlog_file_path = {d}/%slog\n\
         pid_file_path = {d}/run.pid\nexim_user = nobody\nexim_group = nogroup\nnever_users =\nlocal_interfaces = 127.0.0.1\n\
         daemon_smtp_ports = {port}\ntls_advertise_hosts = *\ntls_certificate = {d}/cert.pem\ntls_privatekey = {d}/key.pem\n\
         smtputf8_advertise_hosts = *\ndsn_advertise_hosts = *\nhost_lookup =\nkeep_environment =\nmessage_size_limit = 100M\n\
         acl_smtp_rcpt = r\nacl_smtp_data = d\nqueue_run_max = 1\nallow_utf8_domains = true\n\
         begin acl\nr:\n  deny domains = reject.test\n  defer domains = defer.test\n  accept\nd:\n  accept\n\
         begin routers\non:\n  driver = manualroute\n  domains = relay.test\n  route_list = * 127.0.0.1\n  transport = out\n  self = send\n\
         a:\n  driver = accept\n  transport = f\n\
         begin transports\nout:\n  driver = smtp\n  port = {relay}\n  hosts_try_chunking = *\n  tls_tempfail_tryclear = true\n  tls_verify_hosts =\n  tls_try_verify_hosts =\n\
         f:\n  driver = appendfile\n  file = {d}/mbox\n  user = nobody\n  group = nogroup\n  message_size_limit = 0\n\
         begin authenticators\np:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n\
         \x20 server_condition = ${{if and{{{{eq{{$auth2}}{{user}}}}{{eq{{$auth3}}{{secret}}}}}}}}\n\
         l:\n  driver = plaintext\n  public_name = LOGIN\n  server_prompts = <| Username: | Password:\n\
         \x20 server_condition = ${{if and{{{{eq{{$auth1}}{{user}}}}{{eq{{$auth2}}{{secret}}}}}}}}\n\
         c:\n  driver = cram_md5\n  public_name = CRAM-MD5\n  server_secret = ${{if eq{{$auth1}}{{user}}{{secret}}fail}}\n"
    );
    fs::write(root.join("conf"), conf).expect("own folder");
    let mut command = if is_root() {
        add_user("Debian-exim"); // the binary looks its own user up before it reads any file
        for entry in ["", "key.pem", "cert.pem"] {
            chown(root.join(entry), Some(NOBODY), Some(NOBODY)).expect("root may");
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]).arg(root.join("exim"));
        command
    } else {
        Command::new(root.join("exim"))
    };
    command.arg("-C").arg(root.join("conf")).args(["-bdf", "-oX", &port.to_string()]);
    let child = spawn(&mut command, &root.join("log"));
    up(Peer { name: "Exim", port, folder, child: Some(child), stop: None })
}

/// Postfix: takes mail for everybody but `reject.test` and `defer.test`, and hands all of it on to `relay`.
pub fn postfix(relay: u16) -> Option<Peer> {
    let Some(package) = unpacked("postfix") else {
        passed_over("Postfix", "the package postfix is not unpacked");
        return None;
    };
    if !is_root() {
        passed_over("Postfix", "its master needs root");
        return None;
    }
    add_user("postfix");
    let _ = Command::new("groupadd").args(["-r", "-f", "postdrop"]).status();
    let (folder, port) = (folder_for_all(), free_port());
    let root = folder.path();
    let (_, key) = certificate(root);
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("own file");
    for below in ["etc", "spool", "data"] {
        fs::create_dir(root.join(below)).expect("own folder");
    }
    let _ = Command::new("chown").arg("postfix").arg(root.join("data")).status();
    // The unpacked tables of files stand elsewhere than `meta_directory` says.
    for entry in fs::read_dir(package.join("etc/postfix")).expect("an unpacked package").flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("post") {
            let _ = fs::copy(entry.path(), package.join("usr/share/postfix").join(name));
        }
    }
    fs::write(root.join("etc/main.cf"), main_cf(root, &package, relay)).expect("own folder");
    fs::write(root.join("etc/master.cf"), master_cf(port)).expect("own folder");
    let control = |verb: &str| {
        let mut command = Command::new(package.join("usr/sbin/postfix"));
        command
            .env("LD_LIBRARY_PATH", package.join("usr/lib/postfix"))
            .arg("-c")
            .arg(root.join("etc"))
            .arg(verb);
        command
    };
    let log = fs::File::create(root.join("log")).expect("own folder");
    let started = control("start").stdout(Stdio::null()).stderr(log).status();
    if !started.is_ok_and(|s| s.success()) {
        passed_over("Postfix", &fs::read_to_string(root.join("log")).unwrap_or_default());
        return None;
    }
    let stop = control("abort");
    up(Peer { name: "Postfix", port, folder, child: None, stop: Some(stop) })
}

fn main_cf(root: &Path, package: &Path, relay: u16) -> String {
    let (d, p) = (root.display(), package.display());
    format!(
        "compatibility_level = 3.6\nqueue_directory = {d}/spool\ndata_directory = {d}/data\ncommand_directory = {p}/usr/sbin\n\
         daemon_directory = {p}/usr/lib/postfix/sbin\nshlib_directory = {p}/usr/lib/postfix\nmeta_directory = {p}/usr/share/postfix\n\
         import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH={p}/usr/lib/postfix\n\
         mail_owner = postfix\nsetgid_group = postdrop\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = postfix.test\n\
         mydestination =\nmynetworks = 127.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, reject\n\
         smtpd_recipient_restrictions = check_recipient_access inline:{{reject.test=REJECT, defer.test=DEFER}}\n\
         smtpd_client_connection_count_limit = 0\nsmtpd_forbid_bare_newline = normalize\nsmtpd_forbid_bare_newline_exclusions =\n\
         smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {d}/cert.pem\nsmtpd_tls_key_file = {d}/key.pem\n\
         smtp_tls_security_level = may\nmessage_size_limit = 0\nmailbox_size_limit = 0\ndefault_transport = smtp:[127.0.0.1]:{relay}\n\
         disable_dns_lookups = yes\nmaillog_file = {d}/maillog\nmaillog_file_prefixes = {d}\nalias_maps =\nlocal_recipient_maps =\n"
    )
}

fn master_cf(port: u16) -> String {
    let mut master = format!(
        "127.0.0.1:{port} inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\n\
         pickup unix n - n 60 1 pickup\nqmgr unix n - n 300 1 qmgr\n"
    );
    for (service, program, most) in [
        ("cleanup", "cleanup", "0"),
        ("rewrite", "trivial-rewrite", "-"),
        ("bounce", "bounce", "0"),
        ("defer", "bounce", "0"),
        ("trace", "bounce", "0"),
        ("verify", "verify", "1"),
        ("flush", "flush", "0"),
        ("proxymap", "proxymap", "-"),
        ("smtp", "smtp", "-"),
        ("relay", "smtp", "-"),
        ("showq", "showq", "-"),
        ("error", "error", "-"),
        ("retry", "error", "-"),
        ("discard", "discard", "-"),
        ("anvil", "anvil", "1"),
        ("scache", "scache", "1"),
        ("tlsmgr", "tlsmgr", "1"),
    ] {
        let private = if ["cleanup", "flush", "showq"].contains(&service) { "n" } else { "-" };
        let _ = writeln!(master, "{service} unix {private} - n - {most} {program}");
    }
    master
}

/// `OpenSMTPD`: hands everything on to `relay`.
pub fn opensmtpd(relay: u16) -> Option<Peer> {
    let Some(package) = unpacked("opensmtpd") else {
        passed_over("OpenSMTPD", "the package opensmtpd is not unpacked");
        return None;
    };
    if !is_root() {
        passed_over("OpenSMTPD", "it needs root");
        return None;
    }
    add_user("opensmtpd");
    add_user("opensmtpq");
    for spool in ["/var/lib/opensmtpd/empty", "/var/spool/smtpd"] {
        let _ = fs::create_dir_all(spool);
    }
    let _ = fs::set_permissions("/var/spool/smtpd", fs::Permissions::from_mode(0o711));
    if !Path::new("/usr/libexec/opensmtpd").exists() {
        let _ = fs::create_dir_all("/usr/libexec");
        let _ = fs::remove_file("/usr/libexec/opensmtpd");
        let _ = std::os::unix::fs::symlink(package.join("usr/libexec/opensmtpd"), "/usr/libexec/opensmtpd");
    }
    let (folder, port) = (folder_for_all(), free_port());
    let conf = format!(
        "smtp max-message-size 100M\nlisten on 127.0.0.1 port {port} hostname opensmtpd.test\n\
         action \"o\" relay host smtp://127.0.0.1:{relay}\nmatch from any for any action \"o\"\n"
    );
    fs::write(folder.path().join("conf"), conf).expect("own folder");
    let mut command = Command::new(package.join("usr/sbin/smtpd"));
    command.arg("-d").arg("-f").arg(folder.path().join("conf"));
    let child = spawn(&mut command, &folder.path().join("log"));
    up(Peer { name: "OpenSMTPD", port, folder, child: Some(child), stop: None })
}

/// Python's aiosmtpd, keeping every message in a maildir.
pub fn aiosmtpd() -> Option<Peer> {
    let python = "/usr/bin/python3";
    if !Command::new(python)
        .args(["-c", "import aiosmtpd"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
    {
        passed_over("aiosmtpd", "the package python3-aiosmtpd is not installed");
        return None;
    }
    let (folder, port) = (folder_for_all(), free_port());
    let mut command = Command::new(python);
    command.args(["-m", "aiosmtpd", "-n", "-u", "-s", "104857600", "-l", &format!("127.0.0.1:{port}")]);
    command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(folder.path().join("maildir"));
    let child = spawn(&mut command, &folder.path().join("log"));
    up(Peer { name: "aiosmtpd", port, folder, child: Some(child), stop: None })
}
