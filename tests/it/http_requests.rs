//! GraphQL over HTTP: which requests are operations, what their answers are written as, with which status.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use external_contacts::app::development_claims;
use external_contacts::config::OperationConfig;
use serde_json::{Value, json};

use crate::http::{GRAPHQL_JSON, JSON, Site, request};

/// A request of the developer's.
struct Asking<'s> {
    site: &'s Site,
    method: &'s str,
    path: String,
    headers: Vec<(&'s str, &'s str)>,
    body: Body,
}

fn posting(site: &Site, body: impl Into<Body>) -> Asking<'_> {
    Asking {
        site,
        method: "POST",
        path: "/graphql".to_owned(),
        headers: vec![("content-type", JSON)],
        body: body.into(),
    }
}

fn getting<'s>(site: &'s Site, parameters: &[(&str, &str)]) -> Asking<'s> {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    Asking {
        method: "GET",
        path: format!("/graphql?{query}"),
        headers: Vec::new(),
        ..posting(site, Body::empty())
    }
}

impl<'s> Asking<'s> {
    fn with(mut self, name: &'s str, value: &'s str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        self
    }

    fn by(mut self, method: &'s str) -> Self {
        self.method = method;
        self
    }

    fn request(self) -> Request<Body> {
        let token = self.site.token(&development_claims());
        let mut request = request(self.method, &self.path).header("authorization", format!("Bearer {token}"));
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(self.body).unwrap()
    }

    async fn answer(self) -> (StatusCode, HeaderMap, Value) {
        let site = self.site;
        let (status, headers, body) = site.send(self.request()).await;
        let body = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{status}: no JSON in {body:?}"));
        (status, headers, body)
    }

