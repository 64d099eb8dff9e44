//! Recognition of callers and senders by their contact points.

use async_graphql::{Context, Object, Result};
use futures_util::future::try_join_all;

use super::context::ContextExt as _;
use super::interaction::InteractionConnection;
use super::list::ListExt as _;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::error::{Error, UserError};
use crate::id::ContactId;
use crate::model::{
    Contact, ContactPoint, ContactPointInput, InteractionFilter, InteractionOrderField, Organization,
    Permission, Subject,
};
use crate::page::{self, PageArgs};
use crate::store::{MOST_RECOGNIZED, Sort, latest_interactions, recognize};

const NEWEST_FIRST: Sort<InteractionOrderField> = Sort {
    by: InteractionOrderField::StartedAt,
    descending: true,
};

/// The query field for recognition.
#[derive(Default)]
pub struct IdentificationQuery;

#[Object]
impl IdentificationQuery {
    /// Finds the records that match a contact point, for incoming calls and messages. Each part requires the permission to view
    /// its kind. Nothing is created or linked.
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn identify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The caller's number, the sender's address or handle.")]
        contact_point: ContactPointInput,
    ) -> Result<Option<Identification>> {
        let region = &ctx.tenant().record().default_region;
        let point = ContactPoint::check(contact_point, region).map_err(|refusals| refused(&refusals))?;
        Ok(Some(Identification(point)))
    }
}

/// The error of a contact point that is refused.
fn refused(refusals: &[UserError]) -> Error {
    let reasons: Vec<&str> = refusals.iter().map(|refusal| refusal.message.as_str()).collect();
    Error::argument("contactPoint", reasons.join("; "))
}

/// The records that match a contact point.
pub struct Identification(ContactPoint);

/// The records that match a contact point.
#[Object]
impl Identification {
    /// The contact point in the form that is compared.
    async fn contact_point(&self) -> &ContactPoint {
        &self.0
    }

    /// The contacts with exactly this number, address or handle, those with the most recent interaction first. If more than 25
    /// have it, 25 of them; `contactsByPhone` and `contactsByEmail` list all.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Option<Vec<Shared<Contact>>>> {
        let recognized = recognize(
            &mut ctx.tenant(),
            std::slice::from_ref(&self.0),
            &[Subject::Contacts],
        )
        .await?;
        let contacts = recognized.into_iter().flat_map(|it| it.contacts);
        let mut contacts: Vec<ContactId> = contacts.take(MOST_RECOGNIZED).collect();
        if contacts.len() > 1 {
            let latest = latest_interactions(&mut ctx.tenant(), &contacts).await?;
            contacts.sort_by_key(|id| (std::cmp::Reverse(latest.get(id).copied()), *id));
        }
        let contacts = try_join_all(contacts.into_iter().map(|id| ctx.load(id))).await?;
        Ok(Some(contacts.into_iter().flatten().collect()))
    }

    /// The organizations with this phone or fax number, or with a website at the domain of this e-mail address; at most 25.
    /// Domains of mail providers, such as `gmail.com`, match none.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organizations(&self, ctx: &Context<'_>) -> Result<Option<Vec<Shared<Organization>>>> {
        let recognized = recognize(
            &mut ctx.tenant(),
            std::slice::from_ref(&self.0),
            &[Subject::Organizations],
        )
        .await?;
        let organizations = recognized.into_iter().flat_map(|it| it.organizations);
        let organizations = organizations.take(MOST_RECOGNIZED).map(|id| ctx.load(id));
        let organizations = try_join_all(organizations).await?;
        Ok(Some(organizations.into_iter().flatten().collect()))
    }

    /// The interactions with this contact point that are not linked to a contact, newest first: the past of a caller who is
    /// still unknown.
    ///
    /// Requires `externalContacts:interaction:view`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionView))]
    async fn unlinked_interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first n items (1–100, default 10).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<InteractionConnection>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = NEWEST_FIRST.page(args, page::NESTED)?;
        let filter = InteractionFilter {
            point_keys: Some(self.0.key().into_iter().collect()),
            has_contact: Some(false),
            ..InteractionFilter::default()
        };
        Ok(Some(ctx.list_on(filter, NEWEST_FIRST, page).await?.into()))
    }
}
