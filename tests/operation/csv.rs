//! Records into files and back: what comes back is what went out, and what is refused is named and leaves nothing behind.

use super::{done, folder, number, numbers, refused, statement};
use crate::support::{
    Backend, Store, on_both,
    process::{eventually, medimax, run, wait},
    scratch, unique,
};
use medimax::{
    db::{Db, Dialect, ValueKind},
    schema,
};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

fn csv(verb: &str, store: &Store, dir: &Path, more: &[&str]) -> Command {
    let mut command = medimax(&[verb, "csv", "--database-url", &store.url]);
    command.arg(dir).args(more);
    command
}

fn import(store: &Store, dir: &Path, more: &[&str]) -> String {
    done(&mut csv("import", store, dir, more))
}

fn export(store: &Store, dir: &Path) {
    done(&mut csv("export", store, dir, &[]));
}

/// Runs an import that refuses rows, and answers the lines of its report below the first.
fn report(store: &Store, dir: &Path, more: &[&str]) -> Vec<String> {
    let file = scratch(&unique("report"));
    let ended = run(csv("import", store, dir, more).arg("--report").arg(&file));
    assert_eq!((ended.code, ended.err.len()), (Some(1), 1), "{ended:?}");
    let text = fs::read_to_string(file).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    assert_eq!(head, "file\tline\tcolumn\tcode\treason");
    rows.lines().map(str::to_owned).collect()
}

/// Such lines without their reasons.
fn places(report: &[String]) -> Vec<&str> {
    report.iter().map(|line| line.rsplit_once('\t').unwrap().0).collect()
}

/// Every row of every table, each value as text, by its table and key.
async fn rows(db: &Db) -> BTreeMap<(&'static str, i32), String> {
    let mut all = BTreeMap::new();
    for entity in schema::entities() {
        let text = |column| match db.dialect() {
            Dialect::MariaDb => format!("IFNULL(QUOTE(CONVERT({column} USING utf8mb4)), 'NULL')"),
            Dialect::Sqlite => format!("quote({column})"),
        };
        let cells: Vec<String> = entity.stored().into_iter().map(text).collect();
        let cells = match db.dialect() {
            Dialect::MariaDb => format!("CONCAT_WS('|', {})", cells.join(",")),
            Dialect::Sqlite => cells.join(" || '|' || "),
        };
        let select = format!("SELECT {}, {cells} FROM {}", entity.table.key, entity.table.name);
        for (key, text) in db.texts(&statement(db.dialect(), &select)).await.unwrap() {
            all.insert((entity.table.name, key), text.unwrap());
        }
    }
    all
}

/// Every file of a folder.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

const PATIENTS: &str = "patient_id,name,dob,sex\n1,Ada,1950-01-01,Female\n2,Ben,1960-01-01,Male\n";

