//! What holds for every patient of the demo.

use super::doctors::{DOCTORS, Specialty};
use super::drugs::{DRUGS, Drug};
use super::labs::{TESTS, Test};
use super::person::plus;
use super::*;
use std::collections::{HashMap, HashSet};

const SEED: u64 = 42;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn today() -> NaiveDate {
    day(2025, 11, 21)
}

fn some(count: u64) -> impl Iterator<Item = DemoPatient> {
    (0..count).map(|n| patient(SEED, n, today()))
}

fn has(patient: &DemoPatient, item: &str) -> bool {
    patient.history.iter().any(|row| row.history_item == item)
}

fn drug(name: &str) -> &'static Drug {
    let Some(drug) = DRUGS.iter().find(|drug| drug.name == name) else { panic!("{name} is no medicine") };
    drug
}

fn test_named(name: &str) -> &'static Test {
    let Some(test) = TESTS.iter().find(|test| test.name == name) else { panic!("{name} is no test") };
    test
}

#[test]
fn the_same_input_gives_the_same_patient_in_any_order() {
    let forwards: Vec<_> = some(50).collect();
    let mut backwards: Vec<_> = (0..50).rev().map(|n| patient(SEED, n, today())).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    assert_ne!(patient(SEED, 1, today()), patient(SEED + 1, 0, today()), "seeds must not be shifted copies");
    let names: HashSet<_> = some(500).map(|patient| patient.name).collect();
    assert!(names.len() > 470, "{} different names of 500", names.len());
}

#[test]
fn every_row_keeps_the_rules_of_its_table() {
    for (first, today) in [(0, today()), (500, day(2000, 2, 29)), (1000, day(2031, 1, 1))] {
        for n in first..first + 500 {
            let patient = patient(SEED, n, today);
            let rows = Rows { n, today, patient: &patient };
            rows.patient();
            rows.history();
            rows.appointments();
            rows.medications();
            rows.lab_reports();
            rows.reports();
            rows.messages();
            rows.assignments();
        }
    }
}

/// One patient under examination.
struct Rows<'a> {
    n: u64,
    today: NaiveDate,
    patient: &'a DemoPatient,
}

const SEVERITIES: [&str; 4] = ["mild", "moderate", "severe", "critical"];

