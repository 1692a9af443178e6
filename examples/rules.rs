//! Lists all rules of the message validator: what each finds, why that matters, a bad and a good example, the source.
//!
//! in:  ids of rules, or none for all      out: text, or the manual as Markdown
//! exit 0, or 64 where there is no such rule

use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::message::{Group, Rule, Safety, Severity};

/// Lists the rules of the message validator.
#[derive(Parser)]
#[command(name = "rules")]
struct Arguments {
    /// Only these rules
    rule: Vec<String>,
    /// As Markdown: the manual page
    #[arg(long)]
    markdown: bool,
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    if let Some(unknown) = arguments.rule.iter().find(|id| Rule::find(id).is_none()) {
        anstream::eprintln!("rules: no rule `{unknown}`");
        return ExitCode::from(64);
    }
    let wanted = |rule: &&Rule| arguments.rule.is_empty() || arguments.rule.iter().any(|id| id == rule.id());
    let mut out = anstream::stdout();
    let mut group: Option<Group> = None;
    for rule in Rule::all().filter(wanted) {
        if group != Some(rule.group()) {
            group = Some(rule.group());
            let heading = heading(rule.group(), arguments.markdown);
            let _gone = writeln!(out, "{heading}");
        }
        let text = if arguments.markdown { markdown(rule) } else { text(rule) };
        if writeln!(out, "{text}").is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn heading(group: Group, markdown: bool) -> String {
    let count = Rule::all().filter(|rule| rule.group() == group).count();
    if markdown {
        return format!("## {} ({count})\n", group.title());
    }
    let style = Style::new().bold().underline();
    format!("{style}{}{style:#} ({count})\n", group.title())
}

fn severity(rule: &Rule) -> &'static str {
    rule.severity().map_or("off", Severity::name)
}

/// What to do, and whether `lint_message --fix` does it.
fn mend(rule: &Rule) -> String {
    let fix = rule.fix();
    let by = if fix.safety() == Some(Safety::Safe) { " (`lint_message --fix` does it)" } else { "" };
    format!("{}{by}", fix.what())
}

/// A sketch with its line ends marked in.
fn indented(sketch: &str) -> String {
    let lines: Vec<String> = sketch.lines().map(|line| format!("    {line}")).collect();
    if lines.is_empty() { "    (the plain message as it stands)".to_owned() } else { lines.join("\n") }
}

fn text(rule: &Rule) -> String {
    let colour = match rule.severity() {
        Some(Severity::Error) => AnsiColor::Red,
        Some(Severity::Warning) => AnsiColor::Yellow,
        Some(Severity::Hint) => AnsiColor::Cyan,
        None => AnsiColor::BrightBlack,
    };
    let style = Style::new().fg_color(Some(colour.into())).bold();
    format!(
        "{style}{}{style:#} ({}{})\n  {}\n  {}\n  to do: {}\n  bad:\n{}\n  good:\n{}\n  source: {}\n",
        rule.id(),
        severity(rule),
        if rule.is_ambiguous() { ", ambiguous" } else { "" },
        rule.what(),
        rule.why(),
        mend(rule),
        indented(rule.bad().sketch()),
        indented(rule.good().sketch()),
        rule.source()
    )
}

fn markdown(rule: &Rule) -> String {
    format!(
        "### `{}`\n\n{} {}\n\nTo do: {}.\n\n{}{}. Source: {}.\n\nBad:\n\n{}\n\nGood:\n\n{}\n",
        rule.id(),
        rule.what(),
        rule.why(),
        mend(rule),
        severity(rule),
        if rule.is_ambiguous() { ", readers may disagree" } else { "" },
        rule.source(),
        indented(rule.bad().sketch()),
        indented(rule.good().sketch())
    )
}
