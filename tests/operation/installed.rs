//! What is installed beside the binary: completions, tried in their shells, and the manual page, tried with what shows it.

use super::{done, refused};
use crate::support::{
    process::{Gateway, free_port, medimax, run, wait},
    scratch, unique,
};
use medimax::config::{Config, KEYS};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// The commands that the program's help lists.
fn commands() -> Vec<String> {
    let help = done(&mut medimax(&["--help"]));
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands = list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned());
    commands.filter(|name| name != "help").collect()
}

/// A file of what a command prints.
fn printed(args: &[&str], extension: &str) -> PathBuf {
    let path = scratch(&format!("{}.{extension}", unique("printed")));
    fs::write(&path, done(&mut medimax(args))).unwrap();
    path
}

/// Whether a program that not every machine has is here.
fn has(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", "command -v \"$1\"", "sh", program]).stdout(Stdio::null()).status();
    found.unwrap().success()
}

/// What bash offers for the last of some words, by the function that it was given for `medimax`.
fn offered(words: &[&str]) -> Vec<String> {
    const ASK: &str = r#"
        source "$1"; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        complete_with=$(complete -p medimax | sed 's/.*-F \([^ ]*\).*/\1/')
        "$complete_with" medimax "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let script = printed(&["completions", "bash"], "bash");
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-uc", ASK, "bash"]).arg(script).args(words);
    done(&mut bash).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_keys_and_values() {
    assert_eq!(offered(&["medimax", "mig"]), ["migrate"]);
    assert_eq!(offered(&["medimax", "import", "c"]), ["catalog", "csv"]);
    assert_eq!(offered(&["medimax", "serve", "--max-dep"]), ["--max-depth"]);
    assert_eq!(offered(&["medimax", "migrate", "--unad"]), ["--unadopt"]);
    assert_eq!(offered(&["medimax", "check", "--format", ""]), ["table", "json"]);
    assert_eq!(offered(&["medimax", "nonsense"]), [""; 0]);
    let all = offered(&["medimax", ""]);
    for command in commands() {
        assert!(all.contains(&command), "{command} is not in {all:?}");
    }
    for key in KEYS {
        let flag = format!("--{}", key.name.replace('_', "-"));
        assert!(all.contains(&flag), "{flag} is not in {all:?}");
    }
}

#[test]
fn each_shell_accepts_its_completions() {
    for (shell, only_read) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = printed(&["completions", shell], shell);
        assert!(fs::read_to_string(&script).unwrap().contains("revert-to"), "{shell}");
        if has(shell) {
            assert_eq!(done(Command::new(shell).arg(only_read).arg(&script)), "", "{shell}");
        }
    }
    let ended = run(&mut medimax(&["completions", "cmd"]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn the_manual_page_tells_of_every_command_and_every_key() {
    let page = fs::read_to_string(printed(&["man"], "1")).unwrap();
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        // A command that has others below it is told with each of them.
        let told = |line: &str| {
            line.strip_prefix(".SS \"medimax ").is_some_and(|rest| rest.split([' ', '"']).next() == Some(&command))
        };
        assert!(page.lines().any(told), "no {command} in {page}");
    }
    // A hyphen that is to be copied is written \- in a manual page.
    for (key, default, _) in Config::default().in_force() {
        let head = format!(".TP\n\\fB\\-\\-{}\\fR", key.name.replace('_', "\\-"));
        let (_, entry) = page.split_once(&head).unwrap_or_else(|| panic!("no {} in {page}", key.name));
        let entry = entry.split(".TP").next().unwrap();
        let default = default.replace('-', "\\-");
        assert!(default.is_empty() || entry.contains(&format!("[default: {default}]")), "{entry}");
    }
}

#[test]
fn the_manual_page_is_shown_without_complaint() {
    let page = printed(&["man"], "1");
    let lint: &[&[&str]] = &[&["groff", "-man", "-Kutf8", "-ww", "-z"], &["mandoc", "-Tlint", "-Werror"]];
    for program in lint.iter().filter(|program| has(program[0])) {
        let ended = run(Command::new(program[0]).args(&program[1..]).arg(&page));
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_slice()), (Some(0), "", &[][..]), "{program:?}");
    }
}

#[test]
fn what_is_installed_is_printed_whatever_the_configuration() {
    for args in [&["man"][..], &["completions", "bash"]] {
        done(medimax(args).env("MEDIMAX_MAX_DEPTH", "no number").env("MEDIMAX_CONFIG", "/nowhere"));
    }
}

#[test]
fn a_health_check_tells_a_gateway_that_lives_from_one_that_does_not() {
    // As in a container: on every address, which the check knows from the environment.
    let at = format!("0.0.0.0:{}", free_port());
    let check = |args: &[&str]| {
        let mut command = medimax(&["healthcheck"]);
        command.args(args).env("MEDIMAX_LISTEN", &at);
        command
    };
    let dead = refused(&mut check(&[]));
    assert!(dead.starts_with(&format!("http://{at}/healthz does not answer: ")) && dead.contains("refused"), "{dead}");

    let mut serve = medimax(&["serve", "--memory", "--demo-patients=1", "--no-auth"]);
    let gateway = Gateway::from(serve.env("MEDIMAX_LISTEN", &at).stderr(Stdio::null()));
    assert_eq!(done(&mut check(&[])), "alive\n");
    let base = format!("http://127.0.0.1:{}", gateway.address.port());
    assert_eq!(done(&mut check(&[&format!("{base}/healthz")])), "alive\n");
    assert_eq!(done(&mut check(&[&base])), "alive\n");
    let page = refused(&mut check(&[&format!("{base}/?page")]));
    assert!(page.contains("not as a gateway's /healthz does"), "{page}");
    let lost = refused(&mut check(&[&format!("{base}/nowhere")]));
    assert!(lost.starts_with(&format!("{base}/nowhere answers 404 Not Found: ")), "{lost}");
    for wrong in [&base[7..], "ftp://127.0.0.1/", "http://", "nonsense"] {
        let line = refused(&mut check(&[wrong]));
        assert!(line.contains("a URL looks like http://127.0.0.1:8080/healthz"), "{line}");
    }

    // One that took the connection and then stood still.
    crate::support::process::signal(&gateway.child, "STOP");
    let frozen = refused(&mut check(&[]));
    crate::support::process::signal(&gateway.child, "CONT");
    assert!(frozen.contains("does not answer"), "{frozen}");
    assert!(gateway.stop().success());
}

#[test]
fn a_health_check_asks_by_https_where_the_gateway_speaks_it() {
    let folder = scratch(&unique("health"));
    fs::create_dir_all(&folder).unwrap();
    super::tls::certificates(&folder);
    let at = format!("127.0.0.1:{}", free_port());
    let command = |args: &[&str]| {
        let mut command = medimax(args);
        command.current_dir(&folder).env("MEDIMAX_LISTEN", &at).env("MEDIMAX_TLS_CERTIFICATE_FILE", "server.pem");
        command.env("MEDIMAX_TLS_KEY_FILE", "server.key");
        command
    };
    let mut child = command(&["serve", "--memory", "--demo-patients=1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let healthy = crate::support::process::eventually("it is healthy", || {
        let ended = run(&mut command(&["healthcheck"]));
        (ended.code == Some(0)).then_some(ended.out)
    });
    let plain = run(medimax(&["healthcheck"]).env("MEDIMAX_LISTEN", &at));
    child.kill().unwrap();
    wait(&mut child);
    assert_eq!(healthy.unwrap(), "alive\n");
    assert_eq!(plain.code, Some(1), "{plain:?}");
}
