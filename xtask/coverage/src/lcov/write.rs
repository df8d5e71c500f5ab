//! Writing: sorted, the same bytes for the same map on any machine.

use std::io::{Result, Write};

use crate::map::{CoverageMap, Totals};

/// Writes the map as a tracefile, with paths relative to the repository's top.
pub fn write(map: &CoverageMap, out: &mut (impl Write + ?Sized)) -> Result<()> {
    for (path, lines) in map.files() {
        out.write_all(b"SF:")?;
        out.write_all(path.as_bytes())?;
        out.write_all(b"\n")?;
        for (line, hits) in lines {
            writeln!(out, "DA:{line},{hits}")?;
        }
        let Totals { lines, covered } = Totals::of(lines);
        writeln!(out, "LF:{lines}\nLH:{covered}\nend_of_record")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_sorted_and_counted() {
        let mut map = CoverageMap::default();
        map.add(&"b.rs".into(), 7, 2);
        map.add(&"b.rs".into(), 3, 0);
        map.know("a.rs".into());
        let mut bytes = Vec::new();
        write(&map, &mut bytes).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "SF:a.rs\nLF:0\nLH:0\nend_of_record\nSF:b.rs\nDA:3,0\nDA:7,2\nLF:2\nLH:1\nend_of_record\n"
        );
    }
}
