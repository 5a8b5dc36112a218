//! Rows that belong to one of several owners: to a subject, whose they are, or to a house, which is reference data.

use super::{ENTITIES, Store, folder, on_both};
use crate::{
    cli::check::records,
    csv::{self, Manner},
    db::scope::Scope,
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

/// Two subjects, 1 and 2, and two houses, 1 and 2, each with contacts of which the address tells whose it is.
async fn filled(store: &Store) {
    for (name, contacts) in [("S1", &["s1a", "s1b"][..]), ("S2", &["s2"])] {
        let contacts: Vec<Value> = contacts.iter().map(|address| json!({ "address": address })).collect();
        let query = "mutation($in: AddSubjectInput!) { addSubject(input: $in) { subject { contacts { address } } } }";
        let added = store.data(query, json!({"in": {"name": name, "contacts": contacts}})).await;
        assert_eq!(added["addSubject"]["subject"]["contacts"], json!(contacts));
    }
    for name in ["H1", "H2"] {
        let query =
            "mutation($in: AddHouseInput!) { addHouse(input: $in) { house { contacts { nodes { address } } } } }";
        let contacts = json!([{ "address": name.to_lowercase() }]);
        let added = store.data(query, json!({"in": {"name": name, "contacts": contacts}})).await;
        assert_eq!(added["addHouse"]["house"]["contacts"]["nodes"], contacts);
    }
}

const ADD: &str = "mutation($in: AddContactInput!, $key: String) { addContact(input: $in, idempotencyKey: $key) { contact { id subjectId houseId } replayed } }";

fn told(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let violations = answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    violations
        .iter()
        .map(|one| (text(&one["path"].as_array().unwrap().last().unwrap().clone()), text(&one["code"])))
        .collect()
}

fn is(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.into(), code.into())]
}

