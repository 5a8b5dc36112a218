//! The access log: what is entered, that nothing leaves without an entry, and what a check of it finds.

use super::{Time, number};
use crate::support::{Backend, Store, codes, on_both, process::Gateway, run};
use futures_util::future::BoxFuture;
use medimax::{
    audit::{Audit, Entry, Head, Key, Kind, Known, Options, Report, Stored, export, prune, verify},
    db::{Belongs, Db, Sql, Table, scope::Scope},
    request::engine::Engine,
    schema::{MODEL, entities},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::Instant;

/// The access log of a store, as one gateway writes it.
pub(super) fn log(store: &Store, time: &Time, key: Option<Key>) -> Audit {
    log_in(store.db.clone(), time, key)
}

/// The same, by a connection of one's own.
pub(super) fn log_in(db: Db, time: &Time, key: Option<Key>) -> Audit {
    let time = time.0.clone();
    let clock = Arc::new(move || time.load(std::sync::atomic::Ordering::SeqCst));
    Audit::new(db, Options { required: true, key, writer: "a test".into(), clock })
}

pub(super) fn logged(store: &Store, audit: &Audit) -> Engine {
    store.engine().logged(audit.clone())
}

pub(super) fn reply<'a>(engine: &'a Engine, query: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(
        async move { serde_json::from_slice(&run(engine, Scope::everything(), query, Value::Null).await.0).unwrap() },
    )
}

/// Every entry, in order.
pub(super) fn entries(store: &Store) -> BoxFuture<'_, Vec<Stored>> {
    Box::pin(async move {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let page = export(&store.db, after, (None, None)).await.unwrap();
            let Some(last) = page.last() else { return all };
            after = last.entry.id;
            all.extend(page);
        }
    })
}

pub(super) async fn last(store: &Store) -> Stored {
    entries(store).await.pop().unwrap()
}

pub(super) async fn check(store: &Store, key: Option<&Key>, noted: &[Head]) -> Report {
    verify(&store.db, key, Known { heads: noted, unsigned: &[] }, |_| {}).await.unwrap()
}

/// The patients to whom rows belong, by joins of this test's own.
async fn owners(store: &Store, table: &Table, keys: &[i32]) -> BTreeSet<i32> {
    let list = keys.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let (mut from, mut alias, mut of) = (format!("{} t0", table.name), "t0".to_owned(), table);
    let mut steps = 0;
    let column = loop {
        let owner = match &of.belongs {
            Belongs::Patient => break format!("{alias}.{}", of.key),
            Belongs::Everybody => return BTreeSet::new(),
            Belongs::To(owner) | Belongs::OneOf([owner, ..]) => owner,
            Belongs::OneOf([]) => unreachable!(),
        };
        steps += 1;
        let next = format!("t{steps}");
        from += &format!(" JOIN {} {next} ON {next}.{} = {alias}.{}", owner.to.name, owner.to.key, owner.column);
        (alias, of) = (next, owner.to);
    };
    let mut sql = Sql::new(store.db.dialect());
    sql.push(format!("SELECT DISTINCT {column}, 0 FROM {from} WHERE t0.{} IN ({list})", table.key));
    store.db.numbers(&sql).await.unwrap().into_iter().map(|(patient, _)| patient).collect()
}

