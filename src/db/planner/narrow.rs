//! The rows that meet a condition, found from the condition that the fewest rows meet.

use super::{
    ASK, DISTINCT, ENTRY, FETCH, FEW, GUESS, JOIN, JUMP, LOOK_UP, Part, Prefer, SCAN, SORT,
    known::{Facts, Leaf},
    narrows,
    text::MOST_JOINS,
};
use crate::db::{
    cond::{Cond, Op, Quantifier, Related, Towards},
    select::Path,
    sql::Dialect,
    table::Table,
};

/// Rows of a table that are found by one condition; of those rows the others are looked up.
#[derive(Debug)]
pub(in crate::db) struct Narrow<'q> {
    pub(in crate::db) table: &'static Table,
    pub(super) how: How<'q>,
    pub(super) checks: Vec<Check<'q>>,
    /// About how many rows are found, before the checks.
    pub(super) rows: f64,
    /// What that and the checks are estimated to cost.
    pub(super) cost: f64,
}

/// How a condition is held against rows that are found by something else.
#[derive(Debug)]
pub(in crate::db) struct Check<'q> {
    pub(super) part: Part<'q>,
    /// Whether it must not hold.
    pub(super) not: bool,
    /// The row that a row leads to is joined: there is one at most.
    pub(super) joined: bool,
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
pub(super) struct Planning {
    pub(super) prefer: Prefer,
    pub(super) dialect: Dialect,
    pub(super) facts: Facts,
    /// Which share of the rows meets the conditions, as far as that is known.
    pub(super) held: Option<f64>,
    /// Whether there is but one condition.
    pub(super) alone: bool,
}

/// Whether a condition is on the row that a row leads to.
pub(super) fn up(cond: &Cond) -> Option<&Related> {
    match cond {
        Cond::Related(related) if related.quantifier == Quantifier::Some && !related.is_below() => Some(related),
        _ => None,
    }
}

impl Planning {
    /// Gathers the tables that conditions speak of, the conditions that an index serves, and those on related rows that none serves.
    pub(super) fn gather<'q>(
        &self,
        table: &'static Table,
        parts: &[Part<'q>],
        tables: &mut Vec<&'static Table>,
        leaves: &mut Vec<Leaf<'q>>,
        scans: &mut Vec<Leaf<'q>>,
    ) {
        for part in parts {
            match part {
                Part::Cond(cond) => self.gather_cond(table, cond, tables, leaves, scans),
                Part::Words(words) => match self.dialect {
                    Dialect::MariaDb => leaves
                        .extend(words.iter().map(|word| Leaf { table, part: Part::Words(std::slice::from_ref(word)) })),
                    Dialect::Sqlite => leaves.push(Leaf { table, part: *part }),
                },
                Part::Scope(scope) => {
                    tables.extend(table.way().map(|owner| owner.to));
                    if scope.listed().is_none() {
                        leaves.push(Leaf { table: patients_of(table), part: *part });
                    }
                }
            }
        }
    }

