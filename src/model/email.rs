//! E-mail addresses.

use async_graphql::{InputObject, SimpleObject};
use email_address::Options;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fold::is_invisible;
use super::{Checked, ContactPointLabel, distinct, domain_key, each, one_primary, text, whole};
use crate::error::{Refusals, UserError};

/// The maximum length of an address, in characters (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const LONGEST_ADDRESS: usize = 254;
/// The maximum number of addresses of a contact.
pub(super) const MOST_ADDRESSES: usize = 20;

/// An e-mail address of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct EmailAddress {
    /// The address as it was given, with composed letters. Addresses are compared without case.
    pub address: String,
    /// The address's purpose.
    pub label: ContactPointLabel,
    /// Whether this is the address to use first. At most one address of a list is primary.
    pub primary: bool,
}

/// Input for an e-mail address.
#[derive(Clone, Debug, InputObject)]
pub struct EmailAddressInput {
    /// The bare address, such as `jane@example.com`, without a name or angle brackets; at most 254 characters. Invisible
    /// characters around it are dropped.
    pub address: String,
    /// The address's purpose. Defaults to `OTHER`.
    pub label: Option<ContactPointLabel>,
    /// Whether this is the address to use first. Defaults to false. At most one address of a list may be primary.
    pub primary: Option<bool>,
}

impl EmailAddress {
    /// Checks that the address is well formed.
    pub fn check(input: EmailAddressInput) -> Checked<Self> {
        let EmailAddressInput {
            address,
            label,
            primary,
        } = input;
        let mut refusals = Refusals::default();
        let composed = text::visible(&address).nfc().collect();
        let address = refusals.check(
            "address",
            text::required(composed, LONGEST_ADDRESS).and_then(well_formed),
        );
        whole(
            refusals,
            address.map(|address| Self {
                address,
                label: label.unwrap_or_default(),
                primary: primary.unwrap_or_default(),
            }),
        )
    }

    /// Checks a list of at most 20 addresses without duplicates, of which at most one is primary.
    pub fn list(inputs: Vec<EmailAddressInput>) -> Checked<Vec<Self>> {
        let addresses = each(inputs, MOST_ADDRESSES, Self::check)?;
        let addresses = one_primary(addresses, |email| email.primary)?;
        let twice = "must not repeat an address of the list; leave it out";
        distinct(addresses, "address", twice, |email| Self::folded(&email.address))
    }

    /// Returns the form in which addresses are compared: the bare address in lower case, with composed letters and the
    /// domain's [`domain_key`]. Accents distinguish mailboxes.
    pub fn folded(address: &str) -> String {
        let address: String = bare(address).to_lowercase().nfc().collect();
        match address.rsplit_once('@') {
            Some((mailbox, domain)) => format!("{mailbox}@{}", domain_key(domain)),
            None => address,
        }
    }
}

/// Returns the address in a text as people paste it: `mailto:jane@example.com?subject=…`, `Jane <jane@example.com>`, with
/// invisible characters around or a comma behind.
fn bare(text: &str) -> String {
    let text = match text.rsplit_once('<') {
        Some((_, enclosed)) => enclosed.split_once('>').map_or(enclosed, |(address, _)| address),
        None => text,
    };
    let text = text::visible(text);
    match text.split_once(':') {
        Some((scheme, uri)) if scheme.eq_ignore_ascii_case("mailto") => {
            let address = uri.split_once('?').map_or(uri, |(address, _)| address);
            percent_decode_str(address).decode_utf8_lossy().into_owned()
        }
        _ => text.trim_end_matches([',', ';']).to_owned(),
    }
}

/// Checks that the text is a bare address at a domain of at least two labels: mail to `root@localhost` reaches no one
/// outside.
fn well_formed(address: String) -> Checked<String> {
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    if email_address::EmailAddress::parse_with_options(&letters_only(&address), options).is_ok() {
        return Ok(address);
    }
    let message = if address.contains(is_invisible) {
        "must be an e-mail address such as jane@example.com; this one has an invisible character in it, so type it anew"
    } else {
        "must be an e-mail address such as jane@example.com"
    };
    Err(vec![UserError::invalid(message)])
}

