//! What a graph adds to the records: why a symptom, a condition and a medicine belong together, what the catalogs know, and
//! who is alike. Everything here supports a decision and makes none.

pub mod alike;
pub mod care;
pub mod catalog;
pub mod clinical;
pub mod counted;
pub mod drawing;
mod fields;
pub mod filter;
pub mod findings;
mod matching;
pub mod path;
pub mod status;

pub use fields::FIELDS;

use crate::{
    error::{Error, Result},
    graph::shape::NodeKind,
    graphql::{
        args::Args,
        context::Cx,
        model::{Entity, Model},
        types::Arg,
    },
};

/// The argument `first` of a list that is given whole unless it is very long.
fn first_arg() -> Arg {
    Arg::new("first", "Int", "At most this many; by default as many as the largest page has.")
}

/// What that argument says.
fn first_of(args: &Args, cx: &Cx) -> Result<usize> {
    Ok(args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.max_page_size) as usize)
}

/// The entity whose rows stand behind a kind of nodes.
fn entity(model: &Model, kind: NodeKind) -> Result<&'static Entity> {
    let entity = model.of_table(kind.table());
    entity.ok_or_else(|| Error::Internal(format!("{kind:?} nodes stand for no entity")))
}
