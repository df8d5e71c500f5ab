//! Draws what the pixel diff makes of some scenes into the folder in `XTASK_VISUAL_CURRENT` (or the first argument): this
//! repository's own visual gate compares the pictures with those in `tests/visual/baseline`.
//!
//! Each picture shows the old picture, the new one and their diff side by side. Everything is computed with whole numbers, so
//! that the pictures are the same on every machine.

use std::path::PathBuf;

use xtask_core::environment::Environment;
use xtask_core::files;
use xtask_core::model::{Problem, Result};
use xtask_visual::diff::{Antialias, Difference, NoSink, Picture, Pixel, Rect, Rules, compare};

use canvas::{Canvas, beside};

mod canvas;

const PAPER: Pixel = [250, 250, 252, 255];
const INK: Pixel = [33, 37, 48, 255];
const LINE: Pixel = [214, 218, 228, 255];
const BLUE: Pixel = [52, 101, 224, 255];
const GREEN: Pixel = [38, 150, 100, 255];
const SOFT: Pixel = [236, 239, 246, 255];

fn main() -> std::process::ExitCode {
    match draw_all() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(problem) => {
            #[expect(clippy::print_stderr, reason = "an example is a program of its own")]
            {
                eprintln!("{problem}");
            }
            std::process::ExitCode::FAILURE
        }
    }
}

fn draw_all() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .or_else(|| Environment::of_process().path("XTASK_VISUAL_CURRENT"))
        .ok_or_else(|| {
            Problem::usage("no folder to draw into")
                .fix("set XTASK_VISUAL_CURRENT, or give it as an argument")
        })?;
    for (name, picture) in [
        ("form", form()),
        ("antialiasing-ignored", shifted_discs(Antialias::Ignore)),
        ("antialiasing-counted", shifted_discs(Antialias::Count)),
        ("gradient", gradient()),
        ("transparency", transparency()),
        ("masked", masked()),
        ("taller", taller()),
    ] {
        files::write(&folder.join(format!("{name}.png")), &picture?.to_png())?;
    }
    Ok(())
}

/// Old, new and diff side by side; regions are outlined in the new picture's copy.
fn shown(old: &Picture, new: &Picture, rules: &Rules) -> Result<Picture> {
    let difference = compare(&mut old.rows(), &mut new.rows(), rules, &mut NoSink)
        .map_err(|why| Problem::invalid("can't compare").why(why))?;
    let diff = canvas::diff_picture(old, new, rules)?;
    Ok(beside(&[old, &outlined(new, &difference), &diff]))
}

fn outlined(new: &Picture, difference: &Difference) -> Picture {
    let mut canvas = Canvas::of(new.clone());
    for region in &difference.regions {
        canvas.outline(region.x, region.y, region.width, region.height, [230, 80, 40, 255]);
    }
    canvas.into_picture()
}

/// A login form: a heading, two fields and a button.
fn page(height: u32, top: u32, button: Pixel) -> Canvas {
    let mut canvas = Canvas::new(150, height, PAPER);
    canvas.bar(0, 0, 150, 18, INK);
    canvas.words(8, 6, &[14, 22], [255; 4]);
    canvas.words(16, top, &[30, 12, 26], INK);
    for field in [0, 30] {
        canvas.words(16, top + 16 + field, &[18, 8], [120, 126, 140, 255]);
        canvas.rounded(16, top + 23 + field, 118, 15, 3, LINE);
        canvas.rounded(17, top + 24 + field, 116, 13, 2, [255; 4]);
    }
    canvas.rounded(16, top + 80, 56, 17, 5, button);
    canvas.words(27, top + 86, &[20, 12], [255; 4]);
    canvas
}

fn form() -> Result<Picture> {
    let old = page(140, 30, BLUE);
    let mut new = page(140, 30, GREEN);
    new.words(84, 116, &[16, 22, 6], [200, 60, 60, 255]);
    shown(&old.into_picture(), &new.into_picture(), &Rules::default())
}

/// Discs whose edges alone differ: they moved by a fraction of a pixel.
fn shifted_discs(antialias: Antialias) -> Result<Picture> {
    let draw = |by: i32| {
        let mut canvas = Canvas::new(132, 80, PAPER);
        for (index, colour) in [BLUE, GREEN, INK].into_iter().enumerate() {
            canvas.disc(16 * (20 + 42 * index as i32) + by, 16 * 28, 16 * (8 + 3 * index as i32), colour);
        }
        canvas.words(14, 62, &[12, 20, 9, 30], INK);
        canvas.into_picture()
    };
    shown(&draw(0), &draw(6), &Rules { antialias, ..Rules::default() })
}

/// A gradient of which a part is a little lighter: under the threshold at one end, above it at the other.
fn gradient() -> Result<Picture> {
    let draw = |most: u32| {
        let mut canvas = Canvas::new(128, 72, PAPER);
        for y in 8..64 {
            for x in 8..120 {
                let lighter = if (20..52).contains(&y) { most * (x - 8) / 112 } else { 0 };
                let level = |base: u32| (base + lighter).min(255) as u8;
                canvas.dot(x, y, [level(30 + x), level(60 + y), level(150), 255]);
            }
        }
        canvas.into_picture()
    };
    shown(&draw(0), &draw(60), &Rules::default())
}

/// A veil over nothing: its opacity changes, and what is quite transparent changes colour unseen.
fn transparency() -> Result<Picture> {
    let draw = |alpha: u8, unseen: Pixel| {
        let mut canvas = Canvas::new(110, 80, [0; 4]);
        canvas.bar(0, 0, 110, 14, INK);
        canvas.rounded(12, 24, 40, 40, 8, [52, 101, 224, alpha]);
        canvas.bar(62, 24, 36, 40, unseen);
        canvas.into_picture()
    };
    shown(&draw(255, [255, 0, 0, 0]), &draw(150, [0, 255, 0, 0]), &Rules::default())
}

/// A clock under a mask, and a change beside it.
fn masked() -> Result<Picture> {
    let draw = |hand: u32, words: &[u32]| {
        let mut canvas = Canvas::new(128, 72, PAPER);
        canvas.disc(16 * 36, 16 * 36, 16 * 22, SOFT);
        canvas.disc(16 * 36, 16 * 36, 16 * 3, INK);
        canvas.bar(35, 36 - hand, 3, hand, INK);
        canvas.bar(36, 35, 26 - hand, 3, INK);
        canvas.words(76, 24, words, INK);
        canvas.words(76, 34, &[10, 24], INK);
        canvas.into_picture()
    };
    let masks = vec![Rect { x: 12, y: 12, width: 49, height: 49 }];
    shown(&draw(18, &[20, 14]), &draw(8, &[8, 28]), &Rules { masks, ..Rules::default() })
}

/// A page that grew at its end.
fn taller() -> Result<Picture> {
    let old = page(136, 26, BLUE);
    let mut new = page(160, 26, BLUE);
    new.bar(0, 142, 150, 18, SOFT);
    new.words(16, 148, &[22, 16, 30], INK);
    shown(&old.into_picture(), &new.into_picture(), &Rules::default())
}
