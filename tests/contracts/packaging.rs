//! What is shipped beside the binary: the image, the services that stand around it, and the systemd unit.

use crate::support::{process::run, scratch, unique};
use medimax::config::{Config, KEYS};
use std::{collections::BTreeSet, fs, path::Path, process::Command};
use yaml_rust2::{Yaml, YamlLoader};

fn shipped(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The services of `docker-compose.yml` by their names.
fn services() -> Vec<(String, Yaml)> {
    let [file] = <[Yaml; 1]>::try_from(YamlLoader::load_from_str(&shipped("docker-compose.yml")).unwrap()).unwrap();
    let services = file["services"].as_hash().unwrap().iter();
    let services: Vec<_> =
        services.map(|(name, service)| (name.as_str().unwrap().to_owned(), service.clone())).collect();
    assert!(services.len() >= 3, "{services:?}");
    services
}

/// The names and values of what is an environment to a service.
fn environment(service: &Yaml) -> Vec<(String, String)> {
    let pairs = service["environment"].as_hash().unwrap().iter();
    pairs.map(|(name, value)| (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect()
}

/// The instructions of the Dockerfile, each on one line.
fn instructions() -> Vec<(String, String)> {
    let text = shipped("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').map(|(word, rest)| (word.to_owned(), rest.to_owned())).unwrap()).collect()
}

fn instruction<'a>(all: &'a [(String, String)], word: &str) -> Vec<&'a str> {
    all.iter().filter(|(first, _)| first == word).map(|(_, rest)| rest.as_str()).collect()
}

/// A variable of the gateway's is the name of a key, or of a file that holds its value.
fn assert_is_a_key(variable: &str) {
    let Some(key) = variable.strip_prefix("MEDIMAX_").map(str::to_lowercase) else { return };
    let known = |name: &str| name == "config" || KEYS.iter().any(|key| key.name == name);
    assert!(known(&key) || key.strip_suffix("_file").is_some_and(known), "{variable} is no key");
}

/// An image is named by a version, so that what ran yesterday runs tomorrow.
fn assert_is_pinned(image: &str) {
    let tag = image.split_once(':').unwrap_or_else(|| panic!("{image} has no version")).1;
    let numbers = tag.split('-').next().unwrap().split('.').filter(|part| part.parse::<u32>().is_ok()).count();
    assert!(numbers >= 2, "{image} is not pinned");
}

/// Milliseconds of a time written as `30s` or `3m`.
fn milliseconds(time: &str) -> u64 {
    let (number, unit) = time.split_at(time.len() - 1);
    let unit = match unit {
        "s" => 1_000,
        "m" => 60_000,
        other => panic!("{other} of {time} is no unit"),
    };
    number.parse::<u64>().unwrap() * unit
}

#[test]
fn services_are_reached_from_their_machine_alone_and_their_health_is_known() {
    let services = services();
    let awaited = |name: &str| {
        services
            .iter()
            .any(|(_, other)| other["depends_on"][name]["condition"].as_str() == Some("service_completed_successfully"))
    };
    let mut published = 0;
    for (name, service) in &services {
        for port in service["ports"].as_vec().into_iter().flatten() {
            let port = port.as_str().unwrap_or_else(|| panic!("{name}: {port:?} is published on every address"));
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port}");
            published += 1;
        }
        let checked = service["healthcheck"]["test"].as_vec().is_some_and(|test| test.len() > 1);
        let ends = service["restart"].as_str() == Some("no") && awaited(name);
        assert!(checked != ends, "{name} needs a health check, or is awaited as one that ends");
        assert!(service["network_mode"].is_badvalue() && service["privileged"].is_badvalue(), "{name}");
        if service["build"].is_badvalue() {
            assert_is_pinned(service["image"].as_str().unwrap());
        } else {
            assert_eq!(service["cap_drop"][0].as_str(), Some("ALL"), "{name}");
        }
    }
    assert!(published > 0);
}

#[test]
fn services_have_no_password_but_those_of_the_operators_file() {
    let template: BTreeSet<String> = shipped(".env.example")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.strip_suffix('=').expect("the template holds no value").to_owned())
        .collect();
    let mut asked = BTreeSet::new();
    for (service, at) in services().iter().map(|(name, service)| (name, environment(service))) {
        for (name, value) in at {
            assert_is_a_key(&name);
            // What is left when all that comes from the operator's file is taken away.
            let mut rest = value.clone();
            while let Some((before, (variable, after))) =
                rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
            {
                let (variable, _) = variable.split_once(":?").expect("a variable that is not set is refused");
                asked.insert(variable.to_owned());
                rest = format!("{before}{after}");
            }
            let secret = ["PASSWORD", "AUTH", "SECRET", "TOKEN"].iter().any(|word| name.ends_with(word));
            let literal = secret && !["", "neo4j/"].contains(&rest.as_str());
            assert!(!literal && name != "MEDIMAX_NO_AUTH", "{service}: {name} is built in");
            if let Some((_, address)) = rest.split_once("://") {
                assert!(
                    !address.split('@').next().unwrap().contains(':') || !address.contains('@'),
                    "{service}: {name}"
                );
            }
        }
    }
    assert_eq!(asked, template, "what is asked for, and what .env.example tells of");
}

