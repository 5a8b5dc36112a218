//! `medimax user`: the accounts that log in, managed without the API. It works beside gateways that serve, which find every change at their
//! next request.

use super::{access, open_there, open_with_tables, say, unreachable};
use crate::{
    access::{Access, Listed, Role, Standing, made_password},
    config::Config,
    error::{Error, Result},
};
use chrono::{DateTime, SecondsFormat};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use std::io::Read;

/// The most bytes that are read of a password; one that is longer is refused.
const MOST: u64 = 4_096;

pub(super) fn command() -> Command {
    Command::new("user")
        .about("Manage the accounts that log in")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add an account; prints its password once, unless that is read from standard input")
                .arg(email())
                .arg(role(Arg::new("role").long("role")))
                .arg(Arg::new("name").long("name").value_name("NAME").help("What its owner is called"))
                .args(of_whom())
                .arg(password_stdin()),
        )
        .subcommand(
            Command::new("list").about("List the accounts").arg(
                Arg::new("format")
                    .long("format")
                    .value_name("FORMAT")
                    .value_parser(["table", "json"])
                    .default_value("table")
                    .help("How to print them"),
            ),
        )
        .subcommand(Command::new("lock").about("Lock an account and end its sessions").arg(email()))
        .subcommand(
            Command::new("unlock").about("Let a locked account log in again, and forget its failed log-ins").arg(email()),
        )
        .subcommand(
            Command::new("role")
                .about("Give an account another role and end its sessions")
                .arg(email())
                .arg(role(Arg::new("role")))
                .args(of_whom()),
        )
        .subcommand(
            Command::new("password")
                .about("Give an account another password and end its sessions; prints the password once, unless that is read from standard input")
                .arg(email())
                .arg(password_stdin()),
        )
        .subcommand(Command::new("remove").about("Remove an account and its sessions").arg(email()))
}

fn email() -> Arg {
    Arg::new("email").value_name("EMAIL").required(true).help("The e-mail address that logs in")
}

fn role(arg: Arg) -> Arg {
    let arg = arg.value_name("ROLE").required(true).ignore_case(true);
    arg.value_parser(Role::OF_ACCOUNTS.map(Role::name)).help("What its owner is")
}

fn of_whom() -> [Arg; 2] {
    [
        key("doctor", "Doctor", "The key of the doctor that a CLINICIAN is: the doctorId, or the id as Doctor:7"),
        key("patient", "Patient", "The key of the patient that a PATIENT is: the patientId, or the id as Patient:12"),
    ]
}

/// A flag that takes the key of an object of a type, or its global id.
pub(super) fn key(flag: &'static str, object: &'static str, help: &'static str) -> Arg {
    let read = move |text: &str| {
        let key = text.strip_prefix(object).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text);
        key.parse::<i32>().map_err(|_none| format!("this is the key of an object, as 12 or {object}:12"))
    };
    Arg::new(flag).long(flag).value_name("KEY").value_parser(read).help(help)
}

fn password_stdin() -> Arg {
    Arg::new("password-stdin")
        .long("password-stdin")
        .action(ArgAction::SetTrue)
        .help("Read the password from standard input, instead of making one")
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let Some((verb, args)) = args.subcommand() else { return Ok(()) };
    let email = args.try_get_one::<String>("email").ok().flatten().map_or("", String::as_str);
    // What needs no store is wrong before one is made.
    let of = if matches!(verb, "add" | "role") { Some(standing(args)?) } else { None };
    let password = if matches!(verb, "add" | "password") { Some(Password::of(args)?) } else { None };
    // With the first account a new store may begin; there is nothing else to do in one that is not there.
    let db = if verb == "add" { open_with_tables(config).await? } else { open_there(config).await? };
    let access = access(config, db);
    let said = act(&access, verb, args, email, of, password.as_ref()).await.map_err(unreachable)?;
    say(&said)?;
    match password {
        Some(Password { text, is_made: true }) => say(&format!("Its password, which is shown this once: {text}")),
        _ => Ok(()),
    }
}

