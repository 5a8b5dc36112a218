//! Rows with two parents: a caller who may see some patients learns nothing of the others by the references that do not lead to an
//! owner, whichever way they are followed. The tables are this test's own.

use crate::support::{Store, on_both};
use medimax::{
    db::scope::Scope,
    db::{
        Belongs, Bind, Cond, Link, ListQuery, Owner, Path, Quantifier, Related, Select, Sql, Table, Towards,
        planner::{Prefer, Want, choose},
    },
    schema::entities,
};

static DOCTOR: Table =
    Table { name: "T_Doctor", key: "doctor_id", belongs: Belongs::Everybody, links: &[], columns: &[], search: false };
static PATIENT: Table =
    Table { name: "Patient", key: "patient_id", belongs: Belongs::Patient, links: &[], columns: &[], search: false };
/// Of a patient, to a doctor and to another assignment, who may be another patient's.
static ASSIGNMENT: Table = Table {
    name: "T_Assignment",
    key: "assignment_id",
    belongs: Belongs::To(Owner { column: "patient_id", to: &PATIENT }),
    links: &[
        Link { column: "doctor_id", to: &DOCTOR, within: false },
        Link { column: "follows_id", to: &ASSIGNMENT, within: false },
    ],
    columns: &[],
    search: false,
};
static NOTE: Table = Table {
    name: "T_Note",
    key: "note_id",
    belongs: Belongs::To(Owner { column: "assignment_id", to: &ASSIGNMENT }),
    links: &[],
    columns: &[],
    search: false,
};

const PATIENTS: Path = Path::Between { between: &ASSIGNMENT, above: "doctor_id", below: "patient_id" };
const ASSIGNMENTS: Path = Path::Direct("doctor_id");
const NOTES: Path = Path::Through { column: "assignment_id", between: &ASSIGNMENT, above: "doctor_id" };

async fn made(store: &Store) {
    for text in [
        "CREATE TABLE T_Doctor (doctor_id INTEGER PRIMARY KEY)",
        "CREATE TABLE T_Assignment (assignment_id INTEGER PRIMARY KEY, patient_id INTEGER, doctor_id INTEGER, follows_id INTEGER)",
        "CREATE TABLE T_Note (note_id INTEGER PRIMARY KEY, assignment_id INTEGER)",
        "INSERT INTO T_Doctor VALUES (1), (2)",
        // Patient 3 twice. The third assignment is another patient's and follows one of patient 3, and so the other way round.
        "INSERT INTO T_Assignment VALUES (1, 3, 1, NULL), (2, 3, 1, 4), (3, 5, 1, 1), (4, 5, 2, NULL), (5, 7, 1, 6), (6, 7, 1, NULL)",
        "INSERT INTO T_Note VALUES (1, 1), (2, 3), (3, 4), (4, 6)",
    ] {
        store.db.run(text).await.unwrap();
    }
}

/// A table, each of its rows shown as its key.
fn select(store: &Store, table: &'static Table, columns: &'static [&'static str]) -> Select<'static> {
    Select { dialect: store.db.dialect(), table, columns }
}

async fn pairs(store: &Store, sql: Sql) -> Vec<(i32, i64)> {
    let mut rows = store.db.numbers(&sql).await.unwrap();
    rows.sort_unstable();
    rows
}

/// (key above, key below) of rows that do not hold the key above.
async fn placed(store: &Store, sql: Sql) -> Vec<(i32, i64)> {
    let rows = store.db.triples(&sql).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|(above, _, below)| (above, below)).collect();
    rows.sort_unstable();
    rows
}

on_both!(rows_below_a_link_are_those_of_the_scope, 8, async |store: Store| {
    made(&store).await;
    let keys = [1, 2];
    for (scope, assignments, patients, notes) in [
        (
            Scope::everything(),
            vec![(1, 1), (1, 2), (1, 3), (1, 5), (1, 6), (2, 4)],
            vec![(1, 3), (1, 5), (1, 7), (2, 5)],
            vec![(1, 1), (1, 2), (1, 4), (2, 3)],
        ),
        (Scope::patients([3, 7]), vec![(1, 1), (1, 2), (1, 5), (1, 6)], vec![(1, 3), (1, 7)], vec![(1, 1), (1, 4)]),
        (Scope::patients([]), vec![], vec![], vec![]),
    ] {
        let counts = |rows: &[(i32, i64)]| -> Vec<(i32, i64)> {
            let count = |key| rows.iter().filter(|(above, _)| *above == key).count() as i64;
            keys.iter().map(|key| (*key, count(*key))).filter(|(_, count)| *count > 0).collect()
        };
        // Rows that hold the key are answered without it, unless a page is asked for.
        let page = ListQuery { limit: Some(10), order: vec![], ..ListQuery::default() };
        for (path, table, of, expected) in [
            (ASSIGNMENTS, &ASSIGNMENT, ["doctor_id", "assignment_id"].as_slice(), &assignments),
            (PATIENTS, &PATIENT, &["patient_id"], &patients),
            (NOTES, &NOTE, &["note_id"], &notes),
        ] {
            let ask = ListQuery::default();
            let all = select(&store, table, of).children(&path, &scope, &keys, &ask, 100);
            let all = if path.column().is_some() { pairs(&store, all).await } else { placed(&store, all).await };
            assert_eq!(&all, expected, "{path:?} {scope:?}");
            let own: &'static [&'static str] = if of.len() == 2 { &["assignment_id"] } else { of };
            let paged = select(&store, table, own).children(&path, &scope, &keys, &page, 100);
            assert_eq!(&placed(&store, paged).await, expected, "{path:?} {scope:?}, a page");
            let count = select(&store, table, &[]).count_children(&path, &scope, &keys, &ask);
            assert_eq!(pairs(&store, count).await, counts(expected), "{path:?} {scope:?}, counted");
            for bound in [0, 1, 100] {
                let count = select(&store, table, &[]).count_children_to(&path, &scope, &keys, &ask, bound);
                let mut counted = pairs(&store, count).await;
                counted.sort_unstable();
                let cut = |count: i64| if count > bound.into() { medimax::db::MORE } else { count };
                let of = |key| counts(expected).iter().find(|(of, _)| *of == key).map_or(0, |(_, count)| *count);
                let bounded: Vec<_> = keys.iter().map(|key| (*key, cut(of(*key)))).collect();
                assert_eq!(counted, bounded, "{path:?} {scope:?}, counted up to {bound}");
            }
        }
    }
});

