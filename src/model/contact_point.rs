//! Contact points: the phone number, e-mail address or social handle of the other side of an interaction, by which contacts and
//! organizations are recognized.

use async_graphql::{Enum, OneofObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::{
    Checked, EmailAddress, PhoneNumber, Region, SocialHandle, SocialHandleInput, SocialNetwork, Subject,
    WordKind, digits, fold, index_value, phone_keys, site_domain, text,
};
use crate::error::under;

/// The maximum length of a phone number as typed, in characters.
const LONGEST_NUMBER: usize = 100;
/// The maximum length of an e-mail address with a name before it, in characters.
const LONGEST_ADDRESS: usize = 500;
/// The domains of mail providers, in order. An address there does not tell the organization.
const MAIL_PROVIDERS: &str = include_str!("mail_providers.txt");

/// A kind of contact point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContactPointKind {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A handle in a social network or messenger.
    Social,
}

/// The phone number, e-mail address or social handle of the other side of an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct ContactPoint {
    /// The kind of contact point.
    pub kind: ContactPointKind,
    /// The number, address or handle as it was given.
    pub input: String,
    /// The form that is compared: a number in E.164 format, an address in lower case, a handle without `@` in lower case. Null
    /// if the text cannot be read as a number or an address.
    pub normalized: Option<String>,
    /// The social network of a handle.
    pub network: Option<SocialNetwork>,
    /// The network's own id of the other side, if it differs from the handle.
    pub platform_id: Option<String>,
}

/// A contact point: a phone number, an e-mail address or a social handle.
#[derive(Clone, Debug, OneofObject)]
pub enum ContactPointInput {
    /// A phone number in any notation, at most 100 characters. Without a country code, it is read as a number of the tenant's
    /// default region.
    PhoneNumber(String),
    /// An e-mail address, at most 500 characters. A name before `<…>` is ignored.
    EmailAddress(String),
    /// A handle in a social network or messenger.
    SocialHandle(SocialHandleInput),
}

impl ContactPoint {
    /// Reads a contact point. A number or an address that cannot be read is kept as it is, since the conversation took place.
    pub fn check(input: ContactPointInput, region: &Region) -> Checked<Self> {
        let of = |kind, input, normalized| Self {
            kind,
            input,
            normalized,
            network: None,
            platform_id: None,
        };
        match input {
            ContactPointInput::PhoneNumber(number) => {
                let number = text::required(number, LONGEST_NUMBER);
                let number = number.map_err(|refusals| under("phoneNumber", refusals))?;
                let normalized = PhoneNumber::e164_of(&number, region);
                Ok(of(ContactPointKind::Phone, number, normalized))
            }
            ContactPointInput::EmailAddress(address) => {
                let address = text::required(address, LONGEST_ADDRESS);
                let address = address.map_err(|refusals| under("emailAddress", refusals))?;
                let normalized = Some(EmailAddress::folded(&address)).filter(|it| is_mailbox(it));
                Ok(of(ContactPointKind::Email, address, normalized))
            }
            ContactPointInput::SocialHandle(handle) => {
                let handle =
                    SocialHandle::check(handle).map_err(|refusals| under("socialHandle", refusals))?;
                let folded = fold(&handle.handle);
                let normalized = folded.strip_prefix('@').unwrap_or(&folded).to_owned();
                Ok(Self {
                    network: Some(handle.network),
                    platform_id: handle.platform_id,
                    ..of(ContactPointKind::Social, handle.handle, Some(normalized))
                })
            }
        }
    }

    /// Returns the contact point as it was given.
    pub fn to_input(&self) -> ContactPointInput {
        match self.kind {
            ContactPointKind::Phone => ContactPointInput::PhoneNumber(self.input.clone()),
            ContactPointKind::Email => ContactPointInput::EmailAddress(self.input.clone()),
            ContactPointKind::Social => ContactPointInput::SocialHandle(SocialHandleInput {
                network: self.network.unwrap_or(SocialNetwork::Other),
                handle: self.input.clone(),
                platform_id: self.platform_id.clone(),
            }),
        }
    }

    /// Returns the text that is equal for equal contact points, with the letter of their kind in front. Returns `None` for a text
    /// that identifies no one, such as the `anonymous` of a withheld number.
    pub fn key(&self) -> Option<String> {
        match self.kind {
            ContactPointKind::Phone => {
                // The other notation of a subscriber is the shorter one.
                let number = self.normalized.clone().or_else(|| self.digits())?;
                let notations = PhoneNumber::notations(&number);
                Some(format!("p{}", digits(notations.last().unwrap_or(&number))))
            }
            ContactPointKind::Email => Some(format!("e{}", self.normalized.as_ref()?)),
            ContactPointKind::Social => Some(format!("s{}", self.network?.key(&self.input))),
        }
    }

    /// Returns the words by which the search index has the records of a subject with this contact point.
    pub fn words(&self, subject: Subject) -> Vec<String> {
        let (kind, values) = match (self.kind, subject) {
            (ContactPointKind::Phone, Subject::Contacts) => (WordKind::ContactPhone, self.phone_keys()),
            (ContactPointKind::Phone, Subject::Organizations) => {
                (WordKind::OrganizationPhone, self.phone_keys())
            }
            (ContactPointKind::Email, Subject::Contacts) => {
                (WordKind::ContactEmail, self.normalized.iter().cloned().collect())
            }
            (ContactPointKind::Email, Subject::Organizations) => (
                WordKind::OrganizationDomain,
                self.company_domain().into_iter().collect(),
            ),
            (ContactPointKind::Social, Subject::Contacts) => (WordKind::ContactHandle, self.handle_keys()),
            (ContactPointKind::Social, Subject::Organizations) => return Vec::new(),
        };
        let words = values.into_iter().map(|value| index_value(kind, value));
        words.collect()
    }

