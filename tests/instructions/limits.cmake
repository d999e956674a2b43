# SPDX-License-Identifier: BSL-1.0
# What is counted is compared with limits.txt, or with what LIMITS names, line by line.
cmake_minimum_required(VERSION 3.24)

if(NOT LIMITS)
  set(LIMITS ${CMAKE_CURRENT_LIST_DIR}/limits.txt)
endif()
set(exceeded "")

# Which names there are limits for, of a kind; and for each, as <name>_most, what it is.
macro(limits_of kind names)
  set(${names} "")
  file(STRINGS ${LIMITS} lines REGEX "^[a-z]")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^([a-z_]+) +([a-z_.]+) +(-?[0-9]+)$")
      message(FATAL_ERROR "${LIMITS}: what is '${line}'?")
    endif()
    if(CMAKE_MATCH_1 STREQUAL "${kind}")
      list(APPEND ${names} ${CMAKE_MATCH_2})
      set(${CMAKE_MATCH_2}_most ${CMAKE_MATCH_3})
    endif()
  endforeach()
  if(NOT ${names})
    message(FATAL_ERROR "${LIMITS} has no limits for ${kind}")
  endif()
endmacro()

macro(compare kind name counted)
  message("${kind} ${name}: ${counted} ${${name}_most}")
  if(${counted} GREATER ${${name}_most})
    list(APPEND exceeded "${kind} ${name}")
  endif()
endmacro()

macro(fail_where_exceeded)
  if(exceeded)
    message(FATAL_ERROR "more than limits.txt allows: ${exceeded}")
  endif()
endmacro()

# The limits are those of one compiler. Returns from the script where this is another.
macro(skip_other_compilers)
  if(NOT COMPILER_ID STREQUAL "GNU" OR NOT COMPILER_VERSION MATCHES "^12\\.")
    message("SKIPPED: the limits are those of GCC 12")
    return()
  endif()
endmacro()
