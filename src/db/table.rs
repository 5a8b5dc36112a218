//! What the kernel knows of a table: its key, whose its rows are, and what they point to.
//!
//! **Invariant:** a row and its owner are the same patient's, so that a read which follows owners never leaves the patient
//! whom it started from. A [`Link`] may lead to anybody's row: whatever follows one takes a [`Scope`].

use crate::scope::Scope;

/// A table.
#[derive(Debug)]
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

impl Table {
    /// Whether an index leads with a column.
    pub fn is_indexed(&self, column: &str) -> bool {
        column == self.key || self.columns.iter().any(|of| of.leads && of.column == column)
    }

    /// Whether the rows with one value of a column come from its index in the order of another.
    pub fn is_followed(&self, column: &str, by: &str) -> bool {
        by == self.key || self.columns.iter().any(|of| of.column == column && of.then == Some(by))
    }

    /// The reference to the owner of a row, where rows have one.
    pub fn owner(&self) -> Option<&Owner> {
        match &self.belongs {
            Belongs::To(owner) => Some(owner),
            Belongs::Patient | Belongs::Everybody => None,
        }
    }

    /// The column that holds the key of the owner, if this is one.
    pub fn owner_in(&self, column: &str) -> Option<&Owner> {
        self.owner().filter(|owner| owner.column == column)
    }

    /// The reference in a column to a row that rows do not belong to, if this is one.
    pub fn link_in(&self, column: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.column == column)
    }

    /// Every reference: its column, and the table that it leads to.
    pub fn references(&self) -> impl Iterator<Item = (&'static str, &'static Table)> {
        let owner = self.owner().map(|owner| (owner.column, owner.to));
        owner.into_iter().chain(self.links.iter().map(|link| (link.column, link.to)))
    }

    /// The references that lead from a row to its patient: of the row, of its owner, and so on. Empty for a patient and for
    /// reference data.
    pub fn way(&self) -> impl Iterator<Item = &Owner> {
        std::iter::successors(self.owner(), |owner| owner.to.owner())
    }

    /// Whether a caller may write rows. Reference data is every caller's to see, so only a caller who may see every patient writes it.
    pub fn is_written_by(&self, scope: &Scope) -> bool {
        let root = self.way().last().map_or(self, |owner| owner.to);
        !root.is_everybodys() || scope.only().is_none()
    }

    /// Whether every caller may see every row.
    pub fn is_everybodys(&self) -> bool {
        matches!(self.belongs, Belongs::Everybody)
    }
}
