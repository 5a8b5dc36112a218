//! Folders of the systems that come with a mapping.

use super::{
    done, folder,
    mapped::{ADA, BEN, import, refused},
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
        ("phone_types.csv", "id,name\n1,Mobile\n"),
        ("email_types.csv", "id,name\n1,Personal\n2,Newsletter\n"),
        (
            "emails.csv",
            &format!(
                "id,entity_type,entity_id,email_type_id,email,is_primary\n1,patient,1,1,ada@Example.org,t\n2,doctor,d-1,2,cara@example.org,f\n3,medical_institution,{ADA},2,north@example.org,t\n"
            ),
        ),
        (
            "phones.csv",
            "id,entity_type,entity_id,phone_type_id,country_code,area_code,phone_number,is_primary\n1,patient,1,,+52,33,1234 5678,t\n",
        ),
        ("countries.csv", "id,name,iso_code\n1,Mexico,mx\n2,Nowhere,\n3,Mexico,MX\n"),
        ("regions.csv", "id,name,iso_code\n4,Jalisco,MX-JAL\n"),
        (
            "addresses.csv",
            "id,entity_type,entity_id,street_address,city,region_id,country_id,postal_code,address_type,is_primary,created_at\n\
             1,patient,1,Calle 1,Guadalajara,4,1,44100,Home,t,2024-01-02 03:04:05+00\n2,doctor,d-1,Calle 2,Tequila,,2,,,f,\n3,patient,1,Calle 3,Zapopan,,3,,Work,f,2023-01-02 03:04:05+00\n",
        ),
    ])
}

on_both!(references_and_catalogs_survive, async |store: Store| {
    let dir = predicthealth();
    // Keys of ours that are in use already have nothing to do with theirs.
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (1, 'Zoe', 'Female')").await;
    // Countries and regions are there already, and named by their codes.
    store.sql("INSERT INTO Country (country_id, iso2, name) VALUES (484, 'MX', 'Mexico')").await;
    store.sql("INSERT INTO Region (region_id, country_id, code, name) VALUES (77, 484, 'MX-JAL', 'Jalisco')").await;
    let said = done(&mut import(&store, &dir, "predicthealth", &["--dry-run"]));
    assert!(said.starts_with("Would add 23 rows of 2 patients in "), "{said}");
    let said = done(&mut import(&store, &dir, "predicthealth", &[]));
    assert!(said.starts_with("Added 23 rows of 2 patients in "), "{said}");
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
        said.starts_with("Added 0 rows of 0 patients in ") && said.contains("; 23 rows were there already."),
        "{said}"
    );
    assert_eq!(store.data(query).await["patients"]["nodes"], there);
    let contacts = "address type isPrimary";
    let query = format!(
        "{{ patients(filter: {{name: {{eq: \"Ada Rao\"}}}}) {{ nodes {{ emails {{ {contacts} }} phones {{ number type }} addresses {{ line1 type region {{ name }} country {{ code }} }} }} }}
           doctors(filter: {{name: {{eq: \"Cara Diaz\"}}}}) {{ nodes {{ emails {{ {contacts} }} addresses {{ line1 type country {{ code }} }} institution {{ emails {{ {contacts} }} }} }} }} }}"
    );
    let data = store.data(&query).await;
    assert_eq!(
        (&data["patients"]["nodes"], &data["doctors"]["nodes"]),
        (
            &json!([{
                "emails": [{"address": "ada@example.org", "type": "PERSONAL", "isPrimary": true}],
                "phones": [{"number": "+523312345678", "type": "OTHER"}],
                "addresses": [
                    {"line1": "Calle 1", "type": "HOME", "region": {"name": "Jalisco"}, "country": {"code": "MX"}},
                    {"line1": "Calle 3", "type": "WORK", "region": null, "country": {"code": "MX"}},
                ],
            }]),
            &json!([{
                "emails": [{"address": "cara@example.org", "type": "OTHER", "isPrimary": false}],
                "addresses": [{"line1": "Calle 2", "type": "OTHER", "country": null}],
                "institution": {"emails": [{"address": "north@example.org", "type": "OTHER", "isPrimary": true}]},
            }]),
        )
    );

    // A code that nobody has.
    let regions = fs::read_to_string(dir.join("regions.csv")).unwrap();
    fs::write(dir.join("regions.csv"), format!("{regions}5,Elsewhere,XX-1\n")).unwrap();
    let addresses = fs::read_to_string(dir.join("addresses.csv")).unwrap();
    fs::write(dir.join("addresses.csv"), format!("{addresses}4,patient,1,Calle 4,,5,,,,f,\n")).unwrap();
    assert_eq!(refused(&store, &dir, "predicthealth", &[]), ["addresses.csv 5 region_id REFERENCE"]);
    fs::write(dir.join("addresses.csv"), addresses).unwrap();

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

on_both!(contacts_come_with_users, async |store: Store| {
    let contact = r#""{""name"": ""Raj"", ""phone"": ""555-0100""}""#;
    let users = [
        "user_id,email,first_name,phone_number,emergency_contact,preferred_language,created_at",
        &format!("u1,ada@EXAMPLE.org,Ada,098765 43210,{contact},,2024-01-01 00:00:00"),
        "u2,,Ben,+44 7700 900123,,en,2024-01-01 00:00:00",
        "u3,cy@example,Cy,,,,2024-01-01 00:00:00",
        "u4,,Di,12,,,2024-01-01 00:00:00\n",
    ];
    let dir = folder(&[("users.csv", &users.join("\n"))]);
    assert_eq!(
        refused(&store, &dir, "aarogyalink", &[]),
        [
            "users.csv 4 email INVALID",
            "users.csv 4  LEFT_OUT",
            "users.csv 5 phone_number INVALID",
            "users.csv 5  LEFT_OUT",
        ]
    );
    let query = "{ patients { nodes { name emails { address type isPrimary isVerified } phones { number type isPrimary } profile { emergencyContactName preferredLanguage } } } }";
    assert_eq!(
        store.data(query).await["patients"]["nodes"],
        json!([
            {
                "name": "Ada", "profile": {"emergencyContactName": "Raj", "preferredLanguage": null},
                "emails": [{"address": "ada@example.org", "type": "PERSONAL", "isPrimary": true, "isVerified": false}],
                "phones": [{"number": "+919876543210", "type": "MOBILE", "isPrimary": true}],
            },
            {
                "name": "Ben", "profile": {"emergencyContactName": null, "preferredLanguage": "en"}, "emails": [],
                "phones": [{"number": "+447700900123", "type": "MOBILE", "isPrimary": true}],
            },
        ])
    );
});