impl Rows<'_> {
    fn past(&self, date: NaiveDate) {
        assert!(date >= self.patient.dob && date < self.today, "{date} of {} born {}", self.n, self.patient.dob);
    }

    fn written(&self, created_at: NaiveDateTime, updated_at: NaiveDateTime) {
        let (first, last) = (self.patient.created_at, self.patient.updated_at);
        assert!(first <= created_at && created_at <= updated_at && updated_at <= last, "{}", self.n);
        assert!(updated_at.date() < self.today, "{} was changed on {updated_at}", self.n);
    }

    fn text(&self, text: &str, longest: usize) {
        assert!(!text.trim().is_empty() && text.chars().count() <= longest, "{}: {text:?}", self.n);
        assert!(!text.contains(['{', '}']) && !text.contains("  "), "{}: {text:?}", self.n);
    }

    /// Who is named is a doctor, and the one that is pointed to; a row of the last years points to one.
    fn doctor(&self, on: NaiveDate, name: &str, id: Option<&Named<DemoDoctor>>) {
        assert!(DOCTORS.iter().any(|(_, names)| names.contains(&name)), "{}: {name:?} is no doctor", self.n);
        let old = on < plus(self.today, -doctors::LINKED_DAYS);
        assert!(id.map_or(old, |id| id.name() == name), "{}: {name:?} on {on}, and {id:?}", self.n);
    }

    fn patient(&self) {
        let patient = self.patient;
        self.text(&patient.name, 255);
        assert!(patient.dob < self.today && patient.dob >= day(1900, 1, 1));
        assert!(["Male", "Female", "Other"].contains(&patient.sex));
        self.written(patient.created_at, patient.updated_at);
        assert!(patient.created_at.date() >= patient.dob);
    }

    fn history(&self) {
        let kinds = ["allergy", "surgery", "family_history", "condition", "lifestyle", "other"];
        let mut items = HashSet::new();
        for row in &self.patient.history {
            assert!(kinds.contains(&row.history_type) && items.insert(row.history_item), "{}: {row:?}", self.n);
            self.text(row.history_item, 255);
            row.history_details.into_iter().for_each(|text| self.text(text, 1000));
            row.history_date.into_iter().for_each(|date| self.past(date));
            assert!(row.severity.is_none_or(|severity| SEVERITIES.contains(&severity)));
            self.written(self.patient.created_at, row.updated_at);
            let told = ["condition", "surgery", "other"].contains(&row.history_type);
            assert!(!told || row.history_date.is_some(), "{}: {row:?}", self.n);
        }
    }

    fn appointments(&self) {
        assert!(!self.patient.appointments.is_empty());
        assert!(self.patient.appointments.is_sorted_by_key(|row| row.appointment_date));
        for row in &self.patient.appointments {
            let over = ["Completed", "Cancelled", "No_Show"].contains(&row.status);
            if over {
                self.past(row.appointment_date);
            } else {
                assert!(["Scheduled", "Confirmed", "Pending"].contains(&row.status), "{row:?}");
                let ahead = (row.appointment_date - self.today).num_days();
                assert!((1..=90).contains(&ahead) && row.symptoms.is_empty(), "{}: {row:?}", self.n);
            }
            assert!(["consultation", "follow_up", "emergency", "routine_checkup"].contains(&row.appointment_type));
            assert!(row.appointment_time.is_some() || row.status == "Pending");
            self.doctor(row.appointment_date, row.doctor_name, row.doctor_id.as_ref());
            row.notes.into_iter().for_each(|text| self.text(text, 1000));
            self.written(row.created_at, row.updated_at);
            assert!(row.symptoms.len() <= 3 && (row.symptoms.is_empty() || row.status == "Completed"));
            for symptom in &row.symptoms {
                self.text(symptom.symptom_name, 255);
                symptom.symptom_description.into_iter().for_each(|text| self.text(text, 1000));
                symptom.duration.into_iter().for_each(|text| self.text(text, 100));
                assert!(SEVERITIES.contains(&symptom.severity));
                assert!(["sudden", "gradual", "chronic", "intermittent"].contains(&symptom.onset_type));
            }
        }
    }

    fn medications(&self) {
        assert!(self.patient.medications.is_sorted_by_key(|row| row.prescribed_date));
        for row in &self.patient.medications {
            self.past(row.prescribed_date);
            assert_eq!(row.is_continued, row.discontinued_date.is_none(), "{}: {row:?}", self.n);
            if let Some(date) = row.discontinued_date {
                self.past(date);
                assert!(date >= row.prescribed_date, "{}: {row:?}", self.n);
            }
            self.text(row.medicine_name, 255);
            self.text(row.dosage, 100);
            self.text(row.frequency, 100);
            self.doctor(row.prescribed_date, row.prescribed_by, row.doctor_id.as_ref());
            self.written(row.created_at, row.updated_at);
            assert!(!row.purposes.is_empty() && row.purposes.len() <= 6, "{}: {row:?}", self.n);
            for purpose in &row.purposes {
                self.text(purpose.purpose_description, 1000);
                assert!(has(self.patient, purpose.condition_name), "{}: {purpose:?}", self.n);
            }
        }
    }

    fn lab_reports(&self) {
        assert!(self.patient.lab_reports.is_sorted_by_key(|row| row.lab_date));
        for row in &self.patient.lab_reports {
            self.past(row.lab_date);
            self.text(row.lab_type, 255);
            self.text(row.lab_facility, 255);
            self.doctor(row.lab_date, row.ordering_doctor, row.doctor_id.as_ref());
            self.written(row.created_at, row.updated_at);
            assert!((3..=8).contains(&row.findings.len()));
            for finding in &row.findings {
                self.text(finding.test_name, 255);
                self.text(&finding.test_value, 255);
                finding.test_unit.into_iter().for_each(|text| self.text(text, 50));
                self.text(finding.reference_range, 100);
                assert_eq!(finding.is_abnormal, finding.abnormal_flag.is_some());
                let direction = finding.abnormal_flag.map(|flag| flag.trim_start_matches("critical_"));
                assert_eq!(direction, outside(finding), "{}: {finding:?}", self.n);
            }
        }
    }

    fn reports(&self) {
        assert!(self.patient.reports.is_sorted_by_key(|row| row.report_date));
        for row in &self.patient.reports {
            self.past(row.report_date);
            self.text(row.report_type, 100);
            self.text(&row.report_summary, 1000);
            self.text(&row.complete_report, 4000);
            assert!(row.complete_report.split("\n\n").count() >= 6, "{}", row.complete_report);
            assert!(row.complete_report.contains(row.doctor_name));
            self.doctor(row.report_date, row.doctor_name, row.doctor_id.as_ref());
            self.written(row.created_at, row.updated_at);
            assert!(!row.findings.is_empty());
            for finding in &row.findings {
                self.text(finding.finding_key, 255);
                self.text(&finding.finding_value, 255);
                finding.finding_unit.into_iter().for_each(|text| self.text(text, 50));
                self.text(finding.normal_range, 100);
                assert_eq!(finding.is_abnormal, finding.abnormal_severity.is_some());
                assert!(finding.abnormal_severity.is_none_or(|severity| SEVERITIES.contains(&severity)));
                assert!(row.complete_report.contains(&*finding.finding_value));
            }
        }
    }

    fn messages(&self) {
        assert!(self.patient.messages.is_sorted_by_key(|row| row.timestamp));
        for row in &self.patient.messages {
            self.text(&row.message_text, 1000);
            assert!(["Patient", "Provider", "System", "Bot"].contains(&row.message_type));
            assert!(row.timestamp >= self.patient.created_at && row.timestamp.date() < self.today);
            assert!(row.session_id.starts_with(&format!("s-{}-", self.n)) && row.session_id.len() <= 100);
        }
    }

    fn assignments(&self) {
        let mut doctors = HashSet::new();
        for row in &self.patient.assignments {
            let name = row.doctor_id.name();
            self.doctor(row.since, name, Some(&row.doctor_id));
            assert!(doctors.insert(name), "{}: {name} is assigned twice", self.n);
            assert!(["primary", "consultant", "specialist"].contains(&row.assignment_type));
            self.past(row.since);
            assert_eq!(row.is_active, row.until.is_none(), "{}: {row:?}", self.n);
            if let Some(date) = row.until {
                self.past(date);
                assert!(date >= row.since, "{}: {row:?}", self.n);
            }
            row.notes.iter().for_each(|text| self.text(text, 1000));
            self.written(row.created_at, row.updated_at);
        }
    }
}

