//! Suggestions for misspelt names.

use super::params::Introspection;

/// The most names that are suggested.
const SUGGESTIONS: usize = 5;

/// Returns `; did you mean …?` with the candidates that are similar to a name, the most similar first; nothing if none
/// is.
pub(super) fn did_you_mean<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    match similar_names(name, candidates).as_slice() {
        [] => String::new(),
        names => format!("; did you mean {}?", list_names(names)),
    }
}

impl Introspection {
    /// Suggests names of the schema as [`did_you_mean`] does, unless the schema is hidden from the caller.
    pub(super) fn did_you_mean<'c>(
        self,
        name: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> String {
        match self {
            Self::Allowed => did_you_mean(name, candidates),
            Self::Refused => String::new(),
        }
    }
}

/// Finds the candidates that are similar to a name, the most similar first. As many letters may differ as graphql-js
/// accepts: four in ten, and one more.
fn similar_names<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let lower_case = name.to_lowercase();
    let most = name.chars().count() * 2 / 5 + 1;
    // A name of thousands of letters is compared with none: comparing takes time by the product of the lengths.
    let candidates = candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= most)
        // Names of a server's own plumbing are for those who know them.
        .filter(|candidate| name.starts_with('_') || !candidate.starts_with('_'));
    let mut similar: Vec<_> = candidates
        .map(|candidate| {
            let distance = strsim::osa_distance(&candidate.to_lowercase(), &lower_case);
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= most)
        .collect();
    similar.sort_unstable();
    let similar = similar.into_iter().map(|(_, candidate)| candidate);
    similar.take(SUGGESTIONS).collect()
}

/// Lists names in a sentence: "`a`, `b` or `c`".
pub(super) fn list_names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_suggested_and_the_most_similar_come_first() {
        let fields = [
            "id",
            "displayName",
            "firstName",
            "lastName",
            "notes",
            "title",
            "_notes",
        ];
        for (name, expected) in [
            ("dispalyName", "; did you mean `displayName`?"),
            ("FIRSTNAME", "; did you mean `firstName` or `lastName`?"),
            ("titel", "; did you mean `title` or `notes`?"),
            ("note", "; did you mean `notes`?"),
            ("_note", "; did you mean `_notes` or `notes`?"),
            ("organization", ""),
        ] {
            assert_eq!(did_you_mean(name, fields), expected);
            assert_eq!(Introspection::Refused.did_you_mean(name, fields), "");
        }
    }

    #[test]
    fn at_most_five_names_are_suggested() {
        let colours = ["colour1", "colour2", "colour3", "colour4", "colour5", "colour6"];
        assert_eq!(
            did_you_mean("colour0", colours),
            "; did you mean `colour1`, `colour2`, `colour3`, `colour4` or `colour5`?"
        );
    }
}
