//! The rows of a file, one after the other.

use std::io::{self, BufRead as _, BufReader, Read};

use clap::ValueEnum;

use super::columns::Columns;
use super::foreign::{Program, tidy};
use super::layout::Kind;
use super::lines::JsonRows;
use super::report::Remark;
use super::row::{AHEAD, LONGEST_ROW, MOST_UNKNOWN, Row, invalid};
use super::vcard::Cards;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values with a header; semicolons and tabs are found as well.
    Csv,
    /// JSON Lines: an object per line.
    Jsonl,
    /// vCards of version 3 or 4, which are contacts.
    Vcard,
}

/// The rows of a file.
pub struct Rows {
    form: Form,
    /// The columns that have no field.
    remarks: Vec<Remark>,
}

enum Form {
    Csv(Box<CsvRows>),
    Jsonl(JsonRows),
    Vcard(Cards, Vec<String>),
}

struct CsvRows {
    reader: csv::Reader<Bounded>,
    columns: Columns,
    /// Whether the table is one of another program.
    is_foreign: bool,
    record: csv::StringRecord,
}

/// A column's name with the path of the field that it is to give.
pub type Mapping = (String, String);

impl Rows {
    /// Reads the rows of a text, beginning with its header.
    pub fn of(
        text: Box<dyn Read + Send>,
        format: Format,
        kind: Kind,
        mappings: &[Mapping],
    ) -> io::Result<Self> {
        match format {
            Format::Csv => Self::csv(text, kind, mappings),
            Format::Jsonl => Ok(Self {
                form: Form::Jsonl(JsonRows::of(text, kind)),
                remarks: Vec::new(),
            }),
            Format::Vcard if kind != Kind::Contacts => {
                Err(invalid(format!("vCards are contacts, not {}", kind.name())))
            }
            Format::Vcard => Ok(Self {
                form: Form::Vcard(Cards::of(text, LONGEST_ROW), Vec::new()),
                remarks: Vec::new(),
            }),
        }
    }

    fn csv(text: Box<dyn Read + Send>, kind: Kind, mappings: &[Mapping]) -> io::Result<Self> {
        let mut text = BufReader::with_capacity(AHEAD, text);
        let delimiter = delimiter_of(text.fill_buf()?);
        let bounded = Bounded {
            text,
            left: LONGEST_ROW,
            recent: Vec::new(),
            begin: 0,
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(bounded);
        let header = reader
            .headers()
            .map_err(|error| invalid(format!("the header: {error}")))?;
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if names.is_empty() {
            return Err(invalid(
                "the file is empty: its first line must name the columns".to_owned(),
            ));
        }
        let (columns, is_foreign, remarks) = columns_of(kind, &names, mappings)?;
        Ok(Self {
            form: Form::Csv(Box::new(CsvRows {
                reader,
                columns,
                is_foreign,
                record: csv::StringRecord::new(),
            })),
            remarks,
        })
    }

    /// Returns the columns and fields without a meaning that were met so far, each once.
    pub(super) fn take_remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }

    /// Returns the next row.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        match &mut self.form {
            Form::Csv(rows) => rows.next(),
            Form::Jsonl(rows) => rows.next(&mut self.remarks),
            Form::Vcard(cards, unknown) => next_card(cards, unknown, &mut self.remarks),
        }
    }
}

/// Finds the fields of columns, by the given mappings or by their names.
fn columns_of(
    kind: Kind,
    names: &[String],
    mappings: &[Mapping],
) -> io::Result<(Columns, bool, Vec<Remark>)> {
    for (name, _) in mappings {
        if !names.contains(name) {
            return Err(invalid(format!(
                "--map: the file has no column {name:?}; it has {}",
                names.join(", ")
            )));
        }
    }
    let given = |name: &String| {
        mappings
            .iter()
            .find(|(column, _)| column == name)
            .map(|(_, path)| path)
    };
    let (own, _) = Columns::of(kind.fields(), names.iter().map(String::as_str));
    let program = Program::of(kind, names, own.known());
    let foreign: Vec<Option<String>> = names
        .iter()
        .map(|name| program.and_then(|program| program.path(kind, name)))
        .collect();
    // Fields of another program that are called as ours need not mean the same.
    let is_ours = |name: &String| program.is_none() || !name.starts_with(char::is_uppercase);
    let paths = names.iter().zip(&foreign).map(|(name, foreign)| {
        let path = given(name).or(foreign.as_ref());
        path.or_else(|| is_ours(name).then_some(name))
            .map_or("", String::as_str)
    });
    let (columns, unknown) = Columns::of(kind.fields(), paths);
    let mut remarks = Vec::new();
    for name in unknown.into_iter().filter_map(|place| names.get(place)) {
        match given(name) {
            Some(path) if path != "-" => {
                return Err(invalid(format!("--map: {} have no field {path:?}", kind.name())));
            }
            Some(_) => {}
            None => remarks.push(Remark::ignored(1, name)),
        }
    }
    if columns.known() == 0 {
        return Err(invalid(format!(
            "no column is known as a field of {}; map them by --map, such as --map \"Family name=lastName\"",
            kind.name()
        )));
    }
    Ok((columns, program.is_some(), remarks))
}

