//! A table as a file holds it: how the file and its columns may be spelled.

use crate::{
    db::ValueKind,
    graphql::{
        model::Entity,
        rules::{ColumnRule, kind_of},
    },
};

/// A table.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    pub(super) entity: &'static Entity,
    /// The table that its rows hang below, as a place in [`sheets`], and our column with the key.
    pub(super) above: Option<(usize, &'static str)>,
}

/// What a column of a file is to the table.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    /// The key of the row.
    Key,
    /// The key of the row above.
    Above,
    /// A value that has rules.
    Value(&'static ColumnRule, ValueKind),
    /// When the row was made or changed.
    Stamp(&'static str),
}

/// Every table, each after the one that its rows hang below.
pub(super) fn sheets(entities: &[&'static Entity]) -> Vec<Sheet> {
    let above = |entity: &Entity| {
        let owner = entity.table.owner()?;
        let at = entities.iter().position(|other| other.table.name == owner.to.name)?;
        Some((at, owner.column))
    };
    entities.iter().map(|entity| Sheet { entity, above: above(entity) }).collect()
}

/// A name without what its spellings differ in: case and underscores.
fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The table whose file has this name.
pub(super) fn of_file(sheets: &[Sheet], file: &str) -> Option<usize> {
    let (stem, extension) = file.rsplit_once('.')?;
    let is_ours = |sheet: &Sheet| plain(sheet.entity.table.name) == plain(stem);
    extension.eq_ignore_ascii_case("csv").then(|| sheets.iter().position(is_ours)).flatten()
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
            _ if self.above.is_some_and(|(_, above)| column == above) => Slot::Above,
            Some(rule) => Slot::Value(rule, kind_of(self.entity, column)),
            None => Slot::Stamp(column),
        })
    }

    /// The column of a slot.
    pub(super) fn column(&self, slot: Slot) -> &'static str {
        match slot {
            Slot::Key => self.entity.table.key,
            Slot::Above => self.above.map_or(self.entity.table.key, |(_, column)| column),
            Slot::Value(column, _) => column.name,
            Slot::Stamp(column) => column,
        }
    }

    /// The columns that no file may lack.
    pub(super) fn needed(&self) -> impl Iterator<Item = &'static str> {
        let values = self.entity.rules.columns.iter().filter(|column| column.required).map(|column| column.name);
        [self.entity.table.key].into_iter().chain(self.above.map(|(_, column)| column)).chain(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn every_table_comes_after_the_one_above() {
        let sheets = sheets(schema::entities());
        for (at, sheet) in sheets.iter().enumerate() {
            assert_eq!(sheet.above.is_none(), sheet.entity.table.name == "Patient");
            assert!(sheet.above.is_none_or(|(above, _)| above < at), "{}", sheet.entity.table.name);
        }
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
        for name in ["dob", "DOB", "dateOfBirth", " date_of_birth "] {
            assert_eq!(column(0, name), Some("dob"), "{name}");
        }
        let report = of_file(&sheets, "Report.csv").unwrap();
        assert_eq!(column(report, "fullText"), Some("complete_report"));
        assert_eq!((column(report, "id"), column(0, "age")), (None, None));
        // No spelling stands for two columns.
        for (at, sheet) in sheets.iter().enumerate() {
            for stored in sheet.entity.stored() {
                assert_eq!(column(at, stored), Some(stored));
            }
        }
    }
}
