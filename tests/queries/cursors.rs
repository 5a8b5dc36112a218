//! Cursors: every page of every connection below an object, and what a cursor is bound to.

use crate::support::{Store, codes, on_both, texts};
use medimax::{
    db::scope::Scope,
    db::{Path, Table, Towards},
    graphql::{
        model::{Entity, FieldDef, Object},
        page::{orderable, screaming},
    },
    schema::{MODEL, entities},
};
use serde_json::{Value, json};

/// The connections below an object, each with the entity whose rows it pages.
fn connections(object: &'static Object) -> Vec<(&'static FieldDef, &'static Entity)> {
    let target = |def: &FieldDef| def.field.target(object);
    let paged = MODEL.fields(object).filter(|def| target(def).is_some_and(|to| to.name.ends_with("Connection")));
    // The access log pages no entity's rows.
    paged.filter_map(|def| Some((def, target(def)?.of?))).collect()
}

/// `appointment` for the entity of appointments: the root field of one row.
fn by_id(entity: &Entity) -> &'static str {
    let of = |def: &&FieldDef| {
        def.name != "node" && def.field.target(MODEL.query).is_some_and(|to| std::ptr::eq(to, entity.object))
    };
    MODEL.fields(MODEL.query).find(of).unwrap().name
}

/// A list below one object, asked for by the arguments of a page.
struct List<'s> {
    store: &'s Store,
    engine: medimax::request::engine::Engine,
    parent: &'static str,
    field: &'static str,
    order: String,
}

/// A page: the ids, the cursors, and whether there are more behind and before it.
#[derive(Debug, PartialEq)]
struct Page {
    ids: Vec<String>,
    cursors: Vec<String>,
    next: bool,
    previous: bool,
}

impl List<'_> {
    async fn page(&self, size: &str, after: Option<&str>, before: Option<&str>) -> Page {
        let List { parent, field, order, .. } = self;
        let query = format!(
            "query($after: String, $before: String) {{ {parent}(id: 1) {{ {field}({order} {size} after: $after, before: $before) \
             {{ edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
        );
        let variables = json!({ "after": after, "before": before });
        let (body, _) = crate::support::run(&self.engine, Scope::everything(), &query, variables).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer.get("errors"), None, "{:?} {query}", self.store.backend);
        let list = &answer["data"][parent][field];
        let page = Page {
            ids: texts(list, "edges.*.node.id"),
            cursors: texts(list, "edges.*.cursor"),
            next: list["pageInfo"]["hasNextPage"] == true,
            previous: list["pageInfo"]["hasPreviousPage"] == true,
        };
        let ends = (list["pageInfo"]["startCursor"].as_str(), list["pageInfo"]["endCursor"].as_str());
        let (first, last) = (page.cursors.first(), page.cursors.last());
        assert_eq!(ends, (first.map(String::as_str), last.map(String::as_str)), "{query}");
        page
    }

    /// Every page from one end to the other, against the whole list.
    async fn walk(&self, whole: &Page, size: &str, backwards: bool) {
        let (mut ids, mut at): (Vec<String>, Option<String>) = (Vec::new(), None);
        for _ in 0..=whole.ids.len() {
            let page = match backwards {
                true => self.page(size, None, at.as_deref()).await,
                false => self.page(size, at.as_deref(), None).await,
            };
            assert_eq!((page.next, page.previous).eq(&(false, false)), page.ids.len() == whole.ids.len(), "{size}");
            let (more, end) = match backwards {
                true => (page.previous, page.cursors.first()),
                false => (page.next, page.cursors.last()),
            };
            at = end.cloned();
            let (head, tail) = if backwards { (page.ids, ids) } else { (ids, page.ids) };
            ids = [head, tail].concat();
            if !more {
                break;
            }
        }
        assert_eq!(ids, whole.ids, "{}.{} {} {size} backwards: {backwards}", self.parent, self.field, self.order);
    }

    /// Pages that begin and end within the list, against its part.
    async fn cut(&self, whole: &Page) {
        let last = whole.ids.len() - 1;
        for (at, until) in [(0, last), (last / 3, last / 3 + 30), (last / 2, last), (last - 1, last), (last, last)] {
            let (after, before) = (Some(whole.cursors[at].as_str()), Some(whole.cursors[until].as_str()));
            for (size, count) in [("", 20), ("first: 1", 1), ("first: 20", 20), ("first: 50", 50), ("first: null", 20)]
            {
                let behind = &whole.ids[at + 1..];
                let page = self.page(size, after, None).await;
                assert_eq!(page.ids, behind[..behind.len().min(count)], "{size} after {at}");
                assert_eq!((page.next, page.previous), (behind.len() > count, true), "{size} after {at}");
                let ahead = &whole.ids[..until];
                assert_eq!(self.page(size, None, before).await.ids, ahead[..until.min(count)], "{size} before {until}");
                let between = if until > at { &whole.ids[at + 1..until] } else { &[] };
                let page = self.page(size, after, before).await;
                assert_eq!(page.ids, between[..between.len().min(count)], "{size} after {at}, before {until}");
            }
            for (size, count) in [("last: 1", 1), ("last: 20", 20), ("last: 50", 50)] {
                let ahead = &whole.ids[..until];
                let page = self.page(size, None, before).await;
                assert_eq!(page.ids, ahead[until.saturating_sub(count)..], "{size} before {until}");
                assert_eq!((page.next, page.previous), (true, until > count), "{size} before {until}");
                let behind = &whole.ids[at + 1..];
                let page = self.page(size, after, None).await;
                assert_eq!(page.ids, behind[behind.len().saturating_sub(count)..], "{size} after {at}");
            }
        }
    }
}