on_both!(whoever_is_seen_stands_in_the_entry, 25, async |store: Store| {
    let mut sql = Sql::new(store.db.dialect());
    sql.push("SELECT DISTINCT patient_id, 0 FROM Chat_History ORDER BY patient_id LIMIT 3");
    let talking: Vec<i32> = store.db.numbers(&sql).await.unwrap().into_iter().map(|(patient, _)| patient).collect();
    store.with_rare_rows(&talking).await;
    let time = Time::new();
    let engine = logged(&store, &log(&store, &time, None));
    let mut looked_at = 0;
    for entity in entities() {
        let of = |def: &&medimax::graphql::model::FieldDef| {
            def.field.target(MODEL.query).is_some_and(|target| std::ptr::eq(target, entity.connection))
        };
        let Some(root) = MODEL.fields(MODEL.query).find(of).map(|def| def.name) else { continue };
        let before = number(&store, "SELECT COUNT(*) FROM Access_Event").await;
        let answer = reply(&engine, &format!("query Of {{ {root}(first: 7) {{ nodes {{ id }} }} }}")).await;
        let nodes = answer["data"][root]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let key = |node: &Value| node["id"].as_str().unwrap().split_once(':').unwrap().1.parse().unwrap();
        let keys: Vec<i32> = nodes.iter().map(key).collect();
        let expected = match keys.as_slice() {
            [] => BTreeSet::new(),
            keys => owners(&store, entity.table, keys).await,
        };
        let after = number(&store, "SELECT COUNT(*) FROM Access_Event").await;
        if matches!(entity.table.belongs, Belongs::Everybody) {
            assert_eq!(after, before, "{root} belongs to everybody");
            continue;
        }
        let entry = last(&store).await.entry;
        assert_eq!(entry.patients, expected.iter().copied().collect::<Vec<_>>(), "{root}");
        assert_eq!((entry.operation.as_deref(), entry.role.as_deref()), (Some("Of"), Some("ADMIN")));
        let fields: Vec<&str> = entry.fields.split(',').collect();
        let mut wanted = vec![format!("Query.{root}")];
        wanted.extend((!keys.is_empty()).then(|| format!("{}.id", entity.object.name)));
        assert!(wanted.iter().all(|field| fields.contains(&field.as_str())), "{root}: {fields:?}");
        looked_at += usize::from(!expected.is_empty());
    }
    assert!(looked_at > 18, "{looked_at} lists had rows");
    assert_eq!(check(&store, None, &[]).await.wrong, [""; 0]);
});

on_both!(every_way_to_a_patient_leaves_an_entry, 12, async |store: Store| {
    let time = Time::new();
    let engine = logged(&store, &log(&store, &time, None));
    for (query, patients) in [
        ("{ patient(id: 3) { name } }", vec![3]),
        ("{ node(id: \"Patient:4\") { __typename } }", vec![4]),
        ("{ nodes(ids: [\"Patient:2\", \"Patient:9\", \"Patient:999\"]) { id } }", vec![2, 9]),
        ("{ patient(id: 5) { medications { patient { name } } } }", vec![5]),
        ("{ patient(id: 6) { a: labReports { nodes { findings { __typename } } } } }", vec![6]),
        (
            "{ patient(id: 7) { ...f @include(if: true) ...g @skip(if: true) } } fragment f on Patient { name } fragment g on Patient { id }",
            vec![7],
        ),
        ("{ patient(id: 8) { accessLog { nodes { number } } } }", vec![8]),
    ] {
        let answer = reply(&engine, query).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        assert_eq!(last(&store).await.entry.patients, patients, "{query}");
    }
    // What counts patients or looks for them names none of them.
    for query in [
        "{ patients { totalCount } }",
        "{ patients(filter: { name: { eq: \"nobody\" } }) { nodes { id } } }",
        "{ doctors(filter: { assignments: { some: { patientId: { eq: 1 } } } }) { nodes { id } } }",
    ] {
        let before = entries(&store).await.len();
        let answer = reply(&engine, query).await;
        if answer.get("errors").is_some() {
            panic!("{query}: {answer}");
        }
        let all = entries(&store).await;
        assert_eq!((all.len(), all[before].entry.patients.len()), (before + 1, 0), "{query}");
    }
    let before = entries(&store).await.len();
    for query in [
        "{ patient(id: 999) { name } }",
        "{ __typename }",
        "{ __schema { types { name } } }",
        "{ me { role } }",
        "{ countries(first: 2) { nodes { name } } }",
        "{ nosuch }",
    ] {
        reply(&engine, query).await;
        assert_eq!(entries(&store).await.len(), before, "{query}");
    }
});

