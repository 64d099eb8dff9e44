//! A company with all its records, written in one transaction.
//!
//! The records are stored directly, since they were made at times and by users of the past: a mutation's service function
//! makes a record now, by its caller. The rules of their fields hold, as the same functions of the model check them.

use chrono::TimeDelta;

use super::content::Company;
use super::people::{Employer, RecordFactory, conversation, key};
use super::prose::Details;
use crate::error::Result;
use crate::id::{NoteId, RelationshipId, TypedId, UserId, WrapUpCodeId};
use crate::model::{
    Contact, ContactChanges, ContactPointLabel, Date, ExternalId, Note, NoteChanges, NoteSubjectId,
    Organization, Patch, PhoneNumberInput, Region, Relationship, RelationshipChanges,
};
use crate::service::Target;
use crate::store::{Read as _, Tx};

/// The source in the external ids of the demo's records.
pub const SOURCE: &str = "crm";
/// The number of people of a company per note about one of them.
const PEOPLE_PER_NOTE: usize = 6;
/// The index of the development server's user in the list of staff.
const DEVELOPER: usize = 12;
/// A tag of three contacts of four, which is more than a search can reach.
const FREQUENT_TAG: &str = "newsletter";

/// The tenant's users and wrap-up codes, as stored.
pub struct Staff {
    pub users: Vec<UserId>,
    pub wrap_up_codes: Vec<WrapUpCodeId>,
}

/// Writes one company.
pub struct Writer<'a> {
    pub factory: RecordFactory<'a>,
    pub staff: &'a Staff,
}

impl Writer<'_> {
    /// Writes a company with its people, relationships, notes and interactions, unless it was written before.
    pub async fn company(&mut self, tx: &mut Tx, number: usize, company: &Company) -> Result<()> {
        // Interactions tell, since a user may have deleted all other records.
        let first = tx.interaction_by_external_id(&conversation(number, 0)).await?;
        if first.is_some() {
            return Ok(());
        }
        let external_id = key(SOURCE, &format!("A-{:04}", number + 1));
        let organization = self.factory.organization(tx, company, external_id)?;
        tx.insert(&organization).await?;
        let people = self.people(tx, number, company, &organization)?;
        tx.insert_all(&people).await?;
        let mut after = organization.clone();
        after.primary_contact_id = people.first().map(|contact| contact.id);
        tx.update(&organization, after).await?;
        self.relationships(tx, number, &organization).await?;
        // The playground's first screen shows the notes about people of the first company.
        let people_per_note = if number == 0 { 1 } else { PEOPLE_PER_NOTE };
        let noted: Vec<&Contact> = people.iter().step_by(people_per_note).collect();
        self.notes(tx, company, &organization, &people, &noted).await?;
        self.interactions(tx, number, company, &organization, &people)
            .await?;
        if number == 0 {
            self.unknown_callers(tx, &organization).await?;
        }
        Ok(())
    }

    fn people(
        &mut self,
        tx: &Tx,
        number: usize,
        company: &Company,
        organization: &Organization,
    ) -> Result<Vec<Contact>> {
        let employer = Employer {
            organization_id: Some(organization.id),
            domain: company.domain,
            place: &company.place,
        };
        let mut people = Vec::new();
        for person in 0..company.people {
            let name = match (number, person) {
                (0, 0) => ("John", "Smith"),
                (0, 1) => ("José", "Álvarez"),
                _ => self
                    .factory
                    .content
                    .names
                    .of(company.place.country, &mut self.factory.rng),
            };
            let external_id = key(SOURCE, &format!("C-{:04}-{:03}", number + 1, person + 1));
            let tags = self.tags();
            let mut contact = self.factory.contact(tx, name, &employer, tags, external_id)?;
            if (number, person) == (0, 0) {
                well_known(&mut contact, self.factory.region)?;
            }
            people.push(contact);
        }
        Ok(people)
    }

    fn tags(&mut self) -> Vec<String> {
        const RARE: [&str; 6] = [
            "vip",
            "beta tester",
            "decision maker",
            "technical",
            "billing",
            "speaker",
        ];
        let rng = &mut self.factory.rng;
        let frequent = (rng.u8(0..4) > 0).then_some(FREQUENT_TAG);
        let rare = (rng.u8(0..4) == 0).then(|| rng.choice(RARE)).flatten();
        frequent.into_iter().chain(rare).map(str::to_owned).collect()
    }

    async fn relationships(&mut self, tx: &mut Tx, number: usize, organization: &Organization) -> Result<()> {
        for role in roles(number) {
            let Some(user) = self.staff.users.get(role.place) else {
                continue;
            };
            let record = self.factory.record(tx);
            let day = record.created_at.0.date_naive();
            let (started_on, ended_on) = if role.is_current {
                (day, Patch::Keep)
            } else {
                (day - TimeDelta::days(700), Patch::Set(Date(day)))
            };
            let mut relationship =
                Relationship::new(RelationshipId::new(tx.new_id()), record, *user, organization.id);
            RelationshipChanges {
                r#type: Patch::Set(role.name.to_owned()),
                started_on: Patch::Set(Date(started_on)),
                ended_on,
            }
            .apply(&mut relationship)?;
            tx.add_relationship(&relationship).await?;
        }
        Ok(())
    }

    /// Writes a few notes about the company, and one about each of some of its people.
    async fn notes(
        &mut self,
        tx: &mut Tx,
        company: &Company,
        organization: &Organization,
        people: &[Contact],
        noted: &[&Contact],
    ) -> Result<()> {
        let prose = &self.factory.content.prose;
        let mut templates = prose.about_organizations.clone();
        self.factory.rng.shuffle(&mut templates);
        let alert = templates.iter().position(|(_, pinned)| *pinned);
        // At most one alert a company.
        let chosen = templates
            .iter()
            .enumerate()
            .filter(|(place, (_, pinned))| !pinned || Some(*place) == alert);
        let count = 2 + company.people / 20;
        let chosen: Vec<_> = chosen.map(|(_, template)| *template).take(count).collect();
        for template in chosen {
            self.note(
                tx,
                company,
                people,
                None,
                NoteSubjectId::Organization(organization.id),
                template,
            )
            .await?;
        }
        for contact in noted.iter().copied() {
            if let Some(template) = self.factory.rng.choice(&prose.about_contacts).copied() {
                let subject = NoteSubjectId::Contact(contact.id);
                self.note(tx, company, people, Some(contact), subject, template)
                    .await?;
            }
        }
        Ok(())
    }

    async fn note(
        &mut self,
        tx: &mut Tx,
        company: &Company,
        people: &[Contact],
        contact: Option<&Contact>,
        subject: NoteSubjectId,
        (template, pinned): (&str, bool),
    ) -> Result<()> {
        let record = self.factory.record(tx);
        let Some(author) = record.created_by else {
            return Ok(());
        };
        let mut note = Note::new(NoteId::new(tx.new_id()), record, subject, author);
        NoteChanges {
            text: Patch::Set(self.text(template, company, people, contact)),
            pinned: Patch::Set(pinned),
        }
        .apply(&mut note)?;
        tx.insert(&note).await
    }

    /// Returns a text with the details of the company and one of its people.
    pub fn text(
        &mut self,
        template: &str,
        company: &Company,
        people: &[Contact],
        about: Option<&Contact>,
    ) -> String {
        let rng = &mut self.factory.rng;
        let colleague = rng.choice(people).map(Contact::display_name).unwrap_or_default();
        let staff = rng
            .choice(&self.factory.content.staff)
            .map_or("", |colleague| colleague.name);
        let name = about.map(Contact::display_name).unwrap_or_default();
        Details {
            first: about
                .and_then(|contact| contact.first_name.as_deref())
                .unwrap_or_default(),
            name: &name,
            company: company.name,
            city: company.place.city,
            colleague: &colleague,
            staff,
        }
        .fill(template, rng)
    }
}

