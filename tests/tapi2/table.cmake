# SPDX-License-Identifier: BSL-1.0

# Prints which test holds which rule of TAPI, and whether it has passed here and under Wine; fails if a rule has none, or one has
# not passed.
#
#   cmake -D HERE=<program> -D WINE=<command>;... -D FOLDER=<of the Windows programs> -P table.cmake

cmake_minimum_required(VERSION 3.24)

set(all)
foreach(rule RANGE 1 44)
    list(APPEND all ${rule})
endforeach()

function(run output)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE printed RESULT_VARIABLE result ERROR_QUIET)
    string(REGEX MATCHALL "(passed|failed): rule [0-9]+: [^\r\n]*" lines "${printed}")
    set(${output} "${lines}" PARENT_SCOPE)
endfunction()

run(here "${HERE}" -v)
set(wine)
if(WINE)
    foreach(program rules double tapi3_rules)
        run(lines ${CMAKE_COMMAND} -E chdir "${FOLDER}" ${WINE} ${program}.exe -v)
        list(APPEND wine ${lines})
    endforeach()
endif()

set(wrong)
message("| Rule | Test | Here | Under Wine |\n|---|---|---|---|")
foreach(rule IN LISTS all)
    set(found OFF)
    foreach(line IN LISTS here)
        if(NOT line MATCHES "^(passed|failed): rule ${rule}: (.*)$")
            continue()
        endif()
        set(found ON)
        set(verdict_here ${CMAKE_MATCH_1})
        set(title "${CMAKE_MATCH_2}")
        set(verdict_wine "not run")
        if("passed: rule ${rule}: ${title}" IN_LIST wine)
            set(verdict_wine passed)
        elseif(WINE)
            set(verdict_wine failed)
        endif()
        message("| ${rule} | ${title} | ${verdict_here} | ${verdict_wine} |")
        if(verdict_here STREQUAL "failed" OR verdict_wine STREQUAL "failed")
            list(APPEND wrong "${rule}")
        endif()
    endforeach()
    if(NOT found)
        list(APPEND wrong "${rule} has no test")
    endif()
endforeach()
if(wrong)
    message(FATAL_ERROR "rules that are not held: ${wrong}")
endif()
