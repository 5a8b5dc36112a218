//! What stands between the schema and the world: the protocol, the limits, and clients that mean no good.

mod bounds;
mod crowds;
mod documents;
mod fuzz;
mod limits;
mod protocol;
mod tls;

use crate::support::{
    Store, codes,
    process::{Answer, Gateway},
};

const MODERN: (&str, &str) = ("accept", "application/graphql-response+json");

fn gateway(store: &Store, args: &[&str]) -> Gateway {
    Gateway::start(&[&["--database-url", &store.url], args].concat())
}

/// The one error's code and message; a refused request has no data.
fn refusal(answer: &Answer) -> (String, String) {
    let json = answer.json();
    assert!(codes(&json).len() == 1 && json.get("data").is_none(), "{answer:?}");
    (codes(&json)[0].to_owned(), json["errors"][0]["message"].as_str().unwrap().to_owned())
}

/// Text as it stands in a URL.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
