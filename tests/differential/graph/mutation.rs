//! Changes. Each takes the next number of its request, which shows how often it ran and when.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, MaybeUndefined, Object, Result};

use super::canned::{of_id, wait};
use super::{Change, Entity, Mode, Slot, Tell, echo, obey};

/// The changes that ran for one request, in order.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    pub fn made(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn call(ctx: &Context<'_>, name: &str) -> Count {
    let calls = ctx.data_unchecked::<Calls>();
    let mut calls = calls.0.lock().unwrap_or_else(PoisonError::into_inner);
    calls.push(name.to_owned());
    Count(calls.len())
}

struct Count(usize);

#[Object]
impl Count {
    async fn number(&self) -> usize {
        self.0
    }
    /// Returns the number of mutations that ran so far: more than `number` if others did not wait.
    async fn now(&self, ctx: &Context<'_>) -> usize {
        wait("Mutation", "slow").await;
        ctx.data_unchecked::<Calls>().made().len()
    }
    async fn entity(&self) -> Option<Entity> {
        of_id("contact_1")
    }
    async fn obey(&self, #[graphql(default_with = "Mode::Fine")] mode: Mode) -> Result<Option<i32>> {
        obey(mode, 1)
    }
    async fn must(&self, #[graphql(default_with = "Mode::Fine")] mode: Mode) -> Result<Slot<i32>> {
        Ok(obey(mode, 1)?.map_or(Slot::Hole, Slot::Filled))
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn add(&self, ctx: &Context<'_>, #[graphql(default = 1)] by: i32) -> Option<Count> {
        Some(call(ctx, &format!("add {by}")))
    }
    async fn slow(&self, ctx: &Context<'_>) -> Option<Count> {
        wait("Mutation", "slow").await;
        Some(call(ctx, "slow"))
    }
    async fn sure(&self, ctx: &Context<'_>) -> Count {
        call(ctx, "sure")
    }
    async fn change(&self, ctx: &Context<'_>, change: Change, note: MaybeUndefined<String>) -> Option<Count> {
        let given = echo(&[("change", change.tell()), ("note", note.tell())]);
        Some(call(ctx, &format!("change {given}")))
    }
    async fn fail(&self, ctx: &Context<'_>, mode: Mode) -> Result<Option<Count>> {
        let count = call(ctx, "fail");
        obey(mode, count)
    }
    async fn must(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Mode::Fine")] mode: Mode,
    ) -> Result<Slot<Count>> {
        let count = call(ctx, "must");
        Ok(obey(mode, count)?.map_or(Slot::Hole, Slot::Filled))
    }
}
