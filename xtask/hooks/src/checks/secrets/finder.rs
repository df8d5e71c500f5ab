//! Finding many short literals at once: an Aho-Corasick automaton that walks a file at four places side by side. A single walk
//! waits at each byte for the state that the byte before gave; four have something to do meanwhile.

use std::ops::Range;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind, StartKind};

/// A literal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Its place in the list of literals.
    pub(super) literal: usize,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// The automaton.
pub(super) struct Finder {
    automaton: DFA,
    start: StateID,
    longest: usize,
}

/// Below this, a file is walked in one go.
const WORTH_SPLITTING: usize = 1 << 10;

impl Finder {
    /// Finds these literals.
    pub(super) fn new(literals: &[&str]) -> Self {
        let automaton = DFA::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false)
            .build(literals)
            .expect("two hundred short literals are far below the automaton's limits");
        let start = automaton.start_state(Anchored::No).expect("built for searches that aren't anchored");
        let longest = literals.iter().map(|literal| literal.len()).max().unwrap_or(1);
        Self { automaton, start, longest }
    }

    /// All places where a literal lies that ends in `within`, those that overlap too, in the order of their ends.
    pub(super) fn find(&self, bytes: &[u8], within: Range<usize>) -> Vec<Match> {
        let (from, block) = (within.start, &bytes[within]);
        if block.len() < WORTH_SPLITTING {
            let mut found = Vec::new();
            self.walk(self.lead_in(bytes, from), block, from, &mut found);
            return found;
        }
        let share = block.len() / 4;
        let starts = [0, share, 2 * share, 3 * share];
        let [a, b, c, d] = starts.map(|start| &block[start..start + share]);
        let mut states = starts.map(|start| self.lead_in(bytes, from + start));
        let mut found = [const { Vec::new() }; 4];
        for (at, (((&a, &b), &c), &d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
            states = [
                self.next(states[0], a),
                self.next(states[1], b),
                self.next(states[2], c),
                self.next(states[3], d),
            ];
            if states.iter().any(|&state| self.automaton.is_special(state)) {
                for ((start, state), found) in starts.iter().zip(states).zip(&mut found) {
                    self.report(state, from + start + at + 1, found);
                }
            }
        }
        self.walk(states[3], &block[4 * share..], from + 4 * share, &mut found[3]);
        found.concat()
    }

    fn next(&self, state: StateID, byte: u8) -> StateID {
        self.automaton.next_state(Anchored::No, state, byte)
    }

    /// The state in which a walk that began at the start comes to `from`: no literal is longer than what is read again.
    fn lead_in(&self, bytes: &[u8], from: usize) -> StateID {
        let before = &bytes[from.saturating_sub(self.longest)..from];
        before.iter().fold(self.start, |state, &byte| self.next(state, byte))
    }

    fn walk(&self, mut state: StateID, bytes: &[u8], from: usize, found: &mut Vec<Match>) {
        for (at, &byte) in bytes.iter().enumerate() {
            state = self.next(state, byte);
            if self.automaton.is_special(state) {
                self.report(state, from + at + 1, found);
            }
        }
    }

    #[cold]
    fn report(&self, state: StateID, end: usize, found: &mut Vec<Match>) {
        if !self.automaton.is_match(state) {
            return;
        }
        for at in 0..self.automaton.match_len(state) {
            let pattern = self.automaton.match_pattern(state, at);
            let start = end - self.automaton.pattern_len(pattern);
            found.push(Match { literal: pattern.as_usize(), start, end });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LITERALS: [&str; 5] = ["ab", "abc", "bca", "://", "caab"];

    /// The same, the slow way.
    fn expected(bytes: &[u8]) -> Vec<Match> {
        let mut all: Vec<Match> = (0..LITERALS.len())
            .flat_map(|literal| (0..bytes.len()).map(move |start| (literal, start)))
            .filter(|&(literal, start)| bytes[start..].starts_with(LITERALS[literal].as_bytes()))
            .map(|(literal, start)| Match { literal, start, end: start + LITERALS[literal].len() })
            .collect();
        all.sort_by_key(|found| (found.end, found.start));
        all
    }

    proptest! {
        /// Wherever the borders of the blocks and of the four walks lie.
        #[test]
        fn every_literal_is_found_once(text in "(ab|abc|bca|://|caab|[abcx]){0,24}", repeat in 1_usize..200, cut in 0_usize..4, block in proptest::option::of(1_usize..3000)) {
            let text = text.repeat(repeat);
            let bytes = &text.as_bytes()[..text.len().saturating_sub(cut)];
            let finder = Finder::new(&LITERALS);
            let block = block.unwrap_or(bytes.len().max(1));
            let mut found = Vec::new();
            for from in (0..bytes.len()).step_by(block) {
                found.extend(finder.find(bytes, from..bytes.len().min(from + block)));
            }
            prop_assert!(found.is_sorted_by_key(|found| found.end));
            found.sort_by_key(|found| (found.end, found.start));
            prop_assert_eq!(found, expected(bytes));
        }
    }
}
