//! Claims that are refused, and odd ones that are not.

use serde_json::Value;

use super::payload;

const ISSUER: &str = "the token comes from another issuer";
const AUDIENCE: &str = "the token is not meant for this service";
const EXPIRED: &str = "the token has expired";
const NOT_YET: &str = "the token is not valid yet";
const FUTURE: &str = "the token was issued in the future";
const NUMBERS: &str = "the token's times (`exp`, `nbf`, `iat`) must be numbers";
const USER: &str = "the token must name its user (`sub`) in 1 to 255 characters, without control characters";
const TENANT: &str = "the token must name its tenant in 1 to 255 characters, without control characters";
const LIST: &str = "the token's `permissions` must be a list of strings";

/// Refused: a name, the members that replace those of a good payload (`-name` removes one), and the reason. The good
/// payload's time is 1772366400, and 60 seconds of leeway are allowed.
#[rustfmt::skip]
pub const REFUSED: &[(&str, &str, &str)] = &[
    ("no claims", r#"{"-iss":0,"-aud":0,"-sub":0,"-exp":0}"#, ISSUER),
    ("no issuer", r#"{"-iss":0}"#, ISSUER),
    ("an issuer of null", r#"{"iss":null}"#, ISSUER),
    ("another issuer", r#"{"iss":"https://login.attacker.example/"}"#, ISSUER),
    ("the issuer without its slash", r#"{"iss":"https://login.example.com"}"#, ISSUER),
    ("the issuer with a path", r#"{"iss":"https://login.example.com/x"}"#, ISSUER),
    ("the issuer in another case", r#"{"iss":"https://LOGIN.example.com/"}"#, ISSUER),
    ("a list of issuers", r#"{"iss":["https://login.example.com/"]}"#, ISSUER),
    ("no audience", r#"{"-aud":0}"#, AUDIENCE),
    ("an audience of null", r#"{"aud":null}"#, AUDIENCE),
    ("an empty list of audiences", r#"{"aud":[]}"#, AUDIENCE),
    ("other audiences", r#"{"aud":["external-contacts-2","external"]}"#, AUDIENCE),
    ("an audience in a list in a list", r#"{"aud":[["external-contacts"]]}"#, AUDIENCE),
    ("an audience as an object", r#"{"aud":{"external-contacts":true}}"#, AUDIENCE),
    ("the audience and a space", r#"{"aud":"external-contacts "}"#, AUDIENCE),
    ("audiences separated by spaces", r#"{"aud":"external-contacts other"}"#, AUDIENCE),
    ("no expiry", r#"{"-exp":0}"#, "the token must say when it expires (`exp`)"),
    ("an expiry of null", r#"{"exp":null}"#, NUMBERS),
    ("an expiry as a string", r#"{"exp":"9999999999"}"#, NUMBERS),
    ("an expiry as a date", r#"{"exp":"2099-01-01T00:00:00Z"}"#, NUMBERS),
    ("an expiry of true", r#"{"exp":true}"#, NUMBERS),
    ("a list of expiries", r#"{"exp":[9999999999]}"#, NUMBERS),
    ("expired for as long as the leeway", r#"{"exp":1772366340}"#, EXPIRED),
    ("expired by a fraction", r#"{"exp":1772366339.999}"#, EXPIRED),
    ("an expiry of zero", r#"{"exp":0}"#, EXPIRED),
    ("a negative expiry", r#"{"exp":-9223372036854775808}"#, EXPIRED),
    ("a hugely negative expiry", r#"{"exp":-1e308}"#, EXPIRED),
    ("not valid for one second more than the leeway", r#"{"nbf":1772366461}"#, NOT_YET),
    ("never valid", r#"{"nbf":1e300}"#, NOT_YET),
    ("a not-before as a string", r#"{"nbf":"0"}"#, NUMBERS),
    ("a not-before of null", r#"{"nbf":null}"#, NUMBERS),
    ("issued in the future", r#"{"iat":1772366461}"#, FUTURE),
    ("issued at a text", r#"{"iat":"now"}"#, NUMBERS),
    ("no user", r#"{"-sub":0}"#, USER),
    ("an empty user", r#"{"sub":""}"#, USER),
    ("a user of spaces", r#"{"sub":"\u2003 \u3000"}"#, USER),
    ("a user with a NUL", r#"{"sub":"ada\u0000"}"#, USER),
    ("a user of a NUL alone", r#"{"sub":"\u0000"}"#, USER),
    ("a user with an escape sequence", r#"{"sub":"\u001b[31mada"}"#, USER),
    ("a user with a line break", r#"{"sub":"ada\nroot"}"#, USER),
    ("a user as a number", r#"{"sub":7}"#, USER),
    ("a list of users", r#"{"sub":["ada"]}"#, USER),
    ("no tenant", r#"{"-tenant":0}"#, TENANT),
    ("an empty tenant", r#"{"tenant":""}"#, TENANT),
    ("a tenant of null", r#"{"tenant":null}"#, TENANT),
    ("a tenant as a number", r#"{"tenant":1}"#, TENANT),
    ("a list of tenants", r#"{"tenant":["acme","other"]}"#, TENANT),
    ("a tenant with a NUL", r#"{"tenant":"acme\u0000"}"#, TENANT),
    ("a tenant with a line break", r#"{"tenant":"acme\nother"}"#, TENANT),
    ("a tenant with a control character beyond ASCII", r#"{"tenant":"acme\u0085"}"#, TENANT),
    ("the tenant's claim in another case", r#"{"-tenant":0,"Tenant":"acme"}"#, TENANT),
    ("permissions as a text", r#"{"permissions":"externalContacts:*"}"#, LIST),
    ("permissions of null", r#"{"permissions":null}"#, LIST),
    ("permissions as an object", r#"{"permissions":{"externalContacts:*":true}}"#, LIST),
    ("a scope as a list", r#"{"-permissions":0,"scope":["externalContacts:*"]}"#,
        "the token's `scope` must be a string, separated by spaces"),
];

const VIEW: &[&str] = &["externalContacts:contact:view"];

/// Accepted: a name, the members that replace those of a good payload, and the permissions that are granted.
#[rustfmt::skip]
pub const ACCEPTED: &[(&str, &str, &[&str])] = &[
    ("a list of audiences", r#"{"aud":["other","external-contacts",7]}"#, VIEW),
    ("the last second of the leeway", r#"{"exp":1772366341}"#, VIEW),
    ("an expiry with a fraction", r#"{"exp":1772366340.001}"#, VIEW),
    ("a huge expiry", r#"{"exp":18446744073709551615}"#, VIEW),
    ("an expiry beyond all calendars", r#"{"exp":1e300}"#, VIEW),
    ("valid at the end of the leeway", r#"{"nbf":1772366460,"iat":1772366460}"#, VIEW),
    ("a negative not-before", r#"{"nbf":-5}"#, VIEW),
    ("no time of issue", r#"{"-iat":0}"#, VIEW),
    ("no permissions", r#"{"-permissions":0}"#, &[]),
    ("permissions of other types", r#"{"permissions":[null,7,true,{"a":1},["externalContacts:*"]]}"#, &[]),
    ("a permission in another case", r#"{"permissions":["EXTERNALCONTACTS:CONTACT:VIEW","externalcontacts:*"]}"#, &[]),
    ("a permission of another service", r#"{"permissions":["*","*:*","internalContacts:*"]}"#, &[]),
    ("a permission with a NUL", r#"{"permissions":["externalContacts:contact:view\u0000"]}"#, &[]),
    ("a name and an e-mail address with a NUL", r#"{"name":"Ada\u0000","email":"ada\u0000@example.com"}"#, VIEW),
    ("a list and a wider scope", r#"{"scope":"externalContacts:*"}"#, VIEW),
    ("an empty list and a scope", r#"{"permissions":[],"scope":"externalContacts:*"}"#, &[]),
    ("a scope with other scopes", r#"{"-permissions":0,"scope":"openid\texternalContacts:contact:view  email"}"#, VIEW),
];

/// A good payload with some members replaced, or removed by `-name`.
pub fn changed(changes: &str) -> Value {
    let mut payload = payload();
    let members = payload.as_object_mut().unwrap();
    let Value::Object(changes) = serde_json::from_str(changes).unwrap() else {
        panic!("changes are an object: {changes}");
    };
    for (name, value) in changes {
        match name.strip_prefix('-') {
            Some(name) => drop(members.remove(name)),
            None => drop(members.insert(name, value)),
        }
    }
    payload
}
