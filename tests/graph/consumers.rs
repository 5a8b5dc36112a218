//! Consumers of the feed: known for a while, given what is theirs, and one writer at a time.

use super::feed::{LONG, Watch, ids, number, session, until_waiting};
use crate::support::{Backend, Store, on_both};
use futures_util::future::join_all;
use medimax::{
    feed::{Feed, Pending},
    schema::tables,
};
use std::{collections::BTreeSet, time::Duration};

on_both!(each_consumer_is_given_everything_and_removes_only_its_own, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    let second = watch.feed.register("second", LONG).await.unwrap();
    store.sql("UPDATE Patient SET name = 'Eve' WHERE patient_id <> 2").await;
    store.sql("UPDATE Patient SET name = 'Eva' WHERE patient_id = 1").await;
    assert!(watch.feed.backlog(watch.consumer).await.unwrap().0 == 3);
    while watch.feed.distribute(&tables(), 100).await.unwrap() > 0 {}
    let mut given = watch.feed.pending(second.id, 100).await.unwrap();
    given.sort_by_key(|entry| entry.patient);
    assert_eq!(given.iter().map(|entry| entry.patient).collect::<Vec<_>>(), [1, 3], "once a patient");
    // Another's entries are not removed, and neither is what was not named.
    watch.feed.applied(watch.consumer, &ids(&given)).await.unwrap();
    watch.feed.applied(second.id, &ids(&given[..1])).await.unwrap();
    assert_eq!(watch.feed.pending(second.id, 100).await.unwrap(), given[1..]);
    tokio::time::sleep(Duration::from_millis(60)).await;
    let (count, age) = watch.feed.backlog(second.id).await.unwrap();
    assert!(count == 1 && (30..60_000).contains(&age), "{count} {age}");
    assert_eq!(watch.feed.pending(watch.consumer, 1).await.unwrap().len(), 1);
    assert_eq!(watch.fed().await, [1, 3]);
});

on_both!(one_of_those_who_register_at_once_is_fresh, async |store: Store| {
    let feed = Feed::new(store.db.clone());
    let consumers = join_all((0..4).map(|_| feed.register("neo4j:1", LONG))).await;
    let consumers: Vec<_> = consumers.into_iter().map(Result::unwrap).collect();
    assert_eq!(consumers.iter().filter(|consumer| consumer.fresh).count(), 1, "{consumers:?}");
    assert!(consumers.iter().all(|consumer| consumer.id == consumers[0].id && consumer.name == "neo4j:1"));
    assert!(!feed.register("neo4j:1", LONG).await.unwrap().fresh);
});

on_both!(a_consumer_whose_time_is_over_is_dropped_with_its_entries, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    let gone = watch.feed.register("gone", 0).await.unwrap();
    store.sql("UPDATE Patient SET name = 'Eve'").await;
    watch.distribute().await;
    // It is given everything as long as it is there, and may come back.
    assert_eq!(watch.feed.pending(gone.id, 10).await.unwrap().len(), 3);
    assert!(!watch.feed.register("gone", LONG).await.unwrap().fresh);
    assert_eq!(watch.feed.drop_expired().await.unwrap(), 0);
    assert!(watch.feed.keep(gone.id, 0).await.unwrap());
    assert_eq!(watch.feed.drop_expired().await.unwrap(), 1);
    assert!(!watch.feed.keep(gone.id, LONG).await.unwrap());
    assert_eq!(watch.feed.pending(gone.id, 10).await.unwrap(), []);
    let back = watch.feed.register("gone", LONG).await.unwrap();
    assert!(back.fresh && back.id != gone.id);

    // What a distribution adds that did not see it go.
    store.sql(&format!("INSERT INTO Feed_Pending (consumer_id, patient_id, made_ms) VALUES ({}, 1, 1)", gone.id)).await;
    assert_eq!(watch.feed.drop_expired().await.unwrap(), 0);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Feed_Pending").await, 3);
    assert_eq!(watch.fed().await, [1, 2, 3]);
});

on_both!(what_a_consumer_holds_is_not_said_of_one_that_is_gone_or_was_never_filled, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    let last = watch.feed.last_change().await.unwrap();
    let in_memory = watch.feed.register("embedded:1", LONG).await.unwrap();
    let in_neo4j = watch.feed.register("neo4j:1", LONG).await.unwrap();
    let holds = async |consumer: i32| watch.feed.holds(consumer, &[1, 2], last).await.unwrap();
    assert!(holds(in_memory.id).await, "it reads everybody before it answers");
    assert!(!holds(in_neo4j.id).await, "it was told of nobody yet");
    assert!(watch.feed.enqueue_all(in_neo4j.id, "catalog").await.unwrap());
    assert!(!holds(in_neo4j.id).await);
    let pending = watch.feed.pending(in_neo4j.id, 100).await.unwrap();
    watch.feed.applied(in_neo4j.id, &ids(&pending)).await.unwrap();
    assert!(holds(in_neo4j.id).await);
    store.sql("DELETE FROM Feed_Consumer").await;
    assert!(!holds(in_memory.id).await && !holds(in_neo4j.id).await);
    assert!(!holds(in_neo4j.id + 100).await);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_prolonged_meanwhile_is_not_dropped() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::over_three(&store).await;
    store.sql("UPDATE Patient SET name = 'Eve'").await;
    watch.distribute().await;
    assert!(watch.feed.keep(watch.consumer, 0).await.unwrap());
    let other = session(&store.url).await;
    other.run("START TRANSACTION; UPDATE Feed_Consumer SET keep_until = keep_until + 3600000").await.unwrap();
    let feed = watch.feed.clone();
    let dropping = tokio::spawn(async move { feed.drop_expired().await.unwrap() });
    until_waiting(&store, "DELETE FROM Feed_Consumer").await;
    other.run("COMMIT").await.unwrap();
    assert_eq!(dropping.await.unwrap(), 0);
    assert_eq!(watch.fed().await, [1, 2, 3]);
}

