//! The comparison of names, by the sort keys of their records.

use crate::model::NOTHING;
use crate::model::fold::{SEPARATOR, fold, fold_respelled, is_near, is_part_of_word};

/// The minimum length of a word of which another with one typo is taken for the same, in characters.
const SHORTEST_WITH_TYPO: usize = 4;

/// The legal forms of companies at the end of their names, each by its words. Those of several words come before those that end
/// them.
const LEGAL_FORMS: &[&[&str]] = &[
    &["gmbh", "co", "kg"],
    &["gmbh", "co", "kgaa"],
    &["gmbh", "co", "ohg"],
    &["ag", "co", "kg"],
    &["s", "a", "r", "l"],
    &["s", "a", "s"],
    &["s", "p", "a"],
    &["s", "r", "l"],
    &["s", "r", "o"],
    &["sp", "z", "o", "o"],
    &["l", "l", "c"],
    &["p", "l", "c"],
    &["pty", "ltd"],
    &["pte", "ltd"],
    &["pvt", "ltd"],
    &["co", "ltd"],
    &["private", "limited"],
    &["e", "k"],
    &["e", "v"],
    &["b", "v"],
    &["n", "v"],
    &["s", "a"],
    &["s", "l"],
    &["a", "s"],
    &["a", "g"],
    &["ab"],
    &["ag"],
    &["aps"],
    &["as"],
    &["asa"],
    &["bv"],
    &["co"],
    &["company"],
    &["corp"],
    &["corporation"],
    &["ek"],
    &["ev"],
    &["gmbh"],
    &["inc"],
    &["incorporated"],
    &["kft"],
    &["kg"],
    &["kgaa"],
    &["kk"],
    &["limited"],
    &["llc"],
    &["llp"],
    &["lp"],
    &["ltd"],
    &["ltda"],
    &["nv"],
    &["ohg"],
    &["oy"],
    &["oyj"],
    &["plc"],
    &["sa"],
    &["sarl"],
    &["sas"],
    &["se"],
    &["sl"],
    &["spa"],
    &["srl"],
    &["sro"],
    &["ug"],
];

/// The likeness of two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameLikeness {
    /// They contradict each other: both have a first name, and these are not alike.
    Apart,
    /// They are neither alike nor apart.
    Other,
    /// One may be another writing of the other: one typo, swapped names, a first name that is shortened or missing.
    Similar,
    /// They are the same.
    Same,
}

/// The name of a person, folded.
#[derive(Clone, Debug)]
pub struct PersonName {
    last: String,
    first: String,
}

/// The name of a company, folded and without its legal form.
#[derive(Clone, Debug)]
pub struct CompanyName {
    words: Vec<String>,
}

impl PersonName {
    /// Reads the name in a sort key.
    pub fn of(key: &str) -> Self {
        let mut parts = key.split(SEPARATOR).map(|part| match part {
            NOTHING => String::new(),
            part => words(part).collect::<Vec<_>>().join(" "),
        });
        Self {
            last: parts.next().unwrap_or_default(),
            first: parts.next().unwrap_or_default(),
        }
    }

    /// Compares two names.
    pub fn compare(&self, other: &Self) -> NameLikeness {
        let is_empty = |name: &Self| name.last.is_empty() && name.first.is_empty();
        if is_empty(self) || is_empty(other) {
            // Signs alone, such as emoji.
            return NameLikeness::Other;
        }
        let likeness = self.compare_as_written(other);
        if likeness >= NameLikeness::Similar {
            return likeness;
        }
        // Umlauts are written in two ways.
        likeness.max(self.reduced().compare_as_written(&other.reduced()))
    }

    fn compare_as_written(&self, other: &Self) -> NameLikeness {
        let parts = (
            compare_last(&self.last, &other.last),
            compare_first(&self.first, &other.first),
        );
        match parts {
            // A name of one part is that of many.
            (Part::Same, Part::Same) if self.is_whole() => NameLikeness::Same,
            (Part::Same, Part::Same | Part::Near | Part::Shorter)
            | (Part::Near | Part::Shorter, Part::Same) => NameLikeness::Similar,
            _ if self.last == other.first && self.first == other.last => NameLikeness::Similar,
            _ if (!self.is_whole() || !other.is_whole()) && self.has_words_of(other) => NameLikeness::Similar,
            (_, Part::Apart) => NameLikeness::Apart,
            _ => NameLikeness::Other,
        }
    }

    /// Whether there is a first and a last name.
    const fn is_whole(&self) -> bool {
        !self.last.is_empty() && !self.first.is_empty()
    }

    /// Whether both names have the same words, if one of them was entered as a single part.
    fn has_words_of(&self, other: &Self) -> bool {
        let sorted = |name: &Self| {
            let all = format!("{} {}", name.last, name.first);
            let mut words: Vec<String> = words(&all).collect();
            words.sort_unstable();
            words
        };
        let joined = |name: &Self| format!("{}{}", name.last, name.first);
        let (own, others) = (sorted(self), sorted(other));
        !own.is_empty() && (own == others || joined(self) == joined(other))
    }

