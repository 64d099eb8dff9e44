//! The rows of a file of JSON Lines.

use std::io::{self, BufRead as _, BufReader, Read};

use serde_json::Value;

use super::Object;
use super::layout::{Kind, Shape};
use super::report::Remark;
use super::row::{AHEAD, LONGEST_ROW, MOST_UNKNOWN, Row, invalid};

/// The rows of a file of JSON Lines.
pub struct JsonRows {
    reader: BufReader<Box<dyn Read + Send>>,
    line: u64,
    kind: Kind,
    unknown: Vec<String>,
}

impl JsonRows {
    /// Reads the lines of a text.
    pub fn of(text: Box<dyn Read + Send>, kind: Kind) -> Self {
        Self {
            reader: BufReader::with_capacity(AHEAD, text),
            line: 0,
            kind,
            unknown: Vec::new(),
        }
    }

    /// Returns the next row, and remarks on fields without a meaning, each once.
    pub fn next(&mut self, remarks: &mut Vec<Remark>) -> io::Result<Option<Row>> {
        loop {
            let mut line = Vec::new();
            let most = LONGEST_ROW as u64;
            let read = (&mut self.reader).take(most).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if read as u64 == most {
                return Err(invalid(format!(
                    "line {} is longer than {} MiB",
                    self.line,
                    LONGEST_ROW >> 20
                )));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let content = match serde_json::from_slice(&line) {
                Ok(Value::Object(object)) => Ok(object),
                Ok(_) => Err("must be an object".to_owned()),
                Err(error) => Err(format!("must be an object in JSON: {error}")),
            };
            if let Ok(object) = &content {
                self.note_unknown(object, remarks);
            }
            return Ok(Some(Row {
                line: self.line,
                content,
                has_blanks: false,
                size: line.len(),
            }));
        }
    }

    fn note_unknown(&mut self, object: &Object, remarks: &mut Vec<Remark>) {
        for name in unknown_names(self.kind, object) {
            if self.unknown.len() < MOST_UNKNOWN && !self.unknown.contains(&name) {
                remarks.push(Remark::ignored(self.line, &name));
                self.unknown.push(name);
            }
        }
    }
}

/// The names of a record that its kind does not have, those of parts included.
fn unknown_names(kind: Kind, object: &Object) -> Vec<String> {
    let fields = kind.fields();
    let mut unknown = Vec::new();
    for (name, value) in object {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            unknown.push(name.clone());
            continue;
        };
        let (Shape::Parts(parts) | Shape::List { parts, .. }) = field.shape else {
            continue;
        };
        let entries = match value {
            Value::Array(entries) => entries.as_slice(),
            one => std::slice::from_ref(one),
        };
        let names = entries.iter().filter_map(Value::as_object).flat_map(Object::keys);
        for part in names.filter(|part| parts.find(part).is_none()) {
            unknown.push(format!("{name}.{part}"));
        }
    }
    unknown
}