/// On which side of its reference range a result lies, read as a person would: from the text.
fn outside(finding: &DemoLabFinding) -> Option<&'static str> {
    let number = |text: &str| text.trim().parse::<f64>().unwrap_or(f64::NAN);
    let value = number(&finding.test_value);
    assert!(value.is_finite(), "{finding:?}");
    let range = finding.reference_range;
    let (low, high) = if let Some(limit) = range.strip_prefix('<') {
        (false, value >= number(limit))
    } else if let Some(limit) = range.strip_prefix('>') {
        (value <= number(limit), false)
    } else {
        let Some((from, until)) = range.split_once('-') else { panic!("{range}") };
        (value < number(from), value > number(until))
    };
    if low { Some("low") } else { high.then_some("high") }
}

#[test]
fn the_averages_are_those_of_a_practice() {
    const COUNT: u64 = 3000;
    let mut sums: HashMap<&str, usize> = HashMap::new();
    for patient in some(COUNT) {
        let mut add = |what, rows| *sums.entry(what).or_default() += rows;
        add("history", patient.history.len());
        add("appointments", patient.appointments.len());
        add("symptoms", patient.appointments.iter().map(|row| row.symptoms.len()).sum());
        add("upcoming", usize::from(patient.appointments.iter().any(|row| row.appointment_date > today())));
        add("medications", patient.medications.len());
        add("purposes", patient.medications.iter().map(|row| row.purposes.len()).sum());
        add("stopped", patient.medications.iter().filter(|row| !row.is_continued).count());
        add("lab reports", patient.lab_reports.len());
        add("lab findings", patient.lab_reports.iter().map(|row| row.findings.len()).sum());
        add("reports", patient.reports.len());
        add("report findings", patient.reports.iter().map(|row| row.findings.len()).sum());
        add("messages", patient.messages.len());
        add("women", usize::from(patient.sex == "Female"));
        add("children", usize::from(plus(patient.dob, 18 * 365) > today()));
        add("over 65", usize::from(plus(patient.dob, 65 * 365) < today()));
    }
    let bands = [
        ("history", 3.6..4.8),
        ("appointments", 4.4..5.6),
        ("symptoms", 4.0..6.0),
        ("upcoming", 0.31..0.39),
        ("medications", 2.2..2.8),
        ("purposes", 2.7..3.8),
        ("stopped", 0.6..1.2),
        ("lab reports", 1.7..2.3),
        ("lab findings", 8.5..12.0),
        ("reports", 0.65..0.95),
        ("report findings", 1.4..2.2),
        ("messages", 2.6..3.6),
        ("women", 0.45..0.55),
        ("children", 0.10..0.17),
        ("over 65", 0.21..0.33),
    ];
    for (what, band) in bands {
        let average = sums.get(what).copied().unwrap_or_default() as f64 / COUNT as f64;
        assert!(band.contains(&average), "{what}: {average}, not within {band:?}");
    }
}

