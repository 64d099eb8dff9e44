//! The parts of a query, each of which must match.

use crate::model::fold::{fold_respelled, is_invisible, is_part_of_word};
use crate::model::phone::has_prefix;
use crate::model::{EmailAddress, PhoneNumber, Region, digits, domain_of_web_address, fold, words};

/// The minimum number of digits that may be the end of a phone number.
pub const FEWEST_DIGITS: usize = 4;

/// One part of a query, which must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word, or several that belong together because they are joined by dots.
    Word(Word),
    /// Digits that may be a phone number.
    Phone {
        /// The folded input.
        typed: String,
        /// The number in E.164 format, if it can be read.
        e164: Option<String>,
    },
    /// An e-mail address, its beginning, or `@` and a domain.
    Email {
        /// The address in the form in which addresses are compared.
        address: String,
        /// Its words, for what only looks like an address.
        words: Vec<String>,
    },
    /// A web address.
    Site {
        /// The domain in the form in which domains are compared.
        domain: String,
        /// The words of the address, for what only looks like one.
        words: Vec<String>,
    },
}

/// A word of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The folded word or words.
    pub words: Vec<String>,
    /// The same words respelled, if that differs.
    pub respelled: Option<Vec<String>>,
    /// The part of the query that the word stands in, in the form in which e-mail addresses are compared.
    pub part: String,
    /// The word joined with those before it, in each way.
    pub joined: Vec<String>,
}

impl Token {
    /// Returns the words of the part in the form that texts have them.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Word(word) => word.words.clone(),
            Self::Phone { typed, .. } => words(typed),
            Self::Email { words, .. } | Self::Site { words, .. } => words.clone(),
        }
    }

    /// Returns the respelled words, where they differ.
    pub fn respelled(&self) -> Option<&[String]> {
        match self {
            Self::Word(word) => word.respelled.as_deref(),
            _ => None,
        }
    }
}

/// Reads the parts of a query's text.
pub fn tokens(text: &str, region: &Region) -> Vec<Token> {
    if let Some(token) = whole_number(text, region).or_else(|| mailbox(text)) {
        return vec![token];
    }
    let mut tokens = Vec::new();
    let mut number: Vec<&str> = Vec::new();
    for part in text.split_whitespace() {
        let has_number = digits(&number.concat()).len() >= FEWEST_DIGITS;
        let bare = part.strip_prefix("tel:").unwrap_or(part);
        if is_punctuated(bare) || (has_number && is_extension(part)) {
            number.push(part);
        } else {
            tokens.extend(numeric(&number, region));
            number.clear();
            tokens.extend(worded(part));
        }
    }
    tokens.extend(numeric(&number, region));
    join_neighbours(&mut tokens);
    tokens
}

/// Returns the words of a part. A word with an apostrophe is only joined: `O'Brien` gives `obrien`, which records have
/// as well.
fn plain_words(part: &str) -> Vec<String> {
    words(&fold(part).replace('\'', ""))
}

/// Whether the part consists of digits and the punctuation of numbers.
fn is_punctuated(part: &str) -> bool {
    let mut visible = part.chars().filter(|&c| !is_invisible(c));
    visible.all(|c| c.is_ascii_digit() || "+-()./".contains(c))
}

/// Whether the part may stand between a number and its extension, or before its digits.
fn is_extension(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
    ["x", "ext", "ext.", "extension"].contains(&word)
}

/// Reads the whole text as a phone number, as look-ups by phone do, if it is written as one: with a word such as `Tel.:`
/// before it, with letters for digits, or with a sign that numbers begin with.
fn whole_number(text: &str, region: &Region) -> Option<Token> {
    let visible: String = text.chars().filter(|&c| !is_invisible(c)).collect();
    let text = visible.trim();
    let has_letters = |text: &str| text.chars().any(char::is_alphabetic);
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or_default();
    let is_internal =
        text.starts_with('*') && !has_letters(text) || is_extension(first) && !has_letters(rest);
    let is_signed = text.starts_with(['+', '＋', '(']) && !has_letters(text);
    let is_vanity = text.starts_with(|c: char| c.is_ascii_digit())
        && !text.contains(|c: char| c.is_whitespace() || c == '@');
    if !(is_internal || is_signed || is_vanity || has_prefix(text)) {
        return None;
    }
    let e164 = PhoneNumber::e164_of(text, region);
    let is_number = e164.is_some() || is_internal && digits(text).len() >= FEWEST_DIGITS;
    is_number.then(|| Token::Phone {
        typed: fold(text),
        e164,
    })
}

/// Reads the whole text as a pasted e-mail address with the name of its owner: `Ada King <ada@example.com>`.
fn mailbox(text: &str) -> Option<Token> {
    let (_, enclosed) = text.split_once('<')?;
    let is_address = enclosed.contains('@') && enclosed.trim_end().ends_with('>');
    is_address.then(|| email(text)).flatten()
}

/// Parses a run of numeric parts: one phone number, however punctuated, or words if there are few digits.
fn numeric(parts: &[&str], region: &Region) -> Vec<Token> {
    let typed = parts.join(" ");
    if digits(&typed).len() < FEWEST_DIGITS {
        return parts.iter().flat_map(|part| worded(part)).collect();
    }
    vec![Token::Phone {
        e164: PhoneNumber::e164_of(&typed, region),
        typed: fold(&typed),
    }]
}

