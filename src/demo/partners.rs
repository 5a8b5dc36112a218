//! The partners of the demo, and which patients consented to what. Their addresses end in `.example`.

use super::person::{Person, plus};
use super::privacy::DemoPrivacy;
use super::rng::Rng;
use super::row::{Named, row};
use chrono::{NaiveDate, NaiveDateTime};

row! {
    /// A row of `Partner`.
    DemoPartner in "Partner" by "partner_id", called "name";
    columns {
        /// Its name.
        name: &'static str,
        /// What it does with data.
        description: &'static str,
        /// Where patients ask.
        email: &'static str,
        /// Its page.
        privacy_url: &'static str,
    }
}

row! {
    /// A row of `Patient_Consent`.
    DemoConsent in "Patient_Consent" by "consent_id", of "patient_id";
    columns {
        /// To whom.
        partner_id: Named<DemoPartner>,
        /// What for.
        purpose: &'static str,
        /// The first day.
        since: NaiveDate,
        /// The last day, if there is one.
        until: Option<NaiveDate>,
        /// What proves it.
        evidence: Option<&'static str>,
        /// When it was given.
        given_at: NaiveDateTime,
        /// When it was withdrawn.
        withdrawn_at: Option<NaiveDateTime>,
        /// When it was written down.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// Consents take their chance from here.
pub(super) const CHANCE: u64 = 0x0C05_E417;

/// A study; the demo's program of a partner is its.
const STUDY: &str = "Tyne Heart Study";
const INSURER: &str = "Northumbrian Mutual Insurance";
const APP: &str = "PocketRecord";

/// All of them.
pub(super) fn all() -> impl Iterator<Item = DemoPartner> {
    let of = |name, description, host: &'static str, privacy_url| DemoPartner {
        name,
        description,
        email: host,
        privacy_url,
    };
    [
        of(
            STUDY,
            "A study of how blood pressure, cholesterol and medicines belong together. It reads diagnoses, medicines and laboratory values.",
            "participants@heart-study.example",
            "https://heart-study.example/privacy",
        ),
        of(
            INSURER,
            "Pays for treatment, and reads what was treated and prescribed to do so.",
            "service@northumbrian-mutual.example",
            "https://northumbrian-mutual.example/data",
        ),
        of(
            APP,
            "An app in which patients carry their record with them.",
            "hello@pocketrecord.example",
            "https://pocketrecord.example/privacy",
        ),
    ]
    .into_iter()
}

/// What a patient consents to.
pub(super) fn consents(rng: &mut Rng, person: &Person, privacy: &[DemoPrivacy]) -> Vec<DemoConsent> {
    let mut rows = Vec::new();
    let agrees = privacy.iter().any(|row| row.allow_research);
    for (partner, purpose, percent, days, evidence) in [
        (STUDY, "research", if agrees { 60 } else { 0 }, Some(5 * 365), Some("Consent form 3, signed.")),
        (INSURER, "insurance", 25, None, Some("With the contract of insurance.")),
        (APP, "personal_use", 12, None, None),
    ] {
        let (given, withdrawn) = (person.day(rng, person.registered, person.yesterday), rng.percent(15));
        let given_at = person.stamp(rng, given).max(person.created_at());
        let later = person.day(rng, given, person.yesterday);
        let later = person.stamp(rng, later).max(given_at);
        if !rng.percent(percent) {
            continue;
        }
        let withdrawn_at = withdrawn.then_some(later);
        rows.push(DemoConsent {
            partner_id: Named::of(partner),
            purpose,
            since: given,
            until: days.map(|days| plus(given, days)),
            evidence,
            given_at,
            withdrawn_at,
            created_at: given_at,
            updated_at: withdrawn_at.unwrap_or(given_at),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::patient;

    #[test]
    fn some_consent_and_some_withdraw() {
        let today = chrono::NaiveDate::from_ymd_opt(2025, 11, 21).unwrap();
        let all: Vec<_> = (0..500).flat_map(|n| patient(42, n, today).consents).collect();
        let study = all.iter().filter(|row| row.partner_id.name() == super::STUDY && row.withdrawn_at.is_none());
        assert!(study.count() > 20);
        assert!(all.iter().any(|row| row.withdrawn_at.is_some()));
        for row in &all {
            assert!(row.since <= row.given_at.date() && row.until.is_none_or(|until| row.since < until), "{row:?}");
            assert!(
                row.given_at.date() < today
                    && row.withdrawn_at.is_none_or(|at| at >= row.given_at && at.date() < today),
                "{row:?}"
            );
        }
    }
}
