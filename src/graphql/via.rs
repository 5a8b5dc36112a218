//! What a row of the relational store says that a made object names: a column of it, or the row that it points to. The row is read
//! once, also where the object leads to it itself.

use super::{
    context::Cx,
    exec::{FieldAnswers, Level, Slot, Text, children},
    made::{MadeRow, of_level, rows_at, visible},
    model::{Entity, Field, Loading, Object, Rows},
    types::{FieldType, Types},
};
use crate::error::{Error, Result};
use std::sync::Arc;

/// The row that a made object names, and one of its columns.
pub struct Via<T: 'static> {
    /// The entity of the row.
    pub entity: &'static Entity,
    /// The key of the row.
    pub key: fn(&T) -> Option<i32>,
    /// The column.
    pub column: &'static str,
}

/// For each object of a level the place of its row, if the caller may see it.
type Found = Vec<Option<(Rows, usize)>>;

impl<T: MadeRow> Via<T> {
    /// The rows, and the place of the column in them.
    async fn rows(&self, cx: &Cx, level: &Level<'_>) -> Result<(Found, usize)> {
        let keys = of_level(level).map(|row| row.map(self.key)).collect::<Result<Vec<_>>>()?;
        let rows = visible(cx, self.entity, keys.iter().flatten().copied().collect()).await?;
        let row = |key: Option<i32>| {
            let row = rows.get(&key?)?;
            Some((row.clone(), *row.places().first()? as usize))
        };
        let scalar = self.entity.object.scalar_of_column(self.column);
        let scalar = scalar.ok_or_else(|| Error::Internal(format!("there is no column {}", self.column)))?;
        Ok((keys.into_iter().map(row).collect(), scalar))
    }
}

/// A text of the row.
pub struct TextOf<T: 'static>(pub Via<T>);

impl<T: MadeRow> Field for TextOf<T> {
    fn describe(&self, _on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new("String")
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let (rows, scalar) = self.0.rows(cx, &level).await?;
            let mut column = Text::with_rows(level.height());
            for row in rows {
                let mut written = Ok(());
                column.push(|out| match row {
                    Some((rows, place)) => written = rows.set.write(place, scalar, cx, out),
                    None => out.extend_from_slice(b"null"),
                });
                written.map_err(|bad| Error::Internal(format!("a text cannot be written: {bad:?}")))?;
            }
            Ok(FieldAnswers::Text(column))
        })
    }
}

/// The row of an entity that the row points to by the column.
pub struct PointedTo<T: 'static>(pub Via<T>, pub &'static Entity);

impl<T: MadeRow> Field for PointedTo<T> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.1);
        FieldType::new(self.1.object.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.1.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let (rows, scalar) = self.0.rows(cx, &level).await?;
            let key = |row: Option<(Rows, usize)>| {
                let (rows, place) = row?;
                i32::try_from(rows.set.rank(place, scalar)?).ok()
            };
            let keys: Vec<Option<i32>> = rows.into_iter().map(key).collect();
            Ok(children(cx, &level, &slot, rows_at(cx, self.1, &keys).await?).await)
        })
    }
}
