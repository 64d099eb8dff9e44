//! The record that a change is about.

use crate::error::{Error, Result, UserError};
use crate::id::TypedId;
use crate::model::{
    Checked, Contact, ExternalId, Interaction, Note, Organization, Relationship, User, WrapUpCode,
};
use crate::store::{Stored, Tx};

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
    pub(super) async fn find<R: Named<Id = I>>(self, tx: &mut Tx) -> Result<R> {
        let record = self.find_any_version::<R>(tx).await?;
        self.check_version(&record)?;
        Ok(record)
    }

    /// Returns the record, locked to delete it, unless it has another version than expected.
    pub(super) async fn find_to_delete<R: Named<Id = I>>(self, tx: &mut Tx) -> Result<R> {
        let record = tx.find_to_delete::<R>(self.id).await?;
        let record = record.ok_or_else(|| self.not_to_delete::<R>(tx))?;
        self.check_version(&record)?;
        Ok(record)
    }

    /// Returns the record, locked, whatever its version.
    pub(super) async fn find_any_version<R: Named<Id = I>>(self, tx: &mut Tx) -> Result<R> {
        let record = tx.find_locked::<R>(self.id).await?;
        record.ok_or_else(|| UserError::not_found(R::NOUN).under("id").into())
    }

    /// Returns the same target by the id of the record that it is part of, as far as the transaction found it there.
    pub(super) fn current(self, tx: &Tx) -> Self {
        Self {
            id: tx.current_id(self.id),
            ..self
        }
    }

    /// Returns the refusal to delete a record that does not exist, or that is part of another one: who deletes it from a list that
    /// is out of date does not mean the other.
    pub(super) fn not_to_delete<R: Named<Id = I>>(self, tx: &Tx) -> UserError {
        let survivor = tx.current_id(self.id);
        let refusal = if survivor == self.id {
            UserError::not_found(R::NOUN)
        } else {
            UserError::merged(survivor)
        };
        refusal.under("id")
    }

    /// Refuses a record that has another version than expected.
    pub(super) fn check_version<R: Named>(self, record: &R) -> Checked<()> {
        match self.expected_version {
            Some(expected) if expected != record.record().version => {
                Err(vec![UserError::version_conflict(record.record().version)])
            }
            _ => Ok(()),
        }
    }
}

/// Moves refusals of external ids to the input that adds them to those of a record.
pub(super) fn at_added<T>(result: Result<T>, of_record: &[ExternalId], added: &[ExternalId]) -> Result<T> {
    result.map_err(|error| match error {
        Error::Refused(refusals) => {
            Error::Refused(ExternalId::refused_where_added(refusals, of_record, added))
        }
        error => error,
    })
}

/// A record with the name of its kind for people.
pub(super) trait Named: Stored {
    /// The kind's name in messages.
    const NOUN: &'static str;
}

macro_rules! named {
    ($($record:ident: $noun:literal;)*) => {$(
        impl Named for $record {
            const NOUN: &'static str = $noun;
        }
    )*};
}

named! {
    Contact: "contact";
    Interaction: "interaction";
    Note: "note";
    Organization: "organization";
    Relationship: "relationship";
    User: "user";
    WrapUpCode: "wrap-up code";
}
