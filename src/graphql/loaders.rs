//! The loaders of one request, on the `dataloader` crate. Its traps stay in this file: a batch has no channel for
//! errors, a waiter panics or finds nothing when the future that drove its batch is dropped, and batches above the
//! maximum (200 unless told otherwise) run one after the other.

use super::{
    budget::Account,
    context::Cx,
    model::{Children, Entity, Fetched, Rows},
    recorder::{Askers, Recorder},
    sums::Sum,
};
use crate::{
    db::scope::Scope,
    db::{Db, ListQuery, Owner, Select, Sql, SumOf, Table, change, large_column, large_sizes},
    error::{Error, Result},
};
use dataloader::{BatchFn, cached::Loader};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What a loader loads. Two fields that ask the same share a statement.
#[derive(Clone)]
pub enum Load {
    /// The rows below each key that the caller may see.
    Children(&'static Children, Scope, Arc<ListQuery>),
    /// How many rows there are below each key that the caller may see; [`MORE`](crate::db::MORE) where there are more than a bound.
    Count(&'static Children, Scope, Arc<ListQuery>, Option<u32>),
    /// Sums over the rows below each key that the caller may see, for each value of a column.
    Sums(&'static Children, Scope, &'static str, &'static [SumOf]),
    /// The row that owns a row in scope.
    Owner(&'static Owner, &'static Entity),
    /// The row with each key, if the caller may see it.
    Visible(&'static Entity, Scope),
    /// One large column of each row.
    Large(&'static Table, &'static str),
    /// The version of each row.
    Version(&'static Entity),
}

impl Load {
    fn name(&self) -> &'static str {
        match self {
            Load::Children(children, ..) | Load::Count(children, ..) | Load::Sums(children, ..) => children.name,
            Load::Owner(_, entity) | Load::Visible(entity, _) | Load::Version(entity) => entity.object.name,
            Load::Large(table, _) => table.name,
        }
    }

    /// Equal for two loads that may share their statement. The scope is the request's, so it needs no part.
    fn identity(&self) -> String {
        match self {
            Load::Children(children, _, ask) => format!("c {} {ask:?}", children.name),
            Load::Count(children, _, ask, bound) => format!("n {} {bound:?} {ask:?}", children.name),
            Load::Sums(children, _, by, sums) => format!("t {} {by} {sums:?}", children.name),
            Load::Owner(_, entity) => format!("p {}", entity.object.name),
            Load::Visible(entity, _) => format!("v {}", entity.object.name),
            Load::Large(table, column) => format!("l {} {column}", table.name),
            Load::Version(entity) => format!("s {}", entity.object.name),
        }
    }
}

/// What a load answers for one key.
#[derive(Clone)]
pub enum Loaded {
    /// Rows, in order.
    Rows(Rows),
    /// A number of rows.
    Count(i64),
    /// Sums, in the order of the values that they are of.
    Sums(Arc<[Sum]>),
    /// A large text.
    Text(Option<Arc<str>>),
    /// Nothing.
    None,
}

/// Distinct keys in their order.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Keys(Arc<[i32]>);

impl std::fmt::Debug for Keys {
    // The loader puts its key into the text of every error that it might need, so this is short.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

/// A piece for each of the keys.
type Batched = Result<Arc<[Loaded]>, Arc<Error>>;
/// All keys of a level are one key of the loader: it works a good deal on each.
type PieceLoader = Loader<Keys, Batched, Batch>;

/// The loaders of one request, made when each is first asked.
#[derive(Default)]
pub struct Loaders(Mutex<HashMap<String, (PieceLoader, Askers)>>);

impl Loaders {
    /// Forgets what was loaded: something was written since.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

struct Batch {
    db: Db,
    what: Load,
    bound: u32,
    account: Arc<Account>,
    recorder: Recorder,
    askers: Askers,
    /// What was found so far.
    known: HashMap<i32, Loaded>,
}

/// What was found for keys.
pub struct LoadedRows(Keys, Batched);

impl Default for LoadedRows {
    fn default() -> Self {
        LoadedRows(Keys(Arc::default()), Ok(Arc::default()))
    }
}

impl LoadedRows {
    /// What was found for a key; `None` for one that was not asked for.
    pub fn get(&self, key: i32) -> Option<Result<Loaded>> {
        let at = self.0.0.binary_search(&key).ok()?;
        match &self.1 {
            Ok(pieces) => pieces.get(at).cloned().map(Ok),
            Err(error) => Some(Err(Error::clone(error))),
        }
    }
}

/// Loads pieces for keys, one statement for all that are asked at the same time.
pub async fn load(cx: &Cx, what: Load, mut keys: Vec<i32>) -> Result<LoadedRows> {
    if keys.is_empty() {
        return Ok(LoadedRows::default());
    }
    keys.sort_unstable();
    keys.dedup();
    let keys = Keys(keys.into());
    let name = what.name();
    let (loader, askers) = {
        let mut made = cx.loaders.0.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let askers = Askers::default();
            let batch = Batch {
                db: cx.db.clone(),
                what: what.clone(),
                bound: cx.limits.max_level_rows,
                account: cx.account.clone(),
                recorder: cx.recorder.clone(),
                askers: askers.clone(),
                known: HashMap::new(),
            };
            // Whoever asks while a batch is on its way waits for it and finds what it brought; so nobody needs to wait
            // for others to join, and a yield costs the runtime a wake-up of another thread.
            (Loader::new(batch).with_max_batch_size(usize::MAX).with_yield_count(0), askers)
        };
        made.entry(what.identity()).or_insert_with(make).clone()
    };
    cx.recorder.asks(&askers, &keys.0);
    // `try_load` finds nothing only when the future that drove the batch was dropped; asking again drives one of our own.
    for _ in 0..3 {
        if let Ok(loaded) = loader.try_load(keys.clone()).await {
            return Ok(LoadedRows(keys, loaded));
        }
    }
    Err(Error::Internal(format!("no batch answered for {name}")))
}

impl BatchFn<Keys, Batched> for Batch {
    async fn load(&mut self, asked: &[Keys]) -> HashMap<Keys, Batched> {
        let all = asked.iter().flat_map(|keys| keys.0.iter().copied());
        let mut missing: Vec<i32> = all.filter(|key| !self.known.contains_key(key)).collect();
        if asked.len() > 1 {
            missing.sort_unstable();
            missing.dedup();
        }
        let fetched = match missing.is_empty() {
            true => Ok(Vec::new()),
            false => self.recorder.on_behalf(&self.askers, &missing, self.fetch(&missing)).await.map_err(Arc::new),
        };
        let fetched = fetched.map(|found| self.known.extend(found));
        let piece = |key: &i32| self.known.get(key).cloned().unwrap_or_else(|| self.absent());
        let pieces = |keys: &Keys| fetched.clone().map(|()| keys.0.iter().map(piece).collect());
        asked.iter().map(|keys| (keys.clone(), pieces(keys))).collect()
    }
}

impl Batch {
    fn absent(&self) -> Loaded {
        match self.what {
            Load::Count(..) => Loaded::Count(0),
            _ => Loaded::None,
        }
    }

    /// A statement under this loader's name.
    fn called(&self, mut sql: Sql, keys: &[i32]) -> Sql {
        sql.called(self.what.name(), Some(keys.len()));
        sql
    }

    /// Rows of an entity by their own keys.
    async fn by_key(&self, entity: &'static Entity, sql: &Sql) -> Result<Vec<(i32, Loaded)>> {
        let fetched = (entity.fetch)(&self.db, sql).await?;
        self.account.take(fetched.set.bytes())?;
        Ok(group(fetched, entity.table.key, &Sorting::AsTheyCome, None))
    }

    async fn fetch(&self, keys: &[i32]) -> Result<Vec<(i32, Loaded)>> {
        let dialect = self.db.dialect();
        let select = |table, columns| Select { dialect, table, columns };
        Ok(match &self.what {
            Load::Children(children, scope, ask) => {
                let entity = children.of;
                let select = select(entity.table, entity.columns);
                let sorting = Sorting::of(entity, ask);
                // Where the page is larger than the usual list, all rows are likely no more than the pages hold:
                // cutting the lists here is cheaper than numbering the rows in the database.
                let whole = ask.limit.filter(|limit| *limit > children.expected && matches!(sorting, Sorting::Here(_)));
                let most = whole.map_or(self.bound, |limit| limit.saturating_mul(keys.len() as u32).min(self.bound));
                // One row more than the bound shows that there are too many.
                let plain = ListQuery { limit: None, order: Vec::new(), ..ListQuery::clone(ask) };
                let numbered = ask.limit.is_some() && whole.is_none();
                let asked = if matches!(sorting, Sorting::Here(_)) && !numbered { &plain } else { ask };
                let sql = self.called(select.children(&children.path, scope, keys, asked, most + 1), keys);
                let mut fetched = (entity.fetch)(&self.db, &sql).await?;
                if whole.is_some() && fetched.set.count() > most as usize {
                    let sql = self.called(select.children(&children.path, scope, keys, ask, self.bound + 1), keys);
                    fetched = (entity.fetch)(&self.db, &sql).await?;
                }
                if fetched.set.count() > self.bound as usize {
                    return Err(Error::Limit { key: "max_level_rows", allowed: u64::from(self.bound), asked: None });
                }
                self.account.take(fetched.set.bytes())?;
                group(fetched, children.path.column().unwrap_or_default(), &sorting, ask.limit)
            }
            Load::Owner(owner, entity) => {
                let sql = select(entity.table, entity.columns).owners(owner, keys);
                self.by_key(entity, &self.called(sql, keys)).await?
            }
            Load::Visible(entity, scope) => {
                let sql = select(entity.table, entity.columns).of_keys(scope, keys);
                self.by_key(entity, &self.called(sql, keys)).await?
            }
            Load::Count(children, scope, ask, bound) => {
                let (select, path) = (select(children.of.table, &[]), &children.path);
                let sql = match bound {
                    Some(bound) => select.count_children_to(path, scope, keys, ask, *bound),
                    None => select.count_children(path, scope, keys, ask),
                };
                let counts = self.db.numbers(&self.called(sql, keys)).await?;
                counts.into_iter().map(|(key, count)| (key, Loaded::Count(count))).collect()
            }
            Load::Sums(children, scope, by, sums) => {
                let sql = select(children.of.table, &[]).sums_of_children(&children.path, scope, keys, by, sums);
                let mut found: HashMap<i32, Vec<Sum>> = HashMap::new();
                for (key, list) in self.db.texts(&self.called(sql, keys)).await? {
                    found.entry(key).or_default().push(Sum::read(&list.unwrap_or_default())?);
                }
                let in_order = |mut sums: Vec<Sum>| {
                    sums.sort_by(|a, b| (a.of.is_none(), &a.of).cmp(&(b.of.is_none(), &b.of)));
                    Loaded::Sums(sums.into())
                };
                found.into_iter().map(|(key, sums)| (key, in_order(sums))).collect()
            }
            Load::Version(entity) => {
                let sql = change::as_lists(dialect, entity.table, &entity.stored(), keys);
                let versions = self.db.versions(&self.called(sql, keys)).await?;
                versions.into_iter().map(|(key, text)| (key, Loaded::Text(Some(text.into())))).collect()
            }
            Load::Large(table, column) => {
                // A text may be larger than all that the request may hold: its size is asked for first.
                let sizes = self.db.numbers(&self.called(large_sizes(dialect, table, column, keys), keys)).await?;
                let bytes: i64 = sizes.iter().map(|(_, bytes)| *bytes).sum();
                self.account.take(usize::try_from(bytes).unwrap_or(usize::MAX / 2))?;
                let sql = large_column(dialect, table, column, keys);
                let texts = self.db.texts(&self.called(sql, keys)).await?;
                texts.into_iter().map(|(key, text)| (key, Loaded::Text(text.map(Arc::from)))).collect()
            }
        })
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
    fn of(entity: &Entity, ask: &ListQuery) -> Self {
        let scalars = ask.order.iter().map(|by| {
            let scalar = entity.object.scalar_of_column(by.column).filter(|_| !by.via)?;
            let kind = entity.object.scalars.get(scalar)?.kind;
            // Text has a collation, which only the database knows.
            kind.has_ranks().then_some((scalar, by.descending != ask.backwards))
        });
        scalars.collect::<Option<Vec<_>>>().map_or(Sorting::AsTheyCome, Sorting::Here)
    }
}

/// The rows of each parent, in order, and at most `limit` of them.
fn group(fetched: Fetched, key: &str, sorting: &Sorting, limit: Option<u32>) -> Vec<(i32, Loaded)> {
    let Fetched { set, places } = fetched;
    let scalar = set.row_type().scalar_of_column(key).unwrap_or_default();
    let numbered = !places.is_empty();
    let places = match numbered {
        true => places,
        false => (0..set.count()).map(|row| (set.rank(row, scalar).unwrap_or_default() as i32, 0)).collect(),
    };
    let mut order: Vec<(i32, i32, u32)> =
        places.iter().zip(0..).map(|((parent, place), row)| (*parent, *place, row)).collect();
    // Stable, and quick where the database has followed the keys.
    order.sort_by_key(|(parent, place, _)| (*parent, *place));
    if let (Sorting::Here(scalars), false) = (sorting, numbered && places.iter().any(|(_, place)| *place > 0)) {
        for run in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            run.sort_by(|(.., a), (.., b)| {
                scalars.iter().fold(std::cmp::Ordering::Equal, |so_far, (scalar, descending)| {
                    so_far.then_with(|| {
                        let rank = |row: &u32| set.rank(*row as usize, *scalar);
                        let ascending = rank(a).cmp(&rank(b));
                        if *descending { ascending.reverse() } else { ascending }
                    })
                })
            });
        }
    }
    let rows: Arc<[u32]> = order.iter().map(|(.., row)| *row).collect();
    let mut found = Vec::new();
    let mut start = 0;
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let end = start + run.len() as u32;
        if let Some((parent, ..)) = run.first() {
            let range = start..end.min(start.saturating_add(limit.unwrap_or(u32::MAX)));
            found.push((*parent, Loaded::Rows(Rows { set: set.clone(), order: rows.clone(), range })));
        }
        start = end;
    }
    found
}
