# SPDX-License-Identifier: BSL-1.0

# The tests of this folder on Windows: built by mingw-w64, run by Wine, where both are found. What they call is tapi32.dll, the
# double built as one. Elsewhere these tests are skipped.

file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.test.cpp")
find_program(WRAPUP_MINGW x86_64-w64-mingw32-g++-posix)
find_program(WRAPUP_WINE wine)
find_program(WRAPUP_WINEBOOT wineboot)

set(binary_dir "${CMAKE_CURRENT_BINARY_DIR}/tapi2_windows")
if(WRAPUP_MINGW AND WRAPUP_WINE AND WRAPUP_WINEBOOT)
    # No display, no messages of Wine's own, and none of the home directory's settings.
    set(wine ${CMAKE_COMMAND} -E env --unset=DISPLAY WINEDEBUG=-all "WINEPREFIX=${binary_dir}/prefix")

    add_test(
        NAME tapi2_windows.build
        COMMAND
            ${CMAKE_CTEST_COMMAND}
            --build-and-test "${CMAKE_CURRENT_LIST_DIR}/windows" "${binary_dir}"
            --build-generator "${CMAKE_GENERATOR}"
            --build-makeprogram "${CMAKE_MAKE_PROGRAM}"
            --build-noclean
            --build-options
                "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/windows/toolchain.cmake"
                -DCMAKE_BUILD_TYPE=RelWithDebInfo
                "-DWRAPUP_WARNINGS_AS_ERRORS=${WRAPUP_WARNINGS_AS_ERRORS}"
    )
    add_test(NAME tapi2_windows.prefix COMMAND ${wine} WINEDLLOVERRIDES=mscoree,mshtml= "${WRAPUP_WINEBOOT}" -i)
    set_tests_properties(tapi2_windows.prefix PROPERTIES DEPENDS tapi2_windows.build)
    set_tests_properties(
        tapi2_windows.build tapi2_windows.prefix
        PROPERTIES FIXTURES_SETUP tapi2_windows TIMEOUT 600
    )
endif()

#   tapi2_windows_test(<name> <what Wine is to take for tapi32> <program> <arguments>...)
function(tapi2_windows_test name override program)
    if(wine)
        add_test(
            NAME tapi2_windows.${name}
            COMMAND ${wine} WINEDLLOVERRIDES=tapi32=${override} "${WRAPUP_WINE}" ${program}.exe ${ARGN}
            WORKING_DIRECTORY "${binary_dir}/bin"
        )
        set_tests_properties(tapi2_windows.${name} PROPERTIES FIXTURES_REQUIRED tapi2_windows TIMEOUT 120)
    else()
        add_test(NAME tapi2_windows.${name} COMMAND ${CMAKE_COMMAND} -E echo "mingw-w64 or Wine is not here")
        set_tests_properties(tapi2_windows.${name} PROPERTIES SKIP_REGULAR_EXPRESSION "is not here")
    endif()
endfunction()

foreach(source IN LISTS sources)
    cmake_path(GET source FILENAME name)
    string(REPLACE ".test.cpp" "" name "${name}")
    tapi2_windows_test(${name} n ${name})
endforeach()

# With Wine's own tapi32, whose functions answer all kinds of things, a test fails instead of passing by chance.
tapi2_windows_test(machines_own_is_noticed b double "it is the double")
if(wine)
    set_tests_properties(
        tapi2_windows.machines_own_is_noticed
        PROPERTIES PASS_REGULAR_EXPRESSION "tapi32.dll is not the double"
    )
endif()
