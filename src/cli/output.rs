//! The output of commands, and the text of their errors.

use std::io::Write as _;

use anyhow::Context as _;

use crate::store::{DatabaseUrl, OpenError};

/// Writes to standard output, which may be closed by a reader that has seen enough.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("cannot write to standard output")
}

/// The text of an error with its causes, each once, and what to do about it where that is known. Some libraries repeat the
/// cause in the text of the error above it.
pub fn explain(error: &anyhow::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !texts.iter().any(|earlier| earlier.contains(&text)) {
            texts.push(text);
        }
    }
    let mut explained = texts.join(": ");
    if let Some(hint) = error.chain().find_map(hint) {
        explained.push_str("; ");
        explained.push_str(hint);
    }
    explained
}

fn hint(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    match cause.downcast_ref()? {
        OpenError::Connect(DatabaseUrl::Postgres(_), _) => {
            Some("check that the server runs, and the address, the user and the password in --database-url")
        }
        OpenError::Connect(DatabaseUrl::Pooled { .. }, _) => Some(
            "check that both servers run, and the addresses, users and passwords in --database-url and --direct-url",
        ),
        OpenError::Connect(DatabaseUrl::Sqlite(_), _) => Some(
            "check that the file is a database of this program, and that you may write to it and its folder",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_cause_that_its_error_repeats_is_told_once() {
        let error = anyhow!("refused (os error 111)")
            .context("cannot connect: refused (os error 111)")
            .context("cannot start");
        assert_eq!(
            explain(&error),
            "cannot start: cannot connect: refused (os error 111)"
        );
    }
}
