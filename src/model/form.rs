//! Other forms of words, in which people type them: joined, respelled, or as a part of a text without spaces.

use unicode_normalization::char::is_combining_mark;

use super::fold::{fold_respelled, is_part_of_word};
use super::{fold, words};

/// The maximum number of words that are joined to one.
const MOST_JOINED: usize = 4;
/// The number of words of a name from which neighbours are joined.
const JOINED_FROM: usize = 2;
/// The maximum number of joined words of a name.
const MOST_JOINS: usize = 6;
/// The maximum number of places inside words at which a part is indexed.
const MOST_INNER: usize = 24;

/// Returns the words of a text respelled ([`fold_respelled`]), unless it has them anyway.
pub fn respelled_words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return Vec::new();
    }
    let known = words(text);
    let mut respelled = words(&fold_respelled(text));
    respelled.retain(|word| !known.contains(word));
    respelled
}

/// Returns the words of a name joined with their neighbours: `vanderberg` of `Van der Berg`, and, where signs stand
/// between them, `att` of `AT&T`. A join that another one begins with is left out, since words match by their beginning.
pub fn joined_words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let parts: Vec<Vec<&str>> = folded
        .split(' ')
        .map(|part| {
            part.split(|c| !is_part_of_word(c))
                .filter(|word| !word.is_empty())
                .collect()
        })
        .collect();
    let all = parts.concat();
    let from_front = (0..JOINED_FROM).filter_map(|start| all.get(start..));
    let signed = parts.iter().map(Vec::as_slice);
    let mut joins: Vec<String> = words(name);
    let known = joins.len();
    for run in from_front.chain(signed).filter(|run| run.len() > 1) {
        let join: String = run.iter().take(MOST_JOINED).copied().collect();
        if !joins.iter().any(|other| other.starts_with(&join)) {
            joins.push(join);
        }
    }
    joins.into_iter().skip(known).take(MOST_JOINS).collect()
}

/// Returns the ends of the words in scripts that are written without spaces, so that each part inside is the beginning of
/// one: `山波自動車` of `株式会社山波自動車`.
pub fn inner_words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return Vec::new();
    }
    words(text)
        .iter()
        .flat_map(|word| {
            let ends = word.char_indices().skip(1);
            ends.filter(|(_, c)| is_unspaced(*c) && !is_combining_mark(*c))
                .map(|(at, _)| word.split_at(at).1.to_owned())
                .collect::<Vec<_>>()
        })
        .take(MOST_INNER)
        .collect()
}

/// Returns the words of a long text. Text in a script without spaces gives every two neighbouring characters, so that any
/// part of it is found.
pub fn words_of_text(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut all: Vec<String> = Vec::new();
    for run in folded.split(|c| !is_part_of_word(c) && c != '\'') {
        if has_unspaced(run) {
            all.extend(segments(run));
        } else {
            all.extend(words(run));
        }
    }
    all
}

/// Cuts a run of letters where its script changes between one with and one without spaces, and the latter into pairs.
fn segments(run: &str) -> Vec<String> {
    let mut clusters: Vec<String> = Vec::new();
    for c in run.chars() {
        match clusters.last_mut() {
            Some(last) if is_combining_mark(c) => last.push(c),
            _ => clusters.push(c.to_string()),
        }
    }
    clusters
        .chunk_by(|one, other| has_unspaced(one) == has_unspaced(other))
        .flat_map(|chunk| match chunk {
            [first, _, ..] if has_unspaced(first) => chunk.windows(2).map(<[String]>::concat).collect(),
            [first] if has_unspaced(first) => vec![first.clone()],
            spaced => words(&spaced.concat()),
        })
        .collect()
}

/// Whether the text has characters of a script without spaces.
pub fn has_unspaced(text: &str) -> bool {
    text.chars().any(is_unspaced)
}

/// Whether words of the character's script are written without spaces between them: Chinese, Japanese, Thai, Lao, Burmese
/// and Khmer, and Korean, which joins words freely.
pub const fn is_unspaced(c: char) -> bool {
    matches!(
        c,
        '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ecd}' | '\u{1000}'..='\u{103f}' | '\u{1780}'..='\u{17d3}'
            | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}'
            | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_where_people_type_them_as_one() {
        for (name, joined) in [
            ("McDonnelly", &[][..]),
            ("Mc Farlone", &["mcfarlone"]),
            ("Van der Berghe", &["vanderberghe", "derberghe"]),
            ("Al-Rashidiya", &["alrashidiya"]),
            ("O'Brien", &[]),
            ("J.P.", &["jp"]),
            ("J. R. R.", &["jrr", "rr"]),
            ("AT&T Mobility", &["attmobility", "tmobility"]),
            ("E.ON SE", &["eonse", "onse"]),
            ("The Company of E.ON", &["thecompanyofe", "companyofeon", "eon"]),
        ] {
            assert_eq!(joined_words(name), joined, "{name}");
        }
        let long = "a-b ".repeat(100);
        assert!(joined_words(&long).len() <= MOST_JOINS);
    }

    #[test]
    fn umlauts_are_respelled() {
        assert_eq!(
            respelled_words("Jürgen Köhntöpp-Smith"),
            ["juergen", "koehntoepp"]
        );
        assert_eq!(respelled_words("Søren Åberg"), ["soeren", "aaberg"]);
        assert_eq!(respelled_words("Joel Manuel Ærø"), ["aeroe"]);
        assert_eq!(respelled_words("Ju\u{308}rgen"), ["juergen"]);
        assert_eq!(respelled_words("Joel Manuel"), [""; 0]);
        assert_eq!(respelled_words("José Manuel"), [""; 0]);
    }

    #[test]
    fn parts_of_text_without_spaces_are_found() {
        assert_eq!(inner_words("山波自動車"), ["波自動車", "自動車", "動車", "車"]);
        assert_eq!(inner_words("ABC株式"), ["株式", "式"]);
        assert_eq!(inner_words("Smith"), [""; 0]);
        assert_eq!(inner_words(&"山".repeat(300)).len(), MOST_INNER);
        assert_eq!(
            words_of_text("客户要求退货, ok 2x退"),
            ["客户", "户要", "要求", "求退", "退货", "ok", "2x", "退"]
        );
        assert_eq!(
            words_of_text("O'Brien called"),
            ["o", "brien", "obrien", "called"]
        );
        let long = "退货".repeat(100);
        assert_eq!(words_of_text(&long).len(), 199, "beyond the length of a word");
    }
}
