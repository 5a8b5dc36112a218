//! What a column speaks of, and how: the ground on which access to it is decided. Every column has a class, or does not compile.

use super::model::Entity;

macro_rules! classes {
    ($($(#[doc = $doc:literal])* $class:ident = $name:literal,)*) => {
        /// The class of a column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Class { $($(#[doc = $doc])* $class,)* }

        impl Class {
            /// Every class.
            pub const ALL: &[Class] = &[$(Class::$class),*];

            /// Its name, as `medimax schema --classes` prints it.
            pub fn name(self) -> &'static str {
                match self { $(Class::$class => $name,)* }
            }

            /// What it is, in words.
            pub fn doc(self) -> &'static str {
                match self { $(Class::$class => concat!($($doc),*),)* }
            }
        }
    };
}

classes! {
    /// The key of a row, or of the row that it points to.
    Key = "key",
    /// A name, or another value that says who a patient is.
    Identity = "identity",
    /// A way to reach a patient: an address, a telephone number.
    Contact = "contact",
    /// When a patient was born, or how old the patient is.
    Birth = "birth",
    /// A day or moment in a patient's life or care.
    Date = "date",
    /// A fact about a patient's health or care, as one of many: a diagnosis, a dose, a value.
    Clinical = "clinical",
    /// Words about a patient, which may hold anything.
    FreeText = "free_text",
    /// A person of the staff.
    Staff = "staff",
    /// About the hospital and its surroundings, not about a patient.
    Reference = "reference",
    /// About the record and not about the patient: when it was entered, in which session.
    Operational = "operational",
}

/// The fields of entities with their classes: a line each, as `Patient.name Patient.name identity` (type and field, table and
/// column, class). A computed field has `-` for its column.
pub fn listed(entities: &[&Entity]) -> String {
    let mut text = String::new();
    for entity in entities {
        for Classed { field, column, class } in entity.classes {
            let column = if column.is_empty() { "-".to_owned() } else { format!("{}.{column}", entity.table.name) };
            text += &format!("{}.{field} {column} {}\n", entity.object.name, class.name());
        }
    }
    text
}

/// A field of an entity whose value is of a class.
#[derive(Debug, Clone, Copy)]
pub struct Classed {
    /// The field.
    pub field: &'static str,
    /// The column that it shows; empty where it is computed from the row.
    pub column: &'static str,
    /// The class.
    pub class: Class,
}
