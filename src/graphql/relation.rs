//! Fields that lead from rows to other rows of the relational store.

use super::{
    args::Args,
    connection,
    context::Cx,
    exec::{FieldAnswers, Level, Resolved, Slot, children, too_many},
    filter,
    limits::Limits,
    loaders::{self, Load, Loaded, LoadedRows},
    made::rows_at,
    model::{Asked, Children, Entity, Field, Loading, Object, Related, Rows},
    page::{self, Page},
    types::{Arg, FieldType, Types},
};
use crate::{
    db::{Bind, Cond, ListQuery, Path, Towards, ValueKind},
    error::Result,
};
use std::sync::Arc;

/// The key that each row of a level leads to: of the column, or its own. The rows of a field have one type.
pub fn keys(level: &Level<'_>, column: Option<&str>) -> Vec<Option<i32>> {
    let scalar = match (column, level.rows().next()) {
        (Some(column), Some((set, _))) => set.row_type().scalar_of_column(column),
        _ => Some(0),
    };
    level.rows().map(|(set, row)| i32::try_from(set.rank(row, scalar?)?).ok()).collect()
}

/// The keys that there are, each once and in order.
pub fn distinct(keys: &[Option<i32>]) -> Vec<i32> {
    let mut distinct: Vec<i32> = keys.iter().flatten().copied().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// What each row's key found.
pub(super) fn found(keys: &[Option<i32>], pieces: &LoadedRows, empty: Loaded) -> Vec<Result<Loaded>> {
    let piece = |key: &Option<i32>| match key.and_then(|key| pieces.get(key)) {
        Some(Ok(Loaded::None)) | None => Ok(empty.clone()),
        Some(piece) => piece,
    };
    keys.iter().map(piece).collect()
}

/// The row that a column points to.
pub struct One {
    /// What it leads to.
    pub entity: &'static Entity,
    /// Our column that holds its key.
    pub column: &'static str,
}

impl Field for One {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.entity);
        FieldType::new(self.entity.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.object)
    }
    fn related(&self) -> Option<Related> {
        Some(Related { entity: self.entity, towards: Towards::Up(self.column), many: false })
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = keys(&level, Some(self.column));
            let of = level.rows().next().and_then(|(set, _)| set.row_type().of);
            let what = match of.and_then(|entity| entity.table.owner_in(self.column)) {
                Some(owner) => Load::Owner(owner, self.entity),
                None => Load::Visible(self.entity, cx.scope.clone()),
            };
            let pieces = loaders::load(cx, what, distinct(&keys)).await?;
            let given = found(&keys, &pieces, Loaded::None).into_iter().map(|piece| match piece {
                Ok(Loaded::Rows(rows)) => Resolved::One(rows),
                Ok(_) => Resolved::Null,
                Err(error) => Resolved::Failed(error),
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// An argument of its own that narrows a list to one value of a column.
#[derive(Debug)]
pub struct Narrowing {
    /// The argument.
    pub arg: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// The field of the rows that must have this value.
    pub field: &'static str,
    /// Whether it must be given.
    pub required: bool,
}

/// The rows below a row, as a plain list.
pub struct List {
    /// The relation.
    pub children: &'static Children,
    /// An argument of its own.
    pub narrowing: Option<Narrowing>,
}

impl List {
    fn narrow(&self, args: &Args) -> Option<Cond> {
        let narrowing = self.narrowing.as_ref()?;
        let value = args.text(narrowing.arg)?;
        let object = self.children.of.object;
        let scalar = object.scalars.get(object.scalar(narrowing.field)?)?;
        let values = match scalar.kind {
            ValueKind::Enum(of) => of.spellings(value).into_iter().map(|stored| Bind::Text(stored.into())).collect(),
            _ => vec![Bind::Text(value.to_owned())],
        };
        Some(Cond::In(scalar.column, values))
    }
}

/// What a list or connection below a row asks for: its preset, its filter and its order.
pub(super) async fn ask(cx: &Cx, children: &'static Children, args: &Args, narrowed: Option<Cond>) -> Result<Asked> {
    let mut conds: Vec<Cond> = Vec::new();
    conds.extend(children.preset.map(|preset| preset(cx)));
    conds.extend(narrowed);
    let filter = match args.get("filter") {
        Some(filter) => filter::below(cx, children.of, filter).await?,
        None => None,
    };
    let any_shape = filter.is_some() || args.get("orderBy").is_some();
    let meaning = filter.as_ref().map(Cond::meaning).unwrap_or_default();
    conds.extend(filter);
    let filter = match conds.len() {
        0 => None,
        1 => conds.pop(),
        _ => Some(Cond::And(conds)),
    };
    let ask =
        ListQuery { filter, any_shape, order: page::order(children.of, args, children.order)?, ..ListQuery::default() };
    Ok(Asked { ask, filter: meaning })
}

impl Field for List {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let of = self.children.of;
        types.entity(of);
        let mut field = FieldType::new(format!("[{}!]", of.object.name));
        if let Some(narrowing) = &self.narrowing {
            let mut ty = match of.object.scalar(narrowing.field).and_then(|scalar| of.object.scalars.get(scalar)) {
                Some(scalar) => types.kind(scalar.kind),
                None => "String".into(),
            };
            if narrowing.required {
                ty.push('!');
            }
            field.args.push(Arg::new(narrowing.arg, ty, narrowing.doc));
        }
        field.args.push(Arg::new("filter", types.filter(of), "Only objects that match this filter."));
        field.args.push(types.order_arg(of));
        field.args.push(Arg::new(
            "first",
            "Int",
            "At most this many objects below each parent; all of them if left out.",
        ));
        field
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.children.of.object)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        let first = args.count("first", limits.max_page_size).ok().flatten();
        u64::from(first.unwrap_or(self.children.expected))
    }
    fn related(&self) -> Option<Related> {
        related(self.children)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let Asked { mut ask, .. } = ask(cx, self.children, &slot.args, self.narrow(&slot.args)).await?;
            ask.limit = slot.args.count("first", cx.limits.max_page_size)?;
            let keys = keys(&level, None);
            let pieces =
                loaders::load(cx, Load::Children(self.children, cx.scope.clone(), Arc::new(ask)), distinct(&keys))
                    .await?;
            let empty = Loaded::Rows(connection::no_rows(self.children.of));
            let given = found(&keys, &pieces, empty).into_iter().map(|piece| match piece {
                Ok(Loaded::Rows(rows)) => Resolved::Many(rows),
                Ok(_) => Resolved::Null,
                Err(error) => Resolved::Failed(error),
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// The one row below a row: there is one at most, or it is the first by an order.
pub struct Sole {
    /// The relation; where it has an order, there may be several rows.
    pub children: &'static Children,
}

impl Sole {
    /// Whether there is one row at most.
    fn is_alone(children: &Children) -> bool {
        children.order.is_empty()
    }

    /// The row below each row of a level.
    pub async fn rows(cx: &Cx, children: &'static Children, level: &Level<'_>) -> Result<Vec<Result<Option<Rows>>>> {
        let Asked { mut ask, .. } = ask(cx, children, &Args::default(), None).await?;
        ask.limit = (!Self::is_alone(children)).then_some(1);
        let keys = keys(level, None);
        let what = Load::Children(children, cx.scope.clone(), Arc::new(ask));
        let pieces = loaders::load(cx, what, distinct(&keys)).await?;
        let first = |piece| match piece {
            // A table that was taken over may have several rows where there should be one.
            Loaded::Rows(rows) => rows.places().first().map(|place| rows.one(*place)),
            _ => None,
        };
        Ok(found(&keys, &pieces, Loaded::None).into_iter().map(|piece| piece.map(first)).collect())
    }
}

/// One row at most for each row of a level, as what a field leads to.
fn resolved(rows: Vec<Result<Option<Rows>>>) -> Vec<Resolved> {
    let resolved = |row| match row {
        Ok(Some(row)) => Resolved::One(row),
        Ok(None) => Resolved::Null,
        Err(error) => Resolved::Failed(error),
    };
    rows.into_iter().map(resolved).collect()
}

impl Field for Sole {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.children.of);
        FieldType::new(self.children.of.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.children.of.object)
    }
    fn related(&self) -> Option<Related> {
        let related = related(self.children).filter(|_| Self::is_alone(self.children))?;
        Some(Related { many: false, ..related })
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let rows = Self::rows(cx, self.children, &level).await?;
            Ok(children(cx, &level, &slot, resolved(rows)).await)
        })
    }
}

/// The row that the one row below a row points to.
pub struct Beyond {
    /// The relation to the row below, as of a [`Sole`].
    pub below: &'static Children,
    /// Its column with the key.
    pub column: &'static str,
    /// What that leads to.
    pub entity: &'static Entity,
}

impl Field for Beyond {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.entity);
        FieldType::new(self.entity.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let scalar = self.below.of.object.scalar_of_column(self.column);
            let key = |row: Rows| i32::try_from(row.set.rank(*row.places().first()? as usize, scalar?)?).ok();
            let below = Sole::rows(cx, self.below, &level).await?.into_iter().collect::<Result<Vec<_>>>()?;
            let keys: Vec<Option<i32>> = below.into_iter().map(|row| row.and_then(key)).collect();
            Ok(children(cx, &level, &slot, rows_at(cx, self.entity, &keys).await?).await)
        })
    }
}