on_both!(every_connection_below_an_object_is_paged_at_every_size, 2, async |store: Store| {
    // All rows are to be one patient's, who has one primary doctor.
    store.sql("UPDATE Doctor_Patient_Assignment SET assignment_type = 'specialist'").await;
    // And consents that are withdrawn: of others a patient has one to a partner and a purpose.
    store.sql("UPDATE Patient_Consent SET withdrawn_at = '2024-01-01 00:00:00'").await;
    store.sql("INSERT INTO Patient_Consent (patient_id, partner_id, purpose, withdrawn_at) VALUES (1, 1, 'research', '2024-01-01 00:00:00')").await;
    let mut tried = 0;
    for parent in entities() {
        for (def, child) in connections(parent.object) {
            tried += 1;
            let field = def.name;
            let (table, key) = (child.table.name, child.table.key);
            // Rows that are alike in all but their key, and unknown values, are where pages go wrong.
            let columns: Vec<_> = child.stored().into_iter().filter(|column| *column != key).collect();
            // But for what is unique.
            let copied = |round: u32| {
                let value = |column: &&str| match *column {
                    "code" => format!("CAST({key} + {round} * 100000 AS CHAR)"),
                    "session_uuid" => "NULL".to_owned(),
                    column => column.to_owned(),
                };
                columns.iter().map(value).collect::<Vec<_>>().join(", ")
            };
            let named = columns.join(", ");
            let needed = |column| child.rules.columns.iter().any(|rule| rule.name == column && rule.required);
            let nulls = orderable(child).filter(|scalar| scalar.nullable).map(|scalar| scalar.column);
            let nulls = nulls.filter(|column| !needed(*column));
            for column in nulls {
                store.sql(&format!("UPDATE {table} SET {column} = NULL WHERE {key} % 3 = 0")).await;
            }
            let parent_field = by_id(parent);
            let count = async || {
                let query = format!("{{ {parent_field}(id: 1) {{ {field} {{ totalCount }} }} }}");
                store.data(&query).await[parent_field][field]["totalCount"].as_u64().unwrap()
            };
            // All rows hang below the first parent, or that parent would have none of them however many there are.
            let path = def.field.related().map(|related| related.towards);
            if let Some(Towards::Down(Path::Direct(column))) = path {
                store.sql(&format!("UPDATE {table} SET {column} = 1")).await;
            }
            for round in 0.. {
                if let Some(Towards::Down(Path::Between { between, above, below })) = path {
                    tie(&store, between, (above, below), child).await;
                }
                if count().await >= 55 {
                    break;
                }
                assert!(round < 10, "{parent_field}.{field} does not grow");
                let values = copied(round + 1);
                store.sql(&format!("INSERT INTO {table} ({named}) SELECT {values} FROM {table}")).await;
            }
            let orders = orderable(child).flat_map(|scalar| ["ASC", "DESC"].map(|way| (screaming(scalar.name), way)));
            let orders = orders.map(|(order, way)| format!("orderBy: [{order}_{way}],"));
            for order in std::iter::once(String::new()).chain(orders) {
                let list = List { store: &store, engine: store.engine(), parent: parent_field, field, order };
                let whole = list.page("first: 200", None, None).await;
                assert!(whole.ids.len() >= 55 && !whole.next, "{parent_field}.{field}: {}", whole.ids.len());
                let sizes: &[&str] = if list.order.is_empty() { &["1", "20", "50"] } else { &["20"] };
                for size in sizes {
                    list.walk(&whole, &format!("first: {size},"), false).await;
                    list.walk(&whole, &format!("last: {size},"), true).await;
                }
                list.walk(&whole, "", false).await;
                list.cut(&whole).await;
            }
        }
    }
    assert!(tried >= 4, "only {tried} connections below objects were found");
});

