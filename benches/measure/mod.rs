//! What measuring needs: processes, load, the database's side, and sums.

pub(crate) mod answer;
pub(crate) mod bolt;
pub(crate) mod database;
pub(crate) mod load;
pub(crate) mod process;

/// The middle value.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
