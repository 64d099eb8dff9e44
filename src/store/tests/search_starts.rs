//! The condition that a search starts from.

use super::on_both_engines;
use crate::id::ContactId;
use crate::model::{Contact, Query, Region, Subject, sort_key};
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

on_both_engines! {
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
