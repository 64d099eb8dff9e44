//! Folding: the form in which names, tags and search words are compared and sorted, so that case, accents and spacing
//! do not matter. Everything uses the same folding, so that text stored folded is found folded.

use std::collections::HashSet;
use std::fmt::Write as _;

use aws_lc_rs::digest::{self, SHA256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The maximum length of a word, in characters; a longer one does not fit a page of an index.
const LONGEST_WORD: usize = 64;
/// The maximum length of a part of a sort key, in characters, for the same reason.
const LONGEST_PART: usize = 128;
/// The length of the digest, with its mark, that stands for the end of a text that is too long, in characters.
const DIGEST: usize = 17;
/// The maximum length of a text by which the beginning of a part of a sort key can be compared, in characters.
pub const LONGEST_START: usize = LONGEST_PART - DIGEST;

/// The separator of the parts of a sort key. It sorts below every letter and the space on both engines and never occurs
/// in folded text, so that `Smith, Zoe` sorts before `Smith Jones, Ada`. (NUL cannot be stored.)
pub const SEPARATOR: &str = "\u{1}";
/// The placeholder for an absent part of a sort key. It sorts above all text that people write, so that absent parts
/// come last.
pub const NOTHING: &str = "\u{10fffd}";
/// The mark before the digest of a text that is too long. It never occurs in folded text.
const CUT: char = '\u{2}';

/// Folds case, accents and surplus space: `  José  STRASSER ` and `jose straßer` fold to the same text.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        fold_ascii(text)
    } else {
        fold_any(text)
    }
}

fn fold_any(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars().map(apostrophe).nfkd() {
        if c == HALF_SPACE && is_arabic(before) {
            spelt.push(' ');
        } else if !is_invisible(c) && !is_accent(c) {
            c.to_lowercase().for_each(|lower| spell(lower, &mut spelt));
        }
        before = c;
    }
    // Marks that were kept are parts of letters: `ば` is one character, which `は` is not the beginning of.
    let spelt: String = spelt.nfc().collect();
    let words = spelt.split(|c: char| c.is_whitespace() || c.is_control());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Folds a text that has nothing to decompose, spell or leave out, as most texts.
fn fold_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|c: char| c == ' ' || c.is_ascii_control()) {
        if !(word.is_empty() || folded.is_empty()) {
            folded.push(' ');
        }
        folded.extend(word.chars().map(|c| apostrophe(c).to_ascii_lowercase()));
    }
    folded
}

/// Returns the folded words of a text in their order, each once and at most 64 characters long. `O'Brien` gives `o`,
/// `brien` and `obrien`, since people type all of them.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut seen = HashSet::new();
    folded
        .split(|c: char| !is_part_of_word(c) && c != '\'')
        .flat_map(|run| {
            let parts: Vec<&str> = run.split('\'').filter(|part| !part.is_empty()).collect();
            let joined = (parts.len() > 1).then(|| parts.concat());
            parts
                .into_iter()
                .map(str::to_owned)
                .chain(joined)
                .collect::<Vec<_>>()
        })
        .map(|word| cut(&word))
        .filter(|word| seen.insert(word.clone()))
        .collect()
}

/// Folds a text in which the letters with umlauts, `ø` and `å` are written as on keyboards that lack them: `Köhler` and
/// `koehler` give the same text.
pub fn fold_respelled(text: &str) -> String {
    let mut respelled = String::with_capacity(text.len());
    for c in text.nfc() {
        match c {
            'ä' | 'Ä' => respelled.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => respelled.push_str("oe"),
            'ü' | 'Ü' => respelled.push_str("ue"),
            'å' | 'Å' => respelled.push_str("aa"),
            other => respelled.push(other),
        }
    }
    fold(&respelled)
}

/// Returns a sort key: the folded parts in order of weight, each at most 128 characters long. Keys are compared
/// bytewise, and an absent part sorts after every other.
pub fn sort_key(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| sort_part(part)).collect();
    parts.join(SEPARATOR)
}

/// Returns the beginning shared by the sort keys with this first part, and by no others.
pub fn sort_key_start(first: &str) -> String {
    sort_part(first) + SEPARATOR
}

fn sort_part(part: &str) -> String {
    match fold(part) {
        folded if folded.is_empty() => NOTHING.to_owned(),
        folded => shortened(folded, LONGEST_PART),
    }
}

/// Returns the text, or, if it is too long, its beginning and a digest of the whole, so that different texts have
/// different shortened forms.
pub fn shortened(text: String, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text;
    }
    let digest = digest::digest(&SHA256, text.as_bytes());
    let start = text.chars().take(longest - DIGEST);
    let mut short: String = start.chain([CUT]).collect();
    for byte in digest.as_ref().iter().take(DIGEST / 2) {
        let _ = write!(short, "{byte:02x}");
    }
    short
}

