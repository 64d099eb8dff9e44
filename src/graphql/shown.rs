//! The fields of records that are shown without reading the whole record.

use crate::model::{Change, Contact, Interaction, Note, Organization, Relationship, User, WrapUpCode};
use crate::store::Listed;

/// A record that resolvers show.
pub trait Shown: Listed {
    /// Whether the field with this name in the schema is resolved from columns with plain values alone. One that is not known
    /// here has the whole record read.
    fn is_plain(field: &str) -> bool;
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
    ($($record:ident: $($field:literal)*;)*) => {$(
        impl Shown for $record {
            fn is_plain(field: &str) -> bool {
                OF_EVERY_RECORD.contains(&field) || [$($field),*].contains(&field)
            }
        }
    )*};
}

shown! {
    Change:;
    Contact:
        "salutation" "firstName" "middleName" "lastName" "displayName" "title" "surveyOptOut" "externalSystemUrl"
        "organization" "notes" "interactions" "changes";
    Interaction:
        "externalId" "mediaType" "direction" "startedAt" "endedAt" "subjectLine" "queueName" "contact" "organization";
    Note:;
    Organization:
        "name" "companyType" "industry" "employeeCount" "externalSystemUrl" "primaryContact" "contacts"
        "relationships" "notes" "interactions" "changes";
    Relationship:;
    User:;
    WrapUpCode:;
}