    /// The status and the code of a refusal, which must be JSON and have no `data`.
    async fn refusal(self) -> (u16, String) {
        let (status, headers, body) = self.answer().await;
        let media = headers["content-type"].to_str().unwrap();
        assert!(media.contains("json"), "{media}");
        assert_eq!(body.get("data"), None, "{body}");
        let error = &body["errors"][0];
        assert!(!error["message"].as_str().unwrap().is_empty());
        let code = error["extensions"]["code"].as_str().unwrap().to_owned();
        (status.as_u16(), code)
    }
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

const QUERY: &str = r#"{"query":"{ __typename }"}"#;
const CHANGE: &str = "mutation { createContact(input: { lastName: \"Ada\" }) { contact { id } } }";

#[tokio::test]
async fn the_answer_is_written_as_the_client_wants() {
    let site = Site::open().await;
    for (accept, media) in [
        (JSON, JSON),
        ("*/*", JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (
            "application/json;q=0.9, application/graphql-response+json",
            GRAPHQL_JSON,
        ),
        ("application/graphql-response+json;q=0, */*", JSON),
        ("text/event-stream, application/json", JSON),
    ] {
        let (status, headers, body) = posting(&site, QUERY).with("accept", accept).answer().await;
        assert_eq!(
            (status, &body["data"]["__typename"]),
            (StatusCode::OK, &json!("Query"))
        );
        assert_eq!(
            headers["content-type"],
            format!("{media}; charset=utf-8"),
            "{accept}"
        );
        assert_eq!(headers["cache-control"], "no-store");
    }
    for accept in ["text/html", "application/json;q=0", "multipart/mixed"] {
        let refusal = posting(&site, QUERY).with("accept", accept).refusal().await;
        assert_eq!(refusal, refused(406, "BAD_USER_INPUT"), "{accept}");
    }
}

#[tokio::test]
async fn what_did_not_run_has_a_status_of_its_own_where_the_media_type_has_one() {
    let site = Site::open().await;
    for (query, variables) in [
        ("{", json!({})),
        ("{ nonsense }", json!({})),
        ("query A { __typename } query B { __typename }", json!({})),
        ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": null })),
    ] {
        let body = json!({ "query": query, "variables": variables }).to_string();
        for (accept, expected) in [(JSON, 200), (GRAPHQL_JSON, 400)] {
            let asking = posting(&site, body.clone()).with("accept", accept);
            assert_eq!(asking.refusal().await.0, expected, "{query}");
        }
    }
    let (status, _, body) = posting(
        &site,
        json!({ "query": "{ node(id: \"nonsense\") { id } contact(id: \"nonsense\") { id } }" }).to_string(),
    )
    .with("accept", GRAPHQL_JSON)
    .answer()
    .await;
    assert_eq!(
        (status, &body["errors"][0]["path"]),
        (StatusCode::OK, &json!(["contact"]))
    );
}

#[tokio::test]
async fn a_body_is_json_of_the_right_shape_and_size() {
    let site = Site::open().await;
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
    ] {
        let refusal = posting(&site, QUERY).with("content-type", media).refusal().await;
        assert_eq!(refusal, refused(415, "BAD_USER_INPUT"), "{media}");
    }
    for body in [
        "",
        "null",
        "{}",
        "{",
        "[]",
        "[{\"query\":\"{ __typename }\"}]",
        r#"{"query":["{ __typename }"]}"#,
    ] {
        for accept in [JSON, GRAPHQL_JSON] {
            let refusal = posting(&site, body).with("accept", accept).refusal().await;
            assert_eq!(refusal, refused(400, "BAD_USER_INPUT"), "{body}");
        }
    }
    let sized = |size: usize| {
        let comment = " ".repeat(size - r#"{"query":"{ __typename }","x":""}"#.len());
        format!(r#"{{"query":"{{ __typename }}","x":"{comment}"}}"#)
    };
    assert_eq!(posting(&site, sized(256 * 1024)).answer().await.0, StatusCode::OK);
    for size in [256 * 1024 + 1, 8 * 1024 * 1024] {
        let refusal = posting(&site, sized(size)).refusal().await;
        assert_eq!(refusal, refused(413, "OPERATION_LIMIT_EXCEEDED"));
    }
}

#[tokio::test]
async fn get_is_for_queries() {
    let site = Site::open().await;
    let query = "query A($name: String!) { __type(name: $name) { name } } query B { __typename }";
    let parameters = [
        ("query", query),
        ("operationName", "A"),
        ("variables", r#"{"name":"Contact"}"#),
        ("extensions", r#"{"mine":1}"#),
    ];

    let (status, _, body) = getting(&site, &parameters).answer().await;
    assert_eq!(
        (status, body),
        (
            StatusCode::OK,
            json!({ "data": { "__type": { "name": "Contact" } } })
        )
    );
    let (status, headers, _) = getting(&site, &[("query", CHANGE)]).answer().await;
    assert_eq!(
        (status.as_u16(), &headers["allow"]),
        (405, &"POST".parse().unwrap())
    );
    let (_, contacts) = site.post("{ contacts { nodes { id } } }", JSON).await;
    assert_eq!(contacts["data"]["contacts"]["nodes"], json!([]));
    for wrong in [
        vec![],
        vec![("query", "")],
        vec![("query", "{ __typename }"), ("query", "{ __typename }")],
        vec![("query", "{ __typename }"), ("variables", "[]")],
        vec![("query", "{ __typename }"), ("extensions", "{")],
    ] {
        assert_eq!(
            getting(&site, &wrong).refusal().await,
            refused(400, "BAD_USER_INPUT"),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn get_can_be_switched_off() {
    let site = Site::with(OperationConfig {
        no_get: true,
        ..OperationConfig::default()
    })
    .await;

    let (status, headers, _) = getting(&site, &[("query", "{ __typename }")]).answer().await;
    assert_eq!(
        (status.as_u16(), &headers["allow"]),
        (405, &"POST".parse().unwrap())
    );
    assert_eq!(posting(&site, QUERY).answer().await.0, StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_refused_as_json() {
    let site = Site::open().await;
    for method in ["PUT", "DELETE", "PATCH"] {
        let (status, headers, body) = posting(&site, QUERY).by(method).answer().await;
        assert_eq!(
            (status.as_u16(), &headers["allow"]),
            (405, &"GET, POST".parse().unwrap())
        );
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
    let (status, ..) = site.send(posting(&site, QUERY).by("HEAD").request()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_other_layers_refuse_is_json_too() {
    let site = Site::open().await;
    let mut below = posting(&site, QUERY);
    below.path = "/graphql/more".to_owned();
    assert_eq!(below.refusal().await, refused(404, "BAD_USER_INPUT"));
    let elsewhere = Request::builder()
        .uri("/graphql")
        .header("host", "attacker.example")
        .body(Body::empty())
        .unwrap();
    let (status, headers, body) = site.send(elsewhere).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let site = Site::open().await;
    let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    assert_eq!(posting(&site, never).refusal().await, refused(408, "TIMEOUT"));
}

#[tokio::test]
async fn a_socket_needs_the_whole_handshake() {
    let site = Site::open().await;
    let half = getting(&site, &[])
        .with("upgrade", "websocket")
        .with("connection", "upgrade");
    assert_eq!(half.refusal().await, refused(400, "BAD_USER_INPUT"));
}