on_both!(what_a_mutation_changes_is_noted_by_columns_and_without_values, 6, async |store: Store| {
    let time = Time::new();
    let engine = logged(&store, &log(&store, &time, None));
    let done = async |query: &str| {
        let answer = reply(&engine, query).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        let stored = last(&store).await;
        let changes: Vec<_> =
            stored.changes.iter().map(|change| (change.table.clone(), change.action.clone(), change.patient)).collect();
        (stored, changes)
    };
    let (stored, changes) = done("mutation { addEmail(input: {patientId: 2, address: \"marker@values.example\", type: OTHER, isPrimary: true}) { inGraph } }").await;
    assert_eq!(changes, [("Email".into(), "add".into(), Some(2))], "{stored:?}");
    assert_eq!(stored.entry.patients, [2]);
    assert!(stored.changes[0].columns.contains("address"), "{stored:?}");
    assert!(!format!("{stored:?}").contains("marker"), "{stored:?}");
    let (stored, changes) =
        done("mutation { correctPatient(id: 3, input: {name: \"Marker Marker\"}) { inGraph } }").await;
    assert_eq!(changes, [("Patient".into(), "change".into(), Some(3))]);
    assert_eq!((stored.changes[0].keys.as_str(), stored.changes[0].columns.contains("name")), ("3", true));
    // Nothing changed, and it was asked all the same.
    let (stored, changes) =
        done("mutation { correctPatient(id: 3, input: {name: \"Marker Marker\"}) { inGraph } }").await;
    assert_eq!((changes.len(), stored.entry.patients.len()), (0, 0), "{stored:?}");
    let (stored, changes) = done("mutation { a: correctPatient(id: 4, input: {name: \"A\"}) { inGraph } b: correctPatient(id: 5, input: {name: \"B\"}) { inGraph } }").await;
    assert_eq!((changes.len(), stored.entry.patients), (2, vec![4, 5]));
    let (stored, changes) = done("mutation { registerPatient(input: {name: \"New One\", sex: FEMALE, dateOfBirth: \"1990-01-01\", emails: [{address: \"n@values.example\", type: OTHER}]}) { patient { patientId } } }").await;
    let new = stored.entry.patients[0];
    assert_eq!(stored.entry.patients.len(), 1);
    assert!(
        changes.contains(&("Patient".into(), "add".into(), Some(new)))
            && changes.contains(&("Email".into(), "add".into(), Some(new))),
        "{changes:?}"
    );
    let (stored, changes) = done("mutation { removePatient(id: 6) { removedId } }").await;
    assert!(changes.iter().all(|(_, action, patient)| action == "remove" && *patient == Some(6)), "{changes:?}");
    assert!(changes.len() > 3 && stored.entry.patients == [6], "{stored:?}");
    // What is refused or taken back is no change.
    reply(&engine, "mutation { correctPatient(id: 999, input: {name: \"A\"}) { inGraph } }").await;
    assert_eq!(last(&store).await.changes, []);
    assert_eq!(check(&store, None, &[]).await.wrong, [""; 0]);
});

