//! The fields that the graph gives to the types of records.

use super::{alike, care, clinical, counted::CountOf, drawing, findings};
use crate::{
    graphql::model::FieldDef, medications::medication, patients::patient, records::medical_history, visits::symptom,
};

macro_rules! gives {
    ($($entity:ident { $($(#[doc = $doc:literal])* $name:literal = $field:expr;)* })*) => {
        /// The fields, each with the name of the type that it is given to.
        pub static FIELDS: &[(&str, FieldDef)] = &[$($((
            $entity::ENTITY.object.name,
            FieldDef { name: $name, doc: concat!($($doc, "\n"),*), field: &$field },
        ),)*)*];
    };
}

gives! {
    patient {
        /// Care paths of the patient: a symptom, a condition that the symptom indicates, and a medication for the condition, each with its
        /// path in the graph. The best come first: those through active conditions to medications that are taken, then to others, then
        /// those through other conditions likewise; of conditions, medications and symptoms the latest come first.
        "carePaths" = care::CARE_PATHS;
        /// The number of care paths of the patient; 2,147,483,647 if there are more.
        "carePathCount" = CountOf(&care::CARE_PATHS);
        /// The patient's symptoms that indicate no condition of the medical history, as far as the catalogs know.
        "unexplainedSymptoms" = findings::UNEXPLAINED;
        /// The number of unexplained symptoms of the patient.
        "unexplainedSymptomCount" = CountOf(&findings::UNEXPLAINED);
        /// The patient's active conditions for which no current medication is prescribed or known, as far as the recorded purposes and the catalogs tell.
        "untreatedConditions" = findings::UNTREATED;
        /// The number of untreated conditions of the patient.
        "untreatedConditionCount" = CountOf(&findings::UNTREATED);
        /// The patient's current medications that are for no condition of the medical history, as far as the recorded purposes and the catalogs tell.
        "medicationsWithoutIndication" = findings::UNINDICATED;
        /// The number of current medications of the patient without an indication.
        "medicationWithoutIndicationCount" = CountOf(&findings::UNINDICATED);
        /// The patient's symptoms that are known side effects of a medication taken when the symptom was reported. Decision support, not a diagnosis.
        "possibleSideEffects" = findings::SIDE_EFFECTS;
        /// The number of possible side effects of the patient's medications.
        "possibleSideEffectCount" = CountOf(&findings::SIDE_EFFECTS);
        /// Current medications of the patient that interact with each other. Decision support, not a diagnosis.
        "interactions" = findings::INTERACTIONS;
        /// The number of interactions between current medications of the patient.
        "interactionCount" = CountOf(&findings::INTERACTIONS);
        /// Current medications of the patient that are contraindicated for one of the patient's conditions. Decision support, not a diagnosis.
        "contraindications" = findings::CONTRAINDICATIONS;
        /// The number of contraindications of current medications of the patient.
        "contraindicationCount" = CountOf(&findings::CONTRAINDICATIONS);
        /// Conditions that the patient's symptoms indicate, the likeliest first. Decision support, not a diagnosis: only the
        /// names of the symptoms and the catalogs are known to it. `knowledge.differential` says how conditions are ranked.
        "differential" = findings::Differential;
        /// Patients who have conditions, drugs and symptoms in common with this patient, those with most in common first. A
        /// condition in common weighs 3, a drug 2, a symptom 1; the score is the weight in common over the weight of all that
        /// either patient has. A concept that more than 2,000 entries name does not count. Decision support, not a diagnosis.
        "similarPatients" = alike::SimilarPatients;
        /// The nodes and relationships of the graph around the patient, for drawing.
        "graph" = drawing::Graph;
    }
    medical_history {
        /// Symptoms of the same patient that indicate this condition, as the catalogs know; each with its path in the graph.
        "indicatedBy" = clinical::INDICATED_BY;
        /// The number of symptoms of the patient that indicate the condition.
        "indicatedByCount" = CountOf(&clinical::INDICATED_BY);
        /// Medications of the same patient that are for this condition, by their recorded purposes or by what the catalogs
        /// know; each with its path in the graph.
        "treatedBy" = clinical::TREATED_BY;
        /// The number of medications of the patient that are for the condition.
        "treatedByCount" = CountOf(&clinical::TREATED_BY);
    }
    symptom {
        /// Conditions of the same patient that the symptom indicates, as the catalogs know; each with its path in the graph.
        "indicates" = clinical::INDICATES;
        /// The number of conditions of the patient that the symptom indicates.
        "indicatesCount" = CountOf(&clinical::INDICATES);
    }
    medication {
        /// Conditions of the same patient that the medication is for, by its recorded purposes or by what the catalogs know; each with its path in the graph.
        "treats" = clinical::TREATS;
        /// The number of conditions of the patient that the medication is for.
        "treatsCount" = CountOf(&clinical::TREATS);
    }
}
