//! Objects in a document's text: none has a member twice. The parser keeps the last of several, and says nothing.

use crate::error::{Error, Result};
use std::collections::HashSet;

/// Checks it. Objects stand within parentheses alone: elsewhere braces hold selections, which may repeat.
pub(super) fn check(text: &str) -> Result<()> {
    let bytes = text.as_bytes();
    let at = |place: usize| bytes.get(place).copied();
    // Of each bracket that is open: the members of an object, nothing of others.
    let (mut open, mut parentheses, mut place): (Vec<Option<HashSet<&str>>>, usize, usize) = (Vec::new(), 0, 0);
    while let Some(byte) = at(place) {
        let begin = place;
        place += 1;
        match byte {
            b'#' => place = ended(bytes, place, |byte| !matches!(byte, b'\n' | b'\r')),
            b'"' => place = string(bytes, begin),
            b'(' => {
                parentheses += 1;
                open.push(None);
            }
            b')' => {
                parentheses = parentheses.saturating_sub(1);
                open.pop();
            }
            b'[' => open.push(None),
            b'{' => open.push((parentheses > 0).then(HashSet::new)),
            b']' | b'}' => {
                open.pop();
            }
            // A variable is no name of a member.
            b'$' => place = ended(bytes, place, is_name),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                place = ended(bytes, place, is_name);
                let Some(Some(members)) = open.last_mut() else { continue };
                let Some(name) = text.get(begin..place).filter(|_| at(blank(bytes, place)) == Some(b':')) else {
                    continue;
                };
                if !members.insert(name) {
                    return Err(Error::BadInput("an object in the document has a member twice".into()));
                }
                // What stands behind the colon is a value.
                place = blank(bytes, blank(bytes, place) + 1);
                if at(place).is_some_and(is_name) {
                    place = ended(bytes, place, is_name);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Where bytes of a kind end.
fn ended(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len())
}

/// Where what means nothing ends: blanks, commas, comments.
fn blank(bytes: &[u8], mut from: usize) -> usize {
    loop {
        from = ended(bytes, from, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b','));
        match bytes.get(from) {
            Some(b'#') => from = ended(bytes, from, |byte| !matches!(byte, b'\n' | b'\r')),
            _ => return from,
        }
    }
}

/// Where a string ends that begins here.
fn string(bytes: &[u8], from: usize) -> usize {
    let is = |place: usize, what: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(what));
    let end: &[u8] = if is(from, b"\"\"\"") { b"\"\"\"" } else { b"\"" };
    let mut place = from + end.len();
    while place < bytes.len() {
        if end.len() == 3 && is(place, b"\\\"\"\"") {
            place += 4;
        } else if end.len() == 1 && is(place, b"\\") {
            place += 2;
        } else if is(place, end) {
            return place + end.len();
        } else {
            place += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_member_that_stands_twice_is_refused() {
        for text in [
            "{ a: b a: b c(x: 1) { d { d } } }",
            "query($a: A = {b: 1, c: {b: 1}}) { x(y: [{b: 1}, {b: 2}], z: {b: b, c: $b}) { b: c } }",
            r#"{ x(y: {a: "b: 1, b: 2 \" {", b: """ " \""" b: 1 """, c: E}) # {b: 1, b: 2}
            }"#,
            "{ x(y: {a: b b: a}) }",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
        for text in [
            "{ x(y: {a: 1, a: 1}) }",
            "{ x(y: {a: \"{\", b: {}, a #\n : 1}) }",
            "query($a: A = {b: 1 c: 2 b: 3}) { x }",
            "{ x(y: [[{a: {b: 1, b: 2}}]]) }",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
