//! What an answer tells, for the access log: which fields, and of which patients.

use super::{Answered, FieldAnswers, Part, SlotSource};
use crate::{
    access::tells,
    db::{Belongs, Table},
    graphql::{
        connection::under_cursors,
        model::{Entity, RowSet},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What an answer tells.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// The fields, each with its type.
    pub fields: BTreeSet<(&'static str, &'a str)>,
    /// The patients whose rows it shows; some stand in it several times.
    pub patients: Vec<i32>,
    /// Whether it tells something of patients without showing a row of one: a total, what a filter found, who looked at whom.
    pub counts: bool,
    /// Rows that belong to patients by rows between: the keys of those, by their tables.
    between: BTreeMap<&'static str, (&'static Table, Vec<i32>)>,
    /// Rows that the answer shows itself, which need not be asked for once more.
    shown: BTreeMap<&'static str, BTreeSet<i32>>,
}

impl<'a> Seen<'a> {
    /// What an answer tells.
    pub fn in_answer(answered: &Answered<'a>) -> Self {
        let mut seen = Seen::default();
        seen.look(answered);
        seen.patients.sort_unstable();
        seen.patients.dedup();
        seen
    }

    /// The rows whose patients only the database knows: keys, by their tables.
    pub fn unknown(&self) -> Vec<(&'static Table, Vec<i32>)> {
        let unknown = |(name, (table, keys)): (&&'static str, &(&'static Table, Vec<i32>))| {
            let shown = self.shown.get(name);
            let mut keys: Vec<i32> =
                keys.iter().filter(|key| !shown.is_some_and(|shown| shown.contains(key))).copied().collect();
            keys.sort_unstable();
            keys.dedup();
            (!keys.is_empty()).then_some((*table, keys))
        };
        self.between.iter().filter_map(unknown).collect()
    }

    /// The fields, as `Patient.name`, with commas between them.
    pub fn listed(&self) -> String {
        let mut text = String::new();
        for (object, field) in &self.fields {
            text.push_str(if text.is_empty() { "" } else { "," });
            text.extend([object, ".", field]);
        }
        text
    }

    fn look(&mut self, answered: &Answered<'a>) {
        answered.parts.iter().for_each(|part| self.look_at(part));
    }

    fn look_at(&mut self, part: &Part<'a>) {
        if part.level.height() == 0 {
            return;
        }
        let belongs = part.object.of.filter(|entity| !entity.table.is_everybodys());
        // What stands around rows is nothing by itself, but a total.
        let is_frame = part.object.of.is_some() && !part.object.is_node;
        for (slot, how) in part.slots.iter().zip(&part.how) {
            match how {
                SlotSource::Typename | SlotSource::Introspected(_) => continue,
                SlotSource::Scalar(_) | SlotSource::Field(_) => {}
                SlotSource::Loaded(FieldAnswers::Below(_, answered)) => {
                    self.look(answered);
                    // What was made of patients' data names none of them.
                    let made = answered.parts.iter().any(|part| part.object.of.is_none() && part.level.height() > 0);
                    self.counts |= part.level.above.is_none() && made && tells(slot.name);
                }
                SlotSource::Loaded(FieldAnswers::Text(_) | FieldAnswers::Large(_)) => {}
            }
            if matches!(how, SlotSource::Scalar(_)) && slot.name.to_lowercase().ends_with("cursor") {
                self.under_cursors(part);
            }
            self.counts |= is_frame && belongs.is_some();
            // Through a filter even what belongs to everybody tells of patients.
            self.counts |= slot.args.get("filter").is_some();
            if !is_frame {
                self.fields.insert((part.object.name, slot.name));
            }
        }
        if let Some(entity) = belongs.filter(|_| !is_frame) {
            self.rows(entity, &part.level.rows().collect::<Vec<_>>());
        }
    }

    /// Cursors hold what their list is ordered by.
    fn under_cursors(&mut self, part: &Part<'a>) {
        for (entity, rows) in part.level.rows().filter_map(under_cursors) {
            for rows in rows {
                let places: Vec<_> = rows.places().iter().map(|place| (&rows.set, *place as usize)).collect();
                self.rows(entity, &places);
            }
            if !entity.table.is_everybodys() {
                self.fields.insert((entity.edge.name, "cursor"));
            }
        }
    }

    fn rows(&mut self, entity: &'static Entity, level: &[Shown<'_>]) {
        let table = entity.table;
        let owner = match &table.belongs {
            Belongs::Everybody | Belongs::OneOf([]) => return,
            Belongs::Patient => {
                self.patients.extend(keys(level, Some(0)));
                return;
            }
            Belongs::To(owner) | Belongs::OneOf([owner, ..]) => owner,
        };
        let of = keys(level, entity.object.scalar_of_column(owner.column));
        match owner.to.belongs {
            Belongs::Patient => self.patients.extend(of),
            _ => self.between.entry(owner.to.name).or_insert_with(|| (owner.to, Vec::new())).1.extend(of),
        }
        self.shown.entry(table.name).or_default().extend(keys(level, Some(0)));
    }
}

/// A row that is shown: its set, and its place there.
type Shown<'r> = (&'r Arc<dyn RowSet>, usize);

/// The numbers that a scalar of each row holds, where it holds one.
fn keys(level: &[Shown<'_>], scalar: Option<usize>) -> Vec<i32> {
    let key = |(set, row): &Shown<'_>| i32::try_from(set.rank(*row, scalar?)?).ok();
    level.iter().filter_map(key).collect()
}
