//! Files whose rows point to rows of other tables: reference data comes first, and references follow new keys.

use super::{done, folder, number};
use crate::support::{
    Store, on_both,
    process::{medimax, run},
    scratch, unique,
};
use std::{fs, process::Command};

fn import(store: &Store, files: &[(&str, &str)], more: &[&str]) -> Command {
    let mut command = medimax(&["import", "csv", "--database-url", &store.url]);
    command.arg(folder(files)).args(more);
    command
}

/// The refused rows of an import: file, line, column and code.
fn refused(store: &Store, files: &[(&str, &str)], more: &[&str]) -> Vec<String> {
    let report = scratch(&unique("report"));
    let ended = run(import(store, files, more).arg("--report").arg(&report));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let text = fs::read_to_string(report).unwrap();
    text.lines().skip(1).map(|line| line.rsplit_once('\t').unwrap().0.replace('\t', " ")).collect()
}

const SPECIALTIES: (&str, &str) = ("Specialty.csv", "specialty_id,name\n5,Cardiology\n6,Radiology\n");
const INSTITUTIONS: (&str, &str) = ("Institution.csv", "institution_id,name,country\n9,North Clinic,DE\n");
const DOCTORS: (&str, &str) =
    ("Doctor.csv", "doctor_id,name,specialty_id,institution_id\n3,Dr. Ada,5,9\n1,Dr. Bea,,9\n");
/// The patient's key is also a doctor's.
const PATIENTS: (&str, &str) = ("Patient.csv", "patient_id,name,sex\n3,Zoe,Female\n1,Yan,Male\n");
const ASSIGNMENTS: (&str, &str) = (
    "Doctor_Patient_Assignment.csv",
    "assignment_id,patient_id,doctorId,type\n1,3,1,primary\n2,3,3,SPECIALIST\n3,1,3,primary\n",
);
const VISITS: (&str, &str) = (
    "Appointment.csv",
    "appointment_id,patient_id,appointment_date,doctor_name,doctor_id\n1,3,2020-01-01,Dr. Ada,3\n2,3,2020-01-02,Dr. No,\n",
);
const ALL: [(&str, &str); 6] = [VISITS, ASSIGNMENTS, PATIENTS, DOCTORS, INSTITUTIONS, SPECIALTIES];

/// Each assignment with the names of its patient, doctor, specialty and institution; and the doctors of appointments.
async fn read(store: &Store) -> Vec<String> {
    let data = store
        .data(
            "{ doctorAssignments(first: 50) { nodes { patient { name } doctor { name specialty { name } institution { name } } } }
               appointments(first: 50) { nodes { doctorName doctor { name } } } }",
        )
        .await;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines: Vec<String> = Vec::new();
    for node in data["doctorAssignments"]["nodes"].as_array().unwrap() {
        let doctor = &node["doctor"];
        let names =
            [&node["patient"]["name"], &doctor["name"], &doctor["specialty"]["name"], &doctor["institution"]["name"]];
        lines.push(names.map(text).join(" "));
    }
    for node in data["appointments"]["nodes"].as_array().unwrap() {
        lines.push(format!("{}: {}", text(&node["doctorName"]), text(&node["doctor"]["name"])));
    }
    lines.sort();
    lines
}

const EXPECTED: [&str; 5] = [
    "Dr. Ada: Dr. Ada",
    "Dr. No: -",
    "Yan Dr. Ada Cardiology North Clinic",
    "Zoe Dr. Ada Cardiology North Clinic",
    "Zoe Dr. Bea - North Clinic",
];

on_both!(rows_that_are_pointed_to_come_first, async |store: Store| {
    let said = done(&mut import(&store, &ALL, &["--dry-run"]));
    assert!(said.contains("12 rows of 2 patients"), "{said}");
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Doctor").await, 0);
    let said = done(&mut import(&store, &ALL, &[]));
    assert!(said.starts_with("Added 12 rows of 2 patients"), "{said}");
    assert_eq!(read(&store).await, EXPECTED);
    let said = done(&mut import(&store, &ALL, &[]));
    assert!(said.starts_with("Added 0 rows of 0 patients"), "{said}");
    // Patients alone point to the doctors who are there; a doctor alone to the institution.
    let more = ("Doctor_Patient_Assignment.csv", "assignment_id,patient_id,doctor_id,type\n8,1,1,consultant\n");
    let doctor = ("Doctor.csv", "doctor_id,name,specialty_id,institution_id\n4,Dr. Cee,6,9\n");
    done(&mut import(&store, &[more, doctor], &[]));
    assert_eq!(read(&store).await.len(), 6);
});

