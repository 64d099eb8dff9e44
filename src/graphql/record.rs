//! The users who created and last changed a record.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ComplexObject, Context, ContextSelectionSet, OutputType, Positioned, Result, ServerResult, Value,
};

use super::context::ContextExt as _;
use super::shared::Shared;
use crate::model::{Record, User};

#[ComplexObject]
impl Record {
    /// The user who created the record, or null if the service itself did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>> {
        Ok(ctx.load_opt(self.created_by).await?.map(Actor))
    }

    /// The user who last changed the record, or null if the service itself did.
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>> {
        Ok(ctx.load_opt(self.updated_by).await?.map(Actor))
    }
}

/// A [`User`] that is named in the schema without being registered: the fields of [`Record`] are copied into every type
/// that flattens it, and registering users leads to notes and relationships, which flatten it before it is complete.
/// The root field `user` registers users.
struct Actor(Shared<User>);

impl OutputType for Actor {
    fn type_name() -> Cow<'static, str> {
        <User as OutputType>::type_name()
    }

    fn create_type_info(_: &mut Registry) -> String {
        <User as OutputType>::qualified_type_name()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}
