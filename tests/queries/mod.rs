//! What queries answer, on both stores.

mod filters;
mod legacy;
mod lists;
mod numbers;
mod protocol;
mod reference;
mod scope;
mod search;
