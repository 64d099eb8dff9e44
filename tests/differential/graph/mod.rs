//! A graph that has every way to answer and to fail, over canned data.

#![expect(clippy::unused_async, reason = "resolvers are async whether they wait or not")]
#![expect(clippy::too_many_arguments, reason = "a field with an argument of every kind")]

mod canned;
mod input;
mod mutation;
mod query;
mod slot;

use async_graphql::{Error, ID, Interface, MaybeUndefined, Object, Result, Schema};
use async_graphql::{Subscription, Union, ValidationMode};
use futures_util::stream::{self, Stream};

use self::canned::Held;
use self::input::{Change, Json, Key, Mode, Style, Tell, echo};
pub use self::mutation::Calls;
use self::mutation::Mutation;
use self::query::Query;
use self::slot::Slot;

pub type Graph = Schema<Query, Mutation, Ticks>;

/// The schema, as the program builds its own.
pub fn graph() -> Graph {
    Schema::build(Query, Mutation, Ticks)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(usize::MAX)
        .finish()
}

/// A person.
struct Contact(Held);

/// A company.
struct Organization(Held);

/// A written note.
struct Note(Held);

/// Everything that has an id.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID"),
    field(name = "name", ty = "Option<String>"),
    field(
        name = "label",
        ty = "String",
        arg(
            name = "style",
            ty = "MaybeUndefined<Style>",
            default_with = "MaybeUndefined::Value(Style::Short)"
        ),
        arg(name = "times", ty = "MaybeUndefined<i32>")
    ),
    field(name = "owner", ty = "Option<Contact>"),
    field(name = "related", ty = "Option<Vec<Option<Slot<Entity>>>>")
)]
enum Entity {
    Contact(Contact),
    Organization(Organization),
    Note(Note),
}

/// A type that has a size.
#[derive(Interface)]
#[graphql(
    field(name = "size", ty = "Option<i32>"),
    field(name = "grid", ty = "Vec<Option<Slot<Vec<i32>>>>"),
    field(name = "hole", ty = "Slot<i32>")
)]
enum Measured {
    Contact(Contact),
    Organization(Organization),
}

#[derive(Union)]
enum Found {
    Contact(Contact),
    Organization(Organization),
    Note(Note),
}

#[derive(Union)]
enum Party {
    Contact(Contact),
    Organization(Organization),
}

fn label(held: Held, style: MaybeUndefined<Style>, times: MaybeUndefined<i32>) -> String {
    let given = echo(&[("style", style.tell()), ("times", times.tell())]);
    format!("{}{given}", held.id)
}

/// Required by the derived code of the interface; the objects' own resolvers answer.
impl From<Slot<Contact>> for Option<Contact> {
    fn from(slot: Slot<Contact>) -> Self {
        match slot {
            Slot::Filled(contact) => Some(contact),
            Slot::Hole | Slot::Failed(_) => None,
        }
    }
}

/// Answers, fails or comes out null, as it is told.
fn obey<T>(mode: Mode, answer: T) -> Result<Option<T>> {
    match mode {
        Mode::Fine => Ok(Some(answer)),
        Mode::Fail => Err(Error::new("told to fail")),
        Mode::Null => Ok(None),
    }
}

