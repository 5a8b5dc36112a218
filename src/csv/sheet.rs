//! A table as a file holds it: how the file and its columns may be spelled.

use crate::{
    db::{Owner, Table, ValueKind},
    graphql::{
        model::Entity,
        rules::{ColumnRule, kind_of},
    },
};

/// A table.
#[derive(Clone)]
pub(super) struct Sheet {
    pub(super) entity: &'static Entity,
    /// The tables that its rows hang below, each row below one of them.
    pub(super) above: Vec<Above>,
    /// The tables that its rows point to besides, and our columns with the keys.
    pub(super) links: Vec<(usize, &'static str)>,
    /// What its rows are imported with, where they hang below none.
    unit: Unit,
    /// Its own place in [`sheets`].
    at: usize,
}

/// A table that rows hang below.
#[derive(Clone)]
pub(super) struct Above {
    /// Its place in [`sheets`].
    pub(super) sheet: usize,
    /// Our column with the key.
    pub(super) column: &'static str,
    /// What the rows are imported with: all of a patient are one unit, and come after all reference data.
    unit: Unit,
    /// The table of the patient, or of the reference data, that the rows belong to.
    root: usize,
}

/// What rows are written with, whole or not at all, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    /// The row of reference data in this table, with what belongs to it.
    Reference(usize),
    /// The patient.
    Patient,
}

