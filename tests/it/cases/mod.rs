//! Small inputs of real people and programs, each with the answer that is right for it.

mod keys;
