//! Circles of a graph.

use std::collections::{BTreeMap, BTreeSet};

/// The largest sets of nodes that all reach each other.
pub(crate) fn circles(edges: &BTreeSet<(String, String)>) -> Vec<BTreeSet<String>> {
    let nodes: BTreeSet<_> = edges.iter().map(|(from, _)| from).collect();
    let reached: BTreeMap<_, _> = nodes.into_iter().map(|node| (node, reached_from(edges, node))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (node, others) in &reached {
        let is_known = circles.iter().any(|circle| circle.contains(*node));
        if others.contains(*node) && !is_known {
            let comes_back = |other: &&String| reached.get(other).is_some_and(|back| back.contains(*node));
            circles.push(others.iter().filter(comes_back).cloned().collect());
        }
    }
    circles
}

fn reached_from(edges: &BTreeSet<(String, String)>, node: &str) -> BTreeSet<String> {
    let (mut reached, mut todo) = (BTreeSet::new(), vec![node.to_owned()]);
    while let Some(node) = todo.pop() {
        for (_, to) in edges.iter().filter(|(from, _)| *from == node) {
            if reached.insert(to.clone()) {
                todo.push(to.clone());
            }
        }
    }
    reached
}