/// Ties every row of an entity to the first row above, by rows between that are otherwise like one that is there.
async fn tie(store: &Store, between: &Table, (above, below): (&str, &str), child: &Entity) {
    let entity = entities().iter().find(|entity| entity.table.name == between.name).unwrap();
    let others = entity.stored().into_iter().filter(|column| ![between.key, above, below].contains(column));
    let others: Vec<String> = others.map(|column| format!(", {column}")).collect();
    let (name, others, key, table) = (between.name, others.concat(), child.table.key, child.table.name);
    store
        .sql(&format!(
            "INSERT INTO {name} ({above}, {below}{others}) SELECT 1, t.{key}{} FROM {table} t CROSS JOIN \
             (SELECT * FROM {name} ORDER BY {} LIMIT 1) b WHERE t.{key} NOT IN (SELECT n.{below} FROM {name} n WHERE n.{above} = 1)",
            others.replace(", ", ", b."),
            between.key
        ))
        .await;
}

/// The cursor of the last row of a list, asked for with these arguments.
async fn cursor(store: &Store, field: &str, variables: Value) -> String {
    let query = query(field, "");
    let (answer, _) = store.ask_as(Scope::everything(), &query, variables).await;
    assert_eq!(answer.get("errors"), None, "{query}");
    let list = answer["data"].get("patients").unwrap_or(&answer["data"]["patient"]["appointments"]);
    list["pageInfo"]["endCursor"].as_str().unwrap_or_else(|| panic!("no rows: {query}")).to_owned()
}

fn query(field: &str, after: &str) -> String {
    let types = "$f: PatientFilter, $a: AppointmentFilter, $s: String, $o: [PatientOrder!], $n: Int, $c: String";
    let page = |args: &str| format!("({args} {after}) {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }}");
    let used: Vec<_> =
        types.split(", ").filter(|variable| field.contains(&variable[..2]) || after.contains(&variable[..2])).collect();
    let head = if used.is_empty() { "query".to_owned() } else { format!("query({})", used.join(", ")) };
    match field.strip_prefix("below ") {
        Some(args) => format!("{head} {{ patient(id: 1) {{ appointments{} }} }}", page(args)),
        None => format!("{head} {{ patients{} }}", page(field)),
    }
}

