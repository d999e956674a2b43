// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/detail/address.hpp>
#include <wrapup/providers/sofia_sip/detail/attendant.hpp>
#include <wrapup/providers/sofia_sip/detail/book.hpp>
#include <wrapup/providers/sofia_sip/detail/event.hpp>
#include <wrapup/providers/sofia_sip/detail/read.hpp>
#include <wrapup/providers/sofia_sip/detail/requests.hpp>
#include <wrapup/providers/sofia_sip/detail/sofia.hpp>
#include <wrapup/providers/sofia_sip/detail/stack_options.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace wrapup::sofia::detail {

// The SIP stack, on one thread: made, run and taken down there. Sofia would have a thread of its own for its protocol; here both
// halves share ours, so that what is asked for and what is heard are in one order.
//
// What users want is done between two steps of the loop. A step begins by carrying out what has been asked for, before anything is
// read from the network, and says so by a message of ours that was queued behind: what is heard before that message had
// happened before our request left, and what is heard after it, afterwards. *Source:* su_base_port.c, su_root_step
class Stack {
public:
    Stack(Book& book, StackOptions options) : book_(book), options_(std::move(options)), attendant_(book_, options_) {}
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    // Whoever is left is lost, and the stack goes.
    ~Stack() {
        nua_handle_t* handle = nullptr;
        bool was_live = false;
        while (const std::uint64_t number = book_.lose_one(handle, was_live)) {
            if (was_live) attendant_.tell_lost(number);
            if (handle) nua_handle_destroy(handle);
        }
        destroy();
    }

    // @returns why there is none. @throws std::bad_alloc
    [[nodiscard]] std::error_code create() {
        static const int initialized = su_init(); // for all stacks of the program
        if (initialized != 0) return last_error();
        if (const std::error_code error = try_to_listen(options_.url)) return error;
        if (!options_.from.empty() && !is_address(options_.from)) return make_error_code(std::errc::invalid_argument);
        root_ = su_root_create(static_cast<su_root_magic_t*>(static_cast<void*>(this)));
        if (!root_) return make_error_code(std::errc::not_enough_memory);
        su_root_threading(root_, 0);
        if (su_wait_create(wait_, book_.wake().descriptor(), SU_WAIT_IN) != 0) return last_error();
        waits_ = true;
        registered_ =
            su_root_register(root_, wait_, &Stack::on_wake, static_cast<su_wakeup_arg_t*>(static_cast<void*>(this)), 0);
        if (registered_ <= 0) return last_error();
        errno = 0;
        nua_ = nua_create(root_, &Stack::on_event, static_cast<nua_magic_t*>(static_cast<void*>(this)),
                          NUTAG_URL(options_.url.c_str()), NUTAG_MEDIA_ENABLE(0), NUTAG_AUTOALERT(1),
                          NUTAG_AUTOANSWER(0), NUTAG_AUTOACK(0), NUTAG_RETRY_COUNT(0),
                          NUTAG_OUTBOUND("no-options-keepalive no-validate no-natify"), SIPTAG_ALLOW_STR(methods),
                          NUTAG_APPL_METHOD("INVITE, UPDATE, INFO, PRACK"), SIPTAG_SUPPORTED_STR("timer"),
                          NTATAG_MAXSIZE(largest_message), NTATAG_UDP_MTU(65535), // ACK has no way back from TCP
                          NUTAG_SESSION_TIMER(static_cast<unsigned>(options_.session_timer.count())),
                          TAG_IF(options_.session_timer.count() > 0, NUTAG_MIN_SE(1)),
                          NTATAG_SIP_T1(static_cast<unsigned>(options_.t1.count())),
                          NTATAG_SIP_T1X64(static_cast<unsigned>(options_.patience.count())),
                          TAG_IF(!options_.from.empty(), SIPTAG_FROM_STR(options_.from.c_str())), TAG_END());
        if (!nua_) return last_error();
        nua_get_params(nua_, TAG_ANY(), TAG_END());
        while (!contact_) su_root_step(root_, 1000);
        if (!contact_->empty()) return {};
        contact_.reset(); // no calls are taken
        return make_error_code(std::errc::not_enough_memory);
    }

    // Where it is reached.
    [[nodiscard]] const std::string& contact() const noexcept { return *contact_; }

