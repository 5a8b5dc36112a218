//! Knowledge made of a few concepts, with the mess that real catalogs have.

use super::{Catalog, Concept, ConceptKind, Fact, FactKind, How, Knowledge, Ranked};
use std::sync::Arc;

fn concept(id: i32, kind: ConceptKind, catalog: &str, name: &str, names: &[(How, &str)]) -> Concept {
    Concept {
        id,
        kind,
        catalog: catalog.into(),
        code: format!("code{id}").into(),
        name: name.into(),
        description: None,
        names: names.iter().map(|(how, name)| (*how, Arc::from(*name))).collect(),
        weight: 0,
    }
}

fn fact(kind: FactKind, from: i32, to: i32) -> Fact {
    Fact { kind, from, to, source: "test".into(), evidence: None, weight: None }
}

fn knowledge(concepts: Vec<Concept>, facts: Vec<Fact>) -> Knowledge {
    Knowledge::new("v".into(), Vec::<Catalog>::new(), concepts, facts)
}

fn named(knowledge: &Knowledge, kind: ConceptKind, text: &str) -> Vec<(i32, How)> {
    knowledge.named(kind, text).into_iter().map(|tie| (tie.concept, tie.how)).collect()
}

#[test]
fn a_name_names_in_the_surest_way() {
    use ConceptKind::{Condition, Drug, Symptom};
    let knowledge = knowledge(
        vec![
            concept(1, Symptom, "a", "Pain, Postoperative", &[]),
            concept(2, Symptom, "a", "Narcolepsy", &[]),
            concept(3, Condition, "a", "narcolepsy", &[]),
            concept(
                4,
                Condition,
                "a",
                "Crohn's disease",
                &[(How::Code, "ICD10 K50"), (How::Synonym, "Regional enteritis")],
            ),
            concept(5, Symptom, "a", "Seizures", &[]),
            concept(6, Symptom, "a", "Head pain", &[(How::Synonym, "Headache")]),
            concept(7, Symptom, "a", "Headache", &[]),
            concept(8, Drug, "a", "Metformin", &[(How::Brand, "Glucophage")]),
            concept(9, Drug, "a", "Fluticasone Propionate", &[]),
            concept(10, Drug, "a", "Fluticasone furoate", &[]),
            concept(11, Drug, "a", "Calcium Acetate", &[]),
            concept(12, Symptom, "a", "Purpura, Thrombocytopenic, Idiopathic", &[]),
        ],
        vec![],
    );
    for (kind, text, expected) in [
        (Symptom, "pain postoperative", &[(1, How::Name)][..]),
        (Symptom, "Postoperative pain", &[(1, How::Inverted)]),
        (Symptom, "idiopathic thrombocytopenic purpura", &[(12, How::Inverted)]),
        (Symptom, "NARCOLEPSY", &[(2, How::Name)]),
        (Condition, "Narcolepsy ", &[(3, How::Name)]),
        (Condition, "Crohn disease", &[(4, How::Name)]),
        (Condition, "Disease, Crohn's", &[(4, How::Inverted)]),
        (Condition, "regional enteritis", &[(4, How::Synonym)]),
        (Condition, "ICD-10 K50", &[(4, How::Code)]),
        (Symptom, "seizure", &[(5, How::Name)]),
        (Symptom, "Headache", &[(7, How::Name)]),
        (Symptom, "headaches", &[(7, How::Name)]),
        (Drug, "metformin", &[(8, How::Name)]),
        (Drug, "Glucophage", &[(8, How::Brand)]),
        (Drug, "Glucophage XR 500 mg", &[(8, How::Ingredient)]),
        (Drug, "Metformin hydrochloride 500mg tablets", &[(8, How::Ingredient)]),
        (Drug, "Fluticasone furoate 100 mcg inhaler", &[(10, How::Ingredient)]),
        (Drug, "fluticasone", &[(9, How::Ingredient), (10, How::Ingredient)]),
        (Drug, "Calcium carbonate 500 mg", &[]),
        (Drug, "Headache", &[]),
        (Symptom, "-", &[]),
        (Symptom, "", &[]),
    ] {
        assert_eq!(named(&knowledge, kind, text), expected, "{text}");
    }
}

