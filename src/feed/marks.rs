//! How a graph or a database that was restored from a backup is noticed: by a mark that both bear.
//!
//! 1. Before a graph is written, the database notes the mark that this write will bear ([`Feed::intend`]): the *intended* one.
//! 2. The statement that writes puts that mark into the graph's state, with all else or not at all.
//! 3. With the entries that were dealt with, the database notes the mark as *applied* ([`Feed::acknowledge`]).
//!
//! So the graph bears the applied mark or the intended one, wherever a gateway is killed and whichever answer is lost. Any other
//! mark tells that one of the two is not what it was. A mark is the time by the database's clock, and greater than those before:
//! a database that was restored does not give the same one twice.
//!
//! **Invariant:** no mark is intended while an older write may yet arrive: after one without an answer the right to write is taken anew,
//! whose epoch refuses it, and then it is looked which mark the graph bears.

use super::Feed;
use crate::{
    db::{Sql, again},
    error::Result,
};

/// The marks that the database holds for a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) applied: i64,
    pub(crate) intended: i64,
}

impl Marks {
    /// Whether a graph that bears this mark is the one that the database knows.
    pub(crate) fn fit(self, held: i64) -> bool {
        held == self.applied || held == self.intended
    }
}

impl Feed {
    /// The marks of a consumer's graph; nothing where the consumer was dropped.
    pub(crate) async fn marks(&self, consumer: i32) -> Result<Option<Marks>> {
        let mut sql = self.sql();
        sql.push("SELECT consumer_id, mark_applied, mark_intended FROM Feed_Consumer WHERE consumer_id = ");
        sql.int(consumer.into());
        let found = self.db.triples(&sql).await?;
        Ok(found.first().map(|(_, applied, intended)| Marks { applied: *applied, intended: *intended }))
    }

    /// The mark of the next write to a graph that bears `held`, noted before it is sent. Nothing where another holder has taken
    /// over, or the consumer was dropped.
    pub(crate) async fn intend(&self, consumer: i32, holder: &str, epoch: i64, held: i64) -> Result<Option<i64>> {
        again(|| async {
            let (mut tx, now) = (self.begin().await?, self.now());
            let ours = |sql: &mut Sql| {
                sql.push(" WHERE consumer_id = ").int(consumer.into()).push(" AND holder = ").text(holder);
                sql.push(" AND epoch = ").int(epoch);
            };
            let mut sql = self.sql();
            // MariaDB assigns from left to right: the new mark comes first.
            sql.push("UPDATE Feed_Consumer SET mark_intended = CASE WHEN mark_intended < ").push(now);
            sql.push(" AND ").int(held).push(" < ").push(now).push(" THEN ").push(now);
            sql.push(" WHEN mark_intended < ").int(held).push(" THEN 1 + ").int(held);
            sql.push(" ELSE mark_intended + 1 END, mark_applied = ").int(held);
            ours(&mut sql);
            tx.execute(sql).await?;
            let mut sql = self.sql();
            sql.push("SELECT consumer_id, mark_intended FROM Feed_Consumer");
            ours(&mut sql);
            let intended = tx.numbers(sql).await?;
            tx.commit().await?;
            Ok(intended.first().map(|(_, mark)| *mark))
        })
        .await
    }

    /// Removes entries that a consumer has dealt with; with the mark that the graph bears since, if it had to be written.
    pub(crate) async fn acknowledge(&self, consumer: i32, entries: &[i64], mark: Option<i64>) -> Result<()> {
        let Some(mark) = mark else { return self.applied(consumer, entries).await };
        again(|| async {
            let mut tx = self.begin().await?;
            if !entries.is_empty() {
                let mut sql = self.removal("Feed_Pending", "pending_id", entries);
                sql.push(" AND consumer_id = ").int(consumer.into());
                tx.execute(sql).await?;
            }
            let mut sql = self.sql();
            // Another holder's intention is the newer one.
            sql.push("UPDATE Feed_Consumer SET mark_applied = mark_intended WHERE consumer_id = ").int(consumer.into());
            sql.push(" AND mark_intended = ").int(mark);
            tx.execute(sql).await?;
            tx.commit().await
        })
        .await
    }
}
