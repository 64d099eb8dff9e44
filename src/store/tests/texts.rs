//! The texts of lists: every shape that a filter, an order and a page give a statement, on both engines.

use std::fmt::Write as _;
use std::sync::Arc;

use uuid::Uuid;

use super::START;
use crate::id::{ContactId, OrganizationId, UserId};
use crate::model::{
    Change, ChangeFilter, Contact, ContactFilter, ContactOrderField, DateTime, DateTimeRange, EntityKind,
    ExternalId, Interaction, InteractionDirection, InteractionFilter, InteractionOrderField, MediaType,
    NOTHING, NameMatch, Note, NoteFilter, NoteOrderField, Organization, OrganizationFilter,
    OrganizationOrderField, Ranges, Relationship, RelationshipFilter, RelationshipOrderField, User,
    UserFilter, UserOrderField, WrapUpCode, WrapUpCodeFilter, WrapUpCodeOrderField,
};
use crate::page::{Cursor, Key, Page};
use crate::store::engine::Engine;
use crate::store::list::children::{count_per_parent, page_per_parent};
use crate::store::list::choice::{Choice, Driver};
use crate::store::list::page::{count, page_of};
use crate::store::statement::Statement;
use crate::store::{
    CHANGES_OF_ENTITY, CONTACTS_OF_ORGANIZATION, ChangeOrder, Children, Conditions, Edge, Filter,
    INTERACTIONS_OF_CONTACT, Listed, NOTES_OF_CONTACT, PageQuery, RELATIONSHIPS_OF_ORGANIZATION, Sort,
    SortField as _, Table as _,
};

/// The texts of an engine, each under its title and with its clauses on lines of their own and without the names of columns.
pub(super) struct Texts {
    pub engine: Engine,
    pub written: String,
}

impl Texts {
    pub fn add(&mut self, title: &str, columns: &str, statement: &Statement<'_>) {
        let text = statement.sql().text.of(self.engine).into_owned();
        let mut text = text.replacen(columns, "…", usize::from(!columns.is_empty()) * 8);
        for clause in ["FROM", "WHERE", "AND", "ORDER BY", "LIMIT"] {
            text = text.replace(&format!(" {clause} "), &format!("\n  {clause} "));
        }
        writeln!(self.written, "-- {title}\n{text}\n").unwrap();
    }

    /// The first page of a list that a filter narrows, and its number of records. A list that is read by one of several
    /// conditions is read by that of which there are few.
    fn narrowed<T: Listed>(&mut self, title: &str, filter: &dyn Filter, by: T::Order) {
        let conditions = Conditions::of(filter);
        let choice = Choice::of_list(&conditions, by.columns());
        let driver = choice.decided().unwrap_or_else(|| {
            let statement = choice.counts(self.engine, T::TABLE, 10);
            self.add(&format!("{title}, records of conditions"), "", &statement);
            choice.by(&[2, 1], 10)
        });
        let page = page(false, None);
        let query = PageQuery::whole(ascending(by), &page);
        let statement = page_of::<T, _>(self.engine, &conditions, driver, query);
        self.add(title, T::COLUMNS, &statement);
        let counted = Choice::of_count(&conditions).decided();
        let statement = count(self.engine, T::TABLE, &conditions, counted.unwrap_or(driver), 10);
        self.add(&format!("{title}, number"), "", &statement);
    }

    /// The first page of a list, and those after and before a cursor.
    fn pages<T: Listed>(&mut self, filter: &dyn Filter, sort: Sort<T::Order>, keys: &[Key]) {
        for (which, backward, keys) in [
            ("first page", false, None),
            ("after a cursor", false, Some(keys)),
            ("before a cursor", true, Some(keys)),
        ] {
            let page = page(backward, keys);
            let query = PageQuery::whole(sort, &page);
            let statement = page_of::<T, _>(self.engine, &Conditions::of(filter), Driver::Order, query);
            self.add(&format!("{}, {which}", sort.name()), T::COLUMNS, &statement);
        }
    }

    /// The first page, and the number, of the children of each of several parents.
    fn children<T: Listed>(
        &mut self,
        title: &str,
        edge: &'static Edge<T>,
        filter: Option<T::Filter>,
        sort: Sort<T::Order>,
    ) {
        let children = Children {
            edge,
            filter: filter.map(Arc::new),
        };
        let page = page(false, None);
        let conditions = children.conditions();
        let query = PageQuery::whole(sort, &page);
        let statement = page_per_parent(self.engine, edge, &conditions, query, &[Uuid::nil()]);
        self.add(title, T::COLUMNS, &statement);
        let statement = count_per_parent(self.engine, edge, &conditions, 10, &[Uuid::nil()]);
        self.add(&format!("number of {title}"), "", &statement);
    }
}

