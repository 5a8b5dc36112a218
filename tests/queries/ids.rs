//! Global ids: one id is one object of one type, wherever it stands.

use crate::support::{Backend, Store, codes, on_both, run, texts};
use medimax::{
    config::Config,
    db::scope::Scope,
    graphql::limits::Limits,
    schema::{MODEL, entities},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The types of a schema, as introspection tells them.
struct Types(BTreeMap<String, Value>);

impl Types {
    async fn of(store: &Store) -> Self {
        let ty = "type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";
        let query = format!(
            "{{ __schema {{ types {{ name kind fields {{ name {ty} args {{ name {ty} }} }} interfaces {{ name }} }} }} }}"
        );
        let data = store.data(&query).await;
        let all = data["__schema"]["types"].as_array().unwrap().iter();
        Types(all.map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone())).collect())
    }

    fn fields(&self, ty: &str) -> &[Value] {
        self.0[ty]["fields"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    fn named(mut ty: &Value) -> &str {
        while ty["ofType"].is_object() {
            ty = &ty["ofType"];
        }
        ty["name"].as_str().unwrap()
    }

    /// Everything that can be asked below a type without asking what is above it again.
    fn selection(&self, ty: &str, above: &mut Vec<String>) -> String {
        let mut set = "__typename".to_owned();
        if self.fields(ty).iter().any(|field| field["name"] == "id") {
            set.push_str(" id");
        }
        above.push(ty.to_owned());
        for field in self.fields(ty) {
            let below = Self::named(&field["type"]);
            let args = field["args"].as_array().unwrap();
            let has = |name: &str| args.iter().any(|arg| arg["name"] == name);
            let needs = args.iter().any(|arg| arg["type"]["kind"] == "NON_NULL");
            let wrapper = ["Connection", "Edge"].iter().any(|end| below.ends_with(end));
            let objects = above.iter().filter(|ty| !ty.ends_with("Connection") && !ty.ends_with("Edge")).count();
            let deep = objects >= 4 && !wrapper;
            let leaf = !["OBJECT", "INTERFACE"].contains(&self.0[below]["kind"].as_str().unwrap());
            if needs || leaf || deep || above.iter().any(|ty| ty == below) {
                continue;
            }
            let args = match (has("first"), has("depth")) {
                (true, _) => "(first: 2)",
                (_, true) => "(depth: 4)",
                _ => "",
            };
            let inner = self.selection(below, above);
            set.push_str(&format!(" {}{args} {{ {inner} }}", field["name"].as_str().unwrap()));
        }
        above.pop();
        set
    }
}

/// The type of each id in an answer.
fn gather(value: &Value, types: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(entries) => {
            if let (Some(id), Some(ty)) = (value["id"].as_str(), value["__typename"].as_str()) {
                let known = types.entry(id.to_owned()).or_insert_with(|| ty.to_owned());
                assert_eq!(known, ty, "{id} is of two types");
            }
            entries.values().for_each(|value| gather(value, types));
        }
        Value::Array(items) => items.iter().for_each(|value| gather(value, types)),
        _ => {}
    }
}

on_both!(an_id_has_one_type_wherever_it_stands, async |store: Store| {
    let store = Store::with_graph(store.backend, 8).await;
    let types = Types::of(&store).await;
    let most = Limits {
        max_cost: u64::MAX,
        max_depth: 50,
        max_tokens: 1_000_000,
        max_selections: 1_000_000,
        max_level_rows: 1_000_000,
        ..Config::default().limits()
    };
    let engine = store.engine_with(most);
    let mut found = BTreeMap::new();
    let patient = types.selection("Patient", &mut vec!["Query".into()]);
    let knowledge = types.selection("Knowledge", &mut vec!["Query".into()]);
    for id in 1..=4 {
        let query = format!("{{ patient(id: {id}) {{ {patient} }} knowledge {{ {knowledge} }} }}");
        let (body, _) = run(&engine, Scope::everything(), &query, Value::Null).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer.get("errors"), None, "{query}");
        gather(&answer["data"], &mut found);
    }
    for ty in ["Patient", "Symptom", "Medication", "Concept", "GraphNode", "Report"] {
        assert!(found.values().any(|of| of == ty), "no {ty} in {} objects", found.len());
    }
    // What has an id is found by it, but for what exists in a drawing alone.
    for (ty, told) in &types.0 {
        let has_id = types.fields(ty).iter().any(|field| field["name"] == "id");
        let is_node = told["interfaces"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "Node"));
        assert!(
            !has_id || is_node || ["Node", "GraphNode"].contains(&ty.as_str()),
            "{ty} has an id that `node` refuses"
        );
    }
    let ids: Vec<&String> = found.iter().filter(|(_, ty)| *ty != "GraphNode").map(|(id, _)| id).collect();
    for ids in ids.chunks(200) {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let (answer, _) = store.ask_as(Scope::everything(), query, json!({ "ids": ids })).await;
        let nodes = answer["data"]["nodes"].as_array().unwrap();
        for (node, id) in nodes.iter().zip(ids) {
            assert_eq!((node["id"].as_str(), node["__typename"].as_str()), (Some(id.as_str()), Some(&*found[*id])));
        }
    }
});

