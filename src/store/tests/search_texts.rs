//! The texts of searches: every shape that a query, a filter and a page give a statement, on both engines.

use uuid::Uuid;

use super::texts::Texts;
use crate::id::OrganizationId;
use crate::model::{Query, Region, Search, Subject, Term, WordKind, employer_mark};
use crate::store::engine::Engine;
use crate::store::search::note::{newest_notes, note_counts};
use crate::store::search::reading::{Check, Reading, matches_of};
use crate::store::search::source::{IndexRow, Range, Source};
use crate::store::search::survey::{Survey, marked_organizations};

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
    let exact = Source::Words(Range::exactly("nann"));
    let survey = Survey {
        organizations: ranges.iter().collect(),
        counts: vec![words, &exact, employees],
        most: 500,
        variants: vec!["ann".to_owned(), "nn".to_owned()],
    };
    texts.add(
        "organizations, numbers and corrections",
        "",
        &survey.statement(texts.engine),
    );
    let survey = Survey {
        counts: vec![words],
        most: 500,
        ..Survey::default()
    };
    texts.add("numbers of candidates", "", &survey.statement(texts.engine));
    let ranges = [Range::longer("Nann"), Range::exactly("Nanna")];
    texts.add(
        "organizations that meet two conditions",
        "",
        &marked_organizations(texts.engine, &ranges, &[vec![" wi".to_owned()]]),
    );
}

fn candidates(texts: &mut Texts, words: &Source, employees: &Source) {
    let engine = texts.engine;
    let mut add = |title: &str, search: &Search, source: &Source, exact: bool, after: Option<IndexRow>| {
        // The first condition is met by the source.
        let conditions = search.conditions().enumerate().skip(1);
        let checks: Vec<Check> = conditions
            .filter_map(|(place, term)| search.mark_check(term, exact && place < search.terms.len()))
            .map(|marks| Check {
                marks,
                employers: Vec::new(),
            })
            .collect();
        let reading = Reading {
            search,
            source,
            checks: &checks,
            exact,
            counts: false,
            checks_text: true,
        };
        texts.add(title, "", &reading.matches(engine, after.as_ref()));
        if after.is_some() {
            let after = after.as_ref();
            texts.add(
                &format!("the numbers of rows and of candidates of {title}"),
                "",
                &reading.examined(engine, after),
            );
        }
    };
    let own = search("ann", Subject::Contacts, false);
    add("contacts by words", &own, words, false, None);
    add("contacts by words, after a row", &own, words, false, Some(row()));
    let corrections = Source::Ranges(vec![Range::exactly("nanna"), Range::exactly("nanne")]);
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

/// Adds the statement that reads few candidates of two sources, of whom some meet the second condition by their employer.
fn few_candidates(texts: &mut Texts, employees: &Source) {
    let search = search("ann smith", Subject::Contacts, true);
    let words = Source::Ranges(vec![Range::longer("nann")]);
    let marks = search.mark_check(&search.terms[1], false).unwrap();
    let of_employees = [Check {
        marks: marks.clone(),
        employers: Vec::new(),
    }];
    let of_words = [Check {
        marks,
        employers: vec![employer_mark(Uuid::nil())],
    }];
    let readings = [(&words, &of_words), (employees, &of_employees)].map(|(source, checks)| Reading {
        search: &search,
        source,
        checks,
        exact: false,
        counts: matches!(source, Source::Employees(_)),
        checks_text: false,
    });
    texts.add(
        "few contacts by words and by employers",
        "",
        &matches_of(texts.engine, &readings),
    );
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
    few_candidates(&mut texts, &employees);
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
