# SPDX-License-Identifier: BSL-1.0

# Prints which test holds which rule of TAPI, and whether it has passed here and under Wine; fails if a rule has none, or one has
# not passed.
#
#   cmake -D HERE=<the unit tests> -D WINE=<command>;... -D FOLDER=<of the Windows programs> -P table.cmake

cmake_minimum_required(VERSION 3.24)

set(all)
foreach(rule RANGE 1 44)
    list(APPEND all ${rule})
endforeach()

# Catch2 names those that have run; only its result says whether all of them have passed.
execute_process(COMMAND "${HERE}" "rule *" --durations yes OUTPUT_VARIABLE printed RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "not all rules are held here:\n${printed}")
endif()
string(REGEX MATCHALL " s: rule [0-9]+: [^\r\n]*" here "${printed}")

set(wine)
if(WINE)
    foreach(program rules double tapi3_rules)
        execute_process(
            COMMAND ${CMAKE_COMMAND} -E chdir "${FOLDER}" ${WINE} ${program}.exe -v
            OUTPUT_VARIABLE printed
            ERROR_QUIET
        )
        string(REGEX MATCHALL "(passed|failed): rule [0-9]+: [^\r\n]*" lines "${printed}")
        list(APPEND wine ${lines})
    endforeach()
endif()

set(wrong)
message("| Rule | Test | Here | Under Wine |\n|---|---|---|---|")
foreach(rule IN LISTS all)
    set(found OFF)
    foreach(line IN LISTS here)
        if(NOT line MATCHES "^ s: rule ${rule}: (.*)$")
            continue()
        endif()
        set(found ON)
        set(title "${CMAKE_MATCH_1}")
        set(verdict_wine "not run")
        if("passed: rule ${rule}: ${title}" IN_LIST wine)
            set(verdict_wine passed)
        elseif(WINE)
            set(verdict_wine failed)
        endif()
        message("| ${rule} | ${title} | passed | ${verdict_wine} |")
        if(verdict_wine STREQUAL "failed")
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
