//! Which fixing commands may run side by side: those that share no file.

use std::collections::BTreeSet;

use xtask_core::model::RepoPath;

/// The files that a command may change.
pub(crate) enum Reach<'a> {
    /// Those that it is given.
    Files(BTreeSet<&'a RepoPath>),
    /// Any: it isn't given files.
    All,
}

impl Reach<'_> {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Files(one), Self::Files(two)) => !one.is_disjoint(two),
            _ => true,
        }
    }
}

/// The waves in which commands of this reach run, as places in the list: each command in the first wave after all earlier ones that
/// it shares a file with.
pub(crate) fn waves(reaches: &[Reach<'_>]) -> Vec<Vec<usize>> {
    let mut wave_of = Vec::with_capacity(reaches.len());
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (at, reach) in reaches.iter().enumerate() {
        let earlier = reaches[..at].iter().zip(&wave_of).filter(|(other, _)| reach.meets(other));
        let wave = earlier.map(|(_, wave)| wave + 1).max().unwrap_or(0);
        wave_of.push(wave);
        if waves.len() == wave {
            waves.push(Vec::new());
        }
        waves[wave].push(at);
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_share_files_run_in_their_order() {
        let paths: Vec<RepoPath> = ["a", "b", "c"].map(RepoPath::from).into();
        let reach = |places: &[usize]| match places {
            [] => Reach::All,
            _ => Reach::Files(places.iter().map(|&at| &paths[at]).collect()),
        };
        for (given, expected) in [
            (vec![], vec![]),
            (vec![&[0][..], &[1]], vec![vec![0, 1]]),
            (vec![&[0], &[0, 1], &[1], &[2]], vec![vec![0, 3], vec![1], vec![2]]),
            (vec![&[0], &[], &[1]], vec![vec![0], vec![1], vec![2]]),
        ] {
            let reaches: Vec<Reach<'_>> = given.iter().map(|places| reach(places)).collect();
            assert_eq!(waves(&reaches), expected, "{given:?}");
        }
    }
}
