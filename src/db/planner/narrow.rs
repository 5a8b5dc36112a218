//! The rows that meet a condition, found from the condition that the fewest rows meet.

use super::{
    ENTRY, GUESS, LOOK_UP, Part, Prefer, SCAN,
    known::{Facts, Leaf},
};
use crate::{
    db::{
        cond::{Cond, Op, Quantifier, Related, Towards},
        select::Path,
        sql::Dialect,
        table::Table,
    },
    scope::Scope,
};

/// Rows of a table that are found by one condition; of those rows the others are looked up.
#[derive(Debug)]
pub(in crate::db) struct Narrow<'q> {
    pub(in crate::db) table: &'static Table,
    pub(super) how: How<'q>,
    pub(super) checks: Vec<Check<'q>>,
    /// About how many rows are found, before the checks.
    pub(super) rows: f64,
    /// About how many rows are read for that, and for the checks.
    pub(super) cost: f64,
}

/// How a condition is held against rows that are found by something else.
#[derive(Debug)]
pub(in crate::db) struct Check<'q> {
    pub(super) part: Part<'q>,
    /// Whether it must not hold.
    pub(super) not: bool,
    /// The related rows that match, found once for all rows: not looked up for each.
    pub(super) set: Option<Set<'q>>,
}

/// Related rows that match.
#[derive(Debug)]
pub(in crate::db) struct Set<'q> {
    pub(super) related: &'q Related,
    /// Whether our rows are those that none of them leads to.
    pub(super) without: bool,
    pub(super) rows: Narrow<'q>,
}

