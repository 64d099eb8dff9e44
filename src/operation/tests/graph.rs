//! A small graph whose fields answer and fail in every way.

#![expect(clippy::unused_async, reason = "resolvers are async whether they wait or not")]

use std::sync::{Arc, Mutex};

use futures_util::stream::{self, Stream};

use crate::model::{Date, DateTime, Decimal, Permission, Url};
use async_graphql::{
    ComplexObject, Context, Enum, Error, ErrorExtensions, ID, InputObject, Interface, MaybeUndefined, Object,
    OneofObject, Result, Schema, SimpleObject, Subscription, TypeDirective, Union, ValidationMode,
};

/// Requires a permission to resolve the field.
#[TypeDirective(
    name = "requiresPermission",
    location = "FieldDefinition",
    composable = "https://example.com/permission/v1.0"
)]
fn requires(permission: Permission) {}

/// The resolvers that ran, in order.
pub(super) type Ran = Arc<Mutex<Vec<&'static str>>>;

fn ran(ctx: &Context<'_>, what: &'static str) {
    ctx.data_unchecked::<Ran>().lock().unwrap().push(what);
}

fn teapot<T>() -> Result<T> {
    Err(Error::new("is a teapot").extend_with(|_, values| values.set("code", "TEAPOT")))
}

#[derive(SimpleObject)]
struct Note {
    text: &'static str,
}

struct Child(i32);

#[Object]
impl Child {
    async fn index(&self) -> i32 {
        self.0
    }
    async fn slow(&self) -> i32 {
        tokio::task::yield_now().await;
        self.0
    }
    async fn child(&self) -> Option<Child> {
        Some(Child(self.0 + 1))
    }
    async fn sure(&self) -> Child {
        Child(self.0 + 1)
    }
    async fn none(&self) -> Option<Child> {
        None
    }
    async fn broken(&self) -> Result<Option<i32>> {
        teapot()
    }
    async fn option(&self) -> Option<Result<i32>> {
        Some(teapot())
    }
    async fn strict(&self) -> Result<i32> {
        teapot()
    }
    async fn odd(&self) -> Result<i32> {
        if self.0 % 2 == 1 { teapot() } else { Ok(self.0) }
    }
    async fn fault(&self) -> Result<Option<i32>> {
        Err(Error::new("secret: no such table"))
    }
    #[graphql(directive = requires::apply(Permission::NoteView))]
    async fn notes(&self, ctx: &Context<'_>) -> Option<Vec<Note>> {
        ran(ctx, "notes");
        Some(vec![Note { text: "n" }])
    }
    #[graphql(directive = requires::apply(Permission::NoteView))]
    async fn note_count(&self, ctx: &Context<'_>) -> i32 {
        ran(ctx, "noteCount");
        1
    }
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Contact {
    id: ID,
    organization: Option<Organization>,
}

#[ComplexObject]
impl Contact {
    #[graphql(directive = requires::apply(Permission::NoteView))]
    async fn notes(&self, ctx: &Context<'_>) -> Option<Vec<Note>> {
        ran(ctx, "notes");
        Some(vec![Note { text: "of a contact" }])
    }
    #[graphql(directive = requires::apply(Permission::NoteView))]
    async fn note_count(&self) -> i32 {
        1
    }
    async fn broken(&self) -> Result<Option<i32>> {
        teapot()
    }
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Organization {
    id: ID,
    name: &'static str,
}

#[ComplexObject]
impl Organization {
    async fn notes(&self) -> Option<Vec<Note>> {
        Some(vec![Note {
            text: "of an organization",
        }])
    }
}

fn contact(id: &str) -> Contact {
    Contact {
        id: id.into(),
        organization: None,
    }
}

fn organization(id: &str) -> Organization {
    Organization {
        id: id.into(),
        name: "ACME",
    }
}

#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "&ID"),
    field(name = "notes", ty = "Option<Vec<Note>>")
)]
enum Node {
    Contact(Contact),
    Organization(Organization),
}

