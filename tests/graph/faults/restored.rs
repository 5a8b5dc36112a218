//! A graph or a database that is put back to what it was: both bear a mark that tells.

use super::*;
use crate::support::neo4j::Server;

/// What the log says of each.
const OLDER_GRAPH: &str = "the graph is older than what was written into it";
const UNKNOWN: &str = "the database keeps no account of this graph";
const OLDER_DATABASE: &str = "the database is older than the graph";

/// Keeps what the graph holds now, as a backup would, in nodes of another label.
fn keep(place: &Place) {
    place.run(
        "MATCH (n) WHERE any(label IN labels(n) WHERE label STARTS WITH '@')
         CREATE (k:Kept_@) SET k.of = elementId(n), k.labels = labels(n)
         CREATE (k)-[:PROPS]->(p:Kept_@Props) SET p = properties(n)",
    );
    place.run(
        "MATCH (a)-[r]->(b) WHERE any(label IN labels(a) WHERE label STARTS WITH '@')
         MATCH (from:Kept_@ {of: elementId(a)}) MATCH (to:Kept_@ {of: elementId(b)})
         CREATE (from)-[:LINK]->(k:Kept_@Link {name: type(r)})-[:TO]->(to)
         CREATE (k)-[:PROPS]->(p:Kept_@Props) SET p = properties(r)",
    );
    assert!(place.number("MATCH (k:Kept_@Link) RETURN count(k)") > 50);
}

/// Puts back what was kept, in one transaction, as a server that was away sees its clients again.
fn put_back(place: &Place) {
    place.run(
        "CALL () { MATCH (n) WHERE any(label IN labels(n) WHERE label STARTS WITH '@') DETACH DELETE n }
         CALL () {
           MATCH (k:Kept_@)-[:PROPS]->(p:Kept_@Props)
           CREATE (n) SET n = properties(p) SET n:$(k.labels)
           CREATE (k)-[:NOW]->(n)
         }
         CALL () {
           MATCH (from:Kept_@)-[:LINK]->(k:Kept_@Link)-[:TO]->(to:Kept_@)
           MATCH (k)-[:PROPS]->(p:Kept_@Props) MATCH (from)-[:NOW]->(a) MATCH (to)-[:NOW]->(b)
           CREATE (a)-[r:$(k.name)]->(b) SET r = properties(p)
         }
         MATCH (k:Kept_@)-[now:NOW]->() DELETE now",
    );
}

fn forget(place: &Place) {
    place.run("MATCH (k) WHERE any(label IN labels(k) WHERE label STARTS WITH 'Kept_@') DETACH DELETE k");
}

