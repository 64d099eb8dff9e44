//! Planning: the sources of each condition's candidates, and the number of candidates in each.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::super::Tenant;
use super::known::{Count, Known};
use super::plan::{Driver, Group, Plan, WordSource, range_of};
use super::source::{Range, Source};
use super::spelling::variants;
use super::survey::Survey;
use super::{COUNTED, COUNTED_FIRST, COUNTED_FURTHER, FEW, i64_of};
use crate::error::Result;
use crate::id::TypedId;
use crate::model::{Alternative, CAP, MatchKind, Search};

impl Tenant {
    /// Returns the plan of a search. Only as much is counted as it takes to find where to start: the words themselves first,
    /// then the corrections of the rarest, which is enough if these are few, then everything else. Candidates are counted to
    /// few first, and further only if all conditions have more; at last the words themselves, until one has fewer.
    pub(in crate::store) async fn plan(&self, search: &Search, known: &mut Known) -> Result<Plan> {
        let sources = self.sources(search, known).await?;
        if let Some(condition) = sources.rarest(known) {
            for most in [COUNTED_FIRST, COUNTED] {
                let words = sources.words_of(condition).collect();
                self.count_candidates(words, most, known).await?;
                let plan = sources.plan(search, known);
                if plan.is_decided() {
                    return Ok(plan);
                }
            }
        }
        for most in [COUNTED_FIRST, COUNTED] {
            self.count_candidates(sources.all(), most, known).await?;
            let plan = sources.plan(search, known);
            if plan.is_decided() {
                return Ok(plan);
            }
        }
        if search.conditions().nth(1).is_some() {
            // Of several common words, the rarest may be much rarer, and all of its candidates may be examined.
            for most in COUNTED_FURTHER {
                self.count_candidates(sources.own(), most, known).await?;
                if sources.rarest(known).is_some() {
                    break;
                }
            }
        }
        Ok(sources.plan(search, known))
    }

    /// Whether so few records may match that corrections are probably needed: those of the rarest condition are few.
    pub(super) async fn is_narrow(&self, search: &Search, known: &mut Known) -> Result<bool> {
        if search.conditions().nth(1).is_none() {
            return Ok(self.plan(search, known).await?.is_narrow());
        }
        let sources = self.sources(search, known).await?;
        let few = sources
            .rarest(known)
            .map(|condition| sources.count_of(condition, known));
        let most = if search.filters.is_empty() {
            FEW
        } else {
            COUNTED_FIRST
        };
        Ok(few.is_some_and(|count| count.counted <= most))
    }

    /// Returns the plan of a search for one word that is known to have more matches than can be shown. These come first, so that
    /// nothing else needs to be counted or found.
    pub(super) async fn plan_of_common_word(
        &self,
        search: &Search,
        known: &mut Known,
    ) -> Result<Option<Plan>> {
        let ([term], [], None) = (&*search.terms, &*search.filters, search.organization_id) else {
            return Ok(None);
        };
        let own = |alternative: &&Alternative| alternative.by == MatchKind::Own;
        let words = term.alternatives.iter().filter(own).map(|alternative| {
            let source = Source::Words(range_of(alternative));
            (0, alternative.clone(), source)
        });
        let sources = Sources {
            words: words.collect(),
            groups: Vec::new(),
            employer: None,
            partial: Vec::new(),
        };
        let common = &self.store.0.common_words;
        let is_common = |source: &&Source| {
            let count = common.count_of(self.record.id, source);
            count.is_some_and(|count| count.counted > i64_of(CAP))
        };
        if !sources.all().iter().any(is_common) {
            return Ok(None);
        }
        self.count_candidates(sources.all(), COUNTED_FIRST, known).await?;
        let plan = sources.plan(search, known);
        Ok(Some(plan).filter(|plan| plan.is_ordered(Driver::Condition(0))))
    }

