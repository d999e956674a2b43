# SPDX-License-Identifier: BSL-1.0

# wrapup_own: what this project's own targets are compiled with. It is linked privately, and never installed.
add_library(wrapup_own INTERFACE)
target_link_libraries(wrapup_own INTERFACE wrapup Threads::Threads)

if(MSVC)
    target_compile_options(wrapup_own INTERFACE /W4 /permissive- /utf-8 $<$<BOOL:${WRAPUP_WARNINGS_AS_ERRORS}>:/WX>)
else()
    target_compile_options(
        wrapup_own
        INTERFACE
            -Wall
            -Wextra
            -Wpedantic
            -Wcast-align
            -Wcast-qual
            -Wconversion
            -Wdouble-promotion
            -Wextra-semi
            -Wformat=2
            -Wimplicit-fallthrough
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wredundant-move
            -Wshadow
            -Wsign-conversion
            -Wundef
            -Wunused
            $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-branches>
            $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond>
            $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op>
            $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wcomma>
            $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wshadow-all>
            $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wunreachable-code-aggressive>
            # The tests move onto themselves on purpose.
            -Wno-self-move
            # It tells everybody that GCC 4.6 has changed how it passes what is over-aligned.
            $<$<CXX_COMPILER_ID:GNU>:-Wno-psabi>
            # GCC 12 takes its own std::string for one that overlaps itself (its bug 105651).
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
            $<$<BOOL:${WRAPUP_WARNINGS_AS_ERRORS}>:-Werror>
    )
endif()