/// What a column of a file is to the table.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    /// The key of the row.
    Key,
    /// The key of the row above, which is in this one of the tables above.
    Above(usize),
    /// The key of a row in this table that the row points to.
    Link(&'static ColumnRule, usize),
    /// A value that has rules.
    Value(&'static ColumnRule, ValueKind),
    /// When the row was made or changed.
    Stamp(&'static str),
}

/// Every table, each after those that its rows hang below or point to.
pub(super) fn sheets(entities: &[&'static Entity]) -> Vec<Sheet> {
    let of = |table: &Table| entities.iter().position(|entity| entity.table.name == table.name);
    let root = |table: &'static Table| table.way().last().map_or(table, |owner| owner.to);
    let unit = |table: &'static Table| {
        let root = root(table);
        of(root).filter(|_| root.is_everybodys()).map_or(Unit::Patient, Unit::Reference)
    };
    let sheet = |(at, entity): (usize, &&'static Entity)| {
        let table = entity.table;
        let above = |owner: &'static Owner| {
            let (sheet, root) = (of(owner.to)?, of(root(owner.to))?);
            Some(Above { sheet, column: owner.column, unit: unit(owner.to), root })
        };
        Sheet {
            entity,
            above: table.owners().iter().filter_map(above).collect(),
            links: table.links.iter().filter_map(|link| Some((of(link.to)?, link.column))).collect(),
            unit: unit(table),
            at,
        }
    };
    entities.iter().enumerate().map(sheet).collect()
}

/// A name without what its spellings differ in: case and underscores.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The table whose file has this name.
pub(super) fn of_file(sheets: &[Sheet], file: &str) -> Option<usize> {
    of_name(sheets, table_of(file)?)
}

/// The table that a file is named after, if its name is one of a CSV file.
pub(super) fn table_of(file: &str) -> Option<&str> {
    let (stem, extension) = file.rsplit_once('.')?;
    extension.eq_ignore_ascii_case("csv").then_some(stem)
}

/// The table of this name.
pub(super) fn of_name(sheets: &[Sheet], name: &str) -> Option<usize> {
    sheets.iter().position(|sheet| plain(sheet.entity.table.name) == plain(name))
}

impl Sheet {
    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{}.csv", self.entity.table.name)
    }

    /// What a column is, by its name in the table or in GraphQL.
    pub(super) fn slot(&self, name: &str) -> Option<Slot> {
        let name = plain(name.trim());
        let column = self.entity.stored().into_iter().find(|column| {
            let scalar = self.entity.object.scalar_of_column(column);
            let scalar = scalar.and_then(|at| self.entity.object.scalars.get(at)).map(|scalar| scalar.name);
            let shown = self.entity.rules.column(column).and_then(|column| column.shown).map(|(field, _)| field);
            [Some(*column), scalar, shown].into_iter().flatten().any(|known| plain(known) == name)
        })?;
        Some(match self.entity.rules.column(column) {
            _ if column == self.entity.table.key => Slot::Key,
            _ if let Some(at) = self.above.iter().position(|above| column == above.column) => Slot::Above(at),
            Some(rule) if rule.is_link() => match self.links.iter().find(|(_, link)| column == *link) {
                Some((to, _)) => Slot::Link(rule, *to),
                None => Slot::Value(rule, kind_of(self.entity, column)),
            },
            Some(rule) => Slot::Value(rule, kind_of(self.entity, column)),
            None => Slot::Stamp(column),
        })
    }

    /// The column of a slot.
    pub(super) fn column(&self, slot: Slot) -> &'static str {
        match slot {
            Slot::Key => self.entity.table.key,
            Slot::Above(at) => self.above.get(at).map_or(self.entity.table.key, |above| above.column),
            Slot::Value(column, _) | Slot::Link(column, _) => column.name,
            Slot::Stamp(column) => column,
        }
    }

    /// The columns that no file may lack; of some it needs one.
    pub(super) fn needed(&self) -> impl Iterator<Item = Vec<&'static str>> {
        let values = self.entity.rules.columns.iter().filter(|column| column.required).map(|column| column.name);
        let above = (!self.above.is_empty()).then(|| self.above.iter().map(|above| above.column).collect());
        [vec![self.entity.table.key]].into_iter().chain(above).chain(values.map(|column| vec![column]))
    }

    /// The table of the patient, or of the reference data, that a row belongs to which hangs below this one of the tables above.
    pub(super) fn root(&self, above: usize) -> usize {
        self.above.get(above).map_or(self.at, |above| above.root)
    }

    /// What a row is imported with that hangs below this one of the tables above.
    pub(super) fn unit(&self, above: usize) -> Unit {
        self.above.get(above).map_or(self.unit, |above| above.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn every_table_comes_after_those_that_it_refers_to() {
        let sheets = sheets(schema::entities());
        for (at, sheet) in sheets.iter().enumerate() {
            let table = sheet.entity.table;
            assert_eq!(sheet.above.len(), table.owners().len(), "{}", table.name);
            assert_eq!(sheet.links.len(), table.links.len(), "{}", table.name);
            // Rows may point to others of their own table.
            assert!(sheet.above.iter().all(|above| above.sheet < at), "{}", table.name);
            assert!(sheet.links.iter().all(|(other, _)| *other <= at), "{}", table.name);
        }
        assert!(sheets.iter().any(|sheet| !sheet.links.is_empty() && sheet.unit(0) == Unit::Patient));
        assert!(sheets.iter().any(|sheet| !sheet.links.is_empty() && sheet.unit(0) != Unit::Patient));
    }

    #[test]
    fn names_are_known_in_every_spelling() {
        let sheets = sheets(schema::entities());
        let name = |file| of_file(&sheets, file).map(|at| sheets[at].entity.table.name);
        for file in ["Medical_History.csv", "medical_history.CSV", "medicalhistory.csv", "MedicalHistory.csv"] {
            assert_eq!(name(file), Some("Medical_History"), "{file}");
        }
        assert_eq!((name("Patients.csv"), name("Patient.txt"), name("Patient")), (None, None, None));

        let column = |at: usize, name| sheets[at].slot(name).map(|slot| sheets[at].column(slot));
        let patient = of_file(&sheets, "Patient.csv").unwrap();
        for name in ["dob", "DOB", "dateOfBirth", " date_of_birth "] {
            assert_eq!(column(patient, name), Some("dob"), "{name}");
        }
        let report = of_file(&sheets, "Report.csv").unwrap();
        assert_eq!(column(report, "fullText"), Some("complete_report"));
        assert_eq!((column(report, "id"), column(patient, "age")), (None, None));
        // No spelling stands for two columns.
        for (at, sheet) in sheets.iter().enumerate() {
            for stored in sheet.entity.stored() {
                assert_eq!(column(at, stored), Some(stored));
            }
        }
    }
}
