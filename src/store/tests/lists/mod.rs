//! Every list, order and filter, and the pairs of filters, at the root and below parents: compared with the records in
//! memory, and with the rows that its statements need to read.

mod case;
mod events;
mod narrowed;
mod plan;
mod records;
mod values;
mod world;

use std::collections::HashSet;
use std::fmt::Debug;

use fastrand::Rng;
use uuid::Uuid;

use super::explained::analyze;
use super::on_both_engines;
use crate::model::{Contact, Interaction, Note, Organization, Relationship, User, WrapUpCode};
use crate::page::Page;
use crate::store::bind::Row;
use crate::store::list::children::{count_per_parent, page_per_parent};
use crate::store::list::choice::{Choice, Driver, seek_column};
use crate::store::list::page::{count, page_of};
use crate::store::list::{Condition, Conditions};
use crate::store::statement::Statement;
use crate::store::{Columns, Joined, Other, PageQuery, Sort, SortField as _, Table, Tenant, Tx, Wanted};
use case::{Case, Cases, check_all_fields};
use narrowed::{Narrowed, all_narrowed, filter_of, orders};
use plan::{Work, faults};
use world::World;

/// The number of records that are few: less than in production, so that there are lists of many.
const FEW: i64 = 60;
const LIMIT: usize = 5;

/// The lists of one noun.
struct Lists<'w, T: Cases> {
    tx: &'w mut Tx,
    world: &'w World,
    records: &'w [T],
    /// The places of all records in each order.
    orders: Vec<(Sort<T::Order>, Vec<usize>)>,
    cases: Vec<CaseOf>,
    /// The number of statements.
    statements: usize,
    faults: Vec<String>,
}

/// A condition of a filter, with what it is to the store, and whether the record at each place meets it.
struct CaseOf {
    conditions: Conditions,
    met: Vec<bool>,
}

/// One page of a list, with all that is known of it.
#[derive(Clone, Copy)]
struct PageOf<'p> {
    page: &'p Page,
    /// The places of all records in the order in which the page is read, from its cursor on.
    ahead: &'p [usize],
    /// The places of its records, with one more.
    expected: &'p [usize],
}

