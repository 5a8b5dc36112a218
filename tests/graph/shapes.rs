//! The shapes of the entities, and that one more is all that a table needs to be in both graphs.

use super::{neo4j::Place, reference::care};
use crate::support::{Store, on_both};
use medimax::{
    db::{Belongs, Db, Link, Owner, Sql, Table},
    graph::{
        Drawing, Entry, Graph, Subgraph, Target, Value,
        projection::Projector,
        projector::{Follower, built},
        reference::Reference,
        rows,
        shape::{ACTIVE, As, Bond, Derived, Nodes, Part, Role, STATUS, Shape, Shapes},
    },
    labs::lab_finding,
    providers::doctor,
    schema::{SHAPES, entities, tables},
    terminology::knowledge::Knowledge,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

#[test]
fn every_shape_has_what_is_asked_of_it() {
    let names = |shape: &Shape| -> BTreeSet<&str> {
        let all = shape.props.iter().map(|(name, ..)| *name).chain(shape.derived.iter().map(|(name, _)| *name));
        all.chain(shape.fixed.iter().map(|(name, _)| *name)).collect()
    };
    let mut labels = BTreeSet::new();
    for kind in SHAPES.all() {
        let (shape, names, label) = (kind.shape(), names(kind.shape()), kind.label());
        let entity = entities().iter().find(|entity| entity.table.name == kind.table().name).unwrap();
        // Ids of nodes are made of it, and stand in clients' caches.
        assert_eq!(label, entity.object.name);
        let all = [label].into_iter().chain(shape.also.iter().copied());
        let sorted = shape.sorted.iter().flat_map(|sorted| sorted.labels).map(|(_, label)| *label);
        for label in all.chain(sorted) {
            assert!(labels.insert(label), "{label} is the label of two kinds");
        }
        // Each hangs below another kind that comes before it, and in the end below the patient.
        assert_eq!(kind.is_patient(), kind.place() == 0, "{label}");
        let top = kind.is_patient() || kind.is_reference();
        assert!(top || kind.owner() < kind.place(), "{label} comes before what it hangs below");
        let owner = SHAPES.at(kind.owner()).unwrap().shape();
        let way: Vec<_> = kind.table().way().collect();
        assert!(top || way.last().is_some_and(|last| last.to.name == "Patient"), "{label} is nobody's");
        // Reference data belong to no patient: nothing of them hangs from one, or says anything of one's health.
        assert!(!kind.is_reference() || shape.bonds.is_empty() && shape.clinical.is_none(), "{label}");
        for (name, column) in shape.links {
            assert!(SHAPES.pointed_to(kind.table(), column).is_some(), "{label}-[:{name}] leads to no reference data");
        }

        for (name, column, _) in shape.props {
            assert!(entity.columns.contains(column), "{label}.{name} is of no column of {}", entity.table.name);
        }
        let known = shape.props.len() + shape.derived.len() + shape.fixed.len();
        assert_eq!(names.len(), known, "{label} has a property twice");
        for given in [kind.key(), "patient_id", "name_key", "concepts", "concept_weight"] {
            assert!(!names.contains(given), "{label}.{given} is given to it");
        }
        assert!(shape.props.iter().any(|(name, ..)| *name == shape.caption), "{label} has no caption");
        assert!(shape.bonds.iter().flat_map(|bond| bond.props).all(|(_, prop)| names.contains(prop)), "{label}");
        assert!(top || !shape.bonds.is_empty(), "{label} hangs from nothing");
        for (name, derived) in shape.derived {
            let from = match derived {
                Derived::Is(of, _) => shape.props.iter().any(|(name, ..)| name == of),
                Derived::Owner(theirs) => owner.props.iter().any(|(name, ..)| name == theirs),
            };
            assert!(from, "{label}.{name} follows from nothing");
        }
        if let Some(clinical) = &shape.clinical {
            assert_eq!(shape.caption, "name", "{label}: questions show it by that name");
            assert!(names.contains(clinical.since), "{label}");
            assert!(clinical.until.is_none_or(|until| names.contains(until)), "{label}");
            assert!(shape.bonds.iter().any(|bond| bond.from_patient), "{label}: questions come from the patient");
            let status = shape.props.iter().find(|(name, ..)| *name == STATUS);
            assert!(status.is_none_or(|(.., form)| matches!(form, As::Active(no) if *no != ACTIVE)), "{label}");
            assert!(clinical.only.is_none_or(|only| labels.contains(only)), "{label}");
        }
    }
    for role in [Role::Reported, Role::Had, Role::Taken] {
        let with: Vec<_> = SHAPES.kinds().iter().filter(|kind| kind.role() == Some(role)).collect();
        assert_eq!(with.len(), 1, "{role:?} is the role of {with:?}");
    }
    for (of, purposes) in SHAPES.purposes() {
        assert_eq!(of.role(), Some(Role::Taken), "{} says what {of:?} is for", purposes.table.name);
    }
    for (of, rows) in SHAPES.relationships() {
        let (name, table) = (rows.relationship.name, rows.table);
        assert!(
            SHAPES.pointed_to(table, rows.relationship.column).is_some(),
            "{of:?}-[:{name}] leads to no reference data"
        );
        let entity = entities().iter().find(|entity| entity.table.name == table.name).unwrap();
        let columns: BTreeSet<&str> = rows.relationship.props.iter().map(|(_, column, _)| *column).collect();
        assert!(columns.iter().all(|column| entity.columns.contains(column)), "{name}: {columns:?}");
        let names: BTreeSet<&str> = rows.relationship.props.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names.len(), rows.relationship.props.len(), "{name} has a property twice");
    }
    let types: Vec<&str> = SHAPES.to_reference().chain(SHAPES.among_reference()).collect();
    assert!(SHAPES.bonds().all(|bond| !types.contains(&bond)), "a type is of two layers");
    let parts = SHAPES.all().len() + SHAPES.relationships().len() + SHAPES.purposes().len();
    assert_eq!(parts, entities().iter().filter(|e| e.graph.is_some()).count());
}

