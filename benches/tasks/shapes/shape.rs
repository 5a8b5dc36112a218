//! A shape: a list of the root, with what it is asked for, as the text of a query.

use medimax::{
    db::{Quantifier, ValueKind},
    graphql::model::{Entity, Related},
};

/// What is measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Order,
    Orders,
    Filter,
    FilterAndOrder,
    Relation,
    DeepRelation,
    Boolean,
    Graph,
    Search,
    Cursor,
    Total,
}

impl Group {
    pub(super) const ALL: [Group; 11] = [
        Group::Order,
        Group::Orders,
        Group::Filter,
        Group::FilterAndOrder,
        Group::Relation,
        Group::DeepRelation,
        Group::Boolean,
        Group::Graph,
        Group::Search,
        Group::Cursor,
        Group::Total,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Group::Order => "one order",
            Group::Orders => "several orders",
            Group::Filter => "filter",
            Group::FilterAndOrder => "filter, another order",
            Group::Relation => "relation, 1 deep",
            Group::DeepRelation => "relation, 2 deep",
            Group::Boolean => "boolean pair",
            Group::Graph => "graph",
            Group::Search => "search",
            Group::Cursor => "page at a cursor",
            Group::Total => "total",
        }
    }
}

/// A value, as a query holds it and as SQL does.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    pub(super) graphql: String,
    /// Every way in which it is stored.
    pub(super) sql: Vec<String>,
}

/// A field compared with values.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) field: &'static str,
    pub(super) column: &'static str,
    pub(super) kind: ValueKind,
    pub(super) indexed: bool,
    pub(super) operator: &'static str,
    pub(super) values: Vec<Literal>,
}

/// A condition of a filter.
#[derive(Clone)]
pub(super) enum Filter {
    Field(Comparison),
    /// On the rows of a relation; of one that leads to a single row there is no quantifier.
    Related(&'static str, std::rc::Rc<Related>, Option<Quantifier>, Option<Box<Filter>>),
    /// Facts of the graph and the names that they are asked of, under the field's name.
    Graph(&'static str, Vec<(&'static str, String)>),
    /// Two conditions side by side.
    Beside(Box<[Filter; 2]>),
    And(Box<[Filter; 2]>),
    Or(Box<[Filter; 2]>),
    Not(Box<Filter>),
}

impl Filter {
    /// The name under which it stands in its object.
    fn key(&self) -> &'static str {
        match self {
            Filter::Field(comparison) => comparison.field,
            Filter::Related(name, ..) | Filter::Graph(name, _) => name,
            Filter::Beside(_) => "",
            Filter::And(_) => "and",
            Filter::Or(_) => "or",
            Filter::Not(_) => "not",
        }
    }

    /// Whether two conditions may stand in one object.
    pub(super) fn may_stand_beside(&self, other: &Filter) -> bool {
        !self.key().is_empty() && !other.key().is_empty() && self.key() != other.key()
    }

    /// The entries of its object.
    fn entries(&self) -> String {
        let name = self.key();
        match self {
            Filter::Field(comparison) => {
                let values: Vec<&str> = comparison.values.iter().map(|value| value.graphql.as_str()).collect();
                let value = match (comparison.operator, values.as_slice()) {
                    ("in", values) => format!("[{}]", values.join(", ")),
                    (_, values) => values.concat(),
                };
                format!("{name}: {{ {}: {value} }}", comparison.operator)
            }
            Filter::Related(_, _, quantifier, filter) => {
                let filter = object(filter.as_deref());
                match quantifier {
                    None => format!("{name}: {filter}"),
                    Some(Quantifier::Some) => format!("{name}: {{ some: {filter} }}"),
                    Some(Quantifier::None) => format!("{name}: {{ none: {filter} }}"),
                    Some(Quantifier::Every) => format!("{name}: {{ every: {filter} }}"),
                }
            }
            Filter::Graph(_, facts) => {
                let facts: Vec<String> = facts.iter().map(|(fact, of)| format!("{fact}: {}", text(of))).collect();
                format!("{name}: {{ {} }}", facts.join(", "))
            }
            Filter::Beside(two) => two.each_ref().map(Filter::entries).join(", "),
            Filter::And(two) | Filter::Or(two) => {
                format!("{name}: [{}]", two.each_ref().map(|one| object(Some(one))).join(", "))
            }
            Filter::Not(filter) => format!("not: {}", object(Some(filter))),
        }
    }

    /// Whether SQL alone can tell what it matches.
    pub(super) fn is_of_rows(&self) -> bool {
        match self {
            Filter::Field(_) => true,
            Filter::Related(_, _, _, filter) => filter.as_ref().is_none_or(|filter| filter.is_of_rows()),
            Filter::Graph(..) => false,
            Filter::Beside(two) | Filter::And(two) | Filter::Or(two) => two.iter().all(Filter::is_of_rows),
            Filter::Not(filter) => filter.is_of_rows(),
        }
    }
}

