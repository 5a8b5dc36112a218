//! Folders of the systems that come with a mapping.

use super::{
    done,
    mapped::{ADA, BEN, folder, import, refused},
};
use crate::support::{Store, on_both};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

/// A folder as PredictHealth exports it: numbers and UUIDs as keys.
fn predicthealth() -> PathBuf {
    folder(&[
        ("specialty_categories.csv", "id,name\n1,Internal medicine\n"),
        ("doctor_specialties.csv", "id,name,category_id\n7,Cardiology,1\n8,Surgery,\n"),
        ("institution_types.csv", "id,name\n1,General Hospital\n2,Spa\n"),
        (
            "medical_institutions.csv",
            &format!(
                "id,name,institution_type_id,website\n{ADA},North Clinic,1,north.example.org\n{BEN},South Spa,2,\n"
            ),
        ),
        (
            "doctors.csv",
            &format!(
                "id,first_name,last_name,specialty_id,institution_id,medical_license\nd-1,Cara,Diaz,7,{ADA},L1\nd-2,Eve,Fox,,{BEN},\n"
            ),
        ),
        ("sexes.csv", "id,name\n1,Male\n2,Female\n3,Intersex\n"),
        (
            "patients.csv",
            &format!(
                "id,first_name,last_name,date_of_birth,sex_id,doctor_id,institution_id,created_at,gender_id,emergency_contact_name,emergency_contact_phone,validation_status\n\
                 1,Ada,Rao,1950-01-01,2,d-1,{ADA},2024-01-02 03:04:05+00,2,Raj,555-0100,full\n2,Ben,Lee,1960-01-01,3,,{BEN},2024-01-02 03:04:05+00,,,,\n"
            ),
        ),
        ("genders.csv", "id,name\n2,Female\n"),
        ("blood_types.csv", "id,name\n3,AB-\n"),
        ("health_profiles.csv", "id,patient_id,height_cm,weight_kg,blood_type_id,is_smoker\n9,1,165.5,60,3,f\n"),
        ("medical_conditions.csv", "id,name\n5,Asthma\n6,Gout\n"),
        ("medications.csv", "id,name\n5,Salbutamol\n"),
        (
            "patient_conditions.csv",
            "patient_id,condition_id,diagnosis_date,severity,is_active,notes\n1,5,2019-01-01,Mild,t,\n2,5,,,f,Since school\n1,6,,,t,\n",
        ),
        ("patient_allergies.csv", "patient_id,allergen,severity,reaction,diagnosis_date\n1,5,life-threatening,,\n"),
        (
            "patient_medications.csv",
            "id,patient_id,medication_id,dosage,frequency,start_date,end_date,prescribed_by,created_at\n\
             1,1,5,2 puffs,daily,2019-01-02,,d-2,\n2,2,5,,,2018-01-01,2018-02-01,,\n",
        ),
    ])
}

on_both!(references_and_catalogs_survive, async |store: Store| {
    let dir = predicthealth();
    // Keys of ours that are in use already have nothing to do with theirs.
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (1, 'Zoe', 'Female')").await;
    let said = done(&mut import(&store, &dir, "predicthealth", &["--dry-run"]));
    assert!(said.starts_with("Would add 16 rows of 2 patients in "), "{said}");
    let said = done(&mut import(&store, &dir, "predicthealth", &[]));
    assert!(said.starts_with("Added 16 rows of 2 patients in "), "{said}");
    assert!(said.contains("Not read: patients.csv, column validation_status (the mapping takes it nowhere)"), "{said}");
    let query = "{ patients(first: 9, filter: {name: {ne: \"Zoe\"}}) { nodes { name sex institution { name } profile { heightCm bloodGroup smokingStatus genderIdentity emergencyContactPhone }
        medicalHistory { type item severity isActive details } medications { name isContinued doctor { name institution { name type } } }
        doctorAssignments { type since doctor { name licenceNumber specialty { name category } institution { name type contact } } } } } }";
    let there = store.data(query).await["patients"]["nodes"].clone();
    assert_eq!(
        there,
        json!([
            {
                "name": "Ada Rao", "sex": "FEMALE", "institution": {"name": "North Clinic"},
                "profile": {"heightCm": "165.5", "bloodGroup": "AB_NEGATIVE", "smokingStatus": "NEVER", "genderIdentity": "WOMAN", "emergencyContactPhone": "555-0100"},
                "medicalHistory": [
                    {"type": "CONDITION", "item": "Asthma", "severity": "MILD", "isActive": true, "details": null},
                    {"type": "CONDITION", "item": "Gout", "severity": null, "isActive": true, "details": null},
                    {"type": "ALLERGY", "item": "5", "severity": "CRITICAL", "isActive": true, "details": null},
                ],
                "medications": [{"name": "Salbutamol", "isContinued": true, "doctor": {"name": "Eve Fox", "institution": {"name": "South Spa", "type": "OTHER"}}}],
                "doctorAssignments": [{
                    "type": "PRIMARY", "since": "2024-01-02",
                    "doctor": {
                        "name": "Cara Diaz", "licenceNumber": "L1", "specialty": {"name": "Cardiology", "category": "Internal medicine"},
                        "institution": {"name": "North Clinic", "type": "HOSPITAL", "contact": "north.example.org"},
                    },
                }],
            },
            {
                "name": "Ben Lee", "sex": "OTHER", "institution": {"name": "South Spa"}, "profile": null,
                "medicalHistory": [{"type": "CONDITION", "item": "Asthma", "severity": null, "isActive": false, "details": "Since school"}],
                "medications": [{"name": "Salbutamol", "isContinued": false, "doctor": null}],
                "doctorAssignments": [],
            },
        ])
    );
    let said = done(&mut import(&store, &dir, "predicthealth", &[]));
    assert!(
        said.starts_with("Added 0 rows of 0 patients in ") && said.contains("; 16 rows were there already."),
        "{said}"
    );
    assert_eq!(store.data(query).await["patients"]["nodes"], there);

    // A doctor who is refused costs the patients who point to that doctor, and a new patient finds the others.
    let doctors = fs::read_to_string(dir.join("doctors.csv")).unwrap();
    fs::write(dir.join("doctors.csv"), format!("{doctors}d-3,Gil,Hay,99,{ADA},\n")).unwrap();
    let patients = fs::read_to_string(dir.join("patients.csv")).unwrap();
    let more = "3,Cy,Poe,,1,d-3,,2024-01-02 03:04:05,,,,\n4,Di,Roe,,1,d-2,,2024-01-02 03:04:05,,,,\n";
    fs::write(dir.join("patients.csv"), format!("{patients}{more}")).unwrap();
    assert_eq!(
        refused(&store, &dir, "predicthealth", &[]),
        ["doctors.csv 4 specialty_id REFERENCE", "patients.csv 4 doctor_id REFERENCE", "patients.csv 4  LEFT_OUT"]
    );
    let data = store
        .data("{ patients(filter: {name: {eq: \"Di Roe\"}}) { nodes { doctorAssignments { doctor { name } } } } }")
        .await;
    assert_eq!(data["patients"]["nodes"][0]["doctorAssignments"][0]["doctor"]["name"], "Eve Fox");
});