/// Returns the word and every non-empty form of it that lacks one character, each once. Two words that are near
/// ([`is_near`]) have at least one form in common, so that typos are found by equality.
pub fn deletions(word: &str) -> Vec<String> {
    let mut forms: Vec<String> = word
        .char_indices()
        .map(|(at, c)| {
            let (before, rest) = word.split_at(at);
            [before, rest.strip_prefix(c).unwrap_or(rest)].concat()
        })
        .filter(|form| !form.is_empty())
        .collect();
    // Only deletions within a run of the same character are equal, and those stand side by side.
    forms.dedup();
    forms.insert(0, word.to_owned());
    forms
}

/// Whether two folded words differ by at most one typo: one character added, removed or replaced, or two neighbours
/// swapped.
pub fn is_near(a: &str, b: &str) -> bool {
    strsim::osa_distance(a, b) <= 1
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_WORD).collect()
}

/// Maps all apostrophes of keyboards, word processors and alphabets to one. This comes before decomposition, which
/// would turn the acute accent into a space.
fn apostrophe(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{2032}' | '\u{b4}'
        | '`' => '\'',
        other => other,
    }
}

/// Separates the parts of a word in the Arabic script, where their letters must not be joined.
const HALF_SPACE: char = '\u{200c}';

/// Whether the character belongs to a word: a letter, a digit, or a mark that was not folded away.
pub fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

const fn is_arabic(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}')
}

/// Whether the mark is an accent, which people leave out: the marks of the Latin, Greek and Cyrillic scripts, the points
/// of Hebrew and the vowel signs of Arabic. The marks of other scripts (Japanese, the scripts of India, Thai …) make
/// other letters.
const fn is_accent(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}'
            | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Whether the character is not shown: soft hyphen, joiners, marks of direction and byte order, variation selectors.
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

