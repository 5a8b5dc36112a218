//! `medimax completions` and `medimax man`: what the command line says of itself, in the forms that systems install. Both
//! are read off the commands, so neither can miss one.

use crate::config::Config;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use roff::{Inline, Roff, bold, italic, roman};

pub(super) fn completions_command() -> Command {
    Command::new("completions").about("Print a shell's completions of commands, flags and keys").arg(
        Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("For which shell"),
    )
}

/// The script that completes `program` in the shell that is named.
pub(super) fn completions(mut program: Command, args: &ArgMatches) -> String {
    let mut script = Vec::new();
    // Clap has seen to it that there is one.
    if let Some(shell) = args.get_one::<Shell>("shell") {
        clap_complete::generate(*shell, &mut program, env!("CARGO_PKG_NAME"), &mut script);
    }
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page: one for all commands, because most of what there is to read are the keys that they share.
pub(super) fn manual(program: &Command) -> String {
    let name = program.get_name();
    let mut page = Roff::new();
    let version = format!("{name} {}", env!("CARGO_PKG_VERSION"));
    // Without a date, so that the same version prints the same page.
    page.control("TH", [name.to_uppercase().as_str(), "1", "\"\"", &version, "User Commands"]);
    section(&mut page, "NAME");
    page.text([roman(format!("{name} - {}", about(program)))]);
    section(&mut page, "SYNOPSIS");
    page.text([bold(name), roman(" ["), italic("COMMAND"), roman("] ["), italic("OPTION"), roman("]...")]);

    section(&mut page, "COMMANDS");
    page.text([roman("Without a command: "), bold("serve"), roman(".")]);
    for command in program.get_subcommands() {
        describe(&mut page, command, name);
    }

    list(&mut page, "OPTIONS", &OPTIONS);
    let defaults = Config::default().in_force();
    let mut heading = None;
    for arg in program.get_arguments() {
        if arg.get_help_heading() != heading {
            heading = arg.get_help_heading();
            section(&mut page, heading.unwrap_or("OPTIONS"));
        }
        let default = defaults.iter().find(|(key, ..)| key.name == arg.get_id().as_str());
        option(&mut page, arg, default.map(|(_, value, _)| value.as_str()));
    }
    list(&mut page, "ENVIRONMENT", &ENVIRONMENT);
    list(&mut page, "EXIT STATUS", &EXIT_STATUS);
    list(&mut page, "SIGNALS", &SIGNALS);
    page.render()
}

/// What every program has, and clap adds by itself.
const OPTIONS: [(&str, &str); 2] =
    [("--help", "Print help; after a command, that command's."), ("--version", "Print the version.")];

const ENVIRONMENT: [(&str, &str); 2] = [
    ("MEDIMAX_CONFIG", "The configuration file, where --config names none."),
    ("MEDIMAX_KEY", "A key of the configuration, as MEDIMAX_MAX_DEPTH. Flags win over it, and it wins over the file."),
];

const EXIT_STATUS: [(&str, &str); 4] = [
    ("0", "Done."),
    ("1", "A fault, which is said on standard error; of check a difference, of migrate --adopt an obstacle."),
    ("2", "Wrong usage."),
    ("141", "Whoever read the standard output of backup went away before its end. To other commands that is no fault."),
];

const SIGNALS: [(&str, &str); 2] = [
    ("SIGTERM, SIGINT", "Takes no more requests, lets running ones end within shutdown_grace_ms, and ends with 0."),
    ("SIGHUP", "Reads the list of documents and the certificate anew."),
];

fn section(page: &mut Roff, title: &str) {
    page.control("SH", [title.to_uppercase().as_str()]);
}

fn list(page: &mut Roff, title: &str, lines: &[(&str, &str)]) {
    section(page, title);
    for (what, text) in lines {
        page.control("TP", []).text([bold(*what)]).text([roman(*text)]);
    }
}

/// A command and its own options, or those below it.
fn describe(page: &mut Roff, command: &Command, above: &str) {
    let name = format!("{above} {}", command.get_name());
    if command.has_subcommands() {
        command.get_subcommands().for_each(|below| describe(page, below, &name));
        return;
    }
    let operands = command.get_positionals().map(|arg| {
        let value = values(arg);
        if arg.is_required_set() { format!(" {value}") } else { format!(" [{value}]") }
    });
    let operands: String = operands.collect();
    page.control("SS", [format!("{name}{operands}").as_str()]);
    page.text([roman(format!("{}.", about(command)))]);
    for arg in command.get_arguments() {
        let default = arg.get_default_values().first().and_then(|value| value.to_str());
        option(page, arg, default);
    }
}

/// What stands for an argument's values.
fn values(arg: &Arg) -> String {
    arg.get_value_names().unwrap_or_default().join(" ")
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// What is given, what it takes, and what that does.
fn option(page: &mut Roff, arg: &Arg, default: Option<&str>) {
    let mut head: Vec<Inline> = arg.get_long().map(|long| bold(format!("--{long}"))).into_iter().collect();
    match (arg.get_action().takes_values(), arg.is_positional(), arg.is_require_equals_set()) {
        (false, ..) => {}
        (true, true, _) => head.push(italic(values(arg))),
        (true, false, true) => head.extend([roman("[="), italic(values(arg)), roman("]")]),
        (true, false, false) => head.extend([roman(" "), italic(values(arg))]),
    }
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let possible = arg.get_possible_values();
    if arg.get_action().takes_values() && !possible.is_empty() {
        let names: Vec<&str> = possible.iter().map(|value| value.get_name()).collect();
        text.push_str(&format!(" [{}]", names.join(", ")));
    }
    if let Some(default) = default.filter(|default| !default.is_empty()) {
        text.push_str(&format!(" [default: {default}]"));
    }
    page.control("TP", []).text(head).text([roman(text)]);
}
