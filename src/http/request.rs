//! The parameters of a GraphQL request, parsed strictly from a JSON body, a URL, or a message of a socket.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The reason why a request cannot be read.
pub(super) type Malformed = Cow<'static, str>;

/// A GraphQL request: the document, the operation in it, and the variables.
#[derive(Debug, PartialEq)]
pub(super) struct GraphQlRequest {
    pub document: DocumentRef,
    pub operation_name: Option<String>,
    pub variables: Map<String, Value>,
}

/// The way in which the document is given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DocumentRef {
    /// Its text.
    Text(String),
    /// The `documentId` of a trusted document.
    Id(String),
    /// Apollo's `persistedQuery`: the hash of a trusted document, or of the text beside it.
    Hash { hash: String, text: Option<String> },
}

/// The members as they arrived. An absent one and null are the same.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    query: Option<Value>,
    document_id: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

impl GraphQlRequest {
    /// Parses a body.
    pub fn from_json(body: &[u8]) -> Result<Self, Malformed> {
        match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => {}
            Some(b'[') => {
                return Err(
                    "a list of operations (a batch) is not answered: send one operation a request".into(),
                );
            }
            _ => return Err("the body must be a JSON object with `query`, the text of the operation".into()),
        }
        let fields: Fields = serde_json::from_slice(body)
            .map_err(|error| Cow::from(format!("the body is not the JSON of a request: {error}")))?;
        fields.into_request()
    }

    /// Parses the payload of a message.
    pub fn from_payload(payload: Value) -> Result<Self, Malformed> {
        if !payload.is_object() {
            return Err("`payload` must be an object".into());
        }
        let fields: Fields = serde_json::from_value(payload)
            .map_err(|error| Cow::from(format!("`payload` is not a request: {error}")))?;
        fields.into_request()
    }

    /// Parses the query string of a URL, where an empty parameter counts as absent. Escapes must make valid UTF-8: replaced
    /// letters would ask for something else.
    pub fn from_url(query: &str) -> Result<Self, Malformed> {
        if percent_decode_str(query).decode_utf8().is_err() {
            return Err("the query string of the URL is not valid UTF-8".into());
        }
        let mut fields = Fields::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let (field, is_json) = match &*name {
                "query" => (&mut fields.query, false),
                "documentId" => (&mut fields.document_id, false),
                "operationName" => (&mut fields.operation_name, false),
                "variables" => (&mut fields.variables, true),
                "extensions" => (&mut fields.extensions, true),
                _ => continue,
            };
            if field.is_some() {
                return Err(format!("`{name}` is given more than once").into());
            }
            *field = Some(match (value.is_empty(), is_json) {
                (true, _) => Value::Null,
                (false, false) => Value::String(value.into_owned()),
                (false, true) => {
                    serde_json::from_str(&value).map_err(|_| format!("`{name}` must be a JSON object"))?
                }
            });
        }
        fields.into_request()
    }
}

impl Fields {
    fn into_request(self) -> Result<GraphQlRequest, Malformed> {
        let operation_name = text("operationName", self.operation_name)?;
        let variables = object("variables", self.variables)?;
        let hash = hash(&object("extensions", self.extensions)?)?;
        let query = text("query", self.query)?;
        let document = match (text("documentId", self.document_id)?, hash, query) {
            (Some(id), None, None) => DocumentRef::Id(id),
            // Clients that always send a `query` send an empty one beside the id.
            (Some(id), None, Some(query)) if query.is_empty() => DocumentRef::Id(id),
            (Some(_), None, Some(_)) => return Err("send `query` or `documentId`, not both".into()),
            (Some(_), Some(_), _) => {
                return Err("send `documentId` or `extensions.persistedQuery`, not both".into());
            }
            (None, Some(hash), text) => DocumentRef::Hash {
                hash,
                text: text.filter(|text| !text.is_empty()),
            },
            (None, None, Some(query)) => DocumentRef::Text(query),
            (None, None, None) => return Err("`query` is missing: the text of the operation".into()),
        };
        Ok(GraphQlRequest {
            document,
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables,
        })
    }
}

/// Reads the hash in Apollo's `extensions.persistedQuery`.
fn hash(extensions: &Map<String, Value>) -> Result<Option<String>, Malformed> {
    let Some(persisted) = extensions.get("persistedQuery").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    if persisted.get("version").and_then(Value::as_u64) != Some(1) {
        return Err("`extensions.persistedQuery.version` must be 1".into());
    }
    match persisted.get("sha256Hash").and_then(Value::as_str) {
        Some(hash) => Ok(Some(hash.to_owned())),
        None => Err("`extensions.persistedQuery.sha256Hash` must be a string".into()),
    }
}