on_both!(words_become_reference_data_once, async |store: Store| {
    let dir = folder(&[
        (
            "doctors.csv",
            "doctor_id,name,specialization,license_number\n1,Dr. Ada,Neurology,L1\n2,Dr. Ben,Neurology,L2\n3,Dr. Cy,,\n",
        ),
        ("patients.csv", "patient_id,name,age,gender,date_of_birth\nP-1,Zoe,70,F,1950-01-01\nP-2,Yan,,,\n"),
        (
            "doctor_patient_assignments.csv",
            "id,patient_id,doctor_id,assignment_type,assigned_date,is_active,notes\n1,P-1,2,Primary,2024-01-02 03:04:05,1,\n2,P-1,3,specialist,2024-01-01,0,Over\n",
        ),
        (
            "reports.csv",
            "id,patient_id,doctor_id,report_type,summary,content,created_at\n1,P-1,1,Neurology,Short,Long,2024-03-04 05:06:07\n",
        ),
        ("patient_statistics.csv", "patient_id\nP-1\n"),
    ]);
    let said = done(&mut import(&store, &dir, "enhanced", &[]));
    assert!(said.starts_with("Added 10 rows of 2 patients in "), "{said}");
    assert!(said.contains("  doctors.csv → Specialty: 1 added\n"), "{said}");
    assert!(
        !said.contains("Not read: 1 row of doctors.csv")
            && said.contains("Not read: patient_statistics.csv (it follows"),
        "{said}"
    );
    let said = done(&mut import(&store, &dir, "enhanced", &[]));
    assert!(
        said.starts_with("Added 0 rows of 0 patients in ") && said.contains("; 10 rows were there already."),
        "{said}"
    );
    let data = store
        .data(
            "{ patients(first: 9) { nodes { name sex reports { nodes { type date summary fullText doctor { name } } }
               doctorAssignments { type isActive since until notes doctor { name specialty { name } institution { name } } } } } }",
        )
        .await;
    let doctor = |name: &str, specialty: Value| json!({"name": name, "specialty": specialty, "institution": {"name": "Our institution"}});
    assert_eq!(
        data["patients"]["nodes"],
        json!([
            {
                "name": "Zoe", "sex": "FEMALE",
                "reports": {"nodes": [{"type": "Neurology", "date": "2024-03-04", "summary": "Short", "fullText": "Long", "doctor": {"name": "Dr. Ada"}}]},
                "doctorAssignments": [
                    {"type": "PRIMARY", "isActive": true, "since": "2024-01-02", "until": null, "notes": null, "doctor": doctor("Dr. Ben", json!({"name": "Neurology"}))},
                    {"type": "SPECIALIST", "isActive": false, "since": "2024-01-01", "until": "2024-01-01", "notes": "Over", "doctor": doctor("Dr. Cy", Value::Null)},
                ],
            },
            {"name": "Yan", "sex": "OTHER", "reports": {"nodes": []}, "doctorAssignments": []},
        ])
    );
});
