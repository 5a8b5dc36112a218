//! Objects that are no rows of the relational store: made in memory, from what a graph or the gateway itself answers. They lead
//! to rows and to each other, a level at a time like everything else.

use super::{
    args::Args,
    context::Cx,
    exec::{FieldAnswers, Level, Resolved, Slot, Text, children, too_many},
    limits::Limits,
    loaders::{self, Load, Loaded},
    model::{Entity, Field, Loading, Object, RowSet, Rows, Scalar},
    types::{Arg, FieldType, Types},
};
use crate::{
    db::{Bad, Stored, ValueKind, write_json},
    error::{Error, Result},
};
use std::{any::Any, collections::HashMap, sync::Arc};

/// A Rust type whose values are objects; `made!` writes the implementation.
pub trait MadeRow: Send + Sync + 'static {
    /// What it answers by itself.
    const SCALARS: &'static [Scalar];
    /// Writes a scalar as JSON.
    fn write(&self, scalar: usize, out: &mut Vec<u8>) -> Result<(), Bad>;
}

/// Declares what a Rust type's values answer by themselves.
///
/// ```text
/// made! {
///     Fact {
///         /// What it says.
///         "kind": FactKind = |fact| fact.kind;
///     }
/// }
/// ```
macro_rules! made {
    ($row:ty {}) => {
        impl $crate::graphql::made::MadeRow for $row {
            const SCALARS: &'static [$crate::graphql::model::Scalar] = &[];
            fn write(&self, _: usize, _: &mut Vec<u8>) -> Result<(), $crate::db::Bad> {
                Err($crate::db::Bad("scalar"))
            }
        }
    };
    ($row:ty { $($(#[doc = $doc:literal])* $name:literal: $ty:ty = $value:expr;)* }) => {
        impl $crate::graphql::made::MadeRow for $row {
            const SCALARS: &'static [$crate::graphql::model::Scalar] = &[
                $($crate::graphql::model::Scalar {
                    name: $name,
                    doc: concat!($($doc, "\n"),*),
                    kind: <$ty as $crate::db::Stored>::KIND,
                    nullable: <$ty as $crate::db::Stored>::NULLABLE,
                    column: "",
                    indexed: false,
                    ordered: false,
                },)*
            ];
            fn write(&self, scalar: usize, out: &mut Vec<u8>) -> Result<(), $crate::db::Bad> {
                let mut place = 0;
                $(
                    if scalar == place {
                        let value: fn(&$row) -> $ty = $value;
                        return $crate::db::Stored::write(&value(self), out);
                    }
                    place += 1;
                )*
                let _ = place;
                Err($crate::db::Bad("scalar"))
            }
        }
    };
}
pub(crate) use made;

/// A global id, as `Symptom:12` or `Concept:7`.
pub struct GlobalId(pub String);

impl Stored for GlobalId {
    const KIND: ValueKind = ValueKind::Id;
    const NULLABLE: bool = false;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        write_json(&self.0, out);
        Ok(())
    }
}
/// About what a made object's texts and lists take.
const MADE: usize = 64;

/// Objects of one type.
pub struct Made<T> {
    object: &'static Object,
    rows: Vec<T>,
}

impl<T: MadeRow> Made<T> {
    /// All of them, in their order.
    pub fn rows(object: &'static Object, rows: Vec<T>) -> Rows {
        Rows::all(Arc::new(Made { object, rows }))
    }
}

impl<T: MadeRow> RowSet for Made<T> {
    fn row_type(&self) -> &'static Object {
        self.object
    }
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn write(&self, row: usize, scalar: usize, _: &Cx, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.rows.get(row).map_or(Err(Bad("row")), |row| row.write(scalar, out))
    }
    fn made_bytes(&self) -> usize {
        self.rows.len() * (size_of::<T>() + MADE)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The made rows of a level, in its order.
pub fn of_level<'l, T: MadeRow>(level: &'l Level<'_>) -> impl Iterator<Item = Result<&'l T>> {
    level.rows().map(|(set, row)| {
        let made = set.as_any().downcast_ref::<Made<T>>().and_then(|made| made.rows.get(row));
        made.ok_or_else(|| Error::Internal("a field stands on rows of another type".into()))
    })
}

/// Lists of made objects, one below each row of a level. Their number and the request's time are looked at while they are made.
pub struct Making<'a, T> {
    cx: &'a Cx,
    all: Vec<T>,
    ends: Vec<u32>,
}

impl<'a, T: MadeRow> Making<'a, T> {
    /// No list yet.
    pub fn new(cx: &'a Cx) -> Self {
        Making { cx, all: Vec::new(), ends: Vec::new() }
    }

    /// The list below the next row.
    pub async fn push(&mut self, list: impl IntoIterator<Item = T>) -> Result<()> {
        self.all.extend(list);
        too_many(self.cx, self.all.len())?;
        self.ends.push(self.all.len() as u32);
        if self.ends.len().is_multiple_of(TOGETHER) {
            self.cx.in_time()?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// All of them.
    pub fn lists(self, object: &'static Object) -> Vec<Resolved> {
        let rows = Made::rows(object, self.all);
        let mut start = 0;
        let list = |end| {
            let range = start..end;
            start = end;
            Resolved::Many(Rows { range, ..rows.clone() })
        };
        self.ends.into_iter().map(list).collect()
    }
}

/// So many lists are made before others may run.
const TOGETHER: usize = 64;

/// Rows by their keys as the caller may see them: what a graph answered may be older than they are.
pub async fn visible(cx: &Cx, entity: &'static Entity, mut keys: Vec<i32>) -> Result<HashMap<i32, Rows>> {
    keys.sort_unstable();
    keys.dedup();
    let found = loaders::load(cx, Load::Visible(entity, cx.scope.clone()), keys.clone()).await?;
    let mut rows = HashMap::with_capacity(keys.len());
    for key in keys {
        if let Some(Loaded::Rows(row)) = found.get(key).transpose()? {
            rows.insert(key, row);
        }
    }
    Ok(rows)
}

/// The row with each key, if the caller may see it.
pub async fn rows_at(cx: &Cx, entity: &'static Entity, keys: &[Option<i32>]) -> Result<Vec<Resolved>> {
    let rows = visible(cx, entity, keys.iter().flatten().copied().collect()).await?;
    let row = |key: &Option<i32>| match key.and_then(|key| rows.get(&key)) {
        Some(row) => Resolved::One(row.clone()),
        None => Resolved::Null,
    };
    Ok(keys.iter().map(row).collect())
}

/// A row of the relational store that a made object names.
pub struct ToRow<T: 'static> {
    /// Its entity.
    pub entity: &'static Entity,
    /// Its key.
    pub key: fn(&T) -> Option<i32>,
}

impl<T: MadeRow> Field for ToRow<T> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.entity);
        FieldType::new(self.entity.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = of_level(&level).map(|row| row.map(self.key)).collect::<Result<Vec<_>>>()?;
            Ok(children(cx, &level, &slot, rows_at(cx, self.entity, &keys).await?).await)
        })
    }
}

