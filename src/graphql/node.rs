//! Records by their global id, as defined by the Relay specification.

use async_graphql::{Context, ID, Interface, Object, PathSegment, Result};
use futures_util::future::join_all;

use super::context::ContextExt as _;
use super::merge::load_merge;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::error::Error;
use crate::id::{
    ContactId, GlobalId, InteractionId, NodeId, NoteId, OrganizationId, RelationshipId, UserId, WrapUpCodeId,
};
use crate::model::noun::nouns;
use crate::model::{
    Contact, Interaction, Merge, Note, Organization, Permission, Relationship, User, WrapUpCode,
};

/// The maximum number of ids of one `nodes`.
const MOST_IDS: usize = 100;

macro_rules! node {
    ($($group:ident {$(
        $noun:ident($id:ident) $field:ident, $entity:ident: $one:tt, $many:tt, $permission:ident = $name:tt;
    )*})*) => {
        /// A record that has a global id.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "GlobalId", desc = "The record's id, unique across all kinds."))]
        pub enum Node {$($(
            #[doc = concat!("The record as ", $one, ".")]
            $noun(Shared<$noun>),
        )*)*
            /// The record as a merge.
            Merge(Shared<Merge>),
        }

        impl Node {
            /// Loads the record with this id, or `None` if it does not exist.
            async fn load(ctx: &Context<'_>, id: NodeId) -> crate::error::Result<Option<Self>> {
                Ok(match id {$($(
                    NodeId::$id(id) => ctx.load(id).await?.map(Self::$noun),
                )*)*
                    NodeId::MergeId(id) => load_merge(ctx, id).await?.map(Self::Merge),
                })
            }

            /// Returns the permission required to view a record of this kind. Users require none: every caller may see
            /// the author of a note.
            pub(super) const fn required_permission(id: NodeId) -> Option<Permission> {
                match id {
                    $($(NodeId::$id(_) => node!(@$group $permission),)*)*
                    // It depends on the kind of the merged records.
                    NodeId::MergeId(_) => None,
                }
            }
        }

        /// Query fields for one record by its id, and the entities of a gateway.
        #[derive(Default)]
        pub struct ByIdQuery;

        #[Object]
        impl ByIdQuery {$($(
            #[doc = concat!("Returns ", $one, " by id, or null if it does not exist.", node!(@merged $noun))]
            ///
            #[doc = concat!("Requires `", $name, "`.")]
            #[graphql(directive = requires_permission::apply(Permission::$permission))]
            async fn $field(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The record's id.")] id: ID,
            ) -> Result<Option<Shared<$noun>>> {
                Ok(ctx.load(Error::id::<$id>("id", &id)?).await?)
            }

            #[graphql(entity)]
            async fn $entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Shared<$noun>>> {
                Ok(ctx.entity::<$id, $noun>(node!(@$group $permission), &id).await?)
            }
        )*)*}
    };
    (@merged Contact) => { " The id of a contact that was merged into another one returns that one." };
    (@merged Organization) => { " The id of an organization that was merged into another one returns that one." };
    (@merged $noun:ident) => { "" };
    (@internal $permission:ident) => { None };
    (@$group:ident $permission:ident) => { Some(Permission::$permission) };
}
nouns!(node);

/// Query fields for records of any kind.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Returns the record with this id, or null if it does not exist. The id of a contact or an organization that was merged into
    /// another one returns that one, with its own id.
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

    /// Returns the records with these ids, as `node` does, in the given order, with null for each one that does not exist.
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
    if let Some(permission) = Node::required_permission(id) {
        ctx.require(permission)?;
    }
    Node::load(ctx, id).await
}
