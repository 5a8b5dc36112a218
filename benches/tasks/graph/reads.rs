//! A level of the graph for 50 patients: through the library and through the whole gateway against the same statement sent
//! by hand, and in Neo4j against in this process.

use super::{OURS, TURN, contest, head, line};
use crate::{
    Arguments, PATIENTS, Result,
    measure::{
        answer::Contents,
        bolt::Bolt,
        load::{Client, graphql},
    },
};
use futures_util::FutureExt;
use medimax::{
    graph::{At, Graph, neo4j::Neo4j, shape::Role},
    schema::SHAPES,
};
use neo4rs::Query;
use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

/// How long a gateway may take until it answers from a graph that is up to date.
const START: Duration = Duration::from_secs(10);

/// A question to the whole gateway, with the level of the graph and without it.
struct Question {
    with: &'static str,
    without: &'static str,
    /// The path of what the level answers.
    answers: &'static str,
}

const CARE_PATHS: Question = Question {
    with: "{ patients(first: 50) { nodes { patientId carePaths { path { nodes { id name } } } } } }",
    without: "{ patients(first: 50) { nodes { patientId } } }",
    answers: "patients.carePaths",
};

const INDICATES: Question = Question {
    with: "{ patients(first: 50) { nodes { appointments(first: 200) { nodes { symptoms {
             symptomId indicates { path { nodes { id name } } } } } } } } }",
    without: "{ patients(first: 50) { nodes { appointments(first: 200) { nodes { symptoms { symptomId } } } } } }",
    answers: "patients.appointments.symptoms.indicates",
};

pub(super) async fn run(arguments: &Arguments, bolt: &Bolt, url: &str, [neo4j, embedded]: [&Graph; 2]) -> Result<()> {
    let statements = Neo4j::connect(&bolt.options(OURS), &SHAPES)?.statements();
    let statement = |name| {
        let found = statements.iter().find(|(known, _)| *known == name).ok_or("no such statement")?;
        Result::Ok(Query::new(found.1.clone()).param("most", i64::MAX))
    };
    let patients: Vec<i32> = (1..=i32::try_from(PATIENTS)?).collect();
    let own = embedded.own(&patients).await?;
    let symptoms: Vec<i32> =
        own.iter().filter(|own| own.entry.kind.role() == Some(Role::Reported)).map(|own| own.entry.id).collect();

    let paths = statement("crossings")?.param("patients", &*patients);
    let by_hand = || async { Ok(bolt.rows(paths.clone()).await?.len()) }.boxed_local();
    let ours = || care_paths(neo4j, &patients).boxed_local();
    let here = || care_paths(embedded, &patients).boxed_local();
    let library = contest(arguments, Duration::ZERO, [&ours, &by_hand]).await?;
    let stores = contest(arguments, TURN, [&ours, &here]).await?;
    let whole = gateway(arguments, bolt, url, &CARE_PATHS, &paths).await?;
    report(&format!("carePaths of {PATIENTS} patients, ms"), &library, &whole, &stores);

    let indicates = statement("clinical.symptom")?.param("keys", &*symptoms).param("first", 200).param("reasons", 500);
    let by_hand = || async { Ok(bolt.rows(indicates.clone()).await?.len()) }.boxed_local();
    let ours = || async { Ok(neo4j.clinical(At::Symptom, &symptoms, 200).await?.len()) }.boxed_local();
    let here = || async { Ok(embedded.clinical(At::Symptom, &symptoms, 200).await?.len()) }.boxed_local();
    let library = contest(arguments, Duration::ZERO, [&ours, &by_hand]).await?;
    let stores = contest(arguments, TURN, [&ours, &here]).await?;
    let whole = gateway(arguments, bolt, url, &INDICATES, &indicates).await?;
    report(&format!("indicates of {} symptoms, ms", symptoms.len()), &library, &whole, &stores);
    Ok(())
}

/// Where the care paths of patients meet, and the first page of each patient's.
async fn care_paths(graph: &Graph, patients: &[i32]) -> Result<usize> {
    let crossings = graph.crossings(patients).await?;
    Ok(graph.care_paths(&crossings, (0, 20), u32::MAX).await?.len())
}

/// A question to the gateway, against the same question without the level and then the level's statement by hand.
async fn gateway(
    arguments: &Arguments,
    bolt: &Bolt,
    url: &str,
    question: &Question,
    statement: &Query,
) -> Result<[Vec<f64>; 2]> {
    let flags = [format!("--graph-url={}", bolt.url), format!("--graph-label-prefix={OURS}")];
    let (server, started) = (crate::gateway_with(url, &flags)?, Instant::now());
    let client = RefCell::new(Client::connect(server.address)?);
    let (with, without) = (graphql(question.with)?, graphql(question.without)?);
    // It looks at the graph before it answers from it.
    while Contents::of(client.borrow_mut().ask(&with)?).is_err() {
        if started.elapsed() > START {
            return Err("the gateway does not answer from the graph".into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let contents = Contents::of(client.borrow_mut().ask(&with)?)?;
    if contents.0.get(question.answers).is_none_or(|rows| rows.count == 0) {
        return Err(format!("the gateway answers no {}", question.answers).into());
    }
    let ours = || async { client.borrow_mut().ask(&with).map(|_| 1) }.boxed_local();
    let by_hand = || {
        async {
            client.borrow_mut().ask(&without)?;
            bolt.rows(statement.clone()).await.map(|_| 1)
        }
        .boxed_local()
    };
    contest(arguments, Duration::ZERO, [&ours, &by_hand]).await
}

fn report(title: &str, [ours, by_hand]: &[Vec<f64>; 2], [whole, apart]: &[Vec<f64>; 2], [neo4j, here]: &[Vec<f64>; 2]) {
    head(title, "first", "second");
    line("library : the statement by hand", ours, by_hand, "≤ 1.15");
    line("gateway : without it, then the statement by hand", whole, apart, "≤ 1.15");
    line("library in Neo4j : in this process", neo4j, here, "≥ 20");
}