on_both!(whatever_is_changed_in_the_log_is_found, 4, async |store: Store| {
    let time = Time::new();
    let key = Key::of("a key of this test alone");
    for key in [None, key.as_ref()] {
        for text in [
            "DELETE FROM Access_Patient",
            "DELETE FROM Access_Change",
            "DELETE FROM Access_Event",
            "DELETE FROM Access_Chain",
        ] {
            store.sql(text).await;
        }
        let engine = logged(&store, &log(&store, &time, key.cloned()));
        for query in [
            "{ patient(id: 1) { name } }",
            "mutation { correctPatient(id: 2, input: {name: \"Changed\"}) { inGraph } }",
            "{ patient(id: 3) { name } }",
            "{ patients { nodes { name } } }",
        ] {
            reply(&engine, query).await;
            time.pass(1_000);
        }
        reply(&engine, "mutation { correctPatient(id: 2, input: {name: \"Changed back\"}) { inGraph } }").await;
        let sound = check(&store, key, &[]).await;
        assert_eq!((sound.wrong.len(), sound.entries, sound.chains), (0, 6, 1), "{sound:?}");
        let heads = sound.heads.clone();
        // Another process begins, and names the end of the first.
        let second = log(&store, &time, key.cloned());
        second.write(Entry::of(Kind::Request), Instant::now() + Duration::from_secs(60)).await.unwrap();
        assert_eq!(check(&store, key, &heads).await.wrong, [""; 0]);
        let chain = number(&store, "SELECT MIN(chain_id) FROM Access_Chain").await;
        let of = |place: i64| format!("chain_id = {chain} AND place = {place}");
        let event =
            |place: i64| format!("(SELECT event_id FROM (SELECT event_id FROM Access_Event WHERE {}) e)", of(place));
        for tampering in [
            format!("UPDATE Access_Event SET who = 'Somebody' WHERE {}", of(2)),
            format!("UPDATE Access_Event SET at_ms = at_ms + 1 WHERE {}", of(3)),
            format!("UPDATE Access_Event SET fields = 'Query.patients' WHERE {}", of(4)),
            format!("UPDATE Access_Event SET break_glass = 1 WHERE {}", of(4)),
            format!("UPDATE Access_Event SET role = NULL WHERE {}", of(2)),
            format!("UPDATE Access_Event SET account_id = 7 WHERE {}", of(2)),
            format!("UPDATE Access_Event SET request_id = 'other' WHERE {}", of(2)),
            format!("DELETE FROM Access_Event WHERE {}", of(2)),
            format!("DELETE FROM Access_Event WHERE {}", of(1)),
            // The end of a chain.
            format!("DELETE FROM Access_Event WHERE {}", of(6)),
            format!("DELETE FROM Access_Event WHERE chain_id = {chain}"),
            format!("UPDATE Access_Event SET place = place + 100 WHERE {}", of(5)),
            format!("DELETE FROM Access_Patient WHERE event_id = {} AND patient_id = 3", event(5)),
            format!("INSERT INTO Access_Patient (event_id, patient_id) VALUES ({}, 4)", event(2)),
            "INSERT INTO Access_Patient (event_id, patient_id) VALUES (77, 4)".into(),
            format!("UPDATE Access_Change SET columns = 'sex' WHERE event_id = {}", event(3)),
            format!("DELETE FROM Access_Change WHERE event_id = {}", event(3)),
            format!(
                "INSERT INTO Access_Anchor (chain_id, place, hash, digest) SELECT chain_id, place, hash, hash FROM Access_Event WHERE {}",
                of(4)
            ),
        ] {
            // A transaction is not needed to put back what a copy holds.
            let tables = ["Access_Event", "Access_Patient", "Access_Change"];
            for table in tables {
                store.sql(&format!("CREATE TABLE Kept_{table} AS SELECT * FROM {table}")).await;
            }
            store.sql(&tampering).await;
            let found = check(&store, key, &[]).await;
            assert!(!found.wrong.is_empty(), "{tampering}");
            store.sql("DELETE FROM Access_Anchor").await;
            for table in tables {
                store.sql(&format!("DELETE FROM {table}")).await;
                store.sql(&format!("INSERT INTO {table} SELECT * FROM Kept_{table}")).await;
                store.sql(&format!("DROP TABLE Kept_{table}")).await;
            }
            assert_eq!(check(&store, key, &heads).await.wrong, [""; 0], "after {tampering}");
        }
    }
    // Whoever has no key, or another, cannot make the entries of a chain that has one.
    let other = Key::of("another key of this test");
    for key in [None, other.as_ref()] {
        let found = check(&store, key, &[]).await;
        assert!(found.wrong[0].contains("audit_key"), "{found:?}");
    }
});

