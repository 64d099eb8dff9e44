//! The rules of a change that involve more than one record, and nothing about how a change is asked for.
//!
//! Each function works in a transaction that its caller begins and ends. A refusal is [`Error::Refused`], with paths
//! relative to the input of the mutation of the same name.
//!
//! [`Error::Refused`]: crate::error::Error::Refused

mod contact;
mod interaction;
mod note;
mod organization;
mod record;
mod relationship;
mod tenant;
mod transfer;
mod user;
mod wrap_up_code;

pub use contact::{create_contact, delete_contact, update_contact, upsert_contact};
pub use interaction::{
    NewWrapUp, Parties, RecordedInteraction, link_interaction, record_interaction, wrap_up_interaction,
};
pub use note::{create_note, delete_note, update_note};
pub use organization::{create_organization, delete_organization, update_organization, upsert_organization};
pub use record::Target;
pub use relationship::{create_relationship, delete_relationship, update_relationship};
pub use tenant::update_tenant;
pub use transfer::transfer_relationships;
pub use user::{deactivate_user, reactivate_user, upsert_user};
pub use wrap_up_code::{create_wrap_up_code, update_wrap_up_code};
