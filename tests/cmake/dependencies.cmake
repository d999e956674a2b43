# SPDX-License-Identifier: BSL-1.0

# What the tests and examples need. It is looked for among what is installed; only where WRAPUP_FETCH_DEPENDENCIES asks for
# it, and it is not there, is it downloaded.

find_package(Threads REQUIRED)

# The standard library decides which binaries can be linked.
include(CheckCXXSymbolExists)
check_cxx_symbol_exists(_LIBCPP_VERSION version WRAPUP_LIBCXX)

macro(wrapup_find name repository commit)
    if(WRAPUP_FETCH_DEPENDENCIES)
        include(FetchContent)
        FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${commit} FIND_PACKAGE_ARGS)
        FetchContent_MakeAvailable(${name})
    else()
        find_package(${name})
    endif()
endmacro()

# Optional: what uses it is left out where it is missing.
wrapup_find(fmt https://github.com/fmtlib/fmt.git 0c9fce2ffefecfdce794e1859584e25877b7b592) # 11.0.2
if(TARGET fmt::fmt)
    add_library(wrapup_fmt INTERFACE)
    # An installed fmt is built with the other standard library.
    target_link_libraries(wrapup_fmt INTERFACE $<IF:$<BOOL:${WRAPUP_LIBCXX}>,fmt::fmt-header-only,fmt::fmt>)
endif()

# Optional: the SIP stack, which is found by pkg-config alone, and used on Linux.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    find_package(PkgConfig)
    if(PkgConfig_FOUND)
        pkg_check_modules(sofia_sip IMPORTED_TARGET sofia-sip-ua)
    endif()
endif()
if(TARGET PkgConfig::sofia_sip)
    add_library(wrapup_sofia_sip INTERFACE)
    target_link_libraries(wrapup_sofia_sip INTERFACE PkgConfig::sofia_sip)
elseif(WRAPUP_REQUIRE_SOFIA_SIP)
    message(FATAL_ERROR "sofia-sip was not found by pkg-config: install libsofia-sip-ua-dev and pkg-config")
endif()

if(WRAPUP_BUILD_TESTS)
    wrapup_find(Catch2 https://github.com/catchorg/Catch2.git fa43b77429ba76c462b1898d6cd2f2d7a9416b14) # 3.7.1
    if(NOT TARGET Catch2::Catch2)
        message(
            FATAL_ERROR
            "The tests need Catch2, which was not found: install it, have it downloaded with "
            "-D WRAPUP_FETCH_DEPENDENCIES=ON, or leave the tests out with -D WRAPUP_BUILD_TESTS=OFF"
        )
    endif()
    if(DEFINED catch2_SOURCE_DIR)
        list(APPEND CMAKE_MODULE_PATH "${catch2_SOURCE_DIR}/extras")
    endif()
endif()
