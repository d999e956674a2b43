#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Runs an example against SIPp, and prints what both say of the same call: run.sh <sip_call> <sipp> <scenarios> <case>
set -u
program=$1
sipp=$2
scenarios=$3
case=$4
scratch=$(mktemp -d) || exit 1
peer='' call=''
# Nothing is said twice because a machine is slow: SIPp would not expect it. The others are for answers that do not come.
timers=500ms,8s impatient=500ms,1s
trap 'for one in $peer $call; do kill -9 "$one" 2>/dev/null; done; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
    echo "$case: $1" >&2
    for file in out err errors.log messages.log; do
        [ -s "$file" ] || continue
        echo "---- $file" >&2
        cat "$file" >&2
    done
    exit 1
}
await() {
    tries=0
    until eval "$1"; do
        tries=$((tries + 1))
        [ "$tries" -lt 1000 ] || fail "waited in vain: $1"
        sleep 0.02
    done
}
await_state() { await "grep -q '^sip_call: $1' out"; }

# Plays a scenario on a port that is free.
play() {
    sed "s/@status@/${status:-}/; s/@cause@/${q850:-}/" "$scenarios/$1.xml" >scenario.xml
    shift
    tries=0
    port=$((20000 + $$ % 20000))
    while :; do
        port=$((port + 1))
        "$sipp" -sf scenario.xml -i 127.0.0.1 -p "$port" -m 1 -nostdin -trace_err -error_file errors.log \
            -trace_msg -message_file messages.log -trace_screen -screen_file screen.log "$@" </dev/null >/dev/null 2>&1 &
        peer=$!
        until grep -qi "$(printf ': 0100007F:%04X ' "$port")" /proc/net/udp || [ -s messages.log ]; do
            sleep 0.01
            kill -0 "$peer" 2>/dev/null || break
        done
        [ -s messages.log ] && return # one that calls may be done by now
        kill -0 "$peer" 2>/dev/null && return
        tries=$((tries + 1))
        [ "$tries" -lt 20 ] || fail 'SIPp cannot be started'
    done
}
# Calls whom we have told to listen.
play_to() {
    await_state 'listening'
    play "$1" "$(sed -n 's/^sip_call: listening at sip://p' out)"
}
begin() {
    "$program" --timers "$timers" "$@" >out 2>err &
    call=$!
}
finish() {
    wait "$call"
    result=$?
    call=''
}
place() {
    begin "$@" "sip:sipp@127.0.0.1:$port"
}
# What both have to say: the record, and SIPp's count of calls and messages.
compare() {
    echo "---- sip_call"
    sed -n '/^  /p' out
    echo "---- SIPp"
    if [ "${1:-content}" = content ]; then
        wait "$peer" || fail 'SIPp has not seen what it expected'
    else
        # Asked to, it writes down what it has seen; what is gone does not.
        kill -USR1 "$peer" 2>/dev/null
        await '[ -s screen.log ] || ! kill -0 "$peer" 2>/dev/null'
        kill -9 "$peer" 2>/dev/null
        wait "$peer" 2>/dev/null
    fi
    peer=''
    [ ! -s screen.log ] || grep -E '^ .*(-->|<--)|(Successful|Failed) call' screen.log
    grep -E '^(INVITE|ACK|BYE|CANCEL|INFO|SIP/2.0) ' messages.log | cut -c1-40 | uniq -c
}
status_is() { [ "$result" -eq "$1" ] || fail "exit status $result instead of $1"; }
says() { grep -qE -- "$1" out || fail "does not say: $1"; }

# The application of ../any_session.cmake, in the example's place.
place_any() {
    "$program" "$@" sip "sip:sipp@127.0.0.1:$port" >out 2>err &
    call=$!
}

case $case in
any_session_ends)
    play hangs_up
    place_any
    finish
    compare
    status_is 0
    says '^ended by remote$'
    says '^cause: BYE'
    says '^called sip:sipp@127\.0\.0\.1'
    ;;
any_session_is_ended)
    play answers
    place_any --end-after 2
    finish
    compare
    status_is 0
    says '^ended by user$'
    says '^cause: 200 OK$'
    ;;
is_ended_by_us_when_the_time_is_up)
    play answers
    place --hang-up-after 300ms
    finish
    compare
    status_is 0
    says '^  ended by  application \(the time was up\)$'
    says '^  cause     200 OK$'
    says '^  spoken    (0\.[3-9]|[1-9][0-9]*\.)[0-9]+ s$'
    ;;
is_ended_by_us_on_ctrl_c)
    play answers
    place
    await_state ready
    kill -TERM "$call"
    finish
    compare
    status_is 0
    says '^  ended by  user \(this program got a signal\)$'
    ;;