#[test]
fn every_catalog_answers_for_itself_and_four_are_enough() {
    let obesity =
        |id, catalog: &str, name| concept(id, ConceptKind::Condition, catalog, name, &[(How::Synonym, "Obesity")]);
    let mut concepts = vec![obesity(1, "a", "Adiposity"), obesity(2, "b", "Obesity"), obesity(3, "b", "Overweight")];
    let few = knowledge(concepts.clone(), vec![]);
    assert_eq!(named(&few, ConceptKind::Condition, "obesity"), [(2, How::Name), (1, How::Synonym)]);
    concepts.extend((4..10).map(|id| obesity(id, "c", "Fat")));
    let many = knowledge(concepts, vec![]);
    let expected = [(2, How::Name), (1, How::Synonym), (4, How::Synonym), (5, How::Synonym)];
    assert_eq!(named(&many, ConceptKind::Condition, "obesity"), expected);
}

#[test]
fn a_search_finds_beginnings_of_words_and_exact_names_first() {
    let symptom = |id, name, names: &[(How, &str)]| concept(id, ConceptKind::Symptom, "a", name, names);
    let knowledge = knowledge(
        vec![
            symptom(1, "Pain", &[]),
            symptom(2, "Back Pain", &[(How::Synonym, "Lumbago")]),
            symptom(3, "Low Back Pain", &[]),
            symptom(4, "Ménière attack", &[]),
            concept(5, ConceptKind::Condition, "a", "back pain", &[]),
            symptom(6, "Ache of the back", &[(How::Synonym, "painful back")]),
        ],
        vec![],
    );
    let search = |text, most| knowledge.search(ConceptKind::Symptom, text, most);
    assert_eq!(search("pain", 9), [1, 6, 2, 3]);
    assert_eq!(search("BACK pai", 9), [6, 2, 3]);
    assert_eq!(search("pain, back", 2), [6, 2]);
    assert_eq!(search("back pain", 9), [2, 6, 3]);
    assert_eq!(search("lumb", 9), [2]);
    assert_eq!(search("menie", 9), [4]);
    assert_eq!(search("pain nowhere", 9), [0; 0]);
    assert_eq!(search("", 9), [6, 2, 3, 4, 1]);
    assert_eq!(search("", 2), [6, 2]);

    let similar = knowledge.similar_names(ConceptKind::Symptom, "lumbego", 3);
    assert_eq!(similar, [Arc::from("Lumbago")]);
    assert!(knowledge.similar_names(ConceptKind::Symptom, "xyzzy", 3).is_empty());
}

#[test]
fn facts_are_found_from_both_ends() {
    use FactKind::{Causes, Indicates, Treats};
    let knowledge = knowledge(
        vec![
            concept(3, ConceptKind::Condition, "a", "c", &[]),
            concept(1, ConceptKind::Symptom, "a", "s", &[]),
            concept(2, ConceptKind::Drug, "a", "d", &[]),
        ],
        vec![fact(Treats, 2, 3), fact(Indicates, 1, 3), fact(Causes, 2, 1), fact(Treats, 2, 99), fact(Treats, 99, 3)],
    );
    let ends = |facts: Vec<&Fact>| facts.iter().map(|fact| (fact.kind, fact.from, fact.to)).collect::<Vec<_>>();
    assert_eq!(ends(knowledge.facts_from(2).iter().collect()), [(Treats, 2, 3), (Causes, 2, 1)]);
    assert_eq!(ends(knowledge.facts_to(3).collect()), [(Indicates, 1, 3), (Treats, 2, 3)]);
    assert_eq!(ends(knowledge.facts_to(99).collect()), []);
    assert_eq!(knowledge.fact(Causes, 2, 1).map(|fact| fact.to), Some(1));
    assert_eq!(knowledge.fact(Causes, 2, 3), None);
    assert_eq!(knowledge.get(2).map(|concept| &*concept.name), Some("d"));
    assert!(knowledge.get(99).is_none());
    assert_eq!(knowledge.concepts().iter().map(|concept| concept.id).collect::<Vec<_>>(), [1, 2, 3]);
}

/// Symptoms 1 to 3 and conditions 11 to 14: 1 indicates all four, 2 indicates 11 and 12, 3 indicates 12.
fn indications() -> Knowledge {
    let symptoms = (1..4).map(|id| concept(id, ConceptKind::Symptom, "a", "s", &[]));
    let conditions = (11..15).map(|id| concept(id, ConceptKind::Condition, "a", "c", &[]));
    let pairs = [(1, 11), (1, 12), (1, 13), (1, 14), (2, 11), (2, 12), (3, 12)];
    let facts = pairs.map(|(from, to)| fact(FactKind::Indicates, from, to));
    // Another catalog's conditions change no weight.
    let other = concept(20, ConceptKind::Condition, "b", "c", &[]);
    knowledge(symptoms.chain(conditions).chain([other]).collect(), facts.into())
}