impl<T: Cases + Debug + Row> Lists<'_, T> {
    /// Checks the work of a statement, and returns its rows.
    async fn read<R: Row>(&mut self, title: &str, statement: &Statement<'_>, work: &Work) -> Vec<R> {
        self.statements += 1;
        let mut faults = faults(self.tx, statement, work).await;
        let before = plan::rows_read(self.tx).await;
        let rows = self.tx.fetch_all(statement.sql()).await.unwrap();
        let read = plan::rows_read(self.tx).await - before;
        // A plan for any values may read an index of the order for a condition that one record in ten meets.
        let most = work.read * 2;
        if read > most {
            let text = statement.sql().text.of(self.tx.engine()).into_owned();
            faults.push(format!(
                "reads {read} rows by a plan for any values, not {most}\n{text}"
            ));
        }
        self.faults
            .extend(faults.into_iter().map(|fault| format!("{title}: {fault}")));
        rows
    }

    /// Checks the work of a statement and the records that those of its rows refer to, and returns the ids of its records.
    async fn read_joined(
        &mut self,
        title: &str,
        statement: &Statement<'_>,
        mut work: Work,
        wanted: Wanted,
    ) -> Vec<Uuid> {
        if !wanted.has_references() {
            let records: Vec<T> = self.read(title, statement, &work).await;
            return records.iter().map(Table::uuid).collect();
        }
        work.read += work.sorted.max(LIMIT + 1) * T::REFERENCES.len() * 2;
        work.sorted = work.sorted.max(LIMIT + 1);
        let records: Vec<Joined<T>> = self.read(title, statement, &work).await;
        for Joined { record, others } in &records {
            let read: Vec<Uuid> = others.iter().map(|other| self.checked(other)).collect();
            let expected: Vec<Uuid> = record.others().into_iter().flatten().collect();
            assert_eq!(read, expected, "{title}: {record:?}");
        }
        records.iter().map(|joined| joined.record.uuid()).collect()
    }

    /// Returns the id of a record that was read together with another one, and is whole.
    fn checked(&self, other: &Other) -> Uuid {
        let world = self.world;
        let (id, is_known) = match other {
            Other::Contact(_, contact) => (contact.uuid(), world.contacts.contains(&**contact)),
            Other::Organization(_, other) => (other.uuid(), world.organizations.contains(&**other)),
            Other::User(_, user) => (user.uuid(), world.users.contains(&**user)),
        };
        assert!(is_known, "{id}");
        id
    }

    /// Returns the place of the record with this id.
    fn place(&self, id: Uuid) -> Option<usize> {
        self.records.iter().position(|record| record.uuid() == id)
    }

    fn holds(&self, narrowed: &Narrowed, place: usize) -> bool {
        narrowed.cases.iter().all(|case| self.cases[*case].met[place])
    }

    /// Whether the record at a place meets a condition.
    fn meets(&self, narrowed: &Narrowed, condition: &Condition, place: usize) -> bool {
        let mut cases = narrowed.cases.iter().map(|case| &self.cases[*case]);
        let case = cases.find(|case| case.conditions.0.contains(condition));
        case.is_none_or(|case| case.met[place])
    }

    fn ids(&self, places: &[usize]) -> Vec<Uuid> {
        places.iter().map(|place| self.records[*place].uuid()).collect()
    }

    /// Returns the index that a list is read by, and checks the statement that counts.
    async fn driver<'c>(&mut self, title: &str, choice: &Choice<'c>) -> Driver<'c> {
        if let Some(driver) = choice.decided() {
            return driver;
        }
        let statement = choice.counts(self.tx.engine(), T::TABLE, FEW);
        let few = usize::try_from(FEW).unwrap() + 1;
        let work = Work {
            read: few * 4,
            sorted: few,
            ..Work::default()
        };
        let mut counts: Vec<(i32, i64)> = self.read(title, &statement, &work).await;
        counts.sort_unstable();
        let counts: Vec<i64> = counts.into_iter().map(|(_, count)| count).collect();
        choice.by(&counts, FEW)
    }

    /// Checks the first and the last page of a list, and those on either side of its middle, in every order.
    async fn check_root(&mut self, narrowed: &Narrowed) {
        for (sort, order) in self.orders.clone() {
            let title = format!("{} in order {}", narrowed.title, sort.name());
            let choice = Choice::of_list(&narrowed.conditions, sort.by.columns());
            let driver = self.driver(&title, &choice).await;
            let sorted: Vec<usize> = order
                .iter()
                .filter(|place| self.holds(narrowed, **place))
                .copied()
                .collect();
            let middle = sorted.get(sorted.len() / 2).copied();
            for (backward, from) in [(false, None), (true, None), (false, middle), (true, middle)] {
                let mut ahead = order.clone();
                if backward {
                    ahead.reverse();
                }
                let start = from.and_then(|from| ahead.iter().position(|place| *place == from));
                let ahead = ahead.split_off(start.map_or(0, |start| start + 1));
                let expected = ahead
                    .iter()
                    .filter(|place| self.holds(narrowed, **place))
                    .take(LIMIT + 1);
                let expected: Vec<usize> = expected.copied().collect();
                let cursor = from.map(|place| self.records[place].cursor(sort));
                let page = Page {
                    limit: LIMIT,
                    backward,
                    cursor,
                };
                let of = PageOf {
                    page: &page,
                    ahead: &ahead,
                    expected: &expected,
                };
                self.check_page(&title, narrowed, (driver, sort), of).await;
            }
        }
        self.check_count(narrowed).await;
    }

    async fn check_page(
        &mut self,
        title: &str,
        narrowed: &Narrowed,
        (driver, sort): (Driver<'_>, Sort<T::Order>),
        of: PageOf<'_>,
    ) {
        let mut found = Vec::new();
        if driver != Driver::Nothing {
            let query = PageQuery {
                // The other pages are read alone.
                wanted: wanted::<T>(of.page.cursor.is_none()),
                ..PageQuery::whole(sort, of.page)
            };
            let statement = page_of::<T, _>(self.tx.engine(), &narrowed.conditions, driver, query);
            let work = self.work(narrowed, driver, sort, of);
            found = self.read_joined(title, &statement, work, query.wanted).await;
        }
        assert_eq!(found, self.ids(of.expected), "{title}, {:?}, {driver:?}", of.page);
    }

    async fn check_count(&mut self, narrowed: &Narrowed) {
        let title = format!("number of {}", narrowed.title);
        let choice = Choice::of_count(&narrowed.conditions);
        let driver = self.driver(&title, &choice).await;
        let all = (0..self.records.len())
            .filter(|place| self.holds(narrowed, *place))
            .count();
        for most in [3, 10_000] {
            let mut found = 0;
            if driver != Driver::Nothing {
                let statement = count(self.tx.engine(), T::TABLE, &narrowed.conditions, driver, most);
                let counted: Vec<(i64,)> = self.tx.fetch_all(statement.sql()).await.unwrap();
                found = counted[0].0;
            }
            let expected = i64::try_from(all).unwrap().min(most + 1);
            assert_eq!(found, expected, "{title}, {driver:?}");
        }
    }

    /// Returns the work that a page takes: the rows up to its last one, each with the look-up of every other condition.
    fn work(&self, narrowed: &Narrowed, driver: Driver<'_>, sort: Sort<T::Order>, of: PageOf<'_>) -> Work {
        let conditions = &narrowed.conditions.0;
        let sought = conditions.iter().filter(|condition| {
            matches!(condition, Condition::Range { column, .. } if seek_column(sort.by.columns()) == Some(*column))
        });
        let is_few = matches!(driver, Driver::Few(_));
        let read: Vec<&Condition> = match driver {
            Driver::Nothing | Driver::Order => sought.collect(),
            Driver::Few(condition) => vec![condition],
            Driver::Ordered(condition) => sought.chain([condition]).collect(),
        };
        let is_read = |place: &&usize| {
            read.iter()
                .all(|condition| self.meets(narrowed, condition, **place))
        };
        let rows = if is_few {
            (0..self.records.len()).filter(|place| is_read(&place)).count()
        } else {
            let last = of.expected.get(LIMIT);
            let end = last.and_then(|last| of.ahead.iter().position(|place| place == last));
            let ahead = &of.ahead[..end.map_or(of.ahead.len(), |end| end + 1)];
            ahead.iter().filter(is_read).count()
        };
        let arms = arms(driver) * 4 * (LIMIT + 1);
        Work {
            read: (rows + arms) * (2 + conditions.len()) + 20,
            sorted: if is_few { rows * 3 + 20 } else { arms },
            sought: match driver {
                Driver::Ordered(condition) => column_of(condition),
                _ => None,
            },
            is_few,
        }
    }

    /// Checks the pages of the children of some parents.
    async fn check_nested(&mut self, narrowed: &Narrowed) {
        if narrowed.conditions.is_impossible() {
            return;
        }
        for (edge, parents) in T::edges(self.world) {
            let of_parent = |parent: Uuid| {
                let records = self.records.iter().enumerate();
                let children = records.filter(|(_, record)| (edge.parent)(record) == Some(parent));
                children.map(|(place, _)| place).collect::<HashSet<usize>>()
            };
            let children: Vec<HashSet<usize>> = parents.iter().map(|parent| of_parent(*parent)).collect();
            let all = children.iter().flatten().count();
            for (sort, order) in self.orders.clone() {
                let title = format!(
                    "{} of parents by {} in order {}",
                    narrowed.title,
                    edge.column,
                    sort.name()
                );
                let page = Page {
                    limit: LIMIT,
                    backward: false,
                    cursor: None,
                };
                let conditions = &narrowed.conditions;
                let query = PageQuery {
                    wanted: wanted::<T>(conditions.0.len() < 2),
                    ..PageQuery::whole(sort, &page)
                };
                let statement = page_per_parent(self.tx.engine(), edge, conditions, query, &parents);
                let arms = parents.len() * 4 * (LIMIT + 1);
                let rows = if conditions.0.is_empty() { 0 } else { all };
                let work = Work {
                    read: (rows + arms) * (2 + conditions.0.len()) + 20,
                    sorted: arms,
                    sought: Some(edge.column),
                    is_few: false,
                };
                let found = self.read_joined(&title, &statement, work, query.wanted).await;
                let places = found.iter().filter_map(|id| self.place(*id));
                let found: Vec<&T> = places.map(|place| &self.records[place]).collect();
                for (parent, children) in parents.iter().zip(&children) {
                    let of = found.iter().filter(|it| (edge.parent)(it) == Some(*parent));
                    let of: Vec<Uuid> = of.map(|it| it.uuid()).collect();
                    let expected = order
                        .iter()
                        .filter(|place| children.contains(*place) && self.holds(narrowed, **place));
                    let expected: Vec<usize> = expected.take(LIMIT + 1).copied().collect();
                    assert_eq!(of, self.ids(&expected), "{title}");
                }
            }
            let statement = count_per_parent(self.tx.engine(), edge, &narrowed.conditions, 3, &parents);
            let counts: Vec<(Uuid, i64)> = self.tx.fetch_all(statement.sql()).await.unwrap();
            for (parent, children) in parents.iter().zip(&children) {
                let expected = children
                    .iter()
                    .filter(|place| self.holds(narrowed, **place))
                    .count()
                    .min(4);
                let expected = (*parent, i64::try_from(expected).unwrap());
                assert!(counts.contains(&expected), "{}: {counts:?}", narrowed.title);
            }
        }
    }
}

