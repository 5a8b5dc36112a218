//! Keys from the file, the environment and flags, and the address to listen on.

use super::{SECRET, done, refused};
use crate::support::{
    process::{Gateway, medimax},
    scratch, unique,
};
use std::{net::TcpListener, path::PathBuf};

/// A configuration file of this text.
fn file(text: &str) -> PathBuf {
    let path = scratch(&format!("{}.toml", unique("config")));
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn an_unknown_key_is_refused_and_the_nearest_named() {
    for verb in ["config", "serve", "migrate"] {
        let line = refused(medimax(&[verb, "--config"]).arg(file("max_depth = 3\nrequest_timout_ms = 5")));
        assert_eq!(line, "unknown key 'request_timout_ms' (file); did you mean 'request_timeout_ms'?");
        let line = refused(medimax(&[verb]).env("MEDIMAX_DATABSE_URL", format!("mysql://me:{SECRET}@host/db")));
        assert_eq!(line, "unknown key 'databse_url' (environment); did you mean 'database_url'?");
    }
}

#[test]
fn a_wrong_value_or_file_is_refused_and_secrets_are_not_repeated() {
    for (text, says) in [
        (format!("max_depth = \"{SECRET}\""), "max_depth (file) must be a whole number"),
        ("max_depth = -1".into(), "max_depth (file) must be a whole number"),
        ("max_depth = 1.5".into(), "max_depth (file) must be a text, a whole number, true or false"),
        ("database_tls = \"on\"".into(), "database_tls (file) must be off, required or verified"),
        ("memory = \"perhaps\"".into(), "memory (file) must be true or false"),
        ("listen = [1]".into(), "listen (file) takes one value"),
        ("max_page_size = 0".into(), "max_page_size must be at least 1"),
        ("max_page_size = 5\ndefault_page_size = 6".into(), "default_page_size must not be above max_page_size"),
        (format!("memory = true\ndatabase_url = \"mysql://me:{SECRET}@host/db\""), "leave one out"),
        (format!("max_depth = 3\ndatabase_url = {SECRET}"), "the configuration file is no TOML (line 2)"),
    ] {
        let line = refused(medimax(&["config", "--config"]).arg(file(&text)));
        assert!(line.contains(says), "{text}: {line}");
    }
    let line = refused(&mut medimax(&["config", "--config", "/nowhere/medimax.toml"]));
    assert!(line.contains("/nowhere/medimax.toml"), "{line}");
}

#[test]
fn config_names_the_source_of_each_value_and_hides_the_password() {
    let path =
        file(&format!("max_depth = 1\nmax_cost = 2\nmax_aliases = 3\ndatabase_url = \"mysql://me:{SECRET}@host/db\""));
    let mut command = medimax(&["config", "--max-aliases", "300", "--no-auth"]);
    command.env("MEDIMAX_CONFIG", &path).env("MEDIMAX_MAX_COST", "20").env("MEDIMAX_MAX_ALIASES", "30");
    let shown = done(&mut command);
    for line in [
        "max_depth = 1  # file",
        "max_cost = 20  # environment",
        "max_aliases = 300  # flag",
        "max_tokens = 10000  # default",
        "no_auth = true  # flag",
        "database_url = \"mysql://me:***@host/db\"  # file",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "no {line} in {shown}");
    }
    // What is shown can be used as a file.
    let again = done(medimax(&["config", "--config"]).arg(file(&shown)));
    assert!(again.contains("max_aliases = 300  # file"), "{again}");

    for url in [format!("mysql://me:{SECRET}@x@host/db"), format!("me:{SECRET}@host/db")] {
        let shown = done(medimax(&["config"]).env("MEDIMAX_DATABASE_URL", &url));
        assert!(!shown.contains(SECRET), "{url}: {shown}");
    }
}

#[test]
fn only_loopback_is_served_without_saying_no_auth() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let line = refused(&mut medimax(&["serve", "--memory", "--listen", address]));
        assert!(line.contains("can be reached from other machines") && line.contains("--no-auth"), "{line}");
    }
    for wrong in ["nonsense", "127.0.0.1", "127.0.0.1:99999"] {
        let line = refused(&mut medimax(&["serve", "--memory", "--listen", wrong]));
        assert!(line.contains("ADDRESS:PORT") && line.contains(wrong), "{line}");
    }
    let data = scratch(&unique("data"));
    let mut command = medimax(&["--listen", "0.0.0.0:0", "--no-auth", "--demo-patients", "1", "--data-dir"]);
    let gateway = Gateway::from(command.arg(data).stderr(std::process::Stdio::null()));
    assert!(gateway.address.ip().is_unspecified());
    assert_eq!(gateway.send("GET", "/healthz", &[], b"").status, 200);
}

#[test]
fn a_port_in_use_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = scratch(&unique("data"));
    let mut command = medimax(&["serve", "--listen", &address, "--demo-patients", "1", "--data-dir"]);
    let line = refused(command.arg(data));
    assert!(line.contains(&address) && line.contains("in use") && line.contains("--listen"), "{line}");
}
