# SPDX-License-Identifier: BSL-1.0

#   cmake -D rule=<file> -P check.cmake -- <the command that compiles it>
#
# Fails unless the file is refused with what it expects, or, as a control, accepted.

# A sentence that says what is wrong loses its worth among a hundred others.
set(most_errors 12)

set(command)
set(collecting FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
    if(collecting)
        list(APPEND command "${CMAKE_ARGV${i}}")
    elseif(CMAKE_ARGV${i} STREQUAL "--")
        set(collecting TRUE)
    endif()
endforeach()

set(ENV{LC_ALL} C)
execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

cmake_path(GET rule STEM name)
if(name MATCHES "^control_")
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${name} must compile, but did not:\n${output}")
    endif()
    return()
endif()

if(result EQUAL 0)
    message(FATAL_ERROR "${name} must not compile, but did")
endif()

file(STRINGS "${rule}" expected REGEX "^[ \t]*// expect: ")
if(NOT expected)
    message(FATAL_ERROR "${name} does not say what is expected: it needs a line `// expect: <text>`")
endif()
foreach(line IN LISTS expected)
    string(REGEX REPLACE "^[ \t]*// expect: " "" text "${line}")
    string(FIND "${output}" "${text}" found)
    if(found EQUAL -1)
        message(FATAL_ERROR "${name}: the compiler does not say\n    ${text}\nIt says:\n${output}")
    endif()
endforeach()

string(REGEX MATCHALL "(^|[ :])error( C[0-9]+)?:" errors "${output}")
list(LENGTH errors count)
if(count GREATER most_errors)
    message(FATAL_ERROR "${name}: ${count} errors are reported, more than ${most_errors}:\n${output}")
endif()
message(STATUS "${name}: refused as expected, with ${count} error(s)")