impl CsvRows {
    fn next(&mut self) -> io::Result<Option<Row>> {
        self.reader.get_mut().left = LONGEST_ROW;
        let begin = self.reader.position().line();
        let is_there =
            self.reader
                .read_record(&mut self.record)
                .map_err(|error| match error.into_kind() {
                    csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                        invalid(format!(
                            "the row at line {begin} is longer than {} MiB; is a quote missing?",
                            LONGEST_ROW >> 20
                        ))
                    }
                    csv::ErrorKind::Io(error) => error,
                    other => invalid(format!("line {begin}: {other:?}")),
                })?;
        if !is_there {
            return Ok(None);
        }
        let line = self.line();
        let columns = self.columns.count();
        let content =
            if self.record.len() > columns && self.record.iter().skip(columns).any(|cell| !cell.is_empty()) {
                Err(format!(
                    "has {} cells; the header has {columns}",
                    self.record.len()
                ))
            } else {
                let mut object = self.columns.object(self.record.iter());
                if self.is_foreign {
                    tidy(&mut object);
                }
                Ok(object)
            };
        Ok(Some(Row {
            line,
            content,
            has_blanks: true,
            size: self.record.as_slice().len(),
        }))
    }
}

impl CsvRows {
    /// The line at which the record begins: the library's position is before the line breaks that it passes over.
    fn line(&mut self) -> u64 {
        let Some(position) = self.record.position() else {
            return 0;
        };
        position.line() + self.reader.get_mut().line_breaks_at(position.byte())
    }
}

/// Returns the next vCard, and remarks on its properties without a field, each once.
fn next_card(
    cards: &mut Cards,
    unknown: &mut Vec<String>,
    remarks: &mut Vec<Remark>,
) -> io::Result<Option<Row>> {
    let Some(card) = cards.next()? else {
        return Ok(None);
    };
    for name in card.unknown {
        if unknown.len() < MOST_UNKNOWN && !unknown.contains(&name) {
            remarks.push(Remark::ignored(card.line, &name));
            unknown.push(name);
        }
    }
    Ok(Some(Row {
        line: card.line,
        content: card.content,
        has_blanks: true,
        size: card.size,
    }))
}

/// Finds the character between columns: the most frequent one of the first line, outside quotes.
fn delimiter_of(beginning: &[u8]) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in beginning {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            byte if !is_quoted => {
                for (delimiter, count) in &mut counts {
                    *count += u32::from(delimiter == byte);
                }
            }
            _ => {}
        }
    }
    let [comma, others @ ..] = counts;
    let most = others
        .into_iter()
        .fold(comma, |most, other| if other.1 > most.1 { other } else { most });
    most.0
}

/// A text of which only so many bytes may be read until the next row, and whose last bytes are kept.
struct Bounded {
    text: BufReader<Box<dyn Read + Send>>,
    left: usize,
    recent: Vec<u8>,
    /// The place of the first byte that is kept.
    begin: u64,
}

impl Bounded {
    /// Returns the number of line breaks that follow each other at this place, and forgets what is before.
    fn line_breaks_at(&mut self, place: u64) -> u64 {
        let passed = usize::try_from(place - self.begin).unwrap_or(usize::MAX);
        if passed > AHEAD {
            self.recent.drain(..passed.min(self.recent.len()));
            self.begin = place;
        }
        let passed = usize::try_from(place - self.begin).unwrap_or(usize::MAX);
        let bytes = self.recent.get(passed..).unwrap_or_default();
        let breaks = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        breaks.filter(|byte| **byte == b'\n').count() as u64
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(buffer)?;
        if self.left == 0 && count > 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.left = self.left.saturating_sub(count);
        self.recent.extend(buffer.iter().take(count));
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rows(text: &str, format: Format, mappings: &[(&str, &str)]) -> io::Result<(Vec<Row>, Vec<Remark>)> {
        let mappings: Vec<Mapping> = mappings
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        let text = Box::new(io::Cursor::new(text.to_owned()));
        let mut rows = Rows::of(text, format, Kind::Contacts, &mappings)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(row);
        }
        Ok((all, rows.take_remarks()))
    }

