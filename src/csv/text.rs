//! The form of the files: RFC 4180 in UTF-8, with LF or CRLF. An empty field is NULL, `""` a text that is empty. It knows nothing
//! of tables.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

/// What some programs write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The longest record in bytes, many times what any report has. Else a quote that is out of place would take the rest of the
/// file, which may be larger than memory, for one record.
const LONGEST: usize = 64 << 20;

/// A field of a record, without its quotes.
pub(super) type Field<'a> = Option<Cow<'a, [u8]>>;

/// The records of a file, one after the other.
pub(super) struct Records<R> {
    input: R,
    offset: u64,
    line: u32,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// Its first byte.
    pub(super) offset: u64,
    /// Its first line, from 1.
    pub(super) line: u32,
}

impl<R: BufRead> Records<R> {
    /// From the beginning of a file.
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let marked = input.fill_buf()?.starts_with(BYTE_ORDER_MARK);
        let offset = if marked { BYTE_ORDER_MARK.len() } else { 0 };
        input.consume(offset);
        Ok(Records { input, offset: offset as u64, line: 1 })
    }

    /// Reads the next record, without the end of its line; blank lines are none.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> io::Result<Option<At>> {
        loop {
            let at = At { offset: self.offset, line: self.line };
            record.clear();
            let mut quotes = 0;
            loop {
                let known = record.len();
                let room = (LONGEST + 1).saturating_sub(known) as u64;
                let read = self.input.by_ref().take(room).read_until(b'\n', record)?;
                self.offset += read as u64;
                self.line += u32::from(read > 0);
                quotes += record.iter().skip(known).filter(|byte| **byte == b'"').count();
                if record.len() > LONGEST {
                    let what =
                        format!("the row that begins on line {} does not end: is a quote out of place?", at.line);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, what));
                }
                // A line that ends between quotes is the text's own.
                if read == 0 || quotes % 2 == 0 {
                    break;
                }
            }
            if record.is_empty() {
                return Ok(None);
            }
            if record.ends_with(b"\n") {
                record.pop();
            }
            if record.ends_with(b"\r") {
                record.pop();
            }
            if !record.is_empty() {
                return Ok(Some(at));
            }
        }
    }
}

/// The fields of a record; `None` where a quote is out of place.
pub(super) fn fields(record: &[u8]) -> Option<Vec<Field<'_>>> {
    let (mut fields, mut rest) = (Vec::new(), record);
    loop {
        let (field, after) = match rest {
            [b'"', inside @ ..] => quoted(inside)?,
            _ => plain(rest)?,
        };
        fields.push(field);
        match after {
            [] => return Some(fields),
            [b',', next @ ..] => rest = next,
            _ => return None,
        }
    }
}

fn plain(rest: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let end = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
    let (text, after) = rest.split_at(end);
    let field = (!text.is_empty()).then_some(Cow::Borrowed(text));
    (!text.contains(&b'"')).then_some((field, after))
}

fn quoted(inside: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (mut text, mut rest) = (Vec::new(), inside);
    loop {
        let (part, after) = rest.split_at(rest.iter().position(|byte| *byte == b'"')?);
        text.extend_from_slice(part);
        match after {
            [_, b'"', more @ ..] => {
                text.push(b'"');
                rest = more;
            }
            [_, more @ ..] => return Some((Some(Cow::Owned(text)), more)),
            [] => return None,
        }
    }
}

/// Writes a record; `None` is NULL.
pub(super) fn push<'a>(record: impl IntoIterator<Item = Option<&'a str>>, out: &mut String) {
    for (at, field) in record.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        match field {
            Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
                out.push('"');
                out.push_str(&text.replace('"', "\"\""));
                out.push('"');
            }
            Some(text) => out.push_str(text),
            None => {}
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, u32, String)> {
        let mut records = Records::new(text.as_bytes()).unwrap();
        let (mut all, mut record) = (Vec::new(), Vec::new());
        while let Some(at) = records.next(&mut record).unwrap() {
            all.push((at.offset, at.line, String::from_utf8(record.clone()).unwrap()));
        }
        all
    }

    #[test]
    fn records_end_where_no_quote_is_open() {
        let of = |offset, line, text: &str| (offset, line, text.to_owned());
        assert_eq!(
            read("\u{feff}a,b\r\n\r\n1,\"x\ny\"\n2,\"\"\"\n\"\n3,z"),
            [of(3, 1, "a,b"), of(10, 3, "1,\"x\ny\""), of(18, 5, "2,\"\"\"\n\""), of(26, 7, "3,z")]
        );
        assert_eq!(read("").len() + read("\n\r\n").len(), 0);
    }

    #[test]
    fn a_record_without_an_end_is_not_read_on_and_on() {
        let endless = |start: &'static [u8]| io::BufReader::new(start.chain(io::repeat(b'x')));
        for start in [&b"a\n1,\"b\n"[..], b"a\n1,b"] {
            let mut records = Records::new(endless(start)).unwrap();
            let mut record = Vec::new();
            assert!(records.next(&mut record).unwrap().is_some());
            let said = records.next(&mut record).unwrap_err().to_string();
            assert!(said.contains("begins on line 2") && record.len() == LONGEST + 1, "{said}");
        }
    }

    #[test]
    fn fields_are_what_was_written() {
        for record in [vec![Some("1"), None, Some("")], vec![None, Some("a,\"b\"\r\nc ")], vec![Some("\""), None]] {
            let mut line = String::new();
            push(record.iter().copied(), &mut line);
            let again = fields(line.strip_suffix('\n').unwrap().as_bytes()).unwrap();
            let texts: Vec<Option<&str>> =
                again.iter().map(|field| field.as_deref().map(|text| std::str::from_utf8(text).unwrap())).collect();
            assert_eq!(texts, record);
        }
        for wrong in ["a\"b", "\"a\"b", "\"a", "1,\"a\" ,2", "\"a\"\"", "a,b\""] {
            assert_eq!(fields(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
