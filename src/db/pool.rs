//! Pooled connections of either backend, and the one way to run a statement.
//!
//! **Invariant:** a connection whose statement did not end (its future was dropped, or it failed) never goes back to
//! the pool: neither Diesel nor the pool see that a reply is half read, and the next request would read it as its own.

use super::{
    fault,
    sql::{Dialect, Sql},
};
use crate::error::{Error, Result};
use diesel::{SqliteConnection, sql_types};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection,
    pooled_connection::deadpool::{Object, Pool},
    sync_connection_wrapper::SyncConnectionWrapper,
};
use std::{ops::DerefMut, time::Duration};

/// SQLite behind an async face.
pub(crate) type Lite = SyncConnectionWrapper<SqliteConnection>;

/// The relational store.
#[derive(Clone)]
pub struct Db {
    pub(super) pool: Backend,
    /// How long a request waits for a free connection.
    pub(super) wait: Duration,
}

/// The pool of whichever backend is open.
#[derive(Clone)]
pub(super) enum Backend {
    MariaDb(Pool<AsyncMysqlConnection>),
    Sqlite(Pool<Lite>),
}

/// A connection of whichever backend is open.
pub(crate) enum Conn {
    MariaDb(Held<Object<AsyncMysqlConnection>>),
    Sqlite(Held<Object<Lite>>),
}

/// How many connections there are.
#[derive(Debug, Clone, Copy)]
pub struct PoolState {
    /// The most there may be.
    pub max: usize,
    /// Open ones.
    pub open: usize,
    /// Open ones that nobody uses.
    pub idle: usize,
    /// Requests that wait for one.
    pub waiting: usize,
}

/// A connection taken from the pool, which goes back only if its last statement ended well.
pub(crate) struct Held<O> {
    object: Option<O>,
    busy: bool,
    /// Its session holds something (a transaction, a lock), so that nobody else may have it.
    tainted: bool,
    /// Takes the connection out of the pool and closes it.
    discard: fn(O),
}

impl<O: DerefMut> Held<O> {
    fn new(object: O, discard: fn(O)) -> Self {
        Held { object: Some(object), busy: false, tainted: false, discard }
    }

    /// The connection, from now on in use.
    pub(crate) fn start(&mut self) -> Result<&mut O::Target> {
        self.busy = true;
        self.object.as_deref_mut().ok_or_else(|| Error::Internal("a connection was used after its end".into()))
    }

    /// Says how the statement ended.
    pub(crate) fn finish<T, E>(&mut self, result: &std::result::Result<T, E>) {
        self.busy = result.is_err();
    }
}

impl Conn {
    /// Says whether the session holds something that nobody else may have.
    pub(crate) fn taint(&mut self, tainted: bool) {
        match self {
            Conn::MariaDb(held) => held.tainted = tainted,
            Conn::Sqlite(held) => held.tainted = tainted,
        }
    }

    /// Whether its last statement did not end well.
    fn is_busy(&self) -> bool {
        match self {
            Conn::MariaDb(held) => held.busy,
            Conn::Sqlite(held) => held.busy,
        }
    }
}

impl<O> Drop for Held<O> {
    fn drop(&mut self) {
        if let (true, Some(object)) = (self.busy || self.tainted, self.object.take()) {
            (self.discard)(object);
        }
    }
}

/// Runs one body, an expression of type `Result<T>`, on a connection; it is type-checked once a backend.
macro_rules! on_conn {
    ($on:expr, |$conn:ident| $body:expr) => {
        match $on {
            $crate::db::pool::Conn::MariaDb(held) => {
                let result = {
                    let $conn = held.start()?;
                    $body
                };
                held.finish(&result);
                result
            }
            $crate::db::pool::Conn::Sqlite(held) => {
                let result = {
                    let $conn = held.start()?;
                    $body
                };
                held.finish(&result);
                result
            }
        }
    };
}
pub(crate) use on_conn;