/// Who looked at a finding, and what they remarked: three references below the patient, and a table between that is not in the graph.
static REVIEW: Table = Table {
    name: "Review",
    key: "review_id",
    belongs: Belongs::To(Owner { column: "finding_id", to: &lab_finding::TABLE }),
    links: &[],
    columns: &[],
    search: false,
};
static REMARK: Table = Table {
    name: "Remark",
    key: "remark_id",
    belongs: Belongs::To(Owner { column: "of_review", to: &REVIEW }),
    links: &[Link { column: "doctor", to: &doctor::TABLE, within: false }],
    columns: &[],
    search: false,
};
static SHAPE: Shape = Shape {
    also: &["Note"],
    caption: "words",
    props: &[("words", "remark_text", As::Text)],
    derived: &[("test", Derived::Owner("test_name"))],
    bonds: &[
        Bond { name: "REMARKED", from_patient: false, props: &[("test", "test")] },
        Bond { name: "HAS_REMARK", from_patient: true, props: &[] },
    ],
    links: &[("REMARKED_BY", "doctor")],
    ..Shape::PLAIN
};
static PART: Part = Part::Nodes(Nodes { label: "Remark", table: &REMARK, shape: &SHAPE });

/// Those of the entities, and remarks.
static MORE: LazyLock<Shapes> =
    LazyLock::new(|| Shapes::new(entities().iter().filter_map(|entity| entity.graph.as_ref()).chain([&PART])));

/// Makes the tables, with three remarks on two findings of one laboratory report; says whose it is, and the findings' keys.
async fn remarked(db: &Db) -> (i32, [i32; 2]) {
    for table in [
        "CREATE TABLE Review (review_id INT PRIMARY KEY, finding_id INT NOT NULL)",
        "CREATE TABLE Remark (remark_id INT PRIMARY KEY, of_review INT NOT NULL, remark_text VARCHAR(99), doctor INT)",
    ] {
        db.run(table).await.unwrap();
    }
    let found = "SELECT r.patient_id, f.lab_finding_id FROM Lab_Finding f JOIN Lab_Report r ON r.lab_report_id = f.lab_report_id \
                 WHERE f.lab_report_id = (SELECT MAX(lab_report_id) FROM Lab_Finding) ORDER BY 2 LIMIT 2";
    let mut sql = Sql::new(db.dialect());
    sql.push(found);
    let found = db.numbers(&sql).await.unwrap();
    let [(patient, one), (_, other)] = found[..] else { panic!("{found:?}") };
    for row in [
        format!("INSERT INTO Review VALUES (1, {one}), (2, {other})"),
        "INSERT INTO Remark VALUES (7, 1, 'too high', 90001), (8, 1, NULL, 99999), (9, 2, 'as before', NULL)"
            .to_owned(),
    ] {
        db.run(&row).await.unwrap();
    }
    (patient, [one, other].map(|key| i32::try_from(key).unwrap()))
}