#[derive(Union)]
enum Found {
    Contact(Contact),
    Organization(Organization),
    Note(Note),
}

#[derive(InputObject)]
struct Change {
    title: MaybeUndefined<String>,
    #[graphql(default = 7)]
    size: i32,
    inner: Option<Box<Change>>,
    steps: Option<Vec<Option<Vec<i32>>>>,
}

impl Change {
    fn tell(&self) -> String {
        let title = match &self.title {
            MaybeUndefined::Undefined => "absent",
            MaybeUndefined::Null => "null",
            MaybeUndefined::Value(title) => title,
        };
        let inner = self
            .inner
            .as_ref()
            .map_or(String::new(), |inner| format!(" ({})", inner.tell()));
        let steps = self.steps.as_ref();
        let steps = steps.map_or(String::new(), |steps| {
            format!(" {steps:?}").replace("Some(", "").replace("])", "]")
        });
        format!("{title} {}{inner}{steps}", self.size)
    }
}

/// A value of every custom scalar.
#[derive(InputObject)]
struct Stay {
    day: Option<Date>,
    at: Option<DateTime>,
    site: Option<Url>,
    prices: Option<Vec<Decimal>>,
}

impl Stay {
    fn tell(self) -> String {
        let day = self.day.map(|day| day.to_string());
        let at = self.at.map(|at| at.to_string());
        let prices = self.prices.into_iter().flatten().map(|price| price.0.to_string());
        let parts = [day, at, self.site.map(|site| site.0)].into_iter().flatten();
        parts.chain(prices).collect::<Vec<_>>().join(" ")
    }
}