/// Does what is asked, and says what was done.
async fn act(
    access: &Access,
    verb: &str,
    args: &ArgMatches,
    email: &str,
    of: Option<Standing>,
    password: Option<&Password>,
) -> Result<String> {
    let password = password.map_or("", |password| password.text.as_str());
    match (verb, of) {
        ("add", Some(of)) => {
            let name = args.get_one::<String>("name").map(String::as_str);
            let added = access.add(email, name, of, password).await?;
            Ok(format!("Added {}, {}.", added.email, described(of)))
        }
        ("role", Some(of)) => {
            access.set_role(email, of).await?;
            Ok(format!("{email} is {} now, and has to log in again.", described(of)))
        }
        ("password", _) => {
            access.set_password(email, password).await?;
            Ok(format!("{email} has another password, and has to log in again."))
        }
        ("lock", _) => access.lock(email).await.map(|()| format!("{email} is locked, and its sessions have ended.")),
        ("unlock", _) => access.unlock(email).await.map(|()| format!("{email} may log in again.")),
        ("remove", _) => access.remove(email).await.map(|()| format!("Removed {email}.")),
        _ => {
            let all = access.accounts().await?;
            match args.get_one::<String>("format").map(String::as_str) {
                Some("json") => Ok(format!("{:#}", Value::Array(all.iter().map(as_json).collect()))),
                _ => Ok(table(&all)),
            }
        }
    }
}

/// A password, and whether it was made here.
struct Password {
    text: String,
    is_made: bool,
}

impl Password {
    fn of(args: &ArgMatches) -> Result<Self> {
        if !args.get_flag("password-stdin") {
            return Ok(Password { text: made_password()?, is_made: true });
        }
        let (mut bytes, wrong) = (Vec::new(), |why: String| Error::Setup(format!("cannot read the password: {why}")));
        std::io::stdin().take(MOST).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
        let mut text = String::from_utf8(bytes).map_err(|_bytes| wrong("it must be text in UTF-8".into()))?;
        let end = text.strip_suffix('\n').map_or(text.len(), |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
        text.truncate(end);
        Ok(Password { text, is_made: false })
    }
}

/// The role that is named, and whom it stands for.
fn standing(args: &ArgMatches) -> Result<Standing> {
    let role = args.get_one::<String>("role").and_then(|role| Role::read(role));
    let [doctor, patient] = ["doctor", "patient"].map(|name| args.get_one::<i32>(name).copied());
    let wrong = |text: &str| Err(Error::Setup(text.into()));
    match (role, doctor, patient) {
        (Some(Role::Admin), None, None) => Ok(Standing::Admin),
        (Some(Role::Clinician), Some(doctor), None) => Ok(Standing::Clinician(doctor)),
        (Some(Role::Patient), None, Some(patient)) => Ok(Standing::Patient(patient)),
        (Some(Role::Admin), ..) => wrong("an ADMIN stands for nobody: leave --doctor and --patient out"),
        (Some(Role::Clinician), ..) => {
            wrong("a CLINICIAN is a doctor: say which one with --doctor KEY, and no --patient")
        }
        (Some(Role::Patient), ..) => wrong("a PATIENT is a patient: say which one with --patient KEY, and no --doctor"),
        (Some(Role::Partner), ..) => wrong("a PARTNER has no account but an API key: medimax client add"),
        (None, ..) => wrong("this is no role"),
    }
}

fn described(of: Standing) -> String {
    match of {
        Standing::Admin => "an administrator".into(),
        Standing::Clinician(doctor) => format!("the clinician who is doctor {doctor}"),
        Standing::Patient(patient) => format!("patient {patient}"),
    }
}

fn as_json(listed: &Listed) -> Value {
    let account = &listed.account;
    json!({
        "email": account.email,
        "name": account.name,
        "role": account.role.name(),
        "doctor": account.doctor,
        "patient": account.patient,
        "locked": listed.is_locked,
        "demo": listed.is_demo,
        "created": moment(listed.created_ms),
        "lastLogin": listed.last_login_ms.map(moment),
    })
}

/// A moment of UTC.
pub(super) fn moment(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn table(all: &[Listed]) -> String {
    let mut rows = vec![["E-MAIL", "ROLE", "IS", "NAME", "LAST LOG-IN", ""].map(str::to_owned)];
    for Listed { account, is_locked, is_demo, last_login_ms, .. } in all {
        let is = match (account.doctor, account.patient) {
            (Some(doctor), _) => format!("doctor {doctor}"),
            (_, Some(patient)) => format!("patient {patient}"),
            _ => String::new(),
        };
        let state = match (is_locked, is_demo) {
            (true, _) => "locked",
            (_, true) => "demo: no password",
            _ => "",
        };
        let last = last_login_ms.map_or_else(|| "never".into(), moment);
        let name = account.name.clone().unwrap_or_default();
        rows.push([account.email.clone(), account.role.name().into(), is, name, last, state.into()]);
    }
    aligned(rows.iter().map(|row| row.to_vec()).collect())
}

/// A table as text, its columns below each other.
pub(super) fn aligned(rows: Vec<Vec<String>>) -> String {
    // A terminal takes some characters for commands.
    let plain = |text: &String| text.replace(char::is_control, " ");
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(plain).collect()).collect();
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|text| text.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(text, width)| format!("{text:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
