//! The texts of searches: every shape that a query, a filter and a page give a statement, on both engines.

use uuid::Uuid;

use super::texts::Texts;
use crate::id::OrganizationId;
use crate::model::{Query, Region, Search, Subject, Term, WordKind};
use crate::store::engine::Engine;
use crate::store::search::note::{newest_notes, note_counts};
use crate::store::search::planning::{counts_of, organizations_by_words};
use crate::store::search::reading::Reading;
use crate::store::search::source::{IndexRow, Range, Source};

fn search(query: &str, subject: Subject, employers: bool) -> Search {
    Query::read(query, &Region::default())
        .unwrap()
        .among(subject, employers)
}

fn row() -> IndexRow {
    IndexRow {
        word: "nann".to_owned(),
        sort_key: "smith".to_owned(),
        id: Uuid::nil(),
    }
}

fn planning(texts: &mut Texts, words: &Source, employees: &Source) {
    let ranges = [Range::exactly("Nann"), Range::longer("Nann")];
    texts.add(
        "organizations by words",
        "",
        &organizations_by_words(texts.engine, &ranges.each_ref()),
    );
    let exact = Source::Words(Range::exactly("nann"));
    texts.add(
        "candidates of sources",
        "",
        &counts_of(texts.engine, &[words, &exact, employees], 500),
    );
}

fn candidates(texts: &mut Texts, words: &Source, employees: &Source) {
    let engine = texts.engine;
    let mut add = |title: &str, search: &Search, source: &Source, exact: bool, after: Option<IndexRow>| {
        // The first condition is met by the source.
        let conditions = search.conditions().enumerate();
        let marks: Vec<_> = conditions
            .map(|(place, term)| {
                (place > 0).then(|| search.mark_check(term, exact && place < search.terms.len()))
            })
            .map(Option::flatten)
            .collect();
        let reading = Reading {
            search,
            source,
            marks: &marks,
            exact,
        };
        texts.add(title, "", &reading.matches(engine, after.as_ref()));
        if after.is_some() {
            let after = after.as_ref();
            texts.add(
                &format!("the number of rows of {title}"),
                "",
                &reading.examined(engine, after),
            );
            texts.add(
                &format!("the number of candidates of {title}"),
                "",
                &reading.looked_up(engine, after),
            );
        }
    };
    let own = search("ann", Subject::Contacts, false);
    add("contacts by words", &own, words, false, None);
    add("contacts by words, after a row", &own, words, false, Some(row()));
    let corrections = Source::WholeWords(vec!["nanna".to_owned(), "nanne".to_owned()]);
    add("contacts by corrections", &own, &corrections, false, Some(row()));
    let by_employer = search("ann", Subject::Contacts, true);
    add(
        "contacts by words, or by their employers",
        &by_employer,
        words,
        false,
        None,
    );
    add(
        "contacts by their employers",
        &by_employer,
        employees,
        false,
        None,
    );
    let narrowed = Search {
        organization_id: Some(OrganizationId::new(Uuid::nil())),
        filters: vec![Term::filter(WordKind::ContactCity, "Bad Berlin")],
        ..own
    };
    add(
        "contacts of an organization in a city",
        &narrowed,
        words,
        false,
        None,
    );
    add(
        "contacts of an organization, by it",
        &narrowed,
        employees,
        false,
        None,
    );
    let organizations = search("ann works", Subject::Organizations, false);
    add("organizations by words", &organizations, words, false, None);
    let two_names = search("ann smith", Subject::Contacts, false);
    add("contacts by two names", &two_names, words, false, Some(row()));
    add("contacts by two names, exactly", &two_names, words, true, None);
}
fn notes(texts: &mut Texts) {
    let terms = [
        vec!["wlate".to_owned()],
        vec!["wrocket".to_owned(), "wrockets".to_owned()],
    ];
    texts.add("number of notes by words", "", &note_counts(texts.engine, &terms));
    texts.add(
        "notes by a word and others",
        "",
        &newest_notes(texts.engine, &terms, 1),
    );
}

fn texts_of(engine: Engine) -> String {
    let mut texts = Texts {
        engine,
        written: String::new(),
    };
    let words = Source::Words(Range {
        from: "nann".to_owned(),
        before: "nanz".to_owned(),
    });
    let employees = Source::Employees(vec![Uuid::nil()]);
    planning(&mut texts, &words, &employees);
    candidates(&mut texts, &words, &employees);
    notes(&mut texts);
    texts.written
}

#[test]
fn searches_have_these_texts_on_postgres() {
    insta::assert_snapshot!("searches_on_postgres", texts_of(Engine::Postgres));
}

#[test]
fn searches_have_these_texts_on_sqlite() {
    insta::assert_snapshot!("searches_on_sqlite", texts_of(Engine::Sqlite));
}
