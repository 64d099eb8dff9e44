//! The execution of a mutation: a service function in one transaction, whose refusals become user errors.

use serde_json::Value;

use super::context::ContextExt;
use super::repeat::{Repeatable, deleted_since};
use super::shared::Shared;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::id::TypedId;
use crate::model::Checked;
use crate::service::Target;
use crate::store::{Listed, Tx, Wanted, change};

/// The outcome of a change: its result, or the reasons for a refusal.
pub struct Outcome<T> {
    /// The result, unless the change was refused.
    pub value: Option<T>,
    /// The reasons for a refusal.
    pub user_errors: Vec<UserError>,
}

impl<T> Outcome<T> {
    /// Creates the outcome of a change that was refused.
    pub const fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            value: None,
            user_errors,
        }
    }

    /// Creates the outcome of a change that was carried out.
    pub const fn accepted(value: T) -> Self {
        Self {
            value: Some(value),
            user_errors: Vec::new(),
        }
    }

    /// Turns refusals into user errors; other errors stay errors.
    fn of(result: Result<T>) -> Result<Self> {
        match result {
            Ok(value) => Ok(Self::accepted(value)),
            Err(Error::Refused(user_errors)) => Ok(Self::refused(user_errors)),
            Err(error) => Err(error),
        }
    }

    /// Returns the outcome with another form of its result.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome {
            value: self.value.map(form),
            user_errors: self.user_errors,
        }
    }

    /// Returns whether the record may be there already.
    pub fn is_duplicate(&self) -> bool {
        self.has(UserErrorCode::Duplicate)
    }

    /// Returns whether the record was not at the expected version.
    pub fn is_version_conflict(&self) -> bool {
        self.has(UserErrorCode::VersionConflict)
    }

    fn has(&self, code: UserErrorCode) -> bool {
        self.user_errors.iter().any(|error| error.code == code)
    }
}

/// A service function that takes these arguments after the transaction.
///
/// (A trait of its own, because the future of an `AsyncFn` cannot be said to be `Send`.)
pub trait Work<'t, Arguments, T>: Send + Sync {
    /// The running function.
    type Future: Future<Output = Result<T>> + Send;

    /// Calls the function.
    fn call(&self, tx: &'t mut Tx, arguments: Arguments) -> Self::Future;
}

/// Arguments of a service function that begin with the record to change.
pub trait Targeted {
    /// The id of that kind of record.
    type Id: TypedId;

    /// Returns the id of the record to change.
    fn id(&self) -> Self::Id;
}