fn worded(part: &str) -> Vec<Token> {
    if let Some(domain) = domain_of_web_address(part) {
        let words = plain_words(part);
        return vec![Token::Site { domain, words }];
    }
    let part = part.trim_matches(|c| !is_part_of_word(c) && c != '@');
    if part.contains('@') && part.chars().any(char::is_alphanumeric) {
        return email(part).into_iter().collect();
    }
    let words = plain_words(part);
    let respelled = plain_words(&fold_respelled(part));
    let word = |words: Vec<String>, respelled: Vec<String>| {
        Token::Word(Word {
            respelled: (respelled != words && respelled.len() == words.len()).then_some(respelled),
            words,
            part: EmailAddress::folded(part),
            joined: Vec::new(),
        })
    };
    if words.len() > 1 && part.contains('.') {
        return vec![word(words, respelled)];
    }
    let is_aligned = words.len() == respelled.len();
    let respelled = if is_aligned { respelled } else { words.clone() };
    let pairs = words.into_iter().zip(respelled);
    pairs.map(|(one, other)| word(vec![one], vec![other])).collect()
}

fn email(text: &str) -> Option<Token> {
    let address = EmailAddress::folded(text);
    let words = plain_words(&address);
    (!words.is_empty()).then_some(Token::Email { address, words })
}

/// Adds to each word the forms in which it is joined with one and with two words before it: `mc donnelly` is found as
/// `mcdonnelly`, which the first word is the beginning of anyway.
fn join_neighbours(tokens: &mut [Token]) {
    let mut before: Vec<String> = Vec::new();
    for token in tokens {
        let Token::Word(word) = token else {
            before.clear();
            continue;
        };
        let own = word.words.concat();
        if word.words.len() > 1 {
            word.joined.push(own.clone());
        }
        let mut joined = own.clone();
        for earlier in before.iter().rev().take(2) {
            joined.insert_str(0, earlier);
            word.joined.push(joined.clone());
        }
        before.push(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Token> {
        tokens(text, &Region::default())
    }

    fn words_of(text: &str) -> Vec<Word> {
        let word = |token| match token {
            Token::Word(word) => word,
            other => panic!("a word: {other:?}"),
        };
        read(text).into_iter().map(word).collect()
    }

    #[test]
    fn words_are_folded_and_cut() {
        let words = words_of(" José  O'Brien-Smith, ");
        assert_eq!(
            words.iter().map(|word| word.words.concat()).collect::<Vec<_>>(),
            ["jose", "obrien", "smith"]
        );
        assert_eq!(words[1].part, "o'brien-smith");
        assert_eq!(words[2].part, "o'brien-smith");
        assert_eq!(words_of("42 ann").len(), 2);
        assert_eq!(words_of("42 x 9").len(), 3);
        assert_eq!(words_of("acme.com")[0].words, ["acme", "com"]);
    }

    #[test]
    fn neighbours_are_joined() {
        let joined = |text| {
            words_of(text)
                .into_iter()
                .map(|word| word.joined)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            joined("van der berghe"),
            [vec![], vec!["vander"], vec!["derberghe", "vanderberghe"]]
        );
        assert_eq!(joined("j.p. morgan"), [vec!["jp"], vec!["jpmorgan"]]);
        assert_eq!(joined("at&t"), [vec![], vec!["att"]]);
    }

    #[test]
    fn umlauts_are_respelled() {
        let respelled = |text| {
            words_of(text)
                .into_iter()
                .map(|word| word.respelled)
                .collect::<Vec<_>>()
        };
        assert_eq!(respelled("Bärbel joel"), [Some(vec!["baerbel".to_owned()]), None]);
        assert_eq!(
            respelled("Müller-Lüdenscheidt"),
            [
                Some(vec!["mueller".to_owned()]),
                Some(vec!["luedenscheidt".to_owned()])
            ]
        );
    }

    #[test]
    fn digits_are_one_phone_number_however_punctuated() {
        for text in [
            "(202) 555-0123",
            "202 555 0123 ext. 9",
            "202-555-0123 x9",
            "(202) 555-0123 extension 9",
            "tel:+12025550123",
        ] {
            let [Token::Phone { e164, .. }] = &read(text)[..] else {
                panic!("one number: {text}")
            };
            assert_eq!(e164.as_deref(), Some("+12025550123"), "{text}");
        }
        assert!(matches!(
            &read("ann 555 0123")[..],
            [Token::Word(_), Token::Phone { .. }]
        ));
    }

    #[test]
    fn a_number_is_read_as_look_ups_read_it() {
        for (text, number) in [
            ("\u{202a}+44 20 7946 0018\u{202c}", Some("+442079460018")),
            ("1-800-FLOWERS", Some("+18003569377")),
            ("Tel.: +44 20 7946 0018", Some("+442079460018")),
            ("sip:+442079460018@example.com", Some("+442079460018")),
            ("ext 4711", None),
            ("*9961#", None),
        ] {
            let [Token::Phone { e164, .. }] = &read(text)[..] else {
                panic!("one number: {text}")
            };
            assert_eq!(e164.as_deref(), number, "{text}");
        }
        for text in ["3m", "2nd", "fax machine", "tel aviv"] {
            assert!(
                read(text).iter().all(|token| matches!(token, Token::Word(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn addresses_stay_whole() {
        for (text, address) in [
            ("Ann@Acme.com", "ann@acme.com"),
            ("ann.2345678@acme.com,", "ann.2345678@acme.com"),
            ("@acme.com", "@acme.com"),
            ("<ann@acme.com>", "ann@acme.com"),
            ("Ann Acme <ann@acme.com>", "ann@acme.com"),
            ("mailto:ann@acme.com?subject=x", "ann@acme.com"),
        ] {
            let [Token::Email { address: read, .. }] = &read(text)[..] else {
                panic!("an address: {text}")
            };
            assert_eq!(read, address, "{text}");
        }
        assert!(
            matches!(&read("https://www.acme.com/about")[..], [Token::Site { domain, .. }] if domain == "acme.com")
        );
    }
}
