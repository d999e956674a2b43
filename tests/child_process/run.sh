#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Runs the example against real programs: run.sh <child_process> <case>
set -u
program=$1
case=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
    echo "$case: $1" >&2
    echo "---- standard output" >&2
    cat out >&2
    echo "---- standard error" >&2
    cat err >&2
    exit 1
}
run() {
    "$program" "$@" >out 2>err
    status=$?
}
# In the background, and known by its process number; a process that is started like this ignores SIGINT.
begin() {
    "$program" "$@" >out 2>err &
    running=$!
}
finish() {
    wait "$running"
    status=$?
}
# The command has come far enough when it has made the file.
await() {
    tries=0
    until [ -e "$1" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 1000 ] || fail "the command never made $1"
        sleep 0.02
    done
}
status_is() { [ "$status" -eq "$1" ] || fail "exit status $status instead of $1"; }
says() { grep -qE -- "$1" err || fail "does not say: $1"; }
says_nothing_of() { ! grep -qE -- "$1" err || fail "says: $1"; }
prints() { [ "$(cat out)" = "$1" ] || fail "the command's output is not: $1"; }

ends_by_itself='^  ended by  remote'
ends_by_user='^  ended by  user'
ends_by_time_out='^  ended by  application \(the time-out\)'

case $case in
exits_with_zero)
    run -- sh -c 'echo "$1, $2"' sh 'a  b' ''
    status_is 0
    prints 'a  b, '
    says '^child_process: sh \(process [0-9]+\)$'
    says "$ends_by_itself"
    says '^  cause     exited with 0$'
    says '^  took      [0-9]+\.[0-9]{3} s$'
    says '^  used      [0-9]+\.[0-9]{3} s user, [0-9]+\.[0-9]{3} s system, [0-9]+\.[0-9] MiB peak memory$'
    ;;
exits_with_three)
    run sh -c 'exit 3'
    status_is 3
    says "$ends_by_itself"
    says '^  cause     exited with 3$'
    ;;
keeps_the_commands_own_output_and_input)
    echo typed | "$program" -- cat >out 2>err
    prints typed
    ;;
is_killed_from_outside)
    begin -- sh -c 'echo $$ >number.tmp; mv number.tmp number; exec sleep 100'
    await number
    kill -9 "$(cat number)"
    finish
    status_is 137
    says "$ends_by_itself"
    says '^  cause     killed by SIGKILL \(9\)$'
    ;;
ends_at_the_time_out)
    run --timeout 300ms -- sleep 100
    status_is 124
    says "$ends_by_time_out\$"
    says '^  cause     killed by SIGTERM \(15\)$'
    says '^  took      ([0-9]|[1-9][0-9])\.[0-9]{3} s$'
    ;;
exits_at_the_time_out)
    run --timeout=3s -- sh -c 'trap "exit 7" TERM; while :; do sleep 0.02; done'
    status_is 124
    says "$ends_by_time_out\$"
    says '^  cause     exited with 7$'
    ;;
ignores_the_time_out)
    run --timeout 3s --kill-after 200ms -- sh -c 'trap "" TERM; while :; do sleep 0.02; done'
    status_is 137
    says "$ends_by_time_out\$"
    says '^  cause     killed by SIGKILL \(9\)$'
    ;;
ends_before_the_time_out)
    run --timeout 1h --kill-after 0 -- sh -c 'kill -USR1 $$'
    status_is 138
    says "$ends_by_itself"
    says '^  cause     killed by SIGUSR1 \(10\)$'
    ;;
has_no_time_out_at_zero)
    run --timeout 0 -- sleep 0.1
    status_is 0
    ;;
ends_on_ctrl_c)
    begin -- sh -c 'touch ready; exec sleep 100'
    await ready
    kill -INT "$running"
    finish
    status_is 143
    says "$ends_by_user"
    says '^  cause     killed by SIGTERM \(15\)$'
    ;;
ends_on_termination)
    begin -- sh -c 'trap "exit 5" TERM; touch ready; while :; do sleep 0.02; done'
    await ready
    kill -TERM "$running"
    finish
    status_is 5
    says "$ends_by_user"
    says '^  cause     exited with 5$'
    ;;