on_both!(a_new_row_names_exactly_one_owner, async |store: Store| {
    filled(&store).await;
    let add = async |input: Value, key: Value| store.ask(ADD, json!({"in": input, "key": key})).await;
    for input in [
        json!({"address": "x"}),
        json!({"address": "x", "subjectId": null, "houseId": null}),
        json!({"address": "x", "subjectId": 1, "houseId": 1}),
    ] {
        let answer = add(input.clone(), Value::Null).await;
        assert_eq!(told(&answer), is("subjectId", "OWNER"), "{input}");
        assert!(answer.to_string().contains("give exactly one of subjectId, houseId"), "{answer}");
    }
    assert_eq!(told(&add(json!({"address": "x", "houseId": 77}), Value::Null).await), is("houseId", "NOT_FOUND"));
    assert_eq!(
        told(&add(json!({"address": "x", "houseId": "ProbeSubject:1"}), Value::Null).await),
        is("houseId", "INVALID")
    );
    let answer = add(json!({"address": "x", "subjectId": 1, "houseId": null}), json!("k")).await;
    assert_eq!(
        answer["data"]["addContact"]["contact"],
        json!({"id": "ProbeContact:6", "subjectId": 1, "houseId": null}),
        "{answer}"
    );
    // The house of the same key is another owner, so this is another input.
    let answer = add(json!({"address": "x", "houseId": 1}), json!("k")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT", "{answer}");
    let answer = add(json!({"address": "x", "subjectId": "ProbeSubject:1"}), json!("k")).await;
    assert_eq!(answer["data"]["addContact"]["replayed"], true, "{answer}");
    // Within the form of an owner there is no choice.
    let within =
        "mutation { addSubject(input: {name: \"S\", contacts: [{address: \"x\", houseId: 1}]}) { subject { id } } }";
    assert!(store.ask(within, Value::Null).await.to_string().contains("houseId"), "it is no field there");
});

on_both!(a_caller_sees_contacts_of_subjects_in_scope_and_of_houses, async |store: Store| {
    filled(&store).await;
    let ask = async |query: &str| store.ask_as(Scope::patients([1]), query, Value::Null).await;
    let list = "contacts(orderBy: [ADDRESS_DESC]) { totalCount nodes { address subject { name } house { name } } }";
    let all = ask(&format!("{{ {list} contact(id: 3) {{ id }} h: contact(id: 4) {{ id }} }}")).await;
    let of_subject = |address| json!({"address": address, "subject": {"name": "S1"}, "house": null});
    let of_house = |address, name| json!({"address": address, "subject": null, "house": {"name": name}});
    assert_eq!(
        all,
        json!({"data": {
            "contacts": {"totalCount": 4, "nodes": [of_subject("s1b"), of_subject("s1a"), of_house("h2", "H2"), of_house("h1", "H1")]},
            "contact": null,
            "h": {"id": "ProbeContact:4"},
        }})
    );
    for (filter, count) in [
        ("address: {eq: \"s2\"}", 0),
        ("subject: {name: {eq: \"S2\"}}", 0),
        ("subject: {name: {startsWith: \"S\"}}", 2),
        ("house: {name: {startsWith: \"H\"}}", 2),
        ("house: {contacts: {some: {address: {startsWith: \"h\"}}}}", 2),
        ("or: [{address: {eq: \"h1\"}}, {address: {eq: \"s1a\"}}, {address: {eq: \"s2\"}}]", 2),
    ] {
        let answer = ask(&format!("{{ contacts(filter: {{{filter}}}) {{ totalCount nodes {{ id }} }} }}")).await;
        let found = &answer["data"]["contacts"];
        assert_eq!(
            (&found["totalCount"], found["nodes"].as_array().unwrap().len()),
            (&json!(count), count),
            "{filter}: {answer}"
        );
    }
    // A row that names two owners, which the database's own rule keeps out elsewhere: its subject's alone.
    store
        .db
        .run("INSERT INTO Probe_Contact (subject_id, house_id, address) VALUES (2, 1, 'both'), (NULL, NULL, 'none')")
        .await
        .unwrap();
    let house = "{ house(id: 1) { contacts { totalCount totalCountAtMost(limit: 5) { count } nodes { address } } }
                   houses(filter: {contacts: {some: {address: {eq: \"both\"}}}}) { totalCount }
                   contacts(filter: {address: {in: [\"both\", \"none\"]}}) { totalCount } }";
    assert_eq!(
        ask(house).await,
        json!({"data": {
            "house": {"contacts": {"totalCount": 1, "totalCountAtMost": {"count": 1}, "nodes": [{"address": "h1"}]}},
            "houses": {"totalCount": 0}, "contacts": {"totalCount": 0},
        }})
    );
    let everything = store.ask(house, Value::Null).await;
    assert_eq!(everything["data"]["house"]["contacts"]["totalCount"], 2);
    let findings = records::check(&store.db, ENTITIES, crate::probe::clock()).await.unwrap();
    let found = |name: &str| findings.iter().find(|finding| finding.check.name == name).map(|finding| finding.count);
    assert_eq!((found("orphan"), found("several-owners"), findings.len()), (Some(1), Some(1), 2));
});

on_both!(reference_data_is_written_by_who_sees_everybody, async |store: Store| {
    filled(&store).await;
    let ask = async |scope: Scope, query: &str| store.ask_as(scope, query, Value::Null).await;
    for (field, of) in [
        ("addContact(input: {address: \"x\", houseId: 1}) { contact { id } }", "input"),
        ("correctContact(id: 4, input: {address: \"x\"}) { contact { id } }", "id"),
        ("removeContact(id: 4) { removedId }", "id"),
    ] {
        let query = format!(
            "mutation {{ {} }}",
            field.replace("correctContact", "correctProbeContact").replace("removeContact", "removeProbeContact")
        );
        assert_eq!(told(&ask(Scope::patients([1]), &query).await), is(of, "FORBIDDEN"), "{query}");
        let answer = ask(Scope::everything(), &query).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
    }
    for (id, code) in [(1, None), (3, Some("NOT_FOUND"))] {
        let query = format!(
            "mutation {{ correctProbeContact(id: {id}, input: {{address: \"x\"}}) {{ contact {{ address }} }} }}"
        );
        let answer = ask(Scope::patients([1]), &query).await;
        match code {
            Some(code) => assert_eq!(told(&answer), is("id", code)),
            None => assert_eq!(answer["data"]["correctProbeContact"]["contact"]["address"], "x", "{answer}"),
        }
    }
    let theirs = "mutation { addContact(input: {address: \"x\", subjectId: 2}) { contact { id } } }";
    assert_eq!(told(&ask(Scope::patients([1]), theirs).await), is("subjectId", "NOT_FOUND"));
});

on_both!(contacts_go_with_their_owner, async |store: Store| {
    filled(&store).await;
    let removed = store.data("mutation { a: removeProbeSubject(id: 1) { removed { type count } } b: removeProbeHouse(id: 2) { removed { type count } } }", Value::Null).await;
    let counts = |name, contacts| json!([{"type": name, "count": 1}, {"type": "ProbeContact", "count": contacts}]);
    assert_eq!(removed["a"]["removed"], counts("ProbeSubject", 2));
    assert_eq!(removed["b"]["removed"], counts("ProbeHouse", 1));
    let left = store.data("{ contacts { nodes { address } } }", Value::Null).await;
    assert_eq!(left["contacts"]["nodes"], json!([{"address": "s2"}, {"address": "h1"}]));
});

async fn import(store: &Store, dir: &Path, new_keys: bool) -> csv::Outcome {
    let folder = csv::Folder::open(dir, ENTITIES).unwrap();
    let manner = Manner { new_keys, ..Manner::default() };
    csv::run(&store.db, folder, manner, Arc::new(|_, _| {}), &|_, _| {}).await.unwrap()
}

on_both!(a_row_is_imported_with_its_owner, async |store: Store| {
    filled(&store).await;
    let all =
        "{ subjects { nodes { name contacts { address } } } houses { nodes { name contacts { nodes { address } } } } }";
    let before = store.data(all, Value::Null).await;
    let dir = folder();
    let written = csv::write(&store.db, ENTITIES, &dir, true, &|_, _| {}).await.unwrap();
    assert_eq!(written.rows, 9);
    let outcome = import(&store, &dir, false).await;
    assert_eq!((outcome.added, outcome.unchanged, outcome.refused.len()), (0, 9, 0), "{:?}", outcome.refused);
    for (keys, patients) in [(false, 2), (true, 2)] {
        for table in ["Probe_Contact", "Probe_Subject", "Probe_House"] {
            store.db.run(&format!("DELETE FROM {table}")).await.unwrap();
        }
        let outcome = import(&store, &dir, keys).await;
        assert_eq!((outcome.added, outcome.patients, outcome.refused.len()), (9, patients, 0), "{:?}", outcome.refused);
        assert_eq!(store.data(all, Value::Null).await, before, "with new keys: {keys}");
    }
    // A row without an owner, with two, with one that is nowhere; a house is refused with its contact, and another's is not.
    store.db.run("DELETE FROM Probe_Contact").await.unwrap();
    for (file, rows) in [
        ("Probe_Subject.csv", "subject_id,name\n51,S\n"),
        ("Probe_House.csv", "house_id,name\n61,H\n62,G\n"),
        (
            "Probe_Contact.csv",
            "contact_id,subjectId,house_id,address\n1,,,none\n2,51,61,both\n3,999,,nowhere\n4,,999,nowhere\n5,51,,s\n6,,61,h\n7,,62,\n8,x,,a\n",
        ),
    ] {
        std::fs::write(dir.join(file), rows).unwrap();
    }
    let outcome = import(&store, &dir, false).await;
    let refused: Vec<_> =
        outcome.refused.iter().map(|refusal| (refusal.line, refusal.column.as_str(), refusal.code)).collect();
    assert_eq!(
        refused,
        [
            (3, "", "LEFT_OUT"),
            (2, "subjectId", "OWNER"),
            (3, "subjectId", "OWNER"),
            (4, "subjectId", "ORPHAN"),
            (5, "house_id", "ORPHAN"),
            (8, "address", "REQUIRED"),
            (9, "subjectId", "INVALID"),
        ]
    );
    assert_eq!((outcome.added, outcome.patients), (4, 1), "{:?}", outcome.refused);
    // Below a row that only the database has, and only one of the columns in the file.
    std::fs::remove_file(dir.join("Probe_Subject.csv")).unwrap();
    std::fs::remove_file(dir.join("Probe_House.csv")).unwrap();
    std::fs::write(dir.join("Probe_Contact.csv"), "contact_id,house_id,address\n5,61,moved\n71,61,more\n").unwrap();
    let outcome = import(&store, &dir, false).await;
    let refused: Vec<_> =
        outcome.refused.iter().map(|refusal| (refusal.line, refusal.column.as_str(), refusal.code)).collect();
    assert_eq!((refused, outcome.added), (vec![(2, "house_id", "EXISTS"), (3, "", "LEFT_OUT")], 0));
    std::fs::write(dir.join("Probe_Contact.csv"), "contact_id,address\n9,x\n").unwrap();
    let lacking = csv::Folder::open(&dir, ENTITIES).err().unwrap().to_string();
    assert!(lacking.contains("lacks the column subject_id or house_id"), "{lacking}");
});
