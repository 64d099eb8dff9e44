//! The identity of a caller as far as admission is concerned.

use crate::auth::Caller;
use crate::id::UserId;

/// A user of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::http) struct CallerKey {
    /// The tenant's number.
    pub tenant: i32,
    /// The user's id.
    pub user: UserId,
}

impl From<&Caller> for CallerKey {
    fn from(caller: &Caller) -> Self {
        Self {
            tenant: caller.tenant.record().id,
            user: caller.user.id,
        }
    }
}
