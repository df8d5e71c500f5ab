//! The counts of the pixel diff against pixelmatch's own, from npm, on generated pairs; and our PNG decoder against pngjs.
//!
//! The packages are looked for in `$XTASK_REFEREES/node_modules`. Where they aren't there the tests say so, note it in the
//! file that `XTASK_SKIPPED` names, and pass.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "this is a test; what it skips, it says")]

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xtask_core::environment::Environment;
use xtask_core::exec::{Cancel, Process};
use xtask_core::files;
use xtask_visual::diff::{
    Antialias, Background, NoSink, Painter, Picture, Pixel, RowSource, Rules, Threshold, compare,
};

/// Arguments: the folder of the packages, and a file with jobs. Writes what the referees make of them as JSON.
const REFEREE: &str = r#"
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { deflateSync } from "node:zlib";
const require = createRequire(process.argv[2] + "/");
const { PNG } = require("pngjs");
const pixelmatch = (await import(pathToFileURL(require.resolve("pixelmatch")))).default;
// Noise in the seven passes of Adam7, row by row, under all filters.
const interlaced = ({ width, height, colour, depth, samples }) => {
  let seed = width * 31 + height * 7 + depth;
  const byte = () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >> 16 & 255;
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const length = Buffer.alloc(4), check = Buffer.alloc(4);
    let crc = -1;
    for (const value of body) {
      crc ^= value;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(~crc >>> 0);
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 1], 8);
  const raw = [];
  for (const [x, y, across, down] of [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]]) {
    const columns = Math.ceil((width - x) / across);
    for (let row = y; columns > 0 && row < height; row += down) {
      raw.push(row % 5);
      for (let at = 0; at < Math.ceil(columns * samples * depth / 8); at++) raw.push(byte());
    }
  }
  const palette = Buffer.from({ length: 3 << depth }, byte);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...(colour === 3 ? [chunk("PLTE", palette)] : []),
    chunk("IDAT", deflateSync(Buffer.from(raw))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};
const read = new Map();
const load = (path) => {
  if (!read.has(path)) read.set(path, PNG.sync.read(readFileSync(path)));
  return read.get(path);
};
const answers = JSON.parse(readFileSync(process.argv[3], "utf8")).map((job) => {
  if (job.interlaced) writeFileSync(job.decode, interlaced(job.interlaced));
  if (job.decode) {
    writeFileSync(job.decode + ".rgba", load(job.decode).data);
    return {};
  }
  const one = load(job.old), two = load(job.new);
  const out = Buffer.alloc(one.data.length);
  const pixels = pixelmatch(one.data, two.data, out, one.width, one.height, job.options);
  let antialiased = 0;
  for (let at = 0; at < out.length; at += 4)
    if (out[at] === 255 && out[at + 1] === 255 && out[at + 2] === 0) antialiased++;
  writeFileSync(job.painted, out);
  return { pixels, antialiased };
});
process.stdout.write(JSON.stringify(answers));
"#;

/// The folder with the referees' `node_modules`; `None`, told and noted, where they aren't there.
fn referees() -> Option<PathBuf> {
    let environment = Environment::of_process();
    let folder = environment.path("XTASK_REFEREES").unwrap_or_default();
    let is_there = |package: &str| folder.join("node_modules").join(package).is_dir();
    let why = if !is_there("pixelmatch") || !is_there("pngjs") {
        "pixelmatch and pngjs are not in $XTASK_REFEREES/node_modules"
    } else if Process::new("node").arg("--version").run(&Cancel::new()).is_err() {
        "node is not on PATH"
    } else {
        return folder.canonicalize().ok();
    };
    println!("skipped: {why}");
    if let Some(list) = environment.path("XTASK_SKIPPED") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(list);
        file.and_then(|mut file| writeln!(file, "visual_pixelmatch: {why}"))
            .expect("the list of skipped tests is writable");
    }
    None
}

/// What the referees answer to these jobs.
fn ask(referees: &Path, folder: &Path, jobs: &[Value]) -> Vec<Value> {
    let script = folder.join("referee.mjs");
    let list = folder.join("jobs.json");
    files::write(&script, REFEREE.as_bytes()).unwrap();
    files::write(&list, Value::from(jobs).to_string().as_bytes()).unwrap();
    let ended = Process::new("node").args([script.as_path(), referees, &list]).run(&Cancel::new()).unwrap();
    assert_eq!(ended.code, Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).unwrap()
}

/// Numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}

fn paint(width: u32, height: u32, mut colour: impl FnMut(u32, u32) -> Pixel) -> Picture {
    let mut picture = Picture::filled(width, height, [0; 4]);
    for y in 0..height {
        for x in 0..width {
            picture.set(x, y, colour(x, y));
        }
    }
    picture
}

