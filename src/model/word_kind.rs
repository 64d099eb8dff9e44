//! The kinds of words in the search index.

use Matching::{Beginning, Companion, Digits, Domain, Filter, Handle, Whole, Words};
use Subject::{Contacts, Organizations};

/// The kind of record that a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Organizations.
    Organizations,
    /// Contacts.
    Contacts,
}

/// The way in which a part of a query matches words of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Each word of the part matches the beginning of a word.
    Words,
    /// The part as typed matches the beginning of a word.
    Beginning,
    /// The part as typed matches a domain as a whole.
    Domain,
    /// The part as typed matches a word as a whole.
    Whole,
    /// The part as typed matches a handle as a whole, in any network.
    Handle,
    /// A word of the part matches a word as a whole, in a query of several parts.
    Companion,
    /// The digits of the part match the last digits of a number.
    Digits,
    /// Queries do not match the kind; only filters do, by the whole value.
    Filter,
}

/// Declares the kinds. Each row has the kind's letter, the records that have such words (`None` for notes, which have a
/// search of their own), the way in which queries match them, best first for each subject, and the field of the search's
/// filter that takes a whole value, which is the field of the values' facet too.
macro_rules! word_kinds {
    ($($(#[$doc:meta])* $kind:ident = $letter:literal, $subject:expr, $matching:expr, $field:expr;)*) => {
        /// A kind of word in the search index. A stored word begins with the letter of its kind, so that names, tags and
        /// the digits of phone numbers do not collide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WordKind {
            $($(#[$doc])* $kind,)*
        }

        impl WordKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Returns the letter that stored words of this kind begin with.
            pub const fn letter(self) -> char {
                match self { $(Self::$kind => $letter,)* }
            }

            /// Returns the subject whose records have words of this kind; `None` for notes.
            pub const fn subject(self) -> Option<Subject> {
                match self { $(Self::$kind => $subject,)* }
            }

            /// Returns the way in which a part of a query matches words of this kind.
            pub const fn matching(self) -> Matching {
                match self { $(Self::$kind => $matching,)* }
            }

            /// Returns the field of the search's filter, and of the facet, that has values of this kind.
            pub const fn field(self) -> Option<&'static str> {
                match self { $(Self::$kind => $field,)* }
            }
        }
    };
}

word_kinds! {
    /// A word of a contact's name.
    ContactName = 'n', Some(Contacts), Words, None;
    /// A word of a contact's title.
    ContactTitleWord = 't', Some(Contacts), Words, None;
    /// A contact's tag.
    ContactTag = 'g', Some(Contacts), Words, Some("tag");
    /// A word of a contact's tag that has several words.
    ContactTagWord = 'k', Some(Contacts), Words, None;
    /// A contact's e-mail address.
    ContactEmail = 'e', Some(Contacts), Beginning, None;
    /// The domain of a contact's e-mail address, or an address with accents written without them.
    ContactEmailDomain = 'd', Some(Contacts), Domain, None;
    /// A contact's external id.
    ContactExternalId = 'x', Some(Contacts), Whole, None;
    /// A contact's handle in a social network, or its id there.
    ContactHandle = 'h', Some(Contacts), Handle, None;
    /// A word of a contact's salutation.
    ContactSalutation = 's', Some(Contacts), Companion, None;
    /// The digits of a contact's phone number, last to first.
    ContactPhone = 'p', Some(Contacts), Digits, None;
    /// A contact's title.
    ContactTitle = 'j', Some(Contacts), Filter, Some("title");
    /// The city of a contact's address.
    ContactCity = 'c', Some(Contacts), Filter, Some("city");
    /// The country of a contact's address.
    ContactCountry = 'y', Some(Contacts), Filter, Some("countryCode");
    /// A word of an organization's name.
    OrganizationName = 'N', Some(Organizations), Words, None;
    /// An organization's tag.
    OrganizationTag = 'G', Some(Organizations), Words, Some("tag");
    /// A word of an organization's tag that has several words.
    OrganizationTagWord = 'K', Some(Organizations), Words, None;
    /// The domain of an organization's website.
    OrganizationDomain = 'D', Some(Organizations), Domain, None;
    /// An organization's external id.
    OrganizationExternalId = 'X', Some(Organizations), Whole, None;
    /// The digits of an organization's phone or fax number, last to first.
    OrganizationPhone = 'P', Some(Organizations), Digits, None;
    /// The city of an organization's address.
    OrganizationCity = 'C', Some(Organizations), Filter, Some("city");
    /// The country of an organization's address.
    OrganizationCountry = 'Y', Some(Organizations), Filter, Some("countryCode");
    /// An organization's industry.
    OrganizationIndustry = 'I', Some(Organizations), Filter, Some("industry");
    /// An organization's company type.
    OrganizationCompanyType = 'T', Some(Organizations), Filter, Some("companyType");
    /// A word of a note.
    NoteWord = 'w', None, Words, None;
}

impl WordKind {
    /// Iterates over the kinds of the subject's words that a query matches in this way, best first.
    pub fn matched(subject: Subject, matching: Matching) -> impl Iterator<Item = Self> {
        let kinds = Self::ALL.iter().copied();
        kinds.filter(move |kind| kind.subject() == Some(subject) && kind.matching() == matching)
    }

    /// Whether the rows of words of this kind carry the marks of their records: those that queries match by their beginning,
    /// of which there may be many.
    pub const fn is_marked(self) -> bool {
        self.subject().is_some() && matches!(self.matching(), Words | Beginning)
    }

    /// Whether lists are filtered by words of this kind, whose rows have the times that lists are ordered by.
    pub const fn is_listed(self) -> bool {
        self.field().is_some()
    }

    /// Returns the kind of the names of the subject's records.
    pub const fn name_of(subject: Subject) -> Self {
        match subject {
            Contacts => Self::ContactName,
            Organizations => Self::OrganizationName,
        }
    }
}

/// Whether lists are filtered by words of the kind of this stored word.
pub fn is_listed(word: &str) -> bool {
    let kind = WordKind::ALL.iter().find(|kind| word.starts_with(kind.letter()));
    kind.is_some_and(|kind| kind.is_listed())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_has_a_letter_of_its_own() {
        let letters: BTreeSet<char> = WordKind::ALL.iter().map(|kind| kind.letter()).collect();
        assert_eq!(letters.len(), WordKind::ALL.len());
    }

    #[test]
    fn the_letters_of_organizations_are_upper_case() {
        for kind in WordKind::ALL {
            let is_of_organizations = kind.subject() == Some(Organizations);
            assert_eq!(
                kind.letter().is_ascii_uppercase(),
                is_of_organizations,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_kind_that_only_filters_match_has_a_field() {
        for kind in WordKind::ALL.iter().filter(|kind| kind.matching() == Filter) {
            assert!(kind.field().is_some(), "{kind:?}");
        }
    }
}