on_both!(nothing_leaves_without_an_entry, 3, async |store: Store| {
    let time = Time::new();
    let audit = log(&store, &time, None);
    let engine = logged(&store, &audit);
    let update = |name: &str| {
        format!("mutation {{ correctPatient(id: 1, input: {{name: \"{name}\"}}) {{ patient {{ name }} }} }}")
    };
    assert_eq!(reply(&engine, &update("First")).await.get("errors"), None);
    store.sql("ALTER TABLE Access_Event RENAME TO Access_Event_Away").await;
    let answer = reply(&engine, "{ patient(id: 1) { name } }").await;
    assert_eq!((codes(&answer), answer.get("data")), (vec!["ACCESS_LOG_UNAVAILABLE"], None), "{answer}");
    // What belongs to everybody is told.
    assert_eq!(reply(&engine, "{ __typename }").await.get("errors"), None);
    let answer = reply(&engine, &update("Second")).await;
    assert_eq!((codes(&answer), answer.get("data")), (vec!["ACCESS_LOG_UNAVAILABLE"], None), "{answer}");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("may be saved"), "{answer}");
    // A gateway that cannot begin its chain changes nothing at all.
    let fresh = logged(&store, &log(&store, &time, None));
    let answer = reply(&fresh, &update("Third")).await;
    assert_eq!((codes(&answer), answer.get("data")), (vec!["ACCESS_LOG_UNAVAILABLE"], None), "{answer}");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("nothing is told or changed"), "{answer}");
    // One that is lenient answers, and says that it has failed.
    let options = Options { required: false, ..audit_options(&time) };
    let lenient = Audit::new(store.db.clone(), options);
    let answer = reply(&logged(&store, &lenient), "{ patient(id: 1) { name } }").await;
    assert_eq!((answer.get("errors"), lenient.counts().failed), (None, 1), "{answer}");
    assert_eq!(answer["data"]["patient"]["name"], "Second");
    store.sql("ALTER TABLE Access_Event_Away RENAME TO Access_Event").await;
    assert_eq!(reply(&engine, "{ patient(id: 1) { name } }").await.get("errors"), None);
    // What was written without an entry waits for one; an hour later somebody enters it.
    let report = check(&store, None, &[]).await;
    assert_eq!((report.wrong.len(), report.unanswered), (0, 1), "{report:?}");
    assert_eq!(audit.enter_unanswered().await.unwrap(), 0);
    time.pass(2 * 3_600_000);
    assert_eq!(audit.enter_unanswered().await.unwrap(), 1);
    let entered: Vec<Stored> =
        entries(&store).await.into_iter().filter(|stored| stored.entry.kind == Kind::Unanswered).collect();
    assert_eq!((entered.len(), &entered[0].entry.patients[..], entered[0].changes.len()), (1, &[1][..], 1));
    let report = check(&store, None, &[]).await;
    assert_eq!((report.wrong.len(), report.unanswered), (0, 0), "{report:?}");
});

fn audit_options(time: &Time) -> Options {
    let time = time.0.clone();
    let clock = Arc::new(move || time.load(std::sync::atomic::Ordering::SeqCst));
    Options { required: true, key: None, writer: "a test".into(), clock }
}

on_both!(gateways_and_requests_at_once_lose_nothing, 8, async |store: Store| {
    let time = Time::new();
    let audits = [log(&store, &time, None), log(&store, &time, None)];
    let engines: Vec<Arc<Engine>> = audits.iter().map(|audit| Arc::new(logged(&store, audit))).collect();
    let asking: Vec<_> = (0..80)
        .map(|n| {
            let engine = engines[n % 2].clone();
            tokio::spawn(async move {
                let patient = n % 8 + 1;
                let query = match n % 3 {
                    0 => {
                        format!("mutation {{ correctPatient(id: {patient}, input: {{name: \"N{n}\"}}) {{ inGraph }} }}")
                    }
                    _ => format!("query Q{n} {{ patient(id: {patient}) {{ name }} }}"),
                };
                let answer = reply(&engine, &query).await;
                assert_eq!(answer.get("errors"), None, "{answer}");
            })
        })
        .collect();
    for asked in asking {
        asked.await.unwrap();
    }
    let all = entries(&store).await;
    let requests = all.iter().filter(|stored| stored.entry.kind == Kind::Request).count();
    assert_eq!((requests, all.len()), (80, 82));
    assert_eq!(all.iter().map(|stored| stored.changes.len()).sum::<usize>(), 27);
    let report = check(&store, None, &[]).await;
    assert_eq!((report.wrong.len(), report.chains), (0, 2), "{report:?}");
});

