//! Rows from vCards: version 3.0 (RFC 2426) and 4.0 (RFC 6350).

use std::io::{self, BufRead as _, BufReader, Read};

use serde_json::{Value, json};

use super::Object;
use super::property::{Property, address, phone, split, unescaped};

/// The source of external ids that are the UIDs of vCards.
const SOURCE: &str = "vcard";
/// The properties that say nothing about a contact which another one does not say.
const PASSED_OVER: [&str; 9] = [
    "BEGIN",
    "END",
    "VERSION",
    "PRODID",
    "REV",
    "KIND",
    "PHOTO",
    "SOURCE",
    "SORT-STRING",
];

/// The vCards of a text.
pub struct Cards {
    reader: BufReader<Box<dyn Read + Send>>,
    /// The number of lines that were read, `ahead` included.
    line: u64,
    /// The line that was read to see whether it continues the one before.
    ahead: Option<String>,
    most: usize,
}

/// A contact of a vCard, with the names of the properties that have no field.
pub struct Card {
    /// The line that it begins at.
    pub line: u64,
    /// Its fields, or the reason why it cannot be read.
    pub content: Result<Object, String>,
    /// The properties that have no field.
    pub unknown: Vec<String>,
    /// The number of its bytes.
    pub size: usize,
}

impl Cards {
    /// Reads the cards of a text, each of at most so many bytes.
    pub fn of(text: Box<dyn Read + Send>, most: usize) -> Self {
        Self {
            reader: BufReader::new(text),
            line: 0,
            ahead: None,
            most,
        }
    }

    /// Returns the next card.
    pub fn next(&mut self) -> io::Result<Option<Card>> {
        let begin = loop {
            let Some(line) = self.content_line()? else {
                return Ok(None);
            };
            if line.trim().eq_ignore_ascii_case("BEGIN:VCARD") {
                break self.line - u64::from(self.ahead.is_some());
            }
        };
        let (mut draft, mut size, mut problem) = (Draft::default(), 0, None);
        loop {
            let Some(line) = self.content_line()? else {
                problem.get_or_insert_with(|| "the vCard has no END:VCARD".to_owned());
                break;
            };
            size += line.len();
            if size > self.most {
                let message = format!("the vCard at line {begin} is longer than {} MiB", self.most >> 20);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            if line.trim().eq_ignore_ascii_case("END:VCARD") {
                break;
            }
            match Property::of(&line) {
                Some(property) => draft.add(&property),
                None if line.trim().is_empty() => {}
                None => {
                    let shown: String = line.chars().take(40).collect();
                    problem.get_or_insert_with(|| format!("{shown:?} is no property of a vCard"));
                }
            }
        }
        let (object, unknown) = draft.finish();
        Ok(Some(Card {
            line: begin,
            content: problem.map_or(Ok(object), Err),
            unknown,
            size,
        }))
    }

    /// Returns the next line, with the lines that continue it: they begin with white space, which is dropped.
    fn content_line(&mut self) -> io::Result<Option<String>> {
        let Some(mut line) = self
            .ahead
            .take()
            .map_or_else(|| self.text_line(), |line| Ok(Some(line)))?
        else {
            return Ok(None);
        };
        while let Some(next) = self.text_line()? {
            let Some(more) = next.strip_prefix([' ', '\t']) else {
                self.ahead = Some(next);
                break;
            };
            line.push_str(more);
            if line.len() > self.most {
                break;
            }
        }
        Ok(Some(line))
    }

    fn text_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        if (&mut self.reader).take(self.most as u64).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(Some(line))
    }
}

/// A contact of which properties are read.
#[derive(Default)]
struct Draft {
    object: Object,
    formatted_name: String,
    lists: [Ranked; 3],
    tags: Vec<Value>,
    unknown: Vec<String>,
}

/// Entries of a list, each with its rank.
type Ranked = Vec<(Option<u32>, Value)>;

/// The lists of a contact that have a primary entry.
const LISTS: [&str; 3] = ["phoneNumbers", "emailAddresses", "addresses"];

impl Draft {
    fn add(&mut self, property: &Property) {
        let [phones, emails, addresses] = &mut self.lists;
        match property.name.as_str() {
            "FN" => self.formatted_name = property.text(),
            "N" => {
                let fields = ["lastName", "firstName", "middleName", "salutation"];
                for (field, part) in fields.into_iter().zip(property.parts()) {
                    self.object.insert(field.to_owned(), part.into());
                }
            }
            "TITLE" => {
                self.object.insert("title".to_owned(), property.text().into());
            }
            "ORG" => {
                let company = property.parts().into_iter().next().unwrap_or_default();
                self.object.insert("company".to_owned(), company.into());
            }
            "UID" => {
                let uid = property.text();
                let value = uid.strip_prefix("urn:uuid:").unwrap_or(&uid);
                let ids = json!([{ "source": SOURCE, "value": value }]);
                self.object.insert("externalIds".to_owned(), ids);
            }
            "CATEGORIES" => {
                let tags = split(&property.value, ',', '\0');
                self.tags.extend(tags.iter().map(|tag| unescaped(tag).into()));
            }
            "TEL" => {
                let (input, extension) = phone(&property.text());
                let entry = json!({ "input": input, "extension": extension, "label": property.label() });
                phones.push((property.preference(), entry));
            }
            "EMAIL" => {
                let entry = json!({ "address": property.text(), "label": property.label() });
                emails.push((property.preference(), entry));
            }
            "ADR" => addresses.push((property.preference(), address(property))),
            name if PASSED_OVER.contains(&name) => {}
            name => self.unknown.push(name.to_owned()),
        }
    }

