//! Databases of the MediMax documents, taken over in place and given back.

use super::{done, refused};
use crate::support::{
    Backend, Store, empty, full, mariadb_server, options,
    process::{Ended, medimax, run},
    texts, unique,
};
use medimax::{
    db::{self, migrate},
    graph::Graph,
};
use mysql_async::{Conn, prelude::Queryable};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const FIRST: &str =
    concat!(include_str!("../fixtures/first_document.sql"), include_str!("../fixtures/first_document_rows.sql"));
const SECOND: &str = include_str!("../fixtures/second_document.sql");

/// A hospital's database, seen by a program of the hospital's own.
struct Hospital {
    url: String,
    conn: Conn,
}

impl Hospital {
    async fn new(document: &str) -> Self {
        let _ = mariadb_server();
        let url = empty(Backend::MariaDb).await;
        let mut hospital = Hospital { conn: Conn::from_url(&url).await.unwrap(), url };
        hospital.sql(document).await;
        hospital.sql("SET foreign_key_checks = 1").await;
        hospital
    }

    async fn sql(&mut self, text: &str) {
        self.conn.query_drop(text).await.unwrap();
    }

    async fn strings(&mut self, select: &str) -> Vec<String> {
        self.conn.query(select).await.unwrap()
    }

    /// Every table as it would be written again, and a checksum of its rows.
    async fn tables(&mut self) -> Vec<String> {
        let mut shown = Vec::new();
        for table in self.strings("SHOW TABLES").await {
            let (_, text): (String, String) =
                self.conn.query_first(format!("SHOW CREATE TABLE {table}")).await.unwrap().unwrap();
            // The next number alone may differ.
            let (head, tail) = text.split_once(" AUTO_INCREMENT=").unwrap_or((&text, ""));
            shown.push(format!("{head}{}", tail.trim_start_matches(|digit: char| digit.is_ascii_digit())));
        }
        shown.extend(
            self.strings("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()")
                .await,
        );
        shown
    }

    /// The columns that there are.
    async fn columns(&mut self) -> BTreeMap<String, Vec<String>> {
        let select = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE() \
                      ORDER BY table_name, ordinal_position";
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in self.conn.query::<(String, String), _>(select).await.unwrap() {
            columns.entry(table).or_default().push(column);
        }
        columns
    }

    /// Every row's bytes in these columns.
    async fn rows(&mut self, columns: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let mut rows = Vec::new();
        for (table, columns) in columns {
            let bytes = columns.iter().map(|column| format!("IFNULL(HEX(CAST({column} AS CHAR)), 'NULL')"));
            let bytes = bytes.collect::<Vec<_>>().join(", ");
            rows.extend(
                self.strings(&format!("SELECT CONCAT_WS(' ', '{table}', {bytes}) FROM {table} ORDER BY 1")).await,
            );
        }
        rows
    }

    fn migrate(&self, flags: &[&str]) -> Ended {
        run(medimax(&["migrate", "--database-url", &self.url]).args(flags))
    }

    fn done(&self, flags: &[&str]) -> String {
        done(medimax(&["migrate", "--database-url", &self.url]).args(flags))
    }

