//! Keyset paging, written once: one order plus the id. A cursor carries its order and is refused under another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The maximum number of items of a page.
pub const MOST: i32 = 100;
/// The default number of items of a page of a root list.
pub const AT_ROOT: i32 = 25;
/// The default number of items of a page inside another object.
pub const NESTED: i32 = 10;

/// The reason why a page cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The cursor does not belong to this list in this order.
    #[error("the cursor does not belong to this list in this order; start again without it")]
    InvalidCursor,
    /// An argument is out of range, or excludes another argument.
    #[error("`{argument}` {reason}")]
    Argument {
        /// The argument's name in the schema.
        argument: &'static str,
        /// The problem, and the values that are accepted.
        reason: String,
    },
}

impl PageError {
    fn argument(argument: &'static str, reason: impl Into<String>) -> Self {
        Self::Argument {
            argument,
            reason: reason.into(),
        }
    }
}

type Result<T> = std::result::Result<T, PageError>;

/// A part of a row's sort key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Key {
    /// A folded text.
    #[serde(rename = "s")]
    Text(String),
    /// An instant.
    #[serde(rename = "t")]
    Instant(DateTime<Utc>),
    /// A day, or none; rows without one come last in either direction.
    #[serde(rename = "d")]
    Day(Option<NaiveDate>),
    /// A flag.
    #[serde(rename = "b")]
    Flag(bool),
    /// A whole number.
    #[serde(rename = "n")]
    Number(i64),
}

/// A row's position in a list: its sort keys, then its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The order that the cursor belongs to, including the direction.
    #[serde(rename = "o")]
    pub order: String,
    /// The row's sort keys in that order.
    #[serde(rename = "k")]
    pub keys: Vec<Key>,
    /// The row's id, which breaks ties between equal sort keys.
    #[serde(rename = "i")]
    pub id: Uuid,
}

impl Cursor {
    /// Returns the cursor as text for clients: opaque, and safe in URLs.
    pub fn encode(&self) -> String {
        // Nothing in a cursor can fail to be written; an empty one would be refused when it comes back.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Parses a cursor of the list in this order.
    pub fn decode(text: &str, order: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| PageError::InvalidCursor)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| PageError::InvalidCursor)?;
        // No database keeps a NUL in a text, and an instant or a day is one of the graph's.
        let kept = |key: &Key| match key {
            Key::Text(text) => !text.contains('\0'),
            Key::Instant(instant) => (1..=9999).contains(&instant.year()),
            Key::Day(day) => day.is_none_or(|day| (1..=9999).contains(&day.year())),
            Key::Flag(_) | Key::Number(_) => true,
        };
        if cursor.order == order && cursor.keys.iter().all(kept) {
            Ok(cursor)
        } else {
            Err(PageError::InvalidCursor)
        }
    }
}

/// The part of a list to read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// The maximum number of rows.
    pub limit: usize,
    /// Whether the page ends at the cursor, or at the end of the list, and is read towards the front.
    pub backward: bool,
    /// The position after which the page starts or, backwards, before which it ends.
    pub cursor: Option<Cursor>,
}

/// The paging arguments of a client.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    /// The number of items from the front.
    pub first: Option<i32>,
    /// The cursor after which the page starts.
    pub after: Option<String>,
    /// The number of items from the back.
    pub last: Option<i32>,
    /// The cursor before which the page ends.
    pub before: Option<String>,
}

impl PageArgs {
    /// Creates the arguments of a list that is paged forwards only.
    pub fn forward(first: Option<i32>, after: Option<String>) -> Self {
        Self {
            first,
            after,
            ..Self::default()
        }
    }

    /// Checks the arguments and returns the page in this order, with `otherwise` items by default.
    pub fn page(self, order: &str, otherwise: i32) -> Result<Page> {
        let (limit, backward, cursor) = match self {
            Self {
                first: Some(_),
                last: Some(_),
                ..
            } => {
                return Err(PageError::argument(
                    "last",
                    "cannot be combined with `first`; give one of the two",
                ));
            }
            Self {
                last: None,
                before: Some(_),
                ..
            } => {
                return Err(PageError::argument(
                    "before",
                    "goes with `last`; use `after` with `first`",
                ));
            }
            Self {
                last: Some(_),
                after: Some(_),
                ..
            } => {
                return Err(PageError::argument(
                    "after",
                    "goes with `first`; use `before` with `last`",
                ));
            }
            Self {
                last: Some(last),
                before,
                ..
            } => (in_range("last", last)?, true, before),
            Self { first, after, .. } => (in_range("first", first.unwrap_or(otherwise))?, false, after),
        };
        Ok(Page {
            limit,
            backward,
            cursor: cursor.map(|text| Cursor::decode(&text, order)).transpose()?,
        })
    }
}