/// Slanted strokes with soft edges, as text has them, moved by a fraction of a pixel.
fn strokes(width: u32, height: u32, moved: f64, ink: [u8; 3], transparent: bool) -> Picture {
    paint(width, height, |x, y| {
        let at = f64::from(x) + f64::from(y) * 0.37 + moved;
        let edge = ((at % 11.0) - 5.5).abs() - 2.2;
        let cover = (0.5 - edge).clamp(0.0, 1.0);
        if transparent {
            [ink[0], ink[1], ink[2], (cover * 255.0).round() as u8]
        } else {
            let mix = |channel: u8| (f64::from(channel) * cover + 255.0 * (1.0 - cover)).round() as u8;
            [mix(ink[0]), mix(ink[1]), mix(ink[2]), 255]
        }
    })
}

fn disc(x: f64, y: f64, radius: f64) -> Picture {
    paint(64, 64, |column, row| {
        let far = (f64::from(column) - x).hypot(f64::from(row) - y);
        let grey = ((far - radius + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8;
        [grey, grey, grey, 255]
    })
}

/// Two pictures to be compared.
struct Pair {
    name: String,
    old: Picture,
    new: Picture,
}

/// Pairs of every kind that is apt to tell one rule from another.
fn pairs() -> Vec<Pair> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut pairs = Vec::new();
    let mut add = |name: &str, old: Picture, new: Picture| {
        pairs.push(Pair { name: name.to_owned(), old, new });
    };
    for (index, moved) in [0.1, 0.5, 1.0, 3.3].into_iter().enumerate() {
        let text = |moved, ink, transparent| strokes(97, 61, moved, ink, transparent);
        add(&format!("text{index}"), text(0.0, [0; 3], false), text(moved, [0; 3], false));
        add(&format!("ink{index}"), text(0.0, [0; 3], false), text(moved, [30, 60, 200], false));
        add(&format!("veil{index}"), text(0.0, [0; 3], true), text(moved, [200, 10, 90], true));
        add(&format!("disc{index}"), disc(30.0, 31.0, 20.0), disc(30.0 + moved, 31.0, 20.0));
    }
    let gradient =
        |shift: u32| paint(130, 40, move |x, y| [(x + shift) as u8, (y * 6) as u8, 255 - x as u8, 255]);
    add("gradient", gradient(0), gradient(9));
    let fading = |shift: u32| paint(130, 40, move |x, y| [200, 100, (y * 6) as u8, (x * 2 + shift) as u8]);
    add("fading", fading(0), fading(5));
    for levels in [256, 4, 2] {
        for alpha in [false, true] {
            let mut picture = || {
                paint(70, 53, |_, _| {
                    let mut level = || (dice.below(levels) * 255 / (levels - 1)) as u8;
                    let pixel = [level(), level(), level(), level()];
                    if alpha { pixel } else { [pixel[0], pixel[1], pixel[2], 255] }
                })
            };
            let (old, new) = (picture(), picture());
            add(&format!("noise-of-{levels}-{alpha}"), old, new);
        }
    }
    for (width, height) in [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (2, 2), (3, 3), (2, 30), (4, 3)] {
        let mut picture = || {
            paint(width, height, |_, _| {
                let grey = [0, 90, 200, 255][dice.below(4) as usize];
                [grey, grey, grey, [255, 255, 255, 128][dice.below(4) as usize]]
            })
        };
        let (old, new) = (picture(), picture());
        add(&format!("tiny{width}x{height}"), old, new);
    }
    let base = strokes(60, 60, 0.0, [40, 40, 40], false);
    let mut border = base.clone();
    for at in 0..60 {
        for (x, y) in [(at, 0), (at, 59), (0, at), (59, at)] {
            let grey = dice.byte();
            border.set(x, y, [grey, grey, grey, 255]);
        }
    }
    add("border", base.clone(), border);
    let mut scattered = base.clone();
    for _ in 0..300 {
        let (x, y) = (dice.below(60) as u32, dice.below(60) as u32);
        let [red, green, blue, _] = scattered.get(x, y);
        // Small steps: many land near the threshold.
        let step = dice.below(60) as u8;
        scattered.set(x, y, [red.wrapping_add(step), green.wrapping_sub(step), blue ^ step, 255 - step / 9]);
    }
    add("scattered", base.clone(), scattered);
    add("equal", base.clone(), base);
    pairs
}

/// All options that pixelmatch has for its count.
fn all_rules() -> Vec<Rules> {
    let mut all = Vec::new();
    for threshold in [0.0, 0.05, 0.1, 0.5, 1.0] {
        for antialias in [Antialias::Ignore, Antialias::Count] {
            for background in [Background::Checkerboard, Background::White] {
                all.push(Rules {
                    threshold: Threshold::try_from(threshold).unwrap(),
                    antialias,
                    background,
                    masks: Vec::new(),
                });
            }
        }
    }
    all
}

#[test]
fn counts_and_diff_pictures_are_pixelmatch_s() {
    let Some(referees) = referees() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: String| folder.path().join(name);
    let (mut jobs, mut ours) = (Vec::new(), Vec::new());
    for Pair { name, old, new } in pairs() {
        let (old_path, new_path) = (at(format!("{name}.old.png")), at(format!("{name}.new.png")));
        files::write(&old_path, &old.to_png()).unwrap();
        files::write(&new_path, &new.to_png()).unwrap();
        for rules in all_rules() {
            let difference = compare(&mut old.rows(), &mut new.rows(), &rules, &mut NoSink).unwrap();
            let painted = at(format!("{}.rgba", jobs.len()));
            jobs.push(json!({
                "old": old_path,
                "new": new_path,
                "painted": painted,
                "options": {
                    "threshold": rules.threshold.get(),
                    "includeAA": rules.antialias == Antialias::Count,
                    "checkerboard": rules.background == Background::Checkerboard,
                },
            }));
            let picture = diff_picture(&old, &new, &rules, &at("ours.png".to_owned()));
            ours.push((format!("{name}, {rules:?}"), difference, painted, picture));
        }
    }
    let answers = ask(&referees, folder.path(), &jobs);
    assert_eq!(answers.len(), ours.len());
    let (mut changed, mut excused) = (0, 0);
    for ((what, difference, painted, picture), answer) in ours.iter().zip(&answers) {
        assert_eq!(answer["pixels"], difference.changed, "{what}");
        assert_eq!(answer["antialiased"], difference.antialiased, "anti-aliased: {what}");
        changed += difference.changed;
        excused += difference.antialiased;
        if let Some(picture) = picture {
            assert!(files::read(painted).unwrap() == picture.pixels().as_flattened(), "diff picture: {what}");
        }
    }
    println!("{} comparisons: {changed} pixels changed, {excused} are anti-aliasing", ours.len());
    assert!(excused > 1000, "the pairs exercise the anti-aliasing rule: {excused} pixels");
}

fn diff_picture(old: &Picture, new: &Picture, rules: &Rules, path: &Path) -> Option<Picture> {
    let again = || Ok(Box::new(old.rows()) as Box<dyn RowSource>);
    let open = || std::fs::File::create(path);
    let mut painter = Painter::new(&[], open, again);
    compare(&mut old.rows(), &mut new.rows(), rules, &mut painter).unwrap();
    let has_painted = painter.finish().unwrap();
    has_painted.then(|| Picture::from_png(&files::read(path).unwrap()).unwrap())
}

/// A PNG of noise in one of the format's kinds, with a colour that stands for transparency where `keyed`.
fn noise_png(colour: png::ColorType, depth: png::BitDepth, keyed: bool, width: u32, height: u32) -> Vec<u8> {
    let mut dice = Dice(0x1234_5678_9abc_def1 ^ u64::from(width));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    let line = (width as usize * colour.samples() * depth as usize).div_ceil(8);
    if colour == png::ColorType::Indexed {
        let entries = 1_usize << (depth as u32);
        encoder.set_palette((0..entries * 3).map(|_| dice.byte()).collect::<Vec<_>>());
        if keyed {
            encoder.set_trns((0..=entries / 2).map(|_| dice.byte()).collect::<Vec<_>>());
        }
    } else if keyed {
        encoder.set_trns([0, 1].repeat(colour.samples()));
    }
    // Few different values in wide samples, so that the transparent colour occurs.
    let data: Vec<u8> = (0..line * height as usize)
        .map(|at| match depth {
            png::BitDepth::Sixteen if keyed => (at % 2) as u8 * dice.below(2) as u8,
            png::BitDepth::Eight if keyed && colour != png::ColorType::Indexed => dice.below(2) as u8,
            _ => dice.byte(),
        })
        .collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn every_kind_of_png_is_decoded_as_pngjs_does() {
    use png::{BitDepth as Depth, ColorType as Colour};
    let Some(referees) = referees() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let all = [Depth::One, Depth::Two, Depth::Four, Depth::Eight, Depth::Sixteen];
    for (colour, depths, can_be_keyed) in [
        (Colour::Grayscale, &all[..], true),
        (Colour::Indexed, &all[..4], true),
        (Colour::Rgb, &all[3..], true),
        (Colour::GrayscaleAlpha, &all[3..], false),
        (Colour::Rgba, &all[3..], false),
    ] {
        for &depth in depths {
            for keyed in [false, true].into_iter().filter(|keyed| can_be_keyed || !keyed) {
                for (width, height) in [(33, 20), (1, 1), (7, 3)] {
                    let path = folder.path().join(format!("{colour:?}{depth:?}-{keyed}-{width}.png"));
                    files::write(&path, &noise_png(colour, depth, keyed, width, height)).unwrap();
                    jobs.push(json!({ "decode": path }));
                    if !keyed {
                        let shape = json!({
                            "width": width,
                            "height": height,
                            "colour": colour as u8,
                            "depth": depth as u8,
                            "samples": colour.samples(),
                        });
                        jobs.push(
                            json!({ "decode": path.with_extension("interlaced.png"), "interlaced": shape }),
                        );
                    }
                }
            }
        }
    }
    ask(&referees, folder.path(), &jobs);
    for job in jobs {
        let path = job["decode"].as_str().unwrap();
        let ours = Picture::from_png(&files::read(Path::new(path)).unwrap()).unwrap();
        let theirs = files::read(Path::new(&format!("{path}.rgba"))).unwrap();
        assert!(ours.pixels().as_flattened() == theirs, "{path}");
    }
}
