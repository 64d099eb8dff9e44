//! Media types: the ones that a client accepts (`Accept`), and the one that it sends (`Content-Type`).

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: always with status 200, as older clients expect.
    Json,
    /// `application/graphql-response+json`: the status tells whether the operation ran.
    GraphQlJson,
    /// `text/event-stream`: an event for each answer.
    Events,
}

impl Media {
    /// The name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphQlJson => "application/graphql-response+json",
            Self::Events => "text/event-stream",
        }
    }
}

/// The media types that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    json: Option<Media>,
    events: bool,
    prefers_events: bool,
}

impl Accepted {
    /// Reads `Accept` (RFC 9110, section 12.5.1). A client without it accepts anything.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT).iter();
        let text = values
            .filter_map(|value| value.to_str().ok())
            .collect::<Vec<_>>()
            .join(",");
        let mut ranges: Vec<Range> = text.split(',').filter_map(Range::parse).collect();
        if ranges.is_empty() {
            ranges.extend(Range::parse("*/*"));
        }
        let json = [Media::Json, Media::GraphQlJson]
            .into_iter()
            .filter_map(|media| Some((Weight::of(media, &ranges)?, media)))
            .reduce(|best, next| if next.0.beats(&best.0) { next } else { best });
        let events = Weight::of(Media::Events, &ranges);
        Self {
            json: json.as_ref().map(|(_, media)| *media),
            events: events.is_some(),
            prefers_events: match (&events, &json) {
                (Some(events), Some((json, _))) => events.quality > json.quality,
                (Some(_), None) => true,
                (None, _) => false,
            },
        }
    }

    /// The media type for a single answer. `None` when the client accepts none.
    pub fn for_one_answer(self) -> Option<Media> {
        if self.prefers_events {
            Some(Media::Events)
        } else {
            self.json
        }
    }

    /// Whether the client accepts a stream of answers.
    pub fn accepts_events(self) -> bool {
        self.events
    }

    /// The media type for rejections, which are always JSON.
    pub fn refusal(self) -> Media {
        self.json.unwrap_or(Media::Json)
    }
}

/// One range of an `Accept` header.
struct Range {
    kind: String,
    subtype: String,
    /// The quality in thousandths.
    quality: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let quality = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(1000, |(_, value)| thousandths(value.trim()));
        Some(Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            quality,
        })
    }

    /// The exactness with which it names a media type: 2 by name, 1 by `application/*`, 0 by `*/*`.
    fn names(&self, media: Media) -> Option<u8> {
        let (kind, subtype) = media.name().split_once('/')?;
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => Some(0),
            (own, "*") if own == kind => Some(1),
            (own, name) if own == kind && name == subtype => Some(2),
            _ => None,
        }
    }
}

/// Parses a weight. One that cannot be parsed counts as absent.
fn thousandths(text: &str) -> u16 {
    let quality = text.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and 1"
    )]
    quality.map_or(1000, |quality| (quality * 1000.0).round() as u16)
}

/// The preference of a client for a media type.
struct Weight {
    quality: u16,
    exactness: u8,
    position: usize,
}

impl Weight {
    /// Takes the range that names it most exactly. `None` when no range does, or that one excludes it.
    fn of(media: Media, ranges: &[Range]) -> Option<Self> {
        let mut best: Option<Self> = None;
        for (position, range) in ranges.iter().enumerate() {
            let Some(exactness) = range.names(media) else {
                continue;
            };
            if best.as_ref().is_none_or(|best| exactness > best.exactness) {
                best = Some(Self {
                    quality: range.quality,
                    exactness,
                    position,
                });
            }
        }
        best.filter(|weight| weight.quality > 0)
    }

    /// Compares by the given weight; then a type that is named beats one that is only covered; then the first one wins.
    fn beats(&self, other: &Self) -> bool {
        let mine = (self.quality, self.exactness, other.position);
        mine > (other.quality, other.exactness, self.position)
    }
}

/// Whether the headers say that the body is plain JSON in UTF-8.
pub(super) fn sends_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some(Media::Json.name())
        && parts.all(|part| {
            part.strip_prefix("charset=")
                .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
        })
        && headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn once(accept: &str) -> Option<&'static str> {
        Accepted::of(&headers(&ACCEPT, &[accept]))
            .for_one_answer()
            .map(Media::name)
    }

    #[test]
    fn a_client_that_accepts_anything_gets_json() {
        assert_eq!(
            Accepted::of(&HeaderMap::new()).for_one_answer(),
            Some(Media::Json)
        );
        for accept in [
            "",
            "*/*",
            "application/*",
            "*/*;q=0.1",
            "text/html, */*",
            "nonsense",
        ] {
            assert_eq!(once(accept), Some("application/json"), "{accept}");
        }
    }

    #[test]
    fn the_heavier_weight_wins_then_the_name_then_the_place() {
        let graphql = "application/graphql-response+json";
        for (accept, expected) in [
            ("application/graphql-response+json", graphql),
            (
                "application/graphql-response+json, application/json;q=0.9",
                graphql,
            ),
            (
                "application/json;q=0.9, application/graphql-response+json",
                graphql,
            ),
            ("*/*, application/graphql-response+json", graphql),
            (
                "application/graphql-response+json, application/json, multipart/mixed",
                graphql,
            ),
            (
                "application/json, application/graphql-response+json",
                "application/json",
            ),
            ("application/graphql-response+json;q=0.5, */*", "application/json"),
            ("APPLICATION/GraphQL-Response+JSON;charset=utf-8 ; Q=0.7", graphql),
            ("application/json;q=0, */*", graphql),
            ("application/json;q=high", "application/json"),
        ] {
            assert_eq!(once(accept), Some(expected), "{accept}");
        }
    }

    #[test]
    fn a_type_of_weight_0_or_not_named_is_not_sent() {
        for accept in [
            "text/html",
            "application/xml, image/*",
            "application/json;q=0",
            "*/*;q=0",
            "application/*;q=0.0",
        ] {
            assert_eq!(once(accept), None, "{accept}");
        }
    }

    #[test]
    fn events_are_sent_when_preferred_to_json() {
        for (accept, expected) in [
            ("text/event-stream", "text/event-stream"),
            ("text/event-stream, application/json", "application/json"),
            ("text/event-stream, application/json;q=0.5", "text/event-stream"),
        ] {
            assert_eq!(once(accept), Some(expected), "{accept}");
            assert!(
                Accepted::of(&headers(&ACCEPT, &[accept])).accepts_events(),
                "{accept}"
            );
        }
        for (accept, many) in [("*/*", true), ("text/*", true), ("application/json", false)] {
            assert_eq!(
                Accepted::of(&headers(&ACCEPT, &[accept])).accepts_events(),
                many,
                "{accept}"
            );
        }
    }

    #[test]
    fn several_accept_headers_are_one_list() {
        let headers = headers(&ACCEPT, &["text/html", "application/graphql-response+json"]);
        assert_eq!(Accepted::of(&headers).for_one_answer(), Some(Media::GraphQlJson));
    }

    #[test]
    fn a_body_is_json_in_utf_8_or_refused() {
        let sends = |values: &[&str]| sends_json(&headers(&CONTENT_TYPE, values));
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(sends(&[good]), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=iso-8859-1",
            "application/graphql",
            "application/jsonp",
        ] {
            assert!(!sends(&[bad]), "{bad}");
        }
        assert!(!sends(&[]));
        assert!(!sends(&["application/json", "application/json"]));
    }

    #[test]
    fn a_compressed_body_is_not_json() {
        let mut headers = headers(&CONTENT_TYPE, &["application/json"]);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(!sends_json(&headers));
    }
}
