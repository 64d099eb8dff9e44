//! The query root.

use async_graphql::{ID, MaybeUndefined, Object, Result};

use super::canned::{of_id, root, wait};
use super::{
    Change, Contact, Entity, Found, Json, Key, Measured, Mode, Organization, Party, Slot, Style, Tell, echo,
    obey,
};

pub struct Query;

#[Object]
impl Query {
    async fn contact(&self, id: ID) -> Option<Contact> {
        of_id(&id)
    }
    async fn organization(&self, id: ID) -> Option<Organization> {
        of_id(&id)
    }
    async fn entity(&self, id: ID) -> Option<Entity> {
        of_id(&id)
    }
    async fn found(&self, ids: Vec<ID>) -> Vec<Option<Found>> {
        ids.iter().map(|id| of_id(id)).collect()
    }
    async fn contacts(&self) -> Result<Vec<Contact>> {
        root("contacts").await
    }
    async fn entities(&self) -> Result<Option<Vec<Option<Slot<Entity>>>>> {
        root("entities").await
    }
    async fn measured(&self) -> Result<Vec<Slot<Measured>>> {
        root("measured").await
    }
    async fn parties(&self) -> Result<Option<Vec<Option<Slot<Party>>>>> {
        root("parties").await
    }
    async fn table(&self) -> Result<Vec<Slot<Vec<Slot<Entity>>>>> {
        root("table").await
    }
    async fn first(&self, #[graphql(default = 2)] first: i32) -> Result<Option<Vec<Slot<Contact>>>> {
        let contacts: Vec<_> = root("first").await?;
        Ok(Some(
            contacts.into_iter().take(first.try_into().unwrap_or(0)).collect(),
        ))
    }
    async fn broken(&self) -> Result<Option<Contact>> {
        root("broken").await
    }
    async fn nothing(&self) -> Result<Slot<Organization>> {
        root("nothing").await
    }
    async fn doomed(&self) -> Result<Slot<Organization>> {
        root("doomed").await
    }
    async fn sure(&self) -> Result<Contact> {
        root("sure").await
    }
    async fn shaky(&self) -> Result<Option<Contact>> {
        root("shaky").await
    }
    async fn version(&self) -> Result<i32> {
        root("version").await
    }
    async fn echo(
        &self,
        int: MaybeUndefined<i32>,
        float: MaybeUndefined<f64>,
        text: MaybeUndefined<String>,
        truth: MaybeUndefined<bool>,
        id: MaybeUndefined<ID>,
        style: MaybeUndefined<Style>,
    ) -> String {
        wait("Query", "echo").await;
        echo(&[
            ("int", int.tell()),
            ("float", float.tell()),
            ("text", text.tell()),
            ("truth", truth.tell()),
            ("id", id.tell()),
            ("style", style.tell()),
        ])
    }
    async fn lists(
        &self,
        ints: MaybeUndefined<Vec<Option<i32>>>,
        #[graphql(default_with = "vec![1, 2]")] sure: Vec<i32>,
        matrix: MaybeUndefined<Vec<Option<Vec<Option<i32>>>>>,
        styles: MaybeUndefined<Vec<Style>>,
        ids: MaybeUndefined<Vec<ID>>,
    ) -> Option<String> {
        Some(echo(&[
            ("ints", ints.tell()),
            ("sure", sure.tell()),
            ("matrix", matrix.tell()),
            ("styles", styles.tell()),
            ("ids", ids.tell()),
        ]))
    }
    async fn tell(&self, change: Change, more: MaybeUndefined<Vec<Option<Change>>>) -> Option<String> {
        Some(echo(&[("change", change.tell()), ("more", more.tell())]))
    }
    async fn by(&self, key: Key) -> Option<String> {
        Some(echo(&[("key", key.tell())]))
    }
    async fn by_all(&self, keys: MaybeUndefined<Vec<Key>>) -> Option<String> {
        Some(echo(&[("keys", keys.tell())]))
    }
    async fn defaults(
        &self,
        #[graphql(default = 7)] int: i32,
        #[graphql(default_with = "Some(\"seven \\\"7\\\"\".to_owned())")] text: Option<String>,
        #[graphql(default_with = "Mode::Null")] mode: Mode,
        #[graphql(default = 0.5)] float: f64,
    ) -> String {
        echo(&[
            ("int", int.tell()),
            ("text", text.tell()),
            ("mode", mode.tell()),
            ("float", float.tell()),
        ])
    }
    async fn json(&self, value: MaybeUndefined<Json>) -> Option<Json> {
        value.take()
    }
    async fn needs(&self, a: i32, b: f64) -> String {
        echo(&[("a", a.tell()), ("b", b.tell())])
    }
    async fn obey(&self, #[graphql(default_with = "Mode::Fine")] mode: Mode) -> Result<Option<String>> {
        obey(mode, "obeyed".to_owned())
    }
    async fn must(&self, #[graphql(default_with = "Mode::Fine")] mode: Mode) -> Result<Slot<String>> {
        Ok(obey(mode, "obeyed".to_owned())?.map_or(Slot::Hole, Slot::Filled))
    }
}
