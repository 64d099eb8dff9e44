//! Suggestions for misspelt names.

/// The most names that are suggested.
const SUGGESTIONS: usize = 3;

/// Returns `; did you mean …?` with the candidates that are similar to a name, the most similar first; nothing if none
/// is.
pub(super) fn did_you_mean<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    match similar_names(name, candidates).as_slice() {
        [] => String::new(),
        names => format!("; did you mean {}?", list_names(names)),
    }
}

/// Finds the candidates that are similar to a name, the most similar first. As many letters may differ as graphql-js
/// accepts: four in ten, and one more.
pub(super) fn similar_names<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let most = name.chars().count() * 2 / 5 + 1;
    let distance = |candidate: &str| {
        if candidate.eq_ignore_ascii_case(name) {
            return 0;
        }
        strsim::osa_distance(&candidate.to_lowercase(), &name.to_lowercase())
    };
    let candidates = candidates.into_iter();
    let mut similar: Vec<_> = candidates
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    similar.sort_unstable();
    similar
        .into_iter()
        .map(|(_, candidate)| candidate)
        .take(SUGGESTIONS)
        .collect()
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
        let fields = ["id", "displayName", "firstName", "lastName", "notes", "title"];
        for (name, expected) in [
            ("dispalyName", "; did you mean `displayName`?"),
            ("FIRSTNAME", "; did you mean `firstName` or `lastName`?"),
            ("titel", "; did you mean `title` or `notes`?"),
            ("note", "; did you mean `notes`?"),
            ("organization", ""),
        ] {
            assert_eq!(did_you_mean(name, fields), expected);
        }
    }

    #[test]
    fn at_most_three_names_are_suggested() {
        let suggestion = did_you_mean("colour0", ["colour1", "colour2", "colour3", "colour4"]);
        assert_eq!(suggestion, "; did you mean `colour1`, `colour2` or `colour3`?");
    }
}