#[test]
fn nothing_belongs_to_the_other_sex() {
    let of_men = ["Benign prostatic hyperplasia", "Erectile dysfunction", "Vasectomy", "Prostate cancer in the father"];
    let of_women = [
        "Pregnancy",
        "Polycystic ovary syndrome",
        "Endometriosis",
        "Menopausal symptoms",
        "Caesarean section",
        "Hysterectomy",
        "Diagnostic laparoscopy",
    ];
    for patient in some(4000) {
        let of_a_man = of_men.iter().any(|item| has(&patient, item));
        let of_a_woman = of_women.iter().any(|item| has(&patient, item));
        assert!(patient.sex == "Male" || !of_a_man, "{}: {:?}", patient.name, patient.history);
        assert!(patient.sex == "Female" || !of_a_woman, "{}: {:?}", patient.name, patient.history);
        let tests: HashSet<_> =
            patient.lab_reports.iter().flat_map(|row| &row.findings).map(|finding| finding.test_name).collect();
        assert!(patient.sex == "Male" || !tests.contains("Prostate-specific antigen"), "{}", patient.name);
        assert!(patient.sex == "Female" || !tests.contains("Luteinising hormone"), "{}", patient.name);
        let kinds: HashSet<_> = patient.reports.iter().map(|row| row.report_type).collect();
        let of_women = ["Screening mammography", "Cervical screening", "Obstetric ultrasound", "Pelvic ultrasound"];
        assert!(patient.sex == "Female" || !of_women.iter().any(|kind| kinds.contains(kind)), "{}", patient.name);
        assert!(patient.sex == "Male" || !kinds.contains("Prostate ultrasound"), "{}", patient.name);
    }
}

#[test]
fn nobody_takes_what_harms_them() {
    for patient in some(4000) {
        for row in &patient.medications {
            let drug = drug(row.medicine_name);
            let forbidden = drug.avoid.iter().find(|name| has(&patient, name));
            assert_eq!(forbidden, None, "{} takes {}", patient.name, drug.name);
            let age = row.prescribed_date.years_since(patient.dob).map_or(0, i64::from);
            assert!(age >= drug.from_age, "{} is {age} and takes {}", patient.name, drug.name);
            let class = |other: &&DemoMedication| {
                let overlap = other.discontinued_date.is_none_or(|end| end > row.prescribed_date)
                    && row.discontinued_date.is_none_or(|end| end > other.prescribed_date);
                !std::ptr::eq(*other, row) && overlap && self::drug(other.medicine_name).class == drug.class
            };
            let rival = patient.medications.iter().find(class);
            assert!(rival.is_none(), "{} takes {} and {rival:?}", patient.name, drug.name);
        }
    }
}

#[test]
fn insulin_is_never_stopped_for_good() {
    let diabetics = some(12_000).filter(|patient| has(patient, "Type 1 diabetes mellitus"));
    let mut count = 0;
    for patient in diabetics {
        count += 1;
        let current = |name| patient.medications.iter().any(|row| row.medicine_name == name && row.is_continued);
        assert!(current("Insulin glargine") && current("Insulin aspart"), "{}", patient.name);
    }
    assert!(count > 20);
}

