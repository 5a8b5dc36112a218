//! The graph in Neo4j, on a real server that others use too: each test has a label prefix of its own, and removes at its end
//! what it made.

mod faults;
mod plans;
mod reading;
mod writing;

use super::bolt::Bolt;
use crate::support::unique;
use chrono::NaiveDate;
use medimax::{
    graph::{
        Link, Node, Props, Subgraph, Target, Value,
        neo4j::{Applied, Neo4j, Options, Written},
        shape::{NodeKind, Shapes},
    },
    schema::SHAPES,
    terminology::knowledge::{Concept, ConceptKind, Fact, FactKind, How},
};
use serde_json::json;
use std::time::Duration;

const DATABASE: &str = "00000000-0000-0000-0000-000000000001";

pub(crate) fn server() -> String {
    std::env::var("MEDIMAX_TEST_NEO4J_URL")
        .expect("MEDIMAX_TEST_NEO4J_URL names no server: run scripts/test, which starts one")
}

pub(super) fn options(url: &str, prefix: &str) -> Options {
    Options {
        url: url.to_owned(),
        prefix: prefix.to_owned(),
        timeout: Duration::from_secs(60),
        max_connections: 4,
        ca_file: None,
        max_rows: 10_000,
    }
}

/// A test's part of the server.
pub(crate) struct Place {
    pub(crate) prefix: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Place { prefix: unique("T") + "_" }
    }

    /// With constraints, indexes and state.
    async fn prepared() -> (Self, Neo4j) {
        let place = Place::new();
        let store = place.store();
        store.prepare(DATABASE).await.unwrap();
        (place, store)
    }

    /// Another gateway.
    pub(crate) fn store(&self) -> Neo4j {
        self.store_of(&SHAPES)
    }

    /// One that knows these kinds of nodes.
    pub(crate) fn store_of(&self, shapes: &'static Shapes) -> Neo4j {
        Neo4j::connect(&options(&server(), &self.prefix), shapes).unwrap()
    }

    /// Runs a statement past the store; `@` stands for the prefix.
    pub(crate) fn run(&self, cypher: &str) -> Vec<serde_json::Value> {
        Bolt::connect(&server()).run(&cypher.replace('@', &self.prefix), json!({})).0
    }

    /// The number that a statement answers.
    pub(crate) fn number(&self, cypher: &str) -> i64 {
        self.run(cypher)[0][0].as_i64().unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let prefix = &self.prefix;
        self.run(&format!(
            "MATCH (n) WHERE any(label IN labels(n) WHERE label STARTS WITH '{prefix}')
             CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 1000 ROWS"
        ));
        let ours = format!("WHERE name STARTS WITH '{prefix}' RETURN name");
        for (show, what) in [
            (format!("SHOW CONSTRAINTS YIELD name {ours}"), "CONSTRAINT"),
            (format!("SHOW INDEXES YIELD name, owningConstraint {ours}"), "INDEX"),
        ] {
            for row in self.run(&show) {
                self.run(&format!("DROP {what} {} IF EXISTS", row[0].as_str().unwrap()));
            }
        }
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, day).unwrap()
}

/// The kind of nodes with a label.
fn kind(label: &str) -> NodeKind {
    SHAPES.labelled(label).unwrap()
}

fn node<const N: usize>(of: &str, id: i32, label: Option<&'static str>, props: [(&'static str, Value); N]) -> Node {
    Node { kind: kind(of), id, label, props: Props::from(props) }
}

fn link(name: &'static str, from: (&str, i32), to: Target) -> Link {
    Link { name, from: (kind(from.0), from.1), to, props: Props::new() }
}

fn own(name: &'static str, from: (&str, i32), to: (&str, i32)) -> Link {
    link(name, from, Target::Own(kind(to.0), to.1))
}

/// A tie to a concept.
fn tie(from: (&str, i32), concept: i32, how: How) -> Link {
    let props = Props::from([("how", text(how.as_str()))]);
    Link { props, ..link("INSTANCE_OF", from, Target::Concept(concept)) }
}

/// A clinical relationship by a fact of a catalog.
fn known(name: &'static str, from: (&str, i32), to: i32, fact: (i32, FactKind, i32)) -> Link {
    let props = Props::from([
        ("source", text("textbook")),
        ("evidence", text("trial")),
        ("kind", text(fact.1.as_str())),
        ("from_concept", Value::Int(fact.0.into())),
        ("from_how", text("NAME")),
        ("to_concept", Value::Int(fact.2.into())),
        ("to_how", text("SYNONYM")),
    ]);
    Link { props, ..own(name, from, ("MedicalHistory", to)) }
}

fn concept(id: i32, kind: ConceptKind, name: &str) -> Concept {
    Concept {
        id,
        kind,
        catalog: "textbook".into(),
        code: format!("C{id}").into(),
        name: name.into(),
        description: None,
        names: vec![(How::Synonym, format!("{name} by another name").into())],
        weight: 0,
    }
}

fn fact(kind: FactKind, from: i32, to: i32) -> Fact {
    Fact { kind, from, to, source: "textbook".into(), evidence: None, weight: Some(3) }
}

fn written(applied: Applied) -> Written {
    match applied {
        Applied::Done(written) => written,
        Applied::Refused => panic!("the write was refused"),
    }
}

/// A patient with a condition and a medication for it, whose keys follow from the patient's.
fn simple(id: i32, name: &str) -> Subgraph {
    let (patient, condition, medication) = (("Patient", id), ("MedicalHistory", id * 10), ("Medication", id * 10));
    Subgraph {
        patient: id,
        nodes: vec![
            node("Patient", id, None, [("name", text(name)), ("dob", Value::Date(day(2)))]),
            node("MedicalHistory", id * 10, Some("Condition"), [("name", text("asthma")), ("status", text("active"))]),
            node("Medication", id * 10, None, [("name", text("salbutamol")), ("status", text("active"))]),
        ],
        links: vec![
            own("HAS_MEDICAL_HISTORY", patient, condition),
            own("TAKES_MEDICATION", patient, medication),
            Link {
                props: Props::from([("source", text("purpose"))]),
                ..own("TREATS_CONDITION", medication, condition)
            },
        ],
    }
}
