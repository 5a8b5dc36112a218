//! What a store's errors say of the values that it refuses: no word of it reaches the log, an answer or what a command prints.

use super::numbers;
use crate::support::{
    Backend, Store,
    process::{Gateway, medimax, run},
    scratch, unique,
};
use serde_json::json;
use std::{
    fs::{self, File},
    process::Command,
};

/// A patient's value that nobody may read outside of an answer's data.
const SECRET: &str = "Zz-Secretname";

/// What a hospital's own rules make the store say: statements that make the rule, the field that breaks it, and what the log must
/// say of it.
const MARIADB: [(&str, &str, &str); 5] = [
    ("ALTER TABLE Medication ADD UNIQUE KEY own_key (dosage)", "dosage", "1062: Duplicate entry '…' for key 'own_key'"),
    (
        "ALTER TABLE Medication MODIFY COLUMN frequency VARCHAR(5)",
        "frequency",
        "1406: Data too long for column 'frequency'",
    ),
    (
        "ALTER TABLE Medication ADD CONSTRAINT own_check CHECK (prescribed_by NOT LIKE 'Zz%')",
        "prescribedBy",
        "CONSTRAINT `own_check` failed",
    ),
    (
        "CREATE TRIGGER own_trigger BEFORE INSERT ON Medication FOR EACH ROW BEGIN DECLARE said VARCHAR(128); \
         IF NEW.medicine_name LIKE 'Zz%' THEN SET said = CONCAT('connection reset for ', NEW.medicine_name); \
         SET said = CONCAT('none of ', NEW.medicine_name); \
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = said; END IF; END",
        "name",
        "(error 1644, SQLSTATE 45000)",
    ),
    ("ALTER TABLE Medication MODIFY COLUMN dosage INT", "dosage", "Incorrect integer value: '…' for column"),
];

const SQLITE: [(&str, &str, &str); 3] = [
    ("CREATE UNIQUE INDEX own_key ON Medication (dosage)", "dosage", "UNIQUE constraint failed: Medication.dosage"),
    (
        "CREATE TRIGGER own_check BEFORE INSERT ON Medication WHEN NEW.frequency LIKE 'Zz%' \
         BEGIN SELECT RAISE(ABORT, 'none of Zz-Secretname'); END",
        "frequency",
        "in words of its own",
    ),
    (
        "CREATE TRIGGER own_json BEFORE INSERT ON Medication WHEN NEW.prescribed_by LIKE 'Zz%' \
         BEGIN SELECT json(NEW.prescribed_by); END",
        "prescribedBy",
        "malformed JSON",
    ),
];

