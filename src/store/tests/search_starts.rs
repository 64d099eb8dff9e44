//! The condition that a search starts from, and what it knows of the others.

use super::on_both_engines;
use crate::id::{ContactId, OrganizationId};
use crate::model::{Contact, Organization, Query, Region, Search, Subject, sort_key};
use crate::store::search::known::{Count, Known};
use crate::store::search::plan::Driver;
use crate::store::search::source::{Range, Source};
use crate::store::search::survey::Survey;
use crate::store::{LONGEST_LOAD, Tenant, change};

/// The contacts with the longer of two names; the first of them have the shorter one as well. Both are common.
const JOHNATHANS: usize = 6_200;
const MARYS: usize = 5_400;

async fn filled(tenant: &Tenant) {
    change!(tenant, None, within LONGEST_LOAD, |tx| {
        tx.lift_time_limits().await?;
        let contacts: Vec<Contact> = (0..JOHNATHANS)
            .map(|place| {
                let mut contact = Contact::new(ContactId::new(tx.new_id()), tx.new_record());
                contact.first_name = Some("Johnathan".to_owned());
                contact.last_name = (place < MARYS).then(|| "Mary".to_owned());
                contact.sort_name = sort_key(&[contact.last_name.as_deref().unwrap_or_default(), "Johnathan"]);
                contact
            })
            .collect();
        tx.load_all(&contacts).await
    })
    .unwrap();
}

/// More organizations than are known that meet a condition.
const INTERNATIONALS: usize = 5_100;

/// Adds organizations with the same word, and a contact of the last of them, which it returns.
async fn with_internationals(tenant: &Tenant) -> Organization {
    change!(tenant, None, within LONGEST_LOAD, |tx| {
        tx.lift_time_limits().await?;
        let organizations: Vec<Organization> = (0..INTERNATIONALS)
            .map(|place| {
                let mut organization = Organization::new(OrganizationId::new(tx.new_id()), tx.new_record());
                organization.name = format!("International {place:04}");
                organization.sort_name = sort_key(&[&organization.name, ""]);
                organization
            })
            .collect();
        tx.load_all(&organizations).await?;
        let last = organizations.into_iter().last();
        let mut contact = Contact::new(ContactId::new(tx.new_id()), tx.new_record());
        contact.first_name = Some("Ada".to_owned());
        contact.organization_id = last.as_ref().map(|last| last.id);
        contact.sort_name = sort_key(&["", "Ada"]);
        tx.load_all(&[contact]).await?;
        Ok(last)
    })
    .unwrap()
    .unwrap()
}

on_both_engines! {
    async fn contacts_of_any_of_very_many_organizations_are_found_by_its_name(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let employer = with_internationals(&tenant).await;
        for (words, is_narrowed, is_capped) in [
            ("international", true, false),
            ("ada international", true, false),
            ("ada international", false, false),
            // Only the first 5,000 organizations are looked at.
            ("international", false, true),
        ] {
            let query = Query::read(words, &Region::default()).unwrap();
            let search = Search {
                organization_id: is_narrowed.then_some(employer.id),
                ..query.among(Subject::Contacts, true)
            };
            let found = tenant.search(&search).await.unwrap();

            assert_eq!((found.hits.len(), found.capped), (usize::from(!is_capped), is_capped), "{words}");
        }
    }

    async fn a_search_starts_from_the_rarer_of_two_common_words(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        filled(&tenant).await;
        let query = Query::read("johnathan mary", &Region::default()).unwrap();
        let search = query.among(Subject::Contacts, false);

        let plan = tenant.plan(&search, &mut Known::default()).await.unwrap();

        assert_eq!(plan.driver(), Some(Driver::Condition(1)));
        let count = plan.candidates_of(Driver::Condition(1));
        assert_eq!((usize::try_from(count.counted).unwrap(), count.is_complete), (MARYS, true));
    }

    async fn a_plan_does_not_depend_on_what_others_have_counted(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        filled(&tenant).await;
        let source = Source::Words(Range::exactly("nmary"));
        let count_up_to = async |most| {
            let mut known = Known::default();
            let survey = Survey { counts: vec![&source], most, ..Survey::default() };
            tenant.survey(survey, &mut known).await.unwrap();
            known.count_of(&source)
        };
        let few = Count::of(501, 500);

        assert_eq!(count_up_to(500).await, few);
        assert_eq!(count_up_to(20_000).await, Count::of(i64::try_from(MARYS).unwrap(), 20_000));
        let before = tenant.statements();
        assert_eq!(count_up_to(500).await, few);
        assert_eq!(tenant.statements(), before, "the count is known");
    }
}
