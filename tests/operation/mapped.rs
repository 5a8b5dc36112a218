//! Records that come from another system: its tables, columns and keys, by a mapping.

use super::{done, folder, number, refused as refused_line, statement};
use crate::support::{
    Backend, Store, on_both,
    process::{medimax, run},
    scratch, unique,
};
use medimax::{db::Db, schema};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(super) fn import(store: &Store, dir: &Path, mapping: &str, more: &[&str]) -> Command {
    let mut command = medimax(&["import", "csv", "--database-url", &store.url, "--mapping", mapping]);
    command.arg(dir).args(more);
    command
}

/// The refused rows of an import: file, line, column and code.
pub(super) fn refused(store: &Store, dir: &Path, mapping: &str, more: &[&str]) -> Vec<String> {
    let report = scratch(&unique("report"));
    let ended = run(import(store, dir, mapping, more).arg("--report").arg(&report));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let text = fs::read_to_string(report).unwrap();
    text.lines().skip(1).map(|line| line.rsplit_once('\t').unwrap().0.replace('\t', " ")).collect()
}

/// How many rows all tables have together.
async fn rows(db: &Db) -> i64 {
    let mut rows = 0;
    for entity in schema::entities() {
        rows += number(db, &format!("SELECT COUNT(*) FROM {}", entity.table.name)).await;
    }
    rows
}

pub(super) const ADA: &str = "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc01";
pub(super) const BEN: &str = "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc02";

/// A folder as AarogyaLink exports it.
fn aarogyalink() -> PathBuf {
    let session = "5e000000-0000-4000-8000-000000000001";
    folder(&[
        (
            "users.csv",
            &format!(
                "id,user_id,email,username,password_hash,first_name,last_name,date_of_birth,phone_number,emergency_contact,medical_conditions,allergies,medications,preferred_language,created_at,updated_at,is_active,email_verified,last_login,nickname\n\
                 1,{ADA},ada@example.org,ada,x,Ada,Rao,1950-01-01,,\"{{\"\"name\"\": \"\"Raj Rao\"\", \"\"phone\"\": \"\"555-0100\"\", \"\"relation\"\": \"\"brother\"\"}}\",\"[\"\"Asthma\"\", {{\"\"name\"\": \"\"Diabetes\"\", \"\"severity\"\": \"\"low\"\", \"\"diagnosed\"\": \"\"2019-03-04T10:00:00Z\"\"}}]\",\"[\"\"Nuts\"\"]\",\"[{{\"\"name\"\": \"\"Metformin\"\", \"\"dosage\"\": \"\"500 mg\"\", \"\"start_date\"\": \"\"2019-03-05\"\"}}, \"\"Salbutamol\"\"]\",en,2024-01-02 03:04:05.678,2024-05-05 00:00:00,t,t,,\n\
                 2,{},ben@example.org,ben,x,Ben,,,,,,[],{{}},hi,2024-02-02 00:00:00,,t,f,,\n",
                BEN.to_uppercase()
            ),
        ),
        ("chat_sessions.csv", &format!("id,session_id,user_id,session_name\n1,{session},{ADA},First\n")),
        (
            "messages.csv",
            &format!(
                "id,message_id,session_id,sender_type,message_type,content,created_at\n\
                 1,3e000000-0000-4000-8000-000000000001,{session},user,text,\"Hello, \"\"you\"\"\",2024-06-01 08:00:00+05:30\n\
                 2,3e000000-0000-4000-8000-000000000002,{session},ai,image,,2024-06-01 08:01:00\n"
            ),
        ),
        ("alembic_version.csv", "version_num\nabc\n"),
    ])
}

async fn aarogyalink_read(store: &Store) -> Value {
    let data = store
        .data(
            "{ patients(first: 9) { nodes { name dateOfBirth createdAt profile { preferredLanguage emergencyContactName } medicalHistory { type item severity date }
               medications { name dosage prescribedDate } messages { nodes { type text sentAt sessionId } } } } }",
        )
        .await;
    data["patients"]["nodes"].clone()
}

