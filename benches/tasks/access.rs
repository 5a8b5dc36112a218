//! What it costs to know who asks: the scopes of a clinician and of a partner and the access log, on the profile of 50 patients and on a
//! list of their names, and what log-ins cost whoever else asks.

use super::contest::PROFILE;
use crate::{
    Arguments, Result,
    measure::{
        database::Database,
        load::{Client, Figures, Target, graphql_with, measure},
        median,
        process::{Server, run_with},
    },
    say,
};
use std::{
    io::Write,
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

const NAMES: &str = "{ patients(first: 50) { nodes { patientId name } } }";
const PASSWORD: &str = "correct horse battery staple";
const CROWD: usize = 16;
/// Requests before anything is measured.
const WARM_UP: u32 = 50;
/// How many patients are assigned to the clinician, and consented to the partner: the first fifty, and others from everywhere.
const ASSIGNED: u32 = 500;
/// What the partner reads: all that the profile has.
const READS: &str = "Patient,MedicalHistory,Appointment,Symptom,Medication,MedicationPurpose,LabReport,LabFinding,Report,ReportFinding,ChatMessage";

/// One who asks, of one gateway.
struct Asker<'a> {
    gateway: &'a Server,
    request: Vec<u8>,
    length: usize,
    alone: Vec<Figures>,
    crowded: Vec<Figures>,
}

pub(crate) async fn run(arguments: &Arguments, database: &mut Database) -> Result<()> {
    let (name, patients) = ("bench_access", if arguments.large { 100_000 } else { 20_000 });
    let url = crate::seeded(database, name, patients).await?;
    let apart = patients / (ASSIGNED - 50);
    for statement in [
        format!("INSERT INTO {name}.Institution (institution_id, name) VALUES (900000, 'Bench')"),
        format!("INSERT INTO {name}.Doctor (doctor_id, name, institution_id) VALUES (900001, 'Dr. Bench', 900000)"),
        format!(
            "INSERT INTO {name}.Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) \
             SELECT patient_id, 900001, 'consultant' FROM {name}.Patient WHERE patient_id <= 50 OR patient_id % {apart} = 0"
        ),
        format!("INSERT INTO {name}.Partner (partner_id, name) VALUES (900000, 'Bench')"),
        format!(
            "INSERT INTO {name}.Patient_Consent (patient_id, partner_id, purpose) \
             SELECT patient_id, 900000, 'research' FROM {name}.Patient WHERE patient_id <= 50 OR patient_id % {apart} = 0"
        ),
        // A transaction that is committed is on the disk.
        "SET GLOBAL innodb_flush_log_at_trx_commit = 1".to_owned(),
    ] {
        database.run(&statement).await?;
    }
    database.analyze(name).await?;
    for (email, of) in [
        ("admin@example.org", &["--role", "ADMIN"][..]),
        ("clinician@example.org", &["--role", "CLINICIAN", "--doctor", "900001"]),
    ] {
        let mut add = crate::medimax("user", &url);
        run_with(add.args(["add", email, "--password-stdin"]).args(of), PASSWORD)?;
    }
    let mut add = crate::medimax("client", &url);
    add.args(["add", "bench", "--partner", "900000", "--purpose", "research", "--read", READS]);
    let said = String::from_utf8(add.output()?.stdout)?;
    let partner = said.split_whitespace().last().ok_or("no API key")?.to_owned();
    let serving = |audit: &str| {
        let mut serve = crate::medimax("serve", &url);
        serve.env_remove("MEDIMAX_NO_AUTH").env("MEDIMAX_AUDIT", audit);
        let connections = format!("--database-max-connections={}", crate::CONNECTIONS);
        Server::start(serve.args(["--listen=127.0.0.1:0", &connections]))
    };
    let (open, logged) = (serving("off")?, serving("required")?);
    let admin = token(open.address, "admin@example.org")?;
    let clinician = token(open.address, "clinician@example.org")?;

    say!(
        "\n{patients} patients, some {ASSIGNED} of them assigned to the clinician and consenting to the partner; each commit is written to the disk"
    );
    for (question, text, scope) in [("the profile", PROFILE, 1.05), ("names of 50", NAMES, 1.2)] {
        let mut askers = Vec::new();
        for (gateway, token) in [(&open, &admin), (&open, &clinician), (&logged, &clinician), (&open, &partner)] {
            let request = authorized(text, token)?;
            let mut client = Client::connect(gateway.address)?;
            let length = client.ask(&request)?.len();
            for _ in 0..WARM_UP {
                client.ask(&request)?;
            }
            askers.push(Asker { gateway, request, length, alone: vec![], crowded: vec![] });
        }
        for _ in 0..arguments.rounds {
            for (clients, crowded) in [(1, false), (CROWD, true)] {
                for asker in &mut askers {
                    let target = asker.target(database);
                    let figures = measure(target, clients, arguments.time)?;
                    if crowded { asker.crowded.push(figures) } else { asker.alone.push(figures) }
                }
            }
        }
        report(question, &askers, scope);
    }
    log_ins(arguments, &logged, &authorized(PROFILE, &admin)?, database)?;
    database.run("SET GLOBAL innodb_flush_log_at_trx_commit = 2").await?;
    database.remove(name).await
}

impl Asker<'_> {
    fn target(&self, database: &Database) -> Target<'_> {
        Target {
            address: self.gateway.address,
            request: &self.request,
            length: self.length,
            server_pid: self.gateway.pid(),
            database_pid: database.pid,
        }
    }
}