    /// Returns the sources of the candidates of every condition, with the organizations that meet conditions by their name. Those
    /// of the words of the query are counted, until one condition has few.
    async fn sources(&self, search: &Search, known: &mut Known) -> Result<Sources> {
        let mut sources = Sources::of(search);
        let ranges = employer_ranges(search);
        let own = sources.own();
        let mut counts = own.clone();
        if let Some(condition) = sources.rarest(known) {
            counts.extend(sources.words_of(condition));
        }
        let survey = Survey {
            organizations: ranges.iter().map(|(_, range)| range).collect(),
            counts,
            most: COUNTED_FIRST,
            variants: if known.vocabulary.is_none() {
                variants(search)
            } else {
                Vec::new()
            },
        };
        self.survey(survey, known).await?;
        if sources.rarest(known).is_none() && search.conditions().nth(1).is_some() {
            self.count_candidates(own, COUNTED, known).await?;
        }
        let shared = self.shared_organizations(search, &ranges, known).await?;
        sources.add_groups(search, &ranges, known, &shared);
        Ok(sources)
    }

    /// Returns the organizations that meet both a condition whose organizations are all known and one whose are not, each with the
    /// position of the latter.
    async fn shared_organizations(
        &self,
        search: &Search,
        ranges: &[(usize, Range)],
        known: &mut Known,
    ) -> Result<Vec<(usize, Uuid)>> {
        let full = ranges.iter().filter(|(_, range)| known.is_full(range));
        let full: BTreeSet<usize> = full.map(|(condition, _)| *condition).collect();
        let others = ranges.iter().filter(|(condition, _)| !full.contains(condition));
        let others: BTreeSet<&Range> = others.map(|(_, range)| range).collect();
        let others: Vec<Range> = others.into_iter().cloned().collect();
        let mut shared = Vec::new();
        if others.is_empty() {
            return Ok(shared);
        }
        for (condition, term) in search.conditions().enumerate() {
            if !full.contains(&condition) {
                continue;
            }
            let lists = search.employer_mark_check(term);
            let ids = self.marked_organizations(others.clone(), lists, known).await?;
            shared.extend(ids.iter().map(|id| (condition, *id)));
        }
        Ok(shared)
    }

    /// Counts the candidates of each source, up to one more than `most`, unless that is known.
    async fn count_candidates(&self, counts: Vec<&Source>, most: i64, known: &mut Known) -> Result<()> {
        let survey = Survey {
            counts,
            most,
            ..Survey::default()
        };
        self.survey(survey, known).await
    }
}

/// Returns the ranges of words by which organizations meet conditions for their contacts, with the positions of the conditions.
fn employer_ranges(search: &Search) -> Vec<(usize, Range)> {
    let mut ranges = Vec::new();
    for (condition, term) in search.conditions().enumerate() {
        let by_employer = term.alternatives.iter().filter(|it| search.is_by_employer(it));
        let queries = by_employer.filter_map(Alternative::rarest);
        ranges.extend(queries.map(|query| (condition, Range::of(query))));
    }
    ranges
}

/// The sources of the candidates of a search.
struct Sources {
    /// Those of the words of conditions, with the position of the condition and the alternative.
    words: Vec<(usize, Alternative, Source)>,
    /// The contacts of organizations that meet conditions by their name, with the positions of the conditions.
    groups: Vec<(Vec<usize>, Source)>,
    /// The contacts of the organization that must employ them.
    employer: Option<Source>,
    /// The conditions that more organizations meet than are examined.
    partial: Vec<usize>,
}