/// Rows of the relational store that a made object names; those that are gone meanwhile are left out.
pub struct ToRows<T: 'static> {
    /// Their entity.
    pub entity: &'static Entity,
    /// Their keys.
    pub keys: fn(&T, &Args, &Cx) -> Result<Vec<i32>>,
    /// Its arguments.
    pub args: fn(&mut Types<'_>) -> Vec<Arg>,
    /// About how many there are.
    pub expected: u64,
}

impl<T: MadeRow> Field for ToRows<T> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.entity);
        FieldType { ty: format!("[{}!]", self.entity.object.name), args: (self.args)(types) }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.object)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        args.count("first", limits.max_page_size).ok().flatten().map_or(self.expected, u64::from)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let mut keys = Vec::with_capacity(level.height());
            for row in of_level(&level) {
                keys.push((self.keys)(row?, &slot.args, cx)?);
            }
            Ok(children(cx, &level, &slot, rows_of(cx, self.entity, keys).await?).await)
        })
    }
}

/// A list of rows for each list of keys.
pub async fn rows_of(cx: &Cx, entity: &'static Entity, keys: Vec<Vec<i32>>) -> Result<Vec<Resolved>> {
    too_many(cx, keys.iter().map(Vec::len).sum())?;
    let (mut places, mut gathered) = (HashMap::new(), Vec::new());
    for (key, row) in visible(cx, entity, keys.concat()).await? {
        if let Some(place) = row.places().first().copied() {
            places.insert(key, gathered.len() as u32);
            gathered.push((row.set, place as usize));
        }
    }
    let set: Arc<dyn RowSet> = Arc::new(MixedRows { object: entity.object, rows: gathered });
    let list = |keys: Vec<i32>| {
        let order: Arc<[u32]> = keys.iter().filter_map(|key| places.get(key).copied()).collect();
        Resolved::Many(Rows { set: set.clone(), range: 0..order.len() as u32, order })
    };
    Ok(keys.into_iter().map(list).collect())
}

/// Rows of one type out of several sets: what an earlier statement of the request brought is not fetched again.
struct MixedRows {
    object: &'static Object,
    rows: Vec<(Arc<dyn RowSet>, usize)>,
}