macro_rules! work {
    ($($($argument:ident)+;)*) => {$(
        impl<'t, F, Fut, T, $($argument),+> Work<'t, ($($argument,)+), T> for F
        where
            F: Fn(&'t mut Tx, $($argument),+) -> Fut + Send + Sync,
            Fut: Future<Output = Result<T>> + Send,
        {
            type Future = Fut;

            #[expect(non_snake_case, reason = "the arguments are named as their types")]
            fn call(&self, tx: &'t mut Tx, ($($argument,)+): ($($argument,)+)) -> Fut {
                self(tx, $($argument),+)
            }
        }
    )*};
}

work! {
    A;
    A B;
    A B C;
    A B C D;
}

macro_rules! targeted {
    ($(($($argument:ident)*);)*) => {$(
        impl<I: TypedId, $($argument),*> Targeted for (Target<I>, $($argument),*) {
            type Id = I;

            fn id(&self) -> I {
                self.0.id
            }
        }
    )*};
}

targeted! {
    ();
    (A);
    (A B);
}

/// The result of a change with an idempotency key.
enum Repeated<T> {
    /// The result of this transaction.
    Now(T),
    /// The kept result of an earlier one.
    Before(Value),
}

/// Changes on behalf of the caller.
///
/// The future of a change is large and has a place of its own: each layer of the graph around it would copy it.
pub trait Mutate: ContextExt + Sync {
    /// Calls a service function with the checked input of a mutation, in one transaction, again if another transaction
    /// was in the way. With an idempotency key that was used before, returns the result of then. A dry run is rolled back, and
    /// neither uses a key nor looks it up.
    fn change<A, T, W>(&self, input: Checked<A>, work: W) -> impl Future<Output = Result<Outcome<T>>> + Send
    where
        A: Clone + Send + Sync,
        T: Repeatable,
        W: for<'t> Work<'t, A, T>,
    {
        Box::pin(async move {
            let options = self.mutation_options()?;
            let (input, key) = match (input, options.idempotency_key) {
                (input, Ok(None)) => return run(self, options.is_dry_run, input, work).await,
                (Ok(input), Ok(Some(key))) => (input, key),
                (Err(user_errors), _) | (_, Err(user_errors)) => return Ok(Outcome::refused(user_errors)),
            };
            let result = change!(self.tenant(), self.actor(), |tx| {
                if let Some(kept) = tx.reserve_idempotency_key(&key).await? {
                    return Ok(Repeated::Before(kept));
                }
                let value = work.call(tx, input.clone()).await?;
                tx.keep_result(&key, &value.kept()).await?;
                Ok(Repeated::Now(value))
            });
            match result {
                Ok(Repeated::Now(value)) => Outcome::of(Ok(value)),
                Ok(Repeated::Before(kept)) => Ok(match T::again(self, kept).await? {
                    Some(value) => Outcome::of(Ok(value))?,
                    None => Outcome::refused(vec![deleted_since().under("idempotencyKey")]),
                }),
                Err(error) => Outcome::of(Err(error)),
            }
        })
    }

    /// Changes as [`change`](Self::change) does, without an idempotency key.
    fn change_once<A, T, W>(
        &self,
        input: Checked<A>,
        work: W,
    ) -> impl Future<Output = Result<Outcome<T>>> + Send
    where
        A: Clone + Send + Sync,
        T: Send,
        W: for<'t> Work<'t, A, T>,
    {
        async move {
            let is_dry_run = self.mutation_options()?.is_dry_run;
            run(self, is_dry_run, input, work).await
        }
    }

    /// Changes an existing record as [`change`](Self::change) does. After a version conflict, also returns the record in its
    /// current state.
    fn change_repeatable<R, A, T, W>(
        &self,
        input: Checked<A>,
        work: W,
    ) -> impl Future<Output = Result<(Outcome<T>, Option<R>)>> + Send
    where
        R: Listed,
        A: Targeted + Clone + Send + Sync,
        T: Repeatable,
        W: for<'t> Work<'t, A, T>,
    {
        async move {
            let id = input.as_ref().ok().map(Targeted::id);
            let outcome = self.change(input, work).await?;
            self.with_current(outcome, id).await
        }
    }

    /// Changes or deletes an existing record. After a version conflict, also returns the record in its current state.
    fn change_record<R, A, T, W>(
        &self,
        input: Checked<A>,
        work: W,
    ) -> impl Future<Output = Result<(Outcome<T>, Option<R>)>> + Send
    where
        R: Listed,
        A: Targeted + Clone + Send + Sync,
        T: Send,
        W: for<'t> Work<'t, A, T>,
    {
        async move {
            let id = input.as_ref().ok().map(Targeted::id);
            let outcome = self.change_once(input, work).await?;
            self.with_current(outcome, id).await
        }
    }

    /// Returns the outcome of a change and, after a version conflict, the record in its current state.
    fn with_current<R: Listed, T: Send>(
        &self,
        outcome: Outcome<T>,
        id: Option<impl TypedId>,
    ) -> impl Future<Output = Result<(Outcome<T>, Option<R>)>> + Send {
        async move {
            let current = if outcome.is_version_conflict() {
                self.current(id).await?
            } else {
                None
            };
            Ok((outcome, current))
        }
    }

    /// Returns a record in its current state.
    fn current<R: Listed>(&self, id: Option<impl TypedId>) -> impl Future<Output = Result<Option<R>>> + Send {
        async move {
            let Some(id) = id else { return Ok(None) };
            let record = self.request().loaders.load(id.uuid(), Wanted::WHOLE).await?;
            Ok(record.map(Shared::into_record))
        }
    }

    /// Updates an existing record. After a version conflict, the outcome has the record in its current state.
    fn update<R, A, W>(&self, input: Checked<A>, work: W) -> impl Future<Output = Result<Outcome<R>>> + Send
    where
        R: Listed,
        A: Targeted + Clone + Send + Sync,
        W: for<'t> Work<'t, A, R>,
    {
        async move {
            let (outcome, current) = self.change_repeatable(input, work).await?;
            Ok(Outcome {
                value: outcome.value.or(current),
                ..outcome
            })
        }
    }
}

impl<A: ContextExt + Sync> Mutate for A {}

/// Calls a service function with the checked input of a mutation, in one transaction, which a dry run rolls back.
fn run<C, A, T, W>(
    ctx: &C,
    is_dry_run: bool,
    input: Checked<A>,
    work: W,
) -> impl Future<Output = Result<Outcome<T>>> + Send
where
    C: ContextExt + Sync + ?Sized,
    A: Clone + Send + Sync,
    T: Send,
    W: for<'t> Work<'t, A, T>,
{
    Box::pin(async move {
        let input = match input {
            Ok(input) => input,
            Err(user_errors) => return Ok(Outcome::refused(user_errors)),
        };
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            tx.set_dry_run(is_dry_run);
            work.call(tx, input.clone()).await
        });
        Outcome::of(result)
    })
}