fn text(name: &str, value: Option<Value>) -> Result<Option<String>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` must be a string").into()),
    }
}

fn object(name: &str, value: Option<Value>) -> Result<Map<String, Value>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(format!("`{name}` must be an object").into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: &Value) -> Result<GraphQlRequest, String> {
        GraphQlRequest::from_json(value.to_string().as_bytes()).map_err(Cow::into_owned)
    }

    fn url(query: &str) -> Result<GraphQlRequest, String> {
        GraphQlRequest::from_url(query).map_err(Cow::into_owned)
    }

    #[test]
    fn a_body_and_a_url_ask_for_the_same() {
        let asked =
            body(&json!({ "query": "{a}", "operationName": "A", "variables": { "x": 1 }, "other": 1 }));

        assert_eq!(
            asked,
            Ok(GraphQlRequest {
                document: DocumentRef::Text("{a}".to_owned()),
                operation_name: Some("A".to_owned()),
                variables: json!({ "x": 1 }).as_object().unwrap().clone(),
            })
        );
        let same = url("query=%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions=&other=1");
        assert_eq!(same, asked);
    }

    #[test]
    fn null_is_as_good_as_absent() {
        let asked = json!({ "query": "{a}", "operationName": null, "variables": null, "extensions": null, "documentId": null });
        assert_eq!(body(&asked), body(&json!({ "query": "{a}" })));
        assert_eq!(url("query={a}&operationName=&variables="), url("query={a}"));
    }

    #[test]
    fn a_member_of_another_shape_is_refused_by_name() {
        for name in ["query", "operationName", "variables", "extensions", "documentId"] {
            for wrong in [json!(0), json!(false), json!(["a"])] {
                let mut asked = json!({ "query": "{a}" });
                asked[name] = wrong;
                let refused = body(&asked).unwrap_err();
                assert!(refused.starts_with(&format!("`{name}` must be")), "{refused}");
            }
        }
        for wrong in [json!({}), json!({ "query": null }), json!({ "qeury": "{a}" })] {
            assert_eq!(
                body(&wrong).unwrap_err(),
                "`query` is missing: the text of the operation"
            );
        }
    }

    #[test]
    fn a_batch_is_refused_by_name() {
        for batch in ["[]", " \n[{\"query\":\"{a}\"}]", "[\"{a}\"]"] {
            let refused = GraphQlRequest::from_json(batch.as_bytes()).unwrap_err();
            assert!(refused.contains("batch"), "{refused}");
        }
    }

    #[test]
    fn a_body_that_is_no_json_object_is_refused() {
        for text in [
            "",
            "null",
            "\"{a}\"",
            "1",
            "{",
            "{\"query\":\"{a}\"} x",
            "{\"query\":\"{a}\",}",
            "\u{feff}{}",
        ] {
            assert!(GraphQlRequest::from_json(text.as_bytes()).is_err(), "{text}");
        }
        assert!(GraphQlRequest::from_json(b"{\"query\":\"\xff\"}").is_err());
        assert!(GraphQlRequest::from_payload(json!(["{a}"])).is_err());
    }

    #[test]
    fn a_query_string_that_is_not_utf_8_is_refused() {
        for wrong in [
            "query=%ff",
            "query={a}&variables=%c3%28",
            "query={a}&%80=1",
            "query=%ed%a0%80",
        ] {
            assert_eq!(
                url(wrong).unwrap_err(),
                "the query string of the URL is not valid UTF-8",
                "{wrong}"
            );
        }
        assert!(url("query={a(b:\"%c3%a4 %ef%bf%bd\")}").is_ok());
    }

    #[test]
    fn a_parameter_that_is_given_twice_is_refused() {
        assert_eq!(
            url("query={a}&query={b}").unwrap_err(),
            "`query` is given more than once"
        );
        assert_eq!(
            url("query={a}&variables=&variables={}").unwrap_err(),
            "`variables` is given more than once"
        );
        assert!(GraphQlRequest::from_json(br#"{"query":"{a}","query":"{b}"}"#).is_err());
    }

    #[test]
    fn a_url_holds_json_objects() {
        assert_eq!(
            url("query={a}&variables={").unwrap_err(),
            "`variables` must be a JSON object"
        );
        assert_eq!(
            url("query={a}&variables=[1]").unwrap_err(),
            "`variables` must be an object"
        );
        assert_eq!(
            url("").unwrap_err(),
            "`query` is missing: the text of the operation"
        );
    }

    #[test]
    fn a_document_may_be_named_in_either_way_but_in_one_only() {
        let apollo = json!({ "persistedQuery": { "version": 1, "sha256Hash": "abc" } });
        let document = |value: &Value| body(value).map(|asked| asked.document);

        assert_eq!(
            document(&json!({ "documentId": "x" })),
            Ok(DocumentRef::Id("x".to_owned()))
        );
        assert_eq!(
            document(&json!({ "documentId": "x", "query": "" })),
            Ok(DocumentRef::Id("x".to_owned()))
        );
        for text in [None, Some("{a}")] {
            assert_eq!(
                document(&json!({ "extensions": apollo, "query": text })),
                Ok(DocumentRef::Hash {
                    hash: "abc".to_owned(),
                    text: text.map(str::to_owned)
                })
            );
        }
        assert!(document(&json!({ "documentId": "x", "query": "{a}" })).is_err());
        assert!(document(&json!({ "documentId": "x", "extensions": apollo })).is_err());
        let version = json!({ "persistedQuery": { "version": 2, "sha256Hash": "abc" } });
        assert!(document(&json!({ "extensions": version })).is_err());
    }
}
