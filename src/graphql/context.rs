//! The resolvers' access to the request: the caller, the tenant's data, loaders and changes. No other module uses
//! `Context::data`.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ID, SelectionField, Value};

use super::loader::Loaders;
use super::shared::Shared;
use super::shown::Shown;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::id::{TypedId, UserId};
use crate::limits::{CallerLimits, Limits};
use crate::model::{Checked, IdempotencyKey, Permission};
use crate::store::{Columns, Tenant};

/// The data that the resolvers of one request share.
pub struct RequestData {
    /// The caller.
    pub caller: Caller,
    /// The batch loaders.
    pub loaders: Loaders,
    changed_users: Mutex<Vec<String>>,
}

impl RequestData {
    /// Creates the data for a request by this caller.
    pub fn new(caller: Caller) -> Arc<Self> {
        let loaders = Loaders::new(caller.tenant.clone());
        Arc::new(Self {
            caller,
            loaders,
            changed_users: Mutex::default(),
        })
    }

    /// Records that a user was changed, so that caches of users can drop the entry.
    pub fn user_changed(&self, subject: &str) {
        self.changed_users
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(subject.to_owned());
    }

    /// The subjects of the users that were changed.
    pub fn changed_users(&self) -> Vec<String> {
        std::mem::take(&mut *self.changed_users.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Access to the request from a resolver's context.
pub trait ContextExt {
    /// The request's data.
    fn request(&self) -> &RequestData;

    /// The limits of an operation.
    fn limits(&self) -> Limits;

    /// The limits of the caller.
    fn caller_limits(&self) -> CallerLimits;

    /// The caller.
    fn caller(&self) -> &Caller {
        &self.request().caller
    }

    /// The tenant's data.
    fn tenant(&self) -> &Tenant {
        &self.caller().tenant
    }

    /// Returns the idempotency key of the mutation that runs, or the reasons for refusing it; `None` without a key.
    fn idempotency_key(&self) -> Result<Checked<Option<IdempotencyKey>>>;

    /// The calling user, as the actor of a change.
    fn actor(&self) -> Option<UserId> {
        Some(self.caller().user.id)
    }

    /// Refuses callers without a permission. For checks that depend on arguments: `node`, `search`, filters.
    fn require(&self, permission: Permission) -> Result<()> {
        if self.caller().permissions.contains(permission) {
            Ok(())
        } else {
            Err(Error::Forbidden(permission))
        }
    }

    /// The columns that the selection from the records of the current field needs.
    fn columns<T: Shown>(&self) -> Columns;

    /// The columns that the selection from the items of the current field, a connection, needs.
    fn columns_of_items<T: Shown>(&self) -> Columns;

    /// Loads a record by id, or null if there is none.
    fn load<T: Shown>(&self, id: impl TypedId) -> impl Future<Output = Result<Option<Shared<T>>>> + Send
    where
        Self: Sync,
    {
        async move { self.request().loaders.load(id.uuid(), self.columns::<T>()).await }
    }

    /// Loads the record that this one refers to, if any.
    fn load_opt<T: Shown>(
        &self,
        id: Option<impl TypedId>,
    ) -> impl Future<Output = Result<Option<Shared<T>>>> + Send
    where
        Self: Sync,
    {
        async move {
            match id {
                Some(id) => self.load(id).await,
                None => Ok(None),
            }
        }
    }

    /// Loads the record that a gateway refers to, or null if there is none. The kind's permission is checked here,
    /// because no directive guards entities found by reference. Users need no permission: every caller may see a user's
    /// name.
    fn entity<I: TypedId, T: Shown>(
        &self,
        permission: Option<Permission>,
        id: &ID,
    ) -> impl Future<Output = Result<Option<Shared<T>>>> + Send
    where
        Self: Sync,
    {
        async move {
            if let Some(permission) = permission {
                self.require(permission)?;
            }
            match id.parse::<I>() {
                Ok(id) => self.load(id).await,
                Err(_) => Ok(None),
            }
        }
    }
}

impl ContextExt for Context<'_> {
    fn request(&self) -> &RequestData {
        self.data_unchecked::<Arc<RequestData>>()
    }

    fn limits(&self) -> Limits {
        *self.data_unchecked::<Limits>()
    }

    fn caller_limits(&self) -> CallerLimits {
        *self.data_unchecked::<CallerLimits>()
    }

    fn columns<T: Shown>(&self) -> Columns {
        needed_by::<T>(&self.field())
    }

    fn columns_of_items<T: Shown>(&self) -> Columns {
        let field = self.field();
        let of_items = field.selection_set().map(|part| match part.name() {
            "nodes" => needed_by::<T>(&part),
            "edges" => {
                let nodes = part.selection_set().filter(|field| field.name() == "node");
                widest(nodes.map(|node| needed_by::<T>(&node)))
            }
            _ => Columns::Plain,
        });
        widest(of_items)
    }

    fn idempotency_key(&self) -> Result<Checked<Option<IdempotencyKey>>> {
        let field = self.field();
        let arguments = field.arguments();
        let arguments = arguments.map_err(|error| Error::internal(anyhow::anyhow!(error.message)))?;
        let input = arguments.into_iter().find(|(name, _)| name == "input");
        let Some((_, Value::Object(input))) = input else {
            return Ok(Ok(None));
        };
        let Some(Value::String(key)) = input.get("idempotencyKey").cloned() else {
            return Ok(Ok(None));
        };
        let input = Value::Object(input).into_json().map_err(Error::internal)?;
        Ok(IdempotencyKey::check(field.name(), &key, input).map(Some))
    }
}

/// The columns that the selection from a field's records needs.
fn needed_by<T: Shown>(field: &SelectionField<'_>) -> Columns {
    if field.selection_set().all(|field| T::is_plain(field.name())) {
        Columns::Plain
    } else {
        Columns::All
    }
}

fn widest(columns: impl Iterator<Item = Columns>) -> Columns {
    columns.max().unwrap_or(Columns::Plain)
}
