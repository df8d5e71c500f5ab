//! Which moves the hashes speak for: a hash that is rare in both pictures says by how much its place may have moved. Where a
//! page repeats itself some of these votes are wrong, but only those of the true move agree over long stretches.

use super::band::Band;

/// Hashes that follow each other are also taken together, so many: single rows of a table may repeat, a stretch seldom does.
const STRETCH: usize = 8;
/// Votes for the same move with at most so many others between them are one band.
const GAP: u32 = 64;
/// A band needs this many places that vote for it: fewer come about by chance.
const MIN_PLACES: u32 = 3;
/// A hash that one picture has more often says nothing.
const RARE: usize = 4;
/// With so many votes only hashes that each picture has once are still heard: memory stays bounded.
const MANY: usize = 1_000_000;
/// Bands that speak for less than this part (a quarter) of the places that differ don't explain them: reading the pictures
/// again wouldn't pay.
const ENOUGH: u64 = 4;
/// The most bands that are weighed against each other.
const MAX_BANDS: usize = 400;

/// A place and the hash of what is there.
pub(super) type Noted = (u32, u32);

/// Collects votes.
#[derive(Default)]
pub(super) struct Votes(Vec<Vote>);

/// By how much, which place of the new picture, and how many places from there on speak together.
type Vote = (i64, u32, u32);

impl Votes {
    /// Adds the votes of one strip: places from low to high, hashes of 0 left out.
    pub(super) fn add(&mut self, old: &[Noted], new: &[Noted]) {
        let single = |noted: &[Noted]| noted.iter().map(|&(at, hash)| (u64::from(hash), at)).collect();
        self.vote(single(old), single(new), 1);
        self.vote(stretches(old), stretches(new), STRETCH as u32);
    }

    /// Each pair of places with the same hash votes, where the hash is rare in both pictures.
    fn vote(&mut self, mut old: Vec<(u64, u32)>, mut new: Vec<(u64, u32)>, length: u32) {
        let same = |one: &(u64, u32), two: &(u64, u32)| one.0 == two.0;
        old.sort_unstable();
        new.sort_unstable();
        let mut rest = new.chunk_by(same).peekable();
        for from in old.chunk_by(same) {
            while rest.next_if(|to| to[0].0 < from[0].0).is_some() {}
            let Some(to) = rest.next_if(|to| to[0].0 == from[0].0) else { continue };
            let most = if self.0.len() < MANY { RARE } else { 1 };
            if from.len() > most || to.len() > most {
                continue;
            }
            for (from, to) in from.iter().flat_map(|from| to.iter().map(|to| (from.1, to.1))) {
                if from != to {
                    self.0.push((i64::from(to) - i64::from(from), to, length));
                }
            }
        }
    }

    /// The bands that are voted for and that can be true at once: in the order in which they lie in both pictures. `differ` is
    /// how many places differ: where the bands speak for too few of them, there are none.
    pub(super) fn bands(mut self, differ: usize) -> Vec<Band> {
        self.0.sort_unstable();
        let mut bands: Vec<Voted> = Vec::new();
        for (by, at, length) in self.0 {
            let end = at + length;
            match bands.last_mut() {
                Some(last) if last.band.by == by && at <= last.band.to + GAP => {
                    last.places += end.saturating_sub(at.max(last.band.to));
                    last.votes += 1;
                    last.band.to = last.band.to.max(end);
                }
                _ => bands.push(Voted { band: Band { from: at, to: end, by }, votes: 1, places: length }),
            }
        }
        bands.retain(|voted| voted.places >= MIN_PLACES);
        bands.sort_by_key(|voted| (std::cmp::Reverse(voted.votes), voted.band.from, voted.band.by));
        bands.truncate(MAX_BANDS);
        let chain = best_chain(bands);
        let places: u64 = chain.iter().map(|voted| u64::from(voted.places)).sum();
        if places * ENOUGH < differ as u64 {
            return Vec::new();
        }
        chain.into_iter().map(|voted| voted.band).collect()
    }
}

#[derive(Clone, Copy)]
struct Voted {
    band: Band,
    votes: u64,
    places: u32,
}

/// The chain with most votes of bands that follow each other in both pictures.
fn best_chain(mut bands: Vec<Voted>) -> Vec<Voted> {
    bands.sort_by_key(|voted| (voted.band.from, voted.band.to, voted.band.by));
    let mut best: Vec<(u64, Option<usize>)> = Vec::with_capacity(bands.len());
    for (at, voted) in bands.iter().enumerate() {
        let before = (0..at)
            .filter(|&other| bands[other].band.is_before(&voted.band))
            .max_by_key(|&other| (best[other].0, std::cmp::Reverse(other)));
        best.push((voted.votes + before.map_or(0, |other| best[other].0), before));
    }
    let mut next = (0..bands.len()).max_by_key(|&at| (best[at].0, std::cmp::Reverse(at)));
    let mut chain = Vec::new();
    while let Some(at) = next {
        chain.push(bands[at]);
        next = best[at].1;
    }
    chain.reverse();
    chain
}

/// Each place with the hash of it and those that follow, where they follow without a gap.
fn stretches(noted: &[Noted]) -> Vec<(u64, u32)> {
    noted
        .windows(STRETCH)
        .filter(|stretch| stretch[STRETCH - 1].0 - stretch[0].0 == STRETCH as u32 - 1)
        .map(|stretch| {
            (
                stretch.iter().fold(1, |state, &(_, hash)| super::trace::mixed(state, u64::from(hash))),
                stretch[0].0,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bands(old: &[u32], new: &[u32]) -> Vec<(u32, u32, i64)> {
        let noted = |all: &[u32]| -> Vec<Noted> {
            all.iter().enumerate().map(|(at, &hash)| (at as u32, hash)).collect()
        };
        let mut votes = Votes::default();
        votes.add(&noted(old), &noted(new));
        votes.bands(new.len()).into_iter().map(|band| (band.from, band.to, band.by)).collect()
    }

    #[test]
    fn what_is_inserted_moves_the_rest() {
        let old: Vec<u32> = (1..=20).collect();
        let new: Vec<u32> = (1..=5).chain(100..103).chain(6..=20).collect();
        assert_eq!(bands(&old, &new), [(8, 23, 3)]);
        assert_eq!(bands(&new, &old), [(5, 20, -3)]);
        assert_eq!(bands(&old, &old), []);
    }

    #[test]
    fn two_moves_follow_each_other_and_a_swap_keeps_the_larger() {
        let old: Vec<u32> = (1..=40).collect();
        let twice: Vec<u32> = (1..=5).chain(100..103).chain(6..=20).chain(200..202).chain(21..=40).collect();
        assert_eq!(bands(&old, &twice), [(8, 23, 3), (25, 45, 5)]);
        let swapped: Vec<u32> = (16..=40).chain(1..=15).collect();
        assert_eq!(bands(&old, &swapped), [(0, 25, -15)]);
    }

    #[test]
    fn chance_matches_are_no_move_and_repeated_rows_count_as_stretches() {
        assert_eq!(bands(&[1, 2, 3, 9, 9], &[5, 1, 6, 9, 9]), []);
        // Rows of three kinds in an order that never repeats for long: no row is unique, and each stretch is.
        let mut state = 1_u32;
        let mut table = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            1 + (state >> 30)
        };
        let table: Vec<u32> = (0..60).map(|_| table()).collect();
        let moved: Vec<u32> = [50; 5].into_iter().chain(table.iter().copied()).collect();
        assert_eq!(bands(&table, &moved), [(5, 65, 5)]);
    }
}
