# SPDX-License-Identifier: BSL-1.0

# What needs sofia-sip and SIPp: calls of the SIP provider with a peer that is not ours.
find_program(WRAPUP_SIPP sipp DOC "SIPp, Debian's sip-tester")
if(NOT WRAPUP_SIPP AND WRAPUP_REQUIRE_SOFIA_SIP)
    message(FATAL_ERROR "SIPp was not found: install sip-tester")
endif()
if(NOT TARGET wrapup_sofia_sip OR NOT WRAPUP_SIPP)
    # One that is skipped, so that it is seen.
    add_test(
        NAME sofia.is_tested
        COMMAND ${CMAKE_COMMAND} -E echo "SKIPPED: sofia-sip (libsofia-sip-ua-dev, pkg-config) or SIPp (sip-tester) was not found"
    )
    set_tests_properties(sofia.is_tested PROPERTIES SKIP_REGULAR_EXPRESSION "^SKIPPED")
    return()
endif()
set(sofia_sip_scenarios "${CMAKE_CURRENT_LIST_DIR}/scenarios")

add_executable(wrapup_sofia_tests ${sofia_sip_test_sources})
target_include_directories(wrapup_sofia_tests PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_compile_definitions(
    wrapup_sofia_tests
    PRIVATE WRAPUP_SIPP="${WRAPUP_SIPP}" WRAPUP_SIPP_SCENARIOS="${sofia_sip_scenarios}"
)
target_link_libraries(wrapup_sofia_tests PRIVATE wrapup_own wrapup_sofia_sip)
list(APPEND test_programs wrapup_sofia_tests)

# Not run: it shows what the stack leaks without us.
add_executable(wrapup_sofia_early_bye "${CMAKE_CURRENT_LIST_DIR}/early_bye.cpp")
target_link_libraries(wrapup_sofia_early_bye PRIVATE wrapup_own wrapup_sofia_sip)

# What the examples must do with which scenario. The cases are those of the script.
if(TARGET wrapup_example_7_sip_call)
    find_program(WRAPUP_SH sh REQUIRED)
    set(script "${CMAKE_CURRENT_LIST_DIR}/run.sh")
    file(STRINGS "${script}" cases REGEX "^[a-z_0-9]+\\)$")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}")
    foreach(case IN LISTS cases)
        string(REPLACE ")" "" case "${case}")
        set(example wrapup_example_7_sip_call)
        if(case MATCHES "^any_session_")
            set(example wrapup_example_8_any_session)
        endif()
        add_test(
            NAME sofia.example_${case}
            COMMAND
                "${WRAPUP_SH}" "${script}" $<TARGET_FILE:${example}> "${WRAPUP_SIPP}"
                "${sofia_sip_scenarios}" ${case}
        )
        set_tests_properties(sofia.example_${case} PROPERTIES TIMEOUT 60 LABELS sofia)
    endforeach()
endif()