fn page(backward: bool, keys: Option<&[Key]>) -> Page {
    Page {
        limit: 10,
        backward,
        cursor: keys.map(|keys| Cursor {
            order: String::new(),
            keys: keys.to_vec(),
            id: Uuid::nil(),
        }),
    }
}

const fn ascending<O>(by: O) -> Sort<O> {
    Sort {
        by,
        descending: false,
    }
}

fn orders(texts: &mut Texts) {
    let (text, instant) = ([Key::Text(String::new())], [Key::Instant(START)]);
    let contacts = ContactFilter::default();
    texts.pages::<Contact>(&contacts, ascending(ContactOrderField::Name), &text);
    let descending = Sort {
        by: ContactOrderField::Name,
        descending: true,
    };
    texts.pages::<Contact>(&contacts, descending, &text);
    texts.pages::<Contact>(&contacts, descending, &[Key::Text(NOTHING.to_owned())]);
    texts.pages::<Contact>(&contacts, ascending(ContactOrderField::CreatedAt), &instant);
    texts.pages::<Contact>(&contacts, ascending(ContactOrderField::UpdatedAt), &instant);
    let organizations = OrganizationFilter::default();
    texts.pages::<Organization>(&organizations, ascending(OrganizationOrderField::Name), &text);
    texts.pages::<User>(&UserFilter::default(), ascending(UserOrderField::Name), &text);
    let codes = WrapUpCodeFilter::default();
    texts.pages::<WrapUpCode>(&codes, ascending(WrapUpCodeOrderField::Name), &text);
    let relationships = RelationshipFilter::default();
    texts.pages::<Relationship>(&relationships, ascending(RelationshipOrderField::Type), &text);
    for day in [Some(START.date_naive()), None] {
        let sort = ascending(RelationshipOrderField::StartedOn);
        texts.pages::<Relationship>(&relationships, sort, &[Key::Day(day)]);
    }
    let pinned = Sort {
        by: NoteOrderField::PinnedThenNewest,
        descending: true,
    };
    texts.pages::<Note>(
        &NoteFilter::default(),
        pinned,
        &[Key::Flag(true), Key::Instant(START)],
    );
    let started = ascending(InteractionOrderField::StartedAt);
    texts.pages::<Interaction>(&InteractionFilter::default(), started, &instant);
    texts.pages::<Change>(
        &ChangeFilter::default(),
        ChangeOrder::OLDEST,
        &[Key::Number(1), Key::Number(2)],
    );
    texts.add(
        "number of contacts",
        "",
        &count(
            texts.engine,
            Contact::TABLE,
            &Conditions::of(&contacts),
            Driver::Order,
            10,
        ),
    );
}

fn nested(texts: &mut Texts) {
    let by_name = ascending(ContactOrderField::Name);
    texts.children(
        "contacts of organizations",
        &CONTACTS_OF_ORGANIZATION,
        None,
        by_name,
    );
    let backwards = Sort {
        descending: true,
        ..by_name
    };
    texts.children(
        "contacts of organizations, from the last name",
        &CONTACTS_OF_ORGANIZATION,
        None,
        backwards,
    );
    let by_type = ascending(RelationshipOrderField::Type);
    let current = RelationshipFilter {
        is_current: Some(true),
        ..RelationshipFilter::default()
    };
    texts.children(
        "current relationships of organizations",
        &RELATIONSHIPS_OF_ORGANIZATION,
        Some(current),
        by_type,
    );
    let created = ascending(NoteOrderField::CreatedAt);
    texts.children("notes of contacts", &NOTES_OF_CONTACT, None, created);
    let started = ascending(InteractionOrderField::StartedAt);
    texts.children(
        "interactions of contacts",
        &INTERACTIONS_OF_CONTACT,
        None,
        started,
    );
    texts.children(
        "changes of entities",
        &CHANGES_OF_ENTITY,
        None,
        ChangeOrder::NEWEST,
    );
}

