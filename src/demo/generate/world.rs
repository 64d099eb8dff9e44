//! The numbers, ids, times and chance of generated records: each follows from the seed, the total and the record's number
//! alone, so that records refer to others that were made long ago, or in an earlier run, without looking them up.

use std::ops::Range;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use fastrand::Rng;
use uuid::Builder;

use super::place::Cities;
use crate::demo::content::Content;
use crate::demo::names::{Names, Ranked};
use crate::id::{TypedId, UserId, WrapUpCodeId};
use crate::model::Record;

/// The start of the five years in which all records were made: 2021-01-01.
const START: i64 = 1_609_459_200;
/// The days of these years.
const DAYS: u64 = 1826;
/// The evenness of names: the first of 100 is borne by one of 28.
const EVENNESS: f64 = 12.0;
/// The most entities of a batch.
const LARGEST_BATCH: u64 = 10_000;
/// The fewest batches, unless they would be too small.
const BATCHES: u64 = 10;
/// The number of users, at least.
const FEWEST_USERS: u64 = 12;
/// The number of entities per user.
const ENTITIES_OF_USER: u64 = 5_000;

/// The kinds of records, and of what is chosen at random about them.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A user.
    User,
    /// A wrap-up code.
    WrapUpCode,
    /// An organization.
    Organization,
    /// A contact.
    Contact,
    /// A contact's name and city, which other records tell.
    Person,
    /// A contact's employer.
    Employer,
    /// A relationship.
    Relationship,
    /// A note.
    Note,
    /// An interaction.
    Interaction,
}

/// The numbers of all records.
#[derive(Clone, Copy)]
pub struct Totals {
    /// The number of managed entities.
    pub entities: u64,
    /// The number of batches.
    pub batches: u64,
}

impl Totals {
    /// Divides entities into batches.
    pub fn of(entities: u64) -> Self {
        let batch = (entities / BATCHES).clamp(100, LARGEST_BATCH);
        Self {
            entities,
            batches: entities.div_ceil(batch),
        }
    }

    /// The number of records of a kind.
    pub fn count(&self, kind: Kind) -> u64 {
        let entities = self.entities;
        let share = |percent: u64| entities * percent / 100;
        match kind {
            Kind::User => FEWEST_USERS.max(entities / ENTITIES_OF_USER),
            Kind::WrapUpCode => 6,
            Kind::Organization => share(6),
            Kind::Contact | Kind::Person | Kind::Employer => share(60),
            Kind::Relationship => share(9),
            // The rest, so that all are exactly as many as were asked for.
            Kind::Note => entities - share(6) - share(60) - share(9),
            Kind::Interaction => entities / 2,
        }
    }

    /// The numbers of the records of a kind in a batch.
    pub fn of_batch(&self, kind: Kind, batch: u64) -> Range<u64> {
        let count = self.count(kind);
        batch * count / self.batches..(batch + 1) * count / self.batches
    }

    /// The batch of a record.
    pub fn batch_of(&self, kind: Kind, number: u64) -> u64 {
        ((number + 1) * self.batches - 1) / self.count(kind).max(1)
    }

    /// The number of managed entities of the batches before one.
    pub fn entities_before(&self, batch: u64) -> u64 {
        [Kind::Organization, Kind::Contact, Kind::Relationship, Kind::Note]
            .map(|kind| self.of_batch(kind, batch).start)
            .iter()
            .sum()
    }
}

/// All that generated records follow from.
pub struct World {
    /// The seed, with the total.
    seed: u64,
    /// The numbers of all records.
    pub totals: Totals,
    /// The texts of the demo.
    pub content: Content,
    /// Names of people.
    pub names: Names,
    /// Places.
    pub cities: Cities,
    /// Job titles.
    pub titles: Ranked,
}

impl World {
    /// Creates the world of a seed and a number of entities.
    pub fn new(seed: u64, entities: u64) -> Self {
        let content = Content::read();
        Self {
            seed: mixed(mixed(seed) ^ entities),
            totals: Totals::of(entities),
            names: Names::read(include_str!("../names.txt"), EVENNESS),
            cities: Cities::read(),
            titles: Ranked::new(content.titles.clone(), 2.0),
            content,
        }
    }

    /// Returns the chance of a record.
    pub fn rng(&self, kind: Kind, number: u64) -> Rng {
        Rng::with_seed(mixed(mixed(self.seed ^ kind as u64) ^ number))
    }