#[test]
fn complaints_belong_to_a_condition_of_the_patient() {
    for patient in some(1000) {
        let known: HashSet<&str> = (patient.history.iter())
            .filter_map(|row| conditions::named(row.history_item))
            .flat_map(|condition| condition.symptoms.iter().map(|symptom| symptom.name))
            .collect();
        for symptom in patient.appointments.iter().flat_map(|row| &row.symptoms) {
            assert!(known.contains(symptom.symptom_name), "{}: {symptom:?}", patient.name);
        }
    }
}

#[test]
fn treatment_shows_in_the_trend() {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for patient in some(4000).filter(|patient| has(patient, "Type 2 diabetes mellitus")) {
        let findings = patient.lab_reports.iter().flat_map(|row| &row.findings);
        let values: Vec<f64> = findings
            .filter(|finding| finding.test_name == "HbA1c")
            .filter_map(|finding| finding.test_value.parse().ok())
            .collect();
        if let [begin, .., end] = values.as_slice() {
            first.push(*begin);
            last.push(*end);
        }
    }
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!(first.len() > 100, "{} with a trend", first.len());
    assert!(average(&first) - average(&last) > 0.8, "{} to {}", average(&first), average(&last));
}

#[test]
fn a_patient_has_one_family_doctor_and_each_doctor_one_specialty() {
    let all: Vec<&str> = DOCTORS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "a doctor is listed twice");
    assert!(all.len() >= 40);
    let general = Specialty::General.doctors();
    for patient in some(500) {
        let seen: HashSet<_> =
            patient.appointments.iter().map(|row| row.doctor_name).filter(|name| general.contains(name)).collect();
        assert!(seen.len() <= 1, "{}: {seen:?}", patient.name);
    }
}

#[test]
fn the_contents_fit_together() {
    let mut names = HashSet::new();
    let allergies: HashSet<_> = background::ALLERGIES.iter().map(|allergy| allergy.name).collect();
    for condition in conditions::all() {
        let name = condition.name;
        assert!(names.insert(name), "{name} twice");
        assert!(!condition.details.is_empty() && !condition.notes.is_empty(), "{name}");
        assert!(condition.men + condition.women > 0 && condition.per_mille.iter().any(|rate| *rate > 0), "{name}");
        assert!(condition.severities.iter().all(|severity| SEVERITIES.contains(severity)), "{name}");
        assert!(
            condition.brings.iter().all(|(other, _)| conditions::named(other).is_some()),
            "{name} brings a stranger"
        );
        let treatments: Vec<_> = condition.plans.iter().flat_map(|plan| plan.options).collect();
        for treatment in &treatments {
            let drug = treatment.drug;
            assert!(!drug.avoid.contains(&name), "{} is forbidden in {name}", drug.name);
            assert!(!treatment.dosages.is_empty() && !treatment.purposes.is_empty(), "{name}: {}", drug.name);
            assert!(treatment.ages.1 >= drug.from_age, "{name}: nobody can take {}", drug.name);
        }
        for effect in condition.labs.iter().flat_map(|plan| plan.effects) {
            let test = test_named(effect.test.name);
            let measured = condition.labs.iter().any(|plan| plan.panel.tests.iter().any(|t| t.name == test.name));
            assert!(measured, "{name} changes {} but never measures it", test.name);
        }
    }
    assert!(names.len() >= 60, "{}", names.len());
    for drug in DRUGS {
        let unknown = drug.avoid.iter().find(|name| !names.contains(**name) && !allergies.contains(**name));
        assert_eq!(unknown, None, "{} avoids what nobody can have", drug.name);
    }
    for surgery in background::SURGERIES.iter().filter(|surgery| !surgery.after.is_empty()) {
        assert!(names.contains(surgery.after), "{}", surgery.name);
    }
}

#[test]
fn every_condition_is_met_and_no_day_is_too_odd() {
    let met: HashSet<_> = some(8000).flat_map(|patient| patient.history).map(|row| row.history_item).collect();
    let missing: Vec<_> =
        conditions::all().map(|condition| condition.name).filter(|name| !met.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for today in [NaiveDate::MIN, day(1900, 1, 5), day(1970, 1, 1), day(2100, 12, 31), NaiveDate::MAX] {
        for n in 0..200 {
            let _ = patient(SEED, n, today);
        }
    }
}