on_both!(an_entry_that_is_refused_holds_back_no_other, 2, async |store: Store| {
    let time = Time::new();
    let audit = log(&store, &time, None);
    let until = Instant::now() + Duration::from_secs(60);
    let taken = audit.reserve().await.unwrap();
    audit.write(Entry { id: taken, ..Entry::of(Kind::Request) }, until).await.unwrap();
    let writing: Vec<_> = (0..30)
        .map(|n| {
            let (audit, id) = (audit.clone(), if n == 7 { taken } else { 0 });
            tokio::spawn(async move { audit.write(Entry { id, ..Entry::of(Kind::Request) }, until).await.is_ok() })
        })
        .collect();
    let mut written = Vec::new();
    for one in writing {
        written.push(one.await.unwrap());
    }
    assert_eq!(written, (0..30).map(|n| n != 7).collect::<Vec<_>>());
    let report = check(&store, None, &[]).await;
    assert_eq!((report.wrong.len(), report.entries), (0, 31), "{report:?}");
});

on_both!(a_start_names_what_grew_since_the_last_one, 0, async |store: Store| {
    let time = Time::new();
    let mut named = Vec::new();
    for _ in 0..4 {
        let audit = log(&store, &time, None);
        audit.write(Entry::of(Kind::Request), Instant::now() + Duration::from_secs(60)).await.unwrap();
        let start = entries(&store).await.into_iter().rfind(|stored| stored.entry.kind == Kind::Start).unwrap();
        named.push(start.entry.fields.split(',').filter(|head| !head.is_empty()).count());
        time.pass(24 * 3_600_000);
    }
    assert_eq!(named, [0, 1, 1, 1]);
    // The oldest one's end is missed all the same.
    store.sql("DELETE FROM Access_Event WHERE chain_id = (SELECT c FROM (SELECT MIN(chain_id) AS c FROM Access_Chain) x) AND place = 2").await;
    assert!(!check(&store, None, &[]).await.wrong.is_empty());
});

on_both!(days_far_away_are_days, 2, async |store: Store| {
    let engine = logged(&store, &log(&store, &Time::new(), None));
    reply(&engine, "{ patient(id: 1) { name } }").await;
    for (arguments, found) in [
        ("", None),
        ("first: null, after: null, patientId: null, email: null, breakGlass: null, from: null, to: null", None),
        ("from: \"0001-01-01\", to: \"9999-12-31\"", None),
        ("breakGlass: false", None),
        ("to: \"2020-01-01\"", Some(0)),
        ("from: \"9999-12-31\"", Some(0)),
        ("patientId: \"Patient:1\"", Some(1)),
        ("patientId: \"Patient:2147483647\"", Some(0)),
        ("first: 0", Some(0)),
        ("breakGlass: true", Some(0)),
    ] {
        // To read the log is entered too.
        let found = found.unwrap_or(entries(&store).await.len());
        let query = format!("{{ accessEvents({arguments}) {{ nodes {{ number }} }} }}").replace("()", "");
        let answer = reply(&engine, &query).await;
        let nodes = answer["data"]["accessEvents"]["nodes"].as_array().unwrap_or_else(|| panic!("{query}: {answer}"));
        assert_eq!(nodes.len(), found, "{query}");
    }
    for wrong in [
        "from: \"2020-02-31\"",
        "from: \"2020-02-02\", to: \"2020-02-01\"",
        "after: \"x\"",
        "first: -1",
        "first: 100000",
        "patientId: \"Doctor:1\"",
        "patientId: \"Patient:99999999999\"",
    ] {
        let answer = reply(&engine, &format!("{{ accessEvents({wrong}) {{ nodes {{ number }} }} }}")).await;
        assert!(answer.get("errors").is_some(), "{wrong}: {answer}");
    }
});

