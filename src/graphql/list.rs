//! The lists that resolvers answer with: a noun's own, and those of a parent's children.

use std::sync::Arc;

use async_graphql::Context;

use super::connection::Connected;
use super::context::ContextExt;
use super::filter::FilterInput;
use super::order::OrderInput;
use super::shown::Shown;
use crate::error::Result;
use crate::id::TypedId;
use crate::page::{self, Page, PageArgs};
use crate::store::{Children, Edge, Filter, Listed, PageQuery, Sort};

/// The order fields of the lists that a filter narrows.
type Order<F> = <<F as FilterInput>::Noun as Listed>::Order;

/// Pages of lists.
pub trait ListExt: ContextExt {
    /// Loads a page of a parent's children that match a filter.
    fn children<F: FilterInput, O: OrderInput<Field = Order<F>>>(
        &self,
        edge: &'static Edge<F::Noun>,
        parent: impl TypedId,
        filter: Option<F>,
        order: Option<O>,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connected<F::Noun>>> + Send
    where
        Self: Sync + Sized,
    {
        async move {
            let sort = O::sort(order);
            let page = sort.page(args, page::NESTED)?;
            let filter = filter.map(|filter| filter.checked(self)).transpose()?;
            let children = Children {
                edge,
                filter: filter.map(Arc::new),
            };
            self.children_on(children, parent, sort, page).await
        }
    }

    /// Loads the given page of a parent's children.
    fn children_on<T: Shown>(
        &self,
        children: Children<T>,
        parent: impl TypedId,
        sort: Sort<T::Order>,
        page: Page,
    ) -> impl Future<Output = Result<Connected<T>>> + Send
    where
        Self: Sync + Sized,
    {
        async move {
            let parent = parent.uuid();
            let query = PageQuery {
                sort,
                page: &page,
                wanted: self.wanted_of_items::<T>(),
            };
            let loaders = &self.request().loaders;
            let slice = loaders.page(children.clone(), parent, query).await?;
            Ok(Connected::of_children(slice, sort, children, parent))
        }
    }

    /// Loads a page of a noun's list.
    fn list<F: FilterInput, O: OrderInput<Field = Order<F>>>(
        &self,
        filter: Option<F>,
        order: Option<O>,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connected<F::Noun>>> + Send
    where
        Self: Sync + Sized,
    {
        async move {
            let filter = filter.unwrap_or_default().checked(self)?;
            self.list_by(filter, O::sort(order), args).await
        }
    }

    /// Loads a page of the records that a filter matches.
    fn list_by<T: Shown>(
        &self,
        filter: impl Filter + 'static,
        sort: Sort<T::Order>,
        args: PageArgs,
    ) -> impl Future<Output = Result<Connected<T>>> + Send
    where
        Self: Sync + Sized,
    {
        async move { self.list_on(filter, sort, sort.page(args, page::AT_ROOT)?).await }
    }

    /// Loads the given page of the records that a filter matches.
    fn list_on<T: Shown>(
        &self,
        filter: impl Filter + 'static,
        sort: Sort<T::Order>,
        page: Page,
    ) -> impl Future<Output = Result<Connected<T>>> + Send
    where
        Self: Sync + Sized,
    {
        async move {
            let query = PageQuery {
                sort,
                page: &page,
                wanted: self.wanted_of_items::<T>(),
            };
            let slice = self.request().loaders.list(&filter, query).await?;
            Ok(Connected::of_list(slice, sort, Arc::new(filter)))
        }
    }
}

impl ListExt for Context<'_> {}
