#!/bin/sh
# The whole truth in one command: format, lints, tests, documentation, drills with fixed seeds, arbitrary input.
# Installs what is missing. Ends with the time that each part took.
set -eu
cd "$(dirname "$0")"
times=""
began=$(date +%s)

# part NAME COMMAND… : runs a command and notes how long it took.
part() {
    name=$1
    shift
    from=$(date +%s)
    echo "== $name"
    "$@"
    times="$times$(printf '%-8s %5d s' "$name" $(($(date +%s) - from)))
"
}

# Besides what the build needs: a browser and what drives it, and a terminal. Where they cannot be installed the tests that
# need them say that they looked at nothing.
setup() {
    . .ci/setup
    for wanted in chromium npm tmux; do
        command -v "$wanted" >/dev/null || missing="${missing:-} $wanted"
    done
    # shellcheck disable=SC2086 # a list of packages
    [ -z "${missing:-}" ] || debian $missing fonts-dejavu-core || echo "backstory: tests without:$missing" >&2
}

build() { cargo build --workspace --all-targets --locked; }

lint() {
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
}

unit() { cargo test --workspace --lib --bins --tests --locked -- --skip fuzz_ --skip drills_; }

# The drills: each detector's worth on invented incidents, beside what the same run finds without it.
drills() { cargo test --workspace --tests --locked -- drills_; }

# Ten times the cases of an ordinary run; where each case starts the program, four times.
fuzz() {
    PROPTEST_CASES=2560 cargo test --workspace --exclude backstory --lib --tests --locked -- fuzz_
    PROPTEST_CASES=100 cargo test -p backstory --test it --locked -- fuzz_
}

docs() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
    cargo test --workspace --doc --locked
}

part setup setup
part build build
part lint lint
part unit unit
part docs docs
part drills drills
part fuzz fuzz
printf '\nall passed\n%s%-8s %5d s\n' "$times" whole $(($(date +%s) - began))
