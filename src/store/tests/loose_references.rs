//! Deletion and restoration of records that many others refer to.

use uuid::Uuid;

use super::on_both_engines;
use crate::error::Result;
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId as _};
use crate::model::{Contact, Interaction, Organization};
use crate::store::engine::sql;
use crate::store::loose_reference::STEP;
use crate::store::{InTrash, LONGEST_LOAD, Load, RemovedContact, RemovedOrganization, Tenant, change};

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
            "SELECT id FROM unsettled_records WHERE tenant_id = $1 ORDER BY id"
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

/// Restores the organization, and returns the number of its contacts.
async fn restore(tenant: &Tenant, organization: OrganizationId, first: Option<ContactId>) -> i64 {
    change!(tenant, None, |tx| {
        let kept: InTrash<Organization> = tx.find_in_trash(organization).await?.unwrap();
        tx.restore(kept).await?;
        tx.reattach(organization, first).await
    })
    .unwrap()
}

/// Purges the organization.
async fn purge(tenant: &Tenant, organization: &Organization) {
    let id = organization.id.uuid();
    let purged = change!(tenant, None, |tx| {
        assert_eq!(tx.lock_in_trash(vec![id]).await?.len(), 1);
        tx.purge(vec![id]).await
    });
    assert_eq!(purged.unwrap(), 1);
}

async fn contact(tenant: &Tenant, id: ContactId) -> Contact {
    let found: Result<Option<Contact>> = change!(tenant, None, |tx| { tx.find_locked(id).await });
    found.unwrap().unwrap()
}

fn counts() -> (i64, i64) {
    (
        i64::try_from(CONTACTS).unwrap(),
        i64::try_from(INTERACTIONS).unwrap(),
    )
}

on_both_engines! {
    async fn a_large_organization_is_left_and_returned_to_in_steps(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let organization = &company.organization;
        let counted = tenant.counted_anew();
        let (contacts, interactions) = counts();

        let removed = delete(&counted, organization).await;

        assert_eq!(removed, RemovedOrganization { contacts, interactions: 10_000, ..RemovedOrganization::default() });
        // Two statements for relationships and notes, two for the trash, six for the contacts, one for the interactions, of the
        // row, of its words, and the change.
        assert!(counted.statements() <= 15, "{} statements", counted.statements());
        assert_eq!(referring(&tenant).await, (contacts - STEP, interactions, interactions));
        assert_eq!(waiting(&tenant).await, [(organization.id.uuid(),)]);

        // Another server goes on with it, as after a crash.
        let other = test.again(2).await;
        other.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (0, interactions, interactions));
        assert_eq!(waiting(&tenant).await, []);
        let left = contact(&tenant, company.contacts[7].id).await;
        assert_eq!((left.organization_id, left.record.version), (None, company.contacts[7].record.version));

        let last = company.contacts.iter().max_by_key(|contact| contact.id).unwrap();
        assert_eq!(restore(&tenant, organization.id, Some(last.id)).await, contacts);
        assert_eq!(referring(&tenant).await, (STEP + 1, interactions, interactions));
        assert_eq!(&contact(&tenant, last.id).await, last);
        other.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (contacts, interactions, interactions));
        assert_eq!(waiting(&tenant).await, []);
    }

    async fn an_organization_that_is_restored_between_two_steps_keeps_its_contacts(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let (contacts, interactions) = counts();
        delete(&tenant, &company.organization).await;
        assert_eq!(restore(&tenant, company.organization.id, None).await, contacts);
        delete(&tenant, &company.organization).await;
        assert_eq!(restore(&tenant, company.organization.id, None).await, contacts);

        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (contacts, interactions, interactions));
    }

    async fn a_step_beside_a_deletion_forgets_nothing(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let (contacts, interactions) = counts();
        delete(&tenant, &company.organization).await;
        restore(&tenant, company.organization.id, None).await;
        assert_eq!(waiting(&tenant).await, [(company.organization.id.uuid(),)]);

        // The step begins while the second deletion is not committed.
        let mut tx = tenant.begin(None).await.unwrap();
        let done = tx.delete_organizations(std::slice::from_ref(&company.organization)).await;
        let store = test.store.clone();
        let step = tokio::spawn(async move { store.system().settle_references().await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        tx.end(done).await.unwrap();
        step.await.unwrap().unwrap();
        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (0, interactions, interactions));

        assert_eq!(restore(&tenant, company.organization.id, None).await, contacts);
        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (contacts, interactions, interactions));
    }

    async fn a_purged_organization_is_left_by_all(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        delete(&tenant, &company.organization).await;
        purge(&tenant, &company.organization).await;

        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (0, counts().1, 0));
        assert_eq!(waiting(&tenant).await, []);
    }

    async fn a_contact_with_many_interactions_is_left_in_steps_where_there_is_no_trash(test: &TestStore) {
        test.store.keep_trash(0);
        let tenant = test.tenant("acme").await;
        let company = company(&tenant).await;
        let contact = &company.contacts[..1];

        let removed: Result<Vec<RemovedContact>> = change!(tenant, None, |tx| { tx.delete_contacts(contact).await });
        assert_eq!(removed.unwrap(), [RemovedContact { notes: 0, interactions: 10_000 }]);
        let (contacts, interactions) = counts();
        assert_eq!(referring(&tenant).await, (contacts - 1, interactions - STEP, interactions));

        test.store.system().references_left().await;
        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await, (contacts - 1, 0, interactions));
        assert_eq!(waiting(&tenant).await, []);
    }

    async fn a_contact_that_moved_on_stays_there(test: &TestStore) {
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
        let moved = moved.unwrap();
        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await.0, 2);

        assert_eq!(restore(&tenant, company.organization.id, None).await, counts().0 - 2);
        test.store.system().settle_references().await.unwrap();
        assert_eq!(referring(&tenant).await.0, counts().0);
        assert_ne!(contact(&tenant, moved[0]).await.organization_id, Some(company.organization.id));
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
