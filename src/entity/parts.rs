//! What pieces of a declaration by `entity!` become.

/// How the columns of a statement become a row of `entity!`: one after the other, so that a table may have more columns than a tuple.
macro_rules! from_columns {
    ($backend:ty, $row:ident { $($column:ident: $ty:ty),* }) => {
        impl $crate::entity::FromColumns<$backend> for $row {
            const COLUMNS: usize = [$(stringify!($column)),*].len();

            fn from_columns<'a>(
                row: &impl diesel::row::Row<'a, $backend>,
                first: usize,
            ) -> diesel::deserialize::Result<Self> {
                let mut next = first;
                $(
                    let $column = <$ty as diesel::deserialize::FromSqlRow<<$ty as $crate::db::Column>::Sql, $backend>>
                        ::build_from_row(&row.partial_row(next..next + 1))?;
                    next += 1;
                )*
                let _ = next;
                Ok(Self { $($column),* })
            }
        }
    };
}
pub(crate) use from_columns;

/// Whether a column of `entity!` may narrow a read, and order it, and whether the database computes it.
macro_rules! indexed {
    ($mark:ident with $by:ident) => {
        $crate::entity::indexed!($mark)
    };
    () => {
        (false, false, false)
    };
    (index) => {
        (true, false, false)
    };
    (order) => {
        (true, true, false)
    };
    (order generated) => {
        (true, true, true)
    };
}
pub(crate) use indexed;

/// The column by which an index has the rows with one value of a column of `entity!` in their order, besides the key.
macro_rules! followed {
    ($mark:ident with $by:ident) => {
        Some(stringify!($by))
    };
    ($($mark:ident)*) => {
        None
    };
}
pub(crate) use followed;

/// The field of a payload that has the rows, under the name that they have among the queries. Where payloads called them otherwise before,
/// the field is there under that name too.
macro_rules! named_alike {
    ($before:literal, $name:literal, $doc:literal, $field:expr) => {{
        static ALONE: [$crate::graphql::model::FieldDef; 1] =
            [$crate::graphql::model::FieldDef { name: $name, doc: $doc, field: &$field }];
        static BOTH: [$crate::graphql::model::FieldDef; 2] = [
            $crate::graphql::model::FieldDef { name: $name, doc: $doc, field: &$field },
            $crate::graphql::model::FieldDef {
                name: $before,
                doc: concat!($doc, "\nDeprecated: Use `", $name, "`, which has the name of the query."),
                field: &$field,
            },
        ];
        if $crate::entity::same($before, $name) { &ALONE } else { &BOTH }
    }};
}
pub(crate) use named_alike;

/// Whether two names are one, told while the gateway is compiled.
pub(crate) const fn same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([first, rest @ ..], [other_first, other_rest @ ..]) = (one, other) {
        if *first != *other_first {
            return false;
        }
        (one, other) = (rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

/// Whose the rows of `entity!` are.
macro_rules! belongs {
    (patient) => {
        $crate::db::Belongs::Patient
    };
    (everybody) => {
        $crate::db::Belongs::Everybody
    };
    (one of { $($column:ident of $to:ident),+ } as $($rest:tt)*) => {
        $crate::db::Belongs::OneOf(&[
            $($crate::db::Owner { column: stringify!($column), to: &$to::TABLE }),+
        ])
    };
    ($column:ident of $to:ident, $($rest:tt)*) => {
        $crate::db::Belongs::To($crate::db::Owner { column: stringify!($column), to: &$to::TABLE })
    };
}
pub(crate) use belongs;

/// Whether a link of `entity!` leads to a row of the same patient.
macro_rules! within {
    () => {
        false
    };
    (within) => {
        true
    };
}
pub(crate) use within;

/// The list of rows of `entity!` in a form for their owner.
macro_rules! nested {
    (patient) => {
        None
    };
    (everybody) => {
        None
    };
    (one of { $($owners:tt)+ } as $field:literal $doc:literal) => {
        Some($crate::graphql::model::Nested { field: $field, doc: $doc, one: false })
    };
    ($column:ident of $to:ident, as $field:literal $doc:literal) => {
        Some($crate::graphql::model::Nested { field: $field, doc: $doc, one: false })
    };
    ($column:ident of $to:ident, as one $field:literal $doc:literal) => {
        Some($crate::graphql::model::Nested { field: $field, doc: $doc, one: true })
    };
}
pub(crate) use nested;

/// What the rows of `entity!` are in the graph.
macro_rules! in_graph {
    ($row:ident) => {
        None
    };
    ($row:ident, nodes $shape:expr) => {
        Some($crate::graph::shape::Part::Nodes($crate::graph::shape::Nodes {
            label: stringify!($row),
            table: &TABLE,
            shape: &$shape,
        }))
    };
    ($row:ident, relationships $relationship:expr) => {
        Some($crate::graph::shape::Part::Relationships($crate::graph::shape::Relationships {
            table: &TABLE,
            relationship: &$relationship,
        }))
    };
    ($row:ident, purposes $column:expr) => {
        Some($crate::graph::shape::Part::Purposes($crate::graph::shape::Purposes { table: &TABLE, column: $column }))
    };
}
pub(crate) use in_graph;

/// How a column of `entity!` is written: as what, and before that, whether a row must have it (`required`), what a new row gets where nothing is
/// given (`made`, `default`, `now`; else NULL), whether an owner has one row
/// at most of which the flag is set among those with one value of another column (`sole`), what another value resets (`resets`), and from
/// which row it is taken where it is left out (`follows`).
macro_rules! rule {
    ($name:expr, made $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).made()
    };
    ($name:expr, default($value:literal) $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).default($value)
    };
    ($name:expr, now $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).now()
    };
    ($name:expr, required $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).required()
    };
    ($name:expr, sole($among:ident) $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).sole(stringify!($among))
    };
    ($name:expr, follows($pointer:ident) $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).follows(stringify!($pointer))
    };
    ($name:expr, resets($which:ident) $($rule:tt)+) => {
        $crate::entity::rule!($name, $($rule)+).resets(&$which)
    };
    ($name:expr, email) => {
        $crate::graphql::rules::ColumnRule::email($name)
    };
    ($name:expr, phone($country:ident)) => {
        $crate::graphql::rules::ColumnRule::phone($name, stringify!($country))
    };
    ($name:expr, line($size:literal)) => {
        $crate::graphql::rules::ColumnRule::line($name, $size)
    };
    ($name:expr, code($which:ident)) => {
        $crate::graphql::rules::ColumnRule::code($name, $crate::graphql::rules::Code::$which)
    };
    ($name:expr, json($schema:ident)) => {
        $crate::graphql::rules::ColumnRule::json($name, &$schema)
    };
    ($name:expr, link) => {
        $crate::graphql::rules::ColumnRule::link($name)
    };
    ($name:expr, prose) => {
        $crate::graphql::rules::ColumnRule::prose($name)
    };
    ($name:expr, value) => {
        $crate::graphql::rules::ColumnRule::of($name)
    };
}
pub(crate) use rule;