fn contact_filters(texts: &mut Texts) {
    let organization = OrganizationId::new(Uuid::nil());
    let words = Some(vec!["a".to_owned(), "b".to_owned()]);
    let range = DateTimeRange {
        from: Some(DateTime(START)),
        before: Some(DateTime(START)),
    };
    let ranges = Ranges {
        created_at: range,
        updated_at: range,
    };
    let external_id = Some(ExternalId {
        source: "crm".to_owned(),
        value: "1".to_owned(),
    });
    let none = ContactFilter::default();
    let mut add = |title: &str, filter: ContactFilter| {
        texts.narrowed::<Contact>(title, &filter, ContactOrderField::Name);
    };
    add(
        "of an organization",
        ContactFilter {
            organization_ids: Some(vec![organization]),
            ..none.clone()
        },
    );
    add(
        "of some organizations",
        ContactFilter {
            organization_ids: Some(vec![organization; 2]),
            ..none.clone()
        },
    );
    add(
        "of any organization",
        ContactFilter {
            has_organization: Some(true),
            ..none.clone()
        },
    );
    add(
        "of no organization",
        ContactFilter {
            has_organization: Some(false),
            ..none.clone()
        },
    );
    add(
        "by last name",
        ContactFilter {
            last_name: Some(NameMatch::Whole("a".to_owned())),
            ..none.clone()
        },
    );
    add(
        "by first name",
        ContactFilter {
            first_name: Some(NameMatch::Start("a".to_owned())),
            ..none.clone()
        },
    );
    add(
        "by tag",
        ContactFilter {
            tags: words,
            ..none.clone()
        },
    );
    add(
        "by external id",
        ContactFilter {
            external_id,
            ..none.clone()
        },
    );
    add("by instants", ContactFilter { ranges, ..none });
}

fn other_filters(texts: &mut Texts) {
    let owner = UserId::new(Uuid::nil());
    let none = OrganizationFilter::default();
    for (title, filter) in [
        (
            "of owners",
            OrganizationFilter {
                owner_ids: Some(vec![owner]),
                ..none.clone()
            },
        ),
        (
            "of any owner",
            OrganizationFilter {
                has_owner: Some(true),
                ..none.clone()
            },
        ),
        (
            "of no owner",
            OrganizationFilter {
                has_owner: Some(false),
                ..none
            },
        ),
    ] {
        texts.narrowed::<Organization>(title, &filter, OrganizationOrderField::Name);
    }
    let types = Some(vec!["owner".to_owned()]);
    texts.narrowed::<Relationship>(
        "by type",
        &RelationshipFilter {
            types,
            ..RelationshipFilter::default()
        },
        RelationshipOrderField::StartedOn,
    );
    texts.narrowed::<Relationship>(
        "current",
        &RelationshipFilter {
            is_current: Some(true),
            ..RelationshipFilter::default()
        },
        RelationshipOrderField::StartedOn,
    );
    texts.narrowed::<Note>(
        "pinned",
        &NoteFilter {
            pinned: Some(true),
            ..NoteFilter::default()
        },
        NoteOrderField::CreatedAt,
    );
    texts.narrowed::<User>(
        "active",
        &UserFilter {
            active: Some(true),
            ..UserFilter::default()
        },
        UserOrderField::Name,
    );
    let none = InteractionFilter::default();
    texts.narrowed::<Interaction>(
        "of agents",
        &InteractionFilter {
            agent_ids: Some(vec![owner]),
            ..none.clone()
        },
        InteractionOrderField::StartedAt,
    );
    let media_types = Some(vec![MediaType::Call, MediaType::Email]);
    texts.narrowed::<Interaction>(
        "of media types",
        &InteractionFilter {
            media_types,
            ..none.clone()
        },
        InteractionOrderField::StartedAt,
    );
    let direction = Some(InteractionDirection::Inbound);
    texts.narrowed::<Interaction>(
        "of a direction",
        &InteractionFilter { direction, ..none },
        InteractionOrderField::StartedAt,
    );
    let changes = ChangeFilter {
        kinds: EntityKind::ALL.to_vec(),
        contact_id: Some(ContactId::new(Uuid::nil())),
        ..ChangeFilter::default()
    };
    texts.narrowed::<Change>(
        "changes of kinds that concern a contact",
        &changes,
        ChangeOrder::Position,
    );
}

fn texts_of(engine: Engine) -> String {
    let mut texts = Texts {
        engine,
        written: String::new(),
    };
    orders(&mut texts);
    nested(&mut texts);
    contact_filters(&mut texts);
    other_filters(&mut texts);
    texts.written
}

#[test]
fn lists_have_these_texts_on_postgres() {
    insta::assert_snapshot!("lists_on_postgres", texts_of(Engine::Postgres));
}

#[test]
fn lists_have_these_texts_on_sqlite() {
    insta::assert_snapshot!("lists_on_sqlite", texts_of(Engine::Sqlite));
}
