// SPDX-License-Identifier: BSL-1.0
// Each method that the provider calls stands where <tapi3.h> has it; and a program that uses <tapi3.h> itself can use the
// double, so that what is tested is TAPI's binary interface and not an agreement of ours with ourselves.
#include <wrapup/providers/tapi3_system.hpp>

#include "tapi3/desk.hpp"

#include <cstddef>
#include <cstring>

using namespace support;

namespace {

// Where in the table a virtual member is: what a pointer to it holds by the ABI of mingw-w64, the offset and one.
template <class Member>
std::size_t place(Member member) {
    std::size_t bits[2]{};
    static_assert(sizeof bits == sizeof member);
    std::memcpy(bits, &member, sizeof bits);
    REQUIRE(bits[0] % sizeof(void*) == 1);
    return bits[0] / sizeof(void*);
}

} // namespace

#define CHECK_PLACE(type, method) CHECK(place(&tapi3::abi::type::method) == place(&::type::method))

TEST_CASE("tapi3: each method stands in its place", "[tapi3]") {
    using Query = HRESULT (STDMETHODCALLTYPE ::IUnknown::*)(REFIID, void**); // there is a template beside it
    CHECK(place(&tapi3::abi::IUnknown::QueryInterface) == place(static_cast<Query>(&::IUnknown::QueryInterface)));
    CHECK_PLACE(IUnknown, AddRef);
    CHECK_PLACE(IUnknown, Release);
    CHECK_PLACE(ITCallInfo, get_CallState);
    CHECK_PLACE(ITCallInfo, get_Privilege);
    CHECK_PLACE(ITCallInfo, get_CallInfoLong);
    CHECK_PLACE(ITCallInfo, get_CallInfoString);
    CHECK_PLACE(ITCallInfo, GetCallInfoBuffer);
    CHECK_PLACE(ITBasicCallControl, Connect);
    CHECK_PLACE(ITBasicCallControl, Answer);
    CHECK_PLACE(ITBasicCallControl, Disconnect);
    CHECK_PLACE(ITAddress, get_State);
    CHECK_PLACE(ITAddress, get_AddressName);
    CHECK_PLACE(ITAddress, CreateCall);
    CHECK_PLACE(ITAddress, EnumerateCalls);
    CHECK_PLACE(IEnumCall, Next);
    CHECK_PLACE(IEnumAddress, Next);
    CHECK_PLACE(ITTAPI, Initialize);
    CHECK_PLACE(ITTAPI, Shutdown);
    CHECK_PLACE(ITTAPI, EnumerateAddresses);
    CHECK_PLACE(ITTAPI, RegisterCallNotifications);
    CHECK_PLACE(ITTAPI, UnregisterNotifications);
    CHECK_PLACE(ITTAPI, put_EventFilter);
    CHECK_PLACE(ITCallStateEvent, get_Call);
    CHECK_PLACE(ITCallStateEvent, get_State);
    CHECK_PLACE(ITCallStateEvent, get_Cause);
    CHECK_PLACE(ITCallNotificationEvent, get_Call);
    CHECK_PLACE(ITCallNotificationEvent, get_Event);
    CHECK_PLACE(ITTAPIEventNotification, Event);
    CHECK_PLACE(IConnectionPoint, Advise);
    CHECK_PLACE(IConnectionPoint, Unadvise);
    CHECK_PLACE(IConnectionPointContainer, FindConnectionPoint);
}

TEST_CASE("tapi3: without a double there is no TAPI 3 under Wine, and that is said", "[tapi3]") {
    std::error_code why;
    try {
        const tapi3::Telephony telephony(tapi3::system());
    } catch (const std::system_error& error) {
        why = error.code();
    }
    CHECK(why == tapi3::Error::class_not_registered);
}

TEST_CASE("tapi3: a thread of an apartment of its own can use calls, and pumps while it waits", "[tapi3]") {
    REQUIRE(::CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED) == S_OK);
    {
        Tapi3Desk desk;
        CHECK(desk.com().must_pump());
        auto call = desk.dial();
        desk.exchange().hangs_up(desk.number());
        CHECK(wrapup::wait_for(call, std::chrono::seconds(10)));
        CHECK(call.query(&tapi3::Provider::call_info));
    }
    ::CoUninitialize();
}
