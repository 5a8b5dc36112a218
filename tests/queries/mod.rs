//! What queries answer, on both stores.

mod cursors;
mod filters;
mod hints;
mod ids;
mod legacy;
mod lists;
mod noninterference;
mod nulls;
mod numbers;
mod protocol;
mod reference;
mod references;
mod scope;
mod search;
mod totals;
mod vitals;
mod ways;