#[Object]
impl Contact {
    async fn id(&self) -> Result<ID> {
        Ok(self.0.id.into())
    }
    async fn name(&self) -> Result<Option<String>> {
        self.0.read("name").await
    }
    async fn label(
        &self,
        #[graphql(default_with = "MaybeUndefined::Value(Style::Short)")] style: MaybeUndefined<Style>,
        times: MaybeUndefined<i32>,
    ) -> Result<String> {
        Ok(label(self.0, style, times))
    }
    async fn owner(&self) -> Result<Option<Contact>> {
        self.0.read("owner").await
    }
    async fn related(&self) -> Result<Option<Vec<Option<Slot<Entity>>>>> {
        self.0.read("related").await
    }
    async fn size(&self) -> Result<Option<i32>> {
        self.0.read("size").await
    }
    async fn grid(&self) -> Result<Vec<Option<Slot<Vec<i32>>>>> {
        self.0.read("grid").await
    }
    async fn hole(&self) -> Result<Slot<i32>> {
        self.0.read("hole").await
    }
    async fn broken(&self) -> Option<Result<String>> {
        self.0.read("broken").await.transpose()
    }
    async fn strict(&self) -> Result<Slot<String>> {
        self.0.read("strict").await
    }
    async fn sure(&self) -> Result<Contact> {
        self.0.read("sure").await
    }
    async fn friends(&self) -> Result<Vec<Slot<Contact>>> {
        self.0.read("friends").await
    }
    async fn maybe(&self) -> Result<Option<Vec<Slot<Contact>>>> {
        self.0.read("maybe").await
    }
    async fn some(&self) -> Result<Vec<Option<Slot<Contact>>>> {
        self.0.read("some").await
    }
    async fn rows(&self) -> Result<Vec<Slot<Vec<Slot<Contact>>>>> {
        self.0.read("rows").await
    }
    async fn cube(&self) -> Result<Option<Vec<Option<Slot<Vec<Slot<Vec<Option<i32>>>>>>>>> {
        self.0.read("cube").await
    }
    async fn found(&self) -> Result<Option<Vec<Slot<Found>>>> {
        self.0.read("found").await
    }
    async fn style(&self) -> Result<Option<Style>> {
        self.0.read("style").await
    }
    async fn ratio(&self) -> Result<Option<f64>> {
        self.0.read("ratio").await
    }
    async fn open(&self) -> Slot<bool> {
        self.0.read("open").await.unwrap_or_else(Slot::Failed)
    }
    async fn extra(&self) -> Result<Option<Json>> {
        self.0.read("extra").await
    }
    async fn extras(&self) -> Result<Option<Vec<Slot<Json>>>> {
        self.0.read("extras").await
    }
    async fn obey(&self, #[graphql(default_with = "Mode::Fine")] mode: Mode) -> Result<Option<String>> {
        obey(mode, "obeyed".to_owned())
    }
    async fn must(&self, #[graphql(default_with = "Mode::Fine")] mode: Mode) -> Result<Slot<String>> {
        Ok(obey(mode, "obeyed".to_owned())?.map_or(Slot::Hole, Slot::Filled))
    }
}

#[Object]
impl Organization {
    async fn id(&self) -> Result<ID> {
        Ok(self.0.id.into())
    }
    async fn name(&self) -> Result<Option<String>> {
        self.0.read("name").await
    }
    async fn label(
        &self,
        #[graphql(default_with = "MaybeUndefined::Value(Style::Short)")] style: MaybeUndefined<Style>,
        times: MaybeUndefined<i32>,
    ) -> Result<String> {
        Ok(label(self.0, style, times))
    }
    /// Never null, though the interface would let it be.
    async fn owner(&self) -> Result<Slot<Contact>> {
        self.0.read("owner").await
    }
    async fn related(&self) -> Result<Option<Vec<Option<Slot<Entity>>>>> {
        self.0.read("related").await
    }
    async fn size(&self) -> Result<Option<i32>> {
        self.0.read("size").await
    }
    async fn grid(&self) -> Result<Vec<Option<Slot<Vec<i32>>>>> {
        self.0.read("grid").await
    }
    async fn hole(&self) -> Result<Slot<i32>> {
        self.0.read("hole").await
    }
    async fn strict(&self) -> Result<Option<String>> {
        self.0.read("strict").await
    }
    async fn parent(&self) -> Result<Option<Organization>> {
        self.0.read("parent").await
    }
    async fn members(&self, #[graphql(default = 2)] first: i32) -> Result<Vec<Slot<Contact>>> {
        let members: Vec<_> = self.0.read("members").await?;
        Ok(members.into_iter().take(first.try_into().unwrap_or(0)).collect())
    }
    async fn rows(&self) -> Result<Option<Vec<Slot<Vec<Option<Slot<Contact>>>>>>> {
        self.0.read("rows").await
    }
}

#[Object]
impl Note {
    async fn id(&self) -> Result<ID> {
        Ok(self.0.id.into())
    }
    async fn name(&self) -> Result<Option<String>> {
        self.0.read("name").await
    }
    async fn label(
        &self,
        #[graphql(default_with = "MaybeUndefined::Value(Style::Short)")] style: MaybeUndefined<Style>,
        times: MaybeUndefined<i32>,
    ) -> Result<String> {
        Ok(label(self.0, style, times))
    }
    async fn owner(&self) -> Result<Option<Contact>> {
        self.0.read("owner").await
    }
    async fn related(&self) -> Result<Option<Vec<Option<Slot<Entity>>>>> {
        self.0.read("related").await
    }
    async fn text(&self) -> Result<Slot<String>> {
        self.0.read("text").await
    }
    async fn about(&self) -> Result<Option<Found>> {
        self.0.read("about").await
    }
    async fn all(&self) -> Result<Vec<Slot<Vec<Slot<Found>>>>> {
        self.0.read("all").await
    }
}

/// Its operations are only looked at, not run.
pub struct Ticks;

#[Subscription]
impl Ticks {
    async fn ticks(&self) -> impl Stream<Item = i32> {
        stream::iter([1])
    }
    async fn tocks(&self) -> impl Stream<Item = i32> {
        stream::iter([2])
    }
}
