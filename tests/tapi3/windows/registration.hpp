// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3_system.hpp>

#include "support/catch.hpp"
#include "tapi3/double.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

/// @file
/// The double as a class of COM: what CoCreateInstance(CLSID_TAPI) makes in this process, without a registry.

namespace tapi3_double {

// IClassFactory. It lives as long as the registration.
class Factory final : public abi::IUnknown {
public:
    explicit Factory(Exchange& exchange) : exchange_(exchange) {}

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override {
        constexpr Guid class_factory{0x00000001, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
        const bool known = wanted == abi::IUnknown::iid || wanted == class_factory;
        *object = known ? this : nullptr;
        return known ? abi::s_ok : abi::e_nointerface;
    }
    ULong WRAPUP_TAPI3_CALL AddRef() noexcept override { return 2; }
    ULong WRAPUP_TAPI3_CALL Release() noexcept override { return 1; }
    virtual HResult WRAPUP_TAPI3_CALL CreateInstance(abi::IUnknown* outer, const Guid& wanted, void** object) noexcept {
        *object = nullptr;
        if (outer) return CLASS_E_NOAGGREGATION;
        auto* const tapi = new Tapi(exchange_);
        const HResult result = tapi->QueryInterface(wanted, object);
        tapi->Release();
        return result;
    }
    virtual HResult WRAPUP_TAPI3_CALL LockServer(BOOL) noexcept { return abi::s_ok; }

private:
    Exchange& exchange_;
};

/// The machine's COM, for as long as the double is registered there: by a thread of the multithreaded apartment.
class Registered : public wrapup::tapi3::detail::System {
public:
    explicit Registered(Exchange& exchange) : exchange_(exchange), thread_([this] { run(); }) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_there_; });
        REQUIRE(result_ == S_OK);
    }
    ~Registered() override {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

protected:
    Exchange& exchange_;

private:
    void run() {
        ::CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        DWORD cookie = 0;
        const HRESULT result = ::CoRegisterClassObject(reinterpret_cast<const GUID&>(abi::clsid_tapi),
                                                       reinterpret_cast<::IUnknown*>(&factory_), CLSCTX_INPROC_SERVER,
                                                       REGCLS_MULTIPLEUSE, &cookie);
        {
            std::unique_lock lock(mutex_);
            result_ = result;
            is_there_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return stop_; });
        }
        if (result == S_OK) ::CoRevokeClassObject(cookie);
        ::CoUninitialize();
    }

    Factory factory_{exchange_};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_there_ = false, stop_ = false;
    HRESULT result_ = E_FAIL;
    std::thread thread_;
};

} // namespace tapi3_double
