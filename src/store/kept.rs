//! Records in the form in which they are kept while they are deleted.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sqlx::types::Json;

use crate::error::{Error, Result};

/// The content of a record: a JSON object with the names of its columns, except for those that are derived from others.
#[derive(Debug, Default)]
pub struct Kept(Map<String, Value>);

impl Kept {
    /// Adds the value of a column.
    pub fn add(&mut self, column: &str, value: &impl Serialize) -> Result<()> {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        self.0.insert(column.to_owned(), value);
        Ok(())
    }

    /// Returns the value of a column. A column that the record was kept without, since it came later, has the first of null, an
    /// empty list and `false` that its type can have.
    pub fn take<T: DeserializeOwned>(&mut self, column: &str) -> Result<T> {
        let value = match self.0.remove(column) {
            Some(value) => serde_json::from_value(value),
            None => serde_json::from_value(Value::Null)
                .or_else(|_| serde_json::from_value(json!([])))
                .or_else(|_| serde_json::from_value(json!(false))),
        };
        value
            .map_err(|error| Error::internal(anyhow::Error::new(error).context(format!("the kept {column}"))))
    }

    /// Returns the value of the column that keeps it.
    pub fn json(self) -> Json<Value> {
        Json(Value::Object(self.0))
    }
}

/// Reads the value of the column that keeps it.
impl From<Json<Value>> for Kept {
    fn from(Json(value): Json<Value>) -> Self {
        match value {
            Value::Object(columns) => Self(columns),
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_came_later_is_empty() {
        let mut kept = Kept::default();
        kept.add("name", &"Ada").unwrap();

        assert_eq!(kept.take::<String>("name").unwrap(), "Ada");
        assert_eq!(kept.take::<Option<String>>("title").unwrap(), None);
        assert_eq!(kept.take::<Vec<String>>("tags").unwrap(), Vec::<String>::new());
        assert!(!kept.take::<bool>("pinned").unwrap());
        assert!(kept.take::<String>("id").is_err());
    }
}
