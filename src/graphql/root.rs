//! Root fields that every entity has: one row by its id, a page of rows; and `node` and `nodes` over all of them.

use super::{
    args::{Args, as_list, as_text, global_id, id_of},
    context::Cx,
    exec::{Given, Level, Slot, children},
    filter,
    limits::Limits,
    loaders::{self, Piece, What},
    model::{Entity, Field, Loading, Object, RowSet, Rows},
    page::{self, Connections, Counting, Page},
    types::{Arg, FieldType, Types},
};
use crate::{
    db::{Ask, Bad, Select, words},
    error::{Error, Result},
};
use async_graphql::Value;
use futures_util::future::join_all;
use std::{any::Any, collections::HashMap, sync::Arc};

/// The one row of the root level.
pub struct Root(pub &'static Object);

impl RowSet for Root {
    fn row_type(&self) -> &'static Object {
        self.0
    }
    fn count(&self) -> usize {
        1
    }
    fn write(&self, _: usize, _: usize, _: &Cx, _: &mut Vec<u8>) -> Result<(), Bad> {
        Ok(())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One row by its id.
pub struct ById(pub &'static Entity);

impl Field for ById {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let name = self.0.object.name;
        types.entity(self.0);
        let doc = format!("The global id, as `{name}:12`; `12` will do.");
        FieldType { ty: name.into(), args: vec![Arg::new("id", "ID!", doc)] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.0.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let key = id_of(self.0, slot.args.get("id").unwrap_or(&Value::Null))?;
            let mut given = Given::Null;
            if let Some(key) = key {
                let found = loaders::load(cx, What::Visible(self.0, cx.scope.clone()), vec![key]).await?;
                if let Some(Piece::Rows(rows)) = found.get(key).transpose()? {
                    given = Given::One(rows);
                }
            }
            Ok(children(cx, &level, &slot, vec![given]).await)
        })
    }
}

/// A page of rows.
pub struct All(pub &'static Entity);

/// The most words of a search.
const MAX_WORDS: usize = 8;

impl All {
    async fn ask(&self, cx: &Cx, args: &Args) -> Result<Ask> {
        let entity = self.0;
        let words = args.text("search").map(words);
        let words = match words {
            Some(words) if words.is_empty() => {
                return Err(Error::BadInput("`search` needs at least one letter or digit".into()));
            }
            Some(words) if words.len() > MAX_WORDS => {
                return Err(Error::BadInput(format!("`search` takes at most {MAX_WORDS} words")));
            }
            words => words.unwrap_or_default(),
        };
        let filter = match args.get("filter") {
            Some(filter) => Some(filter::from_root(cx, entity, filter, !words.is_empty()).await?),
            None => None,
        };
        let any_shape = filter.is_some() || args.get("orderBy").is_some();
        Ok(Ask { any_shape, filter, words, order: page::order(entity, args, &[])?, ..Ask::default() })
    }
}

impl Field for All {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let entity = self.0;
        types.connection(entity);
        let mut field = FieldType::new(entity.connection.name);
        if entity.table.search {
            let doc = "Only rows that hold words beginning with each of these words, without case and accents.";
            field.args.push(Arg::new("search", "String", doc));
        }
        field.args.push(Arg::new("filter", types.filter(entity), "Only rows that match."));
        field.args.push(types.order_arg(entity));
        field.args.extend(page::args());
        field
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.0.connection)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        page::expected(args, limits)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let entity = self.0;
            let page = Page::read(cx, entity.table.name, entity, &slot.args, self.ask(cx, &slot.args).await?)?;
            let rows = if page.needs_rows(&slot) {
                let select = Select { dialect: cx.db.dialect(), table: entity.table, columns: entity.columns };
                let mut sql = select.rows(&cx.scope, &page.ask);
                sql.called(entity.connection.name, None);
                let fetched = (entity.fetch)(&cx.db, &sql).await?;
                Rows::all(fetched.set)
            } else {
                page::no_rows(entity)
            };
            let mut connections = Connections::new(page, Counting::Root);
            connections.push(rows, None);
            Ok(children(cx, &level, &slot, vec![Given::One(connections.rows())]).await)
        })
    }
}

/// Rows of any entity by their global ids: `node` and `nodes`.
pub struct Nodes {
    /// Every entity that has global ids.
    pub entities: &'static [&'static Entity],
    /// `nodes`, not `node`.
    pub many: bool,
}

impl Nodes {
    /// What an id names; an id of no known form is an error, one of nobody is `None` later.
    fn named(&self, id: &Value) -> Result<(&'static Entity, i32)> {
        let id = as_text(id).unwrap_or_default();
        let entity = |name: &str| self.entities.iter().find(|entity| entity.object.name == name).copied();
        let named = global_id(id).and_then(|(name, key)| Some((entity(name)?, key)));
        named.ok_or_else(|| Error::BadInput("this is no global id: use the `id` of an object, as `Patient:12`".into()))
    }
}

impl Field for Nodes {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        for entity in self.entities {
            types.entity(entity);
        }
        match self.many {
            true => FieldType {
                ty: "[Node]".into(),
                args: vec![Arg::new("ids", "[ID!]!", "The global ids, as `Patient:12`; the answer has their order.")],
            },
            false => {
                FieldType { ty: "Node".into(), args: vec![Arg::new("id", "ID!", "The global id, as `Patient:12`.")] }
            }
        }
    }
    fn expected(&self, args: &Args, _limits: &Limits) -> u64 {
        args.get("ids").map_or(1, |ids| as_list(ids).len() as u64)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let ids = slot.args.get(if self.many { "ids" } else { "id" }).map(as_list).unwrap_or_default();
            let named = ids.iter().map(|id| self.named(id)).collect::<Result<Vec<_>>>()?;
            // One statement a type, however many ids.
            let loads = self.entities.iter().filter_map(|entity| {
                let mut keys: Vec<i32> =
                    named.iter().filter(|(of, _)| std::ptr::eq(*of, *entity)).map(|(_, key)| *key).collect();
                keys.sort_unstable();
                keys.dedup();
                let load = async move {
                    (entity.object.name, loaders::load(cx, What::Visible(entity, cx.scope.clone()), keys.clone()).await)
                };
                named.iter().any(|(of, _)| std::ptr::eq(*of, *entity)).then_some(load)
            });
            let mut found = HashMap::new();
            for (name, pieces) in join_all(loads).await {
                found.insert(name, pieces?);
            }
            let mut rows = Vec::with_capacity(named.len());
            for (entity, key) in &named {
                rows.push(match found.get(entity.object.name).and_then(|pieces: &loaders::Found| pieces.get(*key)) {
                    Some(Ok(Piece::Rows(rows))) => Some(rows),
                    Some(Err(error)) => return Err(error),
                    _ => None,
                });
            }
            let given = match self.many {
                true => Given::Sparse(rows),
                false => rows.into_iter().next().flatten().map_or(Given::Null, Given::One),
            };
            Ok(children(cx, &level, &slot, vec![given]).await)
        })
    }
}
