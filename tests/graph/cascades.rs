//! Rows that go with the row they hang below: MariaDB fires no triggers for them, SQLite fires them when the owner is gone.

use super::feed::{TABLES, Watch, number, table as known};
use crate::support::{Store, on_both};

on_both!(a_delete_feeds_its_patient_whatever_goes_with_it, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    for (table, below) in [
        ("Appointment", &["Appointment_Symptom"][..]),
        ("Medication", &["Medication_Purpose"]),
        ("Lab_Report", &["Lab_Finding"]),
        ("Report", &["Report_Finding"]),
    ] {
        let key = known(table).key;
        store.sql(&format!("DELETE FROM {table} WHERE {key} = 2")).await;
        assert_eq!(watch.fed().await, [2], "{table}");
        for below in below {
            assert_eq!(number(&store.db, &format!("SELECT COUNT(*) FROM {below}")).await, 2, "{below}");
        }
    }
    store.sql("DELETE FROM Patient WHERE patient_id = 1").await;
    assert_eq!(watch.fed().await, [1]);
    store.sql("DELETE FROM Patient").await;
    assert_eq!(watch.fed().await, [2, 3]);
    for table in TABLES.iter().filter(|table| !table.reference) {
        assert_eq!(number(&store.db, &format!("SELECT COUNT(*) FROM {}", table.name)).await, 0, "{}", table.name);
    }
});

on_both!(a_row_of_any_table_that_goes_feeds_its_patient, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    // What points to another row of the patient stays when that goes, and points to none.
    for (table, by, column) in [
        ("Scan", "Prediction", "scan_id"),
        ("Medical_History", "Prediction", "history_id"),
        ("Appointment", "Consultation", "appointment_id"),
    ] {
        let key = known(table).key;
        store.sql(&format!("UPDATE {by} SET {column} = 2 WHERE patient_id = 2")).await;
        assert_eq!(watch.fed().await, [2], "{by}");
        store.sql(&format!("DELETE FROM {table} WHERE {key} = 2")).await;
        assert_eq!(watch.fed().await, [2], "{table}");
        let left = format!("SELECT COUNT(*) FROM {by} WHERE patient_id = 2 AND {column} IS NULL");
        assert_eq!(number(&store.db, &left).await, 1, "{by}");
    }
    for table in TABLES.iter().rev().filter(|table| !table.reference) {
        store.sql(&format!("DELETE FROM {} WHERE {} = 3", table.name, table.key)).await;
        assert_eq!(watch.fed().await, [3], "{}", table.name);
    }
});

on_both!(a_change_whose_owner_is_gone_before_anybody_looks_is_not_lost, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    store.sql("UPDATE Appointment_Symptom SET symptom_name = 'Cough' WHERE symptom_id = 2").await;
    store.sql("DELETE FROM Appointment WHERE appointment_id = 2").await;
    assert_eq!(watch.fed().await, [2]);

    // Its symptom changed, it went over to another patient, and that one was deleted with all that it had.
    store.sql("UPDATE Appointment_Symptom SET symptom_name = 'Cough' WHERE symptom_id = 1").await;
    store.sql("UPDATE Appointment SET patient_id = 3 WHERE appointment_id = 1").await;
    store.sql("DELETE FROM Patient WHERE patient_id = 3").await;
    assert_eq!(watch.fed().await, [1, 3]);
});

on_both!(a_child_that_goes_over_to_a_deleted_owner_leaves_the_first_one, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    for (table, owner) in [("Lab_Finding", "lab_report_id"), ("Report_Finding", "report_id")] {
        store.sql(&format!("UPDATE {table} SET {owner} = 2 WHERE {owner} = 1")).await;
    }
    store.sql("DELETE FROM Lab_Report WHERE lab_report_id = 2").await;
    store.sql("DELETE FROM Report WHERE report_id = 2").await;
    assert_eq!(watch.fed().await, [1, 2]);
});
