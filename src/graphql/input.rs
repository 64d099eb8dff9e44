//! Inputs of mutations: how clients write what a service function takes.

use async_graphql::{ID, MaybeUndefined};

use crate::error::{UserError, under};
use crate::id::{NotAnId, TypedId};
use crate::model::{Checked, Patch};
use crate::service::Target;

/// Declares the optional fields that several inputs share, and how they become the changes of the model. Absent fields
/// are left unchanged, and null clears a field. A field that a new record requires stands in each input itself.
macro_rules! fields {
    (
        $(#[$meta:meta])*
        $fields:ident for $changes:ident {
            $($(#[$doc:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, async_graphql::InputObject)]
        pub struct $fields {
            $($(#[$doc])* pub $field: async_graphql::MaybeUndefined<$type>,)*
        }

        impl From<$fields> for $changes {
            fn from(fields: $fields) -> Self {
                let mut changes = Self::default();
                $(changes.$field = fields.$field.into();)*
                changes
            }
        }
    };
}
pub(super) use fields;

impl<T> From<MaybeUndefined<T>> for Patch<T> {
    fn from(value: MaybeUndefined<T>) -> Self {
        match value {
            MaybeUndefined::Undefined => Self::Keep,
            MaybeUndefined::Null => Self::Clear,
            MaybeUndefined::Value(value) => Self::Set(value),
        }
    }
}

/// Reads an id at this field of the input.
pub fn id<I: std::str::FromStr<Err = NotAnId>>(field: &str, id: &ID) -> Checked<I> {
    UserError::id(id).map_err(|refusals| under(field, refusals))
}

/// Reads an id that may be absent or null.
pub fn patch_id<I: TypedId>(field: &str, value: &MaybeUndefined<ID>) -> Checked<Patch<I>> {
    Ok(match value {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(id(field, value)?),
    })
}

/// Reads a list of ids; a refusal names every malformed one.
pub fn ids<I: TypedId>(field: &str, ids: &[ID]) -> Checked<Vec<I>> {
    let mut refusals = crate::error::Refusals::default();
    let read = ids
        .iter()
        .enumerate()
        .filter_map(|(position, id)| refusals.check(&position.to_string(), UserError::id(id)))
        .collect();
    refusals.finish().map_err(|refusals| under(field, refusals))?;
    Ok(read)
}

/// Reads the record that a mutation is about.
pub fn target<I: TypedId>(record: &ID, expected_version: Option<i32>) -> Checked<Target<I>> {
    Ok(Target {
        id: id("id", record)?,
        expected_version,
    })
}
