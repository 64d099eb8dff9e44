//! Findings, and their text.

use std::fmt::Write as _;

use serde::Serialize;

/// The weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Everything is well.
    Ok,
    /// The server works, but something may harm it or its data.
    Warning,
    /// The server does not start, or loses or shows data that it must not.
    Problem,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The weight.
    pub level: Level,
    /// The name of the check.
    pub check: &'static str,
    /// The finding in a sentence.
    pub finding: String,
    /// The way to mend it.
    pub remedy: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, finding: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            check,
            finding: finding.into(),
            remedy: None,
        }
    }

    pub(super) fn warning(
        check: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Warning,
            remedy: Some(remedy.into()),
            ..Self::ok(check, finding)
        }
    }

    pub(super) fn problem(
        check: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Problem,
            ..Self::warning(check, finding, remedy)
        }
    }
}

/// The findings of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of the program.
    pub version: &'static str,
    /// The weight of the worst finding.
    pub result: Level,
    /// The findings, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn of(findings: Vec<Finding>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            result: findings
                .iter()
                .map(|finding| finding.level)
                .max()
                .unwrap_or(Level::Ok),
            findings,
        }
    }

    /// The findings for people, one a line.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for Finding {
            level,
            check,
            finding,
            remedy,
        } in &self.findings
        {
            let level = match level {
                Level::Ok => "ok",
                Level::Warning => "warning",
                Level::Problem => "problem",
            };
            let remedy = remedy
                .as_ref()
                .map_or_else(String::new, |text| format!("; {text}"));
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{level:<8} {check:<12} {finding}{remedy}");
        }
        let count = |level| {
            self.findings
                .iter()
                .filter(|finding| finding.level == level)
                .count()
        };
        let _ = writeln!(
            text,
            "\n{}, {}",
            counted(count(Level::Problem), "problem"),
            counted(count(Level::Warning), "warning")
        );
        text
    }
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
