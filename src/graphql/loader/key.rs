//! The equality of keys of loads.

/// Implements equality and hashing by the fields alone; deriving them would require the same of `T`.
macro_rules! key {
    ($name:ident of $bound:tt, |$key:ident| $parts:expr) => {
        impl<T: $bound> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                let mine = {
                    let $key = self;
                    $parts
                };
                let others = {
                    let $key = other;
                    $parts
                };
                mine == others
            }
        }

        impl<T: $bound> Eq for $name<T> {}

        impl<T: $bound> Hash for $name<T> {
            fn hash<H: Hasher>(&self, to: &mut H) {
                let $key = self;
                $parts.hash(to);
            }
        }
    };
}
pub(super) use key;