impl RowSet for MixedRows {
    fn row_type(&self) -> &'static Object {
        self.object
    }
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn write(&self, row: usize, scalar: usize, cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.rows.get(row).map_or(Err(Bad("row")), |(set, row)| set.write(*row, scalar, cx, out))
    }
    fn write_raw(&self, row: usize, scalar: usize, out: &mut Vec<u8>) {
        match self.rows.get(row) {
            Some((set, row)) => set.write_raw(*row, scalar, out),
            None => out.extend_from_slice(b"null"),
        }
    }
    fn rank(&self, row: usize, scalar: usize) -> Option<i64> {
        let (set, row) = self.rows.get(row)?;
        set.rank(*row, scalar)
    }
    fn row(&self, row: usize) -> Option<&dyn Any> {
        let (set, row) = self.rows.get(row)?;
        set.row(*row)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A made object below another.
pub struct ToOne<T: 'static, U: 'static> {
    /// Its type.
    pub object: &'static Object,
    /// How it is made.
    pub make: fn(&T, &Cx) -> Option<U>,
}

impl<T: MadeRow, U: MadeRow> Field for ToOne<T, U> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        FieldType::new(self.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let made = of_level(&level).map(|row| row.map(|row| (self.make)(row, cx))).collect::<Result<_>>()?;
            Ok(children(cx, &level, &slot, ones(self.object, made)).await)
        })
    }
}

/// At most one made object below each row of a level.
fn ones<T: MadeRow>(object: &'static Object, each: Vec<Option<T>>) -> Vec<Resolved> {
    let (mut made, mut places) = (Vec::new(), Vec::with_capacity(each.len()));
    for one in each {
        places.push(one.is_some().then_some(made.len() as u32));
        made.extend(one);
    }
    let rows = Made::rows(object, made);
    places.into_iter().map(|place| place.map_or(Resolved::Null, |place| Resolved::One(rows.one(place)))).collect()
}

/// A made object below a row of the relational store, from the row alone.
pub struct OfRow<R: 'static, T: 'static> {
    /// Its type.
    pub object: &'static Object,
    /// How it is made.
    pub make: fn(&R) -> Option<T>,
}

impl<R: Send + Sync, T: MadeRow> Field for OfRow<R, T> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        FieldType::new(self.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let made = level.rows().map(|(set, row)| {
                let row = set.row(row).and_then(|row| row.downcast_ref::<R>());
                row.map(self.make).ok_or_else(|| Error::Internal("a field stands on rows of another type".into()))
            });
            let made = made.collect::<Result<_>>()?;
            Ok(children(cx, &level, &slot, ones(self.object, made)).await)
        })
    }
}

/// Made objects below another.
pub struct ToMany<T: 'static, U: 'static> {
    /// Their type.
    pub object: &'static Object,
    /// How they are made.
    pub make: fn(&T, &Args, &Cx) -> Result<Vec<U>>,
    /// Its arguments.
    pub args: fn(&mut Types<'_>) -> Vec<Arg>,
    /// About how many there are, where `first` does not say.
    pub expected: u32,
}

impl<T: MadeRow, U: MadeRow> Field for ToMany<T, U> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        FieldType { ty: format!("[{}!]", self.object.name), args: (self.args)(types) }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        u64::from(args.count("first", limits.max_page_size).ok().flatten().unwrap_or(self.expected))
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let mut made = Making::new(cx);
            for row in of_level(&level) {
                made.push((self.make)(row?, &slot.args, cx)?).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(self.object)).await)
        })
    }
}

/// Texts are charged in steps.
const TEXT_STEP: usize = 1 << 16;

/// A list of texts.
pub struct Texts<T: 'static>(pub fn(&T, &Cx) -> Vec<Arc<str>>);

impl<T: MadeRow> Field for Texts<T> {
    fn describe(&self, _on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new("[String!]")
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let (mut column, mut charged) = (Text::with_rows(level.height()), 0);
            for row in of_level(&level) {
                let texts: Vec<Arc<str>> = (self.0)(row?, cx);
                column.push(|out| write_json(&texts.iter().map(|text| &**text).collect::<Vec<_>>(), out));
                if column.bytes() > charged {
                    cx.account.take(TEXT_STEP)?;
                    charged += TEXT_STEP;
                }
            }
            Ok(FieldAnswers::Text(column))
        })
    }
}

/// A list of values that are no texts.
pub struct Values<T: 'static, V>(pub fn(&T) -> Vec<V>);

impl<T: MadeRow, V: Stored> Field for Values<T, V> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        FieldType::new(format!("[{}!]", types.kind(V::KIND)))
    }
    fn load<'a>(&'a self, _cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let mut column = Text::with_rows(level.height());
            for row in of_level(&level) {
                let values = (self.0)(row?);
                let mut failed = Ok(());
                column.push(|out| {
                    out.push(b'[');
                    for (place, value) in values.iter().enumerate() {
                        out.extend((place > 0).then_some(b','));
                        failed = failed.and(value.write(out));
                    }
                    out.push(b']');
                });
                failed
                    .map_err(|Bad(of)| Error::Internal(format!("a value of {of} that was made cannot be written")))?;
            }
            Ok(FieldAnswers::Text(column))
        })
    }
}