on_both!(one_holder_at_a_time_and_an_epoch_for_each, async |store: Store| {
    let watch = Watch::new(&store).await;
    let acquire = async |holder: &str, lease_ms: i64, force: bool| {
        watch.feed.acquire(watch.consumer, holder, lease_ms, force).await.unwrap()
    };
    let first = acquire("a", LONG, false).await.unwrap();
    assert_eq!(acquire("b", LONG, false).await, None);
    assert_eq!(acquire("a", LONG, false).await, Some(first), "a renewal keeps the epoch");
    let forced = acquire("b", LONG, true).await.unwrap();
    assert!(forced > first);
    assert_eq!(acquire("a", LONG, false).await, None);
    // Another's lease is not given back.
    watch.feed.release(watch.consumer, "a").await.unwrap();
    assert_eq!(acquire("a", LONG, false).await, None);
    watch.feed.release(watch.consumer, "b").await.unwrap();
    let third = acquire("a", 0, false).await.unwrap();
    assert!(third > forced);
    // The lease is over at once.
    assert_eq!(acquire("a", 0, false).await, Some(third), "nobody wrote in between");
    let fourth = acquire("b", 0, false).await.unwrap();
    assert!(fourth > third);
    // As after a backup of long ago, or another clock: the epoch never goes back.
    store.sql("UPDATE Feed_Consumer SET epoch = epoch + 100000000").await;
    assert_eq!(acquire("c", LONG, false).await, Some(fourth + 100_000_001));

    // The same consumer, dropped and come back.
    assert!(watch.feed.keep(watch.consumer, 0).await.unwrap());
    assert_eq!(watch.feed.drop_expired().await.unwrap(), 1);
    assert_eq!(acquire("c", LONG, false).await, None, "there is nothing to write to");
    tokio::time::sleep(Duration::from_millis(5)).await;
    let back = watch.feed.register("watch", LONG).await.unwrap();
    assert!(watch.feed.acquire(back.id, "c", LONG, false).await.unwrap().unwrap() > fourth);
});

on_both!(every_patient_is_made_pending_with_the_catalog_or_none, async |store: Store| {
    let watch = Watch::new(&store).await;
    // More than one statement takes, and with gaps.
    let numbers = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 150)";
    store
        .sql(&format!("INSERT INTO Patient (patient_id, name, sex) {numbers} SELECT a.n * 1000 + b.n, 'Ann', 'Other' FROM n a, n b"))
        .await;
    while watch.feed.distribute(&tables(), 5_000).await.unwrap() > 0 {}
    let fed = watch.feed.pending(watch.consumer, 30_000).await.unwrap();
    watch.feed.applied(watch.consumer, &ids(&fed)).await.unwrap();
    assert_eq!(watch.feed.catalog_of(watch.consumer).await.unwrap(), None);
    assert!(watch.feed.enqueue_all(watch.consumer, "abc").await.unwrap());
    assert_eq!(watch.feed.catalog_of(watch.consumer).await.unwrap().as_deref(), Some("abc"));
    let all = watch.feed.pending(watch.consumer, 30_000).await.unwrap();
    let patients = |pending: &[Pending]| pending.iter().map(|entry| entry.patient).collect::<BTreeSet<_>>();
    assert_eq!((all.len(), patients(&all)), (22_500, patients(&fed)));

    assert!(!watch.feed.enqueue_all(watch.consumer + 1, "abc").await.unwrap());
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Feed_Pending").await, 22_500);
});

on_both!(a_database_keeps_its_name, async |store: Store| {
    let feed = Feed::new(store.db.clone());
    let id = feed.database_id().await.unwrap();
    assert!(id.len() >= 32);
    assert_eq!(feed.database_id().await.unwrap(), id);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::over_three(&store).await;
    store.sql("UPDATE Patient SET name = 'Eve'").await;
    watch.distribute().await;
    let entries = ids(&watch.feed.pending(watch.consumer, 10).await.unwrap());
    let other = session(&store.url).await;
    let lock = async |entry: i64| {
        other.run(&format!("SELECT 1 FROM Feed_Pending WHERE pending_id = {entry} FOR UPDATE")).await.unwrap();
    };
    // Of two in a deadlock, the server takes back the one that has done less.
    other
        .run("START TRANSACTION; UPDATE Patient SET name = 'Ann'; UPDATE Appointment SET notes = 'Late'")
        .await
        .unwrap();
    lock(entries[2]).await;
    let (feed, consumer, all) = (watch.feed.clone(), watch.consumer, entries.clone());
    let applying = tokio::spawn(async move { feed.applied(consumer, &all).await });
    until_waiting(&store, "DELETE t FROM").await;
    lock(entries[0]).await;
    other.run("COMMIT").await.unwrap();
    applying.await.unwrap().unwrap();
    assert_eq!(watch.feed.pending(watch.consumer, 10).await.unwrap(), []);
}
