//! The second reading: how well each band explains what is in it, column by column, and how far it reaches.

use super::super::compare::{DiffError, unreadable};
use super::super::source::Pixel;
use super::Pictures;
use super::band::{Band, Gap};
use super::lane::Lane;
use super::layout::{Layout, pieces};
use super::trace::{STRIPS, columns_of};
use crate::diff::{RowSource, Side, Size};

/// A band must leave at most this share of what differs in place unexplained.
const UNEXPLAINED: f64 = 0.5;

/// How a band was found to be.
struct Surveyed {
    /// Columns that are better explained by the row in the same place: a sidebar that stays.
    stays: Vec<bool>,
    explains: bool,
}

/// Reads both pictures again and lays the new one out as stretches of the old one; nothing where no band explains anything.
pub(super) fn survey(
    mut bands: Vec<Band>,
    old_size: Size,
    new_size: Size,
    pictures: &dyn Pictures,
) -> Result<Option<Layout>, DiffError> {
    loop {
        if bands.is_empty() {
            return Ok(None);
        }
        let gaps = Gap::all(&bands, old_size.height, new_size.height);
        let mut reading = Reading::new(pictures, old_size, new_size)?;
        let mut found: Vec<Surveyed> = Vec::with_capacity(bands.len());
        let mut costs = Vec::with_capacity(gaps.len());
        for (at, gap) in gaps.iter().enumerate() {
            let before = at.checked_sub(1).map_or(0, |before| bands[before].by);
            let behind = bands.get(at).copied();
            costs.push(reading.gap(at, gap, before, behind)?);
            if let Some(band) = behind {
                found.push(reading.band(at, band)?);
            }
        }
        if found.iter().all(|found| found.explains) {
            return Ok(Some(laid_out(&bands, &gaps, &costs, found, old_size.height)));
        }
        let mut keep = found.iter().map(|found| found.explains);
        bands.retain(|_| keep.next().unwrap_or(false));
    }
}

/// How much each row of a gap differs, strip by strip: as part of the band before, and of the band behind.
#[derive(Default)]
struct Costs {
    before: Vec<[u32; STRIPS]>,
    behind: Vec<[u32; STRIPS]>,
}

struct Reading<'a> {
    new: Box<dyn RowSource + 'a>,
    row: Vec<Pixel>,
    in_place: Lane<'a>,
    /// Two readings at other places: that of a band, and that of the one before it.
    lanes: [Lane<'a>; 2],
    old_height: u32,
    width: usize,
}

impl<'a> Reading<'a> {
    fn new(pictures: &'a dyn Pictures, old_size: Size, new_size: Size) -> Result<Self, DiffError> {
        let new = pictures.open(Side::New).map_err(unreadable(Side::New))?;
        let row = vec![[0; 4]; new_size.width as usize];
        let width = old_size.width.min(new_size.width) as usize;
        let lane = || Lane::new(pictures);
        Ok(Self { new, row, in_place: lane(), lanes: [lane(), lane()], old_height: old_size.height, width })
    }

    fn gap(&mut self, at: usize, gap: &Gap, before: i64, behind: Option<Band>) -> Result<Costs, DiffError> {
        let (length, common) = (gap.to - gap.from, gap.common());
        let mut costs = Costs::default();
        for index in 0..length {
            self.new.read_row(&mut self.row).map_err(unreadable(Side::New))?;
            let row = &self.row[..self.width];
            let mut one = [0; STRIPS];
            if index < common {
                let y = gap.old_from + index;
                let lane = if before == 0 { &mut self.in_place } else { &mut self.lanes[(at + 1) % 2] };
                one = differing(row, &lane.row(y).map_err(unreadable(Side::Old))?[..self.width]);
            }
            let mut two = [0; STRIPS];
            if behind.is_some() && index >= length - common {
                let y = gap.old_to - (length - index);
                two =
                    differing(row, &self.lanes[at % 2].row(y).map_err(unreadable(Side::Old))?[..self.width]);
            }
            costs.before.push(one);
            costs.behind.push(two);
        }
        Ok(costs)
    }

    fn band(&mut self, at: usize, band: Band) -> Result<Surveyed, DiffError> {
        let mut in_place = vec![0_u64; self.width];
        let mut moved = in_place.clone();
        for y in band.from..band.to {
            self.new.read_row(&mut self.row).map_err(unreadable(Side::New))?;
            let row = &self.row[..self.width];
            count(
                row,
                &self.lanes[at % 2].row(band.old(y)).map_err(unreadable(Side::Old))?[..self.width],
                &mut moved,
            );
            if y < self.old_height {
                count(
                    row,
                    &self.in_place.row(y).map_err(unreadable(Side::Old))?[..self.width],
                    &mut in_place,
                );
            } else {
                for count in &mut in_place {
                    *count += 1;
                }
            }
        }
        let stays: Vec<bool> =
            in_place.iter().zip(&moved).map(|(in_place, moved)| in_place < moved).collect();
        let differs: u64 = in_place.iter().sum();
        let left: u64 = in_place.iter().zip(&moved).map(|(in_place, moved)| in_place.min(moved)).sum();
        Ok(Surveyed { stays, explains: left as f64 <= differs as f64 * UNEXPLAINED && differs > 0 })
    }
}

/// How many pixels of each strip differ.
fn differing(one: &[Pixel], two: &[Pixel]) -> [u32; STRIPS] {
    std::array::from_fn(|strip| {
        let columns = columns_of(strip, one.len());
        let (one, two) = (&one[columns.clone()], &two[columns]);
        if one.as_flattened() == two.as_flattened() {
            return 0;
        }
        one.iter().zip(two).map(|(one, two)| u32::from(one != two)).sum()
    })
}

/// Counts up the columns that differ.
fn count(one: &[Pixel], two: &[Pixel], counts: &mut [u64]) {
    if one.as_flattened() == two.as_flattened() {
        return;
    }
    for (count, (one, two)) in counts.iter_mut().zip(one.iter().zip(two)) {
        *count += u64::from(one != two);
    }
}

/// The new picture from the top down, as pieces.
fn laid_out(bands: &[Band], gaps: &[Gap], costs: &[Costs], found: Vec<Surveyed>, old_height: u32) -> Layout {
    let pieces = pieces(bands, gaps, |at, gap| {
        // Strips that mostly stay say nothing of where the others belong.
        let stays = &found[at].stays;
        let moves: [bool; STRIPS] = std::array::from_fn(|strip| {
            let columns = columns_of(strip, stays.len());
            let length = columns.len();
            stays[columns].iter().filter(|stays| **stays).count() * 2 <= length
        });
        let total = |rows: &[[u32; STRIPS]]| -> Vec<u64> {
            let row = |strips: &[u32; STRIPS]| {
                strips.iter().zip(moves).filter(|(_, moves)| *moves).map(|(count, _)| u64::from(*count)).sum()
            };
            rows.iter().map(row).collect()
        };
        gap.split(&total(&costs[at].before), &total(&costs[at].behind))
    });
    Layout { pieces, stays: found.into_iter().map(|found| found.stays).collect(), old_height }
}
