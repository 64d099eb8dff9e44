//! Generates any number of contacts, for measurements.

use std::sync::Arc;

use fastrand::Rng;

use super::Progress;
use super::company::Staff;
use super::content::{Company, Content, Place};
use super::fill::staff;
use super::people::{Employer, RecordFactory, key};
use super::prose::Details;
use crate::error::Result;
use crate::id::{NoteId, OrganizationId, RelationshipId};
use crate::model::{
    Contact, ExternalId, Note, NoteChanges, NoteSubjectId, Organization, Patch, Relationship,
    RelationshipChanges,
};
use crate::store::{LONGEST_LOAD, Names, Read as _, Tenant, Tx, change};

/// The number of contacts written in one transaction, with their organizations.
pub const CONTACTS_OF_BATCH: u32 = 1_000;
/// The number of contacts per organization.
const CONTACTS_OF_ORGANIZATION: u32 = 20;
/// The number of contacts per note.
const CONTACTS_TO_A_NOTE: usize = 50;
const SOURCE: &str = "generated";
const SEED: u64 = 41;

/// Generates this many contacts, in batches of 1,000 with 50 organizations, 50 relationships and 20 notes, one
/// transaction per batch and the same every time. Batches that an earlier call wrote are left as they are.
///
/// `progress` is called with the number of contacts written and their total.
pub async fn generate(tenant: &Tenant, contacts: u32, progress: Progress<'_>) -> Result<()> {
    let content = Content::read();
    let staff = staff(tenant, &content).await?;
    let batches = contacts.div_ceil(CONTACTS_OF_BATCH);
    let mut known = Arc::new(Names::new());
    let begin = first_missing(tenant, batches).await?;
    for number in begin..batches {
        progress(u64::from(number * CONTACTS_OF_BATCH), contacts.into());
        let count = CONTACTS_OF_BATCH.min(contacts - number * CONTACTS_OF_BATCH);
        let learnt = change!(tenant, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            tx.assume_known_names(&known);
            let mut batch = Batch {
                factory: factory(tenant, &content, &staff, number),
                number,
            };
            batch.write(tx, count).await?;
            Ok(tx.learnt_names())
        })?;
        Arc::make_mut(&mut known).extend(learnt);
    }
    progress(contacts.into(), contacts.into());
    Ok(())
}

/// Returns the first missing batch. Batches are written in order, so a binary search finds it.
async fn first_missing(tenant: &Tenant, batches: u32) -> Result<u32> {
    let (mut there, mut missing) = (0, batches);
    while there < missing {
        let middle = u32::midpoint(there, missing);
        let first = ExternalId::check(key(SOURCE, &organization_key(middle, 0)))?;
        let existing: Option<OrganizationId> = (&*tenant).find_by_external_id(&first).await?;
        if existing.is_some() {
            there = middle + 1;
        } else {
            missing = middle;
        }
    }
    Ok(there)
}

fn factory<'a>(tenant: &'a Tenant, content: &'a Content, staff: &'a Staff, number: u32) -> RecordFactory<'a> {
    RecordFactory {
        content,
        region: &tenant.record().default_region,
        staff: &staff.users,
        rng: Rng::with_seed(SEED + u64::from(number)),
    }
}

fn organization_key(batch: u32, place: u32) -> String {
    format!("O-{batch}-{place}")
}

struct Batch<'a> {
    factory: RecordFactory<'a>,
    number: u32,
}

