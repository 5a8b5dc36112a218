//! A kind of nodes: a table whose rows are nodes, and its place among all such tables.

use super::{Nodes, Role, Shape};
use crate::db::{Belongs, Table};
use std::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

/// A kind of nodes. Kinds are compared and ordered by their place in the list of all; nothing that is stored holds it.
#[derive(Clone, Copy)]
pub struct NodeKind {
    pub(super) place: u8,
    pub(super) owner: u8,
    pub(super) nodes: &'static Nodes,
}

impl NodeKind {
    /// Its place among all kinds, which is another where there are other entities.
    pub fn place(self) -> u8 {
        self.place
    }

    /// The place of the kind that it hangs below; that of a patient and of reference data is its own.
    pub fn owner(self) -> u8 {
        self.owner
    }

    /// The label that its key is unique under.
    pub fn label(self) -> &'static str {
        self.nodes.label
    }

    /// Its table.
    pub fn table(self) -> &'static Table {
        self.nodes.table
    }

    /// The name of its key.
    pub fn key(self) -> &'static str {
        self.nodes.table.key
    }

    /// Its shape.
    pub fn shape(self) -> &'static Shape {
        self.nodes.shape
    }

    /// Whether it is the patient.
    pub fn is_patient(self) -> bool {
        matches!(self.nodes.table.belongs, Belongs::Patient)
    }

    /// Whether its nodes are reference data, which belong to no patient.
    pub fn is_reference(self) -> bool {
        self.nodes.table.is_everybodys()
    }

    /// What its nodes say of the patient's health.
    pub fn role(self) -> Option<Role> {
        self.nodes.shape.clinical.as_ref().map(|clinical| clinical.role)
    }

    /// What a node with this label besides says of the patient's health.
    pub fn role_with(self, label: Option<&str>) -> Option<Role> {
        let clinical = self.nodes.shape.clinical.as_ref()?;
        clinical.only.is_none_or(|only| label == Some(only)).then_some(clinical.role)
    }
}

impl PartialEq for NodeKind {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for NodeKind {}

impl PartialOrd for NodeKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NodeKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place)
    }
}

impl Hash for NodeKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place.hash(state);
    }
}

impl std::fmt::Debug for NodeKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.label())
    }
}
