//! Look-ups by phone number, e-mail address and domain.

use async_graphql::{Context, Object, Result};

use crate::error::Error;
use crate::graphql::connection::Connected;
use crate::graphql::contact::ContactConnection;
use crate::graphql::context::ContextExt as _;
use crate::graphql::list::ListExt as _;
use crate::graphql::organization::OrganizationConnection;
use crate::graphql::permission::requires_permission;
use crate::graphql::shown::Shown;
use crate::model::{
    Contact, ContactOrderField, EmailAddress, Organization, OrganizationOrderField, Permission, PhoneNumber,
    WordKind, fold, phone_keys, site_domain,
};
use crate::page::PageArgs;
use crate::store::{Sort, WordFilter};

/// Query fields for look-ups.
#[derive(Default)]
pub struct LookupQuery;

#[Object]
impl LookupQuery {
    /// Lists the contacts with this phone number, sorted by name, for example to identify a caller. The number may be
    /// in any notation; without a country code, it is read as a number of the tenant's default region.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts_by_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole number, such as `+12025550123`.")] number: String,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        let keys = keys_of_number(ctx, &number)?;
        let page = by_word::<Contact>(
            ctx,
            ContactOrderField::Name,
            WordKind::ContactPhone,
            keys,
            PageArgs::forward(first, after),
        )
        .await?;
        Ok(Some(page.into()))
    }

    /// Lists the contacts with this e-mail address, sorted by name. Case is ignored, as is what comes along when an
    /// address is pasted: `mailto:`, a name before `<…>`, invisible characters.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts_by_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole address, such as `ada@example.com`.")] address: String,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        let key = EmailAddress::folded(&address);
        let page = by_word::<Contact>(
            ctx,
            ContactOrderField::Name,
            WordKind::ContactEmail,
            vec![key],
            PageArgs::forward(first, after),
        )
        .await?;
        Ok(Some(page.into()))
    }

    /// Lists the organizations with this phone or fax number, sorted by name, for example to identify a switchboard. The
    /// number may be in any notation; without a country code, it is read as a number of the tenant's default region.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organizations_by_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole number, such as `+12025550123`.")] number: String,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<OrganizationConnection>> {
        let keys = keys_of_number(ctx, &number)?;
        let page = by_word::<Organization>(
            ctx,
            OrganizationOrderField::Name,
            WordKind::OrganizationPhone,
            keys,
            PageArgs::forward(first, after),
        )
        .await?;
        Ok(Some(page.into()))
    }

    /// Lists the organizations with a website at this e-mail domain, sorted by name, for example to identify the sender
    /// of an e-mail. Case and a leading `www.` are ignored, as is what comes along when an address is pasted.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn organizations_by_email_domain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The domain, such as `example.com`, or a whole e-mail address or URL.")]
        domain: String,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<OrganizationConnection>> {
        let key = fold(&email_domain(&domain));
        let page = by_word::<Organization>(
            ctx,
            OrganizationOrderField::Name,
            WordKind::OrganizationDomain,
            vec![key],
            PageArgs::forward(first, after),
        )
        .await?;
        Ok(Some(page.into()))
    }
}

/// Returns the domain in an e-mail address, in the address of a website, or in a text that is nothing else.
fn email_domain(text: &str) -> String {
    let address = EmailAddress::folded(text);
    let domain = address
        .rsplit_once('@')
        .map_or(address.as_str(), |(_, domain)| domain);
    let host = domain.split_once("://").map_or(domain, |(_, host)| host);
    site_domain(host.split(['/', '?', '#', ':']).next().unwrap_or_default())
}

/// Returns the [`phone_keys`] of a number as the tenant reads it.
fn keys_of_number(ctx: &Context<'_>, number: &str) -> crate::error::Result<Vec<String>> {
    let region = &ctx.tenant().record().default_region;
    let e164 = PhoneNumber::e164_of(number, region);
    let keys = phone_keys(e164.as_deref().unwrap_or(number));
    if keys.is_empty() {
        return Err(Error::argument("number", "must not be empty"));
    }
    Ok(keys)
}

async fn by_word<T: Shown>(
    ctx: &Context<'_>,
    by: T::Order,
    kind: WordKind,
    words: Vec<String>,
    args: PageArgs,
) -> crate::error::Result<Connected<T>> {
    let sort = Sort {
        by,
        descending: false,
    };
    ctx.list_by(WordFilter::new(kind, words), sort, args).await
}
