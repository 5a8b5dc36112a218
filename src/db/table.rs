//! What the kernel knows of a table: its key, whose its rows are, and what they point to.
//!
//! **Invariant:** a row and its owner are the same patient's, so that a read which follows owners never leaves the patient
//! whom it started from. A [`Link`] may lead to anybody's row: whatever follows one takes a [`Scope`].
//!
//! Where each row belongs to one of several owners ([`Belongs::OneOf`]), the first of them leads to the patient, and rows of the others
//! are reference data. Rows are read below the others under the scope all the same, so that a row that names two owners is nobody's
//! but its patient's.

use super::scope::Scope;
use std::fmt;

/// A table.
pub struct Table {
    /// Its name, as the seeds spell it.
    pub name: &'static str,
    /// Its primary key.
    pub key: &'static str,
    /// Whose its rows are.
    pub belongs: Belongs,
    /// What its rows point to besides.
    pub links: &'static [Link],
    /// Its columns, and what indexes there are of each.
    pub columns: &'static [Indexed],
    /// Whether its words can be searched (`NAME_Search`).
    pub search: bool,
}

/// What indexes there are of a column.
#[derive(Debug)]
pub struct Indexed {
    /// The column.
    pub column: &'static str,
    /// Whether an index leads with it.
    pub leads: bool,
    /// The column that follows in an index of both.
    pub then: Option<&'static str>,
}

/// Whose the rows of a table are.
#[derive(Debug)]
pub enum Belongs {
    /// Each row is a patient.
    Patient,
    /// They belong to the rows of another table, and are removed with them.
    To(Owner),
    /// Each belongs to a row of one of these tables, and is removed with it: the first belongs to patients, the others are reference
    /// data. Nothing belongs to such rows in its turn, and they are in no graph.
    OneOf(&'static [Owner]),
    /// They are reference data, which every caller may see.
    Everybody,
}

/// The reference of a row to the row that it belongs to.
#[derive(Debug)]
pub struct Owner {
    /// The column with the key of that row.
    pub column: &'static str,
    /// The table of that row.
    pub to: &'static Table,
}

/// A reference of a row to a row that it does not belong to.
#[derive(Debug)]
pub struct Link {
    /// The column with the key of that row.
    pub column: &'static str,
    /// The table of that row.
    pub to: &'static Table,
    /// Whether that row is the same patient's: whoever writes the reference must show that it is.
    pub within: bool,
}

impl fmt::Debug for Table {
    // Tables may point to themselves: what a table points to is not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Table {
    /// Whether an index leads with a column.
    pub fn is_indexed(&self, column: &str) -> bool {
        column == self.key || self.columns.iter().any(|of| of.leads && of.column == column)
    }

    /// Whether the rows with one value of a column come from its index in the order of another.
    pub fn is_followed(&self, column: &str, by: &str) -> bool {
        by == self.key || self.columns.iter().any(|of| of.column == column && of.then == Some(by))
    }

    /// The references to owners: every row has one of them.
    pub fn owners(&self) -> &[Owner] {
        match &self.belongs {
            Belongs::To(owner) => std::slice::from_ref(owner),
            Belongs::OneOf(owners) => owners,
            Belongs::Patient | Belongs::Everybody => &[],
        }
    }

    /// The reference that leads towards the patient, where rows belong to any.
    fn patients_owner(&self) -> Option<&Owner> {
        self.owners().first()
    }

    /// The column that holds the key of an owner, if this is one.
    pub fn owner_in(&self, column: &str) -> Option<&Owner> {
        self.owners().iter().find(|owner| owner.column == column)
    }

    /// The reference to the rows of a table, if rows belong to those.
    pub fn owner_of(&self, table: &Table) -> Option<&Owner> {
        self.owners().iter().find(|owner| owner.to.name == table.name)
    }

    /// Whether rows with a key in a column are the same patient's as the row of that key.
    pub(super) fn stays_by(&self, column: &str) -> bool {
        self.patients_owner().is_some_and(|owner| owner.column == column)
    }

    /// The reference in a column to a row that rows do not belong to, if this is one.
    pub fn link_in(&self, column: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.column == column)
    }

    /// Every reference: its column, and the table that it leads to.
    pub fn references(&self) -> impl Iterator<Item = (&'static str, &'static Table)> {
        let owners = self.owners().iter().map(|owner| (owner.column, owner.to));
        owners.chain(self.links.iter().map(|link| (link.column, link.to)))
    }

    /// The references that lead from a row to its patient, if it has one: of the row, of its owner, and so on. Empty for a patient and
    /// for reference data.
    pub fn way(&self) -> impl Iterator<Item = &Owner> {
        std::iter::successors(self.patients_owner(), |owner| owner.to.patients_owner())
    }

    /// Whether a caller may write rows. Reference data is every caller's to see, so only a caller who may see every patient writes it.
    /// Where some rows are reference data and some are not, [`Table::is_row_written_by`] tells.
    pub fn is_written_by(&self, scope: &Scope) -> bool {
        let root = self.way().last().map_or(self, |owner| owner.to);
        !root.is_everybodys() || scope.is_everything()
    }

    /// The same of a row that a caller may see; `cell` tells whether a column of it holds a key.
    pub fn is_row_written_by(&self, scope: &Scope, cell: impl Fn(&str) -> bool) -> bool {
        let is_patients = !self.is_mixed() || self.patients_owner().is_some_and(|owner| cell(owner.column));
        self.is_written_by(scope) && (is_patients || scope.is_everything())
    }

    /// Whether some rows belong to patients and others are reference data.
    pub fn is_mixed(&self) -> bool {
        matches!(self.belongs, Belongs::OneOf(_))
    }

    /// Whether every caller may see every row.
    pub fn is_everybodys(&self) -> bool {
        matches!(self.belongs, Belongs::Everybody)
    }
}
