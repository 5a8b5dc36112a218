//! Laboratory reports and their findings.

pub mod lab_finding;
pub mod lab_report;
pub mod reading;
