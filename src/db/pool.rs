//! Pooled connections of either backend, and the one way to run a statement.
//!
//! **Invariant:** a connection whose statement did not end (its future was dropped, or it failed) never goes back to
//! the pool: neither Diesel nor the pool see that a reply is half read, and the next request would read it as its own.

use super::{
    doubt::Doubt,
    fault,
    interrupt::Interruptible,
    planner::{Known, Prefer},
    shared::Turns,
    sql::{Dialect, Sql},
    watch::{Running, Watcher},
};
use crate::error::{Error, Result};
use diesel::{SqliteConnection, sql_types};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection,
    pooled_connection::deadpool::{Object, Pool},
    sync_connection_wrapper::SyncConnectionWrapper,
};
use std::{
    ops::DerefMut,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// SQLite behind an async face.
pub(crate) type Lite = SyncConnectionWrapper<SqliteConnection, Interruptible>;

/// The relational store.
#[derive(Clone)]
pub struct Db {
    pub(super) pool: Backend,
    /// How long a request waits for a free connection.
    pub(super) wait: Duration,
    /// How long a statement is waited for.
    pub(super) patience: Patience,
    /// What is known of connections that may be dead.
    pub(super) doubt: Arc<Doubt>,
    /// Whether what was to be written last could not be stored.
    pub(super) full: Arc<AtomicBool>,
    /// What is known of tables and values.
    pub(super) known: Arc<Known>,
    /// How the way of a list is chosen.
    pub(super) prefer: Prefer,
    /// Statements that several requests wait for.
    pub(super) turns: Arc<Turns>,
    /// Who is told of each statement.
    pub(super) watcher: Option<Watcher>,
}

/// The pool of whichever backend is open.
#[derive(Clone)]
pub(super) enum Backend {
    MariaDb(Pool<AsyncMysqlConnection>),
    Sqlite(Pool<Lite>),
}

/// A connection, and who is told of its statements.
pub(crate) struct Conn {
    pub(crate) session: Session,
    watcher: Option<Watcher>,
    /// Whether its transaction has written rows, and who is told when they are stored.
    writes: bool,
    full: Arc<AtomicBool>,
}

/// How long a statement is waited for, and what it means if that is not enough.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// The store works on it too long.
    Limit(Duration),
    /// The server ends statements by itself, so a longer silence means that the connection is dead.
    Silence(Duration),
    /// As long as it takes: only a connection that breaks ends it.
    Endless,
}

impl Patience {
    /// Waits for a statement's end. One that is not waited for any more has its connection closed.
    pub(crate) async fn wait<T>(self, statement: impl Future<Output = Result<T>>) -> Result<T> {
        let (most, late) = match self {
            Patience::Limit(most) => (most, Error::Timeout("a database statement")),
            Patience::Silence(most) => {
                (most, Error::Unavailable(format!("no answer to a statement for {} s", most.as_secs())))
            }
            Patience::Endless => return statement.await,
        };
        tokio::time::timeout(most, statement).await.unwrap_or(Err(late))
    }
}

/// The session of whichever backend is open.
pub(crate) enum Session {
    MariaDb(PooledConn<Object<AsyncMysqlConnection>>),
    Sqlite(PooledConn<Object<Lite>>),
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
pub(crate) struct PooledConn<O> {
    object: Option<O>,
    busy: bool,
    /// Its session holds something (a transaction, a lock), so that nobody else may have it.
    tainted: bool,
    /// How long its statements are waited for.
    patience: Patience,
    /// Told of a statement that did not end.
    doubt: Arc<Doubt>,
    /// Told of one whose rows could not be stored.
    full: Arc<AtomicBool>,
    /// Takes the connection out of the pool and closes it.
    discard: fn(O),
}

impl<O: DerefMut> PooledConn<O> {
    fn new(object: O, db: &Db, discard: fn(O)) -> Self {
        let (patience, doubt, full) = (db.patience, db.doubt.clone(), db.full.clone());
        PooledConn { object: Some(object), busy: false, tainted: false, patience, doubt, full, discard }
    }

    /// How long its statements are waited for.
    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    /// The connection, from now on in use.
    pub(crate) fn start(&mut self) -> Result<&mut O::Target> {
        self.busy = true;
        self.object.as_deref_mut().ok_or_else(|| Error::Internal("a connection was used after its end".into()))
    }

