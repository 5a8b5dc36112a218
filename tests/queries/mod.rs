//! What queries answer, on both stores.

mod filters;
mod legacy;
mod lists;
mod protocol;
mod reference;
mod scope;
mod search;
