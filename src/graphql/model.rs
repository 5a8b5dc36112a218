//! What the executor knows of types, rows and fields. Entities are data: an [`Entity`] describes its table and its
//! GraphQL type once, and everything here is compiled once, however many entities there are.

use super::{
    class::Classed,
    context::Cx,
    exec::{FieldAnswers, Level, Slot},
    types::{FieldType, Types},
};
use crate::{
    db::{Bad, By, Cond, Db, Link, ListQuery, Path, Sql, Table, Towards, ValueKind},
    error::Result,
    graph::shape::Part,
    graphql::{form::Form, rules::Rules},
};
use futures_util::future::BoxFuture;
use std::{any::Any, collections::HashMap, ops::Range, sync::Arc};

/// A schema: where requests start, and the entities from which everything else follows.
pub struct Model {
    /// What the schema is.
    pub doc: &'static str,
    /// Where reading starts.
    pub query: &'static Object,
    /// Where writing starts.
    pub mutation: &'static Object,
    /// Every entity, owners before what belongs to them.
    pub entities: &'static [&'static Entity],
    /// What entities give to types, by their names.
    given: HashMap<&'static str, Vec<&'static FieldDef>>,
}

impl Model {
    /// The schema of these entities, with fields that their types are given besides.
    pub fn new(
        doc: &'static str,
        query: &'static Object,
        mutation: &'static Object,
        entities: &'static [&'static Entity],
        fields: &[&'static [(&'static str, FieldDef)]],
    ) -> Self {
        let mut given: HashMap<_, Vec<_>> = HashMap::new();
        for entity in entities {
            given.entry(query.name).or_default().extend(entity.queries);
            given.entry(mutation.name).or_default().extend(entity.mutations);
        }
        for (to, def) in entities.iter().flat_map(|entity| entity.gives).chain(fields.iter().copied().flatten()) {
            given.entry(to).or_default().push(def);
        }
        Model { doc, query, mutation, entities, given }
    }

    /// The fields of a type that need more than a row: its own, and those that entities give to it.
    pub fn fields(&self, object: &Object) -> impl Iterator<Item = &'static FieldDef> {
        object.fields.iter().chain(self.given.get(object.name).into_iter().flatten().copied())
    }

    /// One of them.
    pub fn field(&self, object: &Object, name: &str) -> Option<&'static FieldDef> {
        self.fields(object).find(|def| def.name == name)
    }

    /// The entity of a table.
    pub fn of_table(&self, table: &Table) -> Option<&'static Entity> {
        self.entities.iter().find(|entity| entity.table.name == table.name).copied()
    }

    /// The entities whose rows belong to the rows of another.
    pub fn below(&self, entity: &Entity) -> impl Iterator<Item = &'static Entity> {
        let of = entity.table.name;
        self.entities.iter().copied().filter(move |below| below.table.owners().iter().any(|owner| owner.to.name == of))
    }

    /// The entities whose rows point to the rows of another, and the columns in which they do. Rows of the same patient are left out:
    /// the database clears such a reference when the row is removed.
    pub fn pointing_to(&self, entity: &Entity) -> impl Iterator<Item = (&'static Entity, &'static str)> {
        let to = entity.table.name;
        self.entities.iter().copied().flat_map(move |by| {
            let leads = move |link: &&Link| link.to.name == to && !link.within;
            by.table.links.iter().filter(leads).map(move |link| (by, link.column))
        })
    }

    /// Everything that belongs to the rows of an entity, the lowest first.
    pub fn all_below(&self, entity: &'static Entity) -> Vec<&'static Entity> {
        let (mut all, mut level) = (Vec::new(), vec![entity]);
        while !level.is_empty() {
            level = level.into_iter().flat_map(|entity| self.below(entity)).collect();
            all.splice(0..0, level.iter().copied());
        }
        all
    }
}

