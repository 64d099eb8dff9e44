//! The parts of rows that have the columns of several records.

/// The columns that a record is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Columns {
    /// Those with plain values. The fields with lists and other values in JSON are empty, which takes a third of the time.
    Plain,
    /// All: the record is whole.
    All,
}

/// A part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The place of the reference; `None` for the record itself.
    pub reference: Option<usize>,
    /// The columns.
    pub columns: Columns,
}

impl Part {
    /// The part of the reference at a place, or of the record itself.
    pub const fn of(reference: Option<usize>, columns: Columns) -> Self {
        Self { reference, columns }
    }

    /// Returns the number that it begins with.
    pub fn number(self) -> usize {
        let place = self.reference.map_or(0, |place| place + 1);
        place * 2 + usize::from(self.columns == Columns::All)
    }

    /// Reads the number that it begins with.
    pub const fn read(number: usize) -> Self {
        Self {
            reference: (number / 2).checked_sub(1),
            columns: if number.is_multiple_of(2) {
                Columns::Plain
            } else {
                Columns::All
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_from_their_numbers() {
        for reference in [None, Some(0), Some(2)] {
            for columns in [Columns::Plain, Columns::All] {
                let part = Part::of(reference, columns);
                assert_eq!(Part::read(part.number()), part);
            }
        }
    }
}
