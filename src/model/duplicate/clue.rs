//! Places in the indexes where records like a given one are found.

use super::name::NameLikeness;
use crate::id::{OrganizationId, TypedId as _};
use crate::model::fold::SEPARATOR;

/// The end of a range of all sort keys that begin alike.
const LAST: char = '\u{10ffff}';

/// A range of an index, in the order of names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Seek {
    /// The rows of a word of the search index.
    Word {
        /// The word with its letter.
        word: String,
        /// The sort keys, from the first up to the one before the second.
        keys: [String; 2],
    },
    /// The contacts of an organization.
    Employees {
        /// The organization.
        employer: OrganizationId,
        /// The sort keys, from the first up to the one before the second.
        keys: [String; 2],
    },
}

/// What two records share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A handle in a social network.
    Handle,
    /// The domain of a website.
    Website,
    /// The employer.
    Employer,
    /// The city.
    City,
    /// The name alone.
    Name,
}

impl Fact {
    /// Whether the fact says nothing of two records whose names are not alike.
    pub const fn needs_name(self) -> bool {
        matches!(self, Self::Employer | Self::City | Self::Name)
    }

    /// Returns how much alike the names must be at least.
    pub const fn least_likeness(self) -> NameLikeness {
        match self {
            Self::Email | Self::Phone | Self::Handle | Self::Website => NameLikeness::Apart,
            Self::Employer | Self::City => NameLikeness::Similar,
            Self::Name => NameLikeness::Same,
        }
    }
}

/// A place where records like a given one are found, and what they share with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    /// The place.
    pub seek: Seek,
    /// What the records there share with the given one.
    pub fact: Fact,
    /// The value that they share.
    pub value: String,
}

impl Clue {
    /// Creates the clue of a word that says enough by itself.
    pub fn word(fact: Fact, word: String, value: &str) -> Self {
        Self::named(fact, word, String::new(), value)
    }

    /// Creates the clue of a word among the records whose sort keys begin with `start`.
    pub fn named(fact: Fact, word: String, start: String, value: &str) -> Self {
        Self {
            seek: Seek::Word {
                word,
                keys: starting_with(start),
            },
            fact,
            value: value.to_owned(),
        }
    }

    /// Creates the clue of a word among the records with this sort key.
    pub fn exact(fact: Fact, word: String, key: &str, value: &str) -> Self {
        let keys = [key.to_owned(), format!("{key}{SEPARATOR}")];
        Self {
            seek: Seek::Word { word, keys },
            fact,
            value: value.to_owned(),
        }
    }

    /// Creates the clue of the contacts of an organization whose sort keys begin with `start`.
    pub fn employees(employer: OrganizationId, start: String, value: &str) -> Self {
        Self {
            seek: Seek::Employees {
                employer,
                keys: starting_with(start),
            },
            fact: Fact::Employer,
            value: value.to_owned(),
        }
    }
}

impl Seek {
    /// Returns the text that names the place, and is the same for two records that are the same.
    pub fn name(&self) -> String {
        match self {
            Self::Word {
                word,
                keys: [from, _],
            } => format!("{word} {from}"),
            Self::Employees {
                employer,
                keys: [from, _],
            } => format!("{} {from}", employer.uuid()),
        }
    }

    /// Returns whether the place has the rows of a word, whatever the names.
    pub fn is_whole_word(&self) -> bool {
        matches!(self, Self::Word { keys: [from, _], .. } if from.is_empty())
    }
}

fn starting_with(start: String) -> [String; 2] {
    let end = format!("{start}{LAST}");
    [start, end]
}
