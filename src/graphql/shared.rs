//! Records that were read once and are shown wherever they are referred to.

use std::borrow::Cow;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::task::{self, Poll, Waker};

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Name, ObjectType, OutputType, Positioned, ServerResult,
    Value,
};
use futures_util::StreamExt as _;
use futures_util::future::FutureExt as _;
use futures_util::stream::FuturesUnordered;

/// The name of the field that every object has.
const TYPE_NAME: &str = "__typename";

/// A record that all who refer to it share.
///
/// In the schema it is the record itself. It is resolved here and not by `async-graphql`, which allocates a task for each
/// field, as large as the largest of them: a field that has its value at hand gets none here.
#[derive(Debug)]
pub struct Shared<T>(Arc<T>);

impl<T: Clone> Shared<T> {
    /// Returns the record, copied if others share it.
    pub fn into_record(self) -> T {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<Arc<T>> for Shared<T> {
    fn from(record: Arc<T>) -> Self {
        Self(record)
    }
}

impl<T> From<T> for Shared<T> {
    fn from(record: T) -> Self {
        Self(Arc::new(record))
    }
}

impl<T: ObjectType + 'static> OutputType for Shared<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_object(ctx, &*self.0).await
    }
}

impl<T: ObjectType + 'static> ContainerType for Shared<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(ctx).await
    }
}

impl<T: ObjectType + 'static> ObjectType for Shared<T> {}

/// Resolves the selected fields of an object. Errors are added to the answer's, as `async-graphql` does; every object has a
/// field that cannot fail, so that it is never taken for null.
async fn resolve_object<T: ObjectType>(ctx: &ContextSelectionSet<'_>, object: &T) -> ServerResult<Value> {
    let type_name = T::type_name();
    let mut fields = Vec::with_capacity(ctx.item.node.items.len());
    select(&ctx.item.node, &type_name, &mut fields);
    // In the order of the selection, in which the answer has them, also where one has to wait.
    let mut values = IndexMap::with_capacity(fields.len());
    let mut waiting = FuturesUnordered::new();
    for field in fields {
        let key = field.node.response_key().node.clone();
        if field.node.name.node == TYPE_NAME {
            values.insert(key, Value::String(type_name.to_string()));
            continue;
        }
        if field.node.selection_set.node.items.is_empty() {
            // A field that has to wait, which few leaves do, begins anew below.
            if let Some(value) = value_at_hand(ctx, field, object) {
                values.insert(key, value_of(ctx, value));
                continue;
            }
        }
        let (place, _) = values.insert_full(key, Value::Null);
        let mut value = async move { (place, object.resolve_field(&ctx.with_field(field)).await) }.boxed();
        match value.poll_unpin(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready((place, value)) => set(&mut values, place, value_of(ctx, value)),
            Poll::Pending => waiting.push(value),
        }
    }
    while let Some((place, value)) = waiting.next().await {
        set(&mut values, place, value_of(ctx, value));
    }
    Ok(Value::Object(values))
}

fn set(values: &mut IndexMap<Name, Value>, place: usize, value: Value) {
    if let Some((_, held)) = values.get_index_mut(place) {
        *held = value;
    }
}

/// Returns the value of a field. One that failed is null, and its error is added to the answer's.
fn value_of(ctx: &ContextSelectionSet<'_>, value: ServerResult<Option<Value>>) -> Value {
    value
        .unwrap_or_else(|error| {
            ctx.add_error(error);
            None
        })
        .unwrap_or_default()
}

/// Returns the value of a field, unless it has to wait for it.
fn value_at_hand<T: ObjectType>(
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    object: &T,
) -> Option<ServerResult<Option<Value>>> {
    let field = ctx.with_field(field);
    // Polled where it is: it is as large as the largest of the object's fields, and not worth a copy.
    let mut value = pin!(object.resolve_field(&field));
    match value.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Collects the fields of a selection that are those of an object type. Fragments are on object types, without directives: the
/// document is written by this program from its plan of the operation.
fn select<'s>(selection: &'s SelectionSet, object_type: &str, fields: &mut Vec<&'s Positioned<Field>>) {
    for item in &selection.items {
        match &item.node {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(fragment) => {
                let condition = &fragment.node.type_condition;
                if condition
                    .as_ref()
                    .is_none_or(|condition| condition.node.on.node == object_type)
                {
                    select(&fragment.node.selection_set.node, object_type, fields);
                }
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}
