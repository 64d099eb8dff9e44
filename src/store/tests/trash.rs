//! The trash: the forms in which records are kept, the plans of its list, and its bounds.

use serde_json::Value;
use sqlx::types::Json;

use super::explained::explained;
use super::on_both_engines;
use crate::error::Error;
use crate::id::{ContactId, NoteId, UserId};
use crate::model::{
    Contact, DateTime, DateTimeRange, EntityKind, Note, NoteSubjectId, Organization, Recorded, Relationship,
    TrashFilter, TrashedRecord,
};
use crate::page::Page;
use crate::store::kept::Kept;
use crate::store::list::Conditions;
use crate::store::list::choice::Choice;
use crate::store::list::page::page_of;
use crate::store::trash::MOST_PARTS;
use crate::store::{LONGEST_LOAD, PageQuery, SortField as _, Stored, Tenant, TrashOrder, change};

/// The forms in which each noun was ever kept, the present one last. When a column is added, its form is added, and the others
/// stay: a database may have records in each of them.
const FORMS: &str = include_str!("kept_forms.json");

/// Reads every form of a noun, and compares the last one with what is written.
fn check_forms<T: Stored + Recorded>(forms: &Value) {
    let forms = forms.as_array().unwrap();
    for form in forms {
        T::of_kept(Json(form.clone()).into()).unwrap();
    }
    let last = forms.last().unwrap();
    let record = T::of_kept(Json(last.clone()).into()).unwrap();
    let Json(written) = record.to_kept().unwrap().json();
    assert_eq!(written, *last, "{:?}", T::KIND);
    let empty = written.as_object().unwrap().values();
    let empty = empty.filter(|value| value.is_null() || **value == Value::Array(Vec::new()));
    assert_eq!(empty.count(), 0, "every column has a value: {written}");
}

#[test]
fn records_of_every_form_are_read() {
    let forms: Value = serde_json::from_str(FORMS).unwrap();
    check_forms::<Contact>(&forms["contact"]);
    check_forms::<Organization>(&forms["organization"]);
    check_forms::<Relationship>(&forms["relationship"]);
    check_forms::<Note>(&forms["note"]);
}

#[test]
fn a_record_without_an_id_is_none() {
    assert!(Note::of_kept(Kept::default()).is_err());
}

fn everything() -> TrashFilter {
    TrashFilter {
        kinds: EntityKind::ALL.to_vec(),
        deleted_by_ids: None,
        deleted_at: DateTimeRange::default(),
        kept_since: DateTime(super::START),
    }
}

/// Returns a contact with so many notes, and one of these.
async fn annotated(tenant: &Tenant, notes: i64) -> (Contact, Note) {
    let user = tenant.seen_user("ada", None, None).await.unwrap().id;
    change!(tenant, None, within LONGEST_LOAD, |tx| {
        tx.lift_time_limits().await?;
        let contact = Contact::new(ContactId::new(tx.new_id()), tx.new_record());
        let notes: Vec<Note> = (0..notes)
            .map(|_| {
                let (id, subject) = (NoteId::new(tx.new_id()), NoteSubjectId::Contact(contact.id));
                Note::new(id, tx.new_record(), subject, user)
            })
            .collect();
        tx.load_all(std::slice::from_ref(&contact)).await?;
        tx.load_all(&notes).await?;
        Ok((contact, notes.into_iter().next().unwrap()))
    })
    .unwrap()
}

on_both_engines! {
    async fn an_index_serves_each_filter_of_the_list(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let mut tx = tenant.begin(None).await.unwrap();
        let page = Page { limit: 10, backward: false, cursor: None };
        let by_kinds = TrashFilter { kinds: vec![EntityKind::Contact, EntityKind::Note], ..everything() };
        let by_user = TrashFilter { deleted_by_ids: Some(vec![UserId::new(uuid::Uuid::max())]), ..everything() };
        for (filter, index) in [
            (everything(), "trashed_records_deleted_at_idx"),
            (by_kinds, "trashed_records_kind_idx"),
            (by_user, "trashed_records_deleted_by_idx"),
        ] {
            let conditions = Conditions::of(&filter);
            let driver = Choice::of_list(&conditions, TrashOrder::DeletedAt.columns()).decided().unwrap();
            let query = PageQuery::whole(TrashOrder::NEWEST, &page);
            let statement = page_of::<TrashedRecord, _>(tx.engine(), &conditions, driver, query);
            let plan = explained(&mut tx, &statement).await;
            assert!(plan.contains(index), "{filter:?}\n{plan}");
        }
        tx.end(Ok(())).await.unwrap();
    }

    async fn a_deletion_of_too_many_records_is_refused(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let (contact, note) = annotated(&tenant, MOST_PARTS + 1).await;
        let deleted = change!(tenant, None, |tx| { tx.delete_contacts(std::slice::from_ref(&contact)).await });
        let Err(Error::Refused(refusals)) = deleted else { panic!("{deleted:?}") };
        assert_eq!(refusals[0].code, crate::error::UserErrorCode::TooLarge);

        change!(tenant, None, |tx| { tx.delete_notes(std::slice::from_ref(&note)).await }).unwrap();
        let deleted = change!(tenant, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            tx.delete_contacts(std::slice::from_ref(&contact)).await
        });
        assert_eq!(deleted.unwrap()[0].notes, MOST_PARTS);
        let restored = change!(tenant, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            let kept = tx.find_in_trash::<Contact>(contact.id).await?.unwrap();
            tx.restore(kept).await
        });
        assert_eq!(i64::try_from(restored.unwrap().notes).unwrap(), MOST_PARTS);
    }
}