/// Returns the address with a letter in place of each mark that follows a letter: a part of it, in the scripts of India and
/// others, which the parser does not know. The joiners among them are such marks too.
fn letters_only(address: &str) -> String {
    let mut before = '@';
    let letter = |c: char| {
        let is_mark = is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}');
        if !(is_mark && before.is_alphanumeric()) {
            before = c;
        }
        before
    };
    address.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn input(address: &str) -> EmailAddressInput {
        EmailAddressInput {
            address: address.into(),
            label: Some(ContactPointLabel::Work),
            primary: None,
        }
    }

    /// Returns an address of this length.
    fn long(length: usize) -> String {
        let domain = [
            ["d"; 61].concat(),
            ["e"; 61].concat(),
            ["f"; 61].concat(),
            "org".into(),
        ]
        .join(".");
        let local = length - domain.len() - 1;
        format!("{}@{domain}", "l".repeat(local))
    }

    #[test]
    fn an_address_is_kept_as_given() {
        for address in [
            "Jane.Doe+crm@Example.COM",
            "o'brien@example.ie",
            "josé@exämple.de",
            "a@b.co",
        ] {
            assert_eq!(
                EmailAddress::check(input(&format!(" {address} ")))
                    .unwrap()
                    .address,
                address
            );
        }
    }

    #[test]
    fn letters_with_marks_are_accepted_and_composed() {
        for (given, kept) in [
            ("राम@मोहन.ईन्फो", "राम@मोहन.ईन्फो"),
            ("rene\u{301}@example.com", "rené@example.com"),
            ("اکبر@می\u{200c}خواهم.example", "اکبر@می\u{200c}خواهم.example"),
        ] {
            assert_eq!(EmailAddress::check(input(given)).unwrap().address, kept);
        }
        assert!(
            EmailAddress::check(input("\u{301}@example.com")).is_err(),
            "a mark alone is no letter"
        );
    }

    #[test]
    fn invisible_characters_are_dropped_around_an_address_and_named_within() {
        let around = EmailAddress::check(input("\u{feff}jane@example.com\u{200b} ")).unwrap();
        assert_eq!(around.address, "jane@example.com");
        assert_eq!(
            told(EmailAddress::check(input("ja\u{200b}ne@example.com"))),
            [
                "address: must be an e-mail address such as jane@example.com; this one has an invisible character in it, so type it anew"
            ]
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let refusal = ["address: must be an e-mail address such as jane@example.com"];
        for address in [
            "jane",
            "jane@",
            "@example.com",
            "jane@localhost",
            "jane@@example.com",
            "jane doe@example.com",
            "Jane <jane@example.com>",
            "jane@[127.0.0.1]",
            "jane@example..com",
            "a@b.co,c@d.co",
        ] {
            assert_eq!(told(EmailAddress::check(input(address))), refusal, "{address}");
        }
        assert_eq!(
            told(EmailAddress::check(input(" "))),
            ["address: must not be empty; give 1 to 254 characters"]
        );
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        assert_eq!(long(254).len(), 254);
        assert!(EmailAddress::check(input(&long(254))).is_ok());
        assert_eq!(
            told(EmailAddress::check(input(&long(255)))),
            ["address: must have at most 254 characters; it has 255, so shorten it"]
        );
    }

    #[test]
    fn addresses_are_compared_without_case() {
        assert_eq!(EmailAddress::folded(" Jane@EXAMPLE.com "), "jane@example.com");
        assert_eq!(
            EmailAddress::folded("JOSE\u{301}@example.com"),
            "josé@example.com"
        );
        assert_ne!(EmailAddress::folded("josé@example.com"), "jose@example.com");
    }

    #[test]
    fn a_pasted_address_is_compared_as_the_bare_one() {
        for pasted in [
            "mailto:hedda.g@tesman.example",
            "MAILTO:hedda.g@tesman.example?subject=Manuscript&cc=a@b.co",
            "<hedda.g@tesman.example>",
            "Hedda Gabler <hedda.g@tesman.example>",
            "\"Gabler, Hedda\" <mailto:hedda.g@tesman.example>,",
            "hedda.g@tesman.example\u{200b}",
            "\u{202a}hedda.g@tesman.example\u{202c}",
            "hedda.g@tesman.example;",
            "hedda.g@TESMAN.example",
        ] {
            assert_eq!(EmailAddress::folded(pasted), "hedda.g@tesman.example", "{pasted}");
        }
        assert_eq!(
            EmailAddress::folded("mailto:hedda%2Bcrm@tesman.example"),
            "hedda+crm@tesman.example"
        );
        assert_eq!(
            EmailAddress::folded("jörg@xn--bcher-kva.example"),
            "jörg@bücher.example"
        );
        assert_eq!(EmailAddress::folded("@"), "@");
        assert_eq!(EmailAddress::folded(""), "");
    }

    #[test]
    fn an_address_twice_in_a_list_is_refused() {
        assert_eq!(
            told(EmailAddress::list(vec![
                input("jane@example.com"),
                input("a@b.co"),
                input("JANE@example.com")
            ])),
            ["2.address: must not repeat an address of the list; leave it out"]
        );
    }

    #[test]
    fn a_list_has_at_most_twenty_addresses_and_one_primary() {
        let numbered = |count: u8| {
            (0..count)
                .map(|n| input(&format!("{n}@example.com")))
                .collect::<Vec<_>>()
        };
        assert_eq!(EmailAddress::list(numbered(20)).unwrap().len(), 20);
        assert!(EmailAddress::list(numbered(21)).is_err());

        let mut both = numbered(2);
        for email in &mut both {
            email.primary = Some(true);
        }
        assert!(told(EmailAddress::list(both))[0].starts_with("1.primary: "));
    }

    #[test]
    fn an_address_is_stored_in_the_words_of_the_graph() {
        let stored = serde_json::to_value(EmailAddress::check(input("a@b.co")).unwrap()).unwrap();
        assert_eq!(
            stored,
            serde_json::json!({ "address": "a@b.co", "label": "WORK", "primary": false })
        );
    }
}
