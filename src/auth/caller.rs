//! The caller of a request.

use crate::model::{Permissions, User};
use crate::store::Tenant;

/// The claims of a verified token. Nothing in them has been looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The identity provider's name for the user (`sub`).
    pub subject: String,
    /// The tenant's name.
    pub tenant: String,
    /// The permissions that the token grants.
    pub permissions: Permissions,
    /// The user's name, if the token has it.
    pub name: Option<String>,
    /// The user's e-mail address, if the token has it.
    pub email: Option<String>,
}

/// A token that was verified once, for a connection that checks it again and again.
#[derive(Clone)]
pub struct Session {
    pub(super) token: String,
}

/// The user behind a request, their tenant and their permissions.
#[derive(Clone)]
pub struct Caller {
    /// The tenant whose data they may access. It counts the statements of this caller.
    pub tenant: Tenant,
    /// The user's id.
    pub user: User,
    /// The permissions that their token grants.
    pub permissions: Permissions,
}
