//! The properties of vCards: lines with a name, parameters and a value.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::foreign::label_of;

/// A line of a vCard: a property with its parameters and its value.
#[derive(Debug, PartialEq, Eq)]
pub struct Property {
    /// The name, in upper case, without the group before it.
    pub name: String,
    parameters: Vec<(String, String)>,
    /// The value as it is written.
    pub value: String,
}

impl Property {
    /// Reads `group.NAME;PARAMETER=value,"value":value`.
    pub fn of(line: &str) -> Option<Self> {
        let mut is_quoted = false;
        let end = line.find(|c: char| {
            is_quoted ^= c == '"';
            c == ':' && !is_quoted
        })?;
        let (head, value) = line.split_at(end);
        let mut parts = split(head, ';', '"').into_iter();
        let name = parts.next()?;
        let name = name.rsplit_once('.').map_or(name.as_str(), |(_, name)| name);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let parameters = parts.flat_map(|part| {
            // Version 2.1 leaves out `TYPE=`, and so do some that write 3.0.
            let (name, values) = part.split_once('=').unwrap_or(("TYPE", &part));
            let name = name.to_ascii_uppercase();
            let values = split(values, ',', '"').into_iter().flat_map(|value| {
                let value = value.trim_matches('"').to_owned();
                value.split(',').map(str::to_owned).collect::<Vec<_>>()
            });
            values.map(|value| (name.clone(), value)).collect::<Vec<_>>()
        });
        is_name.then(|| Self {
            name: name.to_ascii_uppercase(),
            parameters: parameters.collect(),
            value: value.get(1..).unwrap_or_default().to_owned(),
        })
    }

    fn types(&self) -> impl Iterator<Item = String> {
        let types = self.parameters.iter().filter(|(name, _)| name == "TYPE");
        types.map(|(_, value)| value.to_ascii_lowercase())
    }

    /// The rank among others of its kind, 1 for the first: `PREF=1`, or the type `pref` of version 3.0.
    pub fn preference(&self) -> Option<u32> {
        let given = self.parameters.iter().find(|(name, _)| name == "PREF");
        let given = given.and_then(|(_, value)| value.parse().ok());
        given.or_else(|| self.types().any(|name| name == "pref").then_some(1))
    }

    /// The purpose that its types say.
    pub fn label(&self) -> &'static str {
        let types: Vec<String> = self.types().collect();
        // A fax at work is a fax, and a mobile phone of the company is a mobile phone.
        label_of(&types.join(" "))
    }

    /// The parts of a structured value, each with its values joined by spaces.
    pub fn parts(&self) -> Vec<String> {
        split(&self.value, ';', '\0')
            .iter()
            .map(|part| join(part, " "))
            .collect()
    }

    /// The value as one text.
    pub fn text(&self) -> String {
        unescaped(&self.value)
    }
}

/// Joins the values of a part that are separated by commas.
fn join(part: &str, between: &str) -> String {
    let values: Vec<String> = split(part, ',', '\0')
        .iter()
        .map(|value| unescaped(value).trim().to_owned())
        .collect();
    let values: Vec<&str> = values
        .iter()
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .collect();
    values.join(between)
}

/// Splits at a separator that is not escaped by a backslash and not in quotes.
pub fn split(text: &str, separator: char, quote: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut is_quoted, mut is_escaped) = (false, false);
    for c in text.chars() {
        if c == separator && !is_escaped && !is_quoted {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        is_quoted ^= c == quote;
        is_escaped = c == '\\' && !is_escaped;
        part.push(c);
    }
    parts.push(part);
    parts
}

/// Returns a text without the backslashes before its signs.
pub fn unescaped(text: &str) -> String {
    let (mut plain, mut letters) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            other => plain.push(other),
        }
    }
    plain
}

/// Reads a number, or its URI (RFC 3966) with the extension.
pub fn phone(text: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = text.split_once(':') else {
        return (text.to_owned(), None);
    };
    if !scheme.eq_ignore_ascii_case("tel") {
        return (text.to_owned(), None);
    }
    let mut parts = rest.split(';');
    let number = parts.next().unwrap_or_default();
    let extension = parts
        .find_map(|part| part.strip_prefix("ext="))
        .map(str::to_owned);
    (
        percent_decode_str(number).decode_utf8_lossy().into_owned(),
        extension,
    )
}

/// Reads an address: post office box, extended address, street, locality, region, postal code and country.
pub fn address(property: &Property) -> Value {
    let raw = split(&property.value, ';', '\0');
    let lines: Vec<String> = [2, 1, 0]
        .iter()
        .filter_map(|place| raw.get(*place))
        .flat_map(|part| split(part, ',', '\0'))
        .flat_map(|line| unescaped(&line).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut parts = property.parts().into_iter().skip(3);
    let mut next = || parts.next().unwrap_or_default();
    let (city, region, postal_code, country) = (next(), next(), next(), next());
    json!({ "lines": lines, "city": city, "region": region, "postalCode": postal_code, "country": country,
            "label": property.label() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_read_with_its_parameters() {
        let property = Property::of("a.tel;Type=\"x:y;z\",b;q:v:w").unwrap();
        let parameters = [("TYPE", "x:y;z"), ("TYPE", "b"), ("TYPE", "q")];
        assert_eq!(property.name, "TEL");
        assert_eq!(
            property.parameters,
            parameters.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(property.value, "v:w");
        for line in ["", "TEL", ":x", "no name:x"] {
            assert_eq!(Property::of(line), None, "{line}");
        }
    }
}
