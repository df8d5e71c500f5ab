//! File rules as written in `xtask.toml`.

/// Declares a table of the configuration that holds the file rules beside what is its own, and its method `file_rules`. (Serde can't
/// refuse unknown keys of a table that takes fields from another.)
macro_rules! with_file_rules {
    (
        $(#[$outer:meta])*
        pub struct $name:ident { $($own:tt)* }
    ) => {
        $(#[$outer])*
        #[derive(schemars::JsonSchema, serde::Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// The types of files: `["python"]`; a file of any of them matches.
            #[serde(default)]
            pub types: Vec<crate::section::TypeName>,
            /// Types that a file must all have: `["text", "executable"]`.
            #[serde(default)]
            pub types_all: Vec<crate::section::TypeName>,
            /// Types of files that are left out.
            #[serde(default)]
            pub exclude_types: Vec<crate::section::TypeName>,
            /// The files: globs that read as in `.gitignore`.
            #[serde(default)]
            pub glob: Vec<String>,
            /// Files that are left out: globs that read as in `.gitignore`.
            #[serde(default)]
            pub exclude: Vec<String>,
            /// The files: a regular expression as in Python, searched in the path.
            pub regex: Option<crate::rules::PathRegex>,
            /// Files that are left out: a regular expression as in Python, searched in the path.
            pub exclude_regex: Option<crate::rules::PathRegex>,
            /// Whether files that `.gitattributes` marks as `linguist-generated` are among them. Default: not where files are mended.
            pub generated: Option<bool>,
        }

        impl $name {
            /// Its file rules alone.
            pub fn file_rules(&self) -> crate::rules::FileRulesTable {
                crate::rules::FileRulesTable {
                    types: self.types.clone(),
                    types_all: self.types_all.clone(),
                    exclude_types: self.exclude_types.clone(),
                    glob: self.glob.clone(),
                    exclude: self.exclude.clone(),
                    regex: self.regex.clone(),
                    exclude_regex: self.exclude_regex.clone(),
                    generated: self.generated,
                }
            }
        }
    };
}
pub(crate) use with_file_rules;

with_file_rules! {
    /// The files that a check, a command or a pattern gets: those that all given keys let through.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct FileRulesTable {}
}
