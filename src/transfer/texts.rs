//! Lists of texts in one cell.

use serde_json::Value;

/// Joins texts, such as the tags of a record: by the separator and, behind `;`, a space. If the result could be read as
/// another list, it is a list in JSON.
pub fn join(texts: &[&str], separator: char) -> String {
    let between = if separator == '\n' { "\n" } else { "; " };
    let joined = texts.join(between);
    let given = texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
    if split(&joined, separator).is_some_and(|read| read == *texts) {
        joined
    } else {
        Value::from(given).to_string()
    }
}

/// Splits a cell into texts: a list in JSON, or texts between separators. Returns `None` if it begins as a list in JSON and
/// is none.
pub fn split(cell: &str, separator: char) -> Option<Vec<String>> {
    let cell = cell.trim();
    if cell.starts_with('[') {
        return serde_json::from_str(cell).ok();
    }
    let texts = cell.split(separator).map(str::trim);
    Some(texts.filter(|text| !text.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_were_written() {
        for (texts, separator, cell) in [
            (&[][..], ';', ""),
            (&["vip"], ';', "vip"),
            (&["vip", "early bird"], ';', "vip; early bird"),
            (&["a;b"], ';', r#"["a;b"]"#),
            (&["[a", "b"], ';', r#"["[a","b"]"#),
            (&["[]"], ';', r#"["[]"]"#),
            (&["1 Main St", "Floor 2; left"], '\n', "1 Main St\nFloor 2; left"),
            (&["two\nlines"], '\n', r#"["two\nlines"]"#),
            (&["\u{a0}wide"], ';', "[\"\u{a0}wide\"]"),
        ] {
            assert_eq!(join(texts, separator), cell);
            assert_eq!(split(cell, separator).unwrap(), texts, "{cell}");
        }
        assert_eq!(split(" a ;; b;", ';').unwrap(), ["a", "b"]);
        assert_eq!(split("[a", ';'), None);
    }
}