#[test]
fn a_differential_is_as_computed_by_hand() {
    let knowledge = indications();
    // ln(1 + 4/4) = 0.6931, ln(1 + 4/2) = 1.0986, ln(1 + 4/1) = 1.6094.
    let weights = |ids: std::ops::Range<i32>| ids.map(|id| knowledge.get(id).unwrap().weight).collect::<Vec<_>>();
    assert_eq!(weights(1..4), [693, 1099, 1609]);
    assert_eq!(weights(11..15), [693 + 1099, 693 + 1099 + 1609, 693, 693]);

    let ranked = |symptoms: &[i32], most| knowledge.differential(symptoms, most);
    // 11: m = p = c. 12: m = p = 1792, c = 3401: 1792 / (1792 + 1609 / 4). 13, 14: m = c = 693: 693 / 1792.
    let all = ranked(&[2, 1, 1, 12, 99], 9);
    let expect = |condition, score: f64, by: &[i32]| Ranked { condition, score, by: by.to_vec() };
    assert_eq!(
        all,
        [
            expect(11, 1.0, &[1, 2]),
            expect(12, 7168.0 / 8777.0, &[1, 2]),
            expect(13, 2772.0 / 7168.0, &[1]),
            expect(14, 2772.0 / 7168.0, &[1])
        ]
    );
    assert!((all[1].score - 0.8167).abs() < 0.0001 && (all[2].score - 0.3867).abs() < 0.0001);
    assert_eq!(ranked(&[1, 2], 1), all[..1]);
    assert_eq!(ranked(&[3], 9), [expect(12, 6436.0 / 8228.0, &[3])]);
    assert_eq!(ranked(&[], 9), []);
}

#[test]
fn a_path_is_a_shortest_one_and_always_the_same() {
    use ConceptKind::{Condition, Drug, Symptom};
    use FactKind::{Causes, Indicates, Palliates, Treats};
    let concepts = [(1, Symptom), (2, Condition), (3, Condition), (4, Drug), (5, Drug), (6, Drug), (7, Symptom)];
    let concepts = concepts.map(|(id, kind)| concept(id, kind, "a", "x", &[])).to_vec();
    let facts = vec![
        fact(Indicates, 1, 2),
        fact(Indicates, 1, 3),
        fact(Palliates, 4, 2),
        fact(Treats, 5, 2),
        fact(Treats, 5, 3),
        fact(Treats, 4, 3),
        fact(Causes, 4, 7),
        fact(Causes, 5, 7),
    ];
    let knowledge = knowledge(concepts, facts);
    let path = |from, to, longest| {
        let steps = knowledge.path(from, to, longest)?;
        Some(steps.iter().map(|(fact, forwards)| (fact.kind, fact.from, fact.to, *forwards)).collect::<Vec<_>>())
    };
    assert_eq!(path(1, 1, 0), Some(vec![]));
    assert_eq!(path(1, 2, 1), Some(vec![(Indicates, 1, 2, true)]));
    // Both conditions and both drugs lead there: the smaller condition, then TREATS before PALLIATES.
    let expected = vec![(Indicates, 1, 2, true), (Treats, 5, 2, false), (Causes, 5, 7, true)];
    assert_eq!(path(1, 7, 3), Some(expected.clone()));
    assert_eq!(path(1, 7, 9), Some(expected));
    assert_eq!(path(1, 7, 2), None);
    assert_eq!(path(1, 6, 9), None);
    assert_eq!(path(1, 99, 9), None);
    assert_eq!(path(99, 99, 9), None);
}

#[test]
fn what_is_spelled_can_be_read() {
    assert!(ConceptKind::ALL.iter().all(|kind| ConceptKind::of(kind.as_str()) == Some(*kind)));
    assert!(How::ALL.iter().all(|how| How::of(how.as_str()) == Some(*how)));
    assert!(FactKind::ALL.iter().all(|kind| FactKind::of(kind.as_str()) == Some(*kind)));
    assert_eq!(FactKind::ContraindicatedFor.as_str(), "CONTRAINDICATED_FOR");
    assert_eq!(FactKind::of("contraindicated_for"), None);
}
