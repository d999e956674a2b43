// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/providers/detail/text.hpp>
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/detail/calls.hpp>
#include <wrapup/providers/tapi2/detail/result.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/functions.hpp>
#include <wrapup/providers/tapi2/options.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace wrapup::tapi2::detail {

// What TAPI's messages come through where a port is asked for.
class Port {
public:
    Port(Functions& tapi, bool wanted) : tapi_(tapi), port_(wanted ? tapi.create_port() : nullptr) {
        if (wanted && !port_) wrapup::detail::fail(make_error_code(std::errc::not_enough_memory));
    }
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    // What is left in it has to be freed.
    ~Port() {
        if (!port_) return;
        for (abi::Message left; tapi_.take_message(port_, left, {}) == Functions::Taken::message;) {
        }
        tapi_.close_port(port_);
    }
    [[nodiscard]] void* get() const noexcept { return port_; }

private:
    Functions& tapi_;
    void* const port_;
};

// The program as TAPI knows it: HLINEAPP.
class Application {
    static constexpr abi::Dword newest = 0x00020002;

public:
    Application(Functions& tapi, const Port& port, abi::Callback* callback, const Options& options) : tapi_(tapi) {
        abi::InitializeExParams params{};
        params.dwTotalSize = sizeof params;
        params.handle = port.get();
        params.dwOptions = callback     ? abi::lineinitializeexoption_usehiddenwindow
                           : port.get() ? abi::lineinitializeexoption_usecompletionport
                                        : abi::lineinitializeexoption_useevent;
        abi::Dword devices = 0, version = newest;
        const abi::Long result = tapi.lineInitializeExW(
            &handle_, callback, wrapup::detail::to_utf16(options.application).c_str(), &devices, &version, &params);
        if (result < 0) wrapup::detail::fail(error_of(result));
    }
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    ~Application() { shut_down(); }

    [[nodiscard]] abi::Handle handle() const noexcept { return handle_; }

    // Whoever waits for a message is let go. *Source:* lineShutdown, lineGetMessage
    void shut_down() noexcept {
        if (!std::exchange(down_, true)) static_cast<void>(tapi_.lineShutdown(handle_));
    }

    // The version that both sides speak, 2.0 or later: the rules of deallocation are those of 2.0.
    [[nodiscard]] abi::Dword negotiate(abi::Dword device) const {
        constexpr abi::Dword oldest = 0x00020000;
        abi::Dword version = 0;
        abi::ExtensionId extension{};
        const abi::Long result = tapi_.lineNegotiateAPIVersion(handle_, device, oldest, newest, &version, &extension);
        if (result < 0) wrapup::detail::fail(error_of(result));
        return version;
    }

private:
    Functions& tapi_;
    abi::Handle handle_ = 0;
    bool down_ = false;
};

// The one who takes TAPI's messages, in their order, where they do not come by being pumped. When it ends, TAPI is shut down.
class Consumer {
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds tick{1000}; // how often what was refused is tried again

public:
    Consumer(Functions& tapi, Application& application, const Port& port, Calls& calls, bool wanted)
        : tapi_(tapi), application_(application), port_(port.get()), calls_(calls) {
        if (wanted) thread_ = std::thread([this] { run(); });
    }
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;
    ~Consumer() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        stopped_.notify_all();
        application_.shut_down();
        if (port_) tapi_.wake_port(port_);
        if (thread_.joinable()) thread_.join();
    }

    [[nodiscard]] bool is_here() const noexcept { return thread_.get_id() == std::this_thread::get_id(); }

private:
    enum class Next : std::uint8_t { message, nothing, gone };

    void run() noexcept {
        std::chrono::milliseconds rest{0};
        while (!stopping(rest)) {
            const auto begin = Clock::now();
            abi::Message message{};
            const Next next = take(message);
            if (next == Next::gone) return;
            if (next == Next::message) calls_.handle(message);
            // Who has nothing and does not wait either is not asked again at once.
            const auto now = Clock::now();
            if (next == Next::message || now - begin >= tick / 2) rest = rest.zero();
            else rest = std::clamp(2 * rest, std::chrono::milliseconds(1), tick);
            calls_.retry();
        }
    }

    Next take(abi::Message& message) noexcept {
        if (port_)
            return tapi_.take_message(port_, message, tick) == Functions::Taken::message ? Next::message
                                                                                         : Next::nothing;
        constexpr abi::Dword none = 0xFFFFFFFF; // what stands there if nothing is written
        message.dwMessageID = none;
        const abi::Long result =
            tapi_.lineGetMessage(application_.handle(), &message, static_cast<abi::Dword>(tick.count()));
        if (result == result_of(Error::invalid_app_handle)) {
            // Not by us: TAPI has gone.
            if (!stopping({})) calls_.lose_all(error_of(result));
            return Next::gone;
        }
        return result >= 0 && message.dwMessageID != none ? Next::message : Next::nothing;
    }

    bool stopping(std::chrono::milliseconds rest) noexcept {
        std::unique_lock lock(mutex_);
        return rest == rest.zero() ? stop_ : stopped_.wait_for(lock, rest, [this] { return stop_; });
    }

    Functions& tapi_;
    Application& application_;
    void* const port_;
    Calls& calls_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stop_ = false;
    std::thread thread_;
};

} // namespace wrapup::tapi2::detail