on_both!(references_follow_new_keys, async |store: Store| {
    // Other rows have the keys of the files already.
    for text in [
        "INSERT INTO Specialty (specialty_id, name) VALUES (5, 'Other'), (6, 'Other')",
        "INSERT INTO Institution (institution_id, name) VALUES (9, 'Other')",
        "INSERT INTO Doctor (doctor_id, name, specialty_id, institution_id) VALUES (1, 'Other', 5, 9), (3, 'Other', 6, 9)",
    ] {
        store.sql(text).await;
    }
    let said = done(&mut import(&store, &ALL, &["--new-keys"]));
    assert!(said.starts_with("Added 12 rows of 2 patients"), "{said}");
    assert_eq!(read(&store).await, EXPECTED);
    // Without the doctors' file, the keys are those of the database.
    done(&mut import(&store, &[PATIENTS, ASSIGNMENTS], &["--new-keys"]));
    let lines = read(&store).await;
    assert_eq!(lines.iter().filter(|line| line.contains("Other")).count(), 3, "{lines:?}");
});

on_both!(a_row_that_points_to_a_refused_one_is_refused, async |store: Store| {
    // The database has another doctor under the key 3, and none under 8.
    store.sql("INSERT INTO Institution (institution_id, name) VALUES (9, 'North Clinic')").await;
    store.sql("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (3, 'Another', 9)").await;
    let doctors = (
        "Doctor.csv",
        "doctor_id,name,specialty_id,institution_id\n3,Dr. Ada,,9\n1,Dr. Bea,77,9\n2,Dr. Cee,x,9\n4,Dr. Dee,,9\n",
    );
    let patients = ("Patient.csv", "patient_id,name,sex\n1,Yan,Male\n2,Xia,Female\n3,Zoe,Female\n4,Wim,Male\n");
    let assignments = (
        "Doctor_Patient_Assignment.csv",
        "assignment_id,patient_id,doctor_id,type\n1,1,3,primary\n2,2,1,primary\n3,3,8,primary\n4,4,4,primary\n5,4,,primary\n",
    );
    let files = [doctors, patients, assignments];
    let expected = [
        "Doctor.csv 2 name EXISTS",
        "Doctor.csv 3 specialty_id REFERENCE",
        "Doctor.csv 4 specialty_id INVALID",
        "Patient.csv 2  LEFT_OUT",
        "Patient.csv 3  LEFT_OUT",
        "Patient.csv 4  LEFT_OUT",
        "Patient.csv 5  LEFT_OUT",
        "Doctor_Patient_Assignment.csv 2 doctor_id REFERENCE",
        "Doctor_Patient_Assignment.csv 3 doctor_id REFERENCE",
        "Doctor_Patient_Assignment.csv 4 doctor_id REFERENCE",
        "Doctor_Patient_Assignment.csv 5  LEFT_OUT",
        "Doctor_Patient_Assignment.csv 6 doctor_id REQUIRED",
    ];
    for more in [&["--dry-run"][..], &[]] {
        assert_eq!(refused(&store, &files, more), expected, "{more:?}");
    }
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Patient").await, 0);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Doctor").await, 2);
});

on_both!(what_is_stored_already_does_not_ask_for_what_it_points_to, async |store: Store| {
    done(&mut import(&store, &ALL, &[]));
    let doctors = ("Doctor.csv", "doctor_id,name,specialty_id,institution_id\n3,Dr. Other,5,9\n1,Dr. Bea,,9\n");
    let more = (
        "Appointment.csv",
        "appointment_id,patient_id,appointment_date,doctor_name,doctor_id\n1,3,2020-01-01,Dr. Ada,3\n9,3,2020-01-02,,3\n",
    );
    assert_eq!(
        refused(&store, &[doctors, ASSIGNMENTS, PATIENTS, more], &[]),
        ["Doctor.csv 2 name EXISTS", "Appointment.csv 3 doctor_id REFERENCE"]
    );
});

/// Messages that answer later ones and each other's answers, a conversation without a UUID, and a patient without any.
const TALKS: [(&str, &str); 3] = [
    ("Patient.csv", "patient_id,name,sex\n1,Ann,Female\n2,Bob,Male\n"),
    (
        "Chat_Session.csv",
        "chat_session_id,patient_id,session_uuid,session_name\n7,1,,Cough\n8,1,0E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22,Fever\n",
    ),
    (
        "Chat_History.csv",
        "chat_id,patient_id,message_text,chat_session_id,parent_message_id,confidence\n\
         1,1,second,7,3,0.9\n2,1,third,7,1,\n3,1,first,7,,\n4,1,alone,,,\n",
    ),
];

/// The messages of each conversation, and what each answers.
async fn talks(store: &Store) -> Vec<String> {
    let data = store
        .data("{ chatMessages(first: 50) { nodes { text confidence session { name uuid } parent { text } patient { name } } } }")
        .await;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines: Vec<String> = Vec::new();
    for node in data["chatMessages"]["nodes"].as_array().unwrap() {
        assert!(node["session"].is_null() || node["session"]["uuid"].as_str().unwrap().len() == 36, "{node}");
        let parts = [&node["text"], &node["session"]["name"], &node["parent"]["text"], &node["confidence"]];
        lines.push(parts.map(text).join(" "));
    }
    lines.sort();
    lines
}