    /// Returns the time of a record: they follow each other from day to day, at working hours.
    pub fn instant(&self, kind: Kind, number: u64) -> DateTime<Utc> {
        let day = number * DAYS / self.totals.count(kind).max(1);
        let chance = mixed(self.seed ^ mixed(number).rotate_left(kind as u32 + 1));
        let seconds = 25_200 + chance % 43_200;
        let at = START + i64::try_from(day * 86_400 + seconds).unwrap_or_default();
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
        let micros = i64::try_from(chance >> 44).unwrap_or_default() % 1_000_000;
        let rests = match at.weekday() {
            Weekday::Sat => 1,
            Weekday::Sun => 2,
            _ => 0,
        };
        at - TimeDelta::days(rests) + TimeDelta::microseconds(micros)
    }

    /// Returns the id of a record.
    pub fn id<I: TypedId>(&self, kind: Kind, number: u64) -> I {
        let millis = u64::try_from(self.instant(kind, number).timestamp_millis()).unwrap_or_default();
        let mut bytes = [0; 10];
        Rng::with_seed(mixed(mixed(!self.seed ^ kind as u64) ^ number)).fill(&mut bytes);
        I::from_uuid(Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// Returns a user. The first ones do the most.
    pub fn user(&self, rng: &mut Rng) -> UserId {
        self.id(Kind::User, skewed(self.totals.count(Kind::User), 1.6, rng))
    }

    /// Returns a wrap-up code.
    pub fn wrap_up_code(&self, rng: &mut Rng) -> WrapUpCodeId {
        let count = self.totals.count(Kind::WrapUpCode);
        self.id(Kind::WrapUpCode, skewed(count, 1.8, rng))
    }

    /// Returns the data of a record that was made at its time, but not before `earliest`. A third were changed since.
    pub fn record(&self, kind: Kind, number: u64, earliest: DateTime<Utc>, rng: &mut Rng) -> Record {
        let at = self.instant(kind, number).max(earliest);
        let mut record = Record::new(at, Some(self.user(rng)));
        if rng.u8(0..100) < 30 {
            let changed = at + TimeDelta::minutes(rng.i64(5..200_000));
            record.touch(changed.min(end()).max(at), Some(self.user(rng)));
            record.version += i32::from(rng.u8(0..4) * rng.u8(0..2));
        }
        record
    }
}

/// Returns the end of the five years.
pub fn end() -> DateTime<Utc> {
    let days = i64::try_from(DAYS).unwrap_or_default();
    DateTime::from_timestamp(START + days * 86_400, 0).unwrap_or_default()
}

/// Returns a number below `count`: the first ones the more often, the greater the exponent.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are far below 2^52, and the product is not negative"
)]
pub fn skewed(count: u64, exponent: f64, rng: &mut Rng) -> u64 {
    let place = (rng.f64().powf(exponent) * count as f64) as u64;
    place.min(count.saturating_sub(1))
}

/// Returns a number in which every bit depends on every bit of the given one (the finalizer of `SplitMix64`).
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 5] = [
        Kind::Organization,
        Kind::Contact,
        Kind::Relationship,
        Kind::Note,
        Kind::Interaction,
    ];

    #[test]
    fn ten_million_entities_are_divided_as_documented() {
        let totals = Totals::of(10_000_000);
        assert_eq!(
            KINDS.map(|kind| totals.count(kind)),
            [600_000, 6_000_000, 900_000, 2_500_000, 5_000_000]
        );
        assert_eq!((totals.batches, totals.count(Kind::User)), (1000, 2000));
        assert_eq!(totals.entities_before(1000), 10_000_000);
    }

    #[test]
    fn each_record_is_in_one_batch() {
        for entities in [100, 101, 1_234, 30_000, 600_001] {
            let totals = Totals::of(entities);
            assert_eq!(totals.entities_before(totals.batches), entities);
            for kind in KINDS {
                let mut next = 0;
                for batch in 0..totals.batches {
                    let numbers = totals.of_batch(kind, batch);
                    assert_eq!(numbers.start, next);
                    next = numbers.end;
                    for number in [numbers.start, numbers.end.saturating_sub(1)] {
                        if numbers.contains(&number) {
                            assert_eq!(totals.batch_of(kind, number), batch, "{entities} {number}");
                        }
                    }
                }
                assert_eq!(next, totals.count(kind));
            }
        }
    }
}
