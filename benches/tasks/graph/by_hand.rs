//! The patients of the projection as a hand-written load: each kind of node, then each type of relationship, by UNWIND and
//! CREATE. It is given all rows beforehand and compares nothing, so it can be done only once.

use super::BY_HAND;
use medimax::graph::{Link, Node, Props, Subgraph, Target, Value, shape::NodeKind};
use neo4rs::{BoltList, BoltMap, BoltType, Query};
use std::collections::BTreeMap;

/// Rows of one statement. More make no difference.
const ROWS: usize = 2_000;

/// The statements that load patients.
pub(super) fn load(patients: &[Subgraph]) -> Vec<Query> {
    let mut texts: BTreeMap<(bool, String), Vec<BoltType>> = BTreeMap::new();
    for Subgraph { patient, nodes, links } in patients {
        for node in nodes {
            texts.entry((false, create_node(node))).or_default().push(BoltType::Map(node_props(*patient, node)));
        }
        for link in links {
            texts.entry((true, create_link(link))).or_default().push(link_row(link));
        }
    }
    let statements = texts.iter().flat_map(|((_, text), rows)| {
        rows.chunks(ROWS).map(|rows| Query::new(text.clone()).param("rows", BoltType::List(rows.to_vec().into())))
    });
    statements.collect()
}

fn create_node(node: &Node) -> String {
    let labels = [node.kind.label()].into_iter().chain(node.kind.shape().also.iter().copied()).chain(node.label);
    let labels: Vec<String> = labels.map(|label| format!("{BY_HAND}{label}")).collect();
    format!("UNWIND $rows AS row CREATE (n:{}) SET n = row", labels.join(":"))
}

fn create_link(link: &Link) -> String {
    let own = |kind: NodeKind| (kind.label(), kind.key());
    let (from, from_key) = own(link.from.0);
    let (to, to_key) = match link.to {
        Target::Own(kind, _) | Target::Reference(kind, _) => own(kind),
        Target::Concept(_) => ("Concept", "concept_id"),
    };
    format!(
        "UNWIND $rows AS row MATCH (a:{BY_HAND}{from} {{{from_key}: row.from}}) MATCH (b:{BY_HAND}{to} {{{to_key}: row.to}})
         CREATE (a)-[r:{}]->(b) SET r = row.props",
        link.name
    )
}

fn link_row(link: &Link) -> BoltType {
    let (Target::Own(_, to) | Target::Concept(to) | Target::Reference(_, to)) = link.to;
    let props = BoltType::Map(map(&link.props));
    let row = [("from", link.from.1.into()), ("to", to.into()), ("props", props)];
    BoltType::Map(row.into_iter().map(|(name, value): (&str, BoltType)| (name.into(), value)).collect())
}

fn node_props(patient: i32, node: &Node) -> BoltMap {
    let mut props = map(&node.props);
    props.put("patient_id".into(), patient.into());
    props.put(node.kind.key().into(), node.id.into());
    props
}

fn map(props: &Props) -> BoltMap {
    props.iter().map(|(name, held)| ((*name).into(), value(held))).collect()
}

fn value(value: &Value) -> BoltType {
    match value {
        Value::Text(text) => (&**text).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Date(day) => (*day).into(),
        Value::Ints(numbers) => BoltType::List(numbers.iter().copied().collect::<BoltList>()),
    }
}