    fn reduced(&self) -> Self {
        Self {
            last: reduced(&self.last),
            first: reduced(&self.first),
        }
    }
}

impl CompanyName {
    /// Reads the name in a sort key.
    pub fn of(key: &str) -> Self {
        let mut words: Vec<String> = words(company(key)).collect();
        words.truncate(without_legal_form(&words));
        Self { words }
    }

    /// Compares two names.
    pub fn compare(&self, other: &Self) -> NameLikeness {
        if self.words.is_empty() || other.words.is_empty() {
            // Signs alone, such as emoji.
            return NameLikeness::Other;
        }
        if self.words == other.words {
            return NameLikeness::Same;
        }
        let reduced = |name: &Self| reduced(&name.words.join(" "));
        let (own, others) = (reduced(self), reduced(other));
        if own == others {
            return NameLikeness::Same;
        }
        let sorted = |name: &Self| {
            let mut sorted = name.words.clone();
            sorted.sort_unstable();
            sorted
        };
        if has_typo(&own, &others)
            || self.words.concat() == other.words.concat()
            || sorted(self) == sorted(other)
        {
            NameLikeness::Similar
        } else {
            NameLikeness::Other
        }
    }
}

/// Returns the beginnings of the sort keys of companies with the same name, whatever their legal forms: as it is written in this
/// key, and with single spaces. Also returns its first word.
pub fn company_starts(key: &str) -> (Vec<String>, Option<String>) {
    let name = company(key);
    let all: Vec<String> = words(name).collect();
    let kept = without_legal_form(&all);
    let mut end = 0;
    for word in all.iter().take(kept) {
        let rest = name.get(end..).unwrap_or_default();
        end += rest.find(word.as_str()).unwrap_or_default() + word.len();
    }
    let mut starts = vec![name.get(..end).unwrap_or(name).to_owned()];
    let spaced = all.get(..kept).unwrap_or_default().join(" ");
    if !starts.contains(&spaced) {
        starts.push(spaced);
    }
    (starts, all.into_iter().next())
}

/// Returns the folded forms in which people write a text: with umlauts, and without.
pub fn spellings(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut spellings = vec![fold_respelled(text), reduced(&folded), folded];
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// The likeness of two parts of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Same,
    /// One has a typo.
    Near,
    /// One is shortened, or is missing.
    Shorter,
    /// They are different in a way that tells nothing.
    Other,
    /// They are different names.
    Apart,
}

fn compare_last(one: &str, other: &str) -> Part {
    let is_start = |short: &str, long: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| short.chars().count() <= 1 || rest.starts_with(' '))
    };
    if one == other {
        Part::Same
    } else if is_start(one, other) || is_start(other, one) {
        Part::Shorter
    } else if has_typo(one, other) {
        Part::Near
    } else {
        Part::Other
    }
}

fn compare_first(one: &str, other: &str) -> Part {
    if one == other {
        Part::Same
    } else if are_two_genders(one, other) {
        Part::Apart
    } else if one.starts_with(other) || other.starts_with(one) {
        Part::Shorter
    } else if has_typo(one, other) {
        Part::Near
    } else if one.is_ascii() != other.is_ascii() {
        // Two scripts.
        Part::Other
    } else {
        Part::Apart
    }
}

/// Whether two first names differ in the last letter as those of a woman and a man do, such as "Daniel" and "Daniela", or "Maria" and
/// "Mario".
fn are_two_genders(one: &str, other: &str) -> bool {
    let stem = |name: &str| name.strip_suffix(['a', 'e', 'o']).unwrap_or(name).to_owned();
    let stem_of_both = stem(one);
    stem_of_both.chars().count() >= SHORTEST_WITH_TYPO && stem_of_both == stem(other)
}

fn has_typo(one: &str, other: &str) -> bool {
    let is_long = |word: &str| word.chars().count() >= SHORTEST_WITH_TYPO;
    let digits = |word: &str| word.chars().filter(|c| c.is_numeric()).collect::<String>();
    is_long(one) && is_long(other) && is_near(one, other) && digits(one) == digits(other)
}

/// Returns a folded text in which letters that stand for umlauts are as their folded forms.
fn reduced(text: &str) -> String {
    ["ae", "oe", "ue", "aa"]
        .iter()
        .fold(text.to_owned(), |text, pair| {
            let first = pair.get(..1).unwrap_or_default();
            text.replace(pair, first)
        })
}

/// Returns the name of a company in its sort key.
fn company(key: &str) -> &str {
    key.split(SEPARATOR).next().unwrap_or_default()
}

/// Returns the number of words before the legal form.
fn without_legal_form(words: &[String]) -> usize {
    let mut kept = words;
    while let Some(form) = LEGAL_FORMS.iter().find(|form| {
        form.len() < kept.len()
            && kept
                .iter()
                .rev()
                .zip(form.iter().rev())
                .all(|(word, part)| word == part)
    }) {
        kept = kept.get(..kept.len() - form.len()).unwrap_or_default();
    }
    kept.len()
}

