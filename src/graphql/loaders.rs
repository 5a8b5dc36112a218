//! The loaders of one request, on the `dataloader` crate. Its traps stay in this file: a batch has no channel for
//! errors, a waiter panics or finds nothing when the future that drove its batch is dropped, and batches above the
//! maximum (200 unless told otherwise) run one after the other.

use super::{
    context::{Cx, Recorder},
    model::{Children, Entity, Fetched, Rows},
};
use crate::{
    db::{Ask, Db, Select, Sql, Table, large_column},
    error::{Error, Result},
    scope::Scope,
};
use dataloader::{BatchFn, cached::Loader};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::time::Instant;

/// What a loader loads. Two fields that ask the same share a statement.
#[derive(Clone)]
pub enum What {
    /// The rows below each key.
    Children(&'static Children, Arc<Ask>),
    /// How many rows there are below each key.
    Count(&'static Children, Arc<Ask>),
    /// The row that a row in scope points to.
    Parent(&'static Entity),
    /// The row with each key, if the caller may see it.
    Visible(&'static Entity, Scope),
    /// One large column of each row.
    Large(&'static Table, &'static str),
}

impl What {
    fn name(&self) -> &'static str {
        match self {
            What::Children(children, _) | What::Count(children, _) => children.name,
            What::Parent(entity) | What::Visible(entity, _) => entity.object.name,
            What::Large(table, _) => table.name,
        }
    }

    /// Equal for two loads that may share their statement. The scope is the request's, so it needs no part.
    fn identity(&self) -> String {
        match self {
            What::Children(children, ask) => format!("c {} {ask:?}", children.name),
            What::Count(children, ask) => format!("n {} {ask:?}", children.name),
            What::Parent(entity) => format!("p {}", entity.object.name),
            What::Visible(entity, _) => format!("v {}", entity.object.name),
            What::Large(table, column) => format!("l {} {column}", table.name),
        }
    }
}

/// What a load answers for one key.
#[derive(Clone)]
pub enum Piece {
    /// Rows, in order.
    Rows(Rows),
    /// A number of rows.
    Count(i64),
    /// A large text.
    Text(Option<Arc<str>>),
    /// Nothing.
    None,
}

type Loaded = Result<Piece, Arc<Error>>;
type PieceLoader = Loader<i32, Loaded, Batch>;

/// The loaders of one request, made when each is first asked.
#[derive(Default)]
pub struct Loaders(Mutex<HashMap<String, PieceLoader>>);

struct Batch {
    db: Db,
    what: What,
    bound: u32,
    recorder: Recorder,
}

/// Loads pieces for keys, one statement for all that are asked at the same time.
pub async fn load(cx: &Cx, what: What, keys: Vec<i32>) -> Result<HashMap<i32, Loaded>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let name = what.name();
    let loader = {
        let mut made = cx.loaders.0.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let batch = Batch {
                db: cx.db.clone(),
                what: what.clone(),
                bound: cx.limits.max_level_rows,
                recorder: cx.recorder.clone(),
            };
            // One more than a level can have, so that a batch is never split; two yields let siblings join it.
            Loader::new(batch).with_max_batch_size(cx.limits.max_level_rows as usize + 1).with_yield_count(2)
        };
        made.entry(what.identity()).or_insert_with(make).clone()
    };
    // `try_load_many` finds nothing only when the future that drove the batch was dropped; asking again drives one of our own.
    for _ in 0..3 {
        if let Ok(loaded) = loader.try_load_many(keys.clone()).await {
            return Ok(loaded);
        }
    }
    Err(Error::Internal(format!("no batch answered for {name}")))
}

impl BatchFn<i32, Loaded> for Batch {
    async fn load(&mut self, keys: &[i32]) -> HashMap<i32, Loaded> {
        match self.fetch(keys).await {
            Ok(mut found) => {
                keys.iter().map(|key| (*key, Ok(found.remove(key).unwrap_or_else(|| self.absent())))).collect()
            }
            Err(error) => {
                let error = Arc::new(error);
                keys.iter().map(|key| (*key, Err(error.clone()))).collect()
            }
        }
    }
}

impl Batch {
    fn absent(&self) -> Piece {
        match self.what {
            What::Count(..) => Piece::Count(0),
            _ => Piece::None,
        }
    }

