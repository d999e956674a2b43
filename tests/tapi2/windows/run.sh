#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Runs a command of Wine's, and prints what it has printed when it has ended. Wine's own services are begun by whichever program
# comes first, keep its output open, and stay as long as any program is there: who reads from a pipe would wait for them.
#
#   run.sh COMMAND ARGUMENT...
printed=$(mktemp) || exit
"$@" >"$printed" 2>&1 </dev/null
status=$?
cat "$printed"
rm -f "$printed"
exit $status