on_both!(what_is_pruned_is_gone_and_the_rest_can_be_checked, 3, async |store: Store| {
    let time = Time::new();
    let key = Key::of("a key of this test alone");
    let audit = log(&store, &time, key.clone());
    let engine = logged(&store, &audit);
    let before = || time.0.load(std::sync::atomic::Ordering::SeqCst);
    for _ in 0..30 {
        reply(&engine, "{ patients { nodes { name } } }").await;
        reply(&engine, "mutation { correctPatient(id: 1, input: {name: \"A\"}) { inGraph } b: correctPatient(id: 1, input: {name: \"B\"}) { inGraph } }").await;
        time.pass(1_000);
    }
    let until = before();
    time.pass(5_000);
    reply(&engine, "{ patient(id: 2) { name } }").await;
    let pruned = prune(&store.db, &audit, until, |_| {}).await.unwrap();
    assert_eq!((pruned.entries, pruned.chains), (61, 1));
    // The one after, and what says that the others were removed.
    assert_eq!(entries(&store).await.len(), 2);
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Access_Change").await, 0);
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Access_Patient").await, 1);
    assert_eq!(check(&store, key.as_ref(), &[]).await.wrong, [""; 0]);
    reply(&engine, "{ patient(id: 3) { name } }").await;
    assert_eq!(check(&store, key.as_ref(), &[]).await.wrong, [""; 0]);
    let nothing = prune(&store.db, &audit, until, |_| {}).await.unwrap();
    assert_eq!((nothing.entries, nothing.chains), (0, 0));
    // Whoever removes the beginning without saying so is found.
    store.sql("UPDATE Access_Anchor SET place = place + 1").await;
    assert!(!check(&store, key.as_ref(), &[]).await.wrong.is_empty());
});

#[test]
fn commands_check_export_and_prune() {
    use crate::support::{
        process::{medimax, run},
        scratch, unique,
    };
    let folder = scratch(&unique("log"));
    let data = folder.to_str().unwrap();
    let gateway = Gateway::start(&["--data-dir", data, "--demo-patients", "5"]);
    let (_, answer) = gateway.ask("query Looks { patients { nodes { name } } }");
    assert_eq!(answer.get("errors"), None, "{answer}");
    let audit = |args: &[&str]| {
        let args: Vec<&str> = [&["audit"][..], args, &["--data-dir", data]].concat();
        run(&mut medimax(&args))
    };
    let checked = audit(&["verify"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(checked.out.contains("nothing was changed"), "{checked:?}");
    let head = checked.out.lines().last().unwrap().trim().to_owned();
    assert_eq!(audit(&["verify", "--head", &head]).code, Some(0));
    let other = head.replace(|c: char| c.is_ascii_hexdigit(), "0").replacen("0:", "1:", 1);
    let missing = audit(&["verify", "--format", "json", "--head", &other]);
    let told: Value = serde_json::from_str(&missing.out).unwrap();
    assert_eq!((missing.code, &told["sound"]), (Some(1), &json!(false)), "{missing:?}");
    let exported = audit(&["export"]);
    let lines: Vec<Value> = exported.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{exported:?}");
    assert_eq!((&lines[1]["operation"], lines[1]["patients"].as_array().unwrap().len()), (&json!("Looks"), 5));
    assert!(lines[1]["fields"].as_array().unwrap().contains(&json!("Patient.name")));
    assert_eq!(audit(&["export", "--until", "2020-01-01"]).out, "");
    let pruned = audit(&["prune", "--before", "2020-01-01", "--yes"]);
    assert!(pruned.code == Some(0) && pruned.out.contains("no entries before that day"), "{pruned:?}");
    assert!(gateway.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patients_log_costs_a_constant_number_of_statements() {
    let store = Store::with_patients(Backend::Sqlite, 30).await;
    let time = Time::new();
    let engine = logged(&store, &log(&store, &time, None));
    for _ in 0..3 {
        reply(&engine, "{ patients(first: 30) { nodes { name } } }").await;
    }
    let asked = async |first: u32| {
        let query = format!(
            "{{ patients(first: {first}) {{ nodes {{ accessLog(first: 2) {{ nodes {{ at fields }} pageInfo {{ hasNextPage }} }} }} }} }}"
        );
        let (body, ran) = run(&engine, Scope::everything(), &query, Value::Null).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        for node in answer["data"]["patients"]["nodes"].as_array().unwrap() {
            let log = &node["accessLog"];
            assert_eq!((log["nodes"].as_array().unwrap().len(), &log["pageInfo"]["hasNextPage"]), (2, &json!(true)));
        }
        ran.len()
    };
    assert_eq!((asked(30).await, asked(2).await), (3, 3));
}
