//! MediMax, the GraphQL gateway that hospitals put in front of their relational and graph stores.
//!
//! `ARCHITECTURE.md` has the map and the invariants.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod chat;
pub mod cli;
pub mod config;
pub mod contacts;
pub mod csv;
pub mod db;
pub mod demo;
pub mod entity;
pub mod error;
pub mod feed;
pub mod graph;
pub mod graphql;
pub mod http;
pub mod imaging;
pub mod knowledge;
pub mod labs;
pub mod medications;
pub mod partners;
pub mod patients;
pub mod providers;
pub mod records;
pub mod reports;
pub mod request;
pub mod schema;
pub mod telemetry;
pub mod terminology;
pub mod visits;
pub mod write;

#[cfg(test)]
pub mod probe;