const THREAD: [&str; 4] = ["alone - - -", "first Cough - -", "second Cough first 0.90", "third Cough second -"];

on_both!(rows_of_one_file_point_to_each_other_in_any_order, 0, async |store: Store| {
    let said = done(&mut import(&store, &TALKS, &[]));
    assert!(said.contains('8'), "{said}");
    assert_eq!(talks(&store).await, THREAD);
    // The UUID that was made is no difference: nothing is there to add.
    let uuids = async || number(&store.db, "SELECT COUNT(DISTINCT session_uuid) FROM Chat_Session").await;
    assert_eq!(uuids().await, 2);
    done(&mut import(&store, &TALKS, &[]));
    assert_eq!((uuids().await, number(&store.db, "SELECT COUNT(*) FROM Chat_History").await), (2, 4));
    // New keys are followed, within the file too.
    store.sql("DELETE FROM Patient WHERE patient_id = 1").await;
    let files = [TALKS[0], TALKS[1], TALKS[2]];
    done(&mut import(&store, &files, &["--new-keys"]));
    assert_eq!(talks(&store).await, THREAD);
    assert!(number(&store.db, "SELECT MIN(chat_id) FROM Chat_History").await > 4);
});

on_both!(what_points_out_of_its_conversation_or_patient_is_refused, 0, async |store: Store| {
    let messages = |rows: &str| format!("chat_id,patient_id,message_text,chat_session_id,parent_message_id\n{rows}");
    for (rows, expected) in [
        // Another patient's conversation and message, itself, a row that is not there, and another conversation.
        ("1,2,x,7,\n", "2 chat_session_id REFERENCE"),
        ("1,1,x,7,\n2,2,y,,1\n", "3 parent_message_id REFERENCE"),
        ("1,1,x,7,1\n", "2 parent_message_id ITSELF"),
        // Every row of a circle, and not the rows that answer one.
        ("1,1,x,7,3\n2,1,y,7,1\n3,1,z,7,2\n4,1,a,7,1\n", "2 parent_message_id CIRCLE"),
        ("1,1,x,7,3\n2,1,y,7,1\n3,1,z,7,2\n4,1,a,7,1\n", "3 parent_message_id CIRCLE"),
        ("1,1,x,7,3\n2,1,y,7,1\n3,1,z,7,2\n4,1,a,7,1\n", "4 parent_message_id CIRCLE"),
        ("1,1,x,7,3\n2,1,y,7,1\n3,1,z,7,2\n4,1,a,7,1\n", "5  LEFT_OUT"),
        ("1,1,x,7,9\n", "2 parent_message_id REFERENCE"),
        ("1,1,x,7,2\n2,1,y,8,\n", "2 parent_message_id OTHER_SESSION"),
    ] {
        let text = messages(rows);
        let told = refused(&store, &[TALKS[0], TALKS[1], ("Chat_History.csv", &text)], &["--dry-run"]);
        assert!(told.iter().any(|line| line == &format!("Chat_History.csv {expected}")), "{rows}: {told:?}");
    }
});

on_both!(files_are_held_to_the_rules_of_moments_and_of_json, 0, async |store: Store| {
    let of = |file: &'static str, text: &'static str, expected: &str| {
        let told = refused(&store, &[TALKS[0], (file, text)], &["--dry-run"]);
        assert!(told.contains(&format!("{file} 2 {expected}")), "{text}: {told:?}");
    };
    let sessions = "Chat_Session.csv";
    of(sessions, "chat_session_id,patient_id,ended_at\n1,1,2037-01-01 00:00:00\n", "ended_at IN_FUTURE");
    of(
        sessions,
        "chat_session_id,patient_id,created_at,ended_at\n1,1,2020-01-01 00:00:00,1990-01-01 00:00:00\n",
        "ended_at ORDER",
    );
    of(
        "Medication.csv",
        "medication_id,patient_id,medicine_name,prescribed_date\n1,1,M,2999-01-01\n",
        "prescribed_date IN_FUTURE",
    );
    let records = "Health_Record.csv";
    of(
        records,
        "health_record_id,patient_id,record_type,record_data\n1,1,symptom,\"{\"\"name\"\": \"\"a\"\", \"\"name\"\": \"\"b\"\"}\"\n",
        "record_data INVALID",
    );
    of(
        records,
        "health_record_id,patient_id,record_type,record_data\n1,1,symptom,\"{\"\"name\"\": \"\" \"\"}\"\n",
        "record_data INVALID",
    );
    of(
        records,
        "health_record_id,patient_id,record_type,record_data\n1,1,symptom,\"{\"\"name\"\": \"\"a\"\", \"\"since\"\": \"\"2999-01-01\"\"}\"\n",
        "record_data INVALID",
    );
});