/// Whole records of a noun, with all that they refer to if that is asked for.
fn wanted<T: Table>(with_references: bool) -> Wanted {
    let mut wanted = Wanted::WHOLE;
    for reference in T::REFERENCES.iter().filter(|_| with_references) {
        wanted.refer::<T>(reference.column, |_| Columns::All);
    }
    wanted
}

/// The number of values that a list is read by, each in its own range of the index.
fn arms(driver: Driver<'_>) -> usize {
    match driver {
        Driver::Ordered(Condition::OneOf { rows, .. }) => rows.len(),
        Driver::Ordered(Condition::Refers(references)) => references.ids.len(),
        Driver::Ordered(Condition::Linked { values, .. }) => values.len(),
        _ => 1,
    }
}

fn column_of(condition: &Condition) -> Option<&'static str> {
    match condition {
        Condition::OneOf { columns, .. } => columns.first().copied(),
        Condition::Refers(references) => Some(references.column),
        Condition::Linked { link, .. } => Some(link.value),
        Condition::Range { column, .. } => Some(column),
        _ => None,
    }
}

/// Checks the lists of a noun, and returns the number of statements and what is wrong with them.
async fn check<T: Cases + Debug + Row>(tenant: &Tenant, world: &World) -> (usize, Vec<String>) {
    let mut tx = tenant.begin(None).await.unwrap();
    tx.lift_time_limits().await.unwrap();
    plan::set_up(&mut tx).await;
    let (cases, records) = (T::cases(world), T::all(world));
    check_all_fields(&cases);
    let of = |case: &Case<T>| CaseOf {
        conditions: Conditions::of(&filter_of(&[case])),
        met: records.iter().map(|record| (case.holds)(record)).collect(),
    };
    let mut lists = Lists {
        tx: &mut tx,
        world,
        records,
        orders: orders(records),
        cases: cases.iter().map(of).collect(),
        statements: 0,
        faults: Vec::new(),
    };
    for narrowed in all_narrowed(&cases) {
        lists.check_root(&narrowed).await;
        lists.check_nested(&narrowed).await;
    }
    let found = (lists.statements, lists.faults);
    tx.end(Ok(())).await.unwrap();
    found
}

