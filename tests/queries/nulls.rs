//! A hospital's own tables may let any column be NULL. Reading never fails: what is NULL is null, its neighbours are answered, and no
//! connection is lost.

use crate::support::{Backend, Store, on_both};
use medimax::{
    db::{Dialect, Sql, ValueKind},
    graphql::{model::Entity, page},
    schema::{MODEL, entities},
};
use serde_json::Value;

/// Lets every column but the key be NULL.
async fn loosen(store: &Store) {
    if store.backend == Backend::Sqlite {
        return store
            .sql(
                "PRAGMA writable_schema = ON; UPDATE sqlite_master \
                 SET sql = replace(replace(replace(sql, 'IS NOT NULL', 'IS_SET'), ' NOT NULL', ''), 'IS_SET', 'IS NOT NULL') \
                 WHERE type = 'table'; PRAGMA writable_schema = RESET",
            )
            .await;
    }
    let mut columns = Sql::new(Dialect::MariaDb);
    columns.push(
        "SELECT 0, CONCAT('ALTER TABLE ', table_name, ' MODIFY COLUMN ', column_name, ' ', column_type, ' NULL') \
         FROM information_schema.columns WHERE table_schema = DATABASE() AND is_nullable = 'NO' AND column_key <> 'PRI' \
         AND is_generated = 'NEVER' AND table_name NOT LIKE '%\\_Search' AND table_name NOT LIKE 'Feed%'",
    );
    for (_, statement) in store.db.texts(&columns).await.unwrap() {
        store.sql(&statement.unwrap()).await;
    }
}

/// The root list of an entity.
fn list(entity: &Entity) -> &'static str {
    let leads = |def: &&medimax::graphql::model::FieldDef| {
        def.field.target(MODEL.query).is_some_and(|object| object.name == entity.connection.name)
    };
    MODEL.fields(MODEL.query).find(leads).unwrap().name
}

async fn nodes(store: &Store, list: &str, arguments: &str, fields: &str) -> Vec<Value> {
    let data = store.data(&format!("{{ {list}(first: 200{arguments}) {{ nodes {{ {fields} }} }} }}")).await;
    data[list]["nodes"].as_array().unwrap().clone()
}

/// The ids of a list, page by page.
async fn paged(store: &Store, list: &str, order: &str) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ {list}(first: 7, orderBy: {order}{after}) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let data = store.data(&query).await;
        ids.extend(data[list]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        let page = &data[list]["pageInfo"];
        if page["hasNextPage"] != true {
            return ids;
        }
        after = format!(", after: {}", page["endCursor"]);
    }
}

on_both!(a_null_in_any_column_costs_nothing_but_itself, 8, async |store: Store| {
    loosen(&store).await;
    let store = Store {
        db: medimax::db::open(&medimax::db::Options { max_connections: 1, ..crate::support::options(&store.url) })
            .await
            .unwrap(),
        ..store
    };
    // A value that must come with another may lack it in a table that was taken over.
    store
        .sql(match store.backend {
            Backend::MariaDb => "SET check_constraint_checks = 0",
            Backend::Sqlite => "PRAGMA ignore_check_constraints = ON",
        })
        .await;
    let session = async || match store.backend {
        Backend::MariaDb => {
            let mut sql = Sql::new(Dialect::MariaDb);
            sql.push("SELECT 0, CONNECTION_ID()");
            store.db.numbers(&sql).await.unwrap()[0].1
        }
        Backend::Sqlite => 0,
    };
    // Few patients have one.
    store
        .sql("INSERT INTO Prediction (patient_id, condition_name, label, created_at) VALUES (1, 'Flu', 'likely', '2024-05-01 10:00:00')")
        .await;
    let (before, mut tried) = (session().await, 0);
    for entity in entities() {
        let (list, table, key) = (list(entity), entity.table.name, entity.table.key);
        let scalars: Vec<_> = entity.object.scalars.iter().map(|scalar| scalar.name).collect();
        let rows = nodes(&store, list, "", "id").await.len();
        assert!(rows > 0, "{list} is empty");
        for scalar in entity.object.scalars {
            let generated = !entity.stored().contains(&scalar.column);
            if scalar.column.is_empty() || scalar.column == key || generated {
                continue;
            }
            let column = scalar.column;
            let update = format!(
                "UPDATE {table} SET {column} = NULL WHERE {key} = (SELECT k FROM (SELECT MIN({key}) AS k FROM {table}) m)"
            );
            store.sql(&update).await;
            tried += 1;
            // Where it is not asked for, and where it is.
            assert_eq!(nodes(&store, list, "", "id").await.len(), rows, "{table}.{column}");
            let read = nodes(&store, list, "", &scalars.join(" ")).await;
            assert_eq!(read.len(), rows, "{table}.{column}");
            let flag = matches!(scalar.kind, ValueKind::Flag(_));
            assert!(flag || read.iter().any(|node| node[scalar.name].is_null()), "{table}.{column} is not null");
            if !scalar.nullable {
                assert!(flag, "{table}.{column} may be NULL, and its field not null");
            }
            if page::orderable(entity).any(|ordered| ordered.column == column) {
                for direction in ["ASC", "DESC"] {
                    let order = format!("{}_{direction}", page::screaming(scalar.name));
                    let all = nodes(&store, list, &format!(", orderBy: {order}"), "id").await;
                    let all: Vec<&str> = all.iter().map(|node| node["id"].as_str().unwrap()).collect();
                    assert_eq!(paged(&store, list, &order).await, all, "{list} by {order}");
                }
            }
        }
    }
    // What leads up from a row without a key leads nowhere, and what leads down from its neighbours is there.
    let data =
        store.data("{ medications(first: 200) { nodes { patient { name } purposes { conditionName } } } }").await;
    let nodes = data["medications"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["patient"].is_null()) && nodes.iter().any(|node| node["patient"].is_object()));
    assert!(tried > 60, "only {tried} columns were tried");
    assert_eq!(session().await, before, "a connection was lost");
});