/// Loads the rows of a statement on a connection, as inside a transaction.
macro_rules! load_on {
    ($conn:expr, $sql:expr, $sql_type:ty, $row:ty) => {
        $crate::db::pool::on_conn!($conn, |conn| {
            use diesel_async::RunQueryDsl as _;
            $sql.typed::<$sql_type>().load::<$row>(conn).await.map_err($crate::db::fault::of_query)
        })
    };
}
pub(crate) use load_on;

/// Loads the rows of a statement, once more on a fresh connection where the first turned out to be lost
/// (a server that restarted leaves a pool of dead ones). Only for statements that read.
macro_rules! load {
    ($db:expr, $sql:expr, $sql_type:ty, $row:ty) => {{
        let db: &$crate::db::Db = $db;
        let once = async || -> $crate::error::Result<Vec<$row>> {
            let mut conn = db.conn().await?;
            $crate::db::pool::load_on!(&mut conn, $sql.clone(), $sql_type, $row)
        };
        match once().await {
            Err(error) if error.is_lost_connection() => {
                db.forget_idle();
                once().await
            }
            ended => ended,
        }
    }};
}
pub(crate) use load;

impl Db {
    /// Whose SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        match self.pool {
            Backend::MariaDb(_) => Dialect::MariaDb,
            Backend::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// A connection, waited for within the limit.
    pub(crate) async fn conn(&self) -> Result<Conn> {
        let taken = tokio::time::timeout(self.wait, async {
            Ok(match &self.pool {
                Backend::MariaDb(pool) => {
                    Conn::MariaDb(Held::new(pool.get().await.map_err(fault::of_pool)?, |object| {
                        drop(Object::take(object))
                    }))
                }
                Backend::Sqlite(pool) => Conn::Sqlite(Held::new(pool.get().await.map_err(fault::of_pool)?, |object| {
                    drop(Object::take(object))
                })),
            })
        });
        taken.await.unwrap_or(Err(Error::Timeout("waiting for a free database connection")))
    }

    /// Closes the connections that nobody uses, after one of them was found dead.
    pub(crate) fn forget_idle(&self) {
        match &self.pool {
            Backend::MariaDb(pool) => drop(pool.retain(|_, _| false)),
            Backend::Sqlite(pool) => drop(pool.retain(|_, _| false)),
        }
    }

    /// How many connections there are.
    pub fn state(&self) -> PoolState {
        let status = match &self.pool {
            Backend::MariaDb(pool) => pool.status(),
            Backend::Sqlite(pool) => pool.status(),
        };
        PoolState { max: status.max_size, open: status.size, idle: status.available, waiting: status.waiting }
    }

    /// Runs statements that answer nothing, as one text without parameters.
    pub async fn run(&self, text: &str) -> Result<()> {
        self.conn().await?.run(text).await
    }

    /// How the store would run a statement: MariaDB's plan as JSON, SQLite's as lines.
    pub async fn plan(&self, sql: &Sql) -> Result<String> {
        let mut explained = Sql::new(self.dialect());
        explained.varies();
        match self.dialect() {
            Dialect::MariaDb => {
                explained.push("EXPLAIN FORMAT=JSON ").append(sql);
                let plan = load!(self, explained, (sql_types::Text,), (String,))?;
                Ok(plan.into_iter().map(|(json,)| json).collect())
            }
            Dialect::Sqlite => {
                type Step = (sql_types::Integer, sql_types::Integer, sql_types::Integer, sql_types::Text);
                explained.push("EXPLAIN QUERY PLAN ").append(sql);
                let plan = load!(self, explained, Step, (i32, i32, i32, String))?;
                Ok(plan.into_iter().map(|(.., detail)| format!("{detail}\n")).collect())
            }
        }
    }

    /// Loads pairs of numbers: a key and a count, say.
    pub async fn numbers(&self, sql: &Sql) -> Result<Vec<(i32, i64)>> {
        load!(self, sql, (sql_types::Integer, sql_types::BigInt), (i32, i64))
    }

