//! The entities and the migrations of both backends describe the same tables.

use crate::support::{Backend, Store, on_both};
use medimax::{
    db::{Sql, ValueKind, migrate},
    graphql::{
        model::Entity,
        rules::{Absent, Cells, kind_of},
    },
    schema::{MODEL, entities},
    write::made::made,
};
use std::collections::{BTreeMap, BTreeSet};

type Tables = BTreeMap<String, BTreeSet<String>>;

/// The tables and columns that the entities declare.
fn declared() -> Tables {
    let columns = |entity: &Entity| {
        let classed = entity.classes.iter().map(|classed| classed.column.to_owned());
        (entity.table.name.to_owned(), classed.filter(|column| !column.is_empty()).collect())
    };
    entities().iter().map(|entity| columns(entity)).collect()
}

/// The tables and columns of a database, but for its own books, and the tables of search and graph, which no entity shows.
async fn existing(store: &Store) -> Tables {
    let mut sql = Sql::new(store.db.dialect());
    sql.push(match store.backend {
        Backend::MariaDb => "SELECT 0, CONCAT(table_name, '.', column_name) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name <> 'only_primary'",
        Backend::Sqlite => "SELECT 0, m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
    });
    let mut tables = Tables::new();
    for (_, name) in store.db.texts(&sql).await.unwrap() {
        let name = name.unwrap();
        let (table, column) = name.split_once('.').unwrap();
        let ours = [
            "Change_Feed",
            "Feed_",
            "Catalog",
            "Concept",
            "Idempotency_Key",
            "Import_",
            "User_Account",
            "Account_Session",
            "Refresh_Token",
            "Signing_Key",
            "Login_Failure",
            "Access_",
            "Break_Glass",
            "Api_",
        ]
        .iter()
        .any(|name| table.starts_with(name));
        // What is there for a unique index alone is shown by nothing.
        if column.starts_with("uq_") {
            continue;
        }
        if table != "Schema_Migration" && !table.contains("_Search") && !ours {
            tables.entry(table.to_owned()).or_default().insert(column.to_owned());
        }
    }
    tables
}

on_both!(every_declared_column_exists_and_every_column_is_declared, async |store: Store| {
    assert_eq!(existing(&store).await, declared());
});

/// The defaults of a database by table and column, without quotes and in small letters.
async fn defaults(store: &Store) -> BTreeMap<(String, String), String> {
    let mut sql = Sql::new(store.db.dialect());
    sql.push(match store.backend {
        Backend::MariaDb => "SELECT 0, CONCAT(table_name, '.', column_name, '.', column_default) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_default <> 'NULL'",
        Backend::Sqlite => "SELECT 0, m.name || '.' || c.name || '.' || c.dflt_value FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.dflt_value <> 'NULL'",
    });
    let split = |text: Option<String>| {
        let text = text.unwrap();
        let mut parts = text.splitn(3, '.').map(str::to_owned);
        let (table, column) = (parts.next().unwrap(), parts.next().unwrap());
        ((table, column), parts.next().unwrap().trim_matches('\'').to_lowercase())
    };
    store.db.texts(&sql).await.unwrap().into_iter().map(|(_, text)| split(text)).collect()
}

on_both!(what_a_new_row_is_not_given_is_null_or_what_its_field_says, async |store: Store| {
    let (defaults, mut compared) = (defaults(&store).await, BTreeSet::new());
    for entity in entities() {
        let row = made(entity, &Cells::default(), false).unwrap();
        for column in entity.rules.columns {
            let default = defaults.get(&(entity.table.name.to_owned(), column.name.to_owned()));
            let Some(default) = default else { continue };
            // No default of the database comes into a row unseen: the gateway writes NULL or its own, or says that it is now.
            let of = format!("{}.{}", entity.table.name, column.name);
            match column.absent {
                Absent::Value(value) => assert_eq!(value.to_lowercase(), *default, "{of}"),
                Absent::Now => assert!(default.starts_with("current_timestamp") && !row.has(column.name), "{of}"),
                Absent::Made => assert!(row.get(column.name).is_some(), "{of}"),
                Absent::Null if column.required => {}
                Absent::Null => match kind_of(entity, column.name) {
                    ValueKind::Flag(flag) => {
                        let is = if flag { "1" } else { "0" };
                        assert_eq!((row.get(column.name), default.as_str()), (Some(is), is), "{of}");
                    }
                    _ => assert!(row.has(column.name) && row.get(column.name).is_none(), "{of}"),
                },
            }
            compared.insert(of);
        }
    }
    for of in ["Medical_History.severity", "Appointment.status", "Chat_History.timestamp", "Medication.is_continued"] {
        assert!(compared.contains(of), "{of} {compared:?}");
    }
});