on_both!(a_round_trip_changes_nothing, 30, async |store: Store| {
    // Texts with all that needs quotes, and values that are not there.
    store.sql("UPDATE Patient SET name = 'Quote \"Q\", Comma', dob = NULL, updated_at = '2020-01-02 03:04:05' WHERE patient_id = 1").await;
    store.sql("UPDATE Appointment SET notes = 'one\ntwo, \"three\"', status = NULL WHERE appointment_id = 1").await;
    store.sql("UPDATE Medical_History SET is_active = NULL, severity = NULL WHERE history_id = 1").await;
    let (there, back) = (folder(&[]), scratch(&unique("csv_new")));
    export(&store, &there);
    let written = files(&there);
    assert_eq!(written.len(), schema::entities().len());
    for name in written.keys() {
        assert_eq!(fs::metadata(there.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }

    let other = Store::new(store.backend).await;
    let said = import(&other, &there, &[]);
    let expected = rows(&store.db).await;
    assert!(said.starts_with(&format!("Added {} rows of 30 patients", expected.len())), "{said}");
    assert!(rows(&other.db).await == expected, "the rows differ");
    export(&other, &back);
    assert!(files(&back) == written, "the files differ");
    assert_eq!(fs::metadata(&back).unwrap().permissions().mode() & 0o777, 0o700);

    let said = import(&other, &there, &[]);
    let unchanged = format!("{} rows were there already", expected.len());
    assert!(said.starts_with("Added 0 rows of 0 patients") && said.contains(&unchanged), "{said}");
    assert!(rows(&other.db).await == expected, "importing twice changed rows");
    // What other programs wrote untidily is left as it is.
    other.sql("UPDATE Patient SET name = ' Untidy ' WHERE patient_id = 2").await;
    let again = folder(&[]);
    export(&other, &again);
    assert!(import(&other, &again, &[]).starts_with("Added 0 rows"));
    // Searches find them, and the graph is told.
    assert_eq!(other.data("{ patients(search: \"quote comma\") { totalCount } }").await["patients"]["totalCount"], 1);
    assert!(number(&other.db, "SELECT COUNT(*) FROM Change_Feed").await >= 30);
});

on_both!(both_spellings_are_read_and_one_is_stored, async |store: Store| {
    let dir = folder(&[
        (
            "patient.csv",
            "\u{feff}patientId,NAME,dateOfBirth,sex,created_at\r\n7,\" Åsa \",,FEMALE,2001-02-03T04:05:06+01:00\r\n",
        ),
        (
            "MedicalHistory.CSV",
            "history_id,patient_id,history_type,history_item,history_details,severity,is_active\n\
             1,7,chronic_condition,Asthma,,Severe,true\n\n2,7,ALLERGY,Nuts,\"Peanuts,\n\"\"all\"\"\",,0\n",
        ),
        ("appointment.csv", "appointment_id,patient_id,date,time,type,status\n3,7,2021-05-06,9:05,Follow_up,no_show\n"),
        ("Appointment_Symptom.csv", "symptomId,appointmentId,name,onset\n4,3,Cough,Sudden\n"),
        ("notes.txt", "not ours"),
    ]);
    let said = import(&store, &dir, &[]);
    assert!(said.contains("Not read: notes.txt"), "{said}");
    let stored = rows(&store.db).await;
    let cells: Vec<&str> = stored.values().map(String::as_str).collect();
    let row = |table: &str, key| stored[&(table_name(table), key)].replace('|', " ");
    assert_eq!(cells.len(), 5);
    assert!(row("Patient", 7).contains("'Åsa' NULL 'Female' NULL '2001-02-03 03:05:06'"), "{}", row("Patient", 7));
    assert!(
        row("Medical_History", 1).contains("'condition' 'Asthma' NULL NULL 'severe'"),
        "{}",
        row("Medical_History", 1)
    );
    assert!(row("Appointment", 3).contains("'2021-05-06' '09:05:00' 'No_Show' 'follow_up'"));
    // What the file does not say is unknown.
    assert!(
        row("Appointment_Symptom", 4).ends_with("'Cough' NULL NULL NULL 'sudden'"),
        "{}",
        row("Appointment_Symptom", 4)
    );
    assert!(row("Medical_History", 2).contains("'Nuts' 'Peanuts,\n\"all\"'"), "{}", row("Medical_History", 2));
    // The same in other words is the same.
    assert!(import(&store, &dir, &[]).starts_with("Added 0 rows"));
});

fn table_name(name: &str) -> &'static str {
    schema::entities().iter().map(|entity| entity.table.name).find(|known| *known == name).unwrap()
}

on_both!(every_refusal_names_its_place_and_leaves_nothing, async |store: Store| {
    import(&store, &folder(&[("Patient.csv", "patient_id,name,sex\n50,Zoe,Female\n")]), &[]);
    let before = rows(&store.db).await;
    let mut patients = String::from("patient_id,name,dob,sex\n");
    for (key, name, born) in [
        ("1", "Whole", "1950-01-01"),
        ("2", "", "1960-01-01"),
        ("3", "Old", "1899-12-31"),
        ("4", "No day", "2001-02-30"),
        ("5", "Right", "1970-01-01"),
        ("x", "No key", "1970-01-01"),
        ("50", "Another", ""),
        ("6", "Right", ""),
        ("6", "Again", ""),
        ("7", "Future", "2190-01-01"),
    ] {
        patients.push_str(&format!("{key},{name},{born},Female\n"));
    }
    patients.push_str("8,Ragged,1970-01-01\n");
    let mut history = b"history_id,patient_id,history_type,history_item,history_date\n\
        1,1,condition,Asthma,2019-01-01\n\
        2,5,plague,Plague,\n\
        3,99,condition,Nobody's,\n\
        4,50,condition,Added,\n\
        5,6,condition,Left out,\n\
        6,5,condition,"
        .to_vec();
    history.extend(b"\xff,\n7,2,condition,Left out,\n");
    let dir = folder(&[
        ("Patient.csv", &patients),
        (
            "Medication.csv",
            "medication_id,patient_id,medicine_name,prescribed_date,is_continued,discontinued_date\n\
            1,7,Aspirin,2020-01-01,0,\n2,50,Aspirin,2020-01-01,0,2019-01-01\n",
        ),
        ("Lab_Finding.csv", "lab_finding_id,lab_report_id,test_name,test_value\n1,5,Iron,3\n"),
    ]);
    fs::write(dir.join("Medical_History.csv"), history).unwrap();
    let long = "x".repeat(101);
    fs::write(
        dir.join("Chat_History.csv"),
        format!("chat_id,patient_id,message_text,session_id\n1,8,Hello,\n2,5,Hi,{long}\n"),
    )
    .unwrap();

    let dry = report(&store, &dir, &["--dry-run"]);
    assert_eq!(rows(&store.db).await, before);
    let report = report(&store, &dir, &[]);
    assert_eq!(report, dry);
    assert_eq!(
        places(&report),
        [
            "Patient.csv\t3\tname\tREQUIRED",
            "Patient.csv\t4\tdob\tTOO_EARLY",
            "Patient.csv\t5\tdob\tINVALID",
            "Patient.csv\t6\t\tLEFT_OUT",
            "Patient.csv\t7\tpatient_id\tINVALID",
            "Patient.csv\t8\t\tLEFT_OUT",
            "Patient.csv\t9\t\tLEFT_OUT",
            "Patient.csv\t10\tpatient_id\tDUPLICATE",
            "Patient.csv\t11\tdob\tIN_FUTURE",
            "Patient.csv\t12\t\tRAGGED",
            "Medical_History.csv\t3\thistory_type\tINVALID",
            "Medical_History.csv\t4\tpatient_id\tORPHAN",
            "Medical_History.csv\t5\t\tLEFT_OUT",
            "Medical_History.csv\t6\t\tLEFT_OUT",
            "Medical_History.csv\t7\thistory_item\tNOT_UTF8",
            "Medical_History.csv\t8\t\tLEFT_OUT",
            "Medication.csv\t2\tdiscontinued_date\tREQUIRED",
            "Medication.csv\t3\tdiscontinued_date\tORDER",
            "Lab_Finding.csv\t2\tlab_report_id\tORPHAN",
            "Chat_History.csv\t2\t\tLEFT_OUT",
            "Chat_History.csv\t3\tsession_id\tTOO_LONG",
        ]
    );
    for value in ["plague", "Asthma", "Aspirin", "1899", "Zoe", "xxxx"] {
        assert!(!report.concat().contains(value), "{value} is in the report");
    }
    // Whole alone is imported.
    let mut expected: Vec<(&str, i32)> = before.into_keys().collect();
    expected.extend([("Medical_History", 1), ("Patient", 1)]);
    expected.sort_unstable();
    assert_eq!(rows(&store.db).await.into_keys().collect::<Vec<_>>(), expected);
});

on_both!(another_row_of_the_same_key_is_refused, async |store: Store| {
    import(&store, &folder(&[("Patient.csv", PATIENTS)]), &[]);
    let before = rows(&store.db).await;
    let dir = folder(&[
        ("Patient.csv", "patient_id,name,dob,sex\n1,Ada,1950-01-01,Female\n2,Ben,1960-01-02,Male\n"),
        ("Chat_History.csv", "chat_id,patient_id,message_text\n1,1,Hello\n2,2,Hello\n"),
        ("Report.csv", "report_id,patient_id,report_type,report_date\n"),
    ]);
    assert_eq!(places(&report(&store, &dir, &[])), ["Patient.csv\t3\tdob\tEXISTS", "Chat_History.csv\t3\t\tLEFT_OUT"]);
    let mut after = rows(&store.db).await;
    assert!(after.remove(&("Chat_History", 1)).is_some());
    assert_eq!(after, before);
});

on_both!(one_row_is_not_several, async |store: Store| {
    let said = import(&store, &folder(&[("Patient.csv", "patient_id,name,sex\n1,Ada,Female\n")]), &[]);
    assert!(
        said.starts_with("Added 1 row of 1 patient in ") && said.ends_with("; 0 rows were there already.\n"),
        "{said}"
    );
    let dir = folder(&[("Patient.csv", "patient_id,name,sex\n1,Ada,Female\n2,,Male\n")]);
    let ended = run(&mut csv("import", &store, &dir, &[]));
    assert_eq!(ended.err, ["medimax: 1 row was refused"]);
    assert!(ended.out.contains("; 1 row was there already."), "{ended:?}");
    let dir = folder(&[
        ("Patient.csv", "patient_id,name,sex\n2,,Male\n"),
        ("Chat_History.csv", "chat_id,patient_id,message_text\n1,2,Hello\n"),
    ]);
    let line = refused(&mut csv("import", &store, &dir, &[]));
    assert_eq!(line, "1 row was refused, and 1 that is right was left out, being of the same patient");
});

on_both!(a_row_with_a_key_that_no_import_takes_is_exported_all_the_same, async |store: Store| {
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (-5, 'Ada', 'Female'), (7, 'Ben', 'Male')").await;
    let dir = scratch(&unique("csv_odd"));
    let said = done(&mut csv("export", &store, &dir, &[]));
    assert!(said.starts_with("Wrote 2 rows to "), "{said}");
    assert!(files(&dir)["Patient.csv"].contains("\n-5,Ada,"), "{:?}", files(&dir));
});

on_both!(what_the_database_refuses_costs_its_patient_alone, async |store: Store| {
    // A rule of the hospital's own.
    store.sql(match store.backend {
        Backend::MariaDb => "CREATE TRIGGER own_rule BEFORE INSERT ON Chat_History FOR EACH ROW \
            IF NEW.message_text = 'Forbidden' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Forbidden is refused'; END IF",
        Backend::Sqlite => "CREATE TRIGGER own_rule BEFORE INSERT ON Chat_History WHEN NEW.message_text = 'Forbidden' \
            BEGIN SELECT RAISE(ABORT, 'Forbidden is refused'); END",
    }).await;
    let mut patients = String::from("patient_id,name,sex\n");
    let mut messages = String::from("chat_id,patient_id,message_text\n");
    for key in 1..=20 {
        patients.push_str(&format!("{key},Somebody,Other\n"));
        messages.push_str(&format!("{key},{key},{}\n", if key == 11 { "Forbidden" } else { "Hello" }));
    }
    let dir = folder(&[("Patient.csv", &patients), ("Chat_History.csv", &messages)]);
    let report = report(&store, &dir, &[]);
    assert_eq!(places(&report), ["Patient.csv\t12\t\tLEFT_OUT", "Chat_History.csv\t12\t\tDATABASE"]);
    assert!(!report.concat().contains("Forbidden"), "{report:?}");
    let stored = rows(&store.db).await;
    assert_eq!((stored.len(), stored.contains_key(&("Patient", 11))), (38, false));
});

on_both!(new_keys_are_followed, 10, async |store: Store| {
    let dir = folder(&[]);
    export(&store, &dir);
    let before = rows(&store.db).await;
    // Their codes and names are unique: other rows point to those that are there.
    for file in ["Country.csv", "Region.csv", "Partner.csv"] {
        fs::remove_file(dir.join(file)).unwrap();
    }
    let places = number(
        &store.db,
        "SELECT (SELECT COUNT(*) FROM Country) + (SELECT COUNT(*) FROM Region) + (SELECT COUNT(*) FROM Partner)",
    )
    .await;
    let uuids = number(&store.db, "SELECT COUNT(DISTINCT session_uuid) FROM Chat_Session").await;
    import(&store, &dir, &["--new-keys"]);
    assert_eq!(number(&store.db, "SELECT COUNT(DISTINCT session_uuid) FROM Chat_Session").await, uuids * 2);
    let after = rows(&store.db).await;
    assert_eq!(after.len() + places as usize, before.len() * 2);
    assert!(before.iter().all(|(key, row)| after.get(key) == Some(row)), "a row that was there changed");
    // Each patient has one with the same rows below, at every level.
    let counts = "SELECT p.patient_id, (SELECT COUNT(*) FROM Medical_History c WHERE c.patient_id = p.patient_id) \
        + 100 * (SELECT COUNT(*) FROM Appointment_Symptom c JOIN Appointment o ON o.appointment_id = c.appointment_id WHERE o.patient_id = p.patient_id) \
        + 10000 * (SELECT COUNT(*) FROM Lab_Finding c JOIN Lab_Report o ON o.lab_report_id = c.lab_report_id WHERE o.patient_id = p.patient_id) \
        + 100000000 * (SELECT COUNT(*) FROM Chat_History c WHERE c.patient_id = p.patient_id) \
        FROM Patient p ORDER BY p.patient_id";
    let counts: Vec<i64> = numbers(&store.db, counts).await.into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts[..10], counts[10..]);
    assert!(counts.iter().any(|count| *count > 0));

    // Below somebody who is there already.
    let below = folder(&[("Chat_History.csv", "chat_id,patient_id,message_text\n1,3,Hello again\n")]);
    import(&store, &below, &["--new-keys"]);
    assert_eq!(number(&store.db, "SELECT patient_id FROM Chat_History WHERE message_text = 'Hello again'").await, 3);
});

