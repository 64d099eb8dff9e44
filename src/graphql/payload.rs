//! Payloads: the results of mutations. Each mutation has one of its own, so that each can grow alone.

/// Declares the payload of a mutation: its fields, and the user errors. A record is guarded by the permission to view it,
/// because a caller may be allowed to change what they may not view. A payload of one record alone, written without
/// `Option` and semicolon, is made from the outcome of the change.
macro_rules! payload {
    (
        $(#[$meta:meta])*
        $payload:ident {
            $(#[$doc:meta])* $record:ident: $type:ty $(, for $permission:ident)?
        }
    ) => {
        payload! {
            $(#[$meta])*
            $payload {
                $(#[$doc])* $record: Option<$type> $(, for $permission)?;
            }
        }

        impl From<$crate::graphql::mutation::Outcome<$type>> for $payload {
            fn from(outcome: $crate::graphql::mutation::Outcome<$type>) -> Self {
                Self {
                    $record: outcome.value,
                    user_errors: outcome.user_errors,
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        $payload:ident {
            $($(#[$doc:meta])* $field:ident: $type:ty $(, for $permission:ident)?;)*
        }
    ) => {
        #[derive(async_graphql::SimpleObject)]
        $(#[$meta])*
        pub struct $payload {
            $(
                $(#[$doc])*
                $(#[graphql(directive = $crate::graphql::permission::requires_permission::apply(
                    $crate::model::Permission::$permission
                ))])?
                pub $field: $type,
            )*
            /// The reasons for a refusal; empty if the mutation succeeded.
            pub user_errors: Vec<$crate::error::UserError>,
        }
    };
}
pub(super) use payload;
