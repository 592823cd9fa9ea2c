#!/bin/sh
# Installs what is missing, builds backstory and lets it tell the story of an invented shop. Arguments go to
# `backstory demo`.
set -eu
cd "$(dirname "$0")"
. .ci/setup
exec cargo run --quiet --release --locked --package backstory -- demo "$@"
