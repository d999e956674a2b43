# SPDX-License-Identifier: BSL-1.0

# One application ends a child process, a SIP call, and under Wine a TAPI 2 call and a TAPI 3 call: tapi2/windows.cmake and
# sofia_sip/sofia_sip.cmake have the others.

#   any_session_test(<name> <what it prints, a pattern> <arguments>...)
function(any_session_test name pattern)
    if(TARGET wrapup_example_8_any_session)
        add_test(NAME any_session.${name} COMMAND wrapup_example_8_any_session ${ARGN})
        set_tests_properties(any_session.${name} PROPERTIES PASS_REGULAR_EXPRESSION "${pattern}" TIMEOUT 60)
    endif()
endfunction()

any_session_test(asks_for_what_it_needs "usage: 8_any_session" child)
any_session_test(takes_a_number_of_seconds "usage: 8_any_session" --end-after soon child true)
any_session_test(says_what_is_not_there "no service 'telex'" telex 5551001)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    any_session_test(child_ends "ended by remote.*cause: exited with 3.*us on a processor" child sh -c "exit 3")
    any_session_test(child_is_ended "ended by user.*cause: killed by SIGTERM" --end-after 0.2 child sleep 60)
    any_session_test(
        child_that_does_not_listen_is_killed
        "ended by user.*cause: killed by SIGKILL"
        --end-after 2 child sh -c "trap '' TERM && exec sleep 60"
    )
    any_session_test(child_is_not_begun "No such file" child /nonexistent)
endif()
