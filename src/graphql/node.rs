//! Records by their global id, as defined by the Relay specification.

use async_graphql::{Context, ID, Interface, Object, PathSegment, Result};
use futures_util::future::join_all;

use super::context::Ask as _;
use crate::error::Error;
use crate::id::{GlobalId, NodeId};
use crate::model::{Contact, Interaction, Note, Organization, Permission, Relationship, User, WrapUpCode};

/// The maximum number of ids of one `nodes`.
const MOST_IDS: usize = 100;

/// A record that has a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "GlobalId",
    desc = "The record's id, unique across all kinds."
))]
pub enum Node {
    /// A contact.
    Contact(Box<Contact>),
    /// An organization.
    Organization(Box<Organization>),
    /// A relationship.
    Relationship(Box<Relationship>),
    /// A note.
    Note(Box<Note>),
    /// A user.
    User(Box<User>),
    /// An interaction.
    Interaction(Box<Interaction>),
    /// A wrap-up code.
    WrapUpCode(Box<WrapUpCode>),
}

/// Query fields for records of any kind.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Returns the record with this id, or null if it does not exist.
    ///
    /// Requires the view permission of its kind, such as `externalContacts:contact:view`; users are visible to every
    /// caller.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of a record of any kind.")] id: ID,
    ) -> Result<Option<Node>> {
        Ok(node(ctx, &id).await?)
    }

    /// Returns the records with these ids, in the given order, with null for each one that does not exist.
    ///
    /// Requires the view permission of each one's kind: null and an error where it is missing.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of records of any kind, at most 100.")] ids: Vec<ID>,
    ) -> Result<Option<Vec<Option<Node>>>> {
        if ids.len() > MOST_IDS {
            return Err(Error::argument("ids", format!("takes at most {MOST_IDS} ids")).into());
        }
        let found = join_all(ids.iter().map(|id| node(ctx, id))).await;
        let mut nodes = Vec::with_capacity(found.len());
        for (position, found) in found.into_iter().enumerate() {
            // One that cannot be had does not spoil the others.
            nodes.push(found.unwrap_or_else(|error| {
                let error = async_graphql::Error::from(error).into_server_error(ctx.item.pos);
                let mut error = ctx.set_error_path(error);
                error.path.push(PathSegment::Index(position));
                ctx.add_error(error);
                None
            }));
        }
        Ok(Some(nodes))
    }
}

async fn node(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Node>> {
    let Some(id) = NodeId::read(id) else {
        return Ok(None);
    };
    if let Some(permission) = needed(id) {
        ctx.require(permission)?;
    }
    Ok(match id {
        NodeId::ContactId(id) => ctx.load(id).await?.map(|it| Node::Contact(Box::new(it))),
        NodeId::OrganizationId(id) => ctx.load(id).await?.map(|it| Node::Organization(Box::new(it))),
        NodeId::RelationshipId(id) => ctx.load(id).await?.map(|it| Node::Relationship(Box::new(it))),
        NodeId::NoteId(id) => ctx.load(id).await?.map(|it| Node::Note(Box::new(it))),
        NodeId::UserId(id) => ctx.load(id).await?.map(|it| Node::User(Box::new(it))),
        NodeId::InteractionId(id) => ctx.load(id).await?.map(|it| Node::Interaction(Box::new(it))),
        NodeId::WrapUpCodeId(id) => ctx.load(id).await?.map(|it| Node::WrapUpCode(Box::new(it))),
    })
}

/// Returns the permission required to view a record of this kind. Users require none: every caller may see the author
/// of a note.
const fn needed(id: NodeId) -> Option<Permission> {
    match id {
        NodeId::ContactId(_) => Some(Permission::ContactView),
        NodeId::OrganizationId(_) => Some(Permission::OrganizationView),
        NodeId::RelationshipId(_) => Some(Permission::RelationshipView),
        NodeId::NoteId(_) => Some(Permission::NoteView),
        NodeId::UserId(_) => None,
        NodeId::InteractionId(_) => Some(Permission::InteractionView),
        NodeId::WrapUpCodeId(_) => Some(Permission::WrapUpCodeView),
    }
}
