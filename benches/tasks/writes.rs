//! Mutations against a transaction of the same statements that is written by hand with Diesel: each registers patients, from
//! many writers at once, and answers the row that it wrote as JSON.

use crate::{
    Arguments, CONNECTIONS, Result,
    floor::{
        tables::patient,
        values::{Day, Moment, Word},
    },
    measure::{database::Database, median},
    say, seeded,
};
use diesel::{
    QueryResult,
    mysql::Mysql,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Integer, Text},
};
use diesel_async::{
    AsyncConnection, AsyncMysqlConnection, RunQueryDsl,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::Pool},
};
use futures_util::future::try_join_all;
use medimax::{
    access::Asker,
    config::Config,
    db,
    db::scope::Scope,
    graph::Graph,
    graphql::{clock::Clock, recorder::Recorder},
    request::engine::{Caller, Engine, Outcome},
    schema::{MODEL, SHAPES},
};
use std::{
    io::Write,
    time::{Duration, Instant},
};

const WRITERS: usize = 16;

const MUTATION: &str = "mutation($name: String!) {
    registerPatient(input: {name: $name, dateOfBirth: \"1980-02-03\", sex: FEMALE}) {
        patient { patientId name dateOfBirth sex createdAt }
    }
}";

pub(crate) async fn run(arguments: &Arguments, database: &mut Database) -> Result<()> {
    let url = seeded(database, "bench_writes", 1_000).await?;
    let config = Config::default();
    let options = db::Options { max_connections: CONNECTIONS, ..config.database(url.clone()) };
    let engine = Engine::new(
        &MODEL,
        db::open(&options).await?,
        Graph::embedded(&SHAPES),
        config.limits(),
        Duration::from_secs(60),
    );
    let mut manager = ManagerConfig::default();
    manager.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::<AsyncMysqlConnection>::new_with_config(&url, manager);
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;

    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // The first round only warms both up.
    for round in 0..=arguments.rounds {
        let mutation = writes(arguments.time, async |name| by_mutation(&engine, name).await).await?;
        let hand = writes(arguments.time, async |name| by_hand(&pool, name).await).await?;
        if round > 0 {
            ours.push(mutation);
            theirs.push(hand);
            ratios.push(hand / mutation);
        }
    }
    database.remove("bench_writes").await?;
    say!("\nPatients registered a second, {WRITERS} writers");
    say!("  a transaction by hand      {:>7.0}", median(&mut theirs));
    say!(
        "  registerPatient            {:>7.0}   {:.2} times as long, target ≤ 1.3",
        median(&mut ours),
        median(&mut ratios)
    );
    Ok(())
}

/// How many a second many writers do who go on for some time.
async fn writes(time: Duration, write: impl AsyncFn(String) -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    let writer = |number: usize| {
        let write = &write;
        async move {
            let mut done = 0_u32;
            while began.elapsed() < time {
                write(format!("Writer {number}, patient {done}")).await?;
                done += 1;
            }
            Ok::<u32, Box<dyn std::error::Error + Send + Sync>>(done)
        }
    };
    let done: u32 = try_join_all((0..WRITERS).map(writer)).await?.into_iter().sum();
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

async fn by_mutation(engine: &Engine, name: String) -> Result<()> {
    let variables = async_graphql::Variables::from_json(serde_json::json!({ "name": name }));
    let request = async_graphql::Request::new(MUTATION).variables(variables);
    let caller = Caller {
        asker: Asker::anybody(),
        scope: Scope::everything(),
        clock: Clock { today: chrono::Utc::now().date_naive(), now: chrono::Utc::now().naive_utc() },
        request_id: String::new(),
        may_write: true,
        recorder: Recorder::default(),
    };
    let answer = engine.run(request, caller).await;
    if answer.codes.is_empty() && answer.outcome == Outcome::Executed {
        Ok(())
    } else {
        Err(String::from_utf8(answer.body)?.into())
    }
}

/// Adds a patient and answers the key. Diesel has no RETURNING for MariaDB, and keeps no statement of `sql_query` prepared.
struct Insert(String);

impl Query for Insert {
    type SqlType = Integer;
}

impl QueryId for Insert {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> diesel::RunQueryDsl<C> for Insert {}

impl QueryFragment<Mysql> for Insert {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        out.push_sql("INSERT INTO Patient (dob, name, sex) VALUES (");
        out.push_bind_param::<Text, _>("1980-02-03")?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.0)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>("Female")?;
        out.push_sql(") RETURNING patient_id");
        Ok(())
    }
}

#[derive(Queryable, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    patient_id: i32,
    name: String,
    dob: Option<Day>,
    sex: Option<Word>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

async fn by_hand(pool: &Pool<AsyncMysqlConnection>, name: String) -> Result<()> {
    let mut connection = pool.get().await?;
    let key: i32 = connection.transaction(async |connection| Insert(name).get_result::<i32>(connection).await).await?;
    let row: Patient = patient::table.find(key).first(&mut connection).await?;
    let json = serde_json::to_vec(&row)?;
    if json.is_empty() { Err("no answer".into()) } else { Ok(()) }
}
