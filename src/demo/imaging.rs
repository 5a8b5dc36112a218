//! The scans behind the reports of examinations that make pictures, and what programs predict from some of them.

use super::cases::Case;
use super::doctors::{DemoDoctor, Specialty};
use super::person::{Person, plus};
use super::rng::Rng;
use super::row::{Named, Within, row};
use super::{DemoHistory, DemoReport};
use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

row! {
    /// A row of `Scan`.
    DemoScan in "Scan" by "scan_id", of "patient_id";
    columns {
        /// Who reads the pictures; older rows may name nobody.
        doctor_id: Option<Named<DemoDoctor>>,
        /// `mri`, `ct`, `x_ray`, `ultrasound`, `mammography` or `other`.
        modality: &'static str,
        /// What the pictures show.
        body_part: &'static str,
        /// The day.
        scan_date: NaiveDate,
        /// Where the pictures would be: there are none.
        file_path: String,
        /// What was seen.
        description: Option<String>,
        /// When it was entered.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

row! {
    /// A row of `Prediction`.
    DemoPrediction in "Prediction" by "prediction_id", of "patient_id";
    columns {
        /// The scan that it was made from.
        scan_id: Within<DemoScan>,
        /// The condition in the patient's history, where the patient has it.
        history_id: Option<Within<DemoHistory>>,
        /// What the program looked for.
        condition_name: &'static str,
        /// What it predicts.
        label: &'static str,
        /// The stage, where it predicts the condition.
        stage: Option<&'static str>,
        /// How probable the label is, from 0 to 1 with four places.
        probability: String,
        /// The model.
        model_name: &'static str,
        /// Its version.
        model_version: &'static str,
        /// When it was made.
        predicted_at: NaiveDateTime,
        /// What is to be known of it.
        notes: Option<&'static str>,
        /// When it was entered.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// What a report is of: its title, how the pictures are made, and what they show.
static PICTURES: &[(&str, &str, &str)] = &[
    ("MRI of the head", "mri", "Brain"),
    ("MRI of the lumbar spine", "mri", "Lumbar spine"),
    ("CT of the head", "ct", "Brain"),
    ("CT of the kidneys and bladder", "ct", "Kidneys and bladder"),
    ("Chest X-ray", "x_ray", "Chest"),
    ("Knee X-ray", "x_ray", "Knee"),
    ("Hand X-ray", "x_ray", "Hand"),
    ("Ankle X-ray", "x_ray", "Ankle"),
    ("Abdominal ultrasound", "ultrasound", "Abdomen"),
    ("Kidney ultrasound", "ultrasound", "Kidneys"),
    ("Thyroid ultrasound", "ultrasound", "Thyroid"),
    ("Obstetric ultrasound", "ultrasound", "Uterus"),
    ("Pelvic ultrasound", "ultrasound", "Pelvis"),
    ("Prostate ultrasound", "ultrasound", "Prostate"),
    ("Leg vein ultrasound", "ultrasound", "Leg veins"),
    ("Echocardiogram", "ultrasound", "Heart"),
    ("Screening mammography", "mammography", "Breast"),
    ("Bone density scan", "other", "Hip and lumbar spine"),
];

/// A model that predicts a condition from scans.
struct Model {
    modality: &'static str,
    body_part: &'static str,
    /// Of a hundred such scans so many are looked at.
    percent: u64,
    condition: &'static str,
    /// What it says of who has the condition, and of who has not.
    labels: (&'static str, &'static str),
    stages: &'static [&'static str],
    name: &'static str,
    version: &'static str,
}

const PARKINSONS: &str = "Parkinson's disease";

static MODELS: &[Model] = &[
    Model {
        modality: "mri",
        body_part: "Brain",
        percent: 100,
        condition: PARKINSONS,
        labels: ("Parkinson's", "healthy"),
        stages: &["Hoehn and Yahr 1", "Hoehn and Yahr 2", "Hoehn and Yahr 3"],
        name: "demo-parkinsons-mri",
        version: "2.1.0",
    },
    Model {
        modality: "x_ray",
        body_part: "Chest",
        percent: 60,
        condition: "Community-acquired pneumonia",
        labels: ("pneumonia", "no pneumonia"),
        stages: &["One lobe", "Several lobes"],
        name: "demo-chest-xray",
        version: "1.4.2",
    },
];

const SUPPORT: &str = "Decision support, not a diagnosis: look at the pictures.";

/// Every scan, oldest first.
pub(super) fn scans(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    reports: &[DemoReport],
    updated_at: NaiveDateTime,
) -> Vec<DemoScan> {
    let mut scans: Vec<DemoScan> = Vec::new();
    for report in reports {
        let Some((_, modality, body_part)) = PICTURES.iter().find(|(title, ..)| *title == report.report_type) else {
            continue;
        };
        scans.push(DemoScan {
            doctor_id: report.doctor_id.clone(),
            modality,
            body_part,
            scan_date: report.report_date,
            file_path: String::new(),
            description: Some(report.report_summary.clone()),
            created_at: report.created_at,
            updated_at: report.updated_at,
        });
    }
    // Whoever has Parkinson's disease is looked at when it is found, and again a year later.
    for case in cases.iter().filter(|case| case.condition.name == PARKINSONS) {
        let days = [0, 365];
        for days in days {
            let due = person.open_day(plus(case.seen, days + rng.between(5, 40))).max(case.seen);
            let known =
                scans.iter().any(|scan| scan.body_part == "Brain" && (scan.scan_date - due).num_days().abs() < 180);
            if due >= person.yesterday.min(updated_at.date()) || known {
                continue;
            }
            let created_at = person.stamp(rng, due).min(updated_at);
            scans.push(DemoScan {
                doctor_id: Some(Named::of(person.doctor(Specialty::Radiology, due))),
                modality: "mri",
                body_part: "Brain",
                scan_date: due,
                file_path: String::new(),
                description: None,
                created_at,
                updated_at: created_at,
            });
        }
    }
    scans.sort_by_key(|scan| scan.scan_date);
    for (place, scan) in scans.iter_mut().enumerate() {
        let (year, number) = (scan.scan_date.year(), place + 1);
        scan.file_path = format!("demo/{year}/patient-{}/{}-{number}.dcm", person.n + 1, scan.modality);
    }
    scans
}

/// What programs predict from these scans, in their order.
pub(super) fn predictions(
    rng: &mut Rng,
    cases: &[Case],
    scans: &[DemoScan],
    updated_at: NaiveDateTime,
) -> Vec<DemoPrediction> {
    let mut rows = Vec::new();
    for (place, scan) in scans.iter().enumerate() {
        let fits = |model: &&Model| model.modality == scan.modality && model.body_part == scan.body_part;
        for model in MODELS.iter().filter(fits) {
            if !rng.percent(model.percent) {
                continue;
            }
            // The history begins with a row for each case, in their order.
            let has = |case: &Case| {
                let over = case.ended.is_some_and(|ended| ended < scan.scan_date);
                case.condition.name == model.condition && case.onset <= scan.scan_date && !over
            };
            let case = cases.iter().position(has);
            let (ill, healthy) = model.labels;
            let predicted_at = (scan.created_at + TimeDelta::minutes(rng.between(2, 30))).min(updated_at);
            rows.push(DemoPrediction {
                scan_id: Within::at(place),
                history_id: case.map(Within::at),
                condition_name: model.condition,
                label: if case.is_some() { ill } else { healthy },
                stage: case.and_then(|_| rng.choose(model.stages).copied()),
                // The last place is no 0, which SQLite would not keep.
                probability: format!(
                    "0.{:03}{}",
                    rng.between(if case.is_some() { 720 } else { 840 }, 995),
                    rng.between(1, 9)
                ),
                model_name: model.name,
                model_version: model.version,
                predicted_at,
                notes: case.map(|_| SUPPORT),
                created_at: predicted_at,
                updated_at: predicted_at,
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::{conditions, patient};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_of_report_that_is_of_pictures_is_one_of_a_condition() {
        let titles: HashSet<&str> = conditions::all().flat_map(|of| of.reports).map(|kind| kind.title).collect();
        let unknown: Vec<_> = PICTURES.iter().filter(|(title, ..)| !titles.contains(title)).collect();
        assert!(matches!(unknown[..], [("Screening mammography", ..)]), "{unknown:?}");
        assert!(MODELS.iter().all(|model| conditions::named(model.condition).is_some()));
    }

    #[test]
    fn scans_follow_from_conditions_and_predictions_from_scans() {
        let today = NaiveDate::from_ymd_opt(2025, 11, 21).unwrap();
        let (mut ill, mut healthy, mut modalities) = (0, 0, HashSet::new());
        for n in 0..1500 {
            let patient = patient(42, n, today);
            let has = patient.history.iter().any(|row| row.history_item == PARKINSONS);
            assert!(patient.scans.is_sorted_by_key(|row| row.scan_date));
            for row in &patient.scans {
                modalities.insert(row.modality);
                assert!(
                    row.scan_date >= patient.dob && row.scan_date < today && row.scan_date <= row.created_at.date()
                );
                assert!(row.created_at <= row.updated_at && row.updated_at <= patient.updated_at, "{n}: {row:?}");
            }
            for row in &patient.predictions {
                let scan = &patient.scans[row.scan_id.place()];
                assert!(row.predicted_at >= scan.created_at && row.predicted_at <= patient.updated_at, "{n}: {row:?}");
                let condition = row.history_id.as_ref().map(|id| &patient.history[id.place()]);
                assert!(condition.is_none_or(|condition| condition.history_item == row.condition_name));
                assert_eq!(condition.is_some(), row.stage.is_some());
                if row.condition_name == PARKINSONS {
                    assert_eq!((scan.modality, scan.body_part), ("mri", "Brain"));
                    assert_eq!(row.label == "Parkinson's", condition.is_some(), "{n}: {row:?}");
                    assert!(has || condition.is_none());
                    ill += u32::from(condition.is_some());
                    healthy += u32::from(condition.is_none());
                }
            }
        }
        assert!(ill > 5 && healthy > 5, "{ill} {healthy}");
        assert!(["mri", "ct", "x_ray", "ultrasound", "mammography", "other"].iter().all(|of| modalities.contains(of)));
    }
}
