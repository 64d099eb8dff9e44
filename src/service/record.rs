//! The record that a change is about.

use crate::error::{Result, UserError};
use crate::id::{
    ContactId, InteractionId, NoteId, OrganizationId, RelationshipId, TypedId, UserId, WrapUpCodeId,
};
use crate::model::{Contact, Interaction, Note, Organization, Relationship, User, WrapUpCode};
use crate::store::Tx;

/// The record to change or to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<I> {
    /// The record's id.
    pub id: I,
    /// The version the record must have. `None` accepts any version.
    pub expected_version: Option<i32>,
}

impl<I: TypedId> Target<I> {
    /// Returns the record, locked, unless it has another version than expected.
    pub(super) async fn find<R: Versioned<Id = I>>(self, tx: &mut Tx) -> Result<R> {
        let record = self.find_any_version::<R>(tx).await?;
        self.check_version(&record)?;
        Ok(record)
    }

    /// Returns the record, locked, whatever its version.
    pub(super) async fn find_any_version<R: Versioned<Id = I>>(self, tx: &mut Tx) -> Result<R> {
        let record = R::find(tx, self.id).await?;
        record.ok_or_else(|| UserError::not_found(R::NOUN).under("id").into())
    }

    /// Refuses a record that has another version than expected.
    pub(super) fn check_version<R: Versioned>(self, record: &R) -> Result<()> {
        match self.expected_version {
            Some(expected) if expected != record.version() => {
                Err(UserError::version_conflict(record.version()).into())
            }
            _ => Ok(()),
        }
    }
}

/// A record that can be found by id and has a version.
pub(super) trait Versioned: Send + Sync + Sized {
    /// The id of this kind of record.
    type Id: TypedId;
    /// The kind's name in messages.
    const NOUN: &'static str;

    /// Returns the record, locked until the transaction ends.
    fn find(tx: &mut Tx, id: Self::Id) -> impl Future<Output = Result<Option<Self>>> + Send;

    /// Returns the record's version.
    fn version(&self) -> i32;
}

macro_rules! versioned {
    ($($record:ident: $id:ident, $find:ident, $noun:literal;)*) => {$(
        impl Versioned for $record {
            type Id = $id;
            const NOUN: &'static str = $noun;

            async fn find(tx: &mut Tx, id: $id) -> Result<Option<Self>> {
                tx.$find(id).await
            }

            fn version(&self) -> i32 {
                self.record.version
            }
        }
    )*};
}

versioned! {
    Contact: ContactId, contact, "contact";
    Interaction: InteractionId, interaction, "interaction";
    Note: NoteId, note, "note";
    Organization: OrganizationId, organization, "organization";
    Relationship: RelationshipId, relationship, "relationship";
    User: UserId, user, "user";
    WrapUpCode: WrapUpCodeId, wrap_up_code, "wrap-up code";
}