on_both!(a_cursor_is_bound_to_what_arguments_mean_and_not_to_how_they_are_written, 9, async |store: Store| {
    let none = || json!({});
    let all_null = || json!({ "f": null, "a": null, "s": null, "o": null, "n": null });
    // Within a group every list is the same; between groups none is.
    let groups: Vec<Vec<(&str, Value)>> = vec![
        vec![
            ("first: 2", none()),
            ("first: 3 search: null", none()),
            ("first: 2 filter: null, orderBy: null", none()),
            ("first: 2 filter: {} orderBy: []", none()),
            ("first: 2 orderBy: ID_ASC", none()),
            ("first: 2 filter: { and: [] }", none()),
            ("first: 2 filter: { and: [{}, { or: [{}] }], name: {}, medications: {} }", none()),
            ("first: 2 filter: { not: { or: [] } }", none()),
            // As Relay sends what is unset.
            ("filter: $f, search: $s, orderBy: $o, first: $n, last: null, before: null", all_null()),
            ("filter: $f, search: $s, orderBy: $o, first: $n", json!({ "n": 2 })),
            ("first: 2 filter: $f", json!({ "f": { "and": {} } })),
        ],
        vec![
            ("first: 2 orderBy: NAME_ASC", none()),
            ("first: 2 orderBy: [NAME_ASC]", none()),
            ("first: 2 orderBy: [NAME_ASC, ID_ASC, NAME_DESC]", none()),
            ("first: 2 orderBy: $o", json!({ "o": "NAME_ASC" })),
            ("last: 2 orderBy: $o", json!({ "o": ["NAME_ASC"] })),
        ],
        vec![("first: 2 orderBy: NAME_DESC", none()), ("first: 2 orderBy: [NAME_DESC, ID_DESC]", none())],
        vec![
            ("first: 1 filter: { sex: { in: [MALE, FEMALE] }, patientId: { in: [1, 2, 3] } }", none()),
            ("first: 1 filter: { patientId: { in: [3, 1, 2, 2] }, sex: { in: [FEMALE, MALE] } }", none()),
            ("first: 1 filter: { and: [{ sex: { in: [MALE, FEMALE] } }, { patientId: { in: [1, 2, 3] } }] }", none()),
            (
                "first: 1 filter: { and: { patientId: { in: [1, 2, 3] }, and: { sex: { in: [MALE, FEMALE] } } } }",
                none(),
            ),
            (
                "first: 1 filter: $f",
                json!({ "f": { "patientId": { "in": [2, 1, 3] }, "sex": { "in": ["FEMALE", "MALE"] } } }),
            ),
        ],
        vec![
            ("first: 1 filter: { or: [{ patientId: { eq: 1 } }, { patientId: { eq: 2 } }] }", none()),
            ("first: 1 filter: { or: [{ patientId: { in: 2 } }, { patientId: { in: [1] } }, { or: [] }] }", none()),
        ],
        vec![
            ("first: 1 filter: { id: { in: [\"Patient:1\", 2] } }", none()),
            ("first: 1 filter: { id: { in: [2, 1] } }", none()),
        ],
        vec![
            ("first: 1 filter: { name: { ne: \"\" } }", none()),
            ("first: 1 filter: $f", json!({ "f": { "name": { "ne": "" } } })),
        ],
        vec![
            ("below first: 1", none()),
            ("below first: 1 filter: {}", none()),
            ("below filter: $a, first: $n", all_null()),
        ],
        vec![
            ("below first: 1 filter: { notes: { isNull: true }, not: { date: { isNull: true } } }", none()),
            ("below first: 1 filter: { not: { date: { isNull: true } }, notes: { isNull: true } }", none()),
        ],
    ];
    store.sql("UPDATE Appointment SET notes = NULL").await;
    let mut lists: Vec<(usize, &str, Value)> = Vec::new();
    for (group, all) in groups.into_iter().enumerate() {
        lists.extend(all.into_iter().map(|(field, variables)| (group, field, variables)));
    }
    for (group, field, variables) in lists.clone() {
        let cursor = cursor(&store, field, variables).await;
        for (other_group, other, mut variables) in lists.clone() {
            variables["c"] = json!(cursor);
            let query = query(other, "after: $c");
            let (answer, _) = store.ask_as(Scope::everything(), &query, variables).await;
            let expected: &[&str] = if group == other_group { &[] } else { &["BAD_USER_INPUT"] };
            assert_eq!(codes(&answer), expected, "a cursor of ({field}) in {query}: {answer}");
        }
    }
});

on_both!(a_filter_by_facts_means_the_same_in_any_order, async |store: Store| {
    let backend = store.backend;
    let store = Store::with_graph(backend, 40).await;
    let facts = ["hasCondition: \"Hypertension\"", "takesDrugThatTreats: \"Hypertension\""];
    let list = |facts: &str, after: &str| {
        format!(
            "{{ patients(first: 1, filter: {{ graph: {{ {facts} }} }} {after}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
        )
    };
    let first = store.data(&list(&facts.join(" "), "")).await;
    let cursor = first["patients"]["pageInfo"]["endCursor"].as_str().expect("nobody has it").to_owned();
    let after = format!("after: \"{cursor}\"");
    store.data(&list(&[facts[1], facts[0]].join(" "), &after)).await;
    assert_eq!(codes(&store.ask(&list(facts[0], &after)).await), ["BAD_USER_INPUT"]);
});
