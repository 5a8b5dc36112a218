//! Keys from the file, the environment and flags, and the address to listen on.

use super::{SECRET, done, refused};
use crate::support::{
    Backend, Store,
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
        ("max_depth = 1.5".into(), "max_depth (file) must be a whole number"),
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
fn a_value_may_stand_in_a_file() {
    let (secret, depth) = (file(&format!("{SECRET}\n")), file("7\n"));
    let mut command = medimax(&["config", "--database-url", "mysql://me@host/db"]);
    command.env("MEDIMAX_DATABASE_PASSWORD_FILE", &secret).env("MEDIMAX_MAX_DEPTH_FILE", &depth);
    command.env("MEDIMAX_DATABASE_CA_FILE", "ca.pem");
    let shown = done(&mut command);
    for line in [
        "database_url = \"mysql://me@host/db\"  # flag",
        "database_password = \"***\"  # file named in environment",
        "max_depth = 7  # file named in environment",
        "database_ca_file = \"ca.pem\"  # environment",
        "graph_password = \"\"  # default",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "no {line} in {shown}");
    }
    assert!(!shown.contains(SECRET), "{shown}");

    let broken = std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xe9");
    let line = refused(medimax(&["config"]).env::<_, &std::ffi::OsStr>("MEDIMAX_DATABASE_PASSWORD", broken));
    assert_eq!(line, "MEDIMAX_DATABASE_PASSWORD must be text in UTF-8");

    let mut both = medimax(&["config"]);
    both.env("MEDIMAX_MAX_DEPTH_FILE", &depth).env("MEDIMAX_MAX_DEPTH", "7");
    assert_eq!(refused(&mut both), "MEDIMAX_MAX_DEPTH and MEDIMAX_MAX_DEPTH_FILE are both set: leave one out");
    let line = refused(medimax(&["config"]).env("MEDIMAX_GRAPH_PASSWORD_FILE", "/nowhere/graph"));
    assert!(line.starts_with("MEDIMAX_GRAPH_PASSWORD_FILE names /nowhere/graph, which cannot be read"), "{line}");
    let line = refused(medimax(&["config"]).env("MEDIMAX_MAX_DEPTH_FILE", &secret));
    assert_eq!(line, "max_depth (file named in environment) must be a whole number");
    let line = refused(medimax(&["config"]).env("MEDIMAX_MAX_DEPHT_FILE", &depth));
    assert!(line.contains("unknown key 'max_depht_file'"), "{line}");
}

#[tokio::test]
async fn a_password_of_its_own_lets_the_gateway_in() {
    let store = Store::new(Backend::MariaDb).await;
    let (user, password) = (unique("u"), "p@ss/:w%41 ö?#[]");
    store.sql(&format!("CREATE USER {user} IDENTIFIED BY '{password}'")).await;
    store.sql(&format!("GRANT ALL ON {}.* TO {user}", store.url.rsplit_once('/').unwrap().1)).await;
    let place = store.url.rsplit_once('@').unwrap().1;
    let url = format!("mysql://{user}@{place}");
    let migrate = |url: &str, password: &str| {
        let mut command = medimax(&["migrate", "--database-url", url]);
        command.env("MEDIMAX_DATABASE_PASSWORD", password);
        command
    };
    assert!(done(&mut migrate(&url, password)).starts_with("Nothing to do"));
    let line = refused(&mut migrate(&url, SECRET));
    assert!(line.contains("check user and password in database_url and database_password"), "{line}");
    let both = format!("mysql://{user}:{SECRET}@{place}");
    let line = refused(&mut migrate(&both, password));
    assert_eq!(line, "database_password and the password in database_url exclude each other: leave one out");
    store.sql(&format!("DROP USER {user}")).await;
}

#[test]
fn a_store_that_nobody_could_log_in_to_is_served_only_to_everybody() {
    let data = scratch(&unique("data"));
    let mut command = medimax(&["serve", "--listen", "127.0.0.1:0", "--demo-patients", "0", "--data-dir"]);
    let line = refused(command.arg(data).env_remove("MEDIMAX_NO_AUTH"));
    assert!(line.contains("medimax user add EMAIL --role ADMIN") && line.contains("--no-auth"), "{line}");
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