/// How rows are found.
#[derive(Debug)]
pub(in crate::db) enum How<'q> {
    /// All rows are read.
    All,
    /// By an index that leads with the condition's column.
    Index(&'q Cond),
    /// By keys that we have.
    Keys(&'q Cond),
    /// By the patients in scope.
    Scope,
    /// By words.
    Words(&'q [String]),
    /// By related rows, which lead to ours.
    Related(&'q Related, Box<Narrow<'q>>),
    /// In one of these ways or another.
    Any(Vec<Narrow<'q>>),
}

/// Whether an index of the table leads to the rows that meet the condition.
pub(super) fn is_leaf(table: &Table, cond: &Cond) -> bool {
    column_of(cond).is_some_and(|column| table.is_indexed(column))
}

/// The column by which an index leads to the rows that meet the condition, if there is such an index.
pub(super) fn column_of(cond: &Cond) -> Option<&'static str> {
    match cond {
        Cond::In(column, _) | Cond::IsNull(column, true) => Some(column),
        Cond::Compare(column, op, _) if *op != Op::Ne => Some(column),
        Cond::StartsWith(column, text) if !text.is_empty() => Some(column),
        // A range of the index each.
        Cond::Or(any) => {
            let (first, rest) = any.split_first()?;
            let column = column_of(first)?;
            rest.iter().all(|cond| column_of(cond) == Some(column)).then_some(column)
        }
        _ => None,
    }
}

/// What is known while a way is looked for.
pub(super) struct Planning<'p> {
    pub(super) prefer: Prefer,
    pub(super) scope: &'p Scope,
    pub(super) dialect: Dialect,
    pub(super) facts: Facts,
}

impl Planning<'_> {
    /// Gathers the tables that conditions speak of, and the conditions that an index serves.
    pub(super) fn gather<'q>(
        &self,
        table: &'static Table,
        parts: &[Part<'q>],
        tables: &mut Vec<&'static Table>,
        leaves: &mut Vec<Leaf<'q>>,
    ) {
        for part in parts {
            match part {
                Part::Cond(cond) => self.gather_cond(table, cond, tables, leaves),
                Part::Words(words) => match self.dialect {
                    Dialect::MariaDb => leaves
                        .extend(words.iter().map(|word| Leaf { table, part: Part::Words(std::slice::from_ref(word)) })),
                    Dialect::Sqlite => leaves.push(Leaf { table, part: *part }),
                },
                Part::Scope => tables.extend(table.way().map(|owner| owner.to)),
            }
        }
    }

    fn gather_cond<'q>(
        &self,
        table: &'static Table,
        cond: &'q Cond,
        tables: &mut Vec<&'static Table>,
        leaves: &mut Vec<Leaf<'q>>,
    ) {
        match cond {
            leaf if is_leaf(table, leaf) && !is_by_key(table, leaf) => {
                leaves.push(Leaf { table, part: Part::Cond(leaf) });
            }
            Cond::And(all) | Cond::Or(all) => all.iter().for_each(|cond| self.gather_cond(table, cond, tables, leaves)),
            Cond::Not(cond) => self.gather_cond(table, cond, tables, &mut Vec::new()),
            Cond::Related(related) => {
                tables.push(related.table);
                if let Towards::Down(Path::Through { between, .. } | Path::Between { between, .. }) = related.towards {
                    tables.push(between);
                }
                match related.quantifier {
                    Quantifier::Some => self.gather_cond(related.table, &related.cond, tables, leaves),
                    // Their rows lead to those that do not match.
                    _ => self.gather_cond(related.table, &related.cond, tables, &mut Vec::new()),
                }
            }
            _ => {}
        }
    }

    /// The rows that meet all conditions, from the narrowest.
    pub(super) fn narrow<'q>(&self, table: &'static Table, parts: &[Part<'q>]) -> Option<Narrow<'q>> {
        // MariaDB's words are found one by one, so each is a condition of its own.
        let mut split = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Words(words) if self.dialect == Dialect::MariaDb => {
                    split.extend(words.iter().map(|word| Part::Words(std::slice::from_ref(word))));
                }
                part => split.push(*part),
            }
        }
        let ways = split.iter().enumerate().filter_map(|(i, part)| Some((i, self.narrow_part(table, *part)?)));
        let (chosen, mut found) = ways.min_by(|(_, a), (_, b)| a.cost.total_cmp(&b.cost))?;
        for (_, part) in split.into_iter().enumerate().filter(|(i, _)| *i != chosen) {
            let (check, cost) = self.check_rows(table, part, found.rows);
            found.cost += cost;
            found.checks.push(check);
        }
        Some(found)
    }

    /// How a condition is best held against so many rows, and about how many rows are read for that.
    pub(super) fn check_rows<'q>(&self, table: &'static Table, part: Part<'q>, rows: f64) -> (Check<'q>, f64) {
        let each = rows * self.check_part(table, part);
        let set = match part {
            Part::Cond(Cond::Related(related)) => self.set(related, related.quantifier != Quantifier::Some),
            Part::Cond(Cond::Not(cond)) => match &**cond {
                Cond::Related(related) if related.quantifier == Quantifier::Some && related.is_below() => {
                    self.set(related, true)
                }
                _ => None,
            },
            _ => None,
        };
        match set.map(|set| (set.rows.cost + set.rows.rows + rows * LOOK_UP, set)) {
            Some((cost, set)) if self.prefer == Prefer::Sets || (self.prefer == Prefer::Cost && cost < each) => {
                (Check { part, not: false, set: Some(set) }, cost)
            }
            _ => (Check { part, not: false, set: None }, each),
        }
    }

    /// The related rows that match; of those that must all match, the ones that do not.
    fn set<'q>(&self, related: &'q Related, without: bool) -> Option<Set<'q>> {
        let table = related.table;
        let found = match related.quantifier {
            Quantifier::Every => None,
            _ => self.narrow_part(table, Part::Cond(&related.cond)),
        };
        let size = self.facts.rows(table);
        let check = Check { part: Part::Cond(&related.cond), not: related.quantifier == Quantifier::Every, set: None };
        let cost = self.check(table, &related.cond);
        let all = Narrow { table, how: How::All, checks: vec![check], rows: size * GUESS, cost: size * (SCAN + cost) };
        let rows = match found {
            Some(found) if found.cost < all.cost => found,
            _ => all,
        };
        Some(Set { related, without, rows })
    }

    fn narrow_part<'q>(&self, table: &'static Table, part: Part<'q>) -> Option<Narrow<'q>> {
        let found = |how, rows: f64, cost| Some(Narrow { table, how, checks: Vec::new(), rows, cost });
        match part {
            Part::Words(words) => {
                let rows = self.facts.count(&Leaf { table, part });
                found(How::Words(words), rows, rows * (1.0 + ENTRY))
            }
            Part::Scope => {
                let patients = self.scope.only()?.len() as f64;
                let mut rows = patients;
                if let Some(patient) = table.way().last() {
                    rows *= self.facts.below(patient.to, table);
                }
                found(How::Scope, rows, patients + rows)
            }
            Part::Cond(cond) if is_leaf(table, cond) => {
                let rows = match cond {
                    Cond::In(_, values) if is_by_key(table, cond) => values.len() as f64,
                    _ => self.facts.count(&Leaf { table, part }),
                };
                found(How::Index(cond), rows, rows)
            }
            Part::Cond(Cond::And(all)) => {
                let all: Vec<Part<'q>> = all.iter().map(Part::Cond).collect();
                self.narrow(table, &all)
            }
            Part::Cond(Cond::Or(any)) => {
                let ways = any.iter().map(|cond| self.narrow_part(table, Part::Cond(cond)));
                let ways = ways.collect::<Option<Vec<_>>>()?;
                let (rows, cost) = ways.iter().fold((0.0, 0.0), |(rows, cost), way| (rows + way.rows, cost + way.cost));
                found(How::Any(ways), rows, cost + rows)
            }
            Part::Cond(cond @ Cond::Keys(column, keys)) if *column == table.key => {
                let rows = keys.keys.get().map_or(0, |keys| keys.len()) as f64;
                found(How::Keys(cond), rows, rows)
            }
            Part::Cond(Cond::Related(related)) if related.quantifier == Quantifier::Some => {
                let inner = self.narrow_part(related.table, Part::Cond(&related.cond))?;
                let (theirs, ours) = (related.table, table);
                // How many rows each of theirs leads to, and how many of ours.
                let (between, led) = match &related.towards {
                    Towards::Up(_) => (0.0, self.facts.below(theirs, ours)),
                    Towards::Down(Path::Direct(_)) => (0.0, 1.0),
                    Towards::Down(Path::Through { .. }) => (1.0, 1.0),
                    Towards::Down(Path::Between { between, .. }) => {
                        let each = self.facts.below(theirs, between);
                        (each, each)
                    }
                };
                let rows = (inner.rows * led).min(self.facts.rows(ours));
                let cost = inner.cost + inner.rows * between + rows;
                found(How::Related(related, Box::new(inner)), rows, cost)
            }
            Part::Cond(_) => None,
        }
    }

    /// About how many rows are read to look up all conditions for one row.
    pub(super) fn check_all(&self, table: &'static Table, parts: &[Part<'_>]) -> f64 {
        parts.iter().map(|part| self.check_part(table, *part)).sum()
    }

    fn check_part(&self, table: &'static Table, part: Part<'_>) -> f64 {
        match part {
            Part::Cond(cond) => self.check(table, cond),
            Part::Words(_) => 1.0,
            Part::Scope => 0.5 + table.way().count() as f64 / 2.0,
        }
    }

    fn check(&self, table: &'static Table, cond: &Cond) -> f64 {
        match cond {
            Cond::And(all) | Cond::Or(all) => all.iter().map(|cond| self.check(table, cond)).sum(),
            Cond::Not(cond) => self.check(table, cond),
            Cond::Keys(..) => 0.5,
            Cond::Related(related) => {
                let theirs = related.table;
                let rows = match &related.towards {
                    Towards::Up(_) => 1.0,
                    Towards::Down(Path::Direct(_) | Path::Through { .. }) => self.facts.below(table, theirs),
                    Towards::Down(Path::Between { between, .. }) => self.facts.below(table, between),
                };
                let between = match &related.towards {
                    Towards::Down(Path::Through { between, .. }) => self.facts.below(table, between),
                    Towards::Down(Path::Between { .. }) => rows,
                    _ => 0.0,
                };
                1.0 + between + rows * (1.0 + self.check(theirs, &related.cond))
            }
            Cond::Contains(..) => 0.5,
            _ => 0.05,
        }
    }
}

fn is_by_key(table: &Table, cond: &Cond) -> bool {
    matches!(cond, Cond::In(column, _) if *column == table.key)
}

impl Narrow<'_> {
    /// For people: what the rows are found by, without a value.
    pub(super) fn shown(&self) -> String {
        match &self.how {
            How::All => format!("all of {}", self.table.name),
            How::Index(cond) => format!("{}.{}", self.table.name, column_of(cond).unwrap_or_default()),
            How::Keys(_) => format!("keys of {} from the graph", self.table.name),
            How::Scope => "the patients in scope".to_owned(),
            How::Words(_) => format!("words of {}", self.table.name),
            How::Related(_, inner) => inner.shown(),
            How::Any(any) => any.iter().map(Narrow::shown).collect::<Vec<_>>().join(" or "),
        }
    }
}
