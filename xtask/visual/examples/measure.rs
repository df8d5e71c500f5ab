//! What `scripts/bench-visual` measures: `measure generate DIR` draws pairs of pictures, `measure compare OLD NEW [OUT]` compares
//! two files or folders and prints the counts.

use std::path::{Path, PathBuf};

use xtask_core::config::Config;
use xtask_core::files;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};
use xtask_visual::diff::{Picture, Pixel};
use xtask_visual::{Options, compare_paths};

#[expect(clippy::print_stderr, reason = "an example is a program of its own")]
fn main() -> std::process::ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match run(&arguments) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[PathBuf]) -> Result<()> {
    let names: Vec<&str> = arguments.iter().filter_map(|it| it.to_str()).collect();
    match names[..] {
        ["generate", folder] => generate(Path::new(folder)),
        ["compare", old, new] => compare(Path::new(old), Path::new(new), None),
        ["compare", old, new, out] => compare(Path::new(old), Path::new(new), Some(out.into())),
        _ => Err(Problem::usage("measure generate DIR | measure compare OLD NEW [OUT]")),
    }
}

#[expect(clippy::print_stdout, reason = "an example is a program of its own")]
fn compare(old: &Path, new: &Path, out: Option<PathBuf>) -> Result<()> {
    let cx = Context::new(PathBuf::from("."), None, Config::default());
    let options = Options { out, ..Options::default() };
    let comparison = compare_paths(&cx, old, new, &options)?;
    let changed: u64 =
        comparison.pairs.iter().filter_map(|pair| Some(pair.difference.as_ref()?.changed)).sum();
    println!("{}; {changed} pixels changed", comparison.summary());
    Ok(())
}

fn generate(folder: &Path) -> Result<()> {
    for (name, width, height) in [("page", 1280, 800), ("screen", 3840, 2160), ("long", 1280, 12_000)] {
        let old = page(width, height, 0);
        files::write(&folder.join(format!("{name}.old.png")), &old.to_png())?;
        files::write(&folder.join(format!("{name}.new.png")), &page(width, height, 1).to_png())?;
    }
    for (name, seed) in [("old", 1), ("new", 2)] {
        let noise = paint(7680, 4320, |x, y| shade(x, y, seed));
        files::write(&folder.join(format!("noise.{name}.png")), &noise.to_png())?;
    }
    for index in 0..200_u32 {
        let picture = page(1280, 800, 100 + index);
        let mut other = picture.clone();
        if index % 40 == 7 {
            other = page(1280, 800, 500 + index);
        } else if index % 2 == 0 {
            // The same pixels in other bytes.
            other.set(0, 0, [1, 2, 3, 255]);
            files::write(&folder.join(format!("many.new/{index}.png")), &other.to_png())?;
            other.set(0, 0, picture.get(0, 0));
            let mut recoded = other.to_png();
            recoded.splice(33..33, TEXT.iter().copied());
            files::write(&folder.join(format!("many.new/{index}.png")), &recoded)?;
            files::write(&folder.join(format!("many.old/{index}.png")), &picture.to_png())?;
            continue;
        }
        files::write(&folder.join(format!("many.new/{index}.png")), &other.to_png())?;
        files::write(&folder.join(format!("many.old/{index}.png")), &picture.to_png())?;
    }
    Ok(())
}

/// A text chunk `a` = `b`, with its checksum.
const TEXT: &[u8] = b"\0\0\0\x03tEXta\0b\xdcI\xa2;";

fn paint(width: u32, height: u32, colour: impl Fn(u32, u32) -> Pixel) -> Picture {
    let mut picture = Picture::filled(width, height, [255; 4]);
    for y in 0..height {
        for (x, pixel) in picture.row_mut(y).iter_mut().enumerate() {
            *pixel = colour(x as u32, y);
        }
    }
    picture
}

/// A number that looks random and is always the same.
fn scatter(x: u32, y: u32, seed: u32) -> u32 {
    let mut value =
        x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    value ^= value >> 15;
    value = value.wrapping_mul(0x2c1b_3c6d);
    value ^ value >> 12
}

fn shade(x: u32, y: u32, seed: u32) -> Pixel {
    let [red, green, blue, _] = scatter(x, y, seed).to_le_bytes();
    [red, green, blue, 255]
}

/// A page of text-like lines, boxes and a photograph; some lines differ by the seed.
fn page(width: u32, height: u32, seed: u32) -> Picture {
    paint(width, height, |x, y| {
        if y < 48 {
            return [30, 34, 46, 255];
        }
        if x < width / 6 {
            return if y / 40 % 2 == 0 { [240, 242, 247, 255] } else { [232, 235, 242, 255] };
        }
        if (200..400).contains(&(y % 1000)) && x > width * 2 / 3 {
            let grain = (scatter(x, y, 9) & 15) as u8;
            return [(x / 8) as u8 ^ grain, (y / 4) as u8, 120 + grain, 255];
        }
        let (line, row) = (y / 22, y % 22);
        let is_changed = line % 23 == 5;
        let cell = scatter(x / 9, line, if is_changed { seed } else { 0 });
        let has_ink = row > 4 && row < 17 && !cell.is_multiple_of(5) && (cell >> (x % 9 + row % 7)) & 1 == 1;
        if has_ink { [40, 44, 52, 255] } else { [255; 4] }
    })
}