#[test]
fn every_field_that_shows_a_column_has_its_class() {
    for entity in entities() {
        let classed: BTreeMap<_, _> = entity.classes.iter().map(|classed| (classed.field, classed.column)).collect();
        assert_eq!(classed.len(), entity.classes.len(), "{entity:?}");
        for scalar in entity.object.scalars.iter().filter(|scalar| !matches!(scalar.kind, ValueKind::Id)) {
            assert_eq!(classed.get(scalar.name), Some(&scalar.column), "{entity:?}.{}", scalar.name);
        }
        // A text that is read by itself is a field, and no scalar of a row.
        for (field, column) in classed.into_iter().filter(|(field, _)| entity.object.scalar(field).is_none()) {
            assert!(MODEL.field(entity.object, field).is_some(), "{entity:?}.{field}");
            assert!(entity.stored().contains(&column), "{entity:?}.{field}");
        }
    }
}

/// Everything that a schema consists of, as text.
async fn shape(store: &Store) -> Vec<String> {
    let texts = async |text: String| {
        let mut sql = Sql::new(store.db.dialect());
        sql.push(text);
        store.db.texts(&sql).await.unwrap().into_iter().filter_map(|(_, text)| text).collect::<Vec<_>>()
    };
    let mut shape = match store.backend {
        Backend::Sqlite => texts("SELECT 0, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'".into()).await,
        Backend::MariaDb => {
            let mut shape = Vec::new();
            for query in [
                "SELECT 0, CONCAT_WS(' ', table_name, column_name, column_type, is_nullable, column_default, extra, collation_name, generation_expression) FROM information_schema.columns WHERE table_schema = DATABASE()",
                "SELECT 0, CONCAT_WS(' ', table_name, index_name, seq_in_index, column_name, non_unique) FROM information_schema.statistics WHERE table_schema = DATABASE()",
                "SELECT 0, CONCAT_WS(' ', trigger_name, event_manipulation, event_object_table, action_statement) FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
                "SELECT 0, CONCAT_WS(' ', table_name, constraint_name, check_clause) FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()",
                "SELECT 0, CONCAT_WS(' ', table_name, constraint_name, delete_rule, update_rule) FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()",
            ] {
                shape.extend(texts(query.into()).await);
            }
            shape
        }
    };
    shape.sort();
    shape
}

on_both!(up_down_up_makes_the_same_schema, async |store: Store| {
    let before = shape(&store).await;
    assert!(before.len() > 30);
    assert_eq!(migrate::up(&store.db, |_, _| {}).await.unwrap(), [], "a second run has nothing to do");
    let back = migrate::down_to(&store.db, 0, |_, _| {}).await.unwrap();
    assert_eq!(back.len(), migrate::known(store.db.dialect()).unwrap().len());
    let left: Vec<String> = shape(&store).await.into_iter().filter(|line| !line.contains("Schema_Migration")).collect();
    assert_eq!(left, Vec::<String>::new());
    migrate::up(&store.db, |_, _| {}).await.unwrap();
    assert_eq!(shape(&store).await, before);
});

on_both!(a_newer_schema_is_refused_and_an_older_one_named, async |store: Store| {
    assert_eq!(migrate::state(&store.db).await.unwrap(), migrate::State::Current);
    store.sql("INSERT INTO Schema_Migration (version, name) VALUES (9999, '9999_future')").await;
    assert_eq!(migrate::state(&store.db).await.unwrap(), migrate::State::Newer(9999, 9999));
    let refused = migrate::up(&store.db, |_, _| {}).await.unwrap_err().to_string();
    assert!(refused.contains("newer than this binary"), "{refused}");
    store.sql("DELETE FROM Schema_Migration WHERE version > 1").await;
    assert_eq!(migrate::state(&store.db).await.unwrap(), migrate::State::Behind(1));
    let refused = migrate::require_current(&store.db).await.unwrap_err().to_string();
    assert!(refused.contains("medimax migrate"), "{refused}");
});

on_both!(an_older_binary_works_with_a_newer_schema_that_suits_it, async |store: Store| {
    let latest = migrate::latest(store.db.dialect()).unwrap();
    let future =
        |suits| format!("INSERT INTO Schema_Migration (version, name, suits) VALUES (9999, '9999_future', {suits})");
    for (suits, state) in [
        (latest, migrate::State::Suited(9999)),
        (1, migrate::State::Suited(9999)),
        (latest + 1, migrate::State::Newer(9999, latest + 1)),
    ] {
        store.sql(&future(suits)).await;
        assert_eq!(migrate::state(&store.db).await.unwrap(), state);
        let suited = suits <= latest;
        assert_eq!(migrate::require(&store.db).await.is_ok(), suited);
        assert_eq!(migrate::up(&store.db, |_, _| {}).await.ok(), suited.then(Vec::new), "nothing is run either way");
        for refused in
            [migrate::require_current(&store.db).await, migrate::down_to(&store.db, 0, |_, _| {}).await.map(drop)]
        {
            let why = refused.unwrap_err().to_string();
            assert!(why.contains("schema version 9999, newer than this binary"), "{why}");
        }
        store.sql("DELETE FROM Schema_Migration WHERE version = 9999").await;
    }
    let why = {
        store.sql(&future(latest + 1)).await;
        migrate::require(&store.db).await.unwrap_err().to_string()
    };
    assert_eq!(
        why,
        format!(
            "the database is at schema version 9999, newer than this binary ({latest}), and serves none older than {}: use a \
             newer medimax",
            latest + 1
        )
    );
});

