//! `medimax client`: the programs of partners and their API keys. It works beside gateways that serve, which find every change at their next
//! request.

use super::{
    access, open_there, say, unreachable,
    user::{aligned, key, moment},
};
use crate::{
    access::{Access, Client, Kept, MOST_DAYS, MOST_HOURS, Managed, NewClient, Purpose},
    config::Config,
    error::{Error, Result},
    schema::entities,
};
use clap::{Arg, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use serde_json::{Value, json};

pub(super) fn command() -> Command {
    let days = || {
        Arg::new("days")
            .long("days")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..=i64::from(MOST_DAYS)))
            .default_value("365")
            .help("For how many days the key holds")
    };
    Command::new("client")
        .about("Manage the programs of partners and their API keys")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add a partner's program; prints its API key once")
                .arg(name())
                .arg(
                    key("partner", "Partner", "The key of the partner: the partnerId, or the id as Partner:4")
                        .required(true),
                )
                .arg(
                    Arg::new("purpose")
                        .long("purpose")
                        .value_name("PURPOSE")
                        .required(true)
                        .ignore_case(true)
                        .value_parser(Purpose::ALL.map(Purpose::name))
                        .help("What it reads records for: it sees the patients who consented to that"),
                )
                .arg(
                    Arg::new("read")
                        .long("read")
                        .value_name("TYPE")
                        .required(true)
                        .value_delimiter(',')
                        .action(clap::ArgAction::Append)
                        .value_parser(PossibleValuesParser::new(readable()))
                        .hide_possible_values(true)
                        .help("The object types that it may read, as Patient,Medication; reference data may be read by all"),
                )
                .arg(
                    Arg::new("requests-per-minute")
                        .long("requests-per-minute")
                        .value_name("N")
                        .value_parser(value_parser!(u32).range(1..=1_000_000))
                        .help("How many requests it may send to a gateway in a minute; any number if left out"),
                )
                .arg(days()),
        )
        .subcommand(
            Command::new("list").about("List the programs and their keys").arg(
                Arg::new("format")
                    .long("format")
                    .value_name("FORMAT")
                    .value_parser(["table", "json"])
                    .default_value("table")
                    .help("How to print them"),
            ),
        )
        .subcommand(
            Command::new("rotate")
                .about("Give a program another API key, and print it once; those before hold on for a while")
                .arg(name())
                .arg(
                    Arg::new("overlap")
                        .long("overlap")
                        .value_name("HOURS")
                        .value_parser(value_parser!(u32).range(0..=i64::from(MOST_HOURS)))
                        .default_value("24")
                        .help("For how many hours the keys before hold on; 0 if one of them was stolen"),
                )
                .arg(days()),
        )
        .subcommand(Command::new("revoke").about("Revoke a program: none of its keys holds any more, for good").arg(name()))
}

fn name() -> Arg {
    Arg::new("name").value_name("NAME").required(true).help("What the program is called")
}

/// The object types that a program may be let read: what belongs to patients.
fn readable() -> Vec<&'static str> {
    entities().iter().filter(|entity| !entity.table.is_everybodys()).map(|entity| entity.object.name).collect()
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let Some((verb, args)) = args.subcommand() else { return Ok(()) };
    let access = access(config, open_there(config).await?);
    let (said, key) = act(&access, verb, args).await.map_err(unreachable)?;
    say(&said)?;
    match key {
        Some(key) => say(&format!("Its API key, which is shown this once: {key}")),
        None => Ok(()),
    }
}

/// Does what is asked; says what was done, and gives the key that was made.
async fn act(access: &Access, verb: &str, args: &ArgMatches) -> Result<(String, Option<String>)> {
    let name = args.try_get_one::<String>("name").ok().flatten().map_or("", String::as_str);
    let number = |of: &str| args.get_one::<u32>(of).copied().unwrap_or_default();
    match verb {
        "add" => {
            let purpose = args.get_one::<String>("purpose").and_then(|purpose| Purpose::read(purpose));
            let purpose = purpose.ok_or_else(|| Error::Setup("this is no purpose".into()))?;
            let mut reads: Vec<String> = args.get_many::<String>("read").into_iter().flatten().cloned().collect();
            reads.sort_unstable();
            reads.dedup();
            let partner = args.get_one::<i32>("partner").copied().unwrap_or_default();
            let per_minute = args.get_one::<u32>("requests-per-minute").copied();
            let new = NewClient { name, partner, purpose, reads: &reads, per_minute, days: number("days") };
            let key = access.add_client(&new).await?;
            let what = format!(
                "Added {name}: it reads {} of the patients who consented to {}.",
                reads.join(", "),
                purpose.name()
            );
            Ok((what, Some(key)))
        }
        "rotate" => {
            let hours = number("overlap");
            let key = access.rotate_client(name, hours, number("days")).await?;
            let before = match hours {
                0 => "those before hold no more".to_owned(),
                hours => format!("those before end within {hours} hours"),
            };
            Ok((format!("{name} has another key; {before}."), Some(key)))
        }
        "revoke" => {
            access.revoke_client(name).await?;
            Ok((format!("{name} is revoked: none of its keys holds any more."), None))
        }
        _ => {
            let all = access.clients().await?;
            match args.get_one::<String>("format").map(String::as_str) {
                Some("json") => Ok((format!("{:#}", Value::Array(all.iter().map(as_json).collect())), None)),
                _ => Ok((table(&all), None)),
            }
        }
    }
}

fn as_json(managed: &Managed) -> Value {
    let Managed { client, is_demo, revoked_ms, keys } = managed;
    let Client { name, partner: partner_id, partner_name: partner, purpose, reads, per_minute, .. } = client;
    let key = |Kept { begins, created_ms, expires_ms, last_used_ms }: &Kept| {
        json!({
            "begins": begins,
            "created": moment(*created_ms),
            "expires": moment(*expires_ms),
            "lastUsed": last_used_ms.map(moment),
        })
    };
    json!({
        "name": name,
        "partner": { "partnerId": partner_id, "name": partner },
        "purpose": purpose.name(),
        "reads": reads,
        "requestsPerMinute": per_minute,
        "demo": is_demo,
        "revoked": revoked_ms.map(moment),
        "keys": keys.iter().map(key).collect::<Vec<_>>(),
    })
}

fn table(all: &[Managed]) -> String {
    let head = ["NAME", "PARTNER", "PURPOSE", "READS", "KEY BEGINS", "EXPIRES", "LAST USED", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for Managed { client, is_demo, revoked_ms, keys } in all {
        let state = match (revoked_ms, is_demo) {
            (Some(_), _) => "revoked",
            (None, true) => "demo",
            _ => "",
        };
        let none = || String::from("none");
        let one = |key: Option<&Kept>| {
            vec![
                client.name.clone(),
                client.partner_name.clone(),
                client.purpose.name().into(),
                client.reads.join(","),
                key.map_or_else(none, |key| key.begins.clone()),
                key.map_or_else(String::new, |key| moment(key.expires_ms)),
                key.and_then(|key| key.last_used_ms).map_or_else(|| "never".into(), moment),
                state.into(),
            ]
        };
        match keys.as_slice() {
            [] => rows.push(one(None)),
            keys => rows.extend(keys.iter().map(|key| one(Some(key)))),
        }
    }
    aligned(rows)
}
