//! `entity!`: everything that the gateway knows of a table, declared at one place.

mod parts;
mod row;

pub(crate) use parts::{belongs, followed, from_columns, in_graph, indexed, named_alike, nested, rule, same, within};
pub use row::{FromColumns, OfEntity, Placed, Row, Set};

/// Declares an entity: a table, its columns, whose its rows are, and how they are read and written. From it follow the row struct
/// and the statics `TABLE`, `ENTITY` and `FORM`, and from those the fields at the root, filters, orders, cursors, cost, mutations,
/// forms within forms, CSV, backup and checks.
///
/// ```text
/// entity! {
///     /// What it is, for the API's reader.
///     Medication, "Medication" by medication_id, search true;
///     called "a medication", "medications";         // in descriptions
///     root "medication", "medications";             // fields of queries
///     written "medication", "medications";          // fields of what mutations answer
///     belongs { patient_id of patient, as "medications" "The patient's medications." }
///         // the owner, and the list in the input for an owner, `as one` object where there is one at most; or { patient } { everybody };
///         // or of each row one of several owners, the first of which is the patient:
///         // { one of { patient_id of patient, doctor_id of doctor } as "emails" "…" }
///     links { doctor_id -> doctor; report_id -> report within; }
///         // what rows point to besides, `within`: a row of the same patient; may be left out
///     columns {                                     // in any order: column, type, field, marks; class; and how it is written
///         /// What it means. Marks: `index`: an index leads with it, so that it may narrow a read; `order`: and orders by it;
///         /// `order generated`: and the database computes it; `index with other_column`: an index has both, one after the other.
///         medicine_name: Option<String> = "name" order, Clinical, required line(255);
///     }
///     large {                                       // texts that are read only when they are selected
///         /// What it means.
///         complete_report = "fullText", FreeText;
///     }
///     computed {                                    // from the row alone
///         /// What it means.
///         "age": Option<i32> = Patient::age, Birth;
///     }
///     fields {                                      // answered a level at a time
///         /// Who takes it.
///         "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
///     }
///     gives {                                       // the same, to the type of another entity
///         /// What the patient takes.
///         patient, "medications" = List { children: &OF_PATIENT, narrowing: None };
///     }
///     verbs {                                       // mutations besides `correct…` and `remove…`
///         /// Prescribes a medication.
///         "prescribeMedication" = PRESCRIBE;
///     }
///     graph nodes SHAPE;                            // what rows are in the graph: nodes of a shape, `relationships` from what they
///         // belong to, to what they point to, or `purposes` of what they belong to, by the column with the condition's name; left
///         // out, they are not in it
///     checks &[];                                   // what must hold between columns
/// }
/// ```
///
/// A column is written as one `line` of so many characters, as `prose`, as an `email` address, as the number of a `phone` with the column of
/// its country, as a `code` (`Country`, `Currency`, `Language`), as `json` that
/// looks like a static of this name, as a `link` to the row that it points to, or as a `value` that is no text; where it says nothing,
/// clients do not write it. Where a new row is not given a value, it gets NULL, whatever the database's default; or a UUID (`made value`), this value
/// as it is stored (`default("Scheduled") value`), the moment at which it is added (`now value`), and the default of a flag. Numbers hold
/// their range in their type: `Whole<1, 10>`, `Decimal<2, 0, 500>` with two places.
macro_rules! entity {
    (
        $(#[doc = $doc:literal])*
        $row:ident, $name:literal by $key:ident, search $search:literal;
        called $a:literal, $all:literal;
        root $root:literal, $roots:literal;
        written $one:literal, $many:literal;
        belongs { $($belongs:tt)* }
        $(links { $($link:ident -> $to:ident $($within:ident)?;)* })?
        columns {
            $($(#[doc = $cdoc:literal])* $column:ident: $ty:ty = $field:literal $($index:ident)*, $class:ident $(, $($rule:ident $(($size:tt))?)+)?;)*
        }
        $(large { $($(#[doc = $ldoc:literal])* $large:ident = $lfield:literal, $lclass:ident;)* })?
        $(computed { $($(#[doc = $sdoc:literal])* $computed:literal: $sty:ty = $compute:expr, $sclass:ident;)* })?
        $(fields { $($(#[doc = $fdoc:literal])* $relation:literal = $how:expr;)* })?
        $(gives { $($(#[doc = $gdoc:literal])* $parent:ident, $given:literal = $giving:expr;)* })?
        $(verbs { $($(#[doc = $vdoc:literal])* $verb:literal = $doing:expr;)* })?
        $(graph $part:ident $shape:expr;)?
        checks $checks:expr;
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $row { $($(#[doc = $cdoc])* pub $column: $ty),* }

        #[doc = concat!("The table ", $name, ".")]
        pub static TABLE: $crate::db::Table = $crate::db::Table {
            name: $name,
            key: stringify!($key),
            belongs: $crate::entity::belongs!($($belongs)*),
            links: &[$($($crate::db::Link {
                column: stringify!($link),
                to: &$to::TABLE,
                within: $crate::entity::within!($($within)?),
            }),*)?],
            columns: &[$($crate::db::Indexed {
                column: stringify!($column),
                leads: $crate::entity::indexed!($($index)*).0,
                then: $crate::entity::followed!($($index)*),
            }),*],
            search: $search,
        };

        #[doc = concat!("The table ", $name, " and its GraphQL type.")]
        pub static ENTITY: $crate::graphql::model::Entity = $crate::graphql::model::Entity {
            object: &OBJECT,
            called: $a,
            connection: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "Connection"),
                doc: concat!("One page of a list of `", stringify!($row), "` objects."),
                is_node: false,
                of: Some(&ENTITY),
                scalars: &[],
                fields: &$crate::graphql::connection::CONNECTION_FIELDS,
            },
            edge: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "Edge"),
                doc: concat!("One `", stringify!($row), "` object of a list, and its cursor."),
                is_node: false,
                of: Some(&ENTITY),
                scalars: &$crate::graphql::connection::EDGE_SCALARS,
                fields: &$crate::graphql::connection::EDGE_FIELDS,
            },
            table: &TABLE,
            columns: &[$(stringify!($column)),*],
            generated: &[$($crate::entity::indexed!($($index)*).2),*],
            classes: &[
                $($crate::graphql::class::Classed {
                    field: $field,
                    column: stringify!($column),
                    class: $crate::graphql::class::Class::$class,
                },)*
                $($($crate::graphql::class::Classed {
                    field: $lfield,
                    column: stringify!($large),
                    class: $crate::graphql::class::Class::$lclass,
                },)*)?
                $($($crate::graphql::class::Classed {
                    field: $computed,
                    column: "",
                    class: $crate::graphql::class::Class::$sclass,
                },)*)?
            ],
            rules: &$crate::graphql::rules::Rules {
                columns: &[
                    $($($crate::entity::rule!(stringify!($column), $($rule $(($size))?)+),)?)*
                    $($($crate::graphql::rules::ColumnRule::large(stringify!($large), $lfield, concat!($($ldoc, "\n"),*)),)*)?
                ],
                checks: $checks,
            },
            graph: $crate::entity::in_graph!($row $(, $part $shape)?),
            nested: $crate::entity::nested!($($belongs)*),
            form: &FORM,
            payload: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "Payload"),
                doc: concat!("The result of writing one `", stringify!($row), "` object."),
                is_node: false,
                of: None,
                scalars: <$crate::write::payload::Outcome as $crate::graphql::made::MadeRow>::SCALARS,
                fields: $crate::entity::named_alike!(
                    $one,
                    $root,
                    "The object as it is now; null if it was removed since.",
                    $crate::graphql::made::ToRow { entity: &ENTITY, key: $crate::write::payload::Outcome::key }
                ),
            },
            payloads: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "ListPayload"),
                doc: concat!("The result of writing several `", stringify!($row), "` objects."),
                is_node: false,
                of: None,
                scalars: <$crate::write::payload::Outcome as $crate::graphql::made::MadeRow>::SCALARS,
                fields: $crate::entity::named_alike!(
                    $many,
                    $roots,
                    "The objects as they are now; objects that were removed since are left out.",
                    $crate::graphql::made::ToRows {
                        entity: &ENTITY,
                        keys: |outcome: &$crate::write::payload::Outcome, _, _| Ok(outcome.keys.clone()),
                        args: |_| Vec::new(),
                        expected: 5,
                    }
                ),
            },
            queries: &[
                $crate::graphql::model::FieldDef {
                    name: $root,
                    doc: concat!("Looks up ", $a, " by its global id; null if there is none."),
                    field: &$crate::graphql::root::ById(&ENTITY),
                },
                $crate::graphql::model::FieldDef {
                    name: $roots,
                    doc: concat!("Lists ", $all, ", a page at a time."),
                    field: &$crate::graphql::root::All(&ENTITY),
                },
            ],
            mutations: &[
                $($($crate::graphql::model::FieldDef { name: $verb, doc: concat!($($vdoc, "\n"),*), field: &$doing },)*)?
                $crate::graphql::model::FieldDef {
                    name: concat!("correct", stringify!($row)),
                    doc: concat!("Corrects ", $a, "."),
                    field: &CORRECT,
                },
                $crate::graphql::model::FieldDef {
                    name: concat!("remove", stringify!($row)),
                    doc: concat!(
                        "Removes ", $a, " with all that belongs to it, unless objects of others point to it. What points to it within the same patient no longer does. This cannot be undone."
                    ),
                    field: &$crate::write::Remove(&ENTITY),
                },
            ],
            gives: &[$($(($parent::ENTITY.object.name, $crate::graphql::model::FieldDef {
                name: $given,
                doc: concat!($($gdoc, "\n"),*),
                field: &$giving,
            })),*)?],
            fetch: |db, sql| Box::pin(async move {
                let rows = $crate::db::load!(db, sql, $crate::entity::OfEntity, $crate::entity::Placed<$row>)?;
                Ok($crate::entity::Set::fetched(rows))
            }),
        };

        #[doc = concat!("The form of ", $a, " that is written with what it belongs to.")]
        static FORM: $crate::graphql::form::Form = $crate::graphql::form::Form::add(
            concat!(stringify!($row), "Input"),
            concat!("The values of ", $a, " that is written together with what it belongs to."),
            &ENTITY,
        );

        static CORRECT: $crate::write::Change =
            $crate::write::Change::of(&$crate::graphql::form::Form::change(
                concat!("Correct", stringify!($row), "Input"),
                concat!("The new values of ", $a, "."),
                &ENTITY,
            ));

        $crate::entity::from_columns!(diesel::mysql::Mysql, $row { $($column: $ty),* });
        $crate::entity::from_columns!(diesel::sqlite::Sqlite, $row { $($column: $ty),* });

        static OBJECT: $crate::graphql::model::Object = $crate::graphql::model::Object {
            name: stringify!($row),
            doc: concat!($($doc, "\n"),*),
            is_node: true,
            of: Some(&ENTITY),
            scalars: &[
                $crate::graphql::model::Scalar {
                    name: "id",
                    doc: concat!("The global id, as `", stringify!($row), ":12`."),
                    kind: $crate::db::ValueKind::Id,
                    nullable: false,
                    column: stringify!($key),
                    indexed: true,
                    ordered: true,
                },
                $($crate::graphql::model::Scalar {
                    name: $field,
                    doc: concat!($($cdoc, "\n"),*),
                    kind: <$ty as $crate::db::Stored>::KIND,
                    nullable: <$ty as $crate::db::Stored>::NULLABLE,
                    column: stringify!($column),
                    indexed: $crate::entity::indexed!($($index)*).0,
                    ordered: $crate::entity::indexed!($($index)*).1,
                },)*
                $($($crate::graphql::model::Scalar {
                    name: $computed,
                    doc: concat!($($sdoc, "\n"),*),
                    kind: <$sty as $crate::db::Stored>::KIND,
                    nullable: <$sty as $crate::db::Stored>::NULLABLE,
                    column: "",
                    indexed: false,
                    ordered: false,
                },)*)?
            ],
            fields: &[
                $crate::graphql::model::FieldDef {
                    name: "version",
                    doc: "A digest of all stored columns of the object: a change by whatever program gives another digest. Pass it as `expectedVersion`.",
                    field: &$crate::write::Version(&ENTITY),
                },
                $($($crate::graphql::model::FieldDef {
                    name: $lfield,
                    doc: concat!($($ldoc, "\n"),*),
                    field: &$crate::graphql::relation::Large { entity: &ENTITY, column: stringify!($large) },
                },)*)?
                $($($crate::graphql::model::FieldDef { name: $relation, doc: concat!($($fdoc, "\n"),*), field: &$how },)*)?
            ],
        };

        impl $crate::entity::Row for $row {
            fn object() -> &'static $crate::graphql::model::Object {
                &OBJECT
            }
            fn write(&self, scalar: usize, cx: &$crate::graphql::context::Cx, out: &mut Vec<u8>) -> Result<(), $crate::db::Bad> {
                use $crate::db::Stored;
                // The places of the scalars above: the id, the columns, the computed ones.
                if scalar == 0 {
                    out.extend_from_slice(concat!("\"", stringify!($row), ":").as_bytes());
                    Stored::write(&self.$key, out)?;
                    out.push(b'"');
                    return Ok(());
                }
                let mut place = 0;
                $(
                    place += 1;
                    if scalar == place {
                        return Stored::write(&self.$column, out);
                    }
                )*
                $($(
                    place += 1;
                    if scalar == place {
                        let compute: fn(&$row, &$crate::graphql::context::Cx) -> $sty = $compute;
                        return Stored::write(&compute(self, cx), out);
                    }
                )*)?
                let _ = (place, cx);
                Err($crate::db::Bad("scalar"))
            }
            fn write_raw(&self, scalar: usize, out: &mut Vec<u8>) {
                let mut place = 0;
                $(
                    place += 1;
                    if scalar == place {
                        return $crate::db::Stored::write_raw(&self.$column, out);
                    }
                )*
                let _ = place;
                out.extend_from_slice(b"null");
            }
            fn heap(&self) -> usize {
                0 $(+ $crate::db::Stored::heap(&self.$column))*
            }
            fn rank(&self, scalar: usize) -> Option<i64> {
                if scalar == 0 {
                    return Some(i64::from(self.$key));
                }
                let mut place = 0;
                $(
                    place += 1;
                    if scalar == place {
                        return $crate::db::Stored::rank(&self.$column);
                    }
                )*
                let _ = place;
                None
            }
        }
    };
}
pub(crate) use entity;