on_both!(a_database_of_before_versions_said_whom_they_suit_is_taken_on, async |store: Store| {
    let latest = migrate::latest(store.db.dialect()).unwrap();
    store.sql("ALTER TABLE Schema_Migration DROP COLUMN suits").await;
    assert_eq!(migrate::state(&store.db).await.unwrap(), migrate::State::Current);
    store.sql("INSERT INTO Schema_Migration (version, name) VALUES (9999, '9999_future')").await;
    assert_eq!(migrate::state(&store.db).await.unwrap(), migrate::State::Newer(9999, 9999));
    store.sql("DELETE FROM Schema_Migration WHERE version = 9999").await;
    migrate::down_to(&store.db, latest - 1, |_, _| {}).await.unwrap();
    migrate::up(&store.db, |_, _| {}).await.unwrap();
    let mut sql = Sql::new(store.db.dialect());
    sql.push("SELECT version, suits FROM Schema_Migration ORDER BY version DESC LIMIT 1");
    let suits = migrate::known(store.db.dialect()).unwrap().last().unwrap().suits;
    assert_eq!(store.db.numbers(&sql).await.unwrap(), [(latest, i64::from(suits))]);
});

on_both!(a_migration_takes_nothing_from_the_binaries_that_it_suits, async |store: Store| {
    // Each column: its table, its name, its type, and whether a row may leave it out.
    let columns = async || {
        let mut sql = Sql::new(store.db.dialect());
        sql.push(match store.backend {
            Backend::MariaDb => "SELECT is_nullable = 'YES' OR column_default IS NOT NULL OR extra LIKE '%auto_increment%' OR extra LIKE '%GENERATED%', CONCAT_WS(' ', table_name, column_name, column_type) FROM information_schema.columns WHERE table_schema = DATABASE()",
            Backend::Sqlite => r#"SELECT c."notnull" = 0 OR c.dflt_value IS NOT NULL OR c.hidden > 0, CONCAT_WS(' ', m.name, c.name, c.type) FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"#,
        });
        let rows = store.db.texts(&sql).await.unwrap();
        rows.into_iter().map(|(free, column)| (column.unwrap(), free != 0)).collect::<BTreeMap<_, _>>()
    };
    let table = |column: &str| column.split(' ').next().unwrap().to_owned();
    let (known, mut at) = (migrate::known(store.db.dialect()).unwrap(), BTreeMap::new());
    for version in known.iter().rev().map(|migration| migration.version) {
        migrate::down_to(&store.db, version, |_, _| {}).await.unwrap();
        at.insert(version, columns().await);
    }
    let mut compared = 0;
    for migration in &known {
        let after = &at[&migration.version];
        for (version, before) in at.range(migration.suits..migration.version) {
            compared += 1;
            let tables: BTreeSet<String> = before.keys().map(|column| table(column)).collect();
            for (column, free) in before {
                assert_eq!(after.get(column), Some(free), "{} changes {column} of version {version}", migration.name);
            }
            for (column, free) in after.iter().filter(|(column, _)| tables.contains(&table(column))) {
                let known = before.contains_key(column);
                assert!(known || *free, "{}: version {version} would not fill {column}", migration.name);
            }
        }
    }
    assert!(compared > 0);
});

// On SQLite a migration is one transaction: there is no half of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_was_cut_short_goes_on() {
    let store = Store::new(Backend::MariaDb).await;
    let whole = shape(&store).await;
    let latest = migrate::known(store.db.dialect()).unwrap().last().unwrap().version;
    // As if the process had been killed after its last statement, before it could say so.
    store.sql(&format!("UPDATE Schema_Migration SET version = -{latest} WHERE version = {latest}")).await;
    // And as if some statements had not run.
    store.sql("DROP INDEX idx_patient_dob ON Patient").await;
    store.sql("DELETE FROM Schema_Migration WHERE version = 1").await;
    migrate::up(&store.db, |_, _| {}).await.unwrap();
    assert_eq!(shape(&store).await, whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_may_migrate_at_once() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let url = crate::support::empty(backend).await;
        let db = medimax::db::open(&crate::support::options(&url)).await.unwrap();
        let other = medimax::db::open(&crate::support::options(&url)).await.unwrap();
        let (one, two) = tokio::join!(migrate::up(&db, |_, _| {}), migrate::up(&other, |_, _| {}));
        let ran = [one.unwrap().len(), two.unwrap().len()];
        assert_eq!(ran.iter().sum::<usize>(), migrate::known(db.dialect()).unwrap().len(), "{backend:?} {ran:?}");
        assert!(ran.contains(&0), "{backend:?}: one does all, the other waits: {ran:?}");
    }
}
