//! Root fields that every entity has: one row by its id, a page of rows; and `node` and `nodes` over all of them.

use super::{
    args::{Args, as_list, as_text, global_id, id_of},
    connection::{self, Connections, Counting},
    context::Cx,
    exec::{Level, Resolved, Slot, children},
    filter,
    limits::Limits,
    loaders::{self, Load, Loaded},
    model::{Asked, Entity, Field, Loading, Object, RowSet, Rows},
    page::{self, Page},
    types::{Arg, FieldType, Types},
};
use crate::{
    db::{
        Bad, Cond, ListQuery, Select,
        planner::{Want, Way, choose},
        words,
    },
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
            let mut given = Resolved::Null;
            if let Some(key) = key {
                let found = loaders::load(cx, Load::Visible(self.0, cx.scope.clone()), vec![key]).await?;
                if let Some(Loaded::Rows(rows)) = found.get(key).transpose()? {
                    given = Resolved::One(rows);
                }
            }
            Ok(children(cx, &level, &slot, vec![given]).await)
        })
    }
}

/// A page of rows.
pub struct All(pub &'static Entity);

/// How the rows of a list are found; a list that would read too many is refused.
pub async fn way<'q>(cx: &'q Cx, entity: &'static Entity, ask: &'q ListQuery, want: Want) -> Result<Way<'q>> {
    let way = choose(&cx.db, entity.table, &cx.scope, ask, want).await?;
    let (allowed, asked) = (cx.limits.max_rows_read, way.reads());
    if asked <= allowed {
        return Ok(way);
    }
    let narrower = filter::advice(entity, ask.filter.as_ref());
    let advice = match want {
        Want::Page(_) => format!("{narrower} that few of them meet"),
        Want::Count => format!("leave the total out, ask for `totalCountAtMost`, or {narrower} that few of them meet"),
    };
    let asked = cx.scope.is_everything().then_some(asked);
    Err(Error::TooWide { allowed, asked, advice })
}

/// The most words of a search.
const MAX_WORDS: usize = 8;

impl All {
    async fn ask(&self, cx: &Cx, args: &Args) -> Result<Asked> {
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
            Some(filter) => filter::from_root(cx, entity, filter, !words.is_empty()).await?,
            None => None,
        };
        let meaning = filter.as_ref().map(Cond::meaning).unwrap_or_default();
        let order = page::order(entity, args, &[])?;
        let any_shape = filter.is_some() || args.get("orderBy").is_some();
        let ask = ListQuery { any_shape, filter, words, order, ..ListQuery::default() };
        Ok(Asked { ask, filter: meaning })
    }
}

impl Field for All {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let entity = self.0;
        types.connection(entity);
        let mut field = FieldType::new(entity.connection.name);
        if entity.table.search {
            let doc = "Only objects whose text has, for each of these words, a word that begins with it; case and accents do not matter.";
            field.args.push(Arg::new("search", "String", doc));
        }
        field.args.push(Arg::new("filter", types.filter(entity), "Only objects that match this filter."));
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
                let most = page.ask.limit.unwrap_or(u32::MAX);
                let mut way = way(cx, entity, &page.ask, Want::Page(most)).await?;
                let fetched = loop {
                    let mut sql = select.rows(&cx.scope, &page.ask, &way);
                    sql.called(entity.connection.name, None);
                    let fetched = (entity.fetch)(&cx.db, &sql).await?;
                    match way.unbounded() {
                        Some(unbounded) if fetched.set.count() < most as usize => way = unbounded,
                        _ => break fetched,
                    }
                };
                cx.account.take(fetched.set.bytes())?;
                Rows::all(fetched.set)
            } else {
                connection::no_rows(entity)
            };
            let mut connections = Connections::new(page, Counting::Root);
            connections.push(rows, None);
            Ok(children(cx, &level, &slot, vec![Resolved::One(connections.rows())]).await)
        })
    }
}

/// Objects with global ids that are no rows of a table.
pub struct MadeNodes {
    /// Their type.
    pub object: &'static Object,
    /// The object with a key.
    pub find: fn(&Cx, i32) -> Option<Rows>,
}

/// Objects of any type by their global ids: `node` and `nodes`.
pub struct Nodes {
    /// What has them besides the entities.
    pub made: &'static [&'static MadeNodes],
    /// `nodes`, not `node`.
    pub many: bool,
}

/// What a global id names.
#[derive(Clone, Copy)]
enum Named {
    Row(&'static Entity, i32),
    Made(&'static MadeNodes, i32),
}

impl Nodes {
    /// What an id names; an id of no known form is an error, one of nobody is `None` later.
    fn named(&self, cx: &Cx, id: &Value) -> Result<Named> {
        let known = |(name, key)| {
            let row = cx.model.entities.iter().find(|entity| entity.object.name == name);
            let made = self.made.iter().find(|made| made.object.name == name);
            row.map(|entity| Named::Row(entity, key)).or_else(|| made.map(|made| Named::Made(made, key)))
        };
        let named = global_id(as_text(id).unwrap_or_default()).and_then(known);
        let named = named.ok_or_else(|| {
            Error::BadInput("this is no global id: use the `id` of an object, as `Patient:12`".into())
        })?;
        match named {
            Named::Row(entity, _) if !entity.table.is_everybodys() => {
                cx.asker.principal.may_read("node", &[entity.object.name]).map(|()| named)
            }
            named => Ok(named),
        }
    }

    /// What each id names; one that fails costs its own place.
    async fn find(&self, cx: &Cx, ids: &[Value]) -> Vec<Result<Option<Rows>>> {
        let named: Vec<Result<Named>> = ids.iter().map(|id| self.named(cx, id)).collect();
        // One statement a type, however many ids.
        let loads = cx.model.entities.iter().filter_map(|entity| {
            let keys: Vec<i32> = named
                .iter()
                .filter_map(|named| match named {
                    Ok(Named::Row(of, key)) if std::ptr::eq(*of, *entity) => Some(*key),
                    _ => None,
                })
                .collect();
            (!keys.is_empty()).then_some(async move {
                (entity.object.name, loaders::load(cx, Load::Visible(entity, cx.scope.clone()), keys).await)
            })
        });
        let found: HashMap<_, _> = join_all(loads).await.into_iter().collect();
        let row = |named: Result<Named>| match named? {
            Named::Made(made, key) => Ok((made.find)(cx, key)),
            Named::Row(entity, key) => match found.get(entity.object.name) {
                Some(Ok(pieces)) => match pieces.get(key).transpose()? {
                    Some(Loaded::Rows(rows)) => Ok(Some(rows)),
                    _ => Ok(None),
                },
                Some(Err(error)) => Err(error.clone()),
                None => Ok(None),
            },
        };
        named.into_iter().map(row).collect()
    }
}

impl Field for Nodes {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        for entity in types.model.entities {
            types.entity(entity);
        }
        for made in self.made {
            types.object(made.object);
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
            let mut found = self.find(cx, ids).await;
            let given = match self.many {
                true => Resolved::Sparse(found),
                false => found.pop().transpose()?.flatten().map_or(Resolved::Null, Resolved::One),
            };
            Ok(children(cx, &level, &slot, vec![given]).await)
        })
    }
}
