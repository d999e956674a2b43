# SPDX-License-Identifier: BSL-1.0

# What examples/2_child_process must do with which arguments, against real programs; and what a child's session does when
# memory or descriptors run out, in a program of its own, since it replaces the allocator.
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    return()
endif()

# Clang's thread sanitizer brings an allocator that cannot be replaced.
if(NOT (CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread"))
    add_executable(wrapup_child_process_exhaustion "${CMAKE_CURRENT_LIST_DIR}/child_process/exhaustion.cpp")
    target_link_libraries(wrapup_child_process_exhaustion PRIVATE wrapup_own)
    add_test(NAME child_process.exhaustion_leaves_nothing_behind COMMAND wrapup_child_process_exhaustion)
    set_tests_properties(child_process.exhaustion_leaves_nothing_behind PROPERTIES TIMEOUT 60)
endif()

if(NOT TARGET wrapup_example_2_child_process)
    return()
endif()

find_program(WRAPUP_SH sh REQUIRED)
set(script "${CMAKE_CURRENT_LIST_DIR}/child_process/run.sh")

# The cases are those of the script.
file(STRINGS "${script}" cases REGEX "^[a-z_]+\\)$")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}")
foreach(case IN LISTS cases)
    string(REPLACE ")" "" case "${case}")
    add_test(
        NAME child_process.${case}
        COMMAND "${WRAPUP_SH}" "${script}" $<TARGET_FILE:wrapup_example_2_child_process> ${case}
    )
    set_tests_properties(child_process.${case} PROPERTIES TIMEOUT 60 SKIP_RETURN_CODE 77)
endforeach()
