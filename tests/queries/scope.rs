//! A caller who may see some patients sees nothing of the others, through any door.

use crate::support::{Store, on_both, texts};
use medimax::{
    db::scope::Scope,
    db::{Belongs, Towards},
    graphql::model::{Entity, FieldDef},
    schema::{MODEL, entities},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The selection that leads from a row to the key of its patient, by the table's own account of whose its rows are.
fn to_patient(entity: &Entity) -> String {
    let object = entity.object;
    let shown = |column| object.scalars[object.scalar_of_column(column).unwrap()].name.to_owned();
    match &entity.table.belongs {
        Belongs::Patient => shown(entity.table.key),
        Belongs::Everybody => String::new(),
        // Null of rows that are reference data.
        Belongs::OneOf(owners) => shown(owners[0].column),
        Belongs::To(owner) if matches!(owner.to.belongs, Belongs::Patient) => shown(owner.column),
        Belongs::To(owner) => {
            let upwards = |def: &&FieldDef| {
                def.field
                    .related()
                    .is_some_and(|related| matches!(related.towards, Towards::Up(column) if column == owner.column))
            };
            let above = entities().iter().find(|other| std::ptr::eq(other.table, owner.to)).unwrap();
            format!("{} {{ {} }}", MODEL.fields(object).find(upwards).unwrap().name, to_patient(above))
        }
    }
}

on_both!(nothing_leaks_through_any_root_field_filter_total_or_cursor, 12, async |store: Store| {
    store.with_rare_rows(&[3, 7]).await;
    let ask = async |scope, query: &str, variables| store.ask_as(scope, query, variables).await.0;
    let (scopes, mut checked) = (store.scopes([3, 7]).await, 0);
    let mut lists: Vec<(&FieldDef, Scope)> = Vec::new();
    for scope in scopes {
        lists.extend(MODEL.fields(MODEL.query).map(|def| (def, scope.clone())));
    }
    for (def, scope) in lists {
        let scope = || scope.clone();
        let Some(entity) = entities()
            .iter()
            .find(|entity| Some(entity.connection.name) == def.field.target(MODEL.query).map(|object| object.name))
        else {
            continue;
        };
        let (list, way) = (def.name, to_patient(entity));
        let page = |arguments: &str| {
            format!(
                "query{} {{ {list}{arguments} {{ totalCount nodes {{ id {way} }} pageInfo {{ endCursor }} }} }}",
                if arguments.contains("$at") { "($at: String)" } else { "" }
            )
        };
        let count = |answer: &Value| answer["data"][list]["totalCount"].as_u64().unwrap();
        let all = ask(Scope::everything(), &page("(first: 200)"), Value::Null).await;
        let seen = ask(scope(), &page("(first: 200)"), Value::Null).await;
        checked += 1;
        if entity.table.is_everybodys() {
            assert!(count(&seen) > 0 && seen["data"][list] == all["data"][list], "{list} is for everybody");
            continue;
        }
        let patient = |node: &Value| {
            node["patientId"]
                .as_i64()
                .or_else(|| node.as_object().unwrap().values().find_map(|value| value["patientId"].as_i64()))
        };
        // Of some lists a part is reference data.
        let is_mine = |node: &Value| match patient(node) {
            Some(patient) => [3, 7].contains(&patient),
            None => entity.table.is_mixed(),
        };
        let nodes = seen["data"][list]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{list}: nothing to see, so nothing is shown");
        assert!(nodes.iter().all(is_mine) && nodes.iter().any(|node| patient(node).is_some()), "{list}");
        // The total counts what the caller may see, and all of it.
        let theirs = all["data"][list]["nodes"].as_array().unwrap();
        if count(&all) <= 200 {
            assert_eq!(count(&seen) as usize, theirs.iter().filter(|node| is_mine(node)).count(), "{list}");
        }
        assert!(count(&seen) < count(&all), "{list}");
        // A filter that asks for others, and a cursor that somebody else was given.
        let other = theirs.iter().find(|node| !is_mine(node)).unwrap()["id"].as_str().unwrap();
        let asked = ask(scope(), &page(&format!("(filter: {{ id: {{ eq: \"{other}\" }} }})")), Value::Null).await;
        assert_eq!((count(&asked), asked["data"][list]["nodes"].as_array().unwrap().len()), (0, 0), "{list}");
        let first = ask(Scope::everything(), &page("(first: 1)"), Value::Null).await;
        let cursor = first["data"][list]["pageInfo"]["endCursor"].as_str().unwrap();
        let after = ask(scope(), &page("(first: 200, after: $at)"), json!({ "at": cursor })).await;
        assert!(after["data"][list]["nodes"].as_array().unwrap().iter().all(is_mine), "{list}");
        // By id, by `node` and by `nodes`.
        let single = MODEL
            .fields(MODEL.query)
            .find(|single| single.field.target(MODEL.query).is_some_and(|object| std::ptr::eq(object, entity.object)))
            .unwrap()
            .name;
        let by_id = ask(scope(), &format!("{{ {single}(id: \"{other}\") {{ id }} node(id: \"{other}\") {{ id }} nodes(ids: [\"{other}\"]) {{ id }} }}"), Value::Null).await;
        assert_eq!(by_id, json!({ "data": { single: null, "node": null, "nodes": [null] } }), "{list}");
    }
    assert_eq!(checked, 3 * entities().len(), "every root list, in each scope");
});

/// Every patient's key in an answer.
fn patients_in(answer: &Value, found: &mut BTreeSet<i64>) {
    match answer {
        Value::Object(fields) => {
            found.extend(fields.get("patientId").and_then(Value::as_i64));
            fields.values().for_each(|value| patients_in(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| patients_in(item, found)),
        _ => {}
    }
}

/// The root list of an entity.
fn list_of(entity: &Entity) -> &'static str {
    let leads =
        |def: &&FieldDef| def.field.target(MODEL.query).is_some_and(|object| object.name == entity.connection.name);
    MODEL.fields(MODEL.query).find(leads).unwrap().name
}

/// The fields that lead from an entity's rows to rows, each with the entity that it leads to.
fn relations(entity: &Entity) -> impl Iterator<Item = (&'static FieldDef, &'static Entity)> {
    MODEL.fields(entity.object).filter_map(|def| {
        let target = def.field.target(entity.object)?;
        target.of.filter(|_| def.field.related().is_some() || target.is_node).map(|of| (def, of))
    })
}

/// What is asked below a relation: the whole of the list, and how many there are.
fn below(entity: &Entity, def: &FieldDef, of: &Entity, asked: &str) -> String {
    let needed = if def.name == "labTrend" { "(testName: \"Hemoglobin A1c\")" } else { "" };
    match def.field.target(entity.object).is_some_and(|target| target.is_node) {
        true => format!("{}{needed} {{ id {} {asked} }}", def.name, to_patient(of)),
        false => format!("{}(first: 20) {{ totalCount nodes {{ id {} {asked} }} }}", def.name, to_patient(of)),
    }
}

on_both!(no_relation_leads_out_of_the_scope, 12, async |store: Store| {
    store.with_rare_rows(&[1, 3, 7]).await;
    let [_, scope, _] = store.scopes([3, 7]).await;
    let ask = async |query: &str| {
        let (answer, _) = store.ask_as(scope.clone(), query, Value::Null).await;
        // What the graph answers is tried where there is one (`graph/answers.rs`).
        let faults = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let graph_alone = faults.iter().all(|fault| fault["extensions"]["code"] == "GRAPH_UNAVAILABLE");
        assert!(graph_alone, "{query}: {answer}");
        answer
    };
    let (mut followed, mut filtered) = (0, 0);
    for entity in entities() {
        let list = list_of(entity);
        for (def, of) in relations(entity) {
            // Where it leads, and where each relation leads from there, its own way back too.
            let next: Vec<String> = relations(of).map(|(further, to)| below(of, further, to, "")).collect();
            let query =
                format!("{{ {list}(first: 30) {{ nodes {{ id {} }} }} }}", below(entity, def, of, &next.join(" ")));
            let mut found = BTreeSet::new();
            patients_in(&ask(&query).await, &mut found);
            assert!(found.iter().all(|patient| [3, 7].contains(patient)), "{query}: {found:?}");
            followed += usize::from(!found.is_empty());
            // What belongs to others is found by no filter through it. Reference data belongs to nobody.
            if let Some(related) = def.field.related().filter(|_| !of.table.is_everybodys()) {
                let name = of.object.name;
                let theirs = format!("{{ {}(first: 200) {{ nodes {{ id {} }} }} }}", list_of(of), to_patient(of));
                let (theirs, _) = store.ask_as(Scope::everything(), &theirs, Value::Null).await;
                let others = theirs["data"][list_of(of)]["nodes"].as_array().unwrap().iter().filter(|node| {
                    let mut found = BTreeSet::new();
                    patients_in(node, &mut found);
                    let is_reference = of.table.is_mixed() && found.is_empty();
                    !is_reference && !found.iter().any(|patient| [3, 7].contains(patient))
                });
                let ids: Vec<String> = others.map(|node| node["id"].to_string()).collect();
                assert!(!ids.is_empty(), "{name}");
                let is = format!("{{ id: {{ in: [{}] }} }}", ids.join(","));
                let filter = if related.many { format!("{{ some: {is} }}") } else { is };
                let query =
                    format!("{{ {list}(filter: {{ {}: {filter} }}) {{ totalCount nodes {{ id }} }} }}", def.name);
                let answer = ask(&query).await;
                assert_eq!(answer["data"][list], json!({ "totalCount": 0, "nodes": [] }), "{list} by {}", def.name);
                filtered += 1;
            }
        }
    }
    assert!(followed > entities().len() && filtered > entities().len(), "{followed} {filtered}");
});

on_both!(a_doctor_s_patients_are_those_in_scope, 12, async |store: Store| {
    // Nobody in scope comes first or last, neither by key nor by name.
    for text in [
        "DELETE FROM Doctor_Patient_Assignment WHERE assignment_type = 'primary'",
        "INSERT INTO Institution (institution_id, name) VALUES (900, 'Clinic')",
        "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (900, 'Dr. Shared', 900), (901, 'Dr. Others', 900)",
        "UPDATE Patient SET name = CASE patient_id WHEN 2 THEN 'Aa' WHEN 3 THEN 'Bb' WHEN 5 THEN 'Cc' WHEN 7 THEN 'Dd' ELSE 'Ee' END",
        "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type, since) VALUES (2, 900, 'primary', '2020-01-02'), \
         (3, 900, 'primary', '2020-01-03'), (3, 900, 'consultant', '2020-01-04'), (5, 900, 'primary', '2020-01-05'), (7, 900, 'specialist', '2020-01-06'), \
         (9, 900, 'primary', '2020-01-07'), (2, 901, 'specialist', '2020-01-02'), (9, 901, 'specialist', '2020-01-02')",
    ] {
        store.sql(text).await;
    }
    let ask = async |query: &str, variables: Value| {
        let (answer, _) = store.ask_as(Scope::patients([3, 7]), query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        answer["data"].clone()
    };
    let keys = |nodes: &Value| {
        let key = |node: &Value| node["patientId"].as_i64().unwrap();
        nodes.as_array().unwrap().iter().map(key).collect::<Vec<_>>()
    };
    let all = ask("{ doctor(id: 900) { name patients { totalCount nodes { patientId } } assignments { totalCount nodes { patientId } } }
                     institution(id: 900) { doctors { totalCount nodes { name patients { totalCount } assignments { totalCount } } } } }", Value::Null).await;
    assert_eq!(all["doctor"]["patients"], json!({"totalCount": 2, "nodes": [{"patientId": 3}, {"patientId": 7}]}));
    assert_eq!(all["doctor"]["assignments"]["totalCount"], 3);
    assert_eq!(keys(&all["doctor"]["assignments"]["nodes"]), [7, 3, 3]);
    let none = json!({"name": "Dr. Others", "patients": {"totalCount": 0}, "assignments": {"totalCount": 0}});
    assert_eq!(all["institution"]["doctors"]["nodes"][1], none, "the doctor is seen, the patients are not");
    // Orders, in pages of one, forwards and backwards, to the end.
    for (args, first, at, more, expected) in [
        ("orderBy: [NAME_ASC], first: 1", "after", "endCursor", "hasNextPage", [3, 7]),
        ("orderBy: [NAME_DESC], first: 1", "after", "endCursor", "hasNextPage", [7, 3]),
        ("orderBy: [NAME_ASC], last: 1", "before", "startCursor", "hasPreviousPage", [7, 3]),
    ] {
        let query = format!(
            "query($at: String) {{ doctor(id: 900) {{ patients({args}, {first}: $at) {{ totalCount nodes {{ patientId }} pageInfo {{ {at} {more} }} }} }} }}"
        );
        let (mut cursor, mut found) = (Value::Null, Vec::new());
        loop {
            let page = ask(&query, json!({"at": cursor})).await["doctor"]["patients"].clone();
            assert_eq!(page["totalCount"], 2);
            found.extend(keys(&page["nodes"]));
            cursor = page["pageInfo"][at].clone();
            if page["pageInfo"][more] == false {
                break;
            }
        }
        assert_eq!(found, expected, "{args}");
    }
    // A cursor that somebody else was given, at a patient out of scope.
    let query = "query($at: String) { doctor(id: 900) { patients(orderBy: [NAME_ASC], first: 1, after: $at) { nodes { patientId } pageInfo { endCursor } } } }";
    let (theirs, _) = store.ask_as(Scope::everything(), query, Value::Null).await;
    assert_eq!(keys(&theirs["data"]["doctor"]["patients"]["nodes"]), [2]);
    let after = ask(query, json!({"at": theirs["data"]["doctor"]["patients"]["pageInfo"]["endCursor"]})).await;
    assert_eq!(keys(&after["doctor"]["patients"]["nodes"]), [3]);
    // Filters, downwards and upwards again, and what leads back and back once more.
    for (filter, doctors) in [
        ("patients: {some: {patientId: {eq: 5}}}", 0),
        ("patients: {some: {name: {eq: \"Aa\"}}}", 0),
        ("patients: {some: {patientId: {eq: 7}}}", 1),
        ("assignments: {some: {patient: {name: {eq: \"Cc\"}}}}", 0),
        ("assignments: {some: {type: {eq: SPECIALIST}}}", 1),
        ("patients: {none: {name: {eq: \"Ee\"}}}", 2),
        ("patients: {every: {name: {in: [\"Bb\", \"Dd\"]}}}", 2),
    ] {
        let query =
            format!("{{ doctors(filter: {{id: {{in: [900, 901]}}, {filter}}}) {{ totalCount nodes {{ name }} }} }}");
        assert_eq!(ask(&query, Value::Null).await["doctors"]["totalCount"], doctors, "{filter}");
    }
    let by_doctor = ask("{ patients(filter: {doctorAssignments: {some: {doctor: {patients: {some: {name: {eq: \"Ee\"}}}}}}}) { totalCount } }", Value::Null).await;
    assert_eq!(by_doctor["patients"]["totalCount"], 0);
    let back = ask("{ node(id: \"Doctor:900\") { ... on Doctor { patients { nodes { patientId doctorAssignments { doctor { name patients { totalCount nodes { patientId } } } } } } } } }", Value::Null).await;
    let mut found = BTreeSet::new();
    patients_in(&back, &mut found);
    assert_eq!(found, BTreeSet::from([3, 7]));
});

on_both!(every_type_is_kept_from_node, 12, async |store: Store| {
    store.with_rare_rows(&[3, 7]).await;
    for entity in entities() {
        let (name, mut seen) = (entity.object.name, 0);
        let ids: Vec<String> = (1..=150).map(|key| format!("\"{name}:{key}\"")).collect();
        let way = to_patient(entity);
        let query = format!("{{ nodes(ids: [{}]) {{ ... on {name} {{ id {way} }} }} }}", ids.join(","));
        let all = store.ask_as(Scope::everything(), &query, Value::Null).await.0;
        let theirs = store.ask_as(Scope::patients([3, 7]), &query, Value::Null).await.0;
        for (all, theirs) in
            all["data"]["nodes"].as_array().unwrap().iter().zip(theirs["data"]["nodes"].as_array().unwrap())
        {
            let text = all.to_string();
            let mine = text.contains("\"patientId\":3}") || text.contains("\"patientId\":7}");
            let mine = mine || entity.table.is_everybodys() || text.contains("\"patientId\":null}");
            assert_eq!(*theirs, if mine { all.clone() } else { Value::Null }, "{name}");
            seen += usize::from(mine && !all.is_null());
        }
        assert!(seen > 0, "{name}: nothing to see, so nothing is shown");
    }
});

on_both!(an_empty_scope_sees_nothing, 3, async |store: Store| {
    let (answer, _) = store
        .ask_as(Scope::patients([]), "{ patients { totalCount nodes { id } } patient(id: 1) { id } }", Value::Null)
        .await;
    assert_eq!(answer, json!({ "data": { "patients": { "totalCount": 0, "nodes": [] }, "patient": null } }));
    assert!(texts(&answer, "data.patients.nodes.*.id").is_empty());
});
