//! lcov's tracefile (`geninfo(1)`), read and written. Only files, lines and hits count here.

mod read;
mod write;

pub use read::{Records, read};
pub use write::write;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::map::CoverageMap;
    use crate::map::tests::any_map;
    use xtask_core::model::RepoPath;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(map in any_map()) {
            prop_assume!(!map.is_empty());
            let mut bytes = Vec::new();
            write(&map, &mut bytes).unwrap();
            let mut again = CoverageMap::default();
            for (path, lines) in read("x", &bytes[..]).unwrap().files {
                again.add_file(RepoPath::new(path), lines);
            }
            prop_assert_eq!(again, map);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read("x", &bytes[..]);
        }

        #[test]
        fn a_cut_report_is_never_taken_for_a_whole_one(map in any_map(), cut in 0.0..1.0_f64) {
            prop_assume!(!map.is_empty());
            let mut bytes = Vec::new();
            write(&map, &mut bytes).unwrap();
            let at = (bytes.len() as f64 * cut) as usize;
            let whole = b"end_of_record\n";
            let ends_a_record = bytes[..at].ends_with(whole) || bytes[..at].ends_with(&whole[..whole.len() - 1]);
            prop_assert_eq!(read("x", &bytes[..at]).is_ok(), ends_a_record);
        }
    }
}
