//! Which rows become which nodes, with which properties, and how they hang together. Rows of patients make the patient layer; rows that
//! belong to nobody (`Belongs::Everybody`) make the reference layer, which all patients share. The shapes themselves stand with the
//! entities and are given from above ([`Shapes`]); their names are those that hospitals' own graph queries use already.

mod kind;

pub use kind::NodeKind;

use crate::{
    db::Table,
    error::{Error, Result},
};

/// What the rows of a table are in the graph.
#[derive(Debug)]
pub enum Part {
    /// Each is a node.
    Nodes(Nodes),
    /// Each is a relationship.
    Relationships(Relationships),
    /// Each says what the row that it belongs to is for.
    Purposes(Purposes),
}

/// A table whose rows are nodes: of a patient, or of the reference data that all patients share.
#[derive(Debug)]
pub struct Nodes {
    /// The label that the key is unique under: the entity's name.
    pub label: &'static str,
    /// The table. The node's property with the key is named like the key.
    pub table: &'static Table,
    /// What else a node has.
    pub shape: &'static Shape,
}

/// A table whose rows are relationships: from the node that a row belongs to, to reference data that the row points to.
#[derive(Debug)]
pub struct Relationships {
    /// The table.
    pub table: &'static Table,
    /// What a relationship has.
    pub relationship: &'static Relationship,
}

/// What the rows of a table are as relationships.
#[derive(Debug)]
pub struct Relationship {
    /// The type.
    pub name: &'static str,
    /// The column that points to the reference data, one of [`Table::links`].
    pub column: &'static str,
    /// Properties: name, column, form.
    pub props: &'static [(&'static str, &'static str, As)],
}

/// A table whose rows say which condition a medication was prescribed for.
#[derive(Debug)]
pub struct Purposes {
    /// The table.
    pub table: &'static Table,
    /// The column with the condition's name.
    pub column: &'static str,
}

/// What a node has besides its label and its keys.
#[derive(Debug)]
pub struct Shape {
    /// Labels besides.
    pub also: &'static [&'static str],
    /// A label besides, by the value of a property.
    pub sorted: Option<Sorted>,
    /// The property that a drawing shows.
    pub caption: &'static str,
    /// Properties: name, column, form.
    pub props: &'static [(&'static str, &'static str, As)],
    /// Properties that follow from others.
    pub derived: &'static [(&'static str, Derived)],
    /// Properties that every node has alike.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Relationships that lead to it.
    pub bonds: &'static [Bond],
    /// Relationships that lead from it to reference data: the type, and the column, one of [`Table::links`].
    pub links: &'static [(&'static str, &'static str)],
    /// Relationships that lead to it from reference data: the type, and the column, one of [`Table::links`].
    pub by: &'static [(&'static str, &'static str)],
    /// The condition of the same patient that it is about, if it is about one.
    pub names: Option<Names>,
    /// What it says of the patient's health, if it does.
    pub clinical: Option<Clinical>,
}

impl Shape {
    /// A node with nothing but its label and its keys: what a shape leaves out.
    pub const PLAIN: Shape = Shape {
        also: &[],
        sorted: None,
        caption: "",
        props: &[],
        derived: &[],
        fixed: &[],
        bonds: &[],
        links: &[],
        by: &[],
        names: None,
        clinical: None,
    };
}

