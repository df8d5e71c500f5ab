//! The stages at which git runs hooks.

/// A stage, by git's name for its hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before a commit is made.
    PreCommit,
    /// Before the editor opens on the message.
    PrepareCommitMsg,
    /// Once the message is written.
    CommitMsg,
    /// After a commit.
    PostCommit,
    /// Before a merge is committed.
    PreMergeCommit,
    /// Before a rebase.
    PreRebase,
    /// After a checkout.
    PostCheckout,
    /// After a merge.
    PostMerge,
    /// After a commit was amended or rebased.
    PostRewrite,
    /// Before a push.
    PrePush,
    /// On a server, before it takes a push.
    PreReceive,
}

impl Stage {
    /// All stages.
    pub const ALL: [Self; 11] = [
        Self::PreCommit,
        Self::PrepareCommitMsg,
        Self::CommitMsg,
        Self::PostCommit,
        Self::PreMergeCommit,
        Self::PreRebase,
        Self::PostCheckout,
        Self::PostMerge,
        Self::PostRewrite,
        Self::PrePush,
        Self::PreReceive,
    ];

    /// Its name: `pre-commit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrepareCommitMsg => "prepare-commit-msg",
            Self::CommitMsg => "commit-msg",
            Self::PostCommit => "post-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PreRebase => "pre-rebase",
            Self::PostCheckout => "post-checkout",
            Self::PostMerge => "post-merge",
            Self::PostRewrite => "post-rewrite",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }

    /// Whether git has done already what it is about: nothing can be stopped any more.
    pub fn is_afterwards(self) -> bool {
        matches!(self, Self::PostCommit | Self::PostCheckout | Self::PostMerge | Self::PostRewrite)
    }

    /// The stage of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_stage() {
        for stage in Stage::ALL {
            assert_eq!(Stage::by_name(stage.name()), Some(stage));
            assert_eq!(stage.is_afterwards(), stage.name().starts_with("post-"));
        }
        assert_eq!(Stage::by_name("precommit"), None);
    }
}