    fn phone_keys(&self) -> Vec<String> {
        match self.normalized.clone().or_else(|| self.digits()) {
            Some(number) => phone_keys(&number),
            None => Vec::new(),
        }
    }

    /// Returns the digits of a number that could not be read, such as an extension, if it has some.
    fn digits(&self) -> Option<String> {
        Some(digits(&self.input)).filter(|digits| !digits.is_empty())
    }

    fn handle_keys(&self) -> Vec<String> {
        let Some(network) = self.network else {
            return Vec::new();
        };
        let texts = std::iter::once(&self.input).chain(&self.platform_id);
        texts.map(|text| network.key(text)).collect()
    }

    /// Returns the domain of an address, unless it is that of a mail provider.
    fn company_domain(&self) -> Option<String> {
        let (_, domain) = self.normalized.as_ref()?.rsplit_once('@')?;
        (!is_mail_provider(domain)).then(|| fold(&site_domain(domain)))
    }
}

/// Whether this is the domain of a mail provider, at which anyone can have an address.
pub fn is_mail_provider(domain: &str) -> bool {
    MAIL_PROVIDERS.lines().any(|provider| provider == domain)
}

fn is_mailbox(address: &str) -> bool {
    let parts = address.rsplit_once('@');
    parts.is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn read(input: ContactPointInput) -> ContactPoint {
        ContactPoint::check(input, &Region::default()).unwrap()
    }

    fn number(text: &str) -> ContactPoint {
        read(ContactPointInput::PhoneNumber(text.to_owned()))
    }

    fn address(text: &str) -> ContactPoint {
        read(ContactPointInput::EmailAddress(text.to_owned()))
    }

    fn handle(handle: &str, platform_id: Option<&str>) -> ContactPoint {
        read(ContactPointInput::SocialHandle(SocialHandleInput {
            network: SocialNetwork::Whatsapp,
            handle: handle.to_owned(),
            platform_id: platform_id.map(str::to_owned),
        }))
    }

    #[test]
    fn a_contact_point_has_one_key_however_it_is_written() {
        let key = Some("p12025550123".to_owned());
        for text in [
            "(202) 555-0123",
            "+1 202 555 0123",
            "12025550123",
            "tel:+12025550123",
        ] {
            assert_eq!(number(text).key(), key, "{text}");
        }
        assert_eq!(
            number("+52 1 55 1234 5678").key(),
            number("+52 55 1234 5678").key()
        );
        assert_eq!(number("ext 4711").key(), Some("p4711".to_owned()));
        for text in ["Ann <Ann@Acme.com>", "ann@acme.com", "mailto:ANN@ACME.COM"] {
            assert_eq!(address(text).key(), Some("eann@acme.com".to_owned()), "{text}");
        }
        assert_eq!(handle("@Ann", None).key(), handle("ann", Some("7")).key());
    }

    #[test]
    fn a_text_that_identifies_no_one_is_kept_and_has_no_key() {
        for point in [
            number("anonymous"),
            number("Restricted"),
            address("MAILER-DAEMON"),
            address("@acme.com"),
        ] {
            assert_eq!(point.normalized, None, "{point:?}");
            assert_eq!(point.key(), None, "{point:?}");
            assert_eq!(point.words(Subject::Contacts), [] as [String; 0], "{point:?}");
            assert_eq!(
                point.words(Subject::Organizations),
                [] as [String; 0],
                "{point:?}"
            );
        }
    }

    #[test]
    fn an_empty_contact_point_is_refused_at_its_field() {
        let refused = |input| told(ContactPoint::check(input, &Region::default()));
        assert!(refused(ContactPointInput::PhoneNumber(" ".into()))[0].starts_with("phoneNumber: "));
        assert!(refused(ContactPointInput::EmailAddress("x".repeat(501)))[0].starts_with("emailAddress: "));
        let handle = SocialHandleInput {
            network: SocialNetwork::X,
            handle: String::new(),
            platform_id: None,
        };
        assert!(refused(ContactPointInput::SocialHandle(handle))[0].starts_with("socialHandle.handle: "));
    }

    #[test]
    fn records_are_recognized_by_the_words_of_the_index() {
        assert_eq!(number("+12025550123").words(Subject::Contacts), ["p32105552021"]);
        assert_eq!(
            number("+12025550123").words(Subject::Organizations),
            ["P32105552021"]
        );
        assert_eq!(
            address("ann@acme.com").words(Subject::Organizations),
            ["Dacme.com"]
        );
        assert_eq!(
            address("ann@gmail.com").words(Subject::Organizations),
            [] as [String; 0]
        );
        assert_eq!(
            handle("@Ann", Some("7")).words(Subject::Contacts),
            ["hann:whatsapp", "h7:whatsapp"]
        );
    }

    #[test]
    fn a_contact_point_is_read_again_from_what_was_given() {
        for point in [
            number("(202) 555-0123"),
            address("Ann <ann@acme.com>"),
            handle("@Ann", Some("7")),
        ] {
            assert_eq!(read(point.to_input()), point);
            let stored = serde_json::to_value(&point).unwrap();
            assert_eq!(serde_json::from_value::<ContactPoint>(stored).unwrap(), point);
        }
    }

    #[test]
    fn mail_providers_are_in_order_each_once() {
        let lines: Vec<&str> = MAIL_PROVIDERS.lines().collect();
        assert!(lines.is_sorted_by(|a, b| a < b));
        assert!(is_mail_provider("gmail.com") && !is_mail_provider("acme.com"));
    }
}
