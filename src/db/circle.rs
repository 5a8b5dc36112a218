//! Rows of one table that point to each other in a circle: whoever follows the pointers never comes to an end.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

/// The keys that lie on circles, of keys that each point to one other. A key that points to itself is a circle of one.
pub fn on_circles<K: Copy + Eq + Hash>(pointers: &HashMap<K, K>) -> HashSet<K> {
    let (mut circles, mut seen) = (HashSet::new(), HashSet::new());
    for start in pointers.keys() {
        let (mut way, mut places, mut at) = (Vec::new(), HashMap::new(), *start);
        // What was walked before leads to no circle that is not known.
        while seen.insert(at) {
            places.insert(at, way.len());
            way.push(at);
            let Some(next) = pointers.get(&at) else { break };
            at = *next;
        }
        if let Some(begins) = places.get(&at).filter(|_| pointers.contains_key(&at)) {
            circles.extend(way.iter().skip(*begins));
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::on_circles;
    use std::collections::HashMap;

    #[test]
    fn circles_are_found_and_what_leads_to_them_is_not_one() {
        let of = |pairs: &[(i32, i32)]| {
            let mut keys: Vec<i32> =
                on_circles(&pairs.iter().copied().collect::<HashMap<_, _>>()).into_iter().collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(of(&[]), Vec::<i32>::new());
        assert_eq!(of(&[(2, 1), (3, 2), (4, 2), (9, 8)]), Vec::<i32>::new());
        assert_eq!(of(&[(1, 1), (2, 1)]), [1]);
        assert_eq!(of(&[(1, 2), (2, 1)]), [1, 2]);
        assert_eq!(of(&[(1, 2), (2, 3), (3, 1), (4, 3), (5, 4), (6, 7), (7, 6), (8, 9)]), [1, 2, 3, 6, 7]);
        let chain: Vec<(i32, i32)> = (1..20_000).map(|key| (key, key + 1)).chain([(20_000, 19_999)]).collect();
        assert_eq!(of(&chain), [19_999, 20_000]);
    }
}