#[test]
fn who_stops_the_gateway_waits_for_running_requests() {
    let grace = Config::default().shutdown_grace_ms;
    let (_, gateway) = services().into_iter().find(|(name, _)| name == "medimax").unwrap();
    let unit = shipped("packaging/medimax.service");
    let unit = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap();
    for time in [gateway["stop_grace_period"].as_str().unwrap(), unit] {
        assert!(milliseconds(time) > grace, "{time}");
    }
}

#[test]
fn the_image_is_pinned_checked_and_not_root() {
    let all = instructions();
    let images: Vec<&str> =
        instruction(&all, "FROM").into_iter().map(|from| from.split_whitespace().next().unwrap()).collect();
    images.iter().for_each(|image| assert_is_pinned(image));
    assert!(images[0].starts_with(&format!("rust:{}", env!("CARGO_PKG_RUST_VERSION"))), "{images:?}");
    let user = instruction(&all, "USER");
    assert!(user.iter().all(|user| user.split(':').all(|id| id.parse::<u32>().unwrap() > 0)), "{user:?}");
    let last = all.iter().position(|(word, _)| word == "USER").expect("not root");
    assert!(
        all[last..].iter().all(|(word, _)| word != "RUN" && word != "COPY"),
        "what is done as the user is the user's"
    );
    assert!(instruction(&all, "HEALTHCHECK")[0].ends_with(r#"CMD ["medimax", "healthcheck"]"#), "{all:?}");
    let version = format!("image.version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(instruction(&all, "LABEL")[0].contains(&version), "the label says another version than Cargo.toml");
    assert!(instruction(&all, "ARG").is_empty(), "what is given to a build stays in the image's history");
    let variables = instruction(&all, "ENV").into_iter().flat_map(str::split_whitespace);
    let variables: Vec<&str> = variables.map(|pair| pair.split('=').next().unwrap()).collect();
    assert!(!variables.is_empty() && !variables.contains(&"MEDIMAX_NO_AUTH"), "{variables:?}");
    variables.iter().for_each(|variable| assert_is_a_key(variable));
}

#[test]
fn the_systemd_unit_is_understood_and_shut_in() {
    let unit = shipped("packaging/medimax.service");
    let named = unit.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix("Environment="));
    let named: Vec<&str> = named.map(|pair| pair.split('=').next().unwrap()).collect();
    assert!(named.len() >= 4, "{named:?}");
    named.iter().for_each(|variable| assert_is_a_key(variable));

    // systemd looks for the program and the page.
    let here = unit.replace("/usr/local/bin/medimax", env!("CARGO_BIN_EXE_medimax")).replace("man:medimax(1)", "");
    let folder = scratch(&unique("unit"));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("medimax.service");
    fs::write(&file, here).unwrap();
    let analyze = |args: &[&str]| run(Command::new("systemd-analyze").args(args).arg(&file));
    // It is there where systemd is; and a unit outside the running system can be read since version 252.
    if !Command::new("systemd-analyze").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let verified = analyze(&["verify"]);
    assert_eq!((verified.code, verified.err.as_slice()), (Some(0), &[][..]), "{verified:?}");
    // The threshold is in tenths; 2.0 and less is "OK", and an ordinary service has 9.6.
    let exposed = analyze(&["security", "--offline=true", "--no-pager", "--threshold=20"]);
    assert_eq!(exposed.code, Some(0), "{exposed:?}");
}
