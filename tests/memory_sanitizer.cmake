# SPDX-License-Identifier: BSL-1.0

# The core's tests under Clang's MemorySanitizer: one program for each file, without Catch2 and fmt, which were not compiled
# with it. Left out are those that replace the allocator, as the sanitizer does itself, and those that need other processes.
#
# Nothing is suppressed: support/msan.cpp says what the uninstrumented rest of the standard library writes.
if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize=([a-z,]+,)?memory")
    return()
endif()

add_custom_target(wrapup_memory_sanitizer)
add_library(wrapup_memory_sanitizer_main OBJECT EXCLUDE_FROM_ALL support/msan.cpp)
target_include_directories(wrapup_memory_sanitizer_main PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(wrapup_memory_sanitizer_main PRIVATE wrapup_own) # as C++20: a string of C++17 is the library's
foreach(name bad_input concepts lifecycle monitor notifier session_rules simulator slot threads trace wait)
    set(target wrapup_memory_sanitizer_${name})
    add_executable(${target} EXCLUDE_FROM_ALL ${name}.test.cpp)
    target_compile_definitions(${target} PRIVATE WRAPUP_PLAIN_TESTS)
    target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE wrapup_own wrapup_memory_sanitizer_main)
    target_link_options(${target} PRIVATE -Wl,--wrap=_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_)
    add_dependencies(wrapup_memory_sanitizer ${target})
    add_test(NAME memory_sanitizer.${name} COMMAND ${target})
endforeach()