/// Spells letters without a decomposition as people type them on other keyboards.
fn spell(c: char, folded: &mut String) {
    match c {
        'ß' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'þ' => folded.push_str("th"),
        'ø' => folded.push('o'),
        'đ' | 'ð' => folded.push('d'),
        'ł' => folded.push('l'),
        'ħ' => folded.push('h'),
        'ŧ' => folded.push('t'),
        'ı' => folded.push('i'),
        'ŋ' => folded.push('n'),
        // The form at the end of a word is the same letter.
        'ς' => folded.push('σ'),
        // The letters of Arabic and of Persian keyboards that are written alike.
        'ي' | 'ى' => folded.push('ی'),
        'ك' => folded.push('ک'),
        // A letter whose lower case decomposes (İ is done before) leaves its mark here.
        mark if is_accent(mark) => {}
        other => folded.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter() {
        for (text, folded) in [
            ("José", "jose"),
            ("Jose\u{301}", "jose"),
            ("LUJÁN", "lujan"),
            ("Velázquez", "velazquez"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("GROẞ", "gross"),
            ("İstanbul", "istanbul"),
            ("ısparta", "isparta"),
            ("Ærø", "aero"),
            ("Đorđe Łukasz", "dorde lukasz"),
            ("Œuvre", "oeuvre"),
            ("Þór", "thor"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("Οδυσσεύς", "οδυσσευσ"),
            ("Ёлка", "елка"),
            ("ﬁne", "fine"),
            ("ＡＢＣ１２", "abc12"),
            ("Smile 🙂", "smile 🙂"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(folded), folded, "folding {text} twice changes nothing");
        }
    }

    #[test]
    fn ascii_is_folded_like_any_text() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..2_000 {
            let length = rng.usize(0..24);
            let text: String = std::iter::repeat_with(|| char::from(rng.u8(0..128)))
                .take(length)
                .collect();
            assert_eq!(fold(&text), fold_any(&text), "{text:?}");
        }
    }

    #[test]
    fn marks_that_make_another_letter_are_kept() {
        for (one, other) in [
            ("はし", "ばし"),
            ("ハマダ", "パマタ"),
            ("\u{995}\u{9bf}", "\u{995}\u{9c0}"),
            ("कि", "की"),
            ("ก่า", "ก้า"),
            ("가", "각"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
            assert_eq!(words(one), [fold(one)], "{one} is one word");
        }
        assert_eq!(fold("は\u{3099}し"), fold("ばし"), "composed or not");
        assert_eq!(fold("ﾊﾞｼ"), fold("バシ"), "half width");
        assert!(!fold("パマタ").starts_with(&fold("ハ")));
        assert_eq!(fold("مُحَمَّد"), fold("محمد"));
        assert_eq!(fold("שָׁלוֹם"), fold("שלום"));
        assert_eq!(fold("Nguyễn Thị Đào"), "nguyen thi dao");
    }

    #[test]
    fn arabic_and_persian_keyboards_write_the_same_word() {
        assert_eq!(fold("كريمي"), fold("کریمی"));
        assert_eq!(fold("شاكري"), fold("شاکری"));
        assert_eq!(fold("می\u{200c}خواهم"), fold("می خواهم"));
    }

    #[test]
    fn space_and_what_nobody_sees_does_not_matter() {
        assert_eq!(fold("  Ada\u{a0}\t King\n"), "ada king");
        assert_eq!(
            fold("Ada\u{1}\0King"),
            "ada king",
            "a control character is a space"
        );
        assert_eq!(fold("Love\u{ad}lace\u{200b}\u{feff}"), "lovelace");
        assert_eq!(fold(" \n"), "");
    }

    #[test]
    fn words_are_cut_at_what_is_neither_letter_nor_digit() {
        assert_eq!(
            words("Jean-Luc  Müller, Dr. (3M)"),
            ["jean", "luc", "muller", "dr", "3m"]
        );
        assert_eq!(words("a_b/c@d.e"), ["a", "b", "c", "d", "e"]);
        assert_eq!(words("--- 🙂 ..."), [""; 0]);
    }

    #[test]
    fn a_name_with_an_apostrophe_is_found_in_every_spelling() {
        for name in ["O'Brien", "O’Brien", "O`Brien", "O´Brien", "OʼBrien"] {
            assert_eq!(words(name), ["o", "brien", "obrien"], "{name}");
        }
        assert_eq!(words("'quoted' text"), ["quoted", "text"]);
    }

    #[test]
    fn a_word_comes_once() {
        assert_eq!(words("José jose JOSÉ Luján"), ["jose", "lujan"]);
    }

    #[test]
    fn words_are_cut_at_64_characters() {
        assert_eq!(words(&"é".repeat(64)), ["e".repeat(64)]);
        assert_eq!(words(&"ж".repeat(65)), ["ж".repeat(64)]);
    }

    #[test]
    fn a_part_of_a_sort_key_that_is_too_long_is_told_from_every_other() {
        let long = |end: &str| "x".repeat(127) + end;
        assert_eq!(sort_key(&[&long("a")]), long("a"));
        let (one, other) = (sort_key(&[&long("aa")]), sort_key(&[&long("ab")]));
        assert_ne!(one, other);
        for key in [&one, &other] {
            assert_eq!(key.chars().count(), 128);
            assert!(key.starts_with(&"x".repeat(LONGEST_START)), "{key}");
        }
        assert_eq!(one, sort_key(&[&long("ÁA")]));
    }

    #[test]
    fn the_start_of_a_sort_key_is_a_whole_part() {
        for name in ["Smith", "", &"long ".repeat(100)] {
            let start = sort_key_start(name);
            assert!(sort_key(&[name, "Ada"]).starts_with(&start), "{name}");
            assert!(sort_key(&[name, ""]).starts_with(&start), "{name}");
            assert!(
                !sort_key(&[&format!("{name} Jones"), ""]).starts_with(&start),
                "{name}"
            );
        }
    }

    #[test]
    fn sort_keys_order_by_part_before_letter() {
        let mut names = [
            ["Smithson", "Al"],
            ["Smith Jones", "Ada"],
            ["Smith", ""],
            ["Smith", "Zoe"],
            ["", "Ada"],
            ["🙂", ""],
            ["šmith", "abe"],
        ];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            [
                ["šmith", "abe"],
                ["Smith", "Zoe"],
                ["Smith", ""],
                ["Smith Jones", "Ada"],
                ["Smithson", "Al"],
                ["🙂", ""],
                ["", "Ada"]
            ]
        );
        assert_eq!(sort_key(&["Luján", " José "]), "lujan\u{1}jose");
        assert_eq!(
            sort_key(&["a\u{1}b", "c"]),
            "a b\u{1}c",
            "nobody writes a separator into a name"
        );
    }

    #[test]
    fn deletions_are_the_word_and_each_form_without_one_character() {
        assert_eq!(deletions("jön"), ["jön", "ön", "jn", "jö"]);
        assert_eq!(deletions("anna"), ["anna", "nna", "ana", "ann"]);
        assert_eq!(deletions("a"), ["a"]);
    }

    #[test]
    fn near_words_share_a_deletion() {
        for (a, b) in [
            ("jonh", "john"),
            ("smit", "smith"),
            ("smyth", "smith"),
            ("smith", "smith"),
            ("ab", "ba"),
        ] {
            assert!(is_near(a, b) && is_near(b, a), "{a} {b}");
            let forms = deletions(a);
            assert!(deletions(b).iter().any(|form| forms.contains(form)), "{a} {b}");
        }
        for (a, b) in [("jon", "smith"), ("johnny", "john"), ("abcd", "badc"), ("", "ab")] {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