    fn told(text: &str, format: Format) -> Vec<(u64, Result<Value, String>)> {
        let (rows, _) = rows(text, format, &[]).unwrap();
        rows.into_iter()
            .map(|row| (row.line, row.content.map(Value::Object)))
            .collect()
    }

    #[test]
    fn a_table_is_read_with_its_separator_and_the_lines_of_its_rows() {
        for (separator, end) in [(",", "\n"), (";", "\r\n"), ("\t", "\n")] {
            let text = [
                "lastName*title",
                "Ada*\"two\nlines, and; more\"",
                "",
                "Bob*",
                "Cy",
            ]
            .join(end);
            assert_eq!(
                told(&text.replace('*', separator), Format::Csv),
                [
                    (
                        2,
                        Ok(json!({ "lastName": "Ada", "title": "two\nlines, and; more" }))
                    ),
                    (5, Ok(json!({ "lastName": "Bob", "title": null }))),
                    (6, Ok(json!({ "lastName": "Cy" }))),
                ],
                "{separator:?}"
            );
        }
        let long = told("lastName\nAda,Bob\nCy,\n", Format::Csv);
        assert_eq!(long[0].1, Err("has 2 cells; the header has 1".to_owned()));
        assert!(long[1].1.is_ok());
    }

    #[test]
    fn columns_without_a_field_are_told_once() {
        let (_, remarks) = rows("lastName,Shoe size\nAda,9\n", Format::Csv, &[]).unwrap();
        assert_eq!(remarks, [Remark::ignored(1, "Shoe size")]);
        let lines = "{\"a\":1}\n{\"a\":2,\"phoneNumbers\":[{\"input\":\"1\",\"color\":1}]}\n";
        let (_, remarks) = rows(lines, Format::Jsonl, &[]).unwrap();
        assert_eq!(
            remarks,
            [Remark::ignored(1, "a"), Remark::ignored(2, "phoneNumbers.color")]
        );
    }

    #[test]
    fn columns_are_mapped() {
        let table = "Family name,Shoe size,title\nAda,9,Dr.\n";
        let mappings = [
            ("Family name", "lastName"),
            ("Shoe size", "-"),
            ("title", "salutation"),
        ];
        let (rows_of_table, remarks) = rows(table, Format::Csv, &mappings).unwrap();
        assert_eq!(remarks, []);
        let object = rows_of_table[0].content.as_ref().unwrap();
        assert_eq!(
            Value::Object(object.clone()),
            json!({ "lastName": "Ada", "salutation": "Dr." })
        );
        for (mappings, message) in [
            (
                &[("Name", "lastName")][..],
                "--map: the file has no column \"Name\"; it has Family name, Shoe size, title",
            ),
            (&[("title", "size")], "--map: contacts have no field \"size\""),
        ] {
            assert_eq!(
                rows(table, Format::Csv, mappings).unwrap_err().to_string(),
                message
            );
        }
        let unknown = rows("a,b\n1,2\n", Format::Csv, &[]).unwrap_err().to_string();
        assert!(
            unknown.starts_with("no column is known as a field of contacts"),
            "{unknown}"
        );
    }

    #[test]
    fn a_row_without_an_end_is_refused() {
        let text = format!("lastName\nAda\n\"{}", "x\n".repeat(LONGEST_ROW));
        let refused = rows(&text, Format::Csv, &[]).unwrap_err().to_string();
        assert_eq!(
            refused,
            "the row at line 3 is longer than 4 MiB; is a quote missing?"
        );
        let text = "x".repeat(LONGEST_ROW + 1);
        let refused = rows(&text, Format::Jsonl, &[]).unwrap_err().to_string();
        assert_eq!(refused, "line 1 is longer than 4 MiB");
    }

    #[test]
    fn lines_of_json_are_read_one_by_one() {
        assert_eq!(
            told("{\"lastName\":\"Ada\"}\n\n[1]\n{\"title\":null}", Format::Jsonl),
            [
                (1, Ok(json!({ "lastName": "Ada" }))),
                (3, Err("must be an object".to_owned())),
                (4, Ok(json!({ "title": null }))),
            ]
        );
        let broken = told("{\"lastName\"", Format::Jsonl);
        assert!(
            broken[0]
                .1
                .as_ref()
                .unwrap_err()
                .starts_with("must be an object in JSON: EOF"),
            "{broken:?}"
        );
    }
}