/// Returns every word of a folded text, repeated ones too.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c| !is_part_of_word(c));
    words.filter(|word| !word.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sort_key;

    fn people(one: [&str; 2], other: [&str; 2]) -> NameLikeness {
        let key = |[first, last]: [&str; 2]| sort_key(&[last, first]);
        let (one, other) = (PersonName::of(&key(one)), PersonName::of(&key(other)));
        let likeness = one.compare(&other);
        assert_eq!(other.compare(&one), likeness);
        likeness
    }

    #[test]
    fn names_of_people_are_compared_by_their_parts() {
        for (one, other, likeness) in [
            (["Ada", "Lovelace"], ["ada", "LOVELACE"], NameLikeness::Same),
            (["Zoë", "Müller"], ["Zoe", "Muller"], NameLikeness::Same),
            (["Jörg", "Müller"], ["Joerg", "Mueller"], NameLikeness::Same),
            (["Ada", "Lovelace"], ["Lovelace", "Ada"], NameLikeness::Similar),
            (["Ada", "Lovelace"], ["A.", "Lovelace"], NameLikeness::Similar),
            (["Ada", "Lovelace"], ["", "Lovelace"], NameLikeness::Similar),
            (["Ada", "Lovelace"], ["", "Ada Lovelace"], NameLikeness::Similar),
            (["小明", "王"], ["", "王小明"], NameLikeness::Similar),
            (["Ada", "Lovelace"], ["Ada", "Lovelacce"], NameLikeness::Similar),
            (["Jonathan", "Smith"], ["Jon", "Smith"], NameLikeness::Similar),
            (
                ["Jonathan", "Smith"],
                ["Jonahtan", "Smith"],
                NameLikeness::Similar,
            ),
            (["Anne", "Smith"], ["Ann", "Smith"], NameLikeness::Similar),
            (["", "Smith"], ["", "Smith"], NameLikeness::Similar),
            (["Ada", "Smith"], ["Ada", "Smith-Jones"], NameLikeness::Similar),
            (["Ada", "Byron"], ["Ada", "King"], NameLikeness::Other),
            (["Anna", "Li"], ["Anna", "Lindqvist"], NameLikeness::Other),
            (["Иван", "Петров"], ["Ivan", "Petrov"], NameLikeness::Other),
            (["", "Smith"], ["Ben", ""], NameLikeness::Other),
            (["", "🙂"], ["", "🎉"], NameLikeness::Other),
            (["", "Smith"], ["Ben", "Jones"], NameLikeness::Other),
            (["Mia", "Smith"], ["Mio", "Smith"], NameLikeness::Apart),
            (["Daniel", "Smith"], ["Daniela", "Smith"], NameLikeness::Apart),
            (["Maria", "Gomez"], ["Mario", "Gomez"], NameLikeness::Apart),
            (["Ada", "Smith"], ["Ben", "Smith"], NameLikeness::Apart),
            (["Ada", "Smith"], ["Ben", "Jones"], NameLikeness::Apart),
        ] {
            assert_eq!(people(one, other), likeness, "{one:?} {other:?}");
        }
    }

    #[test]
    fn names_of_companies_are_compared_without_their_legal_forms() {
        for (one, other, likeness) in [
            ("Acme", "ACME, Inc.", NameLikeness::Same),
            ("Acme GmbH & Co. KG", "Acme Ltd", NameLikeness::Same),
            ("Acme S.A.", "Acme SA", NameLikeness::Same),
            ("Acme L.L.C.", "Acme Sp. z o.o.", NameLikeness::Same),
            ("Acme Foods Co., Ltd.", "Acme Foods", NameLikeness::Same),
            ("Bäckerei Müller", "Baeckerei Mueller GmbH", NameLikeness::Same),
            ("Acme Robotics", "Acme Robotcs GmbH", NameLikeness::Similar),
            ("Data North", "DataNorth", NameLikeness::Similar),
            ("North Data", "Data North", NameLikeness::Similar),
            ("Branch 12", "Branch 13", NameLikeness::Other),
            ("Duran", "Duran Duran", NameLikeness::Other),
            ("Acme", "Acme Robotics", NameLikeness::Other),
            ("GmbH", "Inc", NameLikeness::Other),
            ("***", "###", NameLikeness::Other),
        ] {
            let key = |name| sort_key(&[name, ""]);
            let names = (CompanyName::of(&key(one)), CompanyName::of(&key(other)));
            assert_eq!(names.0.compare(&names.1), likeness, "{one} {other}");
            assert_eq!(names.1.compare(&names.0), likeness, "{one} {other}");
        }
    }

    #[test]
    fn companies_are_sought_by_their_names_up_to_the_legal_form() {
        for (name, starts, first) in [
            ("Acme Robotics GmbH", vec!["acme robotics"], "acme"),
            ("Coca-Cola, Inc.", vec!["coca-cola", "coca cola"], "coca"),
            ("Foo & Bar AG", vec!["foo & bar", "foo bar"], "foo"),
        ] {
            let starts = starts.into_iter().map(str::to_owned).collect();
            let found = company_starts(&sort_key(&[name, ""]));
            assert_eq!(found, (starts, Some(first.to_owned())), "{name}");
        }
    }
}