    /// Says how the statement ended.
    pub(crate) fn finish<T>(&mut self, result: &Result<T>) {
        self.busy = result.is_err();
        if matches!(result, Err(Error::NotStored(_))) {
            self.full.store(true, Relaxed);
        }
    }
}

impl Conn {
    /// Says whether the session holds something that nobody else may have.
    pub(crate) fn taint(&mut self, tainted: bool) {
        match &mut self.session {
            Session::MariaDb(held) => held.tainted = tainted,
            Session::Sqlite(held) => held.tainted = tainted,
        }
    }

    /// Lets its statements take as long as they take, a migration's for instance. Its session is for nobody else afterwards.
    pub(crate) async fn unhurried(&mut self) -> Result<()> {
        self.taint(true);
        match &mut self.session {
            Session::MariaDb(held) => held.patience = Patience::Endless,
            Session::Sqlite(held) => held.patience = Patience::Endless,
        }
        match &self.session {
            Session::MariaDb(_) => self.run("SET max_statement_time = 0").await,
            Session::Sqlite(_) => Ok(()),
        }
    }

    /// Whether its last statement did not end well.
    fn is_busy(&self) -> bool {
        match &self.session {
            Session::MariaDb(held) => held.busy,
            Session::Sqlite(held) => held.busy,
        }
    }
}

impl<O> Drop for PooledConn<O> {
    fn drop(&mut self) {
        if self.busy {
            // Perhaps it was only slow, or its client hung up; perhaps nothing comes through any more.
            self.doubt.rise();
        }
        if let (true, Some(object)) = (self.busy || self.tainted, self.object.take()) {
            (self.discard)(object);
        }
    }
}

/// Runs one body, an expression of type `Result<T>`, on a connection; it is type-checked once a backend.
macro_rules! on_conn {
    ($on:expr, |$conn:ident| $body:expr) => {
        match &mut $on {
            $crate::db::pool::Session::MariaDb(held) => {
                let patience = held.patience();
                let mut result = {
                    let $conn = held.start()?;
                    patience.wait(async { $body }).await
                };
                $crate::db::fault::number(held.start()?, &mut result).await;
                held.finish(&result);
                result
            }
            $crate::db::pool::Session::Sqlite(held) => {
                let patience = held.patience();
                let result = {
                    let $conn = held.start()?;
                    patience.wait(async { $body }).await
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
        $crate::db::pool::on_conn!($conn.session, |conn| {
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
        let (db, sql): (&$crate::db::Db, &$crate::db::Sql) = ($db, &$sql);
        let once = async || -> $crate::error::Result<Vec<$row>> {
            let mut running = db.running(sql);
            let mut conn = db.conn().await?;
            running.connected();
            let rows: Vec<$row> = $crate::db::pool::load_on!(conn, sql, $sql_type, $row)?;
            running.answered(rows.len());
            Ok(rows)
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
    /// A store behind this pool, that tells nobody of its statements.
    pub(super) fn new(pool: Backend, wait: Duration, patience: Patience, doubt: Arc<Doubt>) -> Self {
        Db {
            pool,
            wait,
            patience,
            doubt,
            full: Arc::default(),
            known: Arc::default(),
            prefer: Prefer::Cost,
            turns: Arc::default(),
            watcher: None,
        }
    }

    /// Whose SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        match self.pool {
            Backend::MariaDb(_) => Dialect::MariaDb,
            Backend::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// The same store; `watcher` is told of each statement that it is asked for.
    pub fn watched(&self, watcher: Watcher) -> Self {
        Db { watcher: Some(watcher), ..self.clone() }
    }

    /// The same store; the ways of lists are chosen like this.
    pub fn preferring(&self, prefer: Prefer) -> Self {
        Db { prefer, ..self.clone() }
    }

    /// A statement that is about to be sent.
    pub(crate) fn running<'a>(&'a self, sql: &'a Sql) -> Running<'a> {
        Running::new(self.watcher.as_ref(), sql)
    }

    /// A connection, waited for within the limit.
    pub(crate) async fn conn(&self) -> Result<Conn> {
        let taken = tokio::time::timeout(self.wait, async {
            let session = match &self.pool {
                Backend::MariaDb(pool) => {
                    let object = pool.get().await.map_err(fault::of_pool)?;
                    Session::MariaDb(PooledConn::new(object, self, |object| drop(Object::take(object))))
                }
                Backend::Sqlite(pool) => {
                    let object = pool.get().await.map_err(fault::of_pool)?;
                    Session::Sqlite(PooledConn::new(object, self, |object| drop(Object::take(object))))
                }
            };
            Ok(Conn { session, watcher: self.watcher.clone(), writes: false, full: self.full.clone() })
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

    /// Whether what was to be written last could not be stored, because the disk is full, read-only or broken.
    pub fn stores_nothing(&self) -> bool {
        AtomicBool::load(&self.full, Relaxed)
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
        on_conn!(self.session, |conn| conn.batch_execute(text).await.map_err(fault::of_query))
    }

    /// Runs a statement that makes or changes tables. What the store says of it is told as it is.
    pub(crate) async fn run_step(&mut self, text: &str) -> Result<()> {
        on_conn!(self.session, |conn| conn.batch_execute(text).await.map_err(fault::of_step))
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn touch(&mut self, sql: Sql) -> Result<usize> {
        let mut running = Running::within(self.watcher.as_ref(), &sql);
        let touched = on_conn!(self.session, |conn| sql.typed::<()>().execute(conn).await.map_err(fault::of_query))?;
        running.answered(touched);
        self.writes |= touched > 0;
        Ok(touched)
    }

    /// Loads pairs of numbers.
    async fn numbers(&mut self, sql: Sql) -> Result<Vec<(i32, i64)>> {
        let mut running = Running::within(self.watcher.as_ref(), &sql);
        let rows: Vec<(i32, i64)> = load_on!(self, sql, (sql_types::Integer, sql_types::BigInt), (i32, i64))?;
        running.answered(rows.len());
        Ok(rows)
    }

    /// Loads a key and a text for each row.
    pub(crate) async fn texts(&mut self, sql: Sql) -> Result<Vec<(i32, Option<String>)>> {
        type Text = (sql_types::Integer, sql_types::Nullable<sql_types::Text>);
        let mut running = Running::within(self.watcher.as_ref(), &sql);
        let rows: Vec<(i32, Option<String>)> = load_on!(self, sql, Text, (i32, Option<String>))?;
        running.answered(rows.len());
        Ok(rows)
    }

    /// Whose SQL it speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        match self.session {
            Session::MariaDb(_) => Dialect::MariaDb,
            Session::Sqlite(_) => Dialect::Sqlite,
        }
    }
}

/// A transaction. Dropped before [`Tx::commit`] or [`Tx::rollback`], it closes its connection, which rolls it back.
pub(crate) struct Tx(Conn, pub(super) Vec<super::change::Deed>);

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

    async fn open(db: &Db, mariadb: &'static str, sqlite: &'static str) -> Result<Self> {
        let text = match db.dialect() {
            Dialect::MariaDb => mariadb,
            Dialect::Sqlite => sqlite,
        };
        let mut sql = Sql::new(db.dialect());
        sql.called("begin", None).push(text);
        let mut running = db.running(&sql);
        let mut conn = db.conn().await?;
        running.connected();
        conn.run(text).await?;
        running.answered(0);
        conn.taint(true);
        Ok(Tx(conn, Vec::new()))
    }

    /// Whose SQL it speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<usize> {
        self.0.touch(sql).await
    }

    /// Loads pairs of numbers: a key and a count, say.
    pub(crate) async fn numbers(&mut self, sql: Sql) -> Result<Vec<(i32, i64)>> {
        self.0.numbers(sql).await
    }

    /// Says that rows were written that are stored once it is committed.
    pub(super) fn writes(&mut self) {
        self.0.writes = true;
    }

    /// Its connection, to read on.
    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }

    /// Makes its writes stay.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let mut sql = Sql::new(self.dialect());
        sql.called("commit", None).push("COMMIT");
        // Of its own, because the connection is borrowed whole.
        let watcher = self.0.watcher.clone();
        let mut running = Running::within(watcher.as_ref(), &sql);
        self.0.run("COMMIT").await?;
        running.answered(0);
        self.0.taint(false);
        if self.0.writes {
            self.0.full.store(false, Relaxed);
        }
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
