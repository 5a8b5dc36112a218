//! A person under care: what everything else hangs from. It knows the relations that the other domains offer on a
//! patient, and nothing of how they are stored.

use crate::{
    chat,
    db::{Date, DateTime, Enum, Reach, enumeration, tables},
    graphql::{
        context::Cx,
        entity,
        relation::{Connection, List, Narrowing},
        write::{Check, Column, Holds, Rules, rules::not_in_future},
    },
    knowledge::{alike, drawing, findings},
    labs, medications, records, reports, visits,
};
use chrono::{Datelike, NaiveDate};

enumeration! {
    /// A patient's sex, as the hospital recorded it.
    Sex {
        /// Male.
        Male "MALE" = "Male",
        /// Female.
        Female "FEMALE" = "Female",
        /// Neither, or recorded as other.
        Other "OTHER" = "Other",
    }
}

entity! {
    /// A person under care.
    Patient of tables::patient, "Patient" by patient_id, patient Reach::Column("patient_id"), search true,
        written as "patient", "patients";
    columns {
        /// The key of the patient in the relational store.
        patient_id: i32 = "patientId" index;
        /// Full legal name.
        name: Option<String> = "name" order;
        /// Date of birth.
        dob: Option<Date> = "dateOfBirth" order;
        /// Sex, as recorded.
        sex: Option<Enum<Sex>> = "sex" index;
        /// When the record was made.
        created_at: Option<DateTime> = "createdAt" order;
        /// When the record last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {
        /// Age in whole years today; null where the date of birth is unknown or in the future.
        "age": Option<i32> = Patient::age;
    }
    fields {
        /// Conditions, allergies, operations, family history and way of life.
        "medicalHistory" = List {
            children: &records::medical_history::OF_PATIENT,
            narrowing: Some(Narrowing { arg: "type", doc: "Only entries of this type.", field: "type", required: false }),
        };
        /// Medicines that the patient takes or took, the latest prescription first.
        "medications" = List { children: &medications::medication::OF_PATIENT, narrowing: None };
        /// Medicines that the patient takes now, the latest prescription first.
        "activeMedications" = List { children: &medications::medication::ACTIVE_OF_PATIENT, narrowing: None };
        /// Appointments, the latest first.
        "appointments" = Connection { children: &visits::appointment::OF_PATIENT };
        /// Appointments from today on that are scheduled, confirmed or pending, the next one first.
        "upcomingAppointments" = List { children: &visits::appointment::UPCOMING_OF_PATIENT, narrowing: None };
        /// Laboratory reports, the latest first.
        "labReports" = Connection { children: &labs::lab_report::OF_PATIENT };
        /// Findings outside their reference range, of all laboratory reports.
        "abnormalFindings" = List { children: &labs::lab_finding::ABNORMAL_OF_PATIENT, narrowing: None };
        /// The findings of one test over time, the earliest first.
        "labTrend" = List {
            children: &labs::lab_finding::TREND_OF_PATIENT,
            narrowing: Some(Narrowing { arg: "testName", doc: "The test's name, without case.", field: "testName", required: true }),
        };
        /// Radiology, pathology and other reports, the latest first.
        "reports" = Connection { children: &reports::report::OF_PATIENT };
        /// Messages of the patient's conversations, the earliest first.
        "messages" = Connection { children: &chat::message::OF_PATIENT };
        /// Symptom, condition that it speaks for, and medicine that is for the condition; each with its path.
        "carePaths" = findings::CarePaths;
        /// Symptoms that speak for no condition of the medical history, as far as the catalogs know.
        "unexplainedSymptoms" = findings::UNEXPLAINED;
        /// Active conditions that no medicine taken is for, as far as purposes and catalogs tell.
        "untreatedConditions" = findings::UNTREATED;
        /// Medicines taken that are for no condition of the medical history, as far as purposes and catalogs tell.
        "medicationsWithoutIndication" = findings::UNINDICATED;
        /// Symptoms that are known effects of a medicine taken at the time. This supports a decision and makes none.
        "possibleSideEffects" = findings::SIDE_EFFECTS;
        /// Medicines taken that act upon each other. This supports a decision and makes none.
        "interactions" = findings::INTERACTIONS;
        /// Medicines taken that are to be avoided with a condition of the patient. This supports a decision and makes none.
        "contraindications" = findings::CONTRAINDICATIONS;
        /// Conditions that the patient's symptoms speak for, the likeliest first. It supports a decision and makes none: it
        /// knows names of symptoms and what the catalogs say of them. `knowledge.differential` tells how they are ranked.
        "differential" = findings::Differential;
        /// Patients with much in common, most first. A condition in common weighs 3, a drug 2, a symptom 1; the score is the
        /// weight in common over the weight of all that either has. What more than 2,000 entries name does not count as in
        /// common. It supports a decision and makes none.
        "similarPatients" = alike::SimilarPatients;
        /// The patient's part of the graph, to draw.
        "graph" = drawing::Graph;
    }
}

/// What must hold of a patient that is written.
pub static RULES: Rules = Rules {
    columns: &[Column::line("name", 255).required(), Column::of("dob"), Column::of("sex").required()],
    checks: &[
        Check {
            columns: &["dob"],
            code: "IN_FUTURE",
            message: "a date of birth must not be in the future",
            constraint: None,
            holds: Holds::Today(|row, today| not_in_future(row, "dob", today)),
        },
        Check {
            columns: &["dob"],
            code: "TOO_EARLY",
            message: "a date of birth must not be before 1900",
            constraint: Some("chk_patient_dob"),
            holds: Holds::Always(|row| row.day("dob").is_none_or(|day| day.year() >= 1900)),
        },
    ],
};

impl Patient {
    fn age(&self, cx: &Cx) -> Option<i32> {
        age_on(cx.today, self.dob?.day()?)
    }
}

/// Whole years from `born` to `today`. Somebody born on 29 February has a birthday on 1 March of other years.
fn age_on(today: NaiveDate, born: NaiveDate) -> Option<i32> {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = today.year() - born.year() - i32::from(!had_birthday);
    (born <= today).then_some(years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_birthdays() {
        let day = |text: &str| text.parse().unwrap();
        for (today, born, age) in [
            ("2026-03-01", "2000-03-01", Some(26)),
            ("2026-02-28", "2000-03-01", Some(25)),
            ("2026-02-28", "2000-02-29", Some(25)),
            ("2026-03-01", "2000-02-29", Some(26)),
            ("2026-03-01", "2026-03-02", None),
        ] {
            assert_eq!(age_on(day(today), day(born)), age, "{born} on {today}");
        }
    }
}