impl Batch<'_> {
    async fn write(&mut self, tx: &mut Tx, count: u32) -> Result<()> {
        let (mut organizations, mut contacts) = (Vec::new(), Vec::new());
        for place in 0..count.div_ceil(CONTACTS_OF_ORGANIZATION) {
            let people = CONTACTS_OF_ORGANIZATION.min(count - place * CONTACTS_OF_ORGANIZATION);
            self.organization(tx, place, people, &mut organizations, &mut contacts)?;
        }
        tx.insert_all(&organizations).await?;
        tx.insert_all(&contacts).await?;
        for organization in &organizations {
            self.relationship(tx, organization).await?;
        }
        for contact in contacts.iter().step_by(CONTACTS_TO_A_NOTE) {
            self.note(tx, contact).await?;
        }
        Ok(())
    }

    fn organization(
        &mut self,
        tx: &Tx,
        place: u32,
        people: u32,
        organizations: &mut Vec<Organization>,
        contacts: &mut Vec<Contact>,
    ) -> Result<()> {
        let Some(model) = self.factory.rng.choice(&self.factory.content.companies) else {
            return Ok(());
        };
        let domain = format!("o{}-{place}.example", self.number);
        let mut organization =
            self.factory
                .organization(tx, model, key(SOURCE, &organization_key(self.number, place)))?;
        self.rename(&mut organization, model);
        for person in 0..people {
            let name = self
                .factory
                .content
                .names
                .of(model.place.country, &mut self.factory.rng);
            let contact = self.contact(tx, name, &domain, organization.id, &model.place, (place, person))?;
            contacts.push(contact);
        }
        organizations.push(organization);
        Ok(())
    }

    /// Creates a contact; one of twenty has no employer.
    fn contact(
        &mut self,
        tx: &Tx,
        name: (&str, &str),
        domain: &str,
        organization: OrganizationId,
        place: &Place,
        (number, person): (u32, u32),
    ) -> Result<Contact> {
        let employer = Employer {
            organization_id: (person > 0).then_some(organization),
            domain,
            place,
        };
        let external_id = key(SOURCE, &format!("C-{}-{number}-{person}", self.number));
        self.factory.contact(tx, name, &employer, Vec::new(), external_id)
    }

    /// Gives a company that resembles one of the demo's a name of its own.
    fn rename(&mut self, organization: &mut Organization, model: &Company) {
        const ENDINGS: [&str; 8] = [
            "Group",
            "Ltd",
            "Inc",
            "Holding",
            "Partners",
            "Brothers",
            "International",
            "Works",
        ];
        let rng = &mut self.factory.rng;
        let (founder, ending) = (
            self.factory.content.names.last(rng),
            rng.choice(ENDINGS).unwrap_or_default(),
        );
        organization.name = format!("{founder} {} {ending}", model.industry);
        organization.sort_name = crate::model::sort_key(&[&organization.name, ""]);
    }

    async fn relationship(&mut self, tx: &mut Tx, organization: &Organization) -> Result<()> {
        let record = self.factory.record(tx);
        let Some(user) = record.created_by else {
            return Ok(());
        };
        let mut relationship =
            Relationship::new(RelationshipId::new(tx.new_id()), record, user, organization.id);
        RelationshipChanges {
            r#type: Patch::Set("Account Manager".to_owned()),
            ..RelationshipChanges::default()
        }
        .apply(&mut relationship)?;
        tx.add_relationship(&relationship).await
    }

    async fn note(&mut self, tx: &mut Tx, contact: &Contact) -> Result<()> {
        let record = self.factory.record(tx);
        let templates = &self.factory.content.prose.about_contacts;
        let (Some(author), Some((template, pinned))) =
            (record.created_by, self.factory.rng.choice(templates))
        else {
            return Ok(());
        };
        let name = contact.display_name();
        let details = Details {
            first: contact.first_name.as_deref().unwrap_or_default(),
            name: &name,
            company: "the company",
            city: "the city",
            colleague: "a colleague",
            staff: "the account manager",
        };
        let text = details.fill(template, &mut self.factory.rng);
        let mut note = Note::new(
            NoteId::new(tx.new_id()),
            record,
            NoteSubjectId::Contact(contact.id),
            author,
        );
        NoteChanges {
            text: Patch::Set(text),
            pinned: Patch::Set(*pinned),
        }
        .apply(&mut note)?;
        tx.insert(&note).await
    }
}
