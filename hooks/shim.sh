#!/bin/sh
# xtask hook shim, format 1. Written by `xtask hooks install`; `xtask hooks uninstall` puts back what was here before.
# Runs the hook that was here before (its exit code counts), then the copy of xtask that was installed.
stage='@STAGE@'
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
previous=@PREVIOUS@

# The hook that was here before may call this one (some managers chain, too): once is enough. Where git calls, that hook made a commit of
# its own, which is checked as any other. Where nobody knows who calls, only the checks run, so that it comes to an end.
if [ "${XTASK_CHAIN-}" = "$PWD $stage" ]; then
    caller=$(cat "/proc/$PPID/comm" 2>/dev/null || ps -o comm= -p "$PPID" 2>/dev/null)
    case ${caller##*/} in git | git.exe) ;; '') previous='' ;; *) exit 0 ;; esac
fi

@OWN@chained=false input='' code=0
if [ -x "$previous" ] && [ -f "$previous" ]; then
    chained=true
    case $stage in pre-push | pre-receive | post-rewrite) input=$(cat) ;; esac
fi
# What git gave on standard input, for each of the two.
give() {
    if [ -n "$input" ]; then printf '%s\n' "$input" | "$@"; else "$@" </dev/null; fi
}
if $chained; then
    XTASK_CHAIN="$PWD $stage"
    export XTASK_CHAIN
    give "$previous" "$@" || code=$?
    unset XTASK_CHAIN
    # After the fact nothing can be stopped, and both have their say.
    case $stage in post-*) ;; *) [ $code -eq 0 ] || exit $code ;; esac
fi

@ONLY@program=@PROGRAM@
[ -x "$program" ] || program=@FALLBACK@
[ -x "$program" ] || program=$(command -v xtask) || {
    echo "xtask: the program that checks this repository is gone: it is neither where 'xtask hooks install' put it nor on PATH" >&2
    echo "xtask: run 'xtask hooks install' (or 'cargo xtask hooks install') again; for now, 'git commit --no-verify' goes without the checks" >&2
    exit 1
}
if $chained; then
    case $stage in
    pre-push | pre-receive | post-rewrite) give "$program" hooks run "$stage" --hook -- "$@" ;;
    *) "$program" hooks run "$stage" --hook -- "$@" ;;
    esac || { last=$?; [ $code -ne 0 ] || code=$last; }
    exit $code
fi
exec "$program" hooks run "$stage" --hook -- "$@"
