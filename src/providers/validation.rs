//! What a patient's record lacks of what a registration brings: rows of an adopted database may lack any of it.

use super::assignment;
use crate::{
    db::{Flag, enumeration},
    graphql::{
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        made::{Made, MadeRow, Values, made},
        model::{Field, FieldDef, Loading, Object},
        relation::Sole,
        types::{FieldType, Types},
    },
    patients::patient::Patient,
};
use std::sync::Arc;

enumeration! {
    /// Something that the record of every patient should have.
    RecordGap {
        /// The record lacks the date of birth.
        DateOfBirth "DATE_OF_BIRTH" = "date_of_birth",
        /// The record lacks the sex.
        Sex "SEX" = "sex",
        /// No doctor is assigned to the patient as the primary doctor.
        PrimaryDoctor "PRIMARY_DOCTOR" = "primary_doctor",
        /// The record lacks the institution with which the patient is registered.
        Institution "INSTITUTION" = "institution",
    }
}

/// What a record lacks.
#[derive(Debug, Clone)]
struct Lacks(Vec<RecordGap>);

made! {
    Lacks {
        /// Whether nothing is lacking.
        "isComplete": Flag<false> = |lacks| Flag(lacks.0.is_empty());
    }
}

static VALIDATION_STATUS: Object = Object {
    name: "ValidationStatus",
    doc: "What a patient's record lacks of what a registration brings.",
    is_node: false,
    of: None,
    scalars: Lacks::SCALARS,
    fields: &[FieldDef {
        name: "lacks",
        doc: "What the record lacks; empty where nothing is lacking.",
        field: &Values(|lacks: &Lacks| lacks.0.clone()),
    }],
};

/// What the record of each patient lacks.
pub struct Validation;

impl Field for Validation {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&VALIDATION_STATUS);
        FieldType::new(VALIDATION_STATUS.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&VALIDATION_STATUS)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let primary = Sole::rows(cx, &assignment::PRIMARY_OF_PATIENT, &level).await?;
            let mut lacks = Vec::with_capacity(primary.len());
            for ((set, row), primary) in level.rows().zip(primary) {
                let assigned = primary?.is_some();
                let patient = set.row(row).and_then(|row| row.downcast_ref::<Patient>());
                let is_there = |has: fn(&Patient) -> bool| patient.is_some_and(has);
                let gaps = [
                    (is_there(|patient| patient.dob.is_some()), RecordGap::DateOfBirth),
                    (is_there(|patient| patient.sex.is_some()), RecordGap::Sex),
                    (assigned, RecordGap::PrimaryDoctor),
                    (is_there(|patient| patient.institution_id.is_some()), RecordGap::Institution),
                ];
                lacks.push(Lacks(gaps.into_iter().filter(|(has, _)| !has).map(|(_, gap)| gap).collect()));
            }
            let rows = Made::rows(&VALIDATION_STATUS, lacks);
            let given = (0..level.height() as u32).map(|place| Resolved::One(rows.one(place))).collect();
            Ok(children(cx, &level, &slot, given).await)
        })
    }
}
