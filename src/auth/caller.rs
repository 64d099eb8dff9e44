//! Who is asking.

use chrono::{DateTime, Utc};

use crate::model::{Permissions, User};
use crate::store::Tenant;

/// What a verified token says. Nothing in it is looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The identity provider's name for the user (`sub`).
    pub subject: String,
    /// The tenant's name.
    pub tenant: String,
    /// What the token grants.
    pub permissions: Permissions,
    /// The user's name, if the token tells.
    pub name: Option<String>,
    /// The user's e-mail address, if the token tells.
    pub email: Option<String>,
}

/// What a verified token says, for as long as it does.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) claims: Claims,
    /// When the token is not accepted any more: its expiry, and how far clocks may be off. `None` is beyond all years.
    pub(super) until: Option<DateTime<Utc>>,
}

/// Who is asking, for whose data, and what they may do.
#[derive(Clone)]
pub struct Caller {
    /// The tenant whose data they may see.
    pub tenant: Tenant,
    /// The user they are.
    pub user: User,
    /// What their token grants.
    pub permissions: Permissions,
}
