//! What resolvers ask of the request: who asks, the tenant's data, loads, changes. The only use of `Context::data`.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ID};
use uuid::Uuid;

use super::connection::Connected;
use super::loader::{Children, Loaders};
use crate::auth::Caller;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::{TypedId, UserId};
use crate::limits::Limits;
use crate::model::Permission;
use crate::page::{self, Page, PageArgs};
use crate::store::{Edge, Filter, Listed, Sort, Tenant};

/// What every resolver of one request may use.
pub struct RequestData {
    /// Who asks.
    pub caller: Caller,
    /// Loads in batches.
    pub loaders: Loaders,
    changed_users: Mutex<Vec<String>>,
}

impl RequestData {
    /// Of a request by this caller.
    pub fn new(caller: Caller) -> Arc<Self> {
        let loaders = Loaders::new(caller.tenant.clone());
        Arc::new(Self {
            caller,
            loaders,
            changed_users: Mutex::default(),
        })
    }

    /// Notes that a user was changed: whoever remembers them must forget.
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

/// What resolvers ask of their context.
pub trait Ask {
    /// The request's own data.
    fn request(&self) -> &RequestData;

    /// What one operation may take here.
    fn limits(&self) -> Limits;

    /// Who asks.
    fn caller(&self) -> &Caller {
        &self.request().caller
    }

    /// The tenant's data.
    fn tenant(&self) -> &Tenant {
        &self.caller().tenant
    }

    /// The user who asks, as the actor of a change.
    fn actor(&self) -> Option<UserId> {
        Some(self.caller().user.id)
    }

    /// Refuses callers without a permission, where it depends on what is asked for: `node`, `search`, filters.
    fn require(&self, permission: Permission) -> Result<()> {
        if self.caller().permissions.contains(permission) {
            Ok(())
        } else {
            Err(Error::Forbidden(permission))
        }
    }

    /// The record of this id, or null.
    fn load<T: Listed>(&self, id: impl TypedId) -> impl Future<Output = Result<Option<T>>> + Send
    where
        Self: Sync,
    {
        async move { self.request().loaders.load(id.uuid()).await }
    }

    /// The record this one refers to, if it refers to any.
    fn load_opt<T: Listed>(&self, id: Option<impl TypedId>) -> impl Future<Output = Result<Option<T>>> + Send
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

    /// The record a gateway refers to. Its kind's permission is checked here: nothing else guards what is found by
    /// reference. Null when there is none; nobody needs a permission to see who somebody is.
    fn entity<I: TypedId, T: Listed>(
        &self,
        permission: Option<Permission>,
        id: &ID,
    ) -> impl Future<Output = Result<Option<T>>> + Send
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

    /// A page of this parent's children.
    fn children<T: Listed>(
        &self,
        edge: &'static Edge<T>,
        parent: impl TypedId,
        sort: Sort<T::Order>,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connected<T>>> + Send
    where
        Self: Sync,
    {
        async move {
            let page = sort.page(args, page::NESTED)?;
            self.children_on(edge, parent, sort, page).await
        }
    }

    /// The children of this parent on a page.
    fn children_on<T: Listed>(
        &self,
        edge: &'static Edge<T>,
        parent: impl TypedId,
        sort: Sort<T::Order>,
        page: Page,
    ) -> impl Future<Output = Result<Connected<T>>> + Send
    where
        Self: Sync,
    {
        async move {
            let parent: Uuid = parent.uuid();
            let slice = self
                .request()
                .loaders
                .page(Children {
                    edge,
                    parent,
                    sort,
                    page,
                })
                .await?;
            Ok(Connected::of_children(slice, sort, edge, parent))
        }
    }

    /// A page of a list.
    fn list<T: Listed>(
        &self,
        filter: impl Filter + 'static,
        sort: Sort<T::Order>,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connected<T>>> + Send
    where
        Self: Sync,
    {
        async move {
            let page = sort.page(args, page::AT_ROOT)?;
            let slice = self.tenant().list(&filter, sort, &page).await?;
            Ok(Connected::of_list(slice, sort, Arc::new(filter)))
        }
    }
}

impl Ask for Context<'_> {
    fn request(&self) -> &RequestData {
        self.data_unchecked::<Arc<RequestData>>()
    }

    fn limits(&self) -> Limits {
        *self.data_unchecked::<Limits>()
    }
}

/// What became of a change: the result, or why it was refused.
pub struct Outcome<T> {
    /// What was made of it; or, after a version conflict, what is there now.
    pub value: Option<T>,
    /// Why it was refused.
    pub user_errors: Vec<UserError>,
}

impl<T> Outcome<T> {
    /// Turns refusals into user errors; everything else stays an error.
    pub fn of(result: Result<T>) -> Result<Self> {
        match result {
            Ok(value) => Ok(Self {
                value: Some(value),
                user_errors: Vec::new(),
            }),
            Err(Error::Refused(user_errors)) => Ok(Self {
                value: None,
                user_errors,
            }),
            Err(error) => Err(error),
        }
    }

    /// Whether it was refused because somebody changed it meanwhile.
    pub fn is_version_conflict(&self) -> bool {
        self.user_errors
            .iter()
            .any(|error| error.code == UserErrorCode::VersionConflict)
    }

    /// The same; after a version conflict, `current` tells what is there now.
    pub async fn or_current(
        result: Result<T>,
        current: impl Future<Output = Result<Option<T>>>,
    ) -> Result<Self> {
        let mut outcome = Self::of(result)?;
        if outcome.is_version_conflict() {
            outcome.value = current.await?;
        }
        Ok(outcome)
    }
}

/// Refuses a change of something that is not at the version the caller knows.
pub fn expect_version(expected: Option<i32>, version: i32) -> Result<()> {
    match expected {
        Some(expected) if expected != version => Err(UserError::version_conflict(version).into()),
        _ => Ok(()),
    }
}
