//! The resolvers' access to the request: the caller, the tenant's data, loaders and changes. No other module uses
//! `Context::data`.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::parser::types::OperationType;
use async_graphql::{Context, ID, SelectionField, Value};

use super::loader::Loaders;
use super::shared::Shared;
use super::shown::{Shown, is_plain};
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::id::{TypedId, UserId};
use crate::limits::{CallerLimits, Limits};
use crate::model::{Checked, IdempotencyKey, Permission};
use crate::store::{Columns, Tenant, Wanted};

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

/// The options that the input of a mutation has beside the fields of records.
pub struct MutationOptions {
    /// Whether the mutation is a dry run.
    pub is_dry_run: bool,
    /// The key for repeating the mutation, or the reasons for refusing the key; `None` without a key, and in a dry run, which
    /// does not use its key.
    pub idempotency_key: Checked<Option<IdempotencyKey>>,
}

impl Default for MutationOptions {
    fn default() -> Self {
        Self {
            is_dry_run: false,
            idempotency_key: Ok(None),
        }
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

    /// Returns the options of the mutation that runs.
    fn mutation_options(&self) -> Result<MutationOptions>;

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

    /// The columns and references that the selection from the records of the current field needs.
    fn wanted<T: Shown>(&self) -> Wanted;

    /// The columns and references that the selection from the items of the current field, a connection, needs.
    fn wanted_of_items<T: Shown>(&self) -> Wanted;

    /// Loads a record by id, or null if there is none.
    fn load<T: Shown>(&self, id: impl TypedId) -> impl Future<Output = Result<Option<Shared<T>>>> + Send
    where
        Self: Sync,
    {
        async move { self.request().loaders.load(id.uuid(), self.wanted::<T>()).await }
    }

    /// Loads the record that another one refers to, if any. A query reads them together where the field of the kind is known to
    /// refer ([`Shown::references`]).
    fn load_other<T: Shown>(
        &self,
        referring: impl TypedId,
        id: Option<impl TypedId>,
    ) -> impl Future<Output = Result<Option<Shared<T>>>> + Send
    where
        Self: Sync,
    {
        async move {
            let Some(id) = id else { return Ok(None) };
            let loaders = &self.request().loaders;
            let wanted = self.wanted::<T>();
            loaders.load_other(referring.uuid(), id.uuid(), wanted).await
        }
    }

    /// Loads a record by id, if there is one.
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

    fn wanted<T: Shown>(&self) -> Wanted {
        for_operation(self, needed_by::<T>(&self.field()))
    }

    fn wanted_of_items<T: Shown>(&self) -> Wanted {
        let field = self.field();
        let of_items = field.selection_set().map(|part| match part.name() {
            "nodes" => needed_by::<T>(&part),
            "edges" => {
                let nodes = part.selection_set().filter(|field| field.name() == "node");
                all_of(nodes.map(|node| needed_by::<T>(&node)))
            }
            _ => Wanted::PLAIN,
        });
        for_operation(self, all_of(of_items))
    }

    fn mutation_options(&self) -> Result<MutationOptions> {
        let field = self.field();
        let arguments = field.arguments();
        let arguments = arguments.map_err(|error| Error::internal(anyhow::anyhow!(error.message)))?;
        let input = arguments.into_iter().find(|(name, _)| name == "input");
        let Some((_, Value::Object(input))) = input else {
            return Ok(MutationOptions::default());
        };
        let is_dry_run = input.get("dryRun") == Some(&Value::Boolean(true));
        let idempotency_key = match input.get("idempotencyKey").cloned() {
            Some(Value::String(key)) => {
                let input = Value::Object(input).into_json().map_err(Error::internal)?;
                let key = IdempotencyKey::check(field.name(), &key, input);
                key.map(|key| (!is_dry_run).then_some(key))
            }
            _ => Ok(None),
        };
        Ok(MutationOptions {
            is_dry_run,
            idempotency_key,
        })
    }
}

/// Returns what the selection from a field's records needs.
fn needed_by<T: Shown>(field: &SelectionField<'_>) -> Wanted {
    let mut wanted = Wanted::PLAIN;
    for part in field.selection_set() {
        if !T::is_plain(part.name()) {
            wanted.columns = Columns::All;
        }
        for column in T::references(part.name()) {
            wanted.refer::<T>(column, |referred| {
                if part.selection_set().all(|field| is_plain(referred, field.name())) {
                    Columns::Plain
                } else {
                    Columns::All
                }
            });
        }
    }
    wanted
}

/// Returns what is wanted without the records that others refer to, unless the operation is a query: in a mutation they may change
/// before they are shown.
fn for_operation(ctx: &Context<'_>, wanted: Wanted) -> Wanted {
    match ctx.query_env.operation.node.ty {
        OperationType::Query => wanted,
        OperationType::Mutation | OperationType::Subscription => Wanted::only(wanted.columns),
    }
}

fn all_of(wanted: impl Iterator<Item = Wanted>) -> Wanted {
    wanted.fold(Wanted::PLAIN, Wanted::and)
}