on_both!(users_with_lists_and_uuids_become_patients, async |store: Store| {
    let dir = aarogyalink();
    let said = done(&mut import(&store, &dir, "aarogyalink", &["--dry-run"]));
    assert!(said.starts_with("Would add 14 rows of 2 patients in "), "{said}");
    assert_eq!((rows(&store.db).await, number(&store.db, "SELECT COUNT(*) FROM Import_Table").await), (0, 0));
    let counts = |said: &str| said.lines().skip(1).map(|line| line.replace("would be ", "")).collect::<Vec<_>>();
    let dry = counts(&said);
    for told in [
        "  users.csv → Patient: 2 added",
        "  users.csv → Health_Profile: 2 added",
        "  users.csv → Email: 2 added",
        "  users.csv, medical_conditions → Medical_History: 2 added",
        "  users.csv, allergies → Medical_History: 1 added",
        "  users.csv, medications → Medication: 2 added",
        "  chat_sessions.csv → Chat_Session: 1 added",
        "  messages.csv → Chat_History: 2 added",
        "Not read: alembic_version.csv (the mapping names no such file)",
        "Not read: chat_sessions.csv, column id (rows are known by session_id)",
        "Not read: users.csv, column nickname (the mapping takes it nowhere)",
        "Not read: users.csv, column password_hash (nobody logs in with it here)",
    ] {
        assert!(dry.iter().any(|line| line == told), "{told} in {dry:#?}");
    }

    let said = done(&mut import(&store, &dir, "AarogyaLink", &[]));
    assert!(said.starts_with("Added 14 rows of 2 patients in "), "{said}");
    assert_eq!(counts(&said), dry);
    let there = aarogyalink_read(&store).await;
    assert_eq!(
        there,
        json!([
            {
                "name": "Ada Rao", "dateOfBirth": "1950-01-01", "createdAt": "2024-01-02T03:04:05Z",
                "profile": {"preferredLanguage": "en", "emergencyContactName": "Raj Rao"},
                "medicalHistory": [
                    {"type": "CONDITION", "item": "Asthma", "severity": null, "date": null},
                    {"type": "CONDITION", "item": "Diabetes", "severity": "MILD", "date": "2019-03-04"},
                    {"type": "ALLERGY", "item": "Nuts", "severity": null, "date": null},
                ],
                "medications": [
                    {"name": "Salbutamol", "dosage": null, "prescribedDate": "2024-01-02"},
                    {"name": "Metformin", "dosage": "500 mg", "prescribedDate": "2019-03-05"},
                ],
                "messages": {"nodes": [
                    {"type": "PATIENT", "text": "Hello, \"you\"", "sentAt": "2024-06-01T02:30:00Z", "sessionId": "5e000000-0000-4000-8000-000000000001"},
                    {"type": "BOT", "text": "[image]", "sentAt": "2024-06-01T08:01:00Z", "sessionId": "5e000000-0000-4000-8000-000000000001"},
                ]},
            },
            {"name": "Ben", "dateOfBirth": null, "createdAt": "2024-02-02T00:00:00Z", "profile": {"preferredLanguage": "hi", "emergencyContactName": null}, "medicalHistory": [], "medications": [], "messages": {"nodes": []}},
        ])
    );
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Import_Key").await, 14);

    let said = done(&mut import(&store, &dir, "aarogyalink", &[]));
    assert!(
        said.starts_with("Added 0 rows of 0 patients in ") && said.contains("; 14 rows were there already."),
        "{said}"
    );
    assert_eq!(
        (aarogyalink_read(&store).await, number(&store.db, "SELECT COUNT(*) FROM Import_Key").await),
        (there, 14)
    );
});

