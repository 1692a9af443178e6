//! Says what is wrong with mail messages, where, why, and how to mend it.
//!
//! in:  messages as files, mailboxes, folders or standard input; without any, a bad message that is built in
//! out: each finding over the lines it is about, or JSON, SARIF, or the mended message
//! exit 0 clean, 1 warnings, 2 errors, 64 usage, 66 unreadable input

#[path = "lint_message/input.rs"]
mod input;
#[path = "lint_message/output.rs"]
mod output;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use mailwright::message::{Context, Date, Profile, Safety, Severity, validate};
use output::Summary;

/// Checks mail messages by RFC 5322, MIME and the rules of large receivers.
#[derive(Parser)]
#[command(name = "lint_message", after_help = AFTER_HELP)]
struct Arguments {
    /// Messages, folders of messages, or `-` for standard input
    files: Vec<PathBuf>,
    /// How strictly to judge: inbound, strict, submission or archive
    #[arg(long, value_name = "NAME", default_value = "inbound")]
    profile: String,
    /// What a receiver is known to refuse: gmail, yahoo, outlook or bulk
    #[arg(long, value_name = "NAME")]
    overlay: Vec<String>,
    /// Set one rule: off, hint, warning or error
    #[arg(long, value_name = "ID=SEVERITY")]
    rule: Vec<String>,
    /// The time to judge dates by, such as 2025-08-04T10:00:00Z
    #[arg(long, value_name = "RFC3339")]
    now: Option<String>,
    /// Write the message with all safe mends to standard output, the findings to standard error
    #[arg(long, conflicts_with = "mbox")]
    fix: bool,
    /// One JSON object a message
    #[arg(long, conflicts_with = "sarif")]
    json: bool,
    /// One SARIF 2.1.0 document, as code scanners read it
    #[arg(long)]
    sarif: bool,
    /// A mailbox file (mboxrd)
    #[arg(long, value_name = "FILE")]
    mbox: Vec<PathBuf>,
}

const AFTER_HELP: &str = "\
Exit status: 0 clean or hints only, 1 warnings, 2 errors, 64 wrong usage, 66 unreadable input.

Examples:
  lint_message message.eml
  lint_message --profile submission --overlay gmail --overlay bulk newsletter.eml
  lint_message --rule line-over-78=off --json maildir/
  lint_message --fix - < broken.eml > mended.eml";

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match settings(&arguments) {
        Ok((profile, context)) => run(&arguments, &profile, &context),
        Err(wrong) => {
            anstream::eprintln!("lint_message: {wrong}\n\nTry '--help'.");
            ExitCode::from(64)
        }
    }
}

fn settings(arguments: &Arguments) -> Result<(Profile, Context), String> {
    let several = arguments.files.len() > 1 || arguments.files.iter().any(|file| file.is_dir());
    if arguments.fix && several {
        return Err("--fix takes one message, since it writes one".to_owned());
    }
    let mut profile = Profile::named(&arguments.profile).ok_or_else(|| {
        format!("no profile `{}`: inbound, strict, submission or archive", arguments.profile)
    })?;
    let mut context = Context::new().with_now(now(arguments.now.as_deref())?);
    for name in &arguments.overlay {
        profile = profile
            .with_named_overlay(name)
            .map_err(|_| format!("no overlay `{name}`: gmail, yahoo, outlook or bulk"))?;
        if name == "bulk" {
            context = context.with_bulk(true);
        }
    }
    for setting in &arguments.rule {
        let (id, severity) =
            setting.split_once('=').ok_or_else(|| format!("`{setting}` is no ID=SEVERITY"))?;
        let severity = match severity {
            "off" => None,
            "hint" => Some(Severity::Hint),
            "warning" => Some(Severity::Warning),
            "error" => Some(Severity::Error),
            _ => return Err(format!("`{severity}` is none of off, hint, warning, error")),
        };
        profile = profile
            .with_rule(id, severity)
            .map_err(|_| format!("no rule `{id}`; see the example `rules`"))?;
    }
    Ok((profile, context))
}

fn now(given: Option<&str>) -> Result<u64, String> {
    let Some(text) = given else {
        return Ok(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
    };
    let date = Date::parse(text.as_bytes()).map_err(|error| format!("--now {text}: {error}"))?;
    u64::try_from(date.unix()).map_err(|_| format!("--now {text}: before 1970"))
}

fn run(arguments: &Arguments, profile: &Profile, context: &Context) -> ExitCode {
    let mut summary = Summary::default();
    let mut sarif = output::Sarif::default();
    let unreadable = input::each(&arguments.files, &arguments.mbox, &mut |source, octets| {
        let report = validate(octets, profile, context);
        let name = &source.to_string();
        summary.count(&report);
        if arguments.sarif {
            sarif.add(source, octets, &report);
        } else if arguments.json {
            output::json(name, &report, arguments.fix);
        } else {
            output::people(name, octets, &report, arguments.fix);
        }
        if arguments.fix {
            output::octets(&report.apply(octets, Safety::Safe));
        }
    });
    if arguments.sarif {
        sarif.print(arguments.fix);
    } else if !arguments.json {
        summary.print(arguments.fix);
    }
    if summary.is_empty() && unreadable.is_empty() {
        anstream::eprintln!("lint_message: there is no message");
    }
    for wrong in &unreadable {
        anstream::eprintln!("lint_message: {wrong}");
    }
    if unreadable.is_empty() { ExitCode::from(summary.exit()) } else { ExitCode::from(66) }
}
