//! `medimax serve`.

use super::{
    Scratch, access, audit, callers, clock, database_url_to_make, holder, learn, open_graph, places, say, seed, tables,
    today, unreachable,
};
use crate::{
    access::Access,
    audit::Audit,
    config::Config,
    db::{self, Db, Dialect},
    error::{Error, Result},
    graph::{Graph, projector::Follower},
    http::{self, Certificate},
    request::{documents::Safelist, engine::Engine},
    schema::{self, MODEL},
    write,
};
use futures_util::FutureExt;
use std::{sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

pub(super) async fn run(config: &Config) -> Result<()> {
    let address = http::address(config)?;
    let scratch = if config.memory { Some(Scratch::new()?) } else { None };
    let url = match &scratch {
        Some(scratch) => scratch.url(),
        None => database_url_to_make(config)?,
    };
    // One for all that follows: a signal that comes before the gateway serves is not lost.
    let stop = told_to_stop().shared();
    let db = tokio::select! {
        biased; // Listening for signals comes first.
        () = stop.clone() => return Ok(()),
        db = prepare(config, &url) => db?,
    };
    let callers = callers::callers(config, &db, address).await?;
    let patience = Duration::from_millis(config.request_timeout_ms);
    let graph = open_graph(config)?;
    let options = config.database(url);
    let step = options.wait + options.statement_timeout;
    let projection = Arc::new(Follower::new(graph.clone(), db.clone(), schema::tables(), holder()).with_step(step));
    let alone = db::Options { max_connections: 1, ..options };
    let probe = http::Probe { db: db::open(&alone).await.map_err(unreachable)?, graph: graph.apart()? };
    let audit = audit(config, &db, "serve");
    let keeping_house = tokio::spawn(keep_house(db.clone(), callers.access.clone(), audit.clone()));
    let engine = Engine::new(&MODEL, db.clone(), graph.clone(), config.limits(), patience);
    let engine = Arc::new(match audit {
        Some(audit) => engine.logged(audit),
        None => engine,
    });
    if let Some(list) = documents(config)? {
        engine.list(list).await?;
    }
    let zone = config.time_zone.clone();
    if zone.is_unknown() {
        tracing::warn!("this machine has no time zone, so days are those of UTC: set time_zone");
    }
    let door = http::Door::open(config, address).await?;
    callers::show_demo(&callers, &db).await.map_err(unreachable)?;
    let app = http::App::new(engine.clone(), probe, callers, config, address, move || clock(&zone))?;
    let at = door.url()?;
    let reloading = tokio::spawn(reload_when_told(config.clone(), engine, door.certificate()));
    let projecting = tokio::spawn({
        let projection = projection.clone();
        async move { projection.run().await }
    });
    // A small graph is there at once; a large one must not keep everything else waiting.
    let _ = timeout(GRAPH_WAIT, until_ready(&graph)).await;
    say(&format!(
        "\nMediMax is ready.\n  Playground  {at}/\n  GraphQL     {at}/graphql\n\nTwo queries to try there:\n\
         \n  {{ patient(id: 1) {{ name age activeMedications {{ name dosage purposes {{ conditionName }} }} }} }}\
         \n\n  {{ patients(search: \"ma\", first: 3) {{ totalCount nodes {{ name upcomingAppointments {{ date doctorName }} }} }} }}\n"
    ))?;
    http::serve(door, app, stop).await;
    projecting.abort();
    keeping_house.abort();
    reloading.abort();
    if let Err(error) = projection.leave().await {
        tracing::warn!("another gateway takes over only when this one's lease ends: {error}");
    }
    Ok(())
}

/// The list of documents that are answered, where one is configured.
fn documents(config: &Config) -> Result<Option<Safelist>> {
    let file = &config.documents;
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let within = |error: &dyn std::fmt::Display| Error::Setup(format!("documents {}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| within(&error))?;
    Safelist::read(&text).map(Some).map_err(|error| within(&error))
}

/// Reads the list of documents and the certificate anew at each SIGHUP. What is wrong is logged, and what was in force stays.
async fn reload_when_told(config: Config, engine: Arc<Engine>, certificate: Option<Arc<Certificate>>) {
    let mut told = match signal(SignalKind::hangup()) {
        Ok(told) => told,
        Err(error) => return tracing::warn!("SIGHUP will not be heard: {error}"),
    };
    while told.recv().await.is_some() {
        let listed = match documents(&config) {
            Ok(Some(list)) => engine.list(list).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        let renewed = certificate.as_ref().map_or(Ok(()), |certificate| certificate.reload(&config));
        for (what, done) in [("documents", listed), ("certificate", renewed)] {
            match done {
                Ok(()) => tracing::info!("SIGHUP: {what}: as the files say now"),
                Err(error) => tracing::error!("SIGHUP: {what}: what was in force stays: {error}"),
            }
        }
    }
}

/// Forgets idempotency keys, sessions and failed log-ins whose time is over, and has the store see to its statistics, for as long as the
/// gateway runs.
async fn keep_house(db: Db, access: Option<Arc<Access>>, audit: Option<Audit>) {
    loop {
        let over = async {
            let sessions = match &access {
                Some(access) => access.forget().await?,
                None => 0,
            };
            Ok(sessions + write::forget_keys(&db).await?)
        };
        if let Some(audit) = &audit
            && let Err(error) = timeout(FORGETTING, audit.enter_unanswered()).await.unwrap_or(Ok(0))
        {
            tracing::warn!("what requests wrote whose gateway died is not in the access log yet: {error}");
        }
        match timeout(FORGETTING, over).await.unwrap_or(Err(Error::Timeout("looking through what is over"))) {
            // There may be more.
            Ok(1..) => continue,
            Ok(0) => {}
            Err(error) => tracing::warn!("idempotency keys and sessions whose time is over are kept for now: {error}"),
        }
        learn(&db).await;
        tokio::time::sleep(HOUSE).await;
    }
}

/// How long that may take: a connection may die without a word.
const FORGETTING: Duration = Duration::from_secs(60);
/// How often that is done.
const HOUSE: Duration = Duration::from_secs(600);

/// How long the first queries wait for the graph.
const GRAPH_WAIT: Duration = Duration::from_secs(3);

async fn until_ready(graph: &Graph) {
    while !graph.is_ready() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The store, once it is there and can be served.
async fn prepare(config: &Config, url: &str) -> Result<Db> {
    let patience = Duration::from_millis(config.database_start_wait_ms);
    let options = config.database(url.to_owned());
    let db = db::open_when_up(&options, patience, |error, pause| {
        tracing::warn!("{} (trying again in {:.1} s)", unreachable(error.clone()), pause.as_secs_f32());
    });
    let db = db.await.map_err(unreachable)?;
    match db.dialect() {
        Dialect::Sqlite => {
            say(&match config.memory {
                true => "Store: in memory; nothing is kept.".to_owned(),
                false => format!("Store: {}", url.trim_start_matches("sqlite://")),
            })?;
            tables(&db).await.map_err(unreachable)?;
            places(&db).await?;
            if config.demo_patients > 0 {
                // A store of an older version has patients, but no catalog.
                seed::know(&db).await?;
                let accounts = access(config, db.clone());
                // A store with accounts is meant for patients of its own.
                if accounts.accounts().await?.is_empty() && seed::is_empty(&db).await? {
                    seed::fill(&db, config.demo_seed, config.demo_patients, today(&config.time_zone)).await?;
                    accounts.make_demo().await?;
                    say(&format!("It was empty, and holds {} made-up patients now.", config.demo_patients))?;
                }
            }
        }
        Dialect::MariaDb => tables(&db).await.map_err(unreachable)?,
    }
    Ok(db)
}

/// Until the operator or the system says stop.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
    tracing::info!("told to stop: what is running is answered first");
}
