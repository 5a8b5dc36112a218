//! An entry of a patient's record, or a row of reference data, on its way to a graph: what its columns are as properties.

use super::{
    Props, Value,
    shape::{ACTIVE, As, Derived, NodeKind, Role},
};
use crate::terminology::knowledge::Tie;
use chrono::NaiveDate;
use std::sync::Arc;

/// One entry.
#[derive(Debug)]
pub struct Item {
    /// Its kind.
    pub kind: NodeKind,
    /// Its key.
    pub id: i32,
    /// The place of the entry that it hangs below.
    pub owner: u16,
    /// A label besides those of its kind.
    pub label: Option<&'static str>,
    /// Its stored columns.
    pub cells: Vec<Option<Box<str>>>,
    /// A condition that is active, a medication that is taken; of others true.
    pub active: bool,
    /// When it was reported or prescribed, or began.
    pub since: Option<NaiveDate>,
    /// When it was stopped.
    pub until: Option<NaiveDate>,
    /// The concepts that its name names.
    pub ties: Arc<[Tie]>,
}

impl Item {
    /// One that says nothing of the patient's health.
    pub(super) fn plain(kind: NodeKind, id: i32, owner: u16, cells: Vec<Option<Box<str>>>) -> Self {
        let mut item =
            Item { kind, id, owner, label: None, cells, active: true, since: None, until: None, ties: Arc::default() };
        if let Some(sorted) = &kind.shape().sorted
            && let Some(word) = item.word_of_today(sorted.by)
        {
            item.label = sorted.labels.iter().find(|(known, _)| *known == word).map(|(_, label)| *label);
        }
        item
    }

    /// The properties that its shape names; the owner is the entry that it hangs below.
    pub(super) fn props(&self, owner: Option<&Item>) -> Props {
        let shape = self.kind.shape();
        let mut props: Props = shape.props.iter().filter_map(|(name, ..)| Some((*name, self.value(name)?))).collect();
        props.extend(shape.fixed.iter().map(|(name, text)| (*name, Value::Text((*text).into()))));
        for (name, derived) in shape.derived {
            let value = match derived {
                Derived::Is(of, word) => Some(Value::Flag(self.word(of).as_deref() == Some(*word))),
                Derived::Owner(theirs) => owner.and_then(|owner| owner.value(theirs)),
            };
            props.extend(value.map(|value| (*name, value)));
        }
        props
    }

    /// What it says of the patient's health.
    pub fn role(&self) -> Option<Role> {
        self.kind.role_with(self.label)
    }

    /// What a drawing shows of it.
    pub fn caption(&self) -> Option<&str> {
        self.text(self.kind.shape().caption)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let at = self.kind.shape().props.iter().position(|(known, ..)| *known == name)?;
        self.cells.get(at)?.as_deref()
    }

    fn form(&self, name: &str) -> As {
        self.kind.shape().props.iter().find(|(known, ..)| *known == name).map_or(As::Text, |(.., form)| *form)
    }

    fn word(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_lowercase)
    }

    /// The same, where words of before became others.
    fn word_of_today(&self, name: &str) -> Option<String> {
        Some(self.form(name).word(self.text(name)?))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        flag(self.text(name), default)
    }

    pub(super) fn day(&self, name: &str) -> Option<NaiveDate> {
        self.text(name)?.parse().ok()
    }

    /// The same, also where the property repeats one of the entry that it hangs below.
    pub(super) fn derived_day(&self, name: &str, so_far: &[Item]) -> Option<NaiveDate> {
        match self.kind.shape().derived.iter().find(|(known, _)| *known == name) {
            Some((_, Derived::Owner(theirs))) => so_far.get(usize::from(self.owner))?.day(theirs),
            Some((_, Derived::Is(..))) | None => self.day(name),
        }
    }

    /// A property; `None` for what is unknown or cannot be understood.
    fn value(&self, name: &str) -> Option<Value> {
        let (.., form) = self.kind.shape().props.iter().find(|(known, ..)| *known == name)?;
        form.value(self.text(name))
    }
}

fn flag(stored: Option<&str>, default: bool) -> bool {
    stored.map_or(default, |stored| stored != "0")
}

impl As {
    /// A word in lower case, as it is spelled today.
    fn word(self, stored: &str) -> String {
        let word = stored.to_lowercase();
        match self {
            As::Renamed(words) => {
                words.iter().find(|(before, _)| *before == word).map_or(word, |(_, today)| (*today).to_owned())
            }
            _ => word,
        }
    }

    /// What a stored text is as a property; `None` for what is unknown or cannot be understood.
    pub(super) fn value(self, stored: Option<&str>) -> Option<Value> {
        let text = |text: &str| Some(Value::Text(text.into())).filter(|_| !text.is_empty());
        match self {
            As::Text => text(stored?),
            As::Word | As::Renamed(_) => text(&self.word(stored?)),
            As::Date => stored?.parse().ok().map(Value::Date),
            As::Day => stored?.get(..10)?.parse().ok().map(Value::Date),
            As::Number => stored?.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
            As::Flag(default) => Some(Value::Flag(flag(stored, default))),
            As::Active(no) => text(if flag(stored, true) { ACTIVE } else { no }),
        }
    }
}
