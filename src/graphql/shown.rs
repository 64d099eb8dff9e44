//! The columns and references of records that fields show.

use crate::model::{
    Change, Contact, Interaction, Merge, Note, Organization, Relationship, TrashedRecord, User, WrapUpCode,
};
use crate::store::{Listed, Referred};

/// A record that resolvers show.
pub trait Shown: Listed {
    /// Whether the field with this name in the schema is resolved from columns with plain values alone. One that is not known
    /// here has the whole record read.
    fn is_plain(field: &str) -> bool;

    /// The columns with the ids of the records that the field with this name in the schema shows.
    fn references(field: &str) -> &'static [&'static str];
}

/// Whether a field of a record that another one refers to is plain.
pub fn is_plain(record: Referred, field: &str) -> bool {
    match record {
        Referred::Contact => Contact::is_plain(field),
        Referred::Organization => Organization::is_plain(field),
        Referred::User => User::is_plain(field),
    }
}

/// The fields of every record that are plain.
const OF_EVERY_RECORD: [&str; 7] = [
    "__typename",
    "id",
    "version",
    "createdAt",
    "createdBy",
    "updatedAt",
    "updatedBy",
];

macro_rules! shown {
    ($($record:ident: $($field:literal)* $([$($reference:literal: $($column:literal)+),*])?;)*) => {$(
        impl Shown for $record {
            fn is_plain(field: &str) -> bool {
                OF_EVERY_RECORD.contains(&field) || [$($field),*].contains(&field)
            }

            fn references(field: &str) -> &'static [&'static str] {
                match field {
                    $($($reference => &[$($column),+],)*)?
                    _ => &[],
                }
            }
        }
    )*};
}

shown! {
    Change:;
    Contact:
        "salutation" "firstName" "middleName" "lastName" "displayName" "title" "surveyOptOut" "externalSystemUrl"
        "organization" "notes" "interactions" "changes" "merges" "mergedIds"
        ["organization": "organization_id"];
    Interaction:
        "externalId" "mediaType" "direction" "startedAt" "endedAt" "subjectLine" "queueName" "contact" "organization"
        "linkedBy"
        ["contact": "contact_id", "organization": "organization_id"];
    Merge:;
    Note:
        ["author": "author_id", "subject": "contact_id" "organization_id"];
    Organization:
        "name" "companyType" "industry" "employeeCount" "externalSystemUrl" "primaryContact" "contacts"
        "relationships" "notes" "interactions" "changes" "merges" "mergedIds"
        ["primaryContact": "primary_contact_id"];
    Relationship:
        ["user": "user_id", "organization": "organization_id"];
    TrashedRecord:;
    User:;
    WrapUpCode:;
}
