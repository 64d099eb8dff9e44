//! GraphQL over HTTP: who is let in, what is answered, with which status.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use external_contacts::app::{App, development_claims, development_key};
use external_contacts::auth::Claims;
use external_contacts::clock::Clock;
use external_contacts::config::{DataConfig, OperationConfig, ServeConfig, TelemetryConfig, TokenConfig};
use external_contacts::http::{AdmissionSettings, DrainSettings, TlsSettings};
use external_contacts::limits::Limits;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub const JSON: &str = "application/json";
pub const GRAPHQL_JSON: &str = "application/graphql-response+json";

pub fn config(data: &Path) -> ServeConfig {
    ServeConfig {
        data: DataConfig {
            data: data.to_owned(),
            database_url: None,
            database_url_file: None,
            direct_url: None,
            direct_url_file: None,
            connections: 4,
        },
        changes_kept: 90,
        trash_kept: 30,
        listen: "127.0.0.1:0".parse().unwrap(),
        dev: true,
        demo: false,
        playground: false,
        cors_origins: Vec::new(),
        operations: OperationConfig::default(),
        tokens: TokenConfig {
            tenant_claim: "tenant".to_owned(),
            jwks_refresh: 300,
            ..TokenConfig::default()
        },
        telemetry: TelemetryConfig::default(),
        tls: TlsSettings::default(),
        admission: AdmissionSettings::default(),
        drain: DrainSettings::default(),
        limits: Limits::default(),
        operation_cache_bytes: 1 << 20,
    }
}

/// A development server over a folder of its own.
pub struct Site {
    folder: tempfile::TempDir,
    router: Router,
}

impl Site {
    pub async fn open() -> Self {
        Self::with(OperationConfig::default()).await
    }

    pub async fn with(operations: OperationConfig) -> Self {
        Self::configured(|config| config.operations = operations).await
    }