on_both_engines! {
    async fn every_list_reads_what_it_needs(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let world = World::generate(&mut Rng::with_seed(11));
        world.write(&tenant).await;
        analyze(&tenant).await;

        let (mut statements, mut faults) = (0, Vec::new());
        for (some, wrong) in [
            check::<Contact>(&tenant, &world).await,
            check::<Organization>(&tenant, &world).await,
            check::<Relationship>(&tenant, &world).await,
            check::<Note>(&tenant, &world).await,
            check::<Interaction>(&tenant, &world).await,
            check::<User>(&tenant, &world).await,
            check::<WrapUpCode>(&tenant, &world).await,
        ] {
            statements += some;
            faults.extend(wrong);
        }
        println!("figure: lists: {statements} statements, {} read more than they need", faults.len());
        assert!(faults.is_empty(), "{} of {statements}\n{}", faults.len(), faults.iter().take(12).cloned().collect::<Vec<_>>().join("\n\n"));
    }
}

#[test]
fn every_way_from_parents_is_checked() {
    let world = World::generate(&mut Rng::with_seed(1));
    let checked = Contact::edges(&world).len()
        + Relationship::edges(&world).len()
        + Note::edges(&world).len()
        + Interaction::edges(&world).len();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let files = [
        "contact.rs",
        "interaction.rs",
        "note.rs",
        "organization.rs",
        "relationship/mod.rs",
        "user.rs",
    ];
    let texts = files.map(|file| std::fs::read_to_string(folder.join(file)).unwrap());
    let declared: usize = texts.iter().map(|text| text.matches(": Edge<").count()).sum();
    assert_eq!(checked, declared);
}