is_ended_by_the_peer)
    play hangs_up
    place --hang-up-after 1h
    finish
    compare
    status_is 0
    says '^  ended by  remote \(the other side\)$'
    says '^  cause     BYE \(Q\.850;cause=16;text="Normal, of course"\)$'
    says '^  remote    <sip:sipp@127\.0\.0\.1:[0-9]+>;tag=[0-9]+SIPp1$'
    says '^  contact   sip:127\.0\.0\.1:[0-9]+;transport=UDP$'
    ;;
is_refused_with_486)
    status='486 Busy Here' q850=17
    play refuses
    place
    finish
    compare
    status_is 1
    says '^  ended by  remote'
    says '^  cause     486 Busy Here \(Q\.850;cause=17\)$'
    says 'answered never'
    ;;
is_refused_with_603)
    status='603 Decline' q850=21
    play refuses
    place
    finish
    compare
    status_is 1
    says '^  cause     603 Decline \(Q\.850;cause=21\)$'
    ;;
is_cancelled_while_it_rings)
    play rings
    place
    await_state proceeding
    kill -TERM "$call"
    finish
    compare
    status_is 1
    says '^  ended by  user'
    says '^  cause     487 Request Terminated$'
    ;;
is_answered_when_it_is_cancelled)
    play answers_when_cancelled
    place
    await_state proceeding
    kill -TERM "$call"
    finish
    compare
    says '^  ended by  user'
    says '^  cause     200 OK$'
    ;;
is_never_answered)
    timers=$impatient
    play is_silent -default_behaviors none
    place
    finish
    compare patient
    status_is 1
    says '^  ended by  service'
    says '^  cause     no answer in time: 408 Request Timeout$'
    ;;
has_a_bye_that_is_not_answered)
    timers=$impatient
    play ignores_bye -default_behaviors none
    place --hang-up-after 50ms
    finish
    compare patient
    status_is 0
    says '^  ended by  application'
    says '^  cause     no answer in time: 408 Request Timeout$'
    ;;
does_not_wait_when_it_is_asked_twice)
    play ignores_bye -default_behaviors none
    begin --timers 500ms,1h "sip:sipp@127.0.0.1:$port"
    await_state ready
    kill -TERM "$call"
    await 'grep -q ^BYE messages.log'
    kill -TERM "$call"
    finish
    compare patient
    says '^  ended by  user'
    says '^  cause     no message$'
    ;;
has_byes_that_cross)
    play crosses_bye
    place --hang-up-after 50ms
    finish
    compare
    status_is 0
    says '^  ended by  application \(the time was up\), contested$'
    says '^  cause     BYE \(Q\.850;cause=16;'
    ;;
is_invited_once_more)
    play reinvites
    place
    await "grep -q '^CSeq: 1 ACK' messages.log"
    kill -TERM "$call"
    finish
    compare
    status_is 0
    says '^  ended by  user'
    ;;
has_a_peer_that_is_killed)
    play answers
    place
    await_state ready
    kill -9 "$peer"
    wait "$peer" 2>/dev/null
    kill -TERM "$call"
    finish
    compare gone
    status_is 0
    says '^  ended by  user'
    says '^  cause     failure: 503 Service Unavailable$'
    ;;
has_answers_that_are_none)
    timers=$impatient
    play is_malformed -default_behaviors none
    place
    finish
    compare patient
    status_is 1
    says '^  ended by  '
    ;;
is_taken_and_ended_by_us)
    begin --hang-up-after 50ms --listen 'sip:127.0.0.1:*'
    play_to calls
    finish
    compare
    status_is 0
    says '^  ended by  application'
    says '^  remote    "A "quoted" name" <sip:sipp@127\.0\.0\.1:[0-9]+>;tag='
    ;;
is_taken_and_ended_by_the_peer)
    begin --listen 'sip:127.0.0.1:*'
    play_to calls_and_hangs_up
    finish
    compare
    status_is 0
    says '^  ended by  remote'
    ;;
is_taken_and_never_acknowledged)
    timers=$impatient
    begin --listen 'sip:127.0.0.1:*'
    play_to calls_and_never_acks
    finish
    compare
    says '^  ended by  service'
    says '^  cause     no answer in time: 408 ACK Timeout$'
    ;;
is_waited_for_in_vain)
    begin --listen 'sip:127.0.0.1:*'
    await_state listening
    kill -TERM "$call"
    finish
    status_is 1
    ;;
needs_an_address)
    begin
    finish
    status_is 125
    grep -q 'no address' err || fail 'does not complain'
    begin mailto:somebody
    finish
    status_is 125
    grep -q 'Invalid argument' err || fail 'does not complain'
    begin --hang-up-after soon sip:x@127.0.0.1
    finish
    status_is 125
    begin --listen sip:192.0.2.1:5060
    finish
    status_is 125
    ;;
*) fail 'no such case' ;;
esac