/// How a column becomes a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// The text.
    Text,
    /// A word in lower case: older databases have other spellings.
    Word,
    /// The same; words of before become those of today.
    Renamed(&'static [(&'static str, &'static str)]),
    /// A day.
    Date,
    /// The day of a moment.
    Day,
    /// A number.
    Number,
    /// A flag, which NULL leaves at this.
    Flag(bool),
    /// A flag as a word: [`ACTIVE`], also for NULL, or this one.
    Active(&'static str),
}

/// How a property follows from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// Whether the column behind this property holds this word.
    Is(&'static str, &'static str),
    /// This property of the node that it hangs below.
    Owner(&'static str),
}

/// A relationship that a row brings with it.
#[derive(Debug)]
pub struct Bond {
    /// Its type.
    pub name: &'static str,
    /// Whether it comes from the patient, not from the row's owner.
    pub from_patient: bool,
    /// Its properties: the name, and the row's property that it repeats.
    pub props: &'static [(&'static str, &'static str)],
}

/// What leads from a node to conditions of the same patient: to the one that a row points to, or else to those of a name.
#[derive(Debug)]
pub struct Names {
    /// The type of the relationship.
    pub name: &'static str,
    /// The property with the condition's name.
    pub prop: &'static str,
    /// The column that points to the condition, one of [`Table::links`].
    pub column: &'static str,
}

/// Labels by the value of a property.
#[derive(Debug)]
pub struct Sorted {
    /// The property.
    pub by: &'static str,
    /// For values their labels; other values have none.
    pub labels: &'static [(&'static str, &'static str)],
}

/// What an entry says of the patient's health. Its caption is the property `name`, and whether it is so still says the property
/// [`STATUS`], if it has one.
#[derive(Debug)]
pub struct Clinical {
    /// What it says.
    pub role: Role,
    /// Only nodes with this label, of those in [`Shape::sorted`].
    pub only: Option<&'static str>,
    /// The property with the day since when.
    pub since: &'static str,
    /// The property with the day until when, if it has one.
    pub until: Option<&'static str>,
}

/// What an entry says of the patient's health. Each role is that of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A symptom that the patient reported.
    Reported,
    /// A condition that the patient has or had.
    Had,
    /// A medication that the patient takes or took.
    Taken,
}

/// The property of an entry that says whether it is so still; an entry without one is.
pub const STATUS: &str = "status";
/// The word for that.
pub const ACTIVE: &str = "active";

/// From a symptom to a condition of the same patient that it speaks for.
pub const INDICATES_CONDITION: &str = "INDICATES_CONDITION";
/// From a medication to a condition of the same patient that it is for.
pub const TREATS_CONDITION: &str = "TREATS_CONDITION";
/// From a patient's entry to the concept that its name names.
pub const INSTANCE_OF: &str = "INSTANCE_OF";

