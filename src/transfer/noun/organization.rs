//! Organizations in files.

use uuid::Uuid;

use super::{
    Context, Key, Match, Noun, Stamp, external_keys, find_by_keys, given_phone_keys, merged, phone_keys,
    serialized,
};
use crate::error::{Result, UserError};
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    Checked, Organization, OrganizationChanges, OrganizationListChanges, Patch, Record, Region, UpsertMode,
    WordKind,
};
use crate::store::Tx;
use crate::transfer::Object;
use crate::transfer::fields::{Fields, integer, list, object, text, texts, url};
use crate::transfer::points::{address, external_id, money, phone, ticker};
use crate::transfer::reference::{Reference, References};

/// The words of phone numbers.
const PHONE: WordKind = WordKind::OrganizationPhone;

/// Organizations.
pub struct Organizations;

/// A row about an organization.
pub struct Draft {
    stamp: Stamp,
    primary_contact: Patch<Reference<ContactId>>,
    changes: OrganizationChanges,
}

impl Noun for Organizations {
    type Record = Organization;
    type Draft = Draft;
    type Extra = ();

    fn read(fields: &mut Fields<'_>) -> Draft {
        let websites = fields.patch("websites", texts('\n'));
        Draft {
            stamp: Stamp::read::<OrganizationId>(fields),
            primary_contact: Reference::read(fields, "primaryContactId", None, None),
            changes: OrganizationChanges {
                name: fields.patch("name", text),
                company_type: fields.patch("companyType", text),
                industry: fields.patch("industry", text),
                address: fields.patch("address", object(address)),
                phone_number: fields.patch("phoneNumber", object(phone)),
                fax_number: fields.patch("faxNumber", object(phone)),
                employee_count: fields.patch("employeeCount", integer),
                annual_revenue: fields.patch("annualRevenue", object(money)),
                websites: websites.map(|sites| sites.into_iter().map(crate::model::Url).collect()),
                tags: fields.patch("tags", texts(';')),
                tickers: fields.patch("tickers", list(ticker)),
                external_system_url: fields.patch("externalSystemUrl", url),
                external_ids: fields.patch("externalIds", list(external_id)),
                primary_contact_id: Patch::Keep,
                lists: OrganizationListChanges::default(),
                mode: UpsertMode::default(),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    fn keys(draft: &Draft, ways: &[Match], region: &Region) -> Vec<Key> {
        let mut keys = Vec::new();
        for way in ways {
            match way {
                Match::ExternalId => keys.extend(Self::claims(draft)),
                Match::Phone => {
                    if let Patch::Set(number) = &draft.changes.phone_number {
                        keys.extend(given_phone_keys(PHONE, &number.input, region));
                    }
                }
                Match::Email => {}
            }
        }
        keys
    }

    fn claims(draft: &Draft) -> Vec<Key> {
        match &draft.changes.external_ids {
            Patch::Set(given) => external_keys(given),
            Patch::Keep | Patch::Clear => Vec::new(),
        }
    }

    fn held(organization: &Organization) -> Vec<Key> {
        let external = organization.external_ids.iter().map(Key::external_id);
        let numbers = [&organization.phone_number, &organization.fax_number];
        let phones = numbers.into_iter().flatten();
        let phones = phones.flat_map(|number| phone_keys(PHONE, number));
        external.chain(phones).collect()
    }

    fn refer(draft: &Draft, to: &mut References) {
        to.contact(&draft.primary_contact);
    }

    async fn find(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
        find_by_keys::<OrganizationId>(tx, keys).await
    }

    fn create(id: Uuid, record: Record, _: &Draft, _: Context<'_>) -> Checked<Organization> {
        Ok(Organization::new(OrganizationId::from_uuid(id), record))
    }

    fn apply(draft: Draft, organization: &mut Organization, _: bool, with: Context<'_>) -> Checked<()> {
        let mut changes = draft.changes;
        changes.primary_contact_id = match draft.primary_contact {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(reference) => {
                let contact = with.known.contact(&reference)?;
                if with.known.employer(contact) != Some(organization.id) {
                    let message = "must be a contact who works for this organization";
                    return Err(vec![UserError::invalid(message).under("primaryContactId")]);
                }
                Patch::Set(contact)
            }
        };
        changes.external_ids = changes
            .external_ids
            .map(|given| merged(&organization.external_ids, given));
        changes.apply(organization, with.region)
    }

    fn taken(_: &Key) -> UserError {
        UserError::invalid("another organization has one of these external ids").under("externalIds")
    }

    fn export(organization: &Organization) -> Result<Object> {
        serialized(organization)
    }
}
