//! `[visual]`: where the pictures are, what counts as a change, and the pages to capture.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use xtask_core::config::Section;

use crate::diff::{Antialias, Ratio, Rules, Threshold};
use crate::options::Limits;

/// `[visual]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct VisualSection {
    /// The folder of baseline pictures, relative to the repository's top. Default: `tests/visual/baseline`.
    pub baseline: Option<String>,
    /// The folder of current pictures, relative to the repository's top. Default: `visual/current` in the report folder.
    pub current: Option<String>,
    /// A command that draws the current pictures, by `sh -c` at the repository's top. It finds the folder in
    /// `XTASK_VISUAL_CURRENT`; the folder is emptied first, so it must lie in the report folder.
    pub run: Option<String>,
    /// How different two colours may be before a pixel counts, from 0 (not at all) to 1. Default: 0.1.
    pub threshold: Option<Threshold>,
    /// Whether pixels that differ by anti-aliasing alone are ignored (the default) or counted.
    pub antialias: Option<Antialias>,
    /// The most pixels of a picture that may change. Default: 0.
    pub max_pixels: Option<u64>,
    /// The largest share of a picture that may change, from 0 to 1. Default: 0.
    pub max_ratio: Option<Ratio>,
    /// The pages to capture.
    pub pages: Vec<Page>,
}

impl Section for VisualSection {
    const NAME: &'static str = "visual";
}

impl VisualSection {
    /// Where the baseline is by default.
    pub const BASELINE: &'static str = "tests/visual/baseline";

    /// The folder of baseline pictures, relative to the repository's top.
    pub fn baseline(&self) -> &str {
        self.baseline.as_deref().unwrap_or(Self::BASELINE).trim_end_matches('/')
    }

    /// What counts as a change.
    pub fn rules(&self) -> Rules {
        Rules {
            threshold: self.threshold.unwrap_or_default(),
            antialias: self.antialias.unwrap_or_default(),
            ..Rules::default()
        }
    }

    /// How much change is excused.
    pub fn limits(&self) -> Limits {
        Limits { max_pixels: self.max_pixels, max_ratio: self.max_ratio }
    }
}

/// `[[visual.pages]]`: a page to capture.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// Its name; pictures are named `NAME@WIDTHxHEIGHT.png`.
    pub name: String,
    /// Its address; `${env.SERVICE.PORT}` is the host port that the development environment gave a service.
    pub url: String,
    /// The sizes of the window, width and height in pixels.
    #[serde(default)]
    pub viewports: Vec<[u32; 2]>,
    /// Elements that are painted over, by CSS selectors.
    #[serde(default)]
    pub mask: OneOrMany<String>,
    /// Cuts the picture to this element.
    pub clip: Option<String>,
    /// What to do before the picture is taken, in this order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Shorthand, done first: waits until these elements are there.
    #[serde(default)]
    pub wait_for: OneOrMany<String>,
    /// Shorthand, done second: takes these elements away, and their space with them.
    #[serde(default)]
    pub remove: OneOrMany<String>,
    /// Shorthand, done third: makes these elements invisible; they keep their space.
    #[serde(default)]
    pub hide: OneOrMany<String>,
    /// Shorthand, done fourth: fills in these fields.
    #[serde(default)]
    pub fill: Vec<FillStep>,
    /// Shorthand, done fifth: clicks on these elements.
    #[serde(default)]
    pub click: OneOrMany<String>,
    /// Shorthand, done sixth: moves the pointer over these elements.
    #[serde(default)]
    pub hover: OneOrMany<String>,
    /// Shorthand, done seventh: presses these keys.
    #[serde(default)]
    pub press: OneOrMany<String>,
    /// Shorthand, done last: scrolls to these elements.
    #[serde(default)]
    pub scroll: OneOrMany<String>,
    /// The address that the page must have in the end; a `*` stands for anything.
    pub expect_url: Option<String>,
}

/// One of a page's `steps`: `{ click = "#menu" }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Waits until this element is there.
    WaitFor(String),
    /// Clicks on this element.
    Click(String),
    /// Moves the pointer over this element.
    Hover(String),
    /// Scrolls to this element.
    Scroll(String),
    /// Presses this key.
    Press(String),
    /// Makes this element invisible; it keeps its space.
    Hide(String),
    /// Takes this element away, and its space with it.
    Remove(String),
    /// Fills in a field.
    Fill(FillStep),
    /// Fails unless the page has this address; a `*` stands for anything.
    ExpectUrl(String),
}

/// A field and what to fill it with: `{ selector = "#name", value = "Ada" }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FillStep {
    /// The field, by a CSS selector.
    pub selector: String,
    /// Its new value.
    pub value: String,
}

/// A value or a list of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

// By hand: an untagged enum would lose the place of an error.
impl<'de> Deserialize<'de> for OneOrMany<String> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMany<String>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(OneOrMany(all))
            }
        }

        deserializer.deserialize_any(Texts)
    }
}

impl JsonSchema for OneOrMany<String> {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;

    use super::*;

    fn read(text: &str) -> Result<VisualSection, String> {
        let config = Config::parse("xtask.toml", text).map_err(|problem| problem.to_string())?;
        config.section_or_default().map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_sample_is_read() {
        let section = read(
            r##"
            [visual]
            baseline = "shots/"
            threshold = 0
            antialias = "count"
            max-pixels = 10
            max-ratio = 0.5
            [[visual.pages]]
            name = "login"
            url = "http://localhost:${env.web.5000}/login"
            viewports = [[1280, 800], [390, 844]]
            mask = [".clock"]
            clip = "main"
            steps = [{ click = "#menu" }, { wait-for = ".open" }, { fill = { selector = "#a", value = "b" } }]
            hide = ".ad"
            fill = [{ selector = "#c", value = "d" }]
            expect-url = "*/login"
            "##,
        )
        .unwrap();
        assert_eq!(section.baseline(), "shots");
        assert!(section.rules().threshold.get() < f64::EPSILON);
        assert_eq!(section.rules().antialias, Antialias::Count);
        let page = &section.pages[0];
        assert_eq!(page.viewports, [[1280, 800], [390, 844]]);
        assert_eq!(page.hide.0, [".ad"]);
        assert_eq!(page.mask.0, [".clock"]);
        assert_eq!(page.steps[1], Step::WaitFor(".open".to_owned()));
        let fill = FillStep { selector: "#a".to_owned(), value: "b".to_owned() };
        assert_eq!(page.steps[2], Step::Fill(fill));
        assert_eq!(read("").unwrap().baseline(), VisualSection::BASELINE);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, message) in [
            ("[visual]\nthreshold = 1.5", "xtask.toml:2: `1.5` is not a number from 0 to 1"),
            ("[visual]\nmax-ratio = -1", "xtask.toml:2: `-1` is not a number from 0 to 1"),
            ("[visual]\nmax-pixels = -1", "xtask.toml:2"),
            ("[visual]\nantialias = \"no\"", "xtask.toml:2"),
            ("[visual]\ntreshold = 0.1", "did you mean `threshold`?"),
            (
                "[[visual.pages]]\nname = \"a\"\nurl = \"b\"\nmask = 1",
                "^ expected a string or a list of strings",
            ),
            (
                "[[visual.pages]]\nname = \"a\"\nurl = \"b\"\nsteps = [{ clik = \"c\" }]",
                "did you mean `click`?",
            ),
            ("[[visual.pages]]\nname = \"a\"", "missing key `url`"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(message), "{text}: {told}");
        }
    }
}
