//! Rules for plain text. Lengths count characters, not bytes.

use std::collections::HashSet;

use super::check::{at_most, every};
use super::fold::is_invisible;
use super::{Checked, fold};
use crate::error::UserError;

/// The maximum number of tags of a record.
pub(super) const MOST_TAGS: usize = 50;
/// The maximum length of a tag, in characters.
pub(super) const LONGEST_TAG: usize = 100;

/// Checks optional text: trimmed, text without a visible character becomes `None`; at most `max` characters, no NUL.
pub fn optional(text: Option<String>, max: usize) -> Checked<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let text = bounded(&text, max)?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Checks required text: trimmed, 1 to `max` characters, no NUL.
pub fn required(text: String, max: usize) -> Checked<String> {
    optional(Some(text), max)?.ok_or_else(|| {
        vec![UserError::invalid(format!(
            "must not be empty; give 1 to {max} characters"
        ))]
    })
}

/// Checks tags: at most 50 of 1 to 100 characters. Of tags that differ only in case or accents, the first is kept.
pub fn tags(tags: Vec<String>) -> Checked<Vec<String>> {
    let mut tags = every(tags, |tag| required(tag, LONGEST_TAG))?;
    let mut seen = HashSet::new();
    tags.retain(|tag| seen.insert(fold::fold(tag)));
    at_most(MOST_TAGS, tags)
}

/// Whether a reader sees nothing of the text.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

/// Returns the text without the white space and the invisible characters around it, which come along when an address is
/// copied.
pub fn visible(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

/// Whether the character leaves no mark on paper: white space, control and format characters, and letters that are blank
/// (the fillers of Hangul, the empty pattern of Braille).
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_invisible(c)
        || matches!(
            c,
            '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{2065}' | '\u{2800}' | '\u{3164}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Returns the trimmed text if it is short enough and free of NUL, which not every database can store. Invisible
/// characters beside visible ones are kept: in some scripts they decide how a word is written.
fn bounded(text: &str, max: usize) -> Checked<&str> {
    let text = text.trim();
    let length = text.chars().count();
    let message = if text.contains('\0') {
        "must not contain the NUL character (U+0000); remove it".to_owned()
    } else if length > max {
        format!("must have at most {max} characters; it has {length}, so shorten it")
    } else if is_blank(text) {
        return Ok("");
    } else {
        return Ok(text);
    };
    Err(vec![UserError::invalid(message)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    #[test]
    fn text_is_trimmed_and_empty_text_is_none() {
        assert_eq!(
            optional(Some("  Grace\n".into()), 5).unwrap().as_deref(),
            Some("Grace")
        );
        assert_eq!(optional(Some(" \u{a0}\t".into()), 5).unwrap(), None);
        assert_eq!(optional(Some(String::new()), 5).unwrap(), None);
        assert_eq!(optional(None, 5).unwrap(), None);
    }

    #[test]
    fn text_of_invisible_characters_alone_is_empty() {
        for text in [
            "\u{200b}",
            "\u{feff}",
            "\u{3164}",
            "\u{2800}",
            "\u{202e}",
            "\u{7}",
            " \u{2060}\u{e0041} ",
        ] {
            assert_eq!(optional(Some(text.into()), 5).unwrap(), None, "{text:?}");
            assert_eq!(told(required(text.into(), 5)).len(), 1, "{text:?}");
        }
        for text in ["\u{202b}אדה\u{202c}", "می\u{200c}خواهم", "👩\u{200d}🚀"] {
            assert_eq!(required(text.into(), 20).unwrap(), text);
        }
    }

    #[test]
    fn text_may_have_as_many_characters_as_its_limit() {
        assert_eq!(
            required("José🙂".into(), 5).unwrap(),
            "José🙂",
            "five characters, ten bytes"
        );
        assert_eq!(
            told(required("José🙂!".into(), 5)),
            [": must have at most 5 characters; it has 6, so shorten it"]
        );
        assert_eq!(
            optional(Some(format!(" {} ", "x".repeat(5))), 5)
                .unwrap()
                .as_deref(),
            Some("xxxxx")
        );
        assert!(optional(Some("x".repeat(6)), 5).is_err());
    }

    #[test]
    fn text_that_must_be_there_is_not_empty() {
        assert_eq!(
            told(required("  ".into(), 9)),
            [": must not be empty; give 1 to 9 characters"]
        );
    }

    #[test]
    fn nul_is_refused() {
        let refusal = ": must not contain the NUL character (U+0000); remove it";
        assert_eq!(told(required("a\0b".into(), 9)), [refusal]);
        assert_eq!(told(optional(Some("\0".into()), 9)), [refusal]);
    }

    #[test]
    fn a_tag_given_twice_is_kept_once_as_first_written() {
        let given = ["VIP", " Café ", "vip", "cafe", "partner"]
            .map(String::from)
            .to_vec();
        assert_eq!(tags(given).unwrap(), ["VIP", "Café", "partner"]);
    }

    #[test]
    fn empty_and_long_tags_are_refused_by_position() {
        assert_eq!(tags(vec!["é".repeat(100)]).unwrap().len(), 1);
        assert_eq!(
            told(tags(vec!["ok".into(), " ".into(), "é".repeat(101)])),
            [
                "1: must not be empty; give 1 to 100 characters",
                "2: must have at most 100 characters; it has 101, so shorten it"
            ]
        );
    }

    #[test]
    fn there_are_at_most_fifty_tags() {
        let numbered = |count: u8| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(tags(numbered(50)).unwrap().len(), 50);
        assert_eq!(
            told(tags(numbered(51))),
            [": must have at most 50 entries; it has 51, so leave some out"]
        );
        let repeated = numbered(50).into_iter().chain(numbered(50)).collect();
        assert_eq!(tags(repeated).unwrap().len(), 50, "repetitions do not count");
    }
}
