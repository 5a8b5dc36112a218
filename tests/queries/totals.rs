//! Totals: exact, and counted no further than a limit.

use crate::support::{
    Backend, Store, codes, on_both, options,
    process::{Answer, Gateway, JSON, body_of, eventually},
    texts,
};
use medimax::{
    db::scope::Scope,
    db::{self, Options},
    graphql::model::Object,
    schema::{MODEL, entities},
};
use serde_json::{Value, json};

/// The connections of an object, by the names of their fields.
fn connections(object: &'static Object) -> Vec<&'static str> {
    let leads = |target: &'static Object| entities().iter().any(|entity| std::ptr::eq(target, entity.connection));
    MODEL.fields(object).filter(|def| def.field.target(object).is_some_and(leads)).map(|def| def.name).collect()
}

const LIMITS: [u64; 3] = [0, 2, 100_000];

/// The totals of a connection, exact and up to each limit.
const TOTALS: &str =
    "totalCount l0: totalCountAtMost(limit: 0) { count isExact } l1: totalCountAtMost(limit: 2) { isExact count }
    l2: totalCountAtMost(limit: 100000) { count isExact }";

/// Compares the totals of a connection; says whether one was cut, and whether there was anything.
fn compared(connection: &Value, place: &str) -> (bool, bool) {
    let total = connection["totalCount"].as_u64().unwrap_or_else(|| panic!("{place}: {connection}"));
    for (at, limit) in LIMITS.into_iter().enumerate() {
        let expected = json!({ "count": total.min(limit), "isExact": total <= limit });
        assert_eq!(connection[format!("l{at}")], expected, "{place} up to {limit}, of {total}");
    }
    (total > 2, total > 0)
}

on_both!(a_total_up_to_a_limit_is_the_total_or_the_limit, 30, async |store: Store| {
    for scope in [Scope::everything(), Scope::patients([1, 2, 3, 4])] {
        let (mut lists, mut cut) = (0, 0);
        for root in connections(MODEL.query) {
            let query = format!("{{ {root} {{ {TOTALS} }} }}");
            let (answer, ran) = store.ask_as(scope.clone(), &query, Value::Null).await;
            // What a scope costs is looked up first.
            let totals = ran.iter().filter(|ran| !matches!(ran.what, "probe" | "sample")).count();
            assert_eq!((answer.get("errors"), totals), (None, 4), "{query}");
            let (long, any) = compared(&answer["data"][root], root);
            (lists, cut) = (lists + usize::from(any), cut + usize::from(long));
        }
        assert!(lists > 10 && cut > 5, "{lists} lists, {cut} of them long: the test shows little");
        let (mut lists, mut cut, mut none) = (0, 0, 0);
        for entity in entities() {
            let of = |def: &&medimax::graphql::model::FieldDef| {
                def.field.target(MODEL.query).is_some_and(|target| std::ptr::eq(target, entity.connection))
            };
            let Some(root) = MODEL.fields(MODEL.query).find(of).map(|def| def.name) else { continue };
            for list in connections(entity.object) {
                let query = format!("{{ {root}(first: 60) {{ nodes {{ {list} {{ {TOTALS} }} }} }} }}");
                let (answer, ran) = store.ask_as(scope.clone(), &query, Value::Null).await;
                assert_eq!(answer.get("errors"), None, "{query}");
                // However many parents there are.
                assert_eq!(ran.len(), 5, "{query}");
                for node in answer["data"][root]["nodes"].as_array().unwrap() {
                    let (long, any) = compared(&node[list], &format!("{root}.{list}"));
                    (lists, cut, none) = (lists + usize::from(any), cut + usize::from(long), none + usize::from(!any));
                }
            }
        }
        assert!(lists > 20 && cut > 5 && none > 0, "{lists} lists, {cut} of them long, {none} empty");
    }
});

on_both!(a_total_up_to_a_limit_follows_filter_and_search, 30, async |store: Store| {
    for list in [
        "patients(filter: { sex: { eq: FEMALE } })",
        "patients(filter: { medications: { some: { isContinued: { eq: true } } } }, first: 1, orderBy: [NAME_DESC])",
        "patients(search: \"a\")",
        "appointments(filter: { date: { gte: \"1900-01-01\" } }, last: 2)",
    ] {
        let data = store.data(&format!("{{ list: {list} {{ {TOTALS} nodes {{ id }} }} }}")).await;
        assert!(compared(&data["list"], list).0, "{list}: {data}");
    }
    let below = [
        "doctors(first: 60) { nodes { list: patients(filter: { sex: { eq: MALE } }) { TOTALS } } }",
        "patients(first: 60) { nodes { list: appointments(filter: { symptoms: { some: {} } }) { TOTALS } } }",
    ];
    for query in below {
        let data = store.data(&format!("{{ all: {} }}", query.replace("TOTALS", TOTALS))).await;
        let nodes = data["all"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().filter(|node| compared(&node["list"], query).1).count() > 2, "{query}: {data}");
    }
});

on_both!(how_far_is_counted_has_a_usual_and_a_greatest_limit, 1, async |store: Store| {
    let rows = vec!["('Many', 'Male')"; 1_000].join(", ");
    store.sql(&format!("INSERT INTO Patient (name, sex) VALUES {rows}")).await;
    let query =
        "{ patients { totalCount totalCountAtMost { count isExact } null: totalCountAtMost(limit: null) { count } } }";
    let expected = json!({ "totalCount": 1_001, "totalCountAtMost": { "count": 1_000, "isExact": false }, "null": { "count": 1_000 } });
    assert_eq!(store.data(query).await["patients"], expected);
    for (limit, code, message) in [
        ("-1", "BAD_USER_INPUT", "`limit` must not be negative"),
        ("100001", "LIMIT_EXCEEDED", "`limit` asks for 100001 at once, the limit max_total_count allows 100000"),
    ] {
        let answer = store
            .ask(&format!(
                "{{ patients(first: 1) {{ totalCountAtMost(limit: {limit}) {{ count }} nodes {{ name }} }} }}"
            ))
            .await;
        assert_eq!((codes(&answer), texts(&answer, "errors.*.message")), (vec![code], vec![message.to_owned()]));
        // It costs its own field.
        let patients = &answer["data"]["patients"];
        assert!(patients["totalCountAtMost"].is_null() && patients["nodes"][0]["name"].is_string(), "{answer}");
    }
});

/// While the table is locked, whoever counts it waits: the first has sent a statement, all the others share the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_total_that_many_ask_for_at_once_is_counted_once() {
    const CLIENTS: usize = 6;
    let store = Store::with_patients(Backend::MariaDb, 3).await;
    let gateway = Gateway::start(&["--database-url", &store.url]);
    let blocker = db::open(&Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    let sent =
        || gateway.metric("medimax_statement_duration_seconds_count{store=\"database\",what=\"totalCount\"}") as usize;
    let running = || gateway.metric("medimax_requests_at_once{state=\"running\"}") as usize;
    let ask = |query| gateway.write("POST", "/graphql", &[JSON], &body_of(query, Value::Null));
    // Of several totals each is shared with its like alone.
    let (all, women) = ("{ patients { totalCount } }", "{ patients(filter: { sex: { eq: FEMALE } }) { totalCount } }");
    assert_eq!(gateway.ask(all).1["data"]["patients"]["totalCount"], 3);
    store.sql("UPDATE Patient SET sex = CASE patient_id WHEN 1 THEN 'Female' ELSE 'Male' END").await;
    // Who waits for long sends an own statement; a machine that is busy for so long may try again.
    for _ in 0..10 {
        let before = sent();
        blocker.run("LOCK TABLES Patient WRITE").await.unwrap();
        let asked: Vec<_> = (0..CLIENTS).map(|_| (ask(all), ask(women))).collect();
        eventually("all of them wait", || (running() == 2 * CLIENTS).then_some(())).unwrap();
        blocker.run("UNLOCK TABLES").await.unwrap();
        for (all, women) in asked {
            assert_eq!(Answer::read(all).json(), json!({ "data": { "patients": { "totalCount": 3 } } }));
            assert_eq!(Answer::read(women).json(), json!({ "data": { "patients": { "totalCount": 1 } } }));
        }
        if sent() - before == 4 {
            return;
        }
    }
    panic!("equal totals were never counted once");
}

on_both!(whoever_knows_of_a_change_is_told_a_total_with_it, 3, async |store: Store| {
    let gateway = Gateway::start(&["--database-url", &store.url]);
    let total = || gateway.ask("{ patients { totalCount } }").1["data"]["patients"]["totalCount"].as_i64().unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    let ended = std::sync::atomic::Ordering::SeqCst;
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            // Others ask all the time, so that there is always a statement on its way.
            for _ in 0..4 {
                scope.spawn(|| {
                    while !done.load(ended) {
                        total();
                    }
                });
            }
            let handle = tokio::runtime::Handle::current();
            for more in 1..=100 {
                // As another program, which the gateway is not told of.
                handle.block_on(store.sql("INSERT INTO Patient (name, sex) VALUES ('Newly Come', 'Other')"));
                let told = total();
                if told != 3 + more {
                    done.store(true, ended);
                    panic!("{told} of {}", 3 + more);
                }
            }
            done.store(true, ended);
        });
    });
});