is_killed_on_the_second_ctrl_c)
    begin --kill-after 0 -- sh -c 'trap "touch asked" TERM; touch ready; while :; do sleep 0.02; done'
    await ready
    kill -INT "$running"
    await asked
    kill -INT "$running"
    finish
    status_is 137
    says "$ends_by_user"
    ;;
is_killed_some_time_after_ctrl_c)
    begin --kill-after 200ms -- sh -c 'trap "" TERM; touch ready; while :; do sleep 0.02; done'
    await ready
    kill -INT "$running"
    finish
    status_is 137
    says "$ends_by_user"
    ;;
is_not_found)
    run -- wrapup-no-such-command
    status_is 127
    says "^child_process: cannot run 'wrapup-no-such-command': No such file or directory$"
    ;;
is_not_executable)
    echo 'not a program' >file
    run -- ./file
    status_is 126
    says "^child_process: cannot run './file': Permission denied$"
    chmod +x file
    run -- ./file
    status_is 126
    ;;
needs_a_command)
    for arguments in '' '--' '--timeout 5s' '--timeout 5s --'; do
        # shellcheck disable=SC2086 # they are to be split
        run $arguments
        status_is 125
        says '^child_process: no command$'
        says '^usage: child_process '
    done
    ;;
explains_itself)
    run --help
    status_is 0
    grep -q '^usage: child_process ' out || fail 'no usage'
    run --unknown -- true
    status_is 125
    says "^child_process: unknown option '--unknown'$"
    ;;
takes_no_garbage_for_a_duration)
    for duration in x 5x 5sec -1 -5s 1e3 0x10 ' 5' '5 s' s ms '' 99999999999999999999 9223372036854775807h; do
        run --timeout "$duration" -- touch started
        status_is 125
        says "^child_process: --timeout: '$duration' is (not a duration|too long)"
        run "--kill-after=$duration" touch started
        status_is 125
        says "^child_process: --kill-after: '$duration' is (not a duration|too long)"
    done
    [ ! -e started ] || fail 'the command was started'
    for duration in 5 5s 500ms 2m 1h 2562047788h; do
        run --timeout "$duration" -- true
        status_is 0
    done
    ;;
starts_the_command_with_signals_as_usual)
    run -- grep -E '^SigBlk:' /proc/self/status
    status_is 0
    grep -qE '^SigBlk:[[:space:]]0+$' out || fail 'signals are blocked'
    # Where the one who starts it ignores SIGCHLD, there would be no exit status.
    sh -c 'trap "" CHLD; exec "$0" -- sh -c "exit 3"' "$program" >out 2>err
    status=$?
    status_is 3
    ;;
leaks_no_descriptor)
    run -- ls /proc/self/fd
    status_is 0
    ls /proc/self/fd >expected
    [ "$(wc -l <out)" -le "$(wc -l <expected)" ] || fail 'more descriptors than usual'
    ;;
agrees_with_timeout)
    command -v timeout >/dev/null || exit 77
    compare() { # <patience> <time-out> <command>...
        timeout -k "$1" "$2" "$3" "$4" "$5" >/dev/null 2>&1
        expected=$?
        run --kill-after "$1" --timeout "$2" -- "$3" "$4" "$5"
        status_is "$expected"
    }
    compare 10s 9 sh -c 'exit 0'
    compare 10s 9 sh -c 'exit 42'
    compare 10s 9 sh -c 'kill -TERM $$'
    compare 10s 9 sh -c 'kill -KILL $$'
    compare 10s 9 wrapup-no-such-command a b
    compare 10s 9 /etc/passwd a b
    compare 10s 3s sh -c 'exec sleep 100'
    compare 10s 3s sh -c 'trap "exit 0" TERM; while :; do sleep 0.02; done'
    compare 1s 3s sh -c 'trap "" TERM; while :; do sleep 0.02; done'
    ;;
*)
    echo "no such case: $case" >&2
    exit 1
    ;;
esac
