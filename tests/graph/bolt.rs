//! As much of Bolt 4.4 as a test needs that asks the server what a driver does not pass on: the profile of a statement.

use serde_json::{Map, Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// A connection of its own.
pub(crate) struct Bolt(TcpStream);

impl Bolt {
    /// Connects to `bolt://user:password@host:port`.
    pub(crate) fn connect(url: &str) -> Self {
        let (login, host) = url.strip_prefix("bolt://").unwrap().split_once('@').unwrap();
        let (user, password) = login.split_once(':').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(&[0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        let mut version = [0; 4];
        stream.read_exact(&mut version).unwrap();
        assert_eq!(version, [0, 0, 4, 4]);
        let mut bolt = Bolt(stream);
        let hello = json!({"user_agent": "test/1", "scheme": "basic", "principal": user, "credentials": password});
        bolt.send(0x01, &[hello]);
        bolt.summary();
        bolt
    }

    /// Sends a statement; its rows, and what the server says of it at the end.
    pub(crate) fn run(&mut self, cypher: &str, params: Value) -> (Vec<Value>, Value) {
        self.send(0x10, &[json!(cypher), params, json!({})]);
        self.send(0x3F, &[json!({"n": -1})]);
        self.summary();
        let mut rows = Vec::new();
        loop {
            match self.receive() {
                (0x71, row) => rows.push(row),
                (0x70, summary) => return (rows, summary),
                (_, failure) => panic!("{cypher}: {failure}"),
            }
        }
    }

    /// Opens a transaction, which ends with the connection.
    pub(crate) fn begin(&mut self) {
        self.send(0x11, &[json!({})]);
        self.summary();
    }

    fn summary(&mut self) -> Value {
        match self.receive() {
            (0x70, summary) => summary,
            (_, failure) => panic!("{failure}"),
        }
    }

    fn send(&mut self, message: u8, fields: &[Value]) {
        let mut bytes = vec![0xB0 | u8::try_from(fields.len()).unwrap(), message];
        fields.iter().for_each(|field| pack(field, &mut bytes));
        for chunk in bytes.chunks(0xFFFF) {
            self.0.write_all(&u16::try_from(chunk.len()).unwrap().to_be_bytes()).unwrap();
            self.0.write_all(chunk).unwrap();
        }
        self.0.write_all(&[0, 0]).unwrap();
    }

    fn receive(&mut self) -> (u8, Value) {
        let mut bytes = Vec::new();
        loop {
            let mut size = [0; 2];
            self.0.read_exact(&mut size).unwrap();
            match (u16::from_be_bytes(size), bytes.is_empty()) {
                (0, true) => {}
                (0, false) => break,
                (size, _) => {
                    let start = bytes.len();
                    bytes.resize(start + usize::from(size), 0);
                    self.0.read_exact(&mut bytes[start..]).unwrap();
                }
            }
        }
        (bytes[1], unpack(&mut &bytes[2..]))
    }
}

fn pack(value: &Value, out: &mut Vec<u8>) {
    fn sized(marker: u8, len: usize, out: &mut Vec<u8>) {
        out.push(marker);
        out.extend(u32::try_from(len).unwrap().to_be_bytes());
    }
    match value {
        Value::Null => out.push(0xC0),
        Value::Bool(flag) => out.push(if *flag { 0xC3 } else { 0xC2 }),
        Value::Number(number) => {
            out.push(0xCB);
            out.extend(number.as_i64().unwrap().to_be_bytes());
        }
        Value::String(text) => {
            sized(0xD2, text.len(), out);
            out.extend(text.bytes());
        }
        Value::Array(items) => {
            sized(0xD6, items.len(), out);
            items.iter().for_each(|item| pack(item, out));
        }
        Value::Object(fields) => {
            sized(0xDA, fields.len(), out);
            for (name, value) in fields {
                pack(&json!(name), out);
                pack(value, out);
            }
        }
    }
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

fn number(bytes: &mut &[u8], width: usize) -> usize {
    take(bytes, width).iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn unpack(bytes: &mut &[u8]) -> Value {
    let marker = take(bytes, 1)[0];
    let small = usize::from(marker & 0x0F);
    let text = |bytes: &mut &[u8], len| json!(std::str::from_utf8(take(bytes, len)).unwrap());
    let list = |bytes: &mut &[u8], len| (0..len).map(|_| unpack(bytes)).collect::<Value>();
    let map = |bytes: &mut &[u8], len| {
        let field = |_| (unpack(bytes).as_str().unwrap().to_owned(), unpack(bytes));
        Value::Object((0..len).map(field).collect::<Map<_, _>>())
    };
    match marker {
        0x00..=0x7F | 0xF0..=0xFF => json!(marker.cast_signed()),
        0x80..=0x8F => text(bytes, small),
        0x90..=0x9F => list(bytes, small),
        0xA0..=0xAF => map(bytes, small),
        // A structure: its signature is of no use here.
        0xB0..=0xBF => {
            take(bytes, 1);
            list(bytes, small)
        }
        0xC0 => Value::Null,
        0xC1 => json!(f64::from_be_bytes(take(bytes, 8).try_into().unwrap())),
        0xC2 | 0xC3 => json!(marker == 0xC3),
        0xC8 => json!(take(bytes, 1)[0].cast_signed()),
        0xC9 => json!(i16::from_be_bytes(take(bytes, 2).try_into().unwrap())),
        0xCA => json!(i32::from_be_bytes(take(bytes, 4).try_into().unwrap())),
        0xCB => json!(i64::from_be_bytes(take(bytes, 8).try_into().unwrap())),
        0xD0..=0xD2 => {
            let len = number(bytes, 1 << (marker - 0xD0));
            text(bytes, len)
        }
        0xD4..=0xD6 => {
            let len = number(bytes, 1 << (marker - 0xD4));
            list(bytes, len)
        }
        0xD8..=0xDA => {
            let len = number(bytes, 1 << (marker - 0xD8));
            map(bytes, len)
        }
        other => panic!("a value that begins with {other:#x}"),
    }
}