    /// Starts a command, and kills it when it has announced so many steps.
    fn kill_after(&self, flags: &[&str], steps: usize) {
        let mut command = medimax(&["migrate", "--database-url", &self.url]);
        let mut child = command.args(flags).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        BufReader::new(child.stderr.take().unwrap()).lines().take(steps).for_each(drop);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    async fn store(&self) -> Store {
        let db = db::open(&options(&self.url)).await.unwrap();
        Store { backend: Backend::MariaDb, url: self.url.clone(), db, graph: Graph::embedded(&medimax::schema::SHAPES) }
    }
}

#[tokio::test]
async fn a_plan_tells_all_and_changes_nothing() {
    for (document, lines) in [
        (
            FIRST,
            &[
                "Found 11 of the 11 tables; their enums are spelled as in the first document.",
                "    Appointment  created_at, updated_at",
                "    Medical_History.history_type  condition, other",
                "    Appointment.appointment_type  routine_checkup",
                "    Patient  idx_patient_created",
                "    Patient_Search",
                "    Patient  medimax_feed_patient_insert, medimax_feed_patient_update, medimax_feed_patient_delete",
                "  Report.report_type takes these words only: Radiology, Pathology, Clinical, Discharge, Consultation",
                "  Report_Finding  orphan: 1 row (key 2)",
                "  Patient.dob  impossible-date: 1 row (key 2)",
                "  Appointment.appointment_time  impossible-time: 1 row (key 2)",
                "  Medical_History.severity  unknown-value: 1 row (key 4)",
                "  Medical_History  history_type IS NOT NULL: 1 row (key 3)",
                "  Patient  dob >= '1900-01-01': 2 rows (key 2, 3)",
                "  Medication  is_continued <> 0 OR discontinued_date IS NOT NULL: 1 row (key 2)",
                "Nothing was changed. --yes does it.",
            ][..],
        ),
        (
            SECOND,
            &[
                "Found 9 of the 11 tables; their enums are spelled as in the second document.",
                "    Chat_History",
                "    Report  idx_report_patient_date",
                "  Report.complete_report is text: nothing longer can be stored",
                "  Patient  CHAR_LENGTH(TRIM(name)) > 0: 1 row (key 2)",
                "  Medication  discontinued_date >= prescribed_date: 1 row (key 2)",
            ],
        ),
    ] {
        let mut hospital = Hospital::new(document).await;
        let columns = hospital.columns().await;
        let before = (hospital.tables().await, hospital.rows(&columns).await);
        assert!(before.0.len() >= 9 && before.1.len() >= 9, "{before:?}");
        let out = hospital.done(&["--adopt"]);
        for line in lines {
            assert!(out.lines().any(|said| said == *line), "{line}\nis not in\n{out}");
        }
        for value in ["Good Row", "Asthma", "1890-01-10", "nonsense"] {
            assert!(!out.contains(value), "{value} in {out}");
        }
        assert_eq!((hospital.tables().await, hospital.rows(&columns).await), before);
    }
}

#[tokio::test]
async fn an_adopted_database_is_served_and_can_be_given_back() {
    for document in [FIRST, SECOND] {
        let mut hospital = Hospital::new(document).await;
        let columns = hospital.columns().await;
        let before = (hospital.tables().await, hospital.rows(&columns).await);
        assert!(hospital.done(&["--adopt", "--yes"]).ends_with("Adopted.\n"));
        assert_eq!(hospital.rows(&columns).await, before.1, "every row is as it was");
        let adopted = hospital.tables().await;
        assert!(hospital.done(&["--adopt", "--yes"]).ends_with("There is nothing to do.\n"));
        assert_eq!(hospital.tables().await, adopted);
        assert!(hospital.done(&[]).contains("Nothing to do"));
        let said = refused(&mut medimax(&["migrate", "--revert-to", "0", "--yes", "--database-url", &hospital.url]));
        assert!(said.contains("--unadopt"), "{said}");

        let store = hospital.store().await;
        db::migrate::require_current(&store.db).await.unwrap();
        let doctor = || run(&mut medimax(&["doctor", "--no-auth", "--database-url", &hospital.url]));
        assert_eq!(doctor().code, Some(0), "{:?}", doctor());
        store.sql("DROP TRIGGER medimax_feed_patient_insert").await;
        let told = doctor();
        assert_eq!(told.code, Some(1), "{told:?}");
        for statement in told.out.lines().map(str::trim).filter(|line| line.starts_with("DELETE FROM")) {
            store.sql(statement).await;
        }
        assert!(told.out.contains("`medimax migrate --adopt --yes`"), "{told:?}");
        hospital.done(&["--adopt", "--yes"]);
        assert_eq!(doctor().code, Some(0), "{:?}", doctor());
        let data = store
            .data(
                "{ patients(search: \"good\") { nodes { name createdAt } } medicalHistories(search: \"asth\") { nodes { item } }
                   patient(id: 1) { appointments { nodes { date createdAt updatedAt } }
                     medications(filter: { name: { startsWith: \"salb\" } }) { name purposes { conditionName } }
                     labReports { nodes { findings { testName } } } reports { nodes { type findings { key } } } messages { totalCount } } }",
            )
            .await;
        assert_eq!(texts(&data, "patients.nodes.*.name"), ["Good Row"]);
        assert_eq!(texts(&data, "medicalHistories.nodes.*.item"), ["Asthma"]);
        assert_eq!(texts(&data, "patient.medications.*.purposes.*.conditionName"), ["Asthma"]);
        let made = texts(&data, "patient.appointments.nodes.*.createdAt");
        assert!(!made.is_empty() && made.iter().all(|made| (made == "null") == (document == FIRST)), "{made:?}");
        // New rows have the time at which they were made, and their words are found.
        hospital
            .sql("INSERT INTO Appointment (appointment_id, patient_id, appointment_date) VALUES (77, 1, '2030-01-01')")
            .await;
        hospital.sql("UPDATE Patient SET name = 'Another Name' WHERE patient_id = 1").await;
        let data = store.data("{ appointment(id: 77) { createdAt } patients(search: \"anoth\") { totalCount } }").await;
        assert_ne!(texts(&data, "appointment.createdAt"), ["null"]);
        assert_eq!(texts(&data, "patients.totalCount"), ["1"]);
        hospital.sql("DELETE FROM Appointment WHERE appointment_id = 77").await;
        hospital.sql("UPDATE Patient SET name = 'Good Row' WHERE patient_id = 1").await;

        let shown = hospital.done(&["--unadopt"]);
        assert!(
            shown.contains("Patient_Search") && shown.ends_with("Nothing was changed. --yes does it.\n"),
            "{shown}"
        );
        assert_eq!(hospital.tables().await, adopted);
        hospital.done(&["--unadopt", "--yes"]);
        assert_eq!(hospital.tables().await, before.0);
        assert_eq!(hospital.rows(&columns).await.len(), before.1.len());
        let said = hospital.migrate(&["--unadopt", "--yes"]);
        assert!(said.code == Some(1) && said.err.concat().contains("was not adopted"), "{said:?}");
    }
}

#[tokio::test]
async fn words_that_rows_have_stay() {
    let mut hospital = Hospital::new(FIRST).await;
    hospital.done(&["--adopt", "--yes"]);
    hospital.sql("UPDATE Medical_History SET history_type = 'condition' WHERE history_id = 1").await;
    hospital.sql("ALTER TABLE Appointment MODIFY appointment_type ENUM('Regular', 'routine_checkup', 'video')").await;
    let out = hospital.done(&["--unadopt", "--yes"]);
    assert!(
        out.contains("Medical_History.history_type: 1 rows have one of the added words (condition, other), which stay"),
        "{out}"
    );
    assert!(out.contains("Appointment.appointment_type: its definition was changed since, and stays"), "{out}");
    let types = hospital.strings("SELECT history_type FROM Medical_History WHERE history_id = 1").await;
    assert_eq!(types, ["condition"]);
}

/// MariaDB drops an index that it made for a foreign key when another can stand for it.
#[tokio::test]
async fn an_index_that_another_stands_for_comes_back() {
    let mut hospital = Hospital::new(FIRST).await;
    hospital
        .sql(
            "ALTER TABLE Report DROP FOREIGN KEY Report_ibfk_1, DROP INDEX idx_report_patient;
              ALTER TABLE Report ADD FOREIGN KEY of_patient (patient_id) REFERENCES Patient (patient_id)",
        )
        .await;
    let before = hospital.tables().await;
    hospital.done(&["--adopt", "--yes"]);
    let adopted = hospital.tables().await;
    assert!(
        before.concat().contains("KEY `of_patient`") && !adopted.concat().contains("KEY `of_patient`"),
        "{adopted:?}"
    );
    hospital.done(&["--unadopt", "--yes"]);
    assert_eq!(hospital.tables().await, before);
}

/// Inserts, changes and deletes until it is told to stop, and answers how often; any error is a panic.
async fn writes(url: String, stop: Arc<AtomicBool>) -> u32 {
    let mut conn = Conn::from_url(&url).await.unwrap();
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        let id = 1 + rounds * 37 % 900;
        for statement in [
            format!("UPDATE Patient SET name = 'Patient {rounds}' WHERE patient_id = {id}"),
            format!("INSERT INTO Patient (name, sex) VALUES ('New {rounds}', 'Female')"),
            "START TRANSACTION".into(),
            // Reads first and writes then, as programs do: who waits between the two to change the table is waited for.
            "SELECT COUNT(*) FROM Appointment_Symptom INTO @symptoms".into(),
            format!("INSERT INTO Appointment (patient_id, appointment_date) VALUES ({id}, '2030-01-01')"),
            "INSERT INTO Appointment_Symptom (appointment_id, symptom_name) VALUES (LAST_INSERT_ID(), 'Cough')".into(),
            format!(
                "INSERT INTO Medical_History (patient_id, history_type, history_item) VALUES ({id}, 'allergy', 'Nuts')"
            ),
            format!("UPDATE Medical_History SET severity = 'Mild' WHERE patient_id = {id}"),
            "COMMIT".into(),
            format!("DELETE FROM Patient WHERE patient_id = {}", 1000 + rounds),
        ] {
            if let Err(error) = conn.query_drop(&statement).await {
                panic!("{statement}: {error}");
            }
        }
        rounds += 1;
    }
    rounds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_short_anywhere_it_goes_on_while_others_write() {
    let mut whole = Hospital::new(FIRST).await;
    let before = whole.tables().await;
    let steps = whole.migrate(&["--adopt", "--yes"]).log.len();
    let expected = whole.tables().await;
    assert!(steps > 60, "{steps}");
    let times = if full() { 20 } else { 3 };
    for time in 0..times {
        let mut hospital = Hospital::new(FIRST).await;
        hospital.sql("INSERT INTO Patient (name, sex) SELECT CONCAT('Person ', seq), 'Male' FROM seq_4_to_1500").await;
        let stop = Arc::new(AtomicBool::new(false));
        let program = tokio::spawn(writes(hospital.url.clone(), stop.clone()));
        let after = 1 + time * (steps - 2) / (times - 1);
        hospital.kill_after(&["--adopt", "--yes"], after);
        let half = hospital.migrate(&[]);
        assert!(after >= steps - 1 || half.code == Some(1) && half.err.concat().contains("--adopt"), "{half:?}");
        hospital.kill_after(&["--adopt", "--yes"], 3);
        hospital.done(&["--adopt", "--yes"]);
        assert_eq!(hospital.tables().await, expected, "killed after {after} of {steps} steps");
        stop.store(true, Ordering::Relaxed);
        assert!(program.await.unwrap() > 3);
        // Every patient is found by every word, and by no other.
        let words = hospital
            .strings("SELECT COUNT(*) FROM Patient t LEFT JOIN Patient_Search s ON s.patient_id = t.patient_id AND s.word = SUBSTRING_INDEX(t.name, ' ', -1) COLLATE utf8mb4_unicode_520_ci WHERE TRIM(t.name) <> '' AND s.word IS NULL")
            .await;
        let stale = hospital
            .strings("SELECT COUNT(*) FROM Patient_Search s JOIN Patient t USING (patient_id) WHERE t.name COLLATE utf8mb4_unicode_520_ci NOT LIKE CONCAT('%', s.word, '%')")
            .await;
        assert_eq!((words, stale), (vec!["0".to_owned()], vec!["0".to_owned()]));
        hospital.kill_after(&["--unadopt", "--yes"], after);
        hospital.done(&["--unadopt", "--yes"]);
        assert_eq!(hospital.tables().await, before);
    }
}

#[tokio::test]
async fn what_is_in_the_way_is_named_and_nothing_is_done() {
    let mut hospital = Hospital::new(FIRST).await;
    hospital
        .sql("DROP TABLE Chat_History;
              CREATE TABLE Chat_History (chat_id INT PRIMARY KEY AUTO_INCREMENT, patient_id INT NOT NULL, message_text TEXT NOT NULL) ENGINE=MyISAM;
              ALTER TABLE Report CONVERT TO CHARACTER SET latin1;
              ALTER TABLE Appointment ADD CONSTRAINT chk_future_date CHECK (appointment_date >= '2001-01-01' OR status = 'Completed');
              ALTER TABLE Medication DROP COLUMN prescribed_date, MODIFY discontinued_date VARCHAR(10);
              ALTER TABLE Medication_Purpose MODIFY purpose_id INT NOT NULL, DROP PRIMARY KEY;
              RENAME TABLE Report_Finding TO report_finding;
              CREATE TABLE Catalog (thing INT);
              CREATE INDEX idx_patient_created ON Patient (name, dob)")
        .await;
    let before = hospital.tables().await;
    for flags in [&["--adopt"][..], &["--adopt", "--yes"]] {
        let ended = hospital.migrate(flags);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        for line in [
            "  Chat_History: its engine is MyISAM, which has neither transactions nor foreign keys",
            "    ALTER TABLE Chat_History ENGINE=InnoDB (it rebuilds the table)",
            "  Report: its text is not utf8mb4 (latin1_swedish_ci)",
            "    ALTER TABLE Appointment DROP CONSTRAINT chk_future_date",
            "  Medication: it has no column prescribed_date, and nobody but you knows what would stand in it",
            "  Medication: its column discontinued_date is varchar(10)",
            "  Medication_Purpose: its primary key is not purpose_id",
            "    RENAME TABLE report_finding TO Report_Finding",
            "  Catalog: MediMax has a table of this name, and this is another",
            "  Patient: its index idx_patient_created is not on (created_at)",
            "Nothing was changed: first remove what is in the way.",
        ] {
            assert!(ended.out.lines().any(|said| said == line), "{line}\nis not in\n{}", ended.out);
        }
        assert_eq!(hospital.tables().await, before);
    }
}

#[tokio::test]
async fn rights_that_the_account_lacks_are_named_first() {
    let mut hospital = Hospital::new(SECOND).await;
    let before = hospital.tables().await;
    // A name with an `@` of its own, as of an e-mail address.
    let (account, name) = (unique("u@ward"), hospital.url.rsplit('/').next().unwrap().to_owned());
    hospital.sql(&format!("CREATE USER '{account}'@'%' IDENTIFIED BY 'word'")).await;
    hospital
        .sql(&format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP ON {name}.* TO '{account}'@'%'"
        ))
        .await;
    let url = format!("mysql://{}:word@{}", account.replace('@', "%40"), hospital.url.rsplit('@').next().unwrap());
    let ended = run(&mut medimax(&["migrate", "--adopt", "--yes", "--database-url", &url]));
    hospital.sql(&format!("GRANT REFERENCES, TRIGGER ON {name}.* TO '{account}'@'%'")).await;
    let granted = run(&mut medimax(&["migrate", "--adopt", "--database-url", &url]));
    hospital.sql(&format!("DROP USER '{account}'@'%'")).await;
    assert!(ended.code == Some(1) && ended.out.contains("account: it lacks REFERENCES, TRIGGER"), "{ended:?}");
    assert_eq!(granted.code, Some(0), "{granted:?}");
    assert_eq!(hospital.tables().await, before);
}

#[tokio::test]
async fn nothing_is_adopted_by_halves_or_unasked() {
    let mut hospital = Hospital::new(FIRST).await;
    let before = hospital.tables().await;
    for command in [&["migrate"][..], &["migrate", "--revert-to", "0", "--yes"], &["serve"]] {
        let said = refused(medimax(command).args(["--database-url", &hospital.url]));
        assert!(said.contains("medimax migrate --adopt"), "{said}");
    }
    assert_eq!(hospital.tables().await, before);
}

#[tokio::test]
async fn where_medimax_made_the_tables_there_is_nothing_to_adopt() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::new(backend).await;
        let said = done(&mut medimax(&["migrate", "--adopt", "--yes", "--database-url", &store.url]));
        assert!(said.starts_with("There is nothing to adopt"), "{said}");
        let empty = empty(backend).await;
        let said = done(&mut medimax(&["migrate", "--adopt", "--yes", "--database-url", &empty]));
        assert!(said.starts_with("There is nothing to adopt"), "{said}");
    } // Neither where its tables are of an older version, which lack a column that no document has.
    let store = Store::new(Backend::MariaDb).await;
    migrate::down_to(&store.db, 4, |_, _| {}).await.unwrap();
    let said = done(&mut medimax(&["migrate", "--adopt", "--yes", "--database-url", &store.url]));
    assert!(said.starts_with("There is nothing to adopt"), "{said}");
}

#[tokio::test]
async fn the_values_of_a_hospitals_laboratory_become_numbers_and_a_column_of_its_own_is_in_the_way() {
    let mut hospital = Hospital::new(SECOND).await;
    hospital.sql("ALTER TABLE Lab_Finding ADD COLUMN numeric_value VARCHAR(9) NULL").await;
    let ended = hospital.migrate(&["--adopt", "--yes"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.out.contains("MediMax adds a column numeric_value to it, and it has another of this name"),
        "{ended:?}"
    );
    hospital.sql("ALTER TABLE Lab_Finding RENAME COLUMN numeric_value TO their_value").await;
    assert!(hospital.done(&["--adopt", "--yes"]).contains("Adopted."));
    let store = hospital.store().await;
    // A program of the hospital's that names no columns.
    hospital.sql("INSERT INTO Lab_Finding SELECT t.* FROM Lab_Finding t WHERE 1 = 0").await;
    hospital.sql("UPDATE Lab_Finding SET test_value = '5,5'").await;
    let query =
        "{ labFindings(filter: { testName: { eq: \"CRP\" }, numericValue: { gt: 5 } }) { nodes { numericValue } } }";
    assert_eq!(texts(&store.data(query).await, "labFindings.nodes.*.numericValue"), ["5.5"]);
    let there = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name LIKE '%_value' \
                 AND table_name = 'Lab_Finding' ORDER BY 1";
    assert_eq!(hospital.strings(there).await, ["numeric_value", "test_value", "their_value"]);
    hospital.done(&["--unadopt", "--yes"]);
    assert_eq!(hospital.strings(there).await, ["test_value", "their_value"]);
}

#[tokio::test]
async fn a_table_of_the_hospital_is_in_the_way_of_a_later_version_too() {
    let mut hospital = Hospital::new(SECOND).await;
    assert!(hospital.done(&["--adopt", "--yes"]).contains("Adopted."));
    // As a version left it that knew no doctors: without what later ones added.
    let added = "FROM Adoption WHERE adoption_id > (SELECT adoption_id FROM Adoption WHERE kind = 'version' AND name = '6') ORDER BY adoption_id DESC";
    let undone = hospital
        .strings(&format!(
            "SELECT CASE kind WHEN 'table' THEN CONCAT('DROP TABLE ', name) \
                 WHEN 'column' THEN CONCAT('ALTER TABLE ', table_name, ' DROP COLUMN ', name) \
                 WHEN 'index' THEN CONCAT('ALTER TABLE ', table_name, ' DROP INDEX IF EXISTS ', name) \
                 WHEN 'trigger' THEN CONCAT('DROP TRIGGER IF EXISTS ', name) \
                 WHEN 'version' THEN CONCAT('DELETE FROM Schema_Migration WHERE version = ', name) ELSE 'DO 0' END {added}"
        ))
        .await;
    let keys = hospital
        .strings(&format!(
            "SELECT CONCAT('ALTER TABLE ', k.TABLE_NAME, ' DROP FOREIGN KEY ', k.CONSTRAINT_NAME) \
             FROM information_schema.KEY_COLUMN_USAGE k JOIN (SELECT kind, table_name, name {added} LIMIT 1000) a \
                 ON a.kind = 'column' AND a.table_name = k.TABLE_NAME AND a.name = k.COLUMN_NAME \
             WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL"
        ))
        .await;
    assert!(undone.len() > 50 && keys.len() > 4, "{undone:?} {keys:?}");
    hospital.sql("SET FOREIGN_KEY_CHECKS = 0").await;
    for statement in keys.iter().chain(&undone) {
        hospital.sql(statement).await;
    }
    hospital.sql(&format!("CREATE TEMPORARY TABLE Later AS SELECT adoption_id {added}")).await;
    hospital.sql("DELETE FROM Adoption WHERE adoption_id IN (SELECT adoption_id FROM Later)").await;
    hospital.sql("CREATE TABLE Doctor (id INT PRIMARY KEY, full_name VARCHAR(100))").await;
    let before = hospital.tables().await;
    for flags in [&["--adopt"][..], &["--adopt", "--yes"]] {
        let ended = hospital.migrate(flags);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.out.contains("  Doctor: MediMax has a table of this name, and this is another"), "{ended:?}");
        assert_eq!(hospital.tables().await, before);
    }
    hospital.sql("RENAME TABLE Doctor TO Their_Doctor").await;
    assert!(hospital.done(&["--adopt", "--yes"]).contains("Adopted."));
    hospital.done(&["--unadopt", "--yes"]);
    assert_eq!(hospital.strings("SELECT COUNT(*) FROM Their_Doctor").await, ["0"]);
}
