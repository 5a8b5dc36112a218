//! A caller who may see some patients sees nothing of the others, through any door.

use crate::support::{Store, on_both, texts};
use medimax::{
    db::{Belongs, Towards},
    graphql::model::{Entity, FieldDef},
    schema::{MODEL, entities},
    scope::Scope,
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
    let scope = || Scope::patients([3, 7]);
    let ask = async |scope, query: &str, variables| store.ask_as(scope, query, variables).await.0;
    let mut checked = 0;
    for def in MODEL.fields(MODEL.query) {
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
        let patient = |node: &Value| {
            node["patientId"]
                .as_i64()
                .or_else(|| node.as_object().unwrap().values().find_map(|value| value["patientId"].as_i64()))
                .unwrap()
        };
        let nodes = seen["data"][list]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{list}: nothing to see, so nothing is shown");
        assert!(nodes.iter().all(|node| [3, 7].contains(&patient(node))), "{list}");
        // The total counts what the caller may see, and all of it.
        let theirs = all["data"][list]["nodes"].as_array().unwrap();
        if count(&all) <= 200 {
            assert_eq!(
                count(&seen) as usize,
                theirs.iter().filter(|node| [3, 7].contains(&patient(node))).count(),
                "{list}"
            );
        }
        assert!(count(&seen) < count(&all), "{list}");
        // A filter that asks for others, and a cursor that somebody else was given.
        let other = theirs.iter().find(|node| ![3, 7].contains(&patient(node))).unwrap()["id"].as_str().unwrap();
        let asked = ask(scope(), &page(&format!("(filter: {{ id: {{ eq: \"{other}\" }} }})")), Value::Null).await;
        assert_eq!((count(&asked), asked["data"][list]["nodes"].as_array().unwrap().len()), (0, 0), "{list}");
        let first = ask(Scope::everything(), &page("(first: 1)"), Value::Null).await;
        let cursor = first["data"][list]["pageInfo"]["endCursor"].as_str().unwrap();
        let after = ask(scope(), &page("(first: 200, after: $at)"), json!({ "at": cursor })).await;
        assert!(
            after["data"][list]["nodes"].as_array().unwrap().iter().all(|node| [3, 7].contains(&patient(node))),
            "{list}"
        );
        // By id, by `node` and by `nodes`.
        let single = MODEL
            .fields(MODEL.query)
            .find(|single| single.field.target(MODEL.query).is_some_and(|object| std::ptr::eq(object, entity.object)))
            .unwrap()
            .name;
        let by_id = ask(scope(), &format!("{{ {single}(id: \"{other}\") {{ id }} node(id: \"{other}\") {{ id }} nodes(ids: [\"{other}\"]) {{ id }} }}"), Value::Null).await;
        assert_eq!(by_id, json!({ "data": { single: null, "node": null, "nodes": [null] } }), "{list}");
        checked += 1;
    }
    assert_eq!(checked, entities().len(), "every root list");
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
        false => format!("{}(first: 100) {{ totalCount nodes {{ id {} {asked} }} }}", def.name, to_patient(of)),
    }
}

on_both!(no_relation_leads_out_of_the_scope, 12, async |store: Store| {
    let ask = async |query: &str| {
        let (answer, _) = store.ask_as(Scope::patients([3, 7]), query, Value::Null).await;
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
                format!("{{ {list}(first: 50) {{ nodes {{ id {} }} }} }}", below(entity, def, of, &next.join(" ")));
            let mut found = BTreeSet::new();
            patients_in(&ask(&query).await, &mut found);
            assert!(found.iter().all(|patient| [3, 7].contains(patient)), "{query}: {found:?}");
            followed += usize::from(!found.is_empty());
            // What belongs to others is found by no filter through it.
            if let Some(related) = def.field.related() {
                let name = of.object.name;
                let theirs = format!("{{ {}(first: 200) {{ nodes {{ id {} }} }} }}", list_of(of), to_patient(of));
                let (theirs, _) = store.ask_as(Scope::everything(), &theirs, Value::Null).await;
                let others = theirs["data"][list_of(of)]["nodes"].as_array().unwrap().iter().filter(|node| {
                    let mut found = BTreeSet::new();
                    patients_in(node, &mut found);
                    !found.iter().any(|patient| [3, 7].contains(patient))
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

on_both!(every_type_is_kept_from_node, 12, async |store: Store| {
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
            assert_eq!(*theirs, if mine { all.clone() } else { Value::Null }, "{name}");
            seen += usize::from(mine);
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
