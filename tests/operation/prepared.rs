//! What is kept prepared is bounded, however clients shape their requests.

use super::server::Server;
use crate::support::{Backend, Store, full, run_recorded};
use medimax::{
    db,
    db::scope::Scope,
    graphql::recorder::{Recorder, Statement},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The most statements that are kept on a connection, which docs/performance.md tells.
const KEPT: usize = 250;

/// Lists: the field, the orders that it takes, and what else is selected.
const LISTS: [(&str, [&str; 3], &str); 4] = [
    ("patients", ["NAME", "DATE_OF_BIRTH", "ID"], "name medications(orderBy: NAME_DESC) { name }"),
    ("medications", ["NAME", "PRESCRIBED_DATE", "ID"], "name"),
    ("medicalHistories", ["ITEM", "DATE", "ID"], "item"),
    ("symptoms", ["NAME", "ID", "ID"], "name"),
];

/// What a client asks who never shapes a request like the one before: in any order, with any number of words, from the start
/// or the end, behind, before and between rows, with any filter; and what they write gives any of the fields.
struct Shapes(usize);

impl Shapes {
    /// A number below `of` that looks like chance.
    fn pick(&mut self, of: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % of
    }

    /// A list with its arguments, and what is selected of its rows.
    fn list(&mut self) -> (&'static str, String, &'static str) {
        let (list, orders, fields) = LISTS[self.pick(LISTS.len())];
        let mut by = Vec::new();
        for _ in 0..self.pick(4) {
            by.push(format!("{}_{}", orders[self.pick(3)], ["ASC", "DESC"][self.pick(2)]));
        }
        let mut arguments = String::new();
        if !by.is_empty() {
            arguments += &format!("orderBy: [{}] ", by.join(" "));
        }
        let words = self.pick(9);
        if words > 0 {
            arguments += &format!("search: \"{}\" ", ["a", "e", "m", "s", "o", "i", "p", "l"][..words].join(" "));
        }
        if self.pick(4) == 0 {
            let ids: Vec<String> = (0..=self.pick(40)).map(|id| id.to_string()).collect();
            let key = if list == "patients" { "patientId" } else { "id" };
            let ids = if list == "patients" { ids.join(" ") } else { String::new() };
            arguments += &format!("filter: {{ {key}: {{ in: [{ids}] }} }} ");
        }
        (list, arguments, fields)
    }

    fn mutation(&mut self) -> String {
        let optional = ["dosage", "frequency", "prescribedBy"];
        let given: String =
            optional.iter().filter(|_| self.pick(2) == 1).map(|name| format!("{name}: \"x\" ")).collect();
        let n = self.pick(1_000_000);
        format!(
            "mutation {{ prescribeMedication(input: {{ patientId: \"Patient:1\", name: \"M{n}\", prescribedDate: \"2026-01-01\" \
             {given} }}) {{ medication {{ id }} }} }}"
        )
    }
}

/// Sends many, and answers the texts that were kept.
async fn send(store: &Store) -> BTreeSet<String> {
    let (engine, mut shapes) = (store.engine(), Shapes(7));
    let (mut kept, mut all, mut sent) = (BTreeSet::new(), BTreeSet::new(), 0);
    let requests = if full() { 10_000 } else { 600 };
    while sent < requests {
        let (list, arguments, fields) = shapes.list();
        let mut queries =
            vec![format!("{{ {list}({arguments} first: 3) {{ totalCount edges {{ cursor node {{ {fields} }} }} }} }}")];
        if shapes.pick(8) == 0 {
            queries.push(shapes.mutation());
        }
        let mut at = 0;
        while at < queries.len() {
            let recorder = Recorder::whole();
            let body = run_recorded(&engine, Scope::everything(), &queries[at], json!({}), &recorder).await;
            let answer: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(answer.get("errors"), None, "{}", queries[at]);
            // Pages from the places that the first one tells.
            let edges = answer["data"][list]["edges"].as_array().filter(|_| at == 0);
            let cursors: Vec<&str> = edges.into_iter().flatten().map(|edge| edge["cursor"].as_str().unwrap()).collect();
            if let (Some(first), Some(last)) = (cursors.first(), cursors.last()) {
                for place in [
                    format!("first: 2 after: \"{first}\""),
                    format!("last: 2 before: \"{last}\""),
                    format!("first: 2 after: \"{first}\" before: \"{last}\""),
                ] {
                    queries.push(format!("{{ {list}({arguments} {place}) {{ edges {{ cursor }} }} }}"));
                }
            }
            for ran in recorder.ran() {
                if let Some(Statement::Sql(sql)) = ran.detail.map(|detail| detail.statement) {
                    all.insert(sql.shown());
                    if sql.is_kept() {
                        kept.insert(sql.shown());
                    }
                }
            }
            (at, sent) = (at + 1, sent + 1);
        }
    }
    eprintln!("{sent} requests, {} texts, {} kept", all.len(), kept.len());
    assert!(all.len() > if full() { 4 * KEPT } else { KEPT }, "{} texts are too few to show anything", all.len());
    assert!(!kept.is_empty());
    kept
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_cannot_fill_mariadb_with_prepared_statements() {
    let server = Server::start(&[]).await;
    let url = server.database(5).await;
    let db = db::open(&crate::support::options(&url)).await.unwrap();
    let store =
        Store { backend: Backend::MariaDb, url, db, graph: medimax::graph::Graph::embedded(&medimax::schema::SHAPES) };
    let kept = send(&store).await;
    let status = "SELECT 0, CAST(variable_value AS SIGNED) FROM information_schema.global_status \
                  WHERE variable_name = 'Prepared_stmt_count'";
    let count = super::numbers(&store.db, status).await[0].1;
    eprintln!("the server holds {count} prepared statements on {} connections", store.db.state().open);
    // One besides the kept ones waits on each connection to be closed.
    assert!(count as usize <= store.db.state().open * (kept.len() + 5), "{count}");
    assert!(kept.len() <= KEPT, "{} are kept", kept.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_the_memory_of_the_embedded_store() {
    let kept = send(&Store::with_patients(Backend::Sqlite, 5).await).await;
    assert!(kept.len() <= KEPT, "{} are kept", kept.len());
}
