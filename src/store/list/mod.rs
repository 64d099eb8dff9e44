//! Lists: filter, order and keyset, and the page of each of many parents, written once for every noun.
//!
//! A filter is a list of conditions ([`condition`]). The index of one of them is read in the list's order ([`choice`],
//! [`page`]), and the others are checked on each record ([`check`]). [`keyset`] has the order and the place where a page
//! begins.

mod check;
pub mod children;
pub mod choice;
mod condition;
mod filter;
mod keyset;
mod link;
mod listed;
pub mod page;
mod reference;

use std::collections::{HashMap, HashSet};

use tracing::instrument;
use uuid::Uuid;

pub use children::{Children, Edge};
use children::{count_per_parent, page_per_parent};
use choice::{Choice, Driver};
pub use condition::{Condition, Conditions, Filter, Value};
pub use filter::WordFilter;
pub use link::{AGENTS, OWNERS, WRAP_UPS};
pub use listed::Listed;
use page::{count, page_of};
pub use reference::References;

use super::Tenant;
use super::joined::Joined;
use super::page_query::PageQuery;
use super::read::{Read as _, records_by_ids};
use super::sort::SortField as _;
use super::table::{Table, Wanted};
use crate::error::Result;
use crate::page::Slice;

/// The most reads by which all records of a condition are read and sorted. If there are more of them in a million records,
/// a page is found as soon in the list's order.
const FEW: i64 = 5_000;

impl Tenant {
    /// Returns one page of a list.
    #[instrument(level = "debug", skip_all)]
    pub async fn list<T: Listed>(
        &self,
        filter: &dyn Filter,
        query: PageQuery<'_, T::Order>,
    ) -> Result<Slice<Joined<T>>> {
        let conditions = Conditions::of(filter);
        let choice = Choice::of_list(&conditions, query.sort.by.columns());
        let driver = self.driver(&choice, T::TABLE).await?;
        if driver == Driver::Nothing {
            return Ok(Slice::of(Vec::new(), query.page));
        }
        let statement = page_of::<T, _>(self.engine(), &conditions, driver, query);
        let records = self.fetch_joined(&statement, query.wanted).await?;
        Ok(Slice::of(records, query.page))
    }

    /// Returns the number of rows of a list, counted up to one more than `most`.
    #[instrument(level = "debug", skip_all)]
    pub async fn count<T: Listed>(&self, filter: &dyn Filter, most: i64) -> Result<i64> {
        let conditions = Conditions::of(filter);
        let choice = Choice::of_count(&conditions);
        let driver = self.driver(&choice, T::TABLE).await?;
        if driver == Driver::Nothing {
            return Ok(0);
        }
        let statement = count(self.engine(), T::TABLE, &conditions, driver, most);
        let count: Option<(i64,)> = self.fetch_optional(statement.sql()).await?;
        Ok(count.unwrap_or_default().0)
    }

    /// Returns the index that a list is read by, after a statement that counts the records of each condition if there is a
    /// need to compare them.
    async fn driver<'c>(&self, choice: &Choice<'c>, table: &'static str) -> Result<Driver<'c>> {
        if let Some(driver) = choice.decided() {
            return Ok(driver);
        }
        let statement = choice.counts(self.engine(), table, FEW);
        let mut counts: Vec<(i32, i64)> = self.fetch_all(statement.sql()).await?;
        counts.sort_unstable();
        let counts: Vec<i64> = counts.into_iter().map(|(_, count)| count).collect();
        Ok(choice.by(&counts, FEW))
    }

    /// Returns the same page of each parent's children, by one statement.
    #[instrument(level = "debug", skip_all)]
    pub async fn pages_of<T: Listed>(
        &self,
        children: &Children<T>,
        query: PageQuery<'_, T::Order>,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, Slice<Joined<T>>>> {
        let conditions = children.conditions();
        let mut pages: HashMap<Uuid, Vec<Joined<T>>> = HashMap::new();
        if !conditions.is_impossible() {
            let statement = page_per_parent(self.engine(), children.edge, &conditions, query, parents);
            let found = self.fetch_joined::<T>(&statement, query.wanted).await?;
            let of = |found: &Joined<T>| (children.edge.parent)(&found.record);
            // Most records have none, and nothing is looked up.
            let ids = found.iter().filter(|_| children.edge.has_aliases).filter_map(of);
            let aliases: HashSet<Uuid> = ids.filter(|id| !parents.contains(id)).collect();
            let survivors = self.survivors(aliases.into_iter().collect()).await?;
            for found in found {
                if let Some(parent) = of(&found) {
                    let parent = survivors.get(&parent).copied().unwrap_or(parent);
                    pages.entry(parent).or_default().push(found);
                }
            }
        }
        Ok(parents
            .iter()
            .map(|parent| {
                (
                    *parent,
                    Slice::of(pages.remove(parent).unwrap_or_default(), query.page),
                )
            })
            .collect())
    }

    /// Returns the number of each parent's children, counted up to one more than `most`, by one statement.
    #[instrument(level = "debug", skip_all)]
    pub async fn counts_of<T: Listed>(
        &self,
        children: &Children<T>,
        most: i64,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, i64>> {
        let conditions = children.conditions();
        if conditions.is_impossible() {
            return Ok(parents.iter().map(|parent| (*parent, 0)).collect());
        }
        let statement = count_per_parent(self.engine(), children.edge, &conditions, most, parents);
        let counts: Vec<(Uuid, i64)> = self.fetch_all(statement.sql()).await?;
        Ok(counts.into_iter().collect())
    }

    /// Returns the records with these ids, in no order, without those that do not exist.
    #[instrument(level = "debug", skip_all)]
    pub async fn by_ids<T: Table>(&self, ids: &[Uuid]) -> Result<Vec<T>> {
        let mut tenant = self;
        tenant.find_all(ids.to_vec()).await
    }

    /// Returns the records with these ids, in no order, without those that do not exist, with those that they refer to, as far as
    /// they are wanted.
    #[instrument(level = "debug", skip_all)]
    pub async fn joined_by_ids<T: Table>(&self, ids: Vec<Uuid>, wanted: Wanted) -> Result<Vec<Joined<T>>> {
        let statement = records_by_ids::<T>(self.engine(), ids, wanted);
        self.fetch_joined(&statement, wanted).await
    }
}
