//! The tokens of YAML.

use std::borrow::Cow;

/// A token and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind<'a>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    StreamEnd,
    /// `%YAML 1.2`: the major version.
    YamlDirective(u64),
    /// `%TAG !e! prefix`.
    TagDirective {
        handle: &'a str,
        prefix: Cow<'a, str>,
    },
    /// A directive that means nothing.
    OtherDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    Tag {
        /// `!`, `!!`, `!e!`; none in `!<…>`, and in `!` alone.
        handle: Option<&'a str>,
        suffix: Cow<'a, str>,
    },
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
    },
}

impl Kind<'_> {
    pub(super) fn is_directive(&self) -> bool {
        matches!(self, Self::YamlDirective(_) | Self::TagDirective { .. } | Self::OtherDirective)
    }

    /// Its name in messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::StreamEnd => "the end of the file",
            Self::YamlDirective(_) | Self::TagDirective { .. } | Self::OtherDirective => "a directive",
            Self::DocumentStart => "`---`",
            Self::DocumentEnd => "`...`",
            Self::BlockSequenceStart => "a sequence",
            Self::BlockMappingStart => "a mapping",
            Self::BlockEnd => "less indentation",
            Self::FlowSequenceStart => "`[`",
            Self::FlowSequenceEnd => "`]`",
            Self::FlowMappingStart => "`{`",
            Self::FlowMappingEnd => "`}`",
            Self::BlockEntry => "`-`",
            Self::FlowEntry => "`,`",
            Self::Key => "a key",
            Self::Value => "`:`",
            Self::Alias(_) => "an alias",
            Self::Anchor(_) => "an anchor",
            Self::Tag { .. } => "a tag",
            Self::Scalar { .. } => "a scalar",
        }
    }
}