    /// Rows of an entity by their own keys.
    async fn by_key(
        &self,
        entity: &'static Entity,
        statement: impl Fn(Select<'_>) -> Sql,
    ) -> Result<(Sql, HashMap<i32, Piece>, usize)> {
        let sql = statement(Select { dialect: self.db.dialect(), table: entity.table, columns: entity.columns });
        let fetched = (entity.fetch)(&self.db, &sql).await?;
        let rows = fetched.parents.len();
        Ok((sql, group(fetched, &Sorting::AsTheyCome), rows))
    }

    async fn fetch(&self, keys: &[i32]) -> Result<HashMap<i32, Piece>> {
        let since = Instant::now();
        let dialect = self.db.dialect();
        let (sql, found, rows) = match &self.what {
            What::Children(children, ask) => {
                let entity = children.of;
                let select = Select { dialect, table: entity.table, columns: entity.columns };
                let sorting = Sorting::of(entity, ask);
                // One row more than the bound shows that there are too many.
                let sql =
                    select.children(&children.link, keys, sorting.ask(ask).as_ref().unwrap_or(ask), self.bound + 1);
                let fetched = (entity.fetch)(&self.db, &sql).await?;
                let rows = fetched.parents.len();
                if rows > self.bound as usize {
                    return Err(Error::Limit { key: "max_level_rows", allowed: u64::from(self.bound), asked: None });
                }
                (sql, group(fetched, &sorting), rows)
            }
            What::Parent(entity) => self.by_key(entity, |select| select.parents(keys)).await?,
            What::Visible(entity, scope) => self.by_key(entity, |select| select.of_keys(scope, keys)).await?,
            What::Count(children, ask) => {
                let select = Select { dialect, table: children.of.table, columns: &[] };
                let sql = select.count_children(&children.link, keys, ask);
                let counts = self.db.numbers(&sql).await?;
                let rows = counts.len();
                (sql, counts.into_iter().map(|(key, count)| (key, Piece::Count(count))).collect(), rows)
            }
            What::Large(table, column) => {
                let sql = large_column(dialect, table, column, keys);
                let texts = self.db.texts(&sql).await?;
                let rows = texts.len();
                (sql, texts.into_iter().map(|(key, text)| (key, Piece::Text(text.map(Arc::from)))).collect(), rows)
            }
        };
        self.recorder.note(self.what.name(), &sql, Some(keys.len()), rows, since);
        Ok(found)
    }
}

/// How rows below a parent come into their order.
enum Sorting {
    /// The statement orders or numbers them.
    AsTheyCome,
    /// By these scalars here: the rows are in memory anyway, and sorting wide rows is dear in the database.
    Here(Vec<(usize, bool)>),
}

impl Sorting {
    fn of(entity: &Entity, ask: &Ask) -> Self {
        if ask.limit.is_some() {
            return Sorting::AsTheyCome;
        }
        let scalars = ask.order.iter().map(|by| {
            let scalar = entity.object.scalar_of_column(by.column).filter(|_| !by.via)?;
            let kind = entity.object.scalars.get(scalar)?.kind;
            // Text has a collation, which only the database knows.
            (!matches!(kind, crate::db::Kind::Text)).then_some((scalar, by.descending))
        });
        scalars.collect::<Option<Vec<_>>>().map_or(Sorting::AsTheyCome, Sorting::Here)
    }

    /// What to ask the database for, where it is less than was asked.
    fn ask(&self, ask: &Ask) -> Option<Ask> {
        matches!(self, Sorting::Here(_)).then(|| Ask { order: Vec::new(), ..ask.clone() })
    }
}

/// The rows of each parent, in order.
fn group(fetched: Fetched, sorting: &Sorting) -> HashMap<i32, Piece> {
    let Fetched { set, parents, positions } = fetched;
    let place = |i: &u32| (parents.get(*i as usize).copied(), positions.get(*i as usize).copied());
    let mut order: Vec<u32> = (0..parents.len() as u32).collect();
    order.sort_by(|a, b| {
        place(a).cmp(&place(b)).then_with(|| match sorting {
            Sorting::AsTheyCome => std::cmp::Ordering::Equal,
            Sorting::Here(scalars) => scalars.iter().fold(std::cmp::Ordering::Equal, |so_far, (scalar, descending)| {
                so_far.then_with(|| {
                    let rank = |row: &u32| set.rank(*row as usize, *scalar);
                    let ascending = rank(a).cmp(&rank(b));
                    if *descending { ascending.reverse() } else { ascending }
                })
            }),
        })
    });
    let order: Arc<[u32]> = order.into();
    let mut found = HashMap::new();
    let mut start = 0;
    for run in order.chunk_by(|a, b| place(a).0 == place(b).0) {
        let end = start + run.len() as u32;
        if let Some(parent) = run.first().and_then(|first| place(first).0) {
            found.insert(parent, Piece::Rows(Rows { set: set.clone(), order: order.clone(), range: start..end }));
        }
        start = end;
    }
    found
}
