//! The nouns and their rules, without I/O.

mod address;
mod bulk;
mod change;
mod check;
mod contact;
mod contact_point;
mod domain;
mod duplicate;
mod email;
mod excerpt;
mod external_id;
mod fill;
mod fold;
mod form;
mod idempotency;
mod index_entry;
mod interaction;
mod label;
mod list_change;
mod list_items;
mod marks;
mod merge;
mod money;
mod note;
pub(crate) mod noun;
mod organization;
mod patch;
mod permission;
mod phone;
mod record;
mod region;
mod relationship;
mod scalar;
mod search;
mod social;
mod tenant;
pub mod text;
mod ticker;
mod trash;
mod upsert;
mod user;
mod web_address;
mod word_kind;
mod wrap_up_code;

pub use address::{Address, AddressInput};
pub use bulk::BulkPolicy;
pub use change::{
    Change, ChangeAction, ChangeFilter, ChangePosition, Concerned, EntityKind, FieldChange, KnownPosition,
    Recorded, differences,
};
pub use check::{Checked, distinct, each, whole};
pub use contact::{Contact, ContactChanges, ContactFilter, ContactListChanges, ContactOrderField};
pub use contact_point::{ContactPoint, ContactPointInput, ContactPointKind, is_mail_provider};
pub use domain::{domain_key, site_domain};
pub use duplicate::{
    Clue, DuplicateReason, DuplicateReasonKind, LookAlike, OnDuplicate, PossibleDuplicate, REFUSED_SCORE,
    Seek, rank,
};
pub use email::{EmailAddress, EmailAddressInput};
pub use excerpt::excerpt;
pub use external_id::{ExternalId, ExternalIdInput};
pub use fold::{
    LONGEST_START, NOTHING, deletions, fold, is_near, shortened, sort_key, sort_key_start, words,
};
pub use idempotency::IdempotencyKey;
pub use index_entry::{AND, IndexEntry, index_value, index_word, phone_keys};
pub use interaction::{
    Interaction, InteractionChanges, InteractionDirection, InteractionFilter, InteractionOrderField,
    LinkOrigin, MediaType, WrapUp,
};
pub use label::{ContactPointLabel, one_primary};
pub use marks::{MARKS, employer_mark, is_marked, marks};
pub use merge::{
    DiscardedValue, MEMBERS, MOST_MERGED, Merge, Mergeable, MergedField, MovedRecords, merged_fields,
};
pub use money::{Money, MoneyInput};
pub use note::{Note, NoteChanges, NoteFilter, NoteOrderField, NoteSubjectId};
pub use organization::{
    Organization, OrganizationChanges, OrganizationFilter, OrganizationListChanges, OrganizationOrderField,
};
pub use patch::Patch;
pub(crate) use patch::changes;
pub use permission::{Permission, Permissions};
pub use phone::{PhoneNumber, PhoneNumberInput, digits};
pub use record::{DateTimeRange, NameMatch, Ranges, Record};
pub use region::{Region, UnknownRegion};
pub use relationship::{Relationship, RelationshipChanges, RelationshipFilter, RelationshipOrderField};
pub use scalar::{Date, DateTime, Decimal, Given, Url, check as check_scalar, websites};
pub use search::{
    Alternative, CAP, EMPLOYER, Facet, FacetValue, Facets, Hit, Hits, MarkCheck, MatchKind, Query, Search,
    Term, WordQuery,
};
pub use social::{SocialHandle, SocialHandleInput, SocialNetwork, handle_start};
pub use tenant::{TenantChanges, TenantName, TenantRecord};
pub use ticker::{Ticker, TickerInput};
pub use trash::{RestoreLoss, TrashFilter, TrashedRecord};
pub use upsert::{ContactUpsertKey, OrganizationUpsertKey, UpsertKey, UpsertMode};
pub use user::{User, UserChanges, UserFilter, UserOrderField};
pub use web_address::domain_of_web_address;
pub use word_kind::{Matching, Subject, WordKind, is_listed};
pub use wrap_up_code::{WrapUpCode, WrapUpCodeChanges, WrapUpCodeFilter, WrapUpCodeOrderField};
