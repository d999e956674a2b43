# SPDX-License-Identifier: BSL-1.0

# The tests of this folder on Windows: built by mingw-w64, run by Wine, where both are found. What they call is tapi32.dll, the
# double built as one. Elsewhere these tests are skipped.

file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.test.cpp")
find_program(WRAPUP_MINGW x86_64-w64-mingw32-g++-posix)
find_program(WRAPUP_WINE wine)
find_program(WRAPUP_WINEBOOT wineboot)

set(binary_dir "${CMAKE_CURRENT_BINARY_DIR}/windows")
if(WRAPUP_MINGW AND WRAPUP_WINE AND WRAPUP_WINEBOOT)
    # No display, no messages of Wine's own, and none of the home directory's settings.
    set(wine ${CMAKE_COMMAND} -E env --unset=DISPLAY WINEDEBUG=-all "WINEPREFIX=${binary_dir}/prefix")
    set(run "${CMAKE_CURRENT_LIST_DIR}/windows/run.sh")

    add_test(
        NAME windows.build
        COMMAND
            ${CMAKE_CTEST_COMMAND}
            --build-and-test "${CMAKE_CURRENT_LIST_DIR}/windows" "${binary_dir}"
            --build-generator "${CMAKE_GENERATOR}"
            --build-makeprogram "${CMAKE_MAKE_PROGRAM}"
            --build-noclean
            --build-options
                "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/windows/toolchain.cmake"
                "-DCMAKE_CXX_FLAGS=-O0 ${CMAKE_CXX_FLAGS}" # half of the time that -O2 takes
                "-DWRAPUP_WARNINGS_AS_ERRORS=${WRAPUP_WARNINGS_AS_ERRORS}"
    )
    add_test(NAME windows.prefix COMMAND ${wine} WINEDLLOVERRIDES=mscoree,mshtml= "${run}" "${WRAPUP_WINEBOOT}" -i)
    set_tests_properties(windows.prefix PROPERTIES DEPENDS windows.build)
    # It starts first, and nothing else can run meanwhile.
    set_tests_properties(windows.build PROPERTIES COST 100 ENVIRONMENT "MAKEFLAGS=-j2")
    set_tests_properties(
        windows.build windows.prefix
        PROPERTIES FIXTURES_SETUP windows TIMEOUT 600
    )
endif()

#   windows_test(<name> <what Wine is to take for tapi32> <program> <arguments>...)
function(windows_test name override program)
    if(wine)
        add_test(
            NAME windows.${name}
            COMMAND ${wine} WINEDLLOVERRIDES=tapi32=${override} "${run}" "${WRAPUP_WINE}" ${program}.exe ${ARGN}
            WORKING_DIRECTORY "${binary_dir}/bin"
        )
        set_tests_properties(windows.${name} PROPERTIES FIXTURES_REQUIRED windows TIMEOUT 600)
    else()
        add_test(NAME windows.${name} COMMAND ${CMAKE_COMMAND} -E echo "mingw-w64 or Wine is not here")
        set_tests_properties(windows.${name} PROPERTIES SKIP_REGULAR_EXPRESSION "is not here")
    endif()
endfunction()

foreach(source IN LISTS sources)
    cmake_path(GET source FILENAME name)
    string(REPLACE ".test.cpp" "" name "${name}")
    windows_test(${name} n ${name})
endforeach()

foreach(name IN ITEMS rules conformance exhaustion many_calls layout)
    windows_test(tapi3_${name} n tapi3_${name})
endforeach()

foreach(name IN ITEMS session_rules notifier monitor wait)
    windows_test(core_${name} n core_${name})
endforeach()
windows_test(core_threads n core_threads "Two threads drop")

# With Wine's own tapi32, whose functions answer all kinds of things, a test fails instead of passing by chance.
windows_test(machines_own_is_noticed b double "it is the double")
if(wine)
    set_tests_properties(
        windows.machines_own_is_noticed
        PROPERTIES PASS_REGULAR_EXPRESSION "tapi32.dll is not the double"
    )
endif()

windows_test(builtin b builtin)
windows_test(readme n readme)
windows_test(readme_tapi3 n readme_tapi3)

# The example, against the double: its numbers stand in the double's switchboard.
windows_test(example_other_party_hangs_up n 5_tapi_call 5551001)
windows_test(example_busy n 5_tapi_call 5551002)
windows_test(example_we_hang_up n 5_tapi_call --hang-up-after 0.3 5551004)
windows_test(example_no_device n 5_tapi_call --device 7 5551001)
windows_test(example_tapi3_other_party_hangs_up n tapi3_6_tapi3_call 100)
windows_test(example_tapi3_we_hang_up n tapi3_6_tapi3_call --hang-up-after 0.3 101)
windows_test(example_tapi3_is_not_there n 6_tapi3_call 100)
# The same application as in ../any_session.cmake.
windows_test(any_session_tapi_call_ends n 8_any_session tapi 5551001)
windows_test(any_session_tapi_call_is_ended n 8_any_session --end-after 0.3 tapi 5551004)
windows_test(any_session_tapi3_call_ends n tapi3_8_any_session tapi3 100)
windows_test(any_session_tapi3_call_is_ended n tapi3_8_any_session --end-after 0.3 tapi3 101)
if(wine)
    set_tests_properties(windows.readme windows.readme_tapi3 PROPERTIES PASS_REGULAR_EXPRESSION "called [+]49 30 5550100")
    set_tests_properties(
        windows.example_other_party_hangs_up
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by +the other party.*cause +normal.*called +5551001"
    )
    set_tests_properties(
        windows.example_busy
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by +the other party.*cause +busy.*talked +0\\.0 s"
    )
    set_tests_properties(
        windows.example_we_hang_up
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by +us.*answered.*talked +[0-9]"
    )
    set_tests_properties(
        windows.example_tapi3_other_party_hangs_up
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by   the other party.*called     100 Reception.*objects left 0, violations 0"
    )
    set_tests_properties(
        windows.example_tapi3_we_hang_up
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by   us.*cause      normal.*objects left 0, violations 0"
    )
    set_tests_properties(
        windows.example_tapi3_is_not_there
        PROPERTIES PASS_REGULAR_EXPRESSION "6_tapi3_call: .*TAPI 3 is not installed on this machine"
    )
    set_tests_properties(
        windows.any_session_tapi_call_ends
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by remote.*cause: normal.*called 5551001"
    )
    set_tests_properties(
        windows.any_session_tapi_call_is_ended
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by user.*called 5551004"
    )
    set_tests_properties(
        windows.any_session_tapi3_call_ends
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by remote.*called 100.*objects left 0, violations 0"
    )
    set_tests_properties(
        windows.any_session_tapi3_call_is_ended
        PROPERTIES PASS_REGULAR_EXPRESSION "ended by user.*cause: normal.*objects left 0, violations 0"
    )
    set_tests_properties(
        windows.example_no_device
        PROPERTIES PASS_REGULAR_EXPRESSION "there is no device of that number"
    )
endif()

# ---- which test holds which rule, here and there

if(wine)
    add_test(
        NAME windows.table
        COMMAND
            ${CMAKE_COMMAND}
            -D "HERE=$<TARGET_FILE:wrapup_tests>"
            -D "WINE=${wine};WINEDLLOVERRIDES=tapi32=n;${run};${WRAPUP_WINE}"
            -D "FOLDER=${binary_dir}/bin"
            -P "${CMAKE_CURRENT_LIST_DIR}/table.cmake"
    )
    set_tests_properties(windows.table PROPERTIES FIXTURES_REQUIRED windows TIMEOUT 600)
endif()