#[tokio::test]
async fn what_is_wrong_with_every_row_is_refused_at_once() {
    let store = Store::new(Backend::Sqlite).await;
    let long = format!("{PATIENTS}3,\"Cy\"x,1970-01-01,Male\n");
    for (files, says) in [
        (
            &[("Patient.csv", "patient_id,nmae,sex\n1,Ada,Female\n")][..],
            &["Patient.csv", "\"nmae\"", "did you mean name"][..],
        ),
        (&[("Patient.csv", "patient_id,name,dob\n")], &["Patient.csv", "lacks the column sex"]),
        (&[("Patient.csv", "")], &["Patient.csv", "lacks the column patient_id"]),
        (
            &[("Patient.csv", "patient_id,name,sex,dob,dateOfBirth\n")],
            &["\"dob\" and \"dateOfBirth\" are the same column"],
        ),
        (&[("Patient.csv", PATIENTS), ("patient.csv", PATIENTS)], &["Patient.csv", "patient.csv", "the same table"]),
        (&[("Patient.csv", &long)], &["Patient.csv, line 4", "a quote is out of place"]),
        (&[("Patients.csv", PATIENTS)], &["no file of a table", "Medical_History.csv"]),
    ] {
        let line = refused(&mut csv("import", &store, &folder(files), &[]));
        for text in says {
            assert!(line.contains(text), "no {text:?} in {line}");
        }
    }
    assert!(rows(&store.db).await.is_empty());

    let dir = folder(&[("Patient.csv", "mine\n")]);
    assert!(refused(&mut csv("export", &store, &dir, &[])).contains("--force"));
    assert_eq!(files(&dir)["Patient.csv"], "mine\n");
    done(&mut csv("export", &store, &dir, &["--force"]));
    assert!(files(&dir)["Patient.csv"].starts_with("patient_id,name,"));
    assert_eq!(files(&dir).len(), schema::entities().len());
}

