# SPDX-License-Identifier: BSL-1.0
# Rule 11: no core header includes a heavy one where it can do without. The standard headers that each names, itself or by
# way of the library's own, are these and no others.
#
#   cmake -D INCLUDE=<include directory> -P includes.cmake

cmake_minimum_required(VERSION 3.24)

set(session concepts cstdint new source_location system_error type_traits utility)
set(notifier ${session} atomic cerrno sched.h unistd.h) # the last two are in libstdc++'s <atomic> as well
set(without_exceptions cstdio cstdlib) # named only where there are none, or where the others bring it

foreach(header session notifier)
    set(seen)
    set(found)
    set(left "wrapup/${header}.hpp")
    while(left)
        list(POP_FRONT left next)
        list(APPEND seen ${next})
        file(STRINGS "${INCLUDE}/${next}" lines REGEX "^#include <")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE "^#include <([^>]+)>.*" "\\1" name "${line}")
            if(NOT name MATCHES "^wrapup/")
                list(APPEND found ${name})
            elseif(NOT name IN_LIST seen AND NOT name IN_LIST left)
                list(APPEND left ${name})
            endif()
        endforeach()
    endwhile()
    list(REMOVE_DUPLICATES found)
    list(REMOVE_ITEM found ${without_exceptions})
    list(SORT found)
    set(allowed ${${header}})
    list(SORT allowed)
    message("wrapup/${header}.hpp: ${found}")
    if(NOT found STREQUAL allowed)
        message(SEND_ERROR "wrapup/${header}.hpp may include these, and no others: ${allowed}")
    endif()
endforeach()