impl Sources {
    /// Returns those of the words of a search.
    fn of(search: &Search) -> Self {
        let mut words = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            let own = term.alternatives.iter().filter(|it| !search.is_by_employer(it));
            words.extend(own.map(|own| (condition, own.clone(), Source::Words(range_of(own)))));
        }
        let employer = search.organization_id;
        Self {
            words,
            groups: Vec::new(),
            employer: employer.map(|id| Source::Employees(vec![id.uuid()])),
            partial: Vec::new(),
        }
    }

    /// Adds the contacts of the organizations that meet conditions by their name, by the conditions that these meet, and the
    /// conditions that more organizations meet than are known; `shared` are those of them that meet others, too.
    fn add_groups(
        &mut self,
        search: &Search,
        ranges: &[(usize, Range)],
        known: &Known,
        shared: &[(usize, Uuid)],
    ) {
        let mut met: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        let mut order = Vec::new();
        for (condition, range) in ranges {
            let organizations = known.organizations.get(range).map_or(&[][..], Vec::as_slice);
            for id in organizations {
                let conditions = met.entry(*id).or_insert_with(|| {
                    order.push(*id);
                    Vec::new()
                });
                if !conditions.contains(condition) {
                    conditions.push(*condition);
                }
            }
            if known.is_full(range) {
                self.partial.push(*condition);
            }
        }
        for (condition, id) in shared {
            if let Some(conditions) = met.get_mut(id)
                && !conditions.contains(condition)
            {
                conditions.push(*condition);
                conditions.sort_unstable();
            }
        }
        let only = search.organization_id.map(TypedId::uuid);
        if let Some(only) = only {
            // It may be one of those that are not known. The texts of its contacts tell.
            let conditions = met.entry(only).or_insert_with(|| {
                order.push(only);
                Vec::new()
            });
            conditions.append(&mut self.partial);
            conditions.sort_unstable();
            conditions.dedup();
        }
        let mut groups: BTreeMap<Vec<usize>, Vec<Uuid>> = BTreeMap::new();
        for id in order.into_iter().filter(|id| only.is_none_or(|only| only == *id)) {
            let conditions = met.remove(&id).unwrap_or_default();
            groups.entry(conditions).or_default().push(id);
        }
        let groups = groups.into_iter();
        self.groups = groups
            .map(|(conditions, organizations)| (conditions, Source::Employees(organizations)))
            .collect();
    }

    /// Those of the words of the query themselves, and of values of the filter.
    fn own(&self) -> Vec<&Source> {
        let own = self
            .words
            .iter()
            .filter(|(_, alternative, _)| alternative.by == MatchKind::Own);
        own.map(|(.., source)| source).collect()
    }

    /// Those of the words of one condition.
    fn words_of(&self, condition: usize) -> impl Iterator<Item = &Source> {
        let words = self.words.iter().filter(move |(of, ..)| *of == condition);
        words.map(|(.., source)| source)
    }

    fn all(&self) -> Vec<&Source> {
        let words = self.words.iter().map(|(.., source)| source);
        let groups = self.groups.iter().map(|(_, source)| source);
        words.chain(groups).chain(&self.employer).collect()
    }

    /// Returns the number of candidates that meet a condition by the words of the query themselves.
    fn count_of(&self, condition: usize, known: &Known) -> Count {
        let own = self
            .words
            .iter()
            .filter(|(of, alternative, _)| *of == condition && alternative.by == MatchKind::Own);
        own.map(|(.., source)| known.count_of(source)).sum()
    }

    /// Returns the condition whose words themselves have the fewest candidates, of several conditions, if these are few.
    fn rarest(&self, known: &Known) -> Option<usize> {
        let last = self.words.last().map_or(0, |(condition, ..)| *condition);
        let counts = (0..=last).map(|condition| (condition, self.count_of(condition, known)));
        let few = counts.filter(|(_, count)| last > 0 && count.is_complete);
        few.min_by_key(|(_, count)| count.counted)
            .map(|(condition, _)| condition)
    }

    /// Returns the plan by what is known.
    fn plan(&self, search: &Search, known: &Known) -> Plan {
        let word = |(condition, alternative, source): &(usize, Alternative, Source)| WordSource {
            condition: *condition,
            alternative: alternative.clone(),
            count: known.count_of(source),
        };
        let group = |(conditions, source): &(Vec<usize>, Source)| Group {
            conditions: conditions.clone(),
            source: source.clone(),
            count: known.count_of(source),
        };
        let words: Vec<WordSource> = self.words.iter().map(word).collect();
        let groups: Vec<Group> = self.groups.iter().map(group).collect();
        let employer = self.employer.clone();
        Plan {
            search: search.clone(),
            checks: checks(search, &words, &groups),
            employer: employer.map(|source| {
                let count = known.count_of(&source);
                (source, count)
            }),
            words,
            groups,
            partial: self.partial.clone(),
            has_matches: known.has_matches,
        }
    }
}

/// Returns the search without the alternatives that no record matches.
fn checks(search: &Search, words: &[WordSource], groups: &[Group]) -> Search {
    let mut checks = search.clone();
    let mut counts = words.iter().map(|words| words.count);
    for (condition, term) in checks.conditions_mut().enumerate() {
        let has_groups = groups.iter().any(|group| group.conditions.contains(&condition));
        term.alternatives.retain(|alternative| {
            if search.is_by_employer(alternative) {
                has_groups
            } else {
                counts.next().is_none_or(Count::is_some)
            }
        });
    }
    checks
}