/// An object type.
#[derive(Debug)]
pub struct Object {
    /// The type's name.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// Whether it implements `Node`: has a global id that `node` answers.
    pub is_node: bool,
    /// The entity it shows, or whose rows it lists.
    pub of: Option<&'static Entity>,
    /// Fields that a row answers by itself.
    pub scalars: &'static [Scalar],
    /// Fields that are answered for all rows of a level at once. Entities give it more ([`Model::fields`]).
    pub fields: &'static [FieldDef],
}

/// A field that a row answers by itself.
#[derive(Debug)]
pub struct Scalar {
    /// The field's name.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// What it holds.
    pub kind: ValueKind,
    /// Whether it may be null.
    pub nullable: bool,
    /// The column that holds it; empty for one that is computed.
    pub column: &'static str,
    /// Whether an index leads with the column, so that it may narrow a read from the root.
    pub indexed: bool,
    /// Whether an index brings the rows in the column's order.
    pub ordered: bool,
}

/// A field being answered for all rows of a level.
pub type Loading<'a> = BoxFuture<'a, Result<FieldAnswers<'a>>>;

/// A field of an object type that needs more than its row.
pub struct FieldDef {
    /// The field's name.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// How it is answered.
    pub field: &'static dyn Field,
}

impl std::fmt::Debug for FieldDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// How a field is answered, for all rows of a level at once.
pub trait Field: Send + Sync {
    /// Its type and arguments, as a field of `on`.
    fn describe(&self, on: &'static Object, types: &mut Types<'_>) -> FieldType;
    /// The type of the objects that it leads to.
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        None
    }
    /// About how many objects it leads to, a row.
    fn expected(&self, _args: &super::args::Args, _cx: &super::limits::Limits) -> u64 {
        1
    }
    /// What it costs besides the objects that it leads to, a row.
    fn effort(&self) -> u64 {
        0
    }
    /// The relation that filters may follow under the field's name.
    fn related(&self) -> Option<Related> {
        None
    }
    /// The facts of a graph that filters may ask for under the field's name.
    fn facts(&self) -> Option<&'static dyn super::filter::Facts> {
        None
    }
    /// One JSON fragment a row.
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a>;
}

/// A relation as filters see it.
pub struct Related {
    /// What it leads to.
    pub entity: &'static Entity,
    /// How it is reached.
    pub towards: Towards,
    /// Whether there may be several.
    pub many: bool,
}

/// A table and the GraphQL type of its rows.
pub struct Entity {
    /// The GraphQL type.
    pub object: &'static Object,
    /// `…Connection`.
    pub connection: &'static Object,
    /// `…Edge`.
    pub edge: &'static Object,
    /// The table.
    pub table: &'static Table,
    /// One of them in words, as "a medication".
    pub called: &'static str,
    /// The columns in the order of the row type.
    pub columns: &'static [&'static str],
    /// For each of them, whether the database computes it.
    pub generated: &'static [bool],
    /// What columns and computed fields speak of.
    pub classes: &'static [Classed],
    /// What its rows are in the graph, if they are in it.
    pub graph: Option<Part>,
    /// What must hold of a row that is written.
    pub rules: &'static Rules,
    /// Such rows in a form for their owner.
    pub nested: Option<Nested>,
    /// The form of a row in such a list.
    pub form: &'static Form,
    /// What a mutation answers that wrote one row.
    pub payload: &'static Object,
    /// What a mutation answers that wrote several.
    pub payloads: &'static Object,
    /// Its fields at the root of queries.
    pub queries: &'static [FieldDef],
    /// Its fields at the root of mutations.
    pub mutations: &'static [FieldDef],
    /// Fields that it gives to other types, by the names of those.
    pub gives: &'static [(&'static str, FieldDef)],
    /// Runs a statement that answers `(parent, position, row)`.
    pub fetch: for<'a> fn(&'a Db, &'a Sql) -> BoxFuture<'a, Result<Fetched>>,
}

/// The rows in a form for their owner.
#[derive(Debug, Clone, Copy)]
pub struct Nested {
    /// The input field.
    pub field: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// Whether it is one row at most, given as an object and not as a list.
    pub one: bool,
}

