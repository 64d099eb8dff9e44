//! Mutations that make several contacts or organizations one, and that undo this.

mod contact;
mod members;
mod organization;
mod undo;
mod undo_contact;
mod undo_organization;

pub use contact::merge_contacts;
pub use organization::merge_organizations;
pub use undo::Parting;
pub use undo_contact::undo_contact_merge;
pub use undo_organization::undo_organization_merge;