fn authorized(query: &str, token: &str) -> Result<Vec<u8>> {
    graphql_with(query, &[("authorization", &format!("Bearer {token}"))])
}

fn log_in(email: &str) -> Result<Vec<u8>> {
    graphql_with(&format!("mutation {{ logIn(email: \"{email}\", password: \"{PASSWORD}\") {{ accessToken }} }}"), &[])
}

fn token(address: SocketAddr, email: &str) -> Result<String> {
    let request = log_in(email)?;
    let answer: serde_json::Value = serde_json::from_slice(Client::connect(address)?.ask(&request)?)?;
    let token = answer.pointer("/data/logIn/accessToken").and_then(serde_json::Value::as_str);
    Ok(token.ok_or_else(|| format!("no token: {answer}"))?.to_owned())
}

fn report(question: &str, askers: &[Asker<'_>], scope: f64) {
    let [admin, clinician, entered, partner] = askers else { return };
    let at_most = |most: f64| format!("≤ {most}");
    type Pick = fn(&Figures) -> f64;
    let rows: [(&str, bool, Pick, bool); 6] = [
        ("latency, ms, 1 client", false, |f| f.latency, true),
        ("latency, ms, 16 clients", true, |f| f.latency, true),
        ("MariaDB CPU, ms a request, 1 client", false, |f| f.database_cpu, true),
        ("MariaDB CPU, ms a request, 16 clients", true, |f| f.database_cpu, true),
        ("server CPU, ms a request, 1 client", false, |f| f.server_cpu, false),
        ("server CPU, ms a request, 16 clients", true, |f| f.server_cpu, false),
    ];
    let of = |asker: &Asker<'_>, crowded: bool, pick: Pick| {
        let figures = if crowded { &asker.crowded } else { &asker.alone };
        figures.iter().map(pick).collect::<Vec<f64>>()
    };
    for (role, asker) in [("CLINICIAN", clinician), ("PARTNER", partner)] {
        say!("\n{question:38}{:>9}{role:>11}{:>9}{:>9}", "ADMIN", "scope", "target");
        for (name, crowded, pick, bound) in rows {
            let [mut one, mut two] = [admin, asker].map(|asker| of(asker, crowded, pick));
            let ratio = ratio(&two, &one);
            let target = if bound { at_most(scope) } else { String::new() };
            say!("{name:38}{:>9.2}{:>11.2}{ratio:>9.2}{target:>9}", median(&mut one), median(&mut two));
        }
    }
    say!("{:38}{:>9}{:>11}{:>9}{:>9}", "as CLINICIAN", "no log", "log", "log", "target");
    for (name, crowded, pick, _) in rows {
        let [mut one, mut two] = [clinician, entered].map(|asker| of(asker, crowded, pick));
        let ratio = ratio(&two, &one);
        let target = if name == "latency, ms, 16 clients" { at_most(1.1) } else { String::new() };
        say!("{name:38}{:>9.2}{:>11.2}{ratio:>9.2}{target:>9}", median(&mut one), median(&mut two));
    }
}

/// The median of the ratios within each round: the machine's speed changes between rounds.
fn ratio(above: &[f64], below: &[f64]) -> f64 {
    median(&mut above.iter().zip(below).map(|(above, below)| above / below).collect::<Vec<_>>())
}

/// How long a log-in takes, and the slowest answers of others while sixteen log in at a time.
fn log_ins(arguments: &Arguments, gateway: &Server, request: &[u8], database: &Database) -> Result<()> {
    let (address, log_in) = (gateway.address, log_in("clinician@example.org")?);
    let mut alone = Vec::new();
    for _ in 0..arguments.rounds * 3 {
        let asked = Instant::now();
        Client::connect(address)?.ask(&log_in)?;
        alone.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    let length = Client::connect(address)?.ask(request)?.len();
    let target = Target { address, request, length, server_pid: gateway.pid(), database_pid: database.pid };
    let (mut quiet, mut busy, mut each_second) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        quiet.push(measure(target, 1, arguments.time)?.slowest);
        let (stop, done, began) = (AtomicBool::new(false), AtomicU32::new(0), Instant::now());
        let figures = thread::scope(|scope| {
            let log_in = || -> Result<()> {
                let mut client = Client::connect(address)?;
                while !stop.load(Relaxed) {
                    client.ask(&log_in)?;
                    done.fetch_add(1, Relaxed);
                }
                Ok(())
            };
            let threads: Vec<_> = (0..CROWD).map(|_| scope.spawn(log_in)).collect();
            thread::sleep(Duration::from_millis(200));
            let figures = measure(target, 1, arguments.time);
            stop.store(true, Relaxed);
            for thread in threads {
                thread.join().map_err(|_panic| "a client panicked")??;
            }
            figures
        });
        busy.push(figures?.slowest);
        each_second.push(f64::from(done.load(Relaxed)) / began.elapsed().as_secs_f64());
    }
    let ratio = ratio(&busy, &quiet);
    say!(
        "\na log-in, alone: {:.1} ms; sixteen at a time: {:.1} a second",
        median(&mut alone),
        median(&mut each_second)
    );
    say!(
        "the profile, 99 % of answers within: {:.1} ms; while sixteen log in at a time: {:.1} ms; {ratio:.2} (target ≤ 1.5)",
        median(&mut quiet),
        median(&mut busy)
    );
    Ok(())
}