fn in_range(argument: &'static str, count: i32) -> Result<usize> {
    match usize::try_from(count) {
        Ok(limit) if (1..=MOST).contains(&count) => Ok(limit),
        _ => Err(PageError::argument(
            argument,
            format!("must be between 1 and {MOST}"),
        )),
    }
}

/// A page of rows, with whether there are rows on either side.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Whether there are rows after these.
    pub has_next: bool,
    /// Whether there are rows before these.
    pub has_previous: bool,
}

impl<T> Slice<T> {
    /// Creates a page of rows that were read in the direction of travel, with one row beyond the limit if there are
    /// more.
    pub fn of(mut items: Vec<T>, page: &Page) -> Self {
        let more = items.len() > page.limit;
        items.truncate(page.limit);
        if page.backward {
            items.reverse();
        }
        let from = page.cursor.is_some();
        let (has_next, has_previous) = if page.backward { (from, more) } else { (more, from) };
        Self {
            items,
            has_next,
            has_previous,
        }
    }

    /// Returns the page with another form of its rows.
    pub fn map<U>(self, form: impl FnMut(T) -> U) -> Slice<U> {
        Slice {
            items: self.items.into_iter().map(form).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }

    /// Creates an empty page.
    pub fn empty(page: &Page) -> Self {
        Self::of(Vec::new(), page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            order: "NAME".to_owned(),
            keys: vec![Key::Text("smith".to_owned()), Key::Day(None), Key::Flag(true)],
            id: Uuid::nil(),
        }
    }

    #[test]
    fn a_cursor_with_what_no_database_keeps_is_refused() {
        for key in [
            r#"{"s":"a\u0000"}"#,
            r#"{"t":"-262143-01-02T00:00:00Z"}"#,
            r#"{"d":"+12026-01-01"}"#,
        ] {
            let text = format!(r#"{{"o":"NAME","k":[{key}],"i":"{}"}}"#, Uuid::nil());
            let known: Cursor = serde_json::from_str(&text).unwrap();
            assert_eq!(
                Cursor::decode(&known.encode(), "NAME"),
                Err(PageError::InvalidCursor),
                "{key}"
            );
        }
    }

    #[test]
    fn a_cursor_reads_back_in_its_own_order_only() {
        let text = cursor().encode();

        assert_eq!(Cursor::decode(&text, "NAME").unwrap(), cursor());
        assert_eq!(
            Cursor::decode(&text, "CREATED_AT").unwrap_err(),
            PageError::InvalidCursor
        );
        assert_eq!(
            Cursor::decode("nonsense!", "NAME").unwrap_err(),
            PageError::InvalidCursor
        );
    }

    #[test]
    fn a_page_size_out_of_range_is_refused_and_never_clamped() {
        for first in [0, -1, 101] {
            let args = PageArgs {
                first: Some(first),
                ..PageArgs::default()
            };
            assert_eq!(
                args.page("NAME", 25).unwrap_err().to_string(),
                "`first` must be between 1 and 100"
            );
        }
        let args = PageArgs {
            first: Some(1),
            last: Some(1),
            ..PageArgs::default()
        };
        assert!(matches!(
            args.page("NAME", 25),
            Err(PageError::Argument { argument: "last", .. })
        ));
    }

    #[test]
    fn one_row_too_many_says_that_there_is_more() {
        let page = Page {
            limit: 2,
            backward: false,
            cursor: None,
        };
        let slice = Slice::of(vec![1, 2, 3], &page);
        assert_eq!(
            (slice.items, slice.has_next, slice.has_previous),
            (vec![1, 2], true, false)
        );

        let page = Page {
            limit: 2,
            backward: true,
            cursor: Some(cursor()),
        };
        let slice = Slice::of(vec![3, 2, 1], &page);
        assert_eq!(
            (slice.items, slice.has_next, slice.has_previous),
            (vec![2, 3], true, true)
        );
    }
}
