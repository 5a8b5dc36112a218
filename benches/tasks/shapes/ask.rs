//! Asks a gateway, and says what became of it.

use super::shape::{Shape, Shown};
use crate::{
    Result,
    measure::{
        load::{Client, graphql_with},
        process::Server,
    },
};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What became of a question.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Answered,
    /// The gateway says that it does not answer this, and why.
    Refused(String),
    /// Any other error.
    Failed(String),
}

/// A question's time in milliseconds, what became of it, and the answer.
pub(super) struct Asked {
    pub(super) ms: f64,
    pub(super) outcome: Outcome,
    pub(super) answer: Value,
}

/// A gateway and a client of it.
pub(super) struct Asker {
    server: Server,
    client: Client,
}

/// A question that takes the graph.
const OF_THE_GRAPH: &str = "{ patients(first: 1, filter: { graph: { hasCondition: \"Asthma\" } }) { nodes { id } } }";

/// How long the graph of a gateway that has just started may take.
const GRAPH: Duration = Duration::from_secs(600);

/// Time for one shape: what is quick is asked three times, what is slow once.
const ENOUGH: Duration = Duration::from_secs(2);
const TIMES: usize = 3;

impl Asker {
    /// Starts a gateway and waits until its graph answers too: building it takes processor time.
    pub(super) fn start(url: &str, flags: &[String]) -> Result<Self> {
        let quiet = ["--log-level=warn", "--log-requests=off"].map(str::to_owned);
        let server = crate::gateway_with(url, &[&quiet, flags].concat())?;
        let client = Client::connect(server.address)?;
        let (mut asker, began) = (Asker { server, client }, Instant::now());
        while let Outcome::Failed(error) = asker.ask(OF_THE_GRAPH, &[])?.outcome {
            if began.elapsed() > GRAPH {
                return Err(format!("the gateway's graph does not answer: {error}").into());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        Ok(asker)
    }

    /// Asks once.
    pub(super) fn ask(&mut self, query: &str, headers: &[(&str, &str)]) -> Result<Asked> {
        let request = graphql_with(query, headers)?;
        let began = Instant::now();
        let answered = self.client.exchange(&request).and_then(|(_, body)| Ok(serde_json::from_slice::<Value>(body)?));
        let ms = began.elapsed().as_secs_f64() * 1e3;
        let answer = match answered {
            Ok(answer) => answer,
            Err(error) => {
                // What may still come on this connection answers no other question.
                self.client = Client::connect(self.server.address)?;
                return Ok(Asked { ms, outcome: Outcome::Failed(format!("no answer: {error}")), answer: Value::Null });
            }
        };
        Ok(Asked { ms, outcome: outcome(&answer), answer })
    }

    /// Asks for a shape until its time is known: once to warm up, then more often, of which the least counts.
    pub(super) fn time(&mut self, shape: &Shape) -> Result<(Asked, String)> {
        let mut query = shape.query(None);
        if let Some(place) = shape.place() {
            let asked = self.ask(&place, &[])?;
            if !matches!(asked.outcome, Outcome::Answered) {
                return Ok((asked, query));
            }
            let edges = asked.answer.pointer(&format!("/data/{}/edges", shape.list)).and_then(Value::as_array);
            let edge = match shape.shown {
                Shown::At(super::shape::Place::Last) => edges.and_then(|edges| edges.first()),
                _ => edges.and_then(|edges| edges.last()),
            };
            query = shape.query(edge.and_then(|edge| edge.get("cursor")).and_then(Value::as_str));
        }
        let (began, mut best) = (Instant::now(), self.ask(&query, &[])?);
        let mut times = 1;
        while matches!(best.outcome, Outcome::Answered) && times < TIMES && began.elapsed() < ENOUGH {
            let again = self.ask(&query, &[])?;
            // The first one warmed up.
            if times == 1 || again.ms < best.ms || !matches!(again.outcome, Outcome::Answered) {
                best = again;
            }
            times += 1;
        }
        Ok((best, query))
    }

    /// The statement that takes longest of those that a query needs.
    pub(super) fn slowest(&mut self, query: &str) -> Result<String> {
        let asked = self.ask(query, &[("medimax-explain", "1")])?;
        let statements = asked.answer.pointer("/extensions/explain/statements").and_then(Value::as_array);
        let time = |statement: &Value| statement.get("storeMs").and_then(Value::as_f64).unwrap_or_default();
        let longest = statements.into_iter().flatten().max_by(|one, other| time(one).total_cmp(&time(other)));
        Ok(match longest {
            Some(longest) => {
                let text = longest.get("statement").and_then(Value::as_str).unwrap_or_default();
                format!("{:.0} ms: {text}", time(longest))
            }
            None => "it was not explained".into(),
        })
    }
}

fn outcome(answer: &Value) -> Outcome {
    let errors = answer.get("errors").and_then(Value::as_array);
    let errors = errors.into_iter().flatten().map(|error| {
        let text = |path: &str| error.pointer(path).and_then(Value::as_str).unwrap_or_default();
        (text("/extensions/code"), text("/message"))
    });
    let refuses = |code: &str| matches!(code, "BAD_USER_INPUT" | "LIMIT_EXCEEDED");
    // The worst of them.
    match errors.min_by_key(|(code, _)| refuses(code)) {
        None => Outcome::Answered,
        Some((code, message)) if refuses(code) => Outcome::Refused(message.to_owned()),
        Some((code, message)) => Outcome::Failed(format!("{code}: {message}")),
    }
}
