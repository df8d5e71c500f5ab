#!/bin/sh
# xtask hook shim, format 1. Written by `xtask hooks install --global`; `xtask hooks uninstall --global` takes it away.
# A global core.hooksPath hides each repository's own hooks: this runs the one of this name.
own=$(git rev-parse --git-common-dir)/hooks/@STAGE@
if [ -x "$own" ] && [ -f "$own" ]; then exec "$own" "$@"; fi
