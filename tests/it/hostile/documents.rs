//! Edited documents: the recorded operations with tokens removed, repeated, exchanged and put in.

use super::edit::{edit_text, text_edits};
use super::variables::seeds;
use super::{World, fuzz};

use proptest::prelude::*;

#[test]
fn an_edited_document_is_answered_in_order() {
    let world = World::open();
    let seeds = seeds(&world);
    let cases = (any::<prop::sample::Index>(), text_edits());

    fuzz("documents", &cases, |(at, edits)| {
        let (query, variables) = at.get(&seeds);
        world.ask(&edit_text(query, &edits), variables)
    });
}