/// That `medimax check` finds nothing, without anybody's help.
fn is_clean(hospital: &Hospital) {
    let check = run(&mut hospital.command(&["check"]));
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graph_that_is_put_back_is_noticed_and_made_anew() {
    let place = Place::new();
    let hospital = Hospital::new(12, &server(), &place.prefix).await;
    let mut gateways = vec![hospital.gateway(), hospital.gateway()];
    let available = async |gateways: &[Gateway]| {
        until("they answer", async || gateways.iter().all(available)).await;
    };
    available(&gateways).await;
    // While gateways serve, and while none does.
    for serving in [true, false] {
        hospital.store.sql("UPDATE Patient SET name = 'Before'").await;
        hospital.is_in_step().await;
        keep(&place);
        hospital.store.sql("UPDATE Patient SET name = 'After'; DELETE FROM Patient WHERE patient_id = 3").await;
        hospital.store.sql("INSERT INTO Patient (name, sex) VALUES ('After', 'Other')").await;
        hospital.is_in_step().await;
        if !serving {
            gateways.drain(..).for_each(|gateway| assert!(gateway.stop().success()));
        }
        let before = hospital.log().matches(OLDER_GRAPH).count();
        put_back(&place);
        assert!(place.number("MATCH (p:@Patient {name: 'Before'}) RETURN count(p)") >= 12);
        if !serving {
            gateways.push(hospital.gateway());
        }
        until("it is noticed", async || hospital.log().matches(OLDER_GRAPH).count() > before).await;
        hospital.is_in_step().await;
        assert_eq!(place.number("MATCH (p:@Patient {name: 'Before'}) RETURN count(p)"), 0);
        assert!(place.number("MATCH (p:@Patient {name: 'After'}) RETURN count(p)") >= 12);
        available(&gateways).await;
        is_clean(&hospital);
        if serving {
            forget(&place);
        }
    }
    // An older one yet, whose name nobody knows any more.
    put_back(&place);
    until("it is noticed", async || hospital.log().contains(UNKNOWN)).await;
    hospital.is_in_step().await;
    available(&gateways).await;
    is_clean(&hospital);
    assert_eq!(hospital.log().matches(OLDER_GRAPH).count(), 2, "{}", hospital.log());
    assert!(!hospital.log().contains(OLDER_DATABASE));
    forget(&place);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synchronisation_notices_a_graph_that_was_put_back() {
    let place = Place::new();
    let hospital = Hospital::new(6, &server(), &place.prefix).await;
    let sync = || {
        let sync = run(&mut hospital.command(&["sync"]));
        assert_eq!(sync.code, Some(0), "{sync:?}");
        sync.log.join("\n")
    };
    sync();
    keep(&place);
    hospital.store.sql("UPDATE Patient SET name = 'After'").await;
    assert!(!sync().contains(OLDER_GRAPH));
    put_back(&place);
    assert!(sync().contains(OLDER_GRAPH));
    hospital.is_in_step().await;
    is_clean(&hospital);
    assert!(!sync().contains(OLDER_GRAPH));
    forget(&place);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_put_back_is_noticed_too() {
    let place = Place::new();
    let store = Store::with_patients(Backend::Sqlite, 6).await;
    let file = PathBuf::from(store.url.strip_prefix("sqlite://").unwrap());
    let graph = ["--graph-url", &server(), "--graph-label-prefix", &place.prefix, "--graph-timeout-ms", "10000"];
    let medimax = |command: &[&str], url: &str| {
        let ended = run(medimax(command).args(["--database-url", url]).args(graph));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.log.join("\n")
    };
    medimax(&["sync"], &store.url);
    let backup = file.with_extension("backup");
    store.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(number(&store.db, "SELECT mark_applied FROM Feed_Consumer").await > 0);
    fs::copy(&file, &backup).unwrap();
    store.sql("UPDATE Patient SET name = 'After'; INSERT INTO Patient (name, sex) VALUES ('After', 'Other')").await;
    assert!(!medimax(&["sync"], &store.url).contains(OLDER_DATABASE));
    assert_eq!(place.number("MATCH (p:@Patient {name: 'After'}) RETURN count(p)"), 7);

    let url = format!("sqlite://{}", backup.display());
    let log = medimax(&["sync"], &url);
    assert!(log.contains(OLDER_DATABASE), "{log}");
    assert_eq!(place.number("MATCH (p:@Patient) RETURN count(p)"), 6);
    assert_eq!(place.number("MATCH (p:@Patient {name: 'After'}) RETURN count(p)"), 0);
    medimax(&["check"], &url);
    assert!(!medimax(&["sync"], &url).contains(OLDER_DATABASE));
    fs::remove_file(backup).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_of_a_neo4j_that_is_put_back_is_noticed() {
    if !support::full() {
        return;
    }
    let mut neo4j = Server::start().await;
    let hospital = Hospital::new(30, &neo4j.url(), "").await;
    let gateway = hospital.gateway();
    until("the graph is there", async || available(&gateway)).await;
    hospital.is_in_step().await;
    let (data, copy) = (neo4j.folder.join("data"), neo4j.folder.join("copy"));
    let files = |from: &PathBuf, to: &PathBuf| {
        let copied = Command::new("cp").args(["-a", "--"]).args([from, to]).status().unwrap();
        assert!(copied.success());
    };
    neo4j.stop();
    files(&data, &copy);
    neo4j.run().await;
    hospital.store.sql("UPDATE Patient SET name = 'After'; DELETE FROM Patient WHERE patient_id = 3").await;
    hospital.is_in_step().await;
    neo4j.stop();
    fs::remove_dir_all(&data).unwrap();
    files(&copy, &data);
    neo4j.run().await;
    until("it is noticed", async || hospital.log().contains(OLDER_GRAPH)).await;
    hospital.is_in_step().await;
    until("it answers again", async || available(&gateway)).await;
    is_clean(&hospital);
}