/// All kinds of nodes: those of patients, owners before what they own, then those of reference data; and what says what they are for, and
/// what leads from the ones to the others.
#[derive(Debug)]
pub struct Shapes {
    all: Vec<NodeKind>,
    /// How many of them are of patients.
    of_patients: usize,
    /// Before each the kind that its rows belong to.
    relationships: Vec<(NodeKind, &'static Relationships)>,
    /// Before each the kind that its rows belong to.
    purposes: Vec<(NodeKind, &'static Purposes)>,
}

impl Shapes {
    /// These parts, owners before what belongs to them.
    pub fn new(parts: impl IntoIterator<Item = &'static Part>) -> Self {
        let mut shapes = Shapes { all: Vec::new(), of_patients: 0, relationships: Vec::new(), purposes: Vec::new() };
        let mut reference = Vec::new();
        for part in parts {
            match part {
                Part::Relationships(rows) => {
                    let owner = shapes.owner_of(rows.table);
                    shapes.relationships.extend(owner.map(|(_, owner)| (owner, rows)));
                }
                Part::Purposes(purposes) => {
                    let owner = shapes.owner_of(purposes.table);
                    shapes.purposes.extend(owner.map(|(_, owner)| (owner, purposes)));
                }
                Part::Nodes(nodes) if nodes.table.is_everybodys() => reference.push(nodes),
                Part::Nodes(nodes) => {
                    let place = shapes.all.len() as u8;
                    let owner = shapes.owner_of(nodes.table).map_or(place, |(_, owner)| owner.place);
                    shapes.all.push(NodeKind { place, owner, nodes });
                    shapes.of_patients += 1;
                }
            }
        }
        for nodes in reference {
            let place = shapes.all.len() as u8;
            shapes.all.push(NodeKind { place, owner: place, nodes });
        }
        shapes
    }

    /// Every kind.
    pub fn all(&self) -> &[NodeKind] {
        &self.all
    }

    /// The kinds of patients' nodes.
    pub fn kinds(&self) -> &[NodeKind] {
        self.all.get(..self.of_patients).unwrap_or_default()
    }

    /// The kinds of reference data.
    pub fn reference(&self) -> &[NodeKind] {
        self.all.get(self.of_patients..).unwrap_or_default()
    }

    /// The tables whose rows are relationships from patients' nodes to reference data, each after the kind that its rows belong to.
    pub fn relationships(&self) -> &[(NodeKind, &'static Relationships)] {
        &self.relationships
    }

    /// What says what medications are for, each after the kind that its rows belong to.
    pub fn purposes(&self) -> &[(NodeKind, &'static Purposes)] {
        &self.purposes
    }

    /// The kind at a place.
    pub fn at(&self, place: u8) -> Option<NodeKind> {
        self.all.get(usize::from(place)).copied()
    }

    /// The kind of a label.
    pub fn labelled(&self, label: &str) -> Option<NodeKind> {
        self.all.iter().find(|kind| kind.label() == label).copied()
    }

    /// The kind whose nodes have a role.
    pub fn with_role(&self, role: Role) -> Result<NodeKind> {
        let kind = self.kinds().iter().find(|kind| kind.role() == Some(role)).copied();
        kind.ok_or_else(|| Error::Internal(format!("no shape has the role {role:?}")))
    }

    /// The kind that the rows of a table hang below: that of their owner, or of its owner. Before it, how many references lead there.
    pub fn owner_of(&self, table: &'static Table) -> Option<(usize, NodeKind)> {
        (1..).zip(table.way()).find_map(|(steps, owner)| {
            let kind = self.kinds().iter().find(|kind| std::ptr::eq(kind.table(), owner.to))?;
            Some((steps, *kind))
        })
    }

    /// The kind of reference data that a column of a table points to.
    pub fn pointed_to(&self, table: &'static Table, column: &str) -> Option<NodeKind> {
        let link = table.links.iter().find(|link| link.column == column)?;
        self.reference().iter().find(|kind| std::ptr::eq(kind.table(), link.to)).copied()
    }

    /// What leads from patients' rows to reference data: tables and columns.
    pub fn pointing(&self) -> Vec<(&'static Table, &'static str)> {
        let rows = self.relationships.iter().map(|(_, rows)| (rows.table, rows.relationship.column));
        let links = |kind: &NodeKind| {
            let table = kind.table();
            kind.shape().links.iter().chain(kind.shape().by).map(move |(_, column)| (table, *column))
        };
        rows.chain(self.kinds().iter().flat_map(links)).collect()
    }

    /// The types of relationships that rows bring with them, among the nodes of a patient.
    pub fn bonds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds().iter().flat_map(|kind| kind.shape().bonds).map(|bond| bond.name)
    }

    /// The types of relationships from patients' nodes to reference data.
    pub fn to_reference(&self) -> impl Iterator<Item = &'static str> {
        let rows = self.relationships.iter().map(|(_, rows)| rows.relationship.name);
        rows.chain(self.kinds().iter().flat_map(|kind| kind.shape().links).map(|(name, _)| *name))
    }

    /// The types of relationships from reference data to patients' nodes.
    pub fn from_reference(&self) -> impl Iterator<Item = &'static str> {
        self.kinds().iter().flat_map(|kind| kind.shape().by).map(|(name, _)| *name)
    }

    /// The types of relationships from patients' nodes to the conditions that they are about.
    pub fn naming(&self) -> impl Iterator<Item = &'static str> {
        self.kinds().iter().filter_map(|kind| kind.shape().names.as_ref()).map(|names| names.name)
    }

    /// The types of relationships among reference data.
    pub fn among_reference(&self) -> impl Iterator<Item = &'static str> {
        self.reference().iter().flat_map(|kind| kind.shape().links).map(|(name, _)| *name)
    }
}

#[cfg(test)]
pub(super) mod samples {
    //! A patient, what the patient had, and three tables of which the middle one is not in the graph.

    use super::*;
    use crate::db::{Belongs, Link, Owner};

    const fn table(name: &'static str, key: &'static str, belongs: Belongs) -> Table {
        Table { name, key, belongs, links: &[], columns: &[], search: false }
    }