impl Entity {
    /// Every column of the table that is written, large ones last.
    pub fn stored(&self) -> Vec<&'static str> {
        let large = self.rules.columns.iter().map(|column| column.name).filter(|name| !self.columns.contains(name));
        let written = self.columns.iter().zip(self.generated).filter(|(_, generated)| !**generated);
        written.map(|(column, _)| *column).chain(large).collect()
    }
}

impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.object.name)
    }
}

/// Rows as they came, each with the key of its parent and its place below it.
pub struct Fetched {
    /// The rows.
    pub set: Arc<dyn RowSet>,
    /// For each row the key that led to it and its place below it, where the statement answered them.
    pub places: Vec<(i32, i32)>,
}

/// Rows of one type; the executor's only view of them.
pub trait RowSet: Send + Sync {
    /// Their type.
    fn row_type(&self) -> &'static Object;
    /// How many there are.
    fn count(&self) -> usize;
    /// Writes a scalar of a row as JSON.
    fn write(&self, row: usize, scalar: usize, cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad>;
    /// Writes a scalar of a row for a cursor: also one that cannot be understood.
    fn write_raw(&self, _row: usize, _scalar: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }
    /// A number in the order of a scalar's values, where there is one; of a key, the key.
    fn rank(&self, _row: usize, _scalar: usize) -> Option<i64> {
        None
    }
    /// A row as its Rust type, where it has one.
    fn row(&self, _row: usize) -> Option<&dyn Any> {
        None
    }
    /// Roughly the bytes that the rows take.
    fn bytes(&self) -> usize {
        0
    }
    /// The same, of rows that were made for this level and are charged with it.
    fn made_bytes(&self) -> usize {
        0
    }
    /// For fields that know what set they stand on.
    fn as_any(&self) -> &dyn Any;
}

/// A run of rows of a set, in an order of their own.
#[derive(Clone)]
pub struct Rows {
    /// The rows.
    pub set: Arc<dyn RowSet>,
    /// Their order in the answer.
    pub order: Arc<[u32]>,
    /// Which places of that order these are.
    pub range: Range<u32>,
}

impl Rows {
    /// All rows of a set, in its order.
    pub fn all(set: Arc<dyn RowSet>) -> Self {
        let len = set.count() as u32;
        Rows { set, order: (0..len).collect(), range: 0..len }
    }

    /// The places of the rows in their set.
    pub fn places(&self) -> &[u32] {
        self.order.get(self.range.start as usize..self.range.end as usize).unwrap_or_default()
    }

    /// One of the rows, by its place in the set.
    pub fn one(&self, place: u32) -> Self {
        Rows { set: self.set.clone(), order: Arc::from([place]), range: 0..1 }
    }
}

/// A relation downwards: the rows that hold the key of a parent. Declared beside the rows that hold the key.
#[derive(Debug)]
pub struct Children {
    /// Its name, read aloud (`MedicationsOfPatient`).
    pub name: &'static str,
    /// The rows.
    pub of: &'static Entity,
    /// How they lead to their parent.
    pub path: Path,
    /// Their order unless asked otherwise; the key comes last by itself.
    pub order: &'static [By],
    /// A condition that always holds.
    pub preset: Option<fn(&Cx) -> Cond>,
    /// About how many there are below one parent, for the cost of a request.
    pub expected: u32,
}

/// What a list is asked for before its page is known.
pub struct Asked {
    /// Rows, words and order.
    pub ask: ListQuery,
    /// What the caller's filter means, whatever the day is.
    pub filter: String,
}

impl Object {
    /// The scalar of that name.
    pub fn scalar(&self, name: &str) -> Option<usize> {
        self.scalars.iter().position(|scalar| scalar.name == name)
    }

    /// The scalar that shows a column as it is (not as a global id).
    pub fn scalar_of_column(&self, column: &str) -> Option<usize> {
        self.scalars.iter().position(|scalar| scalar.column == column && !matches!(scalar.kind, ValueKind::Id))
    }

    /// Whether a fragment on the type `condition` applies.
    pub fn is(&self, condition: &str) -> bool {
        condition == self.name || (self.is_node && condition == "Node")
    }
}
