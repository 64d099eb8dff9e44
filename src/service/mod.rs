//! The rules of a change that involve more than one record, and nothing about how a change is asked for.
//!
//! Each function works in a transaction that its caller begins and ends. A refusal is [`Error::Refused`], with paths
//! relative to the input of the mutation of the same name.
//!
//! [`Error::Refused`]: crate::error::Error::Refused

mod bulk;
mod contact;
mod contacts;
mod duplicate;
mod interaction;
mod interactions;
mod keyed;
mod merge;
mod note;
mod notes;
mod organization;
mod organizations;
mod record;
mod relationship;
mod relationships;
mod tenant;
mod transfer;
mod trash;
mod undo_transfer;
mod user;
mod users;
mod wrap_up_code;
mod wrap_up_codes;

pub use contact::{create_contact, delete_contact, update_contact, upsert_contact};
pub use contacts::{ContactUpsert, create_contacts, delete_contacts, update_contacts, upsert_contacts};
pub use interaction::{
    Linked, NewWrapUp, Parties, RecordedInteraction, link_interaction, record_interaction,
    wrap_up_interaction,
};
pub use interactions::record_interactions;
pub use merge::{Parting, merge_contacts, merge_organizations, undo_contact_merge, undo_organization_merge};
pub use note::{create_note, delete_note, update_note};
pub use notes::{create_notes, delete_notes, update_notes};
pub use organization::{create_organization, delete_organization, update_organization, upsert_organization};
pub use organizations::{
    OrganizationUpsert, create_organizations, delete_organizations, update_organizations,
    upsert_organizations,
};
pub use record::Target;
pub use relationship::{create_relationship, delete_relationship, update_relationship};
pub use relationships::{create_relationships, delete_relationships, update_relationships};
pub use tenant::update_tenant;
pub use transfer::transfer_relationships;
pub use trash::{
    Restoration, purge_trash, restore_contact, restore_note, restore_organization, restore_relationship,
};
pub use undo_transfer::{UndoneTransfer, undo_relationship_transfer};
pub use user::{deactivate_user, reactivate_user, upsert_user};
pub use users::upsert_users;
pub use wrap_up_code::{create_wrap_up_code, update_wrap_up_code};
pub use wrap_up_codes::{create_wrap_up_codes, update_wrap_up_codes};