on_both!(nodes_leads_to_rows_and_concepts_and_a_wrong_id_costs_its_own_place, async |store: Store| {
    let store = Store::with_graph(store.backend, 3).await;
    let concept = store.data("{ knowledge { drugs(first: 1) { id name } } }").await["knowledge"]["drugs"][0].clone();
    let id = concept["id"].as_str().unwrap();
    let ids = [
        "Patient:2",
        "patient 3",
        id,
        "Concept:999999",
        "Patient:1",
        "GraphNode:Patient:1",
        "",
        "Symptom:1",
        "Patient:99",
    ];
    let query =
        "query($ids: [ID!]!) { all: nodes(ids: $ids) { __typename id ... on Concept { name } } patient(id: 1) { id } }";
    let (answer, ran) = store.ask_as(Scope::everything(), query, json!({ "ids": ids })).await;
    let found: Vec<Option<&str>> =
        answer["data"]["all"].as_array().unwrap().iter().map(|one| one["id"].as_str()).collect();
    let expected = [Some("Patient:2"), None, Some(id), None, Some("Patient:1"), None, None, Some("Symptom:1"), None];
    assert_eq!(found, expected);
    assert_eq!(answer["data"]["all"][2], json!({ "__typename": "Concept", "id": id, "name": concept["name"] }));
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"; 3]);
    let paths: Vec<&Value> = answer["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(paths, [&json!(["all", 1]), &json!(["all", 5]), &json!(["all", 6])]);
    // One statement a type: patients (which `patient` shares, or asks besides) and symptoms.
    assert!(ran.len() <= 3, "{}", ran.len());
    let one = store
        .data(&format!("{{ node(id: \"{id}\") {{ id ... on Concept {{ name facts(first: 1) {{ kind }} }} }} }}"))
        .await;
    assert_eq!(one["node"]["name"], concept["name"]);
    let answer = store.ask("{ node(id: \"nobody\") { id } }").await;
    assert_eq!((codes(&answer), &answer["errors"][0]["path"]), (vec!["BAD_USER_INPUT"], &json!(["node"])));
});

on_both!(a_node_of_the_graph_leads_to_its_record_or_concept, async |store: Store| {
    let store = Store::with_graph(store.backend, 4).await;
    let graph = "graph(depth: 4) { nodes { id record { __typename id } concept { id } } relationships { from to } }";
    let data = store.data(&format!("{{ patient(id: 1) {{ {graph} }} }}")).await;
    let nodes = data["patient"]["graph"]["nodes"].as_array().unwrap();
    assert!(nodes.len() > 5 && nodes.iter().any(|node| node["concept"].is_object()));
    for node in nodes {
        let record = &node["record"];
        assert_eq!(node["id"], format!("GraphNode:{}", record["id"].as_str().unwrap()));
        assert_eq!(node["concept"].is_object(), record["__typename"] == "Concept", "{node}");
    }
    let ids = texts(&data, "patient.graph.nodes.*.id");
    for end in ["from", "to"] {
        let ends = texts(&data, &format!("patient.graph.relationships.*.{end}"));
        assert!(!ends.is_empty() && ends.iter().all(|id| ids.contains(id)), "{ends:?}");
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_removal_removed_is_named_by_its_id() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::with_patients(backend, 12).await;
        let removals: Vec<_> = MODEL.fields(MODEL.mutation).filter(|def| def.name.starts_with("remove")).collect();
        assert_eq!(removals.len(), entities().len());
        // A doctor to whom nobody points, with a specialty and an institution that have no other.
        for text in [
            "INSERT INTO Country (iso2, name) VALUES ('ZZ', 'Free')",
            "INSERT INTO Region (country_id, code, name) SELECT MAX(country_id), 'ZZ-1', 'Free' FROM Country",
            "INSERT INTO Specialty (name) VALUES ('Free')",
            "INSERT INTO Partner (name) VALUES ('Free')",
            "INSERT INTO Patient_Consent (patient_id, partner_id, purpose, withdrawn_at) VALUES (1, 1, 'research', '2024-01-01 00:00:00')",
            "INSERT INTO Institution (name) VALUES ('Free')",
            "INSERT INTO Doctor (name, specialty_id, institution_id) SELECT 'Free', MAX(s.specialty_id), (SELECT MAX(institution_id) FROM Institution) FROM Specialty s",
        ] {
            store.sql(text).await;
        }
        // Rows that others belong to or point to go last.
        for entity in entities().iter().rev() {
            let ty = entity.object.name;
            let def = removals.iter().find(|def| def.name == format!("remove{ty}")).unwrap_or_else(|| panic!("{ty}"));
            let table = entity.table;
            let mut sql = medimax::db::Sql::new(store.db.dialect());
            sql.push(format!("SELECT 0, MAX({}) FROM {}", table.key, table.name));
            let id = format!("{ty}:{}", store.db.numbers(&sql).await.unwrap()[0].1);
            let remove = |id: &str| {
                format!(
                    "mutation {{ {}(id: {id}, idempotencyKey: \"{ty}\") {{ removedId replayed removed {{ type }} }} }}",
                    def.name
                )
            };
            let bare = id.split_once(':').unwrap().1.to_owned();
            for (given, replayed) in [(format!("\"{id}\""), false), (bare, true)] {
                let done = store.data(&remove(&given)).await;
                assert_eq!(
                    (&done[def.name]["removedId"], &done[def.name]["replayed"]),
                    (&json!(id), &json!(replayed)),
                    "{done}"
                );
                assert_eq!(done[def.name]["removed"][0]["type"], ty);
            }
            assert_eq!(store.data(&format!("{{ node(id: \"{id}\") {{ id }} }}")).await["node"], Value::Null);
        }
    }
}
