//! Connections that die without a word, as a firewall lets them: what was said on them is swallowed, and nobody is told.

use super::*;
use crate::support::{mariadb_server, process::eventually, proxy::Proxy};

/// Long enough for every limit that the tests set, on a machine that has other work; a hang would last for ever.
const NOTICED: Duration = Duration::from_secs(60);

/// A proxy in front of the server of a URL, and the URL through it.
fn through(url: &str) -> (Proxy, String) {
    let (login, host) = url.rsplit_once('@').unwrap();
    let (host, rest) = host.split_once('/').unwrap_or((host, ""));
    let proxy = Proxy::start(host.rsplit_once(':').unwrap().1.parse().unwrap());
    let url = format!("{login}@127.0.0.1:{}", proxy.port);
    (proxy, if rest.is_empty() { url } else { format!("{url}/{rest}") })
}

/// What `/readyz` says: its status, the database's state and the graph's.
fn ready(gateway: &Gateway) -> (u16, String, String) {
    let answer = gateway.send("GET", "/readyz", &[], b"");
    let (status, report) = (answer.status, answer.json());
    let state = |of: &str| report[of]["state"].as_str().unwrap().to_owned();
    (status, state("database"), state("graph"))
}

/// Waits for something and says how long it took.
async fn timed(what: &str, holds: impl AsyncFnMut() -> bool) -> Duration {
    let since = Instant::now();
    until(what, holds).await;
    eprintln!("{what}: {:.1} s", since.elapsed().as_secs_f32());
    assert!(since.elapsed() < NOTICED, "{what}: {:?}", since.elapsed());
    since.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neo4j_that_falls_silent_is_noticed_and_found_again() {
    let place = Place::new();
    let (proxy, url) = through(&server());
    let mut hospital = Hospital::new(20, &server(), &place.prefix).await;
    hospital.graph_url = url;
    let gateway = hospital.gateway();
    until("the graph is there", async || available(&gateway) && projects(&gateway)).await;
    assert_eq!(ready(&gateway), (200, "up".into(), "up".into()));
    assert_eq!(gateway.metric("medimax_graph_up"), 1.0);

    // Every connection; then those alone that there are, because the firewall forgot them, or hangs up on them.
    let losses: [&dyn Fn(); 3] = [&|| proxy.swallow(true), &|| proxy.forget(), &|| proxy.cut()];
    for (round, loss) in losses.into_iter().enumerate() {
        loss();
        hospital.store.sql("UPDATE Patient SET name = CONCAT(name, 'x')").await;
        if round == 0 {
            timed("a silent Neo4j is noticed: lastError", async || status(&gateway)["lastError"].is_string()).await;
            timed("a silent Neo4j is noticed: stalled", async || status(&gateway)["stalled"] == true).await;
            assert_eq!(ready(&gateway), (200, "up".into(), "down".into()));
            assert_eq!(gateway.metric("medimax_graph_up"), 0.0);
            assert_eq!(gateway.metric("medimax_graph_stalled"), 1.0);
            let lag = gateway.metric("medimax_graph_lag_seconds");
            assert!(lag > 10.0, "{lag}");
            assert!(status(&gateway)["lagMs"].as_i64().unwrap() > 10_000);
            assert!(hospital.log().contains("the graph has not been kept in step for"), "{}", hospital.log());
            sleep(Duration::from_secs(2)).await;
            assert!(gateway.metric("medimax_graph_lag_seconds") >= lag + 2.0);
            proxy.swallow(false);
        }
        timed("a Neo4j that answers again is found", async || {
            available(&gateway) && projects(&gateway) && status(&gateway)["stalled"] == false
        })
        .await;
        timed("it is in step again", async || status(&gateway)["backlog"] == 0).await;
        hospital.is_in_step().await;
        timed("readiness says so", async || ready(&gateway) == (200, "up".into(), "up".into())).await;
    }
    assert!(hospital.log().contains("the graph is kept in step again, after"), "{}", hospital.log());
    assert!(!hospital.log().contains("restored from a backup"), "{}", hospital.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_whose_neo4j_falls_silent_is_relieved_and_does_no_harm_later() {
    let place = Place::new();
    let (proxy, url) = through(&server());
    let mut hospital = Hospital::new(20, &server(), &place.prefix).await;
    let direct = std::mem::replace(&mut hospital.graph_url, url);
    let silent = hospital.gateway();
    until("the first leads", async || projects(&silent)).await;
    hospital.graph_url = direct;
    let other = hospital.relief(&silent).await;
    let writer = Writer::start(&hospital.store).await;
    writer.goes_on(10).await;
    proxy.swallow(true);
    timed("another gateway takes over from one whose Neo4j is silent", async || projects(&other)).await;
    writer.goes_on(40).await;
    writer.stop().await;
    hospital.is_in_step().await;
    proxy.swallow(false);
    timed("it stands by", async || available(&silent) && !projects(&silent) && status(&silent)["stalled"] == false)
        .await;
    hospital.is_in_step().await;
    assert!(!hospital.log().contains("restored from a backup"), "{}", hospital.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mariadb_that_falls_silent_is_noticed_and_found_again() {
    let place = Place::new();
    let mut hospital = Hospital::new(20, &server(), &place.prefix).await;
    assert!(hospital.store.url.starts_with(&mariadb_server()));
    let (proxy, url) = through(&hospital.store.url);
    let direct = std::mem::replace(&mut hospital.store.url, url);
    let hasty = ["--statement-timeout-ms", "3000", "--database-wait-ms", "1000"];
    let in_neo4j = Gateway::from(hospital.serving().args(hasty));
    let in_memory = Gateway::start(&[&["--database-url", &hospital.store.url][..], &hasty].concat());
    hospital.store.url = direct;
    until("both have their graphs", async || projects(&in_neo4j) && projects(&in_memory)).await;
    let relief = hospital.relief(&in_neo4j).await;

    proxy.swallow(true);
    hospital.store.sql("UPDATE Patient SET name = 'Eve'").await;
    for gateway in [&in_neo4j, &in_memory] {
        timed("a silent MariaDB is noticed: /readyz", async || ready(gateway).0 == 503).await;
    }
    timed("another gateway takes over from one whose MariaDB is silent", async || projects(&relief)).await;
    for gateway in [&in_neo4j, &in_memory] {
        timed("a silent MariaDB is noticed: stalled", async || status(gateway)["stalled"] == true).await;
        assert!(gateway.metric("medimax_graph_lag_seconds") > 10.0);
        assert_eq!(ready(gateway).1, "down");
    }
    assert!(hospital.log().contains("the graph has not been kept in step for"), "{}", hospital.log());
    proxy.swallow(false);
    for gateway in [&in_neo4j, &in_memory] {
        timed("a MariaDB that answers again is found", async || {
            ready(gateway) == (200, "up".into(), "up".into()) && status(gateway)["backlog"] == 0
        })
        .await;
    }
    hospital.is_in_step().await;
    let query = "{ patient(id: 1) { graph { nodes { name } } } }";
    until("the graph in memory has what changed", async || in_memory.ask(query).1.to_string().contains("Eve")).await;
    assert!(!hospital.log().contains("restored from a backup"), "{}", hospital.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_ends_in_time_whichever_of_its_servers_is_silent() {
    let place = Place::new();
    let mut hospital = Hospital::new(2, &server(), &place.prefix).await;
    let ((neo4j, graph_url), (mariadb, url)) = (through(&server()), through(&hospital.store.url));
    (hospital.graph_url, hospital.store.url) = (graph_url, url);
    for proxy in [&neo4j, &mariadb] {
        let gateway = hospital.gateway();
        until("it leads", async || projects(&gateway)).await;
        proxy.swallow(true);
        let since = Instant::now();
        assert!(gateway.stop().success());
        eprintln!("ended after {:?}", since.elapsed());
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
        proxy.swallow(false);
        // The right to write that it could not give back ends by itself.
        hospital.store.sql("UPDATE Feed_Consumer SET lease_until = 0").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_does_not_wait_behind_requests() {
    let store = Store::with_patients(Backend::MariaDb, 3).await;
    let gateway = Gateway::start(&["--database-url", &store.url, "--database-max-connections", "2"]);
    until("it is ready", async || ready(&gateway) == (200, "up".into(), "up".into())).await;
    // Every statement that reads patients waits for this lock.
    let lock = crate::graph::feed::session(&store.url).await;
    lock.run("LOCK TABLES Patient WRITE").await.unwrap();
    let body = crate::support::process::body_of("{ patients { nodes { name } } }", Value::Null);
    let waiting: Vec<_> =
        (0..6).map(|_| gateway.write("POST", "/graphql", &[crate::support::process::JSON], &body)).collect();
    let metric = "medimax_database_connections{state=\"waiting\"}";
    eventually("requests wait for a connection", || (gateway.metric(metric) >= 2.0).then_some(())).unwrap();
    for _ in 0..5 {
        let since = Instant::now();
        assert_eq!(ready(&gateway).0, 200);
        assert!(gateway.metric(metric) >= 1.0, "the pool was not full");
        // Both ask the stores, which have two seconds.
        assert!(since.elapsed() < Duration::from_millis(1_900), "{:?}", since.elapsed());
        sleep(Duration::from_millis(400)).await;
    }
    lock.run("UNLOCK TABLES").await.unwrap();
    drop(waiting);
    until("it is as before", async || ready(&gateway) == (200, "up".into(), "up".into())).await;
}
