//! Bulk mutations: many items in one transaction, with a result for each.

use futures_util::future::join_all;

use super::mutation::{Mutate, Outcome, Targeted, Work};
use super::repeat::Repeatable;
use crate::error::{Result, UserError};
use crate::model::{BulkPolicy, Checked};
use crate::store::Listed;

/// The outcome of a bulk mutation.
pub struct BulkOutcome<T> {
    /// The outcome of each item, in input order.
    pub results: Vec<T>,
    /// The refusals of all items and of the bulk as a whole.
    pub user_errors: Vec<UserError>,
}

impl<T> BulkOutcome<Outcome<T>> {
    /// Returns the outcome of a bulk of so many items. The path of each refusal begins with its item.
    fn of(count: usize, outcome: Outcome<Vec<Checked<T>>>) -> Self {
        let Some(results) = outcome.value else {
            let of_item = |place| {
                let refusals = outcome.user_errors.iter();
                refusals
                    .filter(|refusal| refusal.item() == Some(place))
                    .cloned()
                    .collect()
            };
            return Self {
                results: (0..count).map(|place| Outcome::refused(of_item(place))).collect(),
                user_errors: outcome.user_errors,
            };
        };
        let results = results.into_iter().enumerate();
        let results: Vec<Outcome<T>> = results
            .map(|(place, result)| match result {
                Ok(value) => Outcome::accepted(value),
                Err(refusals) => {
                    let refusals = refusals.into_iter();
                    Outcome::refused(refusals.map(|refusal| refusal.in_item(place)).collect())
                }
            })
            .collect();
        let refusals = results.iter().flat_map(|result| &result.user_errors);
        Self {
            user_errors: refusals.cloned().collect(),
            results,
        }
    }
}

impl<T> BulkOutcome<T> {
    /// Returns the outcome with another form of each result, for which records are loaded: those of all together.
    pub async fn load<U, F, E>(self, form: impl FnMut(T) -> F) -> Result<BulkOutcome<U>, E>
    where
        F: Future<Output = Result<U, E>>,
    {
        let results = join_all(self.results.into_iter().map(form)).await;
        Ok(BulkOutcome {
            results: results.into_iter().collect::<Result<_, E>>()?,
            user_errors: self.user_errors,
        })
    }
}

/// Bulk changes on behalf of the caller.
pub trait MutateMany: Mutate + Sync {
    /// Calls a service function with the checked items of a bulk mutation, as [`change`](Mutate::change) does with one.
    fn change_many<A, T, W>(
        &self,
        policy: BulkPolicy,
        items: Vec<Checked<A>>,
        work: W,
    ) -> impl Future<Output = Result<BulkOutcome<Outcome<T>>>> + Send
    where
        A: Clone + Send + Sync,
        T: Repeatable,
        W: for<'t> Work<'t, (BulkPolicy, Vec<Checked<A>>), Vec<Checked<T>>>,
    {
        async move {
            let count = items.len();
            let outcome = self.change(Ok((policy, items)), work).await?;
            Ok(BulkOutcome::of(count, outcome))
        }
    }

    /// Changes or deletes existing records. After a version conflict of an item, also returns its record in its current
    /// state.
    fn change_records<R, A, T, W>(
        &self,
        policy: BulkPolicy,
        items: Vec<Checked<A>>,
        work: W,
    ) -> impl Future<Output = Result<BulkOutcome<(Outcome<T>, Option<R>)>>> + Send
    where
        R: Listed,
        A: Targeted + Clone + Send + Sync,
        T: Send,
        W: for<'t> Work<'t, (BulkPolicy, Vec<Checked<A>>), Vec<Checked<T>>>,
    {
        async move {
            let ids: Vec<_> = items
                .iter()
                .map(|item| item.as_ref().ok().map(Targeted::id))
                .collect();
            let outcome = self.change_once(Ok((policy, items)), work).await?;
            let outcome = BulkOutcome::of(ids.len(), outcome);
            let mut ids = ids.into_iter();
            outcome
                .load(|result| self.with_current(result, ids.next().flatten()))
                .await
        }
    }

    /// Updates existing records. After a version conflict, the outcome of the item has the record in its current state.
    fn update_many<R, A, W>(
        &self,
        policy: BulkPolicy,
        items: Vec<Checked<A>>,
        work: W,
    ) -> impl Future<Output = Result<BulkOutcome<Outcome<R>>>> + Send
    where
        R: Listed,
        A: Targeted + Clone + Send + Sync,
        W: for<'t> Work<'t, (BulkPolicy, Vec<Checked<A>>), Vec<Checked<R>>>,
    {
        async move {
            let outcome = self.change_records(policy, items, work).await?;
            let results = outcome.results.into_iter();
            let results = results.map(|(result, current): (Outcome<R>, Option<R>)| Outcome {
                value: result.value.or(current),
                user_errors: result.user_errors,
            });
            Ok(BulkOutcome {
                results: results.collect(),
                user_errors: outcome.user_errors,
            })
        }
    }
}

impl<C: Mutate + Sync> MutateMany for C {}

/// Declares the input of a bulk mutation by the input of an item, and the fields that it has beside the items, such as
/// the one for repeating it.
macro_rules! bulk_input {
    ($(#[$meta:meta])* $input:ident of $item:ident $({ $($field:ident: $type:ident),+ })?) => {
        $(#[$meta])*
        #[derive(async_graphql::InputObject)]
        pub struct $input {
            /// The items: at most as many as `viewer.limits.items`, by default 100. They are applied in their order, and no
            /// two may name the same record.
            items: Vec<$item>,
            /// The rule for items that are refused.
            #[graphql(default)]
            policy: $crate::model::BulkPolicy,
            $($(#[graphql(flatten)] $field: $type,)+)?
        }
    };
}
pub(super) use bulk_input;

/// Declares the payload of a bulk mutation by the payload of the mutation of one item.
macro_rules! bulk_payload {
    ($(#[$meta:meta])* $payload:ident of $result:ident) => {
        $(#[$meta])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            /// The results of the items, in the order of the input. The paths of their errors begin with `items` and the
            /// position of the item.
            pub results: Vec<$result>,
            /// The reasons for refusals, of all items in their order; empty if every item succeeded.
            pub user_errors: Vec<$crate::error::UserError>,
        }

        impl<T: Into<$result>> From<$crate::graphql::bulk::BulkOutcome<T>> for $payload {
            fn from(outcome: $crate::graphql::bulk::BulkOutcome<T>) -> Self {
                Self {
                    results: outcome.results.into_iter().map(Into::into).collect(),
                    user_errors: outcome.user_errors,
                }
            }
        }
    };
}
pub(super) use bulk_payload;