on_both!(what_is_new_there_is_added_and_what_was_removed_here_stays_removed, async |store: Store| {
    let dir = aarogyalink();
    done(&mut import(&store, &dir, "aarogyalink", &[]));
    store.sql("DELETE FROM Medical_History WHERE history_item = 'Asthma'").await;
    store.sql("DELETE FROM Patient WHERE name = 'Ben'").await;
    // The list has another item in front of those that are known, and Ben a message.
    let users = fs::read_to_string(dir.join("users.csv")).unwrap();
    fs::write(dir.join("users.csv"), users.replace("[\"\"Asthma", "[\"\"Gout\"\", \"\"Asthma")).unwrap();
    let sessions = fs::read_to_string(dir.join("chat_sessions.csv")).unwrap();
    fs::write(
        dir.join("chat_sessions.csv"),
        format!("{sessions}2,5e000000-0000-4000-8000-000000000002,{BEN},Second\n"),
    )
    .unwrap();
    let messages = fs::read_to_string(dir.join("messages.csv")).unwrap();
    fs::write(
        dir.join("messages.csv"),
        format!("{messages}3,m3,5e000000-0000-4000-8000-000000000002,user,text,Hi,2024-06-02 08:00:00\n"),
    )
    .unwrap();

    let said = done(&mut import(&store, &dir, "aarogyalink", &[]));
    assert!(
        said.starts_with("Added 1 row of 1 patient in ") && said.contains("; 10 rows were there already."),
        "{said}"
    );
    let told = "6 rows were removed here since an earlier import, and not added again (--restore adds them).";
    assert!(
        said.contains(told) && said.contains("messages.csv → Chat_History: 0 added, 2 there already, 1 removed here"),
        "{said}"
    );
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Patient").await, 1);

    let said = done(&mut import(&store, &dir, "aarogyalink", &["--restore"]));
    assert!(said.starts_with("Added 6 rows of 2 patients in "), "{said}");
    let said = done(&mut import(&store, &dir, "aarogyalink", &[]));
    assert!(said.starts_with("Added 0 rows of 0 patients in ") && !said.contains("removed here"), "{said}");
    let there = aarogyalink_read(&store).await;
    assert_eq!((&there[1]["name"], &there[1]["messages"]["nodes"][0]["text"]), (&json!("Ben"), &json!("Hi")));
    assert_eq!(there[0]["medicalHistory"].as_array().unwrap().len(), 4);
});

on_both!(rows_hang_below_patients_of_an_earlier_import, async |store: Store| {
    let dir = aarogyalink();
    let messages = fs::read_to_string(dir.join("messages.csv")).unwrap();
    fs::remove_file(dir.join("messages.csv")).unwrap();
    done(&mut import(&store, &dir, "aarogyalink", &[]));
    fs::write(dir.join("messages.csv"), format!("{messages}3,m3,none,user,text,Hi,2024-06-02 08:00:00\n")).unwrap();
    fs::remove_file(dir.join("users.csv")).unwrap();
    // A message of no session is named, and nobody else's are left out.
    assert_eq!(refused(&store, &dir, "aarogyalink", &[]), ["messages.csv 4 session_id REFERENCE"]);
    let there = aarogyalink_read(&store).await;
    assert_eq!(there[0]["messages"]["nodes"].as_array().unwrap().len(), 2);
    // A user whom nobody knows is an orphan's.
    fs::write(dir.join("chat_sessions.csv"), format!("session_id,user_id\n5e000000-0000-4000-8000-00000000000a,{ADA}\n5e000000-0000-4000-8000-00000000000b,nobody\n")).unwrap();
    fs::write(
        dir.join("messages.csv"),
        "message_id,session_id,sender_type,message_type,content,created_at\nm4,5e000000-0000-4000-8000-00000000000a,user,text,Hi,2024-06-02 08:00:00\nm5,5e000000-0000-4000-8000-00000000000b,user,text,Hi,2024-06-02 08:00:00\n",
    )
    .unwrap();
    assert_eq!(
        refused(&store, &dir, "aarogyalink", &[]),
        ["chat_sessions.csv 3 user_id ORPHAN", "messages.csv 3 session_id ORPHAN"]
    );
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Chat_History").await, 3);
});