    fn finish(mut self) -> (Object, Vec<String>) {
        let has_name = ["firstName", "lastName"].iter().any(|name| {
            self.object
                .get(*name)
                .and_then(Value::as_str)
                .is_some_and(|name| !name.is_empty())
        });
        if !has_name {
            self.object
                .insert("lastName".to_owned(), self.formatted_name.into());
        }
        for (name, mut entries) in LISTS.into_iter().zip(self.lists) {
            let first = entries.iter().filter_map(|(rank, _)| *rank).min();
            let primary = entries
                .iter_mut()
                .find(|(rank, _)| rank.is_some() && *rank == first);
            if let Some((_, Value::Object(entry))) = primary {
                entry.insert("primary".to_owned(), true.into());
            }
            let entries: Vec<Value> = entries.into_iter().map(|(_, entry)| entry).collect();
            if !entries.is_empty() {
                self.object.insert(name.to_owned(), entries.into());
            }
        }
        if !self.tags.is_empty() {
            self.object.insert("tags".to_owned(), self.tags.into());
        }
        (self.object, self.unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cards(text: &str) -> Vec<Card> {
        let mut cards = Cards::of(Box::new(io::Cursor::new(text.to_owned())), 1 << 20);
        let mut all = Vec::new();
        while let Some(card) = cards.next().unwrap() {
            all.push(card);
        }
        all
    }

    fn card(text: &str) -> Value {
        let text = format!("BEGIN:VCARD\r\n{text}\r\nEND:VCARD\r\n")
            .replace('\n', "\r\n")
            .replace("\r\r", "\r");
        Value::Object(cards(&text).remove(0).content.unwrap())
    }

    #[test]
    fn a_card_of_version_3_is_read() {
        assert_eq!(
            card(
                "VERSION:3.0\nN:Perreault;Simon;Pierre,Jean;Dr.;ing. jr,M.Sc.\nFN:Simon Perreault\n\
                 ORG:Example\\, Inc.;Research\nTITLE:Head\\; Research\n\
                 TEL;TYPE=WORK,VOICE,pref:+1-418-656-9254\nTEL;TYPE=cell;TYPE=voice:+1-418-262-6501\nTEL;FAX:1\n\
                 item1.EMAIL;TYPE=INTERNET;TYPE=HOME:simon@example.com\n\
                 ADR;TYPE=WORK:;Suite D2-630;2875 Laurier;Quebec;QC;G1V 2M2;Canada\nCATEGORIES:friends,R\\,D\nUID:u-1\n\
                 NOTE:long\n  note"
            ),
            json!({
                "lastName": "Perreault", "firstName": "Simon", "middleName": "Pierre Jean", "salutation": "Dr.",
                "company": "Example, Inc.", "title": "Head; Research", "tags": ["friends", "R,D"],
                "phoneNumbers": [
                    { "input": "+1-418-656-9254", "extension": null, "label": "WORK", "primary": true },
                    { "input": "+1-418-262-6501", "extension": null, "label": "MOBILE" },
                    { "input": "1", "extension": null, "label": "FAX" },
                ],
                "emailAddresses": [{ "address": "simon@example.com", "label": "HOME" }],
                "addresses": [{ "lines": ["2875 Laurier", "Suite D2-630"], "city": "Quebec", "region": "QC",
                    "postalCode": "G1V 2M2", "country": "Canada", "label": "WORK" }],
                "externalIds": [{ "source": "vcard", "value": "u-1" }],
            })
        );
    }

    #[test]
    fn a_card_of_version_4_is_read() {
        assert_eq!(
            card(
                "VERSION:4.0\nFN:Simon\n perreault\nN:;;;;\nTEL;VALUE=uri;PREF=2;TYPE=\"voice,home\":tel:+1-418-656-9254;ext=102\n\
                 TEL;PREF=1;TYPE=work:1\nUID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\n\
                 ADR;LABEL=\"a: b;\\nc\";TYPE=home:;;123 Main\\nDoor 2;Any Town;CA;91921-1234;USA"
            ),
            json!({
                "lastName": "Simonperreault", "firstName": "", "middleName": "", "salutation": "",
                "phoneNumbers": [
                    { "input": "+1-418-656-9254", "extension": "102", "label": "HOME" },
                    { "input": "1", "extension": null, "label": "WORK", "primary": true },
                ],
                "addresses": [{ "lines": ["123 Main", "Door 2"], "city": "Any Town", "region": "CA",
                    "postalCode": "91921-1234", "country": "USA", "label": "HOME" }],
                "externalIds": [{ "source": "vcard", "value": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" }],
            })
        );
    }

    #[test]
    fn cards_follow_each_other_and_broken_ones_are_told() {
        let text = "BEGIN:VCARD\nFN:A\nX-THING:1\nEND:VCARD\n\nbegin:vcard\nnonsense\nend:vcard\nBEGIN:VCARD\nFN:C\n";
        let found = cards(text);
        let lines: Vec<u64> = found.iter().map(|card| card.line).collect();
        assert_eq!(lines, [1, 6, 9]);
        assert_eq!(found[0].unknown, ["X-THING"]);
        assert_eq!(
            found[1].content,
            Err("\"nonsense\" is no property of a vCard".to_owned())
        );
        assert_eq!(found[2].content, Err("the vCard has no END:VCARD".to_owned()));
    }
}
