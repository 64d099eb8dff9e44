//! A place that must not be null, and may be all the same.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, Error, OutputType, Positioned, ServerResult, Value};

/// A value that is `T!` in the schema. It can be null, which static types cannot express otherwise, and it can fail in
/// place, as an item of a list too.
pub(super) enum Slot<T> {
    Filled(T),
    Hole,
    Failed(Error),
}

impl<T: OutputType> OutputType for Slot<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Filled(value) => value.resolve(ctx, field).await,
            Self::Hole => Ok(Value::Null),
            Self::Failed(why) => Err(ctx.set_error_path(why.clone().into_server_error(field.pos))),
        }
    }
}