    fn gather_cond<'q>(
        &self,
        table: &'static Table,
        cond: &'q Cond,
        tables: &mut Vec<&'static Table>,
        leaves: &mut Vec<Leaf<'q>>,
        scans: &mut Vec<Leaf<'q>>,
    ) {
        match cond {
            leaf if is_leaf(table, leaf) && !is_by_key(table, leaf) => {
                leaves.push(Leaf { table, part: Part::Cond(leaf) });
            }
            Cond::And(all) | Cond::Or(all) => {
                all.iter().for_each(|cond| self.gather_cond(table, cond, tables, leaves, scans))
            }
            Cond::Not(cond) => match &**cond {
                Cond::Related(_) => self.gather_cond(table, cond, tables, leaves, scans),
                _ => self.gather_cond(table, cond, tables, &mut Vec::new(), &mut Vec::new()),
            },
            Cond::Related(related) => {
                tables.push(related.table);
                if let Towards::Down(Path::Through { between, .. } | Path::Between { between, .. }) = related.towards {
                    tables.push(between);
                }
                if related.quantifier != Quantifier::Every && !narrows(related.table, &related.cond) {
                    scans.push(Leaf { table: related.table, part: Part::Cond(&related.cond) });
                }
                // Of those that must all match, the ones that do not are looked for.
                if related.quantifier != Quantifier::Every {
                    self.gather_cond(related.table, &related.cond, tables, leaves, scans);
                } else {
                    self.gather_cond(related.table, &related.cond, tables, &mut Vec::new(), &mut Vec::new());
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
        split.remove(chosen);
        let (checks, cost) = self.check_rows(table, &split, found.rows, false);
        found.checks.extend(checks);
        found.cost += cost;
        Some(found)
    }

    /// All rows of the table, of which those that meet the conditions are put into their order.
    pub(super) fn scan<'q>(&self, table: &'static Table, parts: &[Part<'q>]) -> Narrow<'q> {
        let size = self.facts.rows(table);
        let (checks, cost) = self.check_rows(table, parts, size, false);
        let rows = size * self.held.unwrap_or(GUESS);
        Narrow { table, how: How::All, checks, rows, cost: size * SCAN + cost + rows * FETCH }
    }

    /// How conditions are best held against so many rows, and what that costs.
    pub(super) fn check_rows<'q>(
        &self,
        table: &'static Table,
        parts: &[Part<'q>],
        rows: f64,
        joins: bool,
    ) -> (Vec<Check<'q>>, f64) {
        let (mut sum, mut joined) = (0.0, 0);
        // The scope stands in the statement whatever the form.
        let checks = parts.iter().filter(|part| !matches!(part, Part::Scope(_))).map(|part| {
            let (check, cost) = self.check_of_rows(table, *part, rows, joins && joined < MOST_JOINS);
            joined += usize::from(check.joined);
            sum += cost;
            check
        });
        (checks.collect(), sum)
    }

    fn check_of_rows<'q>(&self, table: &'static Table, part: Part<'q>, rows: f64, joins: bool) -> (Check<'q>, f64) {
        let keys = if let Part::Cond(cond) = part { keys_of(cond) } else { 0.0 };
        let mut each = rows * self.check_part(table, part) + keys;
        let (mut set, mut joined) = (None, false);
        match part {
            Part::Cond(Cond::Related(related)) => {
                set = Some(self.set(related, related.quantifier != Quantifier::Some));
                if joins
                    && matches!(self.prefer, Prefer::Cost | Prefer::Walk)
                    && related.quantifier == Quantifier::Some
                    && !related.is_below()
                {
                    joined = true;
                    each -= rows * (ASK + FETCH - JOIN);
                }
            }
            Part::Cond(Cond::Not(cond)) => match &**cond {
                Cond::Related(related) if related.quantifier == Quantifier::Some && related.is_below() => {
                    set = Some(self.set(related, true));
                }
                _ => {}
            },
            _ => {}
        }
        match set.map(|set| (set.rows.cost + set.rows.rows * (DISTINCT + LOOK_UP) + rows * LOOK_UP, set)) {
            Some((cost, set)) if self.prefer == Prefer::Sets || (self.prefer == Prefer::Cost && cost < each) => {
                (Check { part, not: false, joined: false, set: Some(set) }, cost)
            }
            _ => (Check { part, not: false, joined, set: None }, each),
        }
    }

    /// The related rows that match; of those that must all match, the ones that do not.
    fn set<'q>(&self, related: &'q Related, without: bool) -> Set<'q> {
        let table = related.table;
        let found = match related.quantifier {
            Quantifier::Every => None,
            _ => self.narrow_part(table, Part::Cond(&related.cond)),
        };
        let not = related.quantifier == Quantifier::Every;
        let all = self.all(table, &related.cond, not);
        let rows = match found {
            Some(found) if found.cost < all.cost => found,
            _ => all,
        };
        Set { related, without, rows }
    }

    /// The rows that meet a condition, or do not, from all rows.
    fn all<'q>(&self, table: &'static Table, cond: &'q Cond, not: bool) -> Narrow<'q> {
        let size = self.facts.rows(table);
        let part = Part::Cond(cond);
        let share = self.facts.share(&Leaf { table, part }).filter(|_| !not).unwrap_or(GUESS);
        let checks = vec![Check { part, not, joined: false, set: None }];
        Narrow {
            table,
            how: How::All,
            checks,
            rows: size * share,
            cost: size * (SCAN + self.check(table, cond, false)) + keys_of(cond),
        }
    }

    fn narrow_part<'q>(&self, table: &'static Table, part: Part<'q>) -> Option<Narrow<'q>> {
        let found = |how, rows: f64, cost| Some(Narrow { table, how, checks: Vec::new(), rows, cost });
        match part {
            Part::Words(words) => {
                let rows = self.facts.count(&Leaf { table, part });
                found(How::Words(words), rows, rows * (ENTRY + DISTINCT + JUMP))
            }
            Part::Scope(scope) => {
                let of = patients_of(table);
                let patients = match scope.listed() {
                    Some(listed) => listed.len() as f64,
                    None => self.facts.count(&Leaf { table: of, part }),
                };
                let rows = if of.name == table.name { patients } else { patients * self.facts.below(of, table) };
                found(How::Scope, rows, patients + rows * FETCH)
            }
            Part::Cond(cond) if is_leaf(table, cond) => {
                let rows = match cond {
                    Cond::In(_, values) if is_by_key(table, cond) => values.len() as f64,
                    _ => self.facts.count(&Leaf { table, part }),
                };
                let has_one =
                    matches!(cond, Cond::In(_, values) if values.len() == 1) || matches!(cond, Cond::IsNull(..));
                found(How::Index(cond), rows, rows * if has_one { FETCH } else { JUMP })
            }
            Part::Cond(Cond::And(all)) => {
                let all: Vec<Part<'q>> = all.iter().map(Part::Cond).collect();
                self.narrow(table, &all)
            }
            Part::Cond(Cond::Or(any)) => {
                let ways = any.iter().map(|cond| self.narrow_part(table, Part::Cond(cond)));
                let ways = ways.collect::<Option<Vec<_>>>()?;
                let (rows, cost) = ways.iter().fold((0.0, 0.0), |(rows, cost), way| (rows + way.rows, cost + way.cost));
                found(How::Any(ways), rows, cost + rows * (DISTINCT + JUMP))
            }
            Part::Cond(cond @ Cond::Keys(column, keys)) if *column == table.key => {
                let rows = keys.keys.get().map_or(0, |keys| keys.len()) as f64;
                found(How::Keys(cond), rows, rows * (DISTINCT + FETCH))
            }
            Part::Cond(Cond::Related(related)) if related.quantifier == Quantifier::Some => {
                let index = self.narrow_part(related.table, Part::Cond(&related.cond));
                let leaf = Leaf { table: related.table, part: Part::Cond(&related.cond) };
                let all = self.facts.share(&leaf).map(|_| self.all(related.table, &related.cond, false));
                let inner = index.or(all)?;
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
                let distinct = if related.is_below() { inner.rows * DISTINCT } else { 0.0 };
                let cost = inner.cost + inner.rows * between * FETCH + distinct + rows * JUMP;
                found(How::Related(related, Box::new(inner)), rows, cost)
            }
            Part::Cond(_) => None,
        }
    }

    /// Conditions without those that are met by rows of which we have the keys, and which share of the rows meets these.
    pub(super) fn without_keys<'q>(&self, table: &'static Table, parts: &[Part<'q>]) -> (Vec<Part<'q>>, f64) {
        let (mut rest, mut share) = (Vec::new(), 1.0);
        for part in parts {
            match part {
                Part::Cond(cond) => match self.share_of_keys(table, cond) {
                    Some(of_keys) => share *= of_keys,
                    None => rest.push(*part),
                },
                part => rest.push(*part),
            }
        }
        (rest, share)
    }

    fn share_of_keys(&self, table: &'static Table, cond: &Cond) -> Option<f64> {
        match cond {
            Cond::Keys(column, keys) if *column == table.key => {
                Some((keys.keys.get()?.len() as f64 / self.facts.rows(table)).min(1.0))
            }
            cond => up(cond).and_then(|related| self.share_of_keys(related.table, &related.cond)),
        }
    }

    /// About how many rows are read to look up all conditions for one row.
    pub(super) fn check_all(&self, table: &'static Table, parts: &[Part<'_>]) -> f64 {
        parts.iter().map(|part| self.check_part(table, *part)).sum()
    }

    fn check_part(&self, table: &'static Table, part: Part<'_>) -> f64 {
        match part {
            Part::Cond(cond) => self.check(table, cond, false),
            Part::Words(_) => ASK + ENTRY,
            Part::Scope(_) => 0.5 + table.way().count() as f64 / 2.0,
        }
    }

    /// The same of one condition, which may stand in a look-up that is done for each row.
    fn check(&self, table: &'static Table, cond: &Cond, within: bool) -> f64 {
        match cond {
            Cond::And(all) | Cond::Or(all) => all.iter().map(|cond| self.check(table, cond, within)).sum(),
            Cond::Not(cond) => self.check(table, cond, within),
            Cond::First(_) => ASK + FETCH,
            // Within a look-up the keys are read anew for each row.
            Cond::Keys(..) => LOOK_UP + if within { keys_of(cond) } else { 0.0 },
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
                // Where most rows have a match, or one that none may have, it is found before all are looked at.
                let looked_through = match (related.quantifier, self.held) {
                    (Quantifier::Some, Some(held)) => 1.0 - held,
                    (Quantifier::None | Quantifier::Every, Some(held)) if self.alone => held,
                    _ => 1.0,
                };
                let looked_at = looked_through * rows + (1.0 - looked_through) * rows.min(FEW);
                ASK + between * ENTRY + looked_at * (FETCH + self.check(theirs, &related.cond, true))
            }
            Cond::Contains(..) => 0.5,
            _ => 0.05,
        }
    }
}

/// How many keys a condition on the rows themselves lists.
fn keys_of(cond: &Cond) -> f64 {
    match cond {
        Cond::And(all) | Cond::Or(all) => all.iter().map(keys_of).sum(),
        Cond::Not(cond) => keys_of(cond),
        Cond::Keys(_, keys) => keys.keys.get().map_or(0, |keys| keys.len()) as f64,
        _ => 0.0,
    }
}

/// The table of the patients to whom the rows of a table belong.
fn patients_of(table: &'static Table) -> &'static Table {
    table.way().last().map_or(table, |owner| owner.to)
}

fn is_by_key(table: &Table, cond: &Cond) -> bool {
    matches!(cond, Cond::In(column, _) if *column == table.key)
}

impl Narrow<'_> {
    /// Adds what it costs to put the rows into their order.
    pub(super) fn ordered(&mut self) {
        let apart = if matches!(self.how, How::Index(_)) { FETCH } else { 0.0 };
        self.cost += self.rows * (apart + SORT);
    }

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