/// Only a relation that is whole can be filtered by: not one with a condition of its own, or through the rows of another list.
fn related(children: &'static Children) -> Option<Related> {
    let whole = children.preset.is_none() && !matches!(children.path, Path::Through { .. });
    whole.then_some(Related { entity: children.of, towards: Towards::Down(children.path), many: true })
}

/// The rows below a row, as a connection with pages.
pub struct Connection {
    /// The relation.
    pub children: &'static Children,
}

impl Field for Connection {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let of = self.children.of;
        types.connection(of);
        let mut field = FieldType::new(of.connection.name);
        field.args.push(Arg::new("filter", types.filter(of), "Only objects that match this filter."));
        field.args.push(types.order_arg(of));
        field.args.extend(page::args());
        field
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.children.of.connection)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        page::expected(args, limits)
    }
    fn related(&self) -> Option<Related> {
        related(self.children)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let asked = ask(cx, self.children, &slot.args, None).await?;
            let page = Page::read(cx, self.children.name, self.children.of, &slot.args, asked)?;
            let keys = keys(&level, None);
            // A page that shows no row needs none: `{ totalCount }` is a statement of its own.
            let pieces = if page.needs_rows(&slot) {
                loaders::load(cx, Load::Children(self.children, cx.scope.clone(), page.ask.clone()), distinct(&keys))
                    .await?
            } else {
                LoadedRows::default()
            };
            let empty = Loaded::Rows(connection::no_rows(self.children.of));
            let counting = connection::Counting::Children(self.children);
            let mut connections = connection::Connections::new(page, counting);
            let given: Vec<_> = found(&keys, &pieces, empty)
                .into_iter()
                .zip(&keys)
                .map(|(piece, key)| match piece {
                    Ok(Loaded::Rows(rows)) => Ok(connections.push(rows, *key)),
                    Ok(_) => Err(None),
                    Err(error) => Err(Some(error)),
                })
                .collect();
            // Their nodes and edges are no longer asked whether they may be.
            too_many(cx, connections.height())?;
            let rows = connections.rows();
            let given = given.into_iter().map(|place| match place {
                Ok(place) => Resolved::One(rows.one(place)),
                Err(None) => Resolved::Null,
                Err(Some(error)) => Resolved::Failed(error),
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// A large text costs as much as so many objects.
const LARGE: u64 = 10;

/// A large text of the row itself, read only when it is selected.
pub struct Large {
    /// Whose row.
    pub entity: &'static Entity,
    /// The column.
    pub column: &'static str,
}

impl Field for Large {
    fn describe(&self, _on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new("String")
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        LARGE
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = keys(&level, None);
            let pieces = loaders::load(cx, Load::Large(self.entity.table, self.column), distinct(&keys)).await?;
            let texts = found(&keys, &pieces, Loaded::None)
                .into_iter()
                .map(|piece| Ok(if let Loaded::Text(text) = piece? { text } else { None }));
            Ok(FieldAnswers::Large(texts.collect::<Result<_>>()?))
        })
    }
}
