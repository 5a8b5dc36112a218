//! `version`: a digest of a row as it is stored, for clients that write only what they have seen.

use crate::{
    db::write_json,
    graphql::{
        context::Cx,
        exec::{FieldAnswers, Level, Slot, Text},
        loaders::{self, Load, Loaded},
        model::{Entity, Field, Loading, Object},
        relation::keys,
        types::{FieldType, Types},
    },
};
use std::sync::Arc;

/// The version of a row of an entity.
pub struct Version(pub &'static Entity);

impl Field for Version {
    fn describe(&self, _on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new("String")
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = keys(&level, None);
            let found = loaders::load(cx, Load::Version(self.0), keys.iter().flatten().copied().collect()).await?;
            let mut column = Text::with_rows(level.height());
            for key in keys {
                match key.and_then(|key| found.get(key)).transpose()? {
                    Some(Loaded::Text(Some(version))) => column.push(|out| write_json(&*version, out)),
                    _ => column.push(|out| out.extend_from_slice(b"null")),
                }
            }
            Ok(FieldAnswers::Text(column))
        })
    }
}
