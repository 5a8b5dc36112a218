//! Radiology, pathology and other reports, and their findings.

pub mod report;
pub mod report_finding;
