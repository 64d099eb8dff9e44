//! Excerpts of long texts.

use super::fold::fold_respelled;
use super::form::is_unspaced;
use super::{fold, words};

/// Returns a part of `text` of at most `length` characters: around the first word that begins like a word of `query`, or
/// else from the front. An ellipsis stands in place of what is left out on either side.
pub fn excerpt(text: &str, length: usize, query: &str) -> String {
    let starts: Vec<(usize, &str)> = word_starts(text).collect();
    let wanted = words(query);
    let is_match = |(_, word): &&(usize, &str)| {
        let spellings = [fold(word), fold_respelled(word)];
        let begins = |wanted: &String| spellings.iter().any(|word| word.starts_with(wanted.as_str()));
        wanted.iter().any(begins)
    };
    let all = text.chars().count();
    let place = starts.iter().find(is_match).map_or(0, |(place, _)| *place);
    // A third of the excerpt leads to the match, and the end of the text is not left empty.
    let earliest = place.saturating_sub(length / 3).min(all.saturating_sub(length));
    let from = starts
        .iter()
        .map(|(start, _)| *start)
        .find(|start| *start >= earliest && earliest > 0)
        .unwrap_or(earliest);
    let shown: String = text.chars().skip(from).take(length).collect();
    let is_cut = from + shown.chars().count() < all;
    let shown = if is_cut { whole_words(&shown) } else { &shown };
    format!(
        "{}{}{}",
        if from > 0 { "…" } else { "" },
        shown.trim(),
        if is_cut { "…" } else { "" }
    )
}

/// Lists the words of a text, each with the number of characters before it. Each character of a script without spaces
/// begins a word.
fn word_starts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut before = 0;
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .flat_map(move |part| {
            let start = before;
            before += part.chars().count();
            let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
            let starts = word.char_indices().enumerate();
            starts
                .filter(|(place, (_, c))| *place == 0 || is_unspaced(*c))
                .map(move |(place, (at, _))| (start + place, word.split_at(at).1))
        })
}

/// Leaves out the last word, which may be cut, unless it is the only one.
fn whole_words(text: &str) -> &str {
    match text.rsplit_once(char::is_whitespace) {
        Some((whole, _)) if !whole.trim().is_empty() => whole,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Called about the invoice of March. Wants a refund by Friday, or a discount on the next order.";

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(excerpt(TEXT, 200, "refund"), TEXT);
        assert_eq!(excerpt("", 20, "refund"), "");
    }

    #[test]
    fn a_long_text_is_shown_from_the_front_or_around_the_match() {
        assert_eq!(excerpt(TEXT, 30, ""), "Called about the invoice of…");
        assert_eq!(excerpt(TEXT, 30, "zebra"), "Called about the invoice of…");
        assert_eq!(excerpt(TEXT, 30, "REFÚND"), "…Wants a refund by Friday, or…");
        assert_eq!(excerpt(TEXT, 30, "orde"), "…a discount on the next order.");
    }

    #[test]
    fn a_match_inside_a_text_without_spaces_is_shown() {
        let text = format!("{}客户要求退货并退款", "甲".repeat(40));
        assert_eq!(excerpt(&text, 12, "退货"), "…甲甲甲客户要求退货并退款");
        assert_eq!(
            excerpt("Wegen der Rechnung: Rückruf am Montag", 20, "rueckruf"),
            "…Rückruf am Montag"
        );
    }

    #[test]
    fn a_text_without_spaces_is_cut_anyway() {
        assert_eq!(excerpt(&"x".repeat(50), 20, ""), format!("{}…", "x".repeat(20)));
    }
}