async fn nothing_leaks(backend: Backend, rules: &[(&str, &str, &str)]) {
    for (rule, field, told) in rules {
        let store = Store::with_patients(backend, 1).await;
        // The seed's own rows must not be in the rule's way.
        store.sql("UPDATE Medication SET dosage = NULL, frequency = NULL").await;
        store.sql(rule).await;
        let log = scratch(&unique("values"));
        let mut command: Command = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url]);
        let logging = ["--log-format", "json", "--log-level", "debug", "--log-requests", "all"];
        let gateway = Gateway::from(command.args(logging).stderr(File::create(&log).unwrap()));
        let mutation =
            "mutation($input: PrescribeMedicationInput!) { prescribeMedication(input: $input) { medication { id } } }";
        let mut input = json!({ "patientId": "Patient:1", "name": "Aspirin", "prescribedDate": "2024-01-01" });
        input[field] = SECRET.into();
        let (mut answers, mut failed) = (String::new(), 0);
        // Twice, for the rules that only a second row breaks.
        for _ in 0..2 {
            let answer = gateway.ask_with(mutation, json!({ "input": input })).1;
            failed += usize::from(answer.get("errors").is_some());
            answers += &answer.to_string();
        }
        let (_, status) = gateway.ask("{ graphStatus { lastError } }");
        answers += &status.to_string();
        answers += gateway.send("GET", "/metrics", &[], b"").text();
        answers += gateway.send("GET", "/readyz", &[], b"").text();

        // A file with the same row.
        let dir = scratch(&unique("values"));
        fs::create_dir_all(&dir).unwrap();
        let column = match *field {
            "name" => "medicine_name",
            "prescribedBy" => "prescribed_by",
            same => same,
        };
        let cells = |name: &str| if name == column { SECRET } else { "Aspirin" };
        let (medicine, other) = match column {
            "medicine_name" => (SECRET.to_owned(), String::new()),
            _ => ("Aspirin".to_owned(), format!(",{}", cells(column))),
        };
        let head = if other.is_empty() { String::new() } else { format!(",{column}") };
        fs::write(dir.join("Patient.csv"), "patient_id,name,sex\n900,Berta,Female\n").unwrap();
        let rows: String = (900..902).map(|key| format!("{key},900,{medicine},2024-01-01{other}\n")).collect();
        fs::write(
            dir.join("Medication.csv"),
            format!("medication_id,patient_id,medicine_name,prescribed_date{head}\n{rows}"),
        )
        .unwrap();
        let ended = run(medimax(&["import", "csv", "--database-url", &store.url]).arg(&dir));
        assert_eq!(ended.code, Some(1), "{ended:?}");
        answers += &format!("{ended:?}");

        drop(gateway);
        let log = fs::read_to_string(log).unwrap();
        assert!(failed > 0, "{rule}: nothing failed: {answers}");
        assert!(log.contains(told), "{rule}: no {told:?} in {log}");
        for said in [&log, &answers] {
            assert!(!said.contains(SECRET), "{rule}: {said}");
        }
        let left = numbers(&store.db, "SELECT 0, COUNT(*) FROM Patient WHERE name = 'Berta'").await;
        assert_eq!(left, [(0, 0)], "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_that_mariadb_refuses_is_told() {
    nothing_leaks(Backend::MariaDb, &MARIADB).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_that_the_embedded_store_refuses_is_told() {
    nothing_leaks(Backend::Sqlite, &SQLITE).await;
}

/// Words of the stores, of their drivers and of the system, in the mouth of a hospital's trigger.
const WORDS: [&str; 7] = [
    "CHECK constraint failed: Zz-Secretname",
    "UNIQUE constraint failed: Zz-Secretname 1980",
    "NOT NULL constraint failed: Zz-Secretname",
    "no such table: Zz-Secretname was here",
    "Zz-Secretname: connection closed",
    "Input of Zz-Secretname: broken pipe",
    "Query execution was interrupted by Zz-Secretname",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_triggers_words_are_a_rules_whatever_they_sound_like() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::with_patients(backend, 1).await;
        for (at, words) in WORDS.into_iter().enumerate() {
            let state = ["45000", "23000", "40001", "HY000"][at % 4];
            let body = match backend {
                Backend::MariaDb => format!("FOR EACH ROW SIGNAL SQLSTATE '{state}' SET MESSAGE_TEXT = '{words}'"),
                Backend::Sqlite => format!("BEGIN SELECT RAISE(ABORT, '{words}'); END"),
            };
            store.sql("DROP TRIGGER IF EXISTS own_words").await;
            store.sql(&format!("CREATE TRIGGER own_words BEFORE INSERT ON Chat_History {body}")).await;
            let log = scratch(&unique("values"));
            let mut command: Command = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url]);
            let gateway = Gateway::from(command.args(["--log-level", "debug"]).stderr(File::create(&log).unwrap()));
            let mutation =
                "mutation { sendChatMessage(input: { patientId: 1, text: \"x\", type: PATIENT }) { message { id } } }";
            let answer = gateway.ask(mutation).1;
            let violation = &answer["errors"][0]["extensions"]["violations"][0];
            assert_eq!(violation["code"], "DATABASE", "{words}: {answer}");
            drop(gateway);
            let log = fs::read_to_string(log).unwrap();
            assert!(!log.contains(SECRET) && !answer.to_string().contains(SECRET), "{words}: {answer}\n{log}");
        }
    }
}
