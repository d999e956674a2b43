// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/functions.hpp>

#include "tapi3/double.hpp"
#include "tapi3/memory.hpp"

#if defined(_WIN32)
#include "tapi3/windows/registration.hpp"
#else
#include <chrono>
#include <thread>
#endif

#include <mutex>
#include <string_view>

/// @file
/// The functions of COM for the provider under test, counted. On Windows they are those of the machine, and the double is what
/// CoCreateInstance gives for CLSID_TAPI; elsewhere there is as much of COM here as is needed.

namespace tapi3_double {

#if defined(_WIN32)
using Machine = Registered;
#else
class Machine : public wrapup::tapi3::Functions {
public:
    explicit Machine(Exchange& exchange) : exchange_(exchange) {}

    HResult enter_apartment() noexcept override { return abi::s_ok; }
    void leave_apartment() noexcept override {}
    HResult create_tapi(abi::ITTAPI** tapi) noexcept override {
        *tapi = new Tapi(exchange_);
        return abi::s_ok;
    }
    abi::String allocate_string(std::u16string_view text) noexcept override { return new_string(text); }
    std::u16string_view view(abi::String string) noexcept override { return view_of(string); }
    void free_string(abi::String string) noexcept override { delete_string(string); }
    void free_memory(void* memory) noexcept override { delete_memory(memory); }
    bool must_pump() noexcept override { return false; }
    void pump(std::chrono::milliseconds time) noexcept override { std::this_thread::sleep_for(time); }

protected:
    Exchange& exchange_;
};
#endif

class Com final : public Machine {
public:
    using Machine::Machine;

    HResult enter_apartment() noexcept override {
        if (exchange_.may_enter && !exchange_.may_enter()) return abi::e_outofmemory;
        const HResult result = Machine::enter_apartment();
        const std::lock_guard lock(exchange_.mutex);
        if (result < 0) return result;
        ++Exchange::apartments_here();
        ++exchange_.books_.apartments;
        return result;
    }
    void leave_apartment() noexcept override {
        if (exchange_.leaves) exchange_.leaves();
        {
            const std::lock_guard lock(exchange_.mutex);
            --Exchange::apartments_here();
            --exchange_.books_.apartments;
        }
        Machine::leave_apartment();
    }
    HResult create_tapi(abi::ITTAPI** tapi) noexcept override {
        exchange_.called("CoCreateInstance", true);
        if (const HResult failed = exchange_.step(0); failed < 0) return failed;
        const Own own;
        return Machine::create_tapi(tapi);
    }
    abi::String allocate_string(std::u16string_view text) noexcept override {
        const abi::String string = Machine::allocate_string(text);
        const std::lock_guard lock(exchange_.mutex);
        exchange_.books_.strings += string != nullptr;
        return string;
    }
    void free_string(abi::String string) noexcept override {
        Machine::free_string(string);
        const std::lock_guard lock(exchange_.mutex);
        exchange_.books_.strings -= string != nullptr;
    }
    void free_memory(void* memory) noexcept override {
        Machine::free_memory(memory);
        const std::lock_guard lock(exchange_.mutex);
        exchange_.books_.memory -= memory != nullptr;
    }
};

} // namespace tapi3_double