#[derive(OneofObject)]
enum Key {
    Id(ID),
    Name(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Order {
    Name,
    Created,
}

#[derive(InputObject)]
struct Span {
    from: i32,
    to: Option<i32>,
}

#[derive(SimpleObject)]
struct Hit {
    a: i32,
    b: i32,
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Person {
    id: ID,
}

#[ComplexObject]
impl Person {
    async fn friends(&self, first: Option<i32>) -> PersonConnection {
        PersonConnection::of(first)
    }
}

#[derive(SimpleObject)]
struct PersonConnection {
    edges: Vec<PersonEdge>,
    nodes: Vec<Person>,
    page_info: PageInfo,
}

impl PersonConnection {
    /// Returns the requested number of items, at most 3.
    fn of(first: Option<i32>) -> Self {
        let people = || (0..first.unwrap_or(1).min(3)).map(|index| Person { id: index.into() });
        Self {
            edges: people().map(|node| PersonEdge { node }).collect(),
            nodes: people().collect(),
            page_info: PageInfo { has_next_page: false },
        }
    }
}

#[derive(SimpleObject)]
struct PersonEdge {
    node: Person,
}

#[derive(SimpleObject)]
struct PageInfo {
    has_next_page: bool,
}

pub(super) struct Query;

#[Object]
impl Query {
    async fn slow(&self) -> i32 {
        tokio::task::yield_now().await;
        1
    }
    async fn fast(&self) -> i32 {
        2
    }
    async fn child(&self) -> Option<Child> {
        Some(Child(0))
    }
    async fn sure(&self) -> Child {
        Child(0)
    }
    async fn children(&self, #[graphql(default = 2)] first: i32) -> Vec<Child> {
        (0..first).map(Child).collect()
    }
    async fn some(&self) -> Vec<Option<Child>> {
        vec![Some(Child(0)), None, Some(Child(1))]
    }
    async fn hit(&self, ctx: &Context<'_>) -> Hit {
        ran(ctx, "hit");
        Hit { a: 1, b: 2 }
    }
    #[graphql(directive = requires::apply(Permission::ContactView))]
    async fn contacts(&self, ctx: &Context<'_>) -> Option<Vec<Contact>> {
        ran(ctx, "contacts");
        Some(vec![contact("contact_1")])
    }
    async fn node(&self, id: ID) -> Option<Node> {
        Some(match id.strip_prefix("contact") {
            Some(_) => Node::Contact(contact(&id)),
            None => Node::Organization(organization(&id)),
        })
    }
    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Node>> {
        ids.iter().map(|id| Some(Node::Contact(contact(id)))).collect()
    }
    async fn people(&self, first: Option<i32>, last: Option<i32>) -> PersonConnection {
        PersonConnection::of(first.or(last))
    }
    async fn search(&self) -> Vec<Found> {
        vec![
            Found::Contact(contact("contact_1")),
            Found::Organization(organization("organization_1")),
            Found::Note(Note { text: "found" }),
        ]
    }
    async fn greet(&self, #[graphql(default = "you")] name: String, loud: Option<bool>) -> String {
        format!("{name} {loud:?}")
    }
    async fn tell(&self, change: Change) -> String {
        change.tell()
    }
    async fn ordered(&self, by: Order) -> Order {
        by
    }
    async fn length(&self, of: Span) -> i32 {
        of.to.unwrap_or(of.from) - of.from
    }
    async fn stay(&self, of: Option<Stay>) -> String {
        of.map_or_else(String::new, Stay::tell)
    }
    async fn by(&self, key: Key) -> String {
        match key {
            Key::Id(id) => format!("id {}", id.as_str()),
            Key::Name(name) => format!("name {name}"),
        }
    }
    async fn limited(&self, #[graphql(validator(maximum = 3))] first: Option<i32>) -> Option<i32> {
        first
    }
    #[graphql(entity)]
    async fn contact_entity(&self, id: ID) -> Result<Option<Contact>> {
        match id.as_str() {
            "none" => Ok(None),
            "broken" => teapot(),
            id => Ok(Some(contact(id))),
        }
    }
    #[graphql(entity)]
    async fn organization_entity(&self, id: ID) -> Option<Organization> {
        Some(organization(&id))
    }
}

#[derive(InputObject)]
struct HitManyInput {
    items: Vec<i32>,
}

#[derive(SimpleObject)]
struct HitManyPayload {
    results: Vec<Hit>,
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn hit(&self, ctx: &Context<'_>) -> Option<Hit> {
        tokio::task::yield_now().await;
        ran(ctx, "hit");
        Some(Hit { a: 1, b: 2 })
    }
    async fn last(&self, ctx: &Context<'_>) -> Option<i32> {
        ran(ctx, "last");
        Some(3)
    }
    async fn hit_many(&self, ctx: &Context<'_>, input: HitManyInput) -> Option<HitManyPayload> {
        ran(ctx, "hitMany");
        let results = input.items.into_iter().map(|a| Hit { a, b: 0 });
        Some(HitManyPayload {
            results: results.collect(),
        })
    }
    #[graphql(directive = requires::apply(Permission::ContactEdit))]
    async fn edit(&self, ctx: &Context<'_>) -> Option<Hit> {
        ran(ctx, "edit");
        None
    }
}

pub(super) struct Ticks;

#[Subscription]
impl Ticks {
    async fn ticks(&self) -> impl Stream<Item = Option<Child>> {
        stream::iter((0..3).map(|index| Some(Child(index))))
    }
    async fn broken(&self) -> Result<impl Stream<Item = i32>> {
        teapot::<stream::Empty<i32>>()
    }
    async fn ends_badly(&self) -> impl Stream<Item = Result<i32>> {
        stream::iter([Ok(1), teapot()])
    }
    #[graphql(directive = requires::apply(Permission::NoteView))]
    async fn guarded(&self, ctx: &Context<'_>) -> impl Stream<Item = i32> {
        ran(ctx, "guarded");
        stream::iter([1])
    }
}

pub(super) type GraphSchema = Schema<Query, Mutation, Ticks>;

/// Builds the schema as the program builds its own. Resolvers add their names to `ran`.
pub(super) fn schema(ran: Ran) -> GraphSchema {
    Schema::build(Query, Mutation, Ticks)
        .enable_federation()
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(usize::MAX)
        .data(ran)
        .finish()
}