on_both!(an_import_that_is_killed_leaves_whole_patients, 300, async |store: Store| {
    let dir = folder(&[]);
    export(&store, &dir);
    let expected = rows(&store.db).await;
    let other = Store::new(store.backend).await;
    let mut child = csv("import", &other, &dir, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let db = other.db.clone();
    let handle = tokio::runtime::Handle::current();
    let some = tokio::task::spawn_blocking(move || {
        let seen = eventually("some patients are there", || {
            let patients = handle.block_on(number(&db, "SELECT COUNT(*) FROM Patient"));
            (patients > 0 || child.try_wait().unwrap().is_some()).then_some(patients)
        });
        child.kill().unwrap();
        wait(&mut child);
        seen.unwrap()
    });
    assert!(some.await.unwrap() > 0);
    if other.backend == Backend::MariaDb {
        // It ends the statement that it was told to do, which may be a commit.
        let busy = "SELECT COUNT(*) FROM information_schema.processlist \
            WHERE db = DATABASE() AND command <> 'Sleep' AND id <> CONNECTION_ID()";
        while number(&other.db, busy).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let left = rows(&other.db).await;
    assert!(left.len() < expected.len(), "it was done before it was killed");
    let patients = number(&other.db, "SELECT MAX(patient_id) FROM Patient").await;
    // Patients are imported in their order, so whoever is there is there with every row.
    for (table, key, below) in
        [("Medical_History", "history_id", "patient_id"), ("Chat_History", "chat_id", "patient_id")]
    {
        let count =
            async |db: &Db| number(db, &format!("SELECT COUNT({key}) FROM {table} WHERE {below} <= {patients}")).await;
        assert_eq!(count(&other.db).await, count(&store.db).await, "{table}");
    }
    assert_eq!(number(&other.db, "SELECT COUNT(*) FROM Patient").await, patients);

    let said = import(&other, &dir, &[]);
    assert!(said.contains(&format!("; {} rows were there already", left.len())), "{said}");
    assert!(rows(&other.db).await == expected, "the rows differ");
});

#[test]
fn every_column_can_be_written() {
    for entity in schema::entities() {
        for column in entity.stored() {
            let is_stamp = matches!(column, "created_at" | "updated_at");
            let is_key = column.ends_with("_id") && column != "session_id";
            let kind = medimax::graphql::rules::kind_of(entity, column);
            let known =
                is_stamp && matches!(kind, ValueKind::DateTime) || is_key || entity.rules.column(column).is_some();
            assert!(known, "{}.{column} is neither a key nor a stamp, and has no rule", entity.table.name);
        }
    }
}