    /// Loads a key and two numbers for each row.
    pub async fn triples(&self, sql: &Sql) -> Result<Vec<(i32, i64, i64)>> {
        load!(self, sql, (sql_types::Integer, sql_types::BigInt, sql_types::BigInt), (i32, i64, i64))
    }

    /// Loads a key and a text for each row.
    pub async fn texts(&self, sql: &Sql) -> Result<Vec<(i32, Option<String>)>> {
        load!(self, sql, (sql_types::Integer, sql_types::Nullable<sql_types::Text>), (i32, Option<String>))
    }
}

impl Conn {
    /// Runs statements that answer nothing, as one text without parameters.
    pub(crate) async fn run(&mut self, text: &str) -> Result<()> {
        on_conn!(self, |conn| conn.batch_execute(text).await.map_err(fault::of_query))
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn touch(&mut self, sql: Sql) -> Result<usize> {
        on_conn!(self, |conn| sql.typed::<()>().execute(conn).await.map_err(fault::of_query))
    }

    /// Loads pairs of numbers.
    async fn numbers(&mut self, sql: Sql) -> Result<Vec<(i32, i64)>> {
        on_conn!(self, |conn| {
            let query = sql.typed::<(sql_types::Integer, sql_types::BigInt)>();
            query.load(conn).await.map_err(fault::of_query)
        })
    }

    /// Loads a key and a text for each row.
    pub(crate) async fn texts(&mut self, sql: Sql) -> Result<Vec<(i32, Option<String>)>> {
        on_conn!(self, |conn| {
            sql.typed::<(sql_types::Integer, sql_types::Nullable<sql_types::Text>)>()
                .load(conn)
                .await
                .map_err(fault::of_query)
        })
    }
}

/// A transaction. Dropped before [`Tx::commit`] or [`Tx::rollback`], it closes its connection, which rolls it back.
pub(crate) struct Tx(Conn);

impl Tx {
    /// Opens a transaction.
    pub(crate) async fn begin(db: &Db) -> Result<Self> {
        Self::open(db, "START TRANSACTION", "BEGIN IMMEDIATE").await
    }

    /// Opens a transaction whose statements each read what is committed when they begin. It locks the rows that it writes and
    /// nothing between or beside them, so that nobody who adds rows waits for it.
    pub(crate) async fn begin_read_committed(db: &Db) -> Result<Self> {
        let mariadb = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION";
        Self::open(db, mariadb, "BEGIN IMMEDIATE").await
    }

    /// Opens a transaction that reads all that is committed now and nothing later, and holds nobody up.
    pub(crate) async fn begin_snapshot(db: &Db) -> Result<Self> {
        let mariadb = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
                       START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
        // SQLite's snapshot is taken by the first statement that reads.
        Self::open(db, mariadb, "BEGIN; SELECT COUNT(*) FROM Schema_Migration").await
    }

    async fn open(db: &Db, mariadb: &str, sqlite: &str) -> Result<Self> {
        let mut conn = db.conn().await?;
        conn.run(match db.dialect() {
            Dialect::MariaDb => mariadb,
            Dialect::Sqlite => sqlite,
        })
        .await?;
        conn.taint(true);
        Ok(Tx(conn))
    }

    /// Whose SQL it speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        match self.0 {
            Conn::MariaDb(_) => Dialect::MariaDb,
            Conn::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<usize> {
        self.0.touch(sql).await
    }

    /// Loads pairs of numbers: a key and a count, say.
    pub(crate) async fn numbers(&mut self, sql: Sql) -> Result<Vec<(i32, i64)>> {
        self.0.numbers(sql).await
    }

    /// Its connection, to read on.
    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }

    /// Makes its writes stay.
    pub(crate) async fn commit(mut self) -> Result<()> {
        self.0.run("COMMIT").await?;
        self.0.taint(false);
        Ok(())
    }

    /// Takes its writes back, and keeps the connection for others. One on which a statement failed is closed all the same,
    /// which takes them back too.
    pub(crate) async fn rollback(mut self) {
        if !self.0.is_busy() && self.0.run("ROLLBACK").await.is_ok() {
            self.0.taint(false);
        }
    }
}