    pub async fn configured(change: impl FnOnce(&mut ServeConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        change(&mut config);
        let app = App::open(&config, Clock::system()).await.unwrap();
        Self {
            router: app.router(),
            folder,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn token(&self, claims: &Claims) -> String {
        let key = development_key(self.folder.path()).unwrap();
        key.mint(claims, Duration::from_mins(1), &Clock::system())
            .unwrap()
    }

    /// The response with its body unread.
    pub async fn response(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let (head, body) = self.response(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (
            head.status,
            head.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    /// Posts a query as the developer, and takes answers of this media type.
    pub async fn post(&self, query: &str, accept: &str) -> (StatusCode, Value) {
        let token = self.token(&development_claims());
        let request = request("POST", "/graphql")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", JSON)
            .header("accept", accept)
            .body(Body::from(json!({ "query": query }).to_string()))
            .unwrap();
        let (status, headers, body) = self.send(request).await;
        assert!(
            headers["content-type"].to_str().unwrap().starts_with(accept),
            "{headers:?}"
        );
        (status, serde_json::from_str(&body).unwrap())
    }
}

pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8080")
}

fn post(token: Option<&str>) -> Request<Body> {
    let request = request("POST", "/graphql").header("content-type", JSON);
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    request.body(Body::from(r#"{"query":"{ __typename }"}"#)).unwrap()
}

#[tokio::test]
async fn without_a_good_token_nothing_is_answered() {
    let site = Site::open().await;
    for token in [None, Some("nonsense"), Some("")] {
        let (status, headers, body) = site.send(post(token)).await;
        let body: Value = serde_json::from_str(&body).unwrap();

        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(headers["www-authenticate"], "Bearer");
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(body.get("data"), None);
    }
}

#[tokio::test]
async fn a_tenant_that_does_not_exist_is_refused_and_not_made() {
    let site = Site::open().await;
    let claims = Claims {
        tenant: "elsewhere".to_owned(),
        ..development_claims()
    };

    let (status, _, body) = site.send(post(Some(&site.token(&claims)))).await;

    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body.contains("FORBIDDEN"), "{body}");
    let (again, ..) = site.send(post(Some(&site.token(&claims)))).await;
    assert_eq!(again, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_deactivated_user_is_refused_at_once() {
    let site = Site::open().await;
    let other = Claims {
        subject: "somebody".to_owned(),
        ..development_claims()
    };
    let token = site.token(&other);
    assert_eq!(site.send(post(Some(&token))).await.0, StatusCode::OK);
    let (_, users) = site.post("{ users { nodes { id subject } } }", JSON).await;
    let nodes = users["data"]["users"]["nodes"].as_array().unwrap();
    let id = &nodes.iter().find(|user| user["subject"] == "somebody").unwrap()["id"];

    let mutation =
        format!("mutation {{ deactivateUser(input: {{ id: {id} }}) {{ userErrors {{ message }} }} }}");
    let (_, done) = site.post(&mutation, JSON).await;

    assert_eq!(done["data"]["deactivateUser"]["userErrors"], json!([]));
    assert_eq!(site.send(post(Some(&token))).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_status_says_whether_the_operation_ran() {
    let site = Site::open().await;

    for accept in [JSON, GRAPHQL_JSON] {
        let (status, body) = site.post("{ viewer { user { name } } }", accept).await;
        assert_eq!(
            (status, &body["data"]["viewer"]["user"]["name"]),
            (StatusCode::OK, &json!("Developer"))
        );
    }
    let (status, body) = site.post("{ nonsense }", GRAPHQL_JSON).await;
    assert_eq!((status, body.get("data")), (StatusCode::BAD_REQUEST, None));
    assert_eq!(
        body["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
    let (status, body) = site.post("{ nonsense }", JSON).await;
    assert_eq!((status, body.get("data")), (StatusCode::OK, None));
}

#[tokio::test]
async fn the_development_server_answers_to_names_of_this_machine_only() {
    let site = Site::open().await;
    let page = |host: &str| {
        Request::builder()
            .uri("/")
            .header("host", host)
            .body(Body::empty())
            .unwrap()
    };

    let (status, _, body) = site.send(page("127.0.0.1:8080")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("external-contacts"));
    let (status, _, body) = site.send(page("attacker.example")).await;
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
    assert!(!body.contains("token"));
    let foreign = request("GET", "/").header("origin", "https://attacker.example");
    let (status, ..) = site.send(foreign.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_health_needs_no_token() {
    let site = Site::open().await;
    for path in ["/livez", "/readyz"] {
        let (status, headers, body) = site.send(request("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "ok"));
        assert_eq!(headers["x-request-id"].len(), 36);
    }
}

#[tokio::test]
async fn a_server_without_keys_lives_and_is_not_ready() {
    let site = Site::configured(|config| {
        config.dev = false;
        // Nothing listens there.
        config.tokens.jwks_url = Some("http://127.0.0.1:1/jwks.json".parse().unwrap());
        config.tokens.issuer = Some("https://login.example.com/".to_owned());
        config.tokens.audience = Some("external-contacts".to_owned());
    })
    .await;

    for (path, expected) in [
        ("/livez", (StatusCode::OK, "ok")),
        (
            "/readyz",
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the keys that verify tokens have not been read yet",
            ),
        ),
    ] {
        let (status, _, body) = site.send(request("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!((status, body.as_str()), expected, "{path}");
    }
}

#[tokio::test]
async fn what_must_not_be_started_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dev = config(folder.path());
    let outside = ServeConfig {
        listen: "0.0.0.0:8080".parse().unwrap(),
        ..dev.clone()
    };
    let open = ServeConfig {
        dev: false,
        ..dev.clone()
    };
    let mut nameless = open.clone();
    nameless.tokens.jwt_secret = Some("x".repeat(64).parse().unwrap());

    for config in [outside, open, nameless] {
        assert!(App::open(&config, Clock::system()).await.is_err(), "{config:?}");
    }
    assert!(App::open(&dev, Clock::system()).await.is_ok());
}
