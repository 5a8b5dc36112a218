//! What some patients allow to be done with their record. Of most nobody has asked.

use super::person::Person;
use super::rng::Rng;
use super::row::row;
use chrono::NaiveDateTime;

row! {
    /// A row of `Privacy_Settings`.
    DemoPrivacy in "Privacy_Settings" by "privacy_settings_id", of "patient_id";
    columns {
        /// For how many days data may be kept.
        data_retention_days: i64,
        /// Whether it may be used for statistics.
        allow_analytics: bool,
        /// Whether it may be used for research.
        allow_research: bool,
        /// Whether it must not say who the patient is.
        anonymize_data: bool,
        /// When it was recorded.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// The settings, where there are any.
pub(super) fn write(rng: &mut Rng, person: &Person) -> Vec<DemoPrivacy> {
    if !rng.percent(40) {
        return Vec::new();
    }
    let day = person.day(rng, person.registered, person.yesterday);
    let created_at = person.stamp(rng, day).max(person.created_at());
    let allow_research = rng.percent(55);
    vec![DemoPrivacy {
        data_retention_days: rng.pick(&[365, 730, 730, 1_095, 3_650]),
        allow_analytics: rng.percent(60),
        allow_research,
        // Whoever agrees to research mostly does so without the name.
        anonymize_data: !allow_research || rng.percent(85),
        created_at,
        updated_at: created_at,
    }]
}