on_both!(one_bad_row_costs_its_patient_and_is_named_as_it_stands_there, async |store: Store| {
    let line = |key: &str, born: &str, conditions: &str| {
        let quoted =
            if conditions.is_empty() { String::new() } else { format!("\"{}\"", conditions.replace('"', "\"\"")) };
        format!("{key},First,Last,{born},{quoted},,,2024-01-01 00:00:00\n")
    };
    let users = [
        "user_id,first_name,last_name,date_of_birth,medical_conditions,allergies,medications,created_at\n".to_owned(),
        line("u1", "1950-01-01", r#"["Gout"]"#),
        line("u2", "1850-01-01", r#"["Gout"]"#),
        line("u3", "1950-01-01", r#"["Gout""#),
        line("u4", "1950-01-01", r#"[{"name": "Gout", "severity": "unheard of"}, "Flu"]"#),
        line("", "1950-01-01", ""),
        line("u5", "1950-01-01", r#"["Flu", "Flu", null, " "]"#),
        line("u7", "1950-01-01", ""),
        line("u7", "1960-01-01", ""),
        "u6,Short\n".to_owned(),
    ];
    let dir = folder(&[("users.csv", &users.concat())]);
    let found = refused(&store, &dir, "aarogyalink", &["--dry-run"]);
    assert_eq!(rows(&store.db).await, 0);
    assert_eq!(refused(&store, &dir, "aarogyalink", &[]), found);
    assert_eq!(
        found,
        [
            "users.csv 3 date_of_birth TOO_EARLY",
            "users.csv 3  LEFT_OUT",
            "users.csv 4 medical_conditions INVALID",
            "users.csv 4  LEFT_OUT",
            "users.csv 5 medical_conditions INVALID",
            "users.csv 5  LEFT_OUT",
            "users.csv 5  LEFT_OUT",
            "users.csv 6 user_id REQUIRED",
            "users.csv 8  LEFT_OUT",
            "users.csv 9 user_id DUPLICATE",
            "users.csv 10  RAGGED",
        ]
    );
    assert_eq!(rows(&store.db).await, 5, "two patients with one and two conditions");
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Import_Key").await, 5);
});

on_both!(a_patient_whom_the_database_refuses_comes_with_the_next_run, async |store: Store| {
    let rule = match store.backend {
        Backend::MariaDb => {
            "CREATE TRIGGER their_rule BEFORE INSERT ON Chat_History FOR EACH ROW \
             IF NEW.message_text = '[image]' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF"
        }
        Backend::Sqlite => {
            "CREATE TRIGGER their_rule BEFORE INSERT ON Chat_History WHEN NEW.message_text = '[image]' \
             BEGIN SELECT RAISE(ABORT, 'no'); END"
        }
    };
    store.sql(rule).await;
    let dir = aarogyalink();
    let found = refused(&store, &dir, "aarogyalink", &[]);
    assert_eq!((found.len(), found.last().unwrap().as_str()), (11, "messages.csv 3  DATABASE"), "{found:?}");
    // What was taken back took its keys with it.
    assert_eq!((rows(&store.db).await, number(&store.db, "SELECT COUNT(*) FROM Import_Key").await), (3, 3));
    store.sql("DROP TRIGGER their_rule").await;
    let said = done(&mut import(&store, &dir, "aarogyalink", &[]));
    assert!(
        said.starts_with("Added 11 rows of 1 patient in ") && said.contains("; 3 rows were there already."),
        "{said}"
    );
});

on_both!(a_row_that_was_changed_here_or_there_is_refused_as_another, async |store: Store| {
    let dir = aarogyalink();
    done(&mut import(&store, &dir, "aarogyalink", &[]));
    store.sql("UPDATE Patient SET name = 'Benjamin' WHERE name = 'Ben'").await;
    let users = fs::read_to_string(dir.join("users.csv")).unwrap();
    fs::write(dir.join("users.csv"), users.replace("1950-01-01", "1951-01-01")).unwrap();
    assert_eq!(
        refused(&store, &dir, "aarogyalink", &[]),
        ["users.csv 2 date_of_birth EXISTS", "users.csv 3 first_name, last_name, username EXISTS"]
    );
});

/// What is said of a mapping of one's own.
fn told(store: &Store, dir: &Path, mapping: &str) -> Vec<String> {
    let file = scratch(&unique("mapping")).with_extension("toml");
    fs::write(&file, mapping).unwrap();
    let ended = run(&mut import(store, dir, file.to_str().unwrap(), &[]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let name = format!("{}, ", file.display());
    ended.err.iter().map(|line| line.trim_start_matches("medimax: ").replace(&name, "")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_mapping_is_told_before_a_row_is_read() {
    let store = Store::new(Backend::Sqlite).await;
    let dir =
        folder(&[("people.csv", "id,first,last,sex,doctor\n1,Ada,Rao,F,1\n"), ("people2.csv", "id,name\n1,Ada\n")]);
    let patient = "[[table]]\nfrom = \"people\"\nto = \"Patient\"\nkey = \"id\"\n[table.columns]\n";
    let history = "[[table]]\nfrom = \"people\"\nto = \"Medical_History\"\nkey = \"id\"\n[table.columns]\n";
    let of = |rest: &str| told(&store, &dir, &format!("source = \"s\"\n{rest}"));
    assert_eq!(
        of(&format!(
            "{patient}nam = \"first\"\ndob = \"born\"\ndateOfBirth = \"born\"\nsex = {{ constant = \"F\" }}\npatient_id = \"id\"\n"
        )),
        [
            "line 2: Patient needs name: say in [table.columns] which column of theirs it is, or a constant",
            "line 7: Patient has no column \"nam\"; did you mean name?",
            "line 8: dob is filled twice: keep one of both lines",
            "line 10: \"F\" is no sex: this must be one of Sex's values",
            "line 11: patient_id is the key: rows are given new keys, and `key` says what theirs is",
        ]
    );
    assert_eq!(
        of("[[table]]\nfrom = \"people\"\nto = \"Patients\"\nkey = \"id\"\n"),
        ["line 4: there is no table \"Patients\"; did you mean Patient?"]
    );
    assert_eq!(
        of(&format!(
            "{history}patient_id = \"id\"\nhistory_type = {{ constant = \"condition\" }}\nhistory_item = {{ item = \"/name\" }}\n"
        )),
        [
            "line 7: this leads to a row of Patient, and no [[table]] goes to Patient: add one, or leave this out",
            "line 9: item needs each, the column with the list",
        ]
    );
    let address = "[[table]]\nfrom = \"people\"\nto = \"Address\"\nkey = \"id\"\n[table.columns]\npatient_id = { column = \"id\", by = \"name\" }\nline1 = \"line\"\naddress_type = { constant = \"home\", by = \"code\" }\n";
    assert_eq!(
        of(&format!(
            "{address}city = {{ column = \"city\", country = \"DE\" }}\ncountry_id = {{ column = \"land\", by = \"code\" }}\nregion_id = \"land\"\n"
        )),
        [
            "line 7: \"name\" is no column of Patient that tells rows apart; none is",
            "line 9: `to` and `by` are for keys of other rows, and this column holds none",
            "line 10: country, the two letters of one (ISO 3166-1), belongs to as = \"phone\"",
            "line 11: \"code\" is no column of Country that tells rows apart; those are: iso2, iso3, numeric_code",
            "line 12: this leads to a row of Region, and no [[table]] goes to Region: add one, or leave this out, or say by = \"code\" where it names one that is here already",
        ]
    );
    let two = format!(
        "{patient}name = \"first\"\nsex = \"sex\"\n{}name = \"name\"\nsex = {{ constant = \"Other\" }}\n",
        patient.replace("people", "people2")
    );
    let rest = "history_type = { constant = \"condition\" }\nhistory_item = \"last\"\n";
    assert_eq!(
        of(&format!("{two}{history}patient_id = \"id\"\n{rest}")),
        ["line 21: several tables go to Patient: say which this leads to, as to = \"…\" with one of: people, people2"]
    );
    assert_eq!(
        of(&format!("{two}{history}patient_id = {{ column = \"id\", to = \"peopel\" }}\n{rest}")),
        ["line 21: no [[table]] goes from \"peopel\" to Patient, but from: people, people2"]
    );
    assert_eq!(
        of(&format!(
            "{patient}name = \"frist\"\nsex = {{ column = \"sex\", lookup = {{ in = \"sexes\", by = \"id\", take = \"name\" }} }}\n"
        )),
        [
            "line 7: people.csv has no column \"frist\"; did you mean first?",
            "line 8: there is no file sexes.csv, in which this is looked up",
        ]
    );
    assert_eq!(of(&format!("{patient}name = {{ columns = \"first\" }}\nsex = \"sex\"\n")).len(), 1);
    let line = &of(&format!("{patient}name = {{ columns = \"first\" }}\nsex = \"sex\"\n"))[0];
    assert!(line.starts_with("line 7: unknown field `columns`"), "{line}");
    assert!(of("time_zone = \"Nowhere\"\n")[0].starts_with("line 1: "), "no tables");
    assert!(of("= 3\n")[0].starts_with("line 2: "));
    let mut command = import(&store, &dir, "predicthelth", &[]);
    assert_eq!(
        refused_line(&mut command),
        "there is no mapping \"predicthelth\"; did you mean predicthealth?: there are aarogyalink, enhanced, predicthealth, and a file of your own ends in .toml"
    );
    assert!(
        refused_line(&mut import(&store, &dir, "enhanced", &[])).contains("no file that the mapping names is in it (")
    );
    assert_eq!(rows(&store.db).await + number(&store.db, "SELECT COUNT(*) FROM Import_Table").await, 0);
}

on_both!(keys_that_are_odd_texts_are_kept_as_they_are, async |store: Store| {
    let keys = ["a\"b", "a\\b", "A", "a", "ä", "ae\u{308}", "'; --", "1", "01", "x,y"];
    let mut users = "user_id,first_name,created_at\n".to_owned();
    for key in keys {
        users.push_str(&format!("\"{}\",Name,2024-01-01 00:00:00\n", key.replace('"', "\"\"")));
    }
    let dir = folder(&[("users.csv", &users)]);
    let said = done(&mut import(&store, &dir, "aarogyalink", &[]));
    assert!(said.starts_with("Added 10 rows of 10 patients in "), "{said}");
    assert!(said.contains("Not filled: Patient.dob (users.csv has no column date_of_birth)"), "{said}");
    let said = done(&mut import(&store, &dir, "aarogyalink", &[]));
    assert!(said.contains("; 10 rows were there already."), "{said}");
    let kept =
        store.db.texts(&statement(store.db.dialect(), "SELECT our_key, their_key FROM Import_Key")).await.unwrap();
    let mut kept: Vec<String> = kept.into_iter().map(|(_, key)| key.unwrap()).collect();
    kept.sort();
    let mut keys = keys.map(str::to_owned);
    keys.sort();
    assert_eq!(kept, keys);
});

on_both!(a_backup_keeps_which_row_came_from_which, async |store: Store| {
    let dir = aarogyalink();
    done(&mut import(&store, &dir, "aarogyalink", &[]));
    let file = scratch(&unique("backup"));
    done(medimax(&["backup", "--database-url", &store.url]).arg(&file));
    let other = Store::new(store.backend).await;
    done(medimax(&["restore", "--database-url", &other.url]).arg(&file));
    let said = done(&mut import(&other, &dir, "aarogyalink", &[]));
    assert!(
        said.starts_with("Added 0 rows of 0 patients in ") && said.contains("; 14 rows were there already."),
        "{said}"
    );
});

on_both!(the_example_of_the_docs_is_answered_as_told, async |store: Store| {
    let page = include_str!("../../docs/other-systems.md");
    let block = |language: &str| {
        let (_, rest) = page.split_once("## An example").unwrap().1.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let dir = folder(&[("people.csv", block("csv"))]);
    let mapping = dir.with_extension("toml");
    fs::write(&mapping, block("toml")).unwrap();
    let ended = run(&mut import(&store, &dir, mapping.to_str().unwrap(), &[]));
    let (before, after) = ended.out.split_once(" in ").unwrap();
    let after = after.split_once(" s; ").unwrap().1;
    let said = format!("{before} in … s; {}\n{}\n", after.trim_end(), ended.err.join("\n"));
    assert_eq!(said, block("text"));
    let data = store.data("{ patients { nodes { name primaryDoctor { name } medicalHistory { item date } } } }").await;
    assert_eq!(
        data["patients"]["nodes"],
        json!([
            {"name": "Ada Rao", "primaryDoctor": {"name": "Dr. Diaz"}, "medicalHistory": [{"item": "Asthma", "date": "2001-05-06"}, {"item": "Gout", "date": null}]},
            {"name": "Ben Lee", "primaryDoctor": {"name": "Dr. Diaz"}, "medicalHistory": []},
        ])
    );
});