    // Until the book is closed and its calls are over, or have been waited for.
    void run() noexcept {
        std::optional<std::chrono::steady_clock::time_point> deadline;
        const std::chrono::milliseconds interval =
            std::clamp(options_.patience / 8, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
        auto last_look = std::chrono::steady_clock::now();
        for (;;) {
            if (attendant_.carry_out(nua_, ++pass_)) fence();
            const auto now = std::chrono::steady_clock::now();
            if (now - last_look >= interval) {
                last_look = now;
                attendant_.give_up();
            }
            std::chrono::milliseconds patience = interval;
            if (book_.is_closed()) {
                if (!deadline) deadline = now + options_.grace;
                if (!book_.any_live() || now >= *deadline) return;
                patience = std::min(patience, std::chrono::ceil<std::chrono::milliseconds>(*deadline - now));
            }
            su_root_step(root_, patience.count());
        }
    }

private:
    static constexpr const char* methods = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO"; // others get 405

    // What is larger is not read to its end: the stack would take more and more time for each piece of it.
    static constexpr unsigned largest_message = 65536;

    // Also of what was not quite made.
    void destroy() noexcept {
        if (nua_) {
            // A handle that is destroyed after nua_shutdown has begun is not destroyed: nua takes no more requests then. So all of
            // that was asked for before. *Source:* nua_stack.c, nua_signal; freeswitch/sofia-sip #68, #72
            nua_shutdown(nua_);
            while (!down_) su_root_step(root_, 1000);
            nua_destroy(std::exchange(nua_, nullptr));
        }
        if (registered_ > 0) su_root_deregister(root_, std::exchange(registered_, 0));
        else if (waits_) su_wait_destroy(wait_);
        waits_ = false;
        if (root_) su_root_destroy(std::exchange(root_, nullptr));
    }

    static std::error_code last_error() noexcept {
        return errno != 0 ? std::error_code(errno, std::system_category())
                          : make_error_code(std::errc::address_not_available);
    }

    void fence() noexcept {
        su_msg_r message = SU_MSG_R_INIT;
        const auto task = su_root_task(root_);
        if (su_msg_create(message, task, task, &Stack::on_fence, sizeof(std::uint64_t)) != 0) {
            book_.carried_out(pass_); // there is no memory: it is going to be
            return;
        }
        *static_cast<std::uint64_t*>(static_cast<void*>(su_msg_data(message))) = pass_;
        su_msg_send(message);
    }

    static int on_wake(su_root_magic_t*, su_wait_t*, su_wakeup_arg_t* self) noexcept {
        static_cast<Stack*>(static_cast<void*>(self))->book_.wake().heard();
        return 0;
    }
    static void on_fence(su_root_magic_t* self, su_msg_r, su_msg_arg_t* pass) noexcept {
        static_cast<Stack*>(static_cast<void*>(self))
            ->book_.carried_out(*static_cast<const std::uint64_t*>(static_cast<const void*>(pass)));
    }
    static void on_event(nua_event_t event, int status, const char* phrase, nua_t* nua, nua_magic_t* self,
                         nua_handle_t* handle, nua_hmagic_t* magic, const sip_t* sip, tagi_t tags[]) noexcept {
        static_cast<Stack*>(static_cast<void*>(self))
            ->handle(Event{event, status, phrase, sip, tags}, nua, handle, number_of(magic));
    }

    void handle(const Event& event, nua_t* nua, nua_handle_t* handle, std::uint64_t number) noexcept {
        if (event.kind == nua_r_shutdown) down_ = event.status >= 200;
        else if (event.kind == nua_r_get_params) get_params(event);
        else if (!handle) return;
        else if (number == 0) attendant_.appear(event, nua, handle, contact_.has_value());
        else attendant_.hear(event, nua, handle, number);
    }

    void get_params(const Event& event) noexcept {
        const sip_contact_t* contact = nullptr;
        tl_gets(event.tags, NTATAG_CONTACT_REF(contact), TAG_END());
        contact_.emplace();
        try {
            if (contact) *contact_ = text_of(contact->m_url);
        } catch (const std::bad_alloc&) {
            contact_->clear(); // see `create`
        }
    }

    Book& book_;
    const StackOptions options_;
    Attendant attendant_;
    su_root_t* root_ = nullptr;
    nua_t* nua_ = nullptr;
    su_wait_t wait_[1] = {};
    bool waits_ = false;
    int registered_ = 0;
    std::optional<std::string> contact_; // the stack has said it
    bool down_ = false;
    std::uint64_t pass_ = 0;
};

} // namespace wrapup::sofia::detail