/// A filter as a value.
pub(super) fn object(filter: Option<&Filter>) -> String {
    filter.map_or_else(|| "{}".to_owned(), |filter| format!("{{ {} }}", filter.entries()))
}

/// A text as a value.
pub(super) fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where a page begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The second page.
    Second,
    /// The last page, by the cursor before it.
    Last,
    /// The last rows before the end of the first page.
    Backwards,
}

/// What is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Page,
    Total,
    PageAndTotal,
    At(Place),
}

/// A list of the root, with what it is asked for.
#[derive(Clone)]
pub(super) struct Shape {
    pub(super) group: Group,
    /// The field of the root.
    pub(super) list: &'static str,
    pub(super) entity: &'static Entity,
    pub(super) search: Option<String>,
    pub(super) filter: Option<Filter>,
    pub(super) order: Vec<String>,
    pub(super) shown: Shown,
}

/// Rows of a page.
const PAGE: usize = 20;

/// Scalars that a page selects besides the ids.
const SCALARS: usize = 4;

impl Shape {
    /// The query as it is printed and compared.
    pub(super) fn name(&self) -> String {
        self.query(Some("CURSOR"))
    }

    /// The query, with the cursor of its place if it has one.
    pub(super) fn query(&self, cursor: Option<&str>) -> String {
        let page = match (self.shown, cursor) {
            (Shown::Total, _) => None,
            (Shown::At(Place::Backwards), Some(cursor)) => Some(format!("last: {PAGE}, before: {}", text(cursor))),
            (Shown::At(_), Some(cursor)) => Some(format!("first: {PAGE}, after: {}", text(cursor))),
            _ => Some(format!("first: {PAGE}")),
        };
        let scalars = self.entity.object.scalars.iter().filter(|scalar| scalar.name != "id").take(SCALARS);
        let scalars: Vec<&str> = scalars.map(|scalar| scalar.name).collect();
        let nodes = format!("nodes {{ id {} }} pageInfo {{ hasNextPage endCursor }}", scalars.join(" "));
        self.asked(
            page,
            &match self.shown {
                Shown::Total => "totalCount".to_owned(),
                Shown::PageAndTotal => format!("totalCount {nodes}"),
                Shown::Page | Shown::At(_) => nodes,
            },
        )
    }

    /// The question for the cursor of its place, where it has one; the first edge of the answer has it.
    pub(super) fn place(&self) -> Option<String> {
        let page = match self.shown {
            Shown::At(Place::Second | Place::Backwards) => format!("first: {PAGE}"),
            Shown::At(Place::Last) => format!("last: {}", PAGE + 1),
            _ => return None,
        };
        Some(self.asked(Some(page), "edges { cursor }"))
    }

    /// The question for the total alone.
    pub(super) fn total(&self) -> String {
        self.asked(None, "totalCount")
    }

    fn asked(&self, page: Option<String>, selection: &str) -> String {
        let search = self.search.as_ref().map(|words| format!("search: {}", text(words)));
        let filter = self.filter.as_ref().map(|filter| format!("filter: {}", object(Some(filter))));
        let order = (!self.order.is_empty()).then(|| format!("orderBy: [{}]", self.order.join(", ")));
        let arguments: Vec<String> = [search, filter, order, page].into_iter().flatten().collect();
        match arguments.as_slice() {
            [] => format!("{{ {} {{ {selection} }} }}", self.list),
            arguments => format!("{{ {}({}) {{ {selection} }} }}", self.list, arguments.join(", ")),
        }
    }
}