    pub(crate) static PATIENT: Table = table("Patient", "patient_id", Belongs::Patient);
    pub(crate) static HISTORY: Table =
        table("History", "history_id", Belongs::To(Owner { column: "patient_id", to: &PATIENT }));
    pub(crate) static STAY: Table = table("Stay", "stay_id", Belongs::To(Owner { column: "guest_id", to: &PATIENT }));
    pub(crate) static ROOM: Table = table("Room", "room_id", Belongs::To(Owner { column: "stay_id", to: &STAY }));
    pub(crate) static BED: Table = table("Bed", "bed_id", Belongs::To(Owner { column: "room", to: &ROOM }));

    static HAD: Shape =
        Shape { sorted: Some(Sorted { by: "sort", labels: &[("a", "Condition"), ("b", "Allergy")] }), ..Shape::PLAIN };
    pub(crate) static DOCTOR: Table = table("Doctor", "doctor_id", Belongs::Everybody);
    pub(crate) static CARE: Table = Table {
        links: &[Link { column: "doctor_id", to: &DOCTOR, within: false }],
        ..table("Care", "care_id", Belongs::To(Owner { column: "guest_id", to: &PATIENT }))
    };
    static SEEN_BY: Relationship = Relationship { name: "SEEN_BY", column: "doctor_id", props: &[] };
    static PARTS: [Part; 6] = [
        Part::Nodes(Nodes { label: "Doctor", table: &DOCTOR, shape: &Shape::PLAIN }),
        Part::Nodes(Nodes { label: "Patient", table: &PATIENT, shape: &Shape::PLAIN }),
        Part::Nodes(Nodes { label: "MedicalHistory", table: &HISTORY, shape: &HAD }),
        Part::Nodes(Nodes { label: "Stay", table: &STAY, shape: &Shape::PLAIN }),
        Part::Nodes(Nodes { label: "Bed", table: &BED, shape: &Shape::PLAIN }),
        Part::Relationships(Relationships { table: &CARE, relationship: &SEEN_BY }),
    ];

    pub(crate) fn shapes() -> Shapes {
        Shapes::new(&PARTS)
    }

    pub(crate) fn kind(label: &str) -> NodeKind {
        shapes().labelled(label).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::samples::*;

    #[test]
    fn a_kind_hangs_below_the_nearest_owner_that_is_a_node() {
        let shapes = shapes();
        let labels: Vec<_> = shapes.kinds().iter().map(|kind| kind.label()).collect();
        assert_eq!(labels, ["Patient", "MedicalHistory", "Stay", "Bed"]);
        assert_eq!(shapes.owner_of(&PATIENT), None);
        assert_eq!(shapes.owner_of(&STAY), Some((1, kind("Patient"))));
        assert_eq!(shapes.owner_of(&ROOM), Some((1, kind("Stay"))));
        assert_eq!(shapes.owner_of(&BED), Some((2, kind("Stay"))));
        assert_eq!(shapes.kinds().iter().map(|kind| kind.owner()).collect::<Vec<_>>(), [0, 0, 0, 2]);
    }

    #[test]
    fn reference_data_come_after_what_is_of_patients() {
        let shapes = shapes();
        let doctor = kind("Doctor");
        assert_eq!(shapes.reference(), [doctor]);
        assert_eq!((doctor.place(), doctor.owner(), shapes.at(4)), (4, 4, Some(doctor)));
        assert_eq!((shapes.all().len(), shapes.kinds().len()), (5, 4));
        assert_eq!(shapes.pointed_to(&CARE, "doctor_id"), Some(doctor));
        assert_eq!(shapes.pointed_to(&CARE, "guest_id"), None);
        let [(patient, rows)] = shapes.relationships() else { panic!("{:?}", shapes.relationships()) };
        assert_eq!((*patient, rows.table.name), (kind("Patient"), "Care"));
        assert_eq!(shapes.to_reference().collect::<Vec<_>>(), ["SEEN_BY"]);
        assert_eq!(shapes.among_reference().count(), 0);
    }
}
