//! Makes shapes: the cross product of what the schema offers, drawn from by chance that a seed decides.
//!
//! Each group draws for itself, so a larger sample begins with what a smaller one has.

use super::{
    shape::{Comparison, Filter, Group, Place, Shape, Shown},
    values::Values,
};
use medimax::{
    db::{Quantifier, Towards},
    graphql::{
        filter::filterable,
        model::{Entity, Related, Scalar},
        page::{orderable, screaming},
    },
    schema::{MODEL, entities},
};
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

/// A relation that filters follow: its field and what it leads to.
type Relation = (&'static str, Rc<Related>);

/// A fact of the graph, and the field whose values are asked for under it.
const FACTS: [(&str, &str, &str); 3] = [
    ("hasCondition", "MedicalHistory", "item"),
    ("reportsSymptom", "Symptom", "name"),
    ("takesDrugThatTreats", "MedicationPurpose", "conditionName"),
];

/// The field whose words are searched for.
const SEARCHED: [(&str, &str); 6] = [
    ("Patient", "name"),
    ("Doctor", "name"),
    ("Institution", "name"),
    ("MedicalHistory", "item"),
    ("Symptom", "name"),
    ("Medication", "name"),
];

/// Draws in vain after which a group has no more shapes.
const IN_VAIN: usize = 2_000;

/// A list of the root, with all that it can be asked for.
struct List {
    field: &'static str,
    entity: &'static Entity,
}

/// All that shapes are drawn from.
pub(super) struct Maker {
    lists: Vec<List>,
    /// By type.
    comparisons: HashMap<&'static str, Vec<Vec<Comparison>>>,
    relations: HashMap<&'static str, Vec<Relation>>,
    words: HashMap<&'static str, Vec<String>>,
    facts: Vec<(&'static str, Vec<String>)>,
    chance: Chance,
}

impl Maker {
    pub(super) fn new(values: &Values) -> Self {
        let list = |entity: &'static Entity| {
            let shows = |target: Option<&medimax::graphql::model::Object>| {
                target.is_some_and(|target| std::ptr::eq(target, entity.connection))
            };
            let def = MODEL.fields(MODEL.query).find(|def| shows(def.field.target(MODEL.query)))?;
            Some(List { field: def.name, entity })
        };
        let words_of = |of: &str, field: &str| {
            let entity = entities().iter().find(|entity| entity.object.name == of);
            let scalar = entity.and_then(|entity| entity.object.scalars.iter().find(|scalar| scalar.name == field));
            entity.zip(scalar).map(|(entity, scalar)| values.words(entity, scalar.column)).unwrap_or_default()
        };
        let mut maker = Maker {
            lists: entities().iter().copied().filter_map(list).collect(),
            comparisons: HashMap::new(),
            relations: HashMap::new(),
            words: SEARCHED.iter().map(|(of, field)| (*of, words_of(of, field))).collect(),
            facts: FACTS.iter().map(|(fact, of, field)| (*fact, words_of(of, field))).collect(),
            chance: Chance(0),
        };
        for entity in entities() {
            let compared = filterable(entity).map(|scalar| values.comparisons(entity, scalar));
            let compared = compared.filter(|comparisons| !comparisons.is_empty()).collect();
            maker.comparisons.insert(entity.object.name, compared);
            let related = MODEL.fields(entity.object).filter_map(|def| Some((def.name, Rc::new(def.field.related()?))));
            maker.relations.insert(entity.object.name, related.collect());
        }
        maker
    }

    /// As many shapes as are wanted, each group with its share of them.
    pub(super) fn sample(&mut self, seed: u64, wanted: usize) -> Vec<Shape> {
        let groups = Group::ALL.len();
        let drawn: Vec<Vec<Shape>> = (0..groups)
            .zip(Group::ALL)
            .map(|(place, group)| {
                self.chance = Chance(seed.wrapping_mul(0x9E37_79B9).wrapping_add(place as u64 * 0xC2B2_AE3D_27D4_EB4F));
                self.draw(group, wanted.div_ceil(groups))
            })
            .collect();
        // In turn, so that no group alone meets a mood of the machine.
        let most = drawn.iter().map(Vec::len).max().unwrap_or_default();
        let in_turn = (0..most).flat_map(|at| drawn.iter().filter_map(move |group| group.get(at)));
        in_turn.take(wanted).cloned().collect()
    }

    fn draw(&mut self, group: Group, wanted: usize) -> Vec<Shape> {
        let (mut shapes, mut known, mut in_vain) = (Vec::new(), HashSet::new(), 0);
        while shapes.len() < wanted && in_vain < IN_VAIN {
            match self.one(group) {
                Some(shape) if known.insert(shape.name()) => {
                    shapes.push(shape);
                    in_vain = 0;
                }
                _ => in_vain += 1,
            }
        }
        shapes
    }

    fn one(&mut self, group: Group) -> Option<Shape> {
        let list = self.chance.below(self.lists.len());
        let List { field: list, entity } = *self.lists.get(list)?;
        let mut shape =
            Shape { group, list, entity, search: None, filter: None, order: Vec::new(), shown: self.shown() };
        match group {
            Group::Order => shape.order = self.order(entity, 1)?,
            Group::Orders => {
                let several = 2 + self.chance.below(2);
                shape.order = self.order(entity, several)?;
                shape.filter = match self.chance.below(4) {
                    0 | 1 => None,
                    2 => Some(self.at_root(entity)?),
                    _ => Some(self.relation(entity, 1)?),
                };
            }
            Group::Filter => shape.filter = Some(self.at_root(entity)?),
            Group::FilterAndOrder => {
                shape.filter = Some(self.at_root(entity)?);
                shape.order = self.order(entity, 1)?;
            }
            Group::Relation | Group::DeepRelation => {
                let depth = if group == Group::Relation { 1 } else { 2 };
                shape.filter = Some(self.relation(entity, depth)?);
                shape.order = self.some_order(entity)?;
            }
            Group::Boolean => {
                shape.filter = Some(self.pair(entity)?);
                shape.order = self.some_order(entity)?;
            }
            Group::Graph => {
                let facts = self.graph(entity, 0)?;
                shape.filter = Some(match self.chance.below(3) {
                    0 => {
                        let other = self.at_root(entity)?;
                        beside(facts, other)
                    }
                    _ => facts,
                });
                shape.order = self.some_order(entity)?;
            }
            Group::Search => {
                shape.search = Some(self.search(entity)?);
                shape.filter = match self.chance.below(3) {
                    0 => None,
                    1 => Some(self.comparison(entity, false)?),
                    _ => Some(self.relation(entity, 1)?),
                };
                shape.order = self.some_order(entity)?;
            }
            Group::Cursor => {
                let orders = self.chance.below(3);
                shape.order = self.order(entity, orders)?;
                shape.filter = match self.chance.below(5) {
                    0 | 1 => None,
                    2 | 3 => Some(self.at_root(entity)?),
                    _ => Some(self.relation(entity, 1)?),
                };
                shape.shown = Shown::At(*self.chance.one(&[Place::Second, Place::Last, Place::Backwards])?);
            }
            Group::Total => {
                (shape.search, shape.filter) = match self.chance.below(6) {
                    0 => (None, None),
                    1 => (None, Some(self.at_root(entity)?)),
                    2 => (None, Some(self.relation(entity, 1)?)),
                    3 => (None, Some(self.relation(entity, 2)?)),
                    4 => (None, Some(self.pair(entity)?)),
                    _ => (Some(self.search(entity)?), None),
                };
                shape.shown = *self.chance.one(&[Shown::Total, Shown::PageAndTotal])?;
                if shape.shown == Shown::PageAndTotal {
                    shape.order = self.some_order(entity)?;
                }
            }
        }
        Some(shape)
    }

    fn shown(&mut self) -> Shown {
        match self.chance.below(10) {
            0 => Shown::Total,
            1 | 2 => Shown::PageAndTotal,
            _ => Shown::Page,
        }
    }

    /// So many orders.
    fn order(&mut self, entity: &'static Entity, many: usize) -> Option<Vec<String>> {
        let mut fields: Vec<&Scalar> = orderable(entity).collect();
        let mut drawn = Vec::new();
        for _ in 0..many.min(fields.len()) {
            drawn.push(fields.swap_remove(self.chance.below(fields.len())));
        }
        // Whatever comes after the key changes nothing.
        drawn.sort_by_key(|scalar| scalar.column == entity.table.key);
        let directed = drawn.into_iter().map(|scalar| {
            let direction = self.chance.one(&["ASC", "DESC"])?;
            Some(format!("{}_{direction}", screaming(scalar.name)))
        });
        directed.collect()
    }

    /// None or one.
    fn some_order(&mut self, entity: &'static Entity) -> Option<Vec<String>> {
        let many = self.chance.below(2);
        self.order(entity, many)
    }

    fn comparison(&mut self, entity: &Entity, indexed: bool) -> Option<Filter> {
        let fields = self.comparisons.get(entity.object.name)?;
        let fits = |one: &&Comparison| !indexed || (one.indexed && one.operator != "contains");
        let fields: Vec<Vec<&Comparison>> = fields.iter().map(|all| all.iter().filter(fits).collect()).collect();
        let fields: Vec<Vec<&Comparison>> = fields.into_iter().filter(|all: &Vec<_>| !all.is_empty()).collect();
        let field = fields.get(self.chance.below(fields.len()))?;
        // Each operator alike, however many values it has.
        let mut operators: Vec<&str> = field.iter().map(|one| one.operator).collect();
        operators.dedup();
        let operator = *self.chance.one(&operators)?;
        let fitting: Vec<&&Comparison> = field.iter().filter(|one| one.operator == operator).collect();
        Some(Filter::Field((**self.chance.one(&fitting)?).clone()))
    }

    /// A comparison at the root: mostly one that an index serves, as any other is refused there.
    fn at_root(&mut self, entity: &Entity) -> Option<Filter> {
        let indexed = self.chance.below(5) > 0;
        self.comparison(entity, indexed)
    }

    /// A condition on the rows of a relation, or of a relation of those.
    fn relation(&mut self, entity: &'static Entity, depth: usize) -> Option<Filter> {
        let relations = self.relations.get(entity.object.name)?;
        let (name, related) = relations.get(self.chance.below(relations.len()))?.clone();
        let quantifier = match related.many {
            true => {
                Some(*self.chance.one(&[Quantifier::Some, Quantifier::Some, Quantifier::None, Quantifier::Every])?)
            }
            false => None,
        };
        let inner = match depth {
            1 if self.chance.below(12) == 0 => None,
            1 => Some(self.comparison(related.entity, false)?),
            _ => Some(self.relation(related.entity, depth - 1)?),
        };
        Some(Filter::Related(name, related, quantifier, inner.map(Box::new)))
    }

    fn pair(&mut self, entity: &'static Entity) -> Option<Filter> {
        let part = |maker: &mut Self| match maker.chance.below(6) {
            0..=2 => maker.at_root(entity),
            3 => maker.comparison(entity, false),
            4 => maker.relation(entity, 1),
            _ => maker.relation(entity, 2),
        };
        let (one, other) = (part(self)?, part(self)?);
        Some(match self.chance.below(5) {
            0 => beside(one, other),
            1 => Filter::And(Box::new([one, other])),
            2 => Filter::Or(Box::new([one, other])),
            3 => beside(one, Filter::Not(Box::new(other))),
            _ => Filter::Not(Box::new(Filter::Or(Box::new([one, other])))),
        })
    }

    /// Facts of the graph about a row, or about the row to which it leads upwards.
    fn graph(&mut self, entity: &'static Entity, depth: usize) -> Option<Filter> {
        if let Some(def) = MODEL.fields(entity.object).find(|def| def.field.facts().is_some()) {
            let mut facts: Vec<(&'static str, String)> = Vec::new();
            for _ in 0..1 + self.chance.below(4) / 3 {
                let (fact, names) = self.facts.get(self.chance.below(self.facts.len()))?;
                let name = names.get(self.chance.below(names.len()))?;
                if facts.iter().all(|(known, _)| known != fact) {
                    facts.push((fact, name.clone()));
                }
            }
            return Some(Filter::Graph(def.name, facts));
        }
        if depth == 2 {
            return None;
        }
        let upwards = |(_, related): &&Relation| matches!(related.towards, Towards::Up(_));
        let upwards: Vec<&Relation> = self.relations.get(entity.object.name)?.iter().filter(upwards).collect();
        let (name, related) = (*upwards.get(self.chance.below(upwards.len()))?).clone();
        let inner = self.graph(related.entity, depth + 1)?;
        Some(Filter::Related(name, related, None, Some(Box::new(inner))))
    }

    /// Words that a value of the rows begins with.
    fn search(&mut self, entity: &Entity) -> Option<String> {
        let values = self.words.get(entity.object.name).filter(|_| entity.table.search)?;
        let value = values.get(self.chance.below(values.len()))?;
        let words: Vec<&str> = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let (first, last) = (words.first()?, words.last()?);
        let part = |letters: usize| first.chars().take(letters).collect::<String>();
        Some(match self.chance.below(5) {
            0 => part(1),
            1 => part(3),
            2 => (*last).to_owned(),
            3 if words.len() > 1 => format!("{first} {last}"),
            _ => (*first).to_owned(),
        })
    }
}

/// Two conditions in one object, where they may stand there.
fn beside(one: Filter, other: Filter) -> Filter {
    let two = Box::new([one, other]);
    match &*two {
        [one, other] if one.may_stand_beside(other) => Filter::Beside(two),
        _ => Filter::And(two),
    }
}

/// A source of chance: SplitMix64, the same for a seed for ever.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A number below `many`; 0 where that is 0.
    fn below(&mut self, many: usize) -> usize {
        ((u128::from(self.next()) * many as u128) >> 64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}
