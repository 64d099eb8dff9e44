//! Deletion of records that many others refer to.

use uuid::Uuid;

use super::on_both_engines;
use crate::error::Result;
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId as _};
use crate::model::{Contact, Interaction, Organization};
use crate::store::detachment::STEP;
use crate::store::engine::sql;
use crate::store::{LONGEST_LOAD, Load, RemovedContact, RemovedOrganization, Tenant, change};

/// The contacts of the organization: their detachment takes several steps.
const CONTACTS: usize = 2_300;
/// Its interactions, all with its first contact: more than are counted.
const INTERACTIONS: usize = 10_050;

struct Company {
    organization: Organization,
    contacts: Vec<Contact>,
}

/// Creates an organization with many contacts, and interactions with it and its first contact.
async fn company(tenant: &Tenant) -> Company {
    change!(tenant, None, within LONGEST_LOAD, |tx| {
        tx.lift_time_limits().await?;
        let organization = Organization::new(OrganizationId::new(tx.new_id()), tx.new_record());
        let contacts: Vec<Contact> = std::iter::repeat_with(|| {
            let mut contact = Contact::new(ContactId::new(tx.new_id()), tx.new_record());
            contact.organization_id = Some(organization.id);
            contact
        })
        .take(CONTACTS)
        .collect();
        let interactions: Vec<Interaction> = std::iter::repeat_with(|| {
            let id = InteractionId::new(tx.new_id());
            let mut interaction = Interaction::new(id, tx.new_record(), None);
            interaction.contact_id = contacts.first().map(|contact| contact.id);
            interaction.organization_id = Some(organization.id);
            interaction
        })
        .take(INTERACTIONS)
        .collect();
        tx.load_all(std::slice::from_ref(&organization)).await?;
        tx.load_all(&contacts).await?;
        let mut load = Load::of(tenant);
        load.add_interactions(&interactions)?;
        tx.load(&load).await?;
        Ok(Company { organization, contacts })
    })
    .unwrap()
}

/// Returns the numbers of contacts with an employer, and of interactions with a contact and with an organization.
async fn referring(tenant: &Tenant) -> (i64, i64, i64) {
    let (contacts,): (i64,) = tenant
        .fetch_optional(sql!(
            "SELECT COUNT(organization_id) FROM contacts WHERE tenant_id = $1"
        ))
        .await
        .unwrap()
        .unwrap();
    let (of_contact, of_organization): (i64, i64) = tenant
        .fetch_optional(sql!(
            "SELECT COUNT(contact_id), COUNT(organization_id) FROM interactions WHERE tenant_id = $1"
        ))
        .await
        .unwrap()
        .unwrap();
    (contacts, of_contact, of_organization)
}

async fn waiting(tenant: &Tenant) -> Vec<(Uuid,)> {
    tenant
        .fetch_all(sql!(
            "SELECT parent_id FROM detachments WHERE tenant_id = $1 ORDER BY parent_id"
        ))
        .await
        .unwrap()
}

async fn delete(tenant: &Tenant, organization: &Organization) -> RemovedOrganization {
    let removed: Result<Vec<RemovedOrganization>> = change!(tenant, None, |tx| {
        tx.delete_organizations(std::slice::from_ref(organization)).await
    });
    removed.unwrap().remove(0)
}

on_both_engines! {
    async fn a_large_organization_is_left_in_steps(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let organization = &company.organization;
        let counted = tenant.counted_anew();
        let (contacts, interactions) = (i64::try_from(CONTACTS).unwrap(), i64::try_from(INTERACTIONS).unwrap());

        let removed = delete(&counted, organization).await;

        assert_eq!(removed, RemovedOrganization { contacts, interactions: 10_000, ..RemovedOrganization::default() });
        // Two statements for relationships and notes, three for each reference, of the row, of its words, and the change.
        assert!(counted.statements() <= 12, "{} statements", counted.statements());
        assert_eq!(referring(&tenant).await, (contacts - STEP, interactions, interactions - STEP));
        assert_eq!(waiting(&tenant).await, [(organization.id.uuid(),)]);

        // Another server goes on with it, as after a crash.
        let other = test.again(2).await;
        other.system().sweep_detachments().await.unwrap();
        assert_eq!(referring(&tenant).await, (0, interactions, 0));
        assert_eq!(waiting(&tenant).await, []);
        let mut tx = tenant.begin(None).await.unwrap();
        let contact: Contact = tx.find_locked(company.contacts[7].id).await.unwrap().unwrap();
        assert_eq!((contact.organization_id, contact.record.version), (None, company.contacts[7].record.version));
        tx.end(Ok(())).await.unwrap();
    }

    async fn a_contact_with_many_interactions_is_left_in_steps(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let contact = &company.contacts[..1];

        let removed: Result<Vec<RemovedContact>> = change!(tenant, None, |tx| { tx.delete_contacts(contact).await });
        assert_eq!(removed.unwrap(), [RemovedContact { notes: 0, interactions: 10_000 }]);

        test.store.system().references_left().await;
        test.store.system().sweep_detachments().await.unwrap();
        let (contacts, interactions) = (i64::try_from(CONTACTS).unwrap(), i64::try_from(INTERACTIONS).unwrap());
        assert_eq!(referring(&tenant).await, (contacts - 1, 0, interactions));
        assert_eq!(waiting(&tenant).await, []);
    }

    async fn a_contact_that_moved_on_before_its_step_stays_there(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        delete(&tenant, &company.organization).await;

        let moved: Result<Vec<ContactId>> = change!(tenant, None, |tx| {
            let organization = Organization::new(OrganizationId::new(tx.new_id()), tx.new_record());
            tx.insert(&organization).await?;
            let mut moved = Vec::new();
            for contact in [&company.contacts[0], &company.contacts[CONTACTS - 1]] {
                let before: Contact = tx.find_locked(contact.id).await?.unwrap();
                let mut after = before.clone();
                after.organization_id = Some(organization.id);
                moved.push(tx.update_contact(&before, after).await?.id);
            }
            Ok(moved)
        });
        test.store.system().sweep_detachments().await.unwrap();

        assert_eq!(moved.unwrap().len(), 2);
        assert_eq!(referring(&tenant).await.0, 2);
    }

    async fn the_employer_of_a_kept_contact_exists(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let contacts = company.contacts.iter().map(|contact| contact.id.uuid());
        let contacts: Vec<Uuid> = contacts.collect();
        let employers = |kept: Vec<(ContactId, Option<OrganizationId>)>| {
            kept.into_iter().filter_map(|(_, employer)| employer).count()
        };
        let kept = change!(tenant, None, |tx| { tx.keep_contacts(contacts.clone(), &[]).await });
        assert_eq!(employers(kept.unwrap()), CONTACTS);

        delete(&tenant, &company.organization).await;
        let kept = change!(tenant, None, |tx| { tx.keep_contacts(contacts.clone(), &[]).await });
        assert_eq!(employers(kept.unwrap()), 0);
    }
}
