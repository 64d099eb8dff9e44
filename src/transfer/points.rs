//! Reading of the parts of records: phone numbers, addresses, keys.

use super::fields::{Fields, choice, decimal, flag, text, texts};
use crate::model::{
    AddressInput, ContactPointInput, ContactPointKind, ContactPointLabel, Decimal, EmailAddressInput,
    ExternalIdInput, MoneyInput, PhoneNumberInput, Region, SocialHandleInput, SocialNetwork, TickerInput,
};

/// Reads a phone number.
pub fn phone(fields: &mut Fields<'_>) -> PhoneNumberInput {
    PhoneNumberInput {
        input: fields.value("input", text).unwrap_or_default(),
        extension: fields.value("extension", text),
        label: fields.value("label", choice::<ContactPointLabel>),
        primary: fields.value("primary", flag),
    }
}

/// Reads an e-mail address.
pub fn email(fields: &mut Fields<'_>) -> EmailAddressInput {
    EmailAddressInput {
        address: fields.value("address", text).unwrap_or_default(),
        label: fields.value("label", choice::<ContactPointLabel>),
        primary: fields.value("primary", flag),
    }
}

/// Reads a postal address.
pub fn address(fields: &mut Fields<'_>) -> AddressInput {
    let (mut lines, mut country_code) = (
        fields.value("lines", texts('\n')),
        fields.value("countryCode", text),
    );
    if let Some(country) = fields
        .value("country", text)
        .filter(|country| !country.trim().is_empty())
        && country_code.is_none()
    {
        match Region::of_country(&country) {
            Some(region) => country_code = Some(region.to_string()),
            // A country without a code is a line like others, so that it is not lost.
            None => lines.get_or_insert_default().push(country),
        }
    }
    AddressInput {
        lines,
        city: fields.value("city", text),
        region: fields.value("region", text),
        postal_code: fields.value("postalCode", text),
        country_code,
        label: fields.value("label", choice::<ContactPointLabel>),
        primary: fields.value("primary", flag),
    }
}

/// Reads a key in another system.
pub fn external_id(fields: &mut Fields<'_>) -> ExternalIdInput {
    ExternalIdInput {
        source: fields.value("source", text).unwrap_or_default(),
        value: fields.value("value", text).unwrap_or_default(),
    }
}

/// Reads a handle in a social network.
pub fn social_handle(fields: &mut Fields<'_>) -> SocialHandleInput {
    SocialHandleInput {
        network: fields.required("network", choice).unwrap_or(SocialNetwork::Other),
        handle: fields.value("handle", text).unwrap_or_default(),
        platform_id: fields.value("platformId", text),
    }
}

/// Reads a contact point. Its kind can be told from the text, so it may be absent; the form that is compared is read anew.
pub fn contact_point(fields: &mut Fields<'_>) -> ContactPointInput {
    let input = fields.value("input", text).unwrap_or_default();
    let kind = fields.value("kind", choice::<ContactPointKind>);
    let network = fields.value("network", choice::<SocialNetwork>);
    let platform_id = fields.value("platformId", text);
    fields.value("normalized", text);
    let is_address = input.contains('@');
    match kind {
        Some(ContactPointKind::Phone) => ContactPointInput::PhoneNumber(input),
        Some(ContactPointKind::Email) => ContactPointInput::EmailAddress(input),
        None if network.is_none() && is_address => ContactPointInput::EmailAddress(input),
        None if network.is_none() => ContactPointInput::PhoneNumber(input),
        Some(ContactPointKind::Social) | None => ContactPointInput::SocialHandle(SocialHandleInput {
            network: network.unwrap_or(SocialNetwork::Other),
            handle: input,
            platform_id,
        }),
    }
}

/// Reads an amount of money.
pub fn money(fields: &mut Fields<'_>) -> MoneyInput {
    MoneyInput {
        amount: fields.required("amount", decimal).unwrap_or(Decimal(0.into())),
        currency: fields.value("currency", text).unwrap_or_default(),
    }
}

/// Reads a ticker.
pub fn ticker(fields: &mut Fields<'_>) -> TickerInput {
    TickerInput {
        symbol: fields.value("symbol", text).unwrap_or_default(),
        exchange: fields.value("exchange", text).unwrap_or_default(),
    }
}
