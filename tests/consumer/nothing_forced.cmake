# SPDX-License-Identifier: BSL-1.0

# What a user gets with wrapup::wrapup: include directories and the language standard, and nothing else.
foreach(property IN ITEMS COMPILE_OPTIONS COMPILE_DEFINITIONS LINK_OPTIONS LINK_LIBRARIES SOURCES)
    get_target_property(forced wrapup::wrapup INTERFACE_${property})
    if(forced)
        message(FATAL_ERROR "wrapup::wrapup forces INTERFACE_${property} on its users: ${forced}")
    endif()
endforeach()
