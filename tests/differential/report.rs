//! A summary of the comparisons and their reach.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::case::{Case, Run};
use crate::compare::choice::Choice;
use crate::compare::{Outcome, Verdict};
use crate::reach;

/// The number of differing cases that are shown.
const SHOWN: usize = 40;

#[derive(Default)]
pub struct Report {
    cases: usize,
    equal: usize,
    requests: usize,
    executed: usize,
    with_errors: usize,
    features: BTreeMap<String, usize>,
    rules: BTreeMap<String, usize>,
    outcomes: BTreeMap<String, usize>,
    choices: BTreeMap<Choice, usize>,
    corrected: usize,
    differing: Vec<usize>,
}

impl Report {
    pub fn add(&mut self, case: &Case, judged: &[(usize, Outcome, Verdict)]) {
        self.cases += 1;
        self.requests += judged.len();
        self.corrected += usize::from(case.corrected);
        let ran = |run: &&Run| run.data.is_some();
        self.executed += usize::from(case.runs.iter().any(|run| ran(&run)));
        self.with_errors += usize::from(case.runs.iter().any(|run| !run.errors.is_empty()));
        count(&mut self.features, case.features.iter().cloned());
        count(&mut self.rules, case.rules.iter().cloned());
        count(
            &mut self.outcomes,
            case.runs.iter().flat_map(|run| run.features.iter().cloned()),
        );
        let chosen = judged.iter().flat_map(|(_, _, verdict)| match verdict {
            Verdict::Chosen(choices) => choices.as_slice(),
            _ => &[],
        });
        count(&mut self.choices, chosen.copied());
        self.note_difference(case, judged);
    }

    fn note_difference(&mut self, case: &Case, judged: &[(usize, Outcome, Verdict)]) {
        let Some((run, outcome, verdict)) = judged
            .iter()
            .find(|(_, _, verdict)| matches!(verdict, Verdict::Differs(_)))
        else {
            self.equal += 1;
            return;
        };
        self.differing.push(case.seed);
        if self.differing.len() <= SHOWN {
            show(case, &case.runs[*run], outcome, verdict);
        }
    }

    pub fn cases(&self) -> usize {
        self.cases
    }

    pub fn print(&self) {
        let all = self.cases;
        println!(
            "operations {all}, of them executed {}, with errors {}; requests {}",
            self.executed, self.with_errors, self.requests
        );
        print("operations with", &self.features);
        print("refused by", &self.rules);
        print("executed with", &self.outcomes);
        print(
            "operations that a choice of the specification touched:",
            &self.choices,
        );
        println!(
            "operations for which a rule of graphql-js is corrected: {}",
            self.corrected
        );
        println!("figure: differential {}/{all}", self.equal);
    }

    pub fn check_equal(&self) {
        assert!(
            self.differing.is_empty(),
            "{} differ; the first seeds: {:?}",
            self.differing.len(),
            &self.differing[..self.differing.len().min(100)]
        );
    }

    /// That chance has reached everything that is to be compared.
    pub fn check_reach(&self) {
        assert!(self.cases >= 2_000, "only {} operations", self.cases);
        assert!(
            self.executed * 10 >= self.cases * 7,
            "only {} executed",
            self.executed
        );
        assert!(
            self.with_errors * 10 >= self.executed * 4,
            "only {} with errors",
            self.with_errors
        );
        at_least(&self.features, &reach::FEATURES);
        at_least(&self.outcomes, &reach::OUTCOMES);
        at_least(&self.rules, &reach::RULES);
    }
}

fn at_least(counts: &BTreeMap<String, usize>, least: &[(usize, &[&str])]) {
    for (least, names) in least {
        for name in *names {
            let count = counts.get(*name).copied().unwrap_or_default();
            assert!(
                count >= *least,
                "only {count} operations with {name}, and {least} are needed"
            );
        }
    }
}

fn count<T: Ord>(counts: &mut BTreeMap<T, usize>, of: impl Iterator<Item = T>) {
    let once: std::collections::BTreeSet<T> = of.collect();
    for what in once {
        *counts.entry(what).or_default() += 1;
    }
}

fn print<T: Debug>(title: &str, counts: &BTreeMap<T, usize>) {
    println!("{title}");
    for (what, count) in counts {
        println!("  {count:>6}  {}", format!("{what:?}").trim_matches('"'));
    }
}

fn show(case: &Case, run: &Run, outcome: &Outcome, verdict: &Verdict) {
    println!("\n=== seed {}: {verdict}\n{}", case.seed, case.query);
    println!(
        "--- operationName {:?}, variables {}",
        case.operation_name, run.variables
    );
    match &run.refused {
        Some(refused) => println!("--- graphql-js refuses: {refused:?}"),
        None => println!(
            "--- graphql-js: {} {}",
            run.data.as_deref().unwrap_or(""),
            texts(&run.errors)
        ),
    }
    match &outcome.data {
        Some(data) => println!("--- this server: {data} {}", texts(&outcome.paths)),
        None => println!("--- this server refuses"),
    }
    println!(
        "--- told {:?}\n--- calls {:?} and {:?}",
        outcome.told, run.calls, outcome.calls
    );
}

fn texts(paths: &[serde_json::Value]) -> String {
    paths
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}
