//! The second part of the pipeline: the checks before an operation runs. Limits of the document, validity for the schema,
//! required permissions, and limits of the plan.

mod argument_size;
mod cost;
mod entities;
mod introspection;
mod items;
mod literals;
mod mistakes;
mod null_character;
mod permission;
mod size;
mod validation;

pub(super) use self::argument_size::check_argument_size;
pub(super) use self::cost::Connections;
pub(super) use self::entities::{check_representations, is_entities, representation_types, representations};
pub(super) use self::introspection::Lengths;
pub(super) use self::items::check_items;
pub(super) use self::null_character::{check_null_character, may_have_null_character};
pub(super) use self::permission::PermissionTable;
pub(super) use self::size::check_size;
pub(super) use self::validation::validate;