on_both!(one_more_shape_is_all_that_a_table_needs_to_be_in_both_graphs, 12, async |store: Store| {
    care(&store).await;
    let (patient, [one, other]) = remarked(&store.db).await;
    let remark = MORE.labelled("Remark").unwrap();
    let finding = MORE.labelled("LabFinding").unwrap();
    assert_eq!(MORE.at(remark.owner()), Some(finding));

    let knowledge = Arc::new(Knowledge::load(&store.db).await.unwrap());
    let mut projector = Projector::new(&MORE, knowledge);
    projector.refer_to(Reference::of(&rows::read_reference(&store.db, &MORE).await.unwrap()));
    let projected = projector.project(&[patient], rows::read(&store.db, &MORE, &[patient]).await.unwrap());
    let wanted: Vec<Subgraph> = projected.iter().map(|patient| projector.subgraph(patient)).collect();
    let nodes: Vec<_> = wanted[0].nodes.iter().filter(|node| node.kind == remark).collect();
    assert_eq!(nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [7, 8, 9]);
    assert_eq!(nodes[0].props["words"], Value::Text("too high".into()));
    assert!(matches!(&nodes[0].props["test"], Value::Text(_)));
    assert!(!nodes[1].props.contains_key("words"));

    // What was projected without the new shape is the same with it.
    let mut before = Projector::new(&SHAPES, projector.knowledge.clone());
    before.refer_to(Reference::of(&rows::read_reference(&store.db, &SHAPES).await.unwrap()));
    let projected = before.project(&[patient], rows::read(&store.db, &SHAPES, &[patient]).await.unwrap());
    let mut without = wanted[0].clone();
    without.nodes.retain(|node| node.kind != remark);
    without.links.retain(|link| !matches!(link.to, Target::Own(kind, _) if kind == remark) && link.from.0 != remark);
    // As text: kinds of reference data have other places where there are more kinds.
    assert_eq!(format!("{:?}", before.subgraph(&projected[0])), format!("{without:?}"));

    // Neo4j: constraint, index, writing, comparing, mending, counting.
    let place = Place::new();
    let there = Graph::neo4j(place.store_of(&MORE));
    let projection = Follower::new(there.clone(), store.db.clone(), tables(), "test".into());
    projection.sync(true, &|_, _| {}).await.unwrap();
    let indexes = place.run(&format!(
        "SHOW INDEXES YIELD labelsOrTypes, properties, owningConstraint WHERE labelsOrTypes = ['{}Remark']
         RETURN properties[0], owningConstraint IS NOT NULL ORDER BY 1",
        place.prefix
    ));
    assert_eq!(indexes, [json!(["patient_id", false]), json!(["remark_id", true])]);
    assert_eq!(
        place.number("MATCH (:@LabFinding)-[r:REMARKED]->(n:@Remark:@Note) WHERE r.test IS NOT NULL RETURN count(n)"),
        3
    );
    let neo4j = place.store_of(&MORE);
    assert_eq!(neo4j.compare(&wanted).await.unwrap(), []);
    place.run("MATCH (n:@Remark {remark_id: 9}) SET n.words = 'other words'");
    place.run("CREATE (:@Remark {remark_id: 10, patient_id: 9999})");
    let report = projection.check(&|_, _| {}).await.unwrap().unwrap();
    assert_eq!(
        (&report.differing[..], &report.examples[0].examples[..]),
        (&[patient][..], &["Remark 9 is changed".to_owned()][..])
    );
    assert_eq!(report.strays.orphans.examples, ["Remark 10"]);
    projection.repair(&report, &|_, _| {}).await.unwrap();
    let report = projection.check(&|_, _| {}).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report:?}");
    let remarks = report.amounts.iter().find(|amount| amount.label == "Remark").unwrap();
    assert_eq!((remarks.nodes, remarks.relationships), ((3, 3), (1, 1)));

    // Both graphs draw it alike, and the one in this process as without it besides.
    let here = built(&MORE, &store.db).await.unwrap();
    let drawn = async |graph: &Graph| -> Drawing { graph.drawing(&[patient], 2_000).await.unwrap().remove(0) };
    let drawing = drawn(&here).await;
    assert_eq!(drawing, drawn(&there).await);
    for (id, of, words) in [(7, one, Some("too high")), (8, one, None), (9, other, Some("as before"))] {
        assert!(drawing.nodes.contains(&(Entry { kind: remark, id, name: words.map(Into::into) }, None)));
        assert!(drawing.links.contains(&((finding, of), "REMARKED", Target::Own(remark, id))));
        assert!(drawing.links.iter().any(|(from, name, to)| {
            from.0.is_patient() && from.1 == patient && *name == "HAS_REMARK" && *to == Target::Own(remark, id)
        }));
    }
    let by = MORE.labelled("Doctor").unwrap();
    assert!(drawing.links.contains(&((remark, 7), "REMARKED_BY", Target::Reference(by, 90_001))));
    assert_eq!(drawing.links.iter().filter(|(_, name, _)| *name == "REMARKED_BY").count(), 1);
    let plain = built(&SHAPES, &store.db).await.unwrap();
    let (more, all) = (here.counts().await.unwrap(), plain.counts().await.unwrap());
    assert_eq!((more.nodes - all.nodes, more.relationships - all.relationships), (3, 7));
});
