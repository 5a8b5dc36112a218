//! What queries answer, on both stores.

mod filters;
mod legacy;
mod lists;
mod nulls;
mod protocol;
mod reference;
mod scope;
mod search;