on_both!(a_filter_through_a_link_finds_those_of_the_scope, 8, async |store: Store| {
    made(&store).await;
    let is = |column, key| Cond::In(column, vec![Bind::Int(key)]);
    let found = async |table: &'static Table, scope: &Scope, towards, to, quantifier, cond| {
        let related = Related::new((table, towards), to, scope, quantifier, cond);
        let ask = ListQuery { filter: Some(Cond::Related(related)), ..ListQuery::default() };
        let columns: &'static [&'static str] =
            if table.key == "doctor_id" { &["doctor_id", "doctor_id"] } else { &["assignment_id", "assignment_id"] };
        let mut found: Option<Vec<i32>> = None;
        // Whichever way the rows are found.
        for prefer in [Prefer::Plain, Prefer::Cost, Prefer::Narrow, Prefer::Walk, Prefer::Sets, Prefer::Scan] {
            let db = store.db.preferring(prefer);
            let way = choose(&db, table, scope, &ask, Want::Page(100)).await.unwrap();
            let rows = pairs(&store, select(&store, table, columns).rows(scope, &ask, &way)).await;
            let way = choose(&db, table, scope, &ask, Want::Count).await.unwrap();
            let count = pairs(&store, select(&store, table, columns).count(scope, &ask, None, &way)).await;
            assert_eq!(count, [(0, rows.len() as i64)]);
            let keys: Vec<i32> = rows.into_iter().map(|(key, _)| key).collect();
            assert_eq!(found.get_or_insert_with(|| keys.clone()), &keys, "{prefer:?}");
        }
        found.unwrap()
    };
    let (all, some) = (Scope::everything(), Scope::patients([3, 7]));
    let (some_of, none_of, every) = (Quantifier::Some, Quantifier::None, Quantifier::Every);
    for (scope, quantifier, towards, to, cond, expected) in [
        // Doctors by their patients: of patient 5 such a caller learns nothing, whatever the question.
        (&all, some_of, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 5), vec![1, 2]),
        (&some, some_of, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 5), vec![]),
        (&some, some_of, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 7), vec![1]),
        (&all, none_of, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 5), vec![]),
        (&some, none_of, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 5), vec![1, 2]),
        (&all, every, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 5), vec![2]),
        (&some, every, Towards::Down(PATIENTS), &PATIENT, is("patient_id", 5), vec![2]),
        // By rows that point to them, and by rows below those.
        (&all, some_of, Towards::Down(ASSIGNMENTS), &ASSIGNMENT, is("patient_id", 5), vec![1, 2]),
        (&some, some_of, Towards::Down(ASSIGNMENTS), &ASSIGNMENT, is("patient_id", 5), vec![]),
        (&all, some_of, Towards::Down(NOTES), &NOTE, is("note_id", 3), vec![2]),
        (&some, some_of, Towards::Down(NOTES), &NOTE, is("note_id", 3), vec![]),
    ] {
        let doctors = found(&DOCTOR, scope, towards, to, quantifier, cond).await;
        assert_eq!(doctors, expected, "{quantifier:?} {towards:?} {scope:?}");
    }
    // Upwards: to the doctor, who is everybody's, and to an assignment that may be another patient's.
    for (scope, towards, to, cond, expected) in [
        (&some, Towards::Up("doctor_id"), &DOCTOR, is("doctor_id", 1), vec![1, 2, 5, 6]),
        (&all, Towards::Up("follows_id"), &ASSIGNMENT, is("patient_id", 5), vec![2]),
        (&some, Towards::Up("follows_id"), &ASSIGNMENT, is("patient_id", 5), vec![]),
        (&some, Towards::Up("follows_id"), &ASSIGNMENT, is("patient_id", 7), vec![5]),
        (&all, Towards::Down(Path::Direct("follows_id")), &ASSIGNMENT, is("patient_id", 5), vec![1]),
        (&some, Towards::Down(Path::Direct("follows_id")), &ASSIGNMENT, is("patient_id", 5), vec![]),
    ] {
        let assignments = found(&ASSIGNMENT, scope, towards, to, some_of, cond).await;
        assert_eq!(assignments, expected, "{towards:?} {scope:?}");
    }
    // And by the key of the row that a link leads to.
    let row = select(&store, &ASSIGNMENT, &["assignment_id", "patient_id"]).of_keys(&some, &[4, 6]);
    assert_eq!(pairs(&store, row).await, [(6, 7)]);
});

#[test]
fn every_way_ends_at_a_patient() {
    for entity in entities() {
        let table = entity.table;
        let end = table.way().last().map_or(table, |owner| owner.to);
        assert!(matches!(end.belongs, Belongs::Patient | Belongs::Everybody), "{}", table.name);
        for (column, to) in table.references() {
            assert!(entity.columns.contains(&column), "{}.{column}", table.name);
            assert!(entities().iter().any(|other| std::ptr::eq(other.table, to)), "{} -> {}", table.name, to.name);
        }
    }
}