/// Gives a contact the data that the playground's examples search for.
fn well_known(contact: &mut Contact, region: &Region) -> Result<()> {
    let number = PhoneNumberInput {
        input: "+1 212 555 0100".to_owned(),
        extension: None,
        label: Some(ContactPointLabel::Work),
        primary: Some(true),
    };
    ContactChanges {
        title: Patch::Set("Head of Purchasing".to_owned()),
        phone_numbers: Patch::Set(vec![number]),
        ..ContactChanges::default()
    }
    .apply(contact, region)?;
    Ok(())
}

/// The current or former role of a staff member for a company.
struct Role {
    name: &'static str,
    /// The index in the list of staff.
    place: usize,
    is_current: bool,
}

/// Returns the roles for a company: an account manager, for every eighth the developer, and a support lead; for every third a sponsor, for every fourth
/// a former account manager, for every fifth the person who introduced the service.
fn roles(number: usize) -> Vec<Role> {
    let current = |name, place| Role {
        name,
        place,
        is_current: true,
    };
    let former = |name, place| Role {
        name,
        place,
        is_current: false,
    };
    let manager = if number.is_multiple_of(8) {
        DEVELOPER
    } else {
        1 + number % 4
    };
    let mut roles = vec![
        current("Account Manager", manager),
        current("Support Lead", 6 + number % 2),
    ];
    if number.is_multiple_of(3) {
        roles.push(current(
            "Executive Sponsor",
            if number.is_multiple_of(2) { 0 } else { 5 },
        ));
    }
    if number.is_multiple_of(4) {
        roles.push(former("Account Manager", 1 + (number + 1) % 4));
    }
    if number.is_multiple_of(5) {
        roles.push(former("Implementation Lead", 6 + (number + 1) % 2));
    }
    roles
}

/// Returns the record of the demo's source with this external id.
pub async fn find<I: TypedId>(tx: &mut Tx, external_id: &str) -> Result<Option<I>> {
    let external_id = ExternalId::check(key(SOURCE, external_id))?;
    tx.find_by_external_id(&external_id).await
}

/// Returns the record to change, whatever its version.
pub const fn target<I>(id: I) -> Target<I> {
    Target {
        id,
        expected_version: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::content::Content;

    #[test]
    fn the_developer_is_an_account_manager() {
        let content = Content::read();
        assert_eq!(content.staff[DEVELOPER].subject, "developer");
        let own = |number: &usize| roles(*number).iter().any(|role| role.place == DEVELOPER);
        // The last company is deleted.
        assert_eq!((0..content.companies.len()).filter(own).count(), 5 + 1);
    }
}
