// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>

#include "tapi3/memory.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// @file
/// A double of TAPI 3: the TAPI object, its addresses, calls, events and connection point, as objects of COM that count their
/// references and enforce the rules of tapi3.h's pages; and the exchange behind them, which a test scripts.

namespace tapi3_double {

namespace abi = wrapup::tapi3::abi;
using abi::Guid;
using abi::HResult;
using abi::Long;
using abi::ULong;

/// When what a Disconnect brings about comes.
enum class When {
    before_return, ///< before the method returns
    at_once,       ///< it is on its way when the method returns
    on_release,    ///< at `Exchange::release_pending`
    never
};

/// What a Disconnect does.
struct Script {
    HResult returns = abi::s_ok; ///< where this is not S_OK, nothing else is done, but for `ends`
    When when = When::at_once;
    bool ends = true;    ///< the call is disconnected
    bool tells = true;   ///< and an event tells it
    bool blocks = false; ///< until `Exchange::unblock`
};

/// What CreateCall was asked for, and Connect.
struct Made {
    std::u16string destination;
    Long address_type = -1, media_types = -1;
    int address = -1; ///< which one, in the order of EnumerateAddresses
    bool connects_synchronously = false;
};

/// What RegisterCallNotifications was asked for.
struct Registration {
    int address = -1;
    bool monitors = false, owner = false;
    Long media_types = -1;
};

/// What has been counted.
struct Books {
    int objects = 0; ///< that are alive, of every kind
    int held = 0;    ///< calls that the application has references to
    int strings = 0, memory = 0;
    int disconnects = 0, disconnects_after_the_end = 0;
    int shutdowns = 0;
    int apartments = 0; ///< threads that are in one
    int calls_made = 0;
};

/// While one lives, what this thread allocates is the double's own, and no test takes that memory away.
class Own {
public:
    Own() noexcept { ++depth(); }
    Own(const Own&) = delete;
    Own& operator=(const Own&) = delete;
    ~Own() { --depth(); }
    [[nodiscard]] static bool is_here() noexcept { return depth() > 0; }

private:
    static int& depth() noexcept {
        static thread_local int own = 0;
        return own;
    }
};

class Exchange;

/// An object of COM: the interfaces below derive from it beside what they implement.
class Counted {
public:
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    virtual ~Counted() = default;
    void refer() noexcept { ++own_; }                                       // with the mutex
    [[nodiscard]] ULong references() const noexcept { return references_; } // of nobody else's
    void unrefer() noexcept;

protected:
    explicit Counted(Exchange& exchange);
    ULong add() noexcept;
    ULong drop() noexcept; // and deletes it
    // With the mutex.
    virtual void is_let_go() noexcept {} // by the application
    virtual void dies() noexcept;

    Exchange& exchange_;
    ULong references_ = 1; // the application's
    ULong own_ = 0;        // the double's
};

// One of so many, from which something is taken; whether there was one.
inline bool take_one(std::atomic<int>& left) noexcept {
    int seen = left;
    while (seen > 0 && !left.compare_exchange_weak(seen, seen - 1)) {
    }
    return seen > 0;
}

#define TAPI3_DOUBLE_COUNTED                                                                                           \
    ULong WRAPUP_TAPI3_CALL AddRef() noexcept override { return add(); }                                               \
    ULong WRAPUP_TAPI3_CALL Release() noexcept override { return drop(); }
#define TAPI3_DOUBLE_UNUSED(number)                                                                                    \
    HResult WRAPUP_TAPI3_CALL unused##number() noexcept override { return abi::e_notimpl; }
#define TAPI3_DOUBLE_DISPATCH                                                                                          \
    TAPI3_DOUBLE_UNUSED(3) TAPI3_DOUBLE_UNUSED(4) TAPI3_DOUBLE_UNUSED(5) TAPI3_DOUBLE_UNUSED(6)

class Call;

/// The other side.
class Exchange {
public:
    Exchange() : tapi_thread_([this] { run(); }) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() {
        {
            const std::lock_guard lock(mutex);
            stop_ = true;
        }
        changed_.notify_all();
        tapi_thread_.join();
    }

    // ---- what a test says; calls are numbered from 1 in the order in which they begin

    void usually(const Script& script) {
        const std::lock_guard lock(mutex);
        usual_ = script;
    }
    void next(const Script& script) {
        const std::lock_guard lock(mutex);
        next_.push_back(script);
    }
    /// What Connect returns; `begins`: after the call has begun, whatever that is.
    void connect_returns(HResult result, bool begins = false) {
        connect_ = result;
        connect_begins_ = begins;
    }
    /// A call that rings may be let go as it is: there is no memory to take it.
    void let_ring() { let_ring_ = true; }
    /// Connect does not return until `unblock`.
    void connect_blocks() { connect_blocks_ = true; }
    /// So many events say nothing: what is asked of them is an error.
    void next_events_fail(int count) { failing_events_ = count; }
    /// So many times get_CallState, or EnumerateCalls, is an error.
    void next_states_fail(int count) { failing_states_ = count; }
    void next_enumerations_fail(int count) { failing_enumerations_ = count; }
    [[nodiscard]] int failing_states() const { return failing_states_; }
    [[nodiscard]] int failing_enumerations() const { return failing_enumerations_; }
    [[nodiscard]] int failing_events() const { return failing_events_; }
    void create_returns(HResult result) { create_ = result; }
    /// What activation and Initialize, put_EventFilter, FindConnectionPoint, Advise, RegisterCallNotifications return: the
    /// n-th of them, from 0.
    void fails_at(int step, HResult result) {
        failing_step_ = step;
        failing_ = result;
    }
    [[nodiscard]] HResult step(int number) const { return number == failing_step_ ? failing_ : abi::s_ok; }

    int offer(Long privilege = abi::cp_owner);
    /// Another notification of a call: it is ours from now on, or only looked at.
    void hand(int number, Long privilege);
    /// A call that the provider knows nothing of. @returns a reference
    abi::ITBasicCallControl* make(Long state = abi::cs_connected, Long privilege = abi::cp_owner);
    /// Gives a reference up, as a program does that needs no apartment for it.
    static void release(abi::IUnknown* object) {
        const Tapis tapis;
        object->Release();
    }
    void set_state(int number, Long state, Long cause = 0, bool tells = true);
    /// An event, whatever the state.
    void tell(int number, Long state, Long cause);
    void hangs_up(int number, Long cause = 1) { set_state(number, abi::cs_disconnected, cause); }
    void connects(int number) { set_state(number, abi::cs_connected); }
    std::size_t release_pending() { ///< returns how many there were
        std::vector<std::function<void()>> pending;
        {
            const std::lock_guard lock(mutex);
            pending.swap(pending_);
        }
        for (const auto& event : pending) event();
        return pending.size();
    }
    void unblock() {
        {
            const std::lock_guard lock(mutex);
            unblocked_ = true;
        }
        changed_.notify_all();
    }
    void set_text(Long which, std::u16string text) { texts[which] = std::move(text); }
    void set_number(Long which, Long value) { numbers[which] = value; }
    void set_bytes(Long which, std::string bytes) { buffers[which] = std::move(bytes); }

    // ---- what it has seen

    [[nodiscard]] Books books() {
        const std::lock_guard lock(mutex);
        return books_;
    }
    [[nodiscard]] std::vector<std::string> violations() {
        const std::lock_guard lock(mutex);
        return violations_;
    }
    [[nodiscard]] std::vector<std::string> log() {
        const std::lock_guard lock(mutex);
        return log_;
    }
    /// Of a call that was created; and what it was disconnected with last, also when it is gone; -1 where it was not.
    [[nodiscard]] Made made(int number) {
        const std::lock_guard lock(mutex);
        return made_[number];
    }
    [[nodiscard]] Long code_of(int number) {
        const std::lock_guard lock(mutex);
        const auto found = codes_.find(number);
        return found == codes_.end() ? -1 : found->second;
    }
    [[nodiscard]] Registration registration() {
        const std::lock_guard lock(mutex);
        return registration_;
    }
    /// Whether a Disconnect came on one of these threads.
    [[nodiscard]] bool disconnects_on(std::thread::id thread) {
        const std::lock_guard lock(mutex);
        return std::find(disconnecting_.begin(), disconnecting_.end(), thread) != disconnecting_.end();
    }
    /// All events that were on their way have been given to the sink.
    void settle() {
        std::unique_lock lock(mutex);
        changed_.wait(lock, [this] { return work_.empty() && !working_; });
    }
    [[nodiscard]] abi::IUnknown* call(int number); ///< a reference to the call's object, or null
    [[nodiscard]] Long state_of(int number);
    [[nodiscard]] bool is(int number, const abi::ITCallInfo* info); ///< whether that is the call's object

    // ---- what a test has done meanwhile: set before TAPI is used, or while nobody uses it

    std::function<void(int)> on_connect;        ///< by Connect of that call, before it returns
    std::function<void(const char*)> on_called; ///< by each method that is called, before it does anything
    std::function<void()> on_state_read;        ///< when get_CallState has read it, before it returns
    std::function<void()> on_call_release;      ///< before a reference to a call is given up

    // ---- for the objects

    void called(const char* method, bool also_when_down = false) noexcept {
        if (on_called) on_called(method);
        const Own own;
        const std::lock_guard lock(mutex);
        log_.emplace_back(method);
        if (!may_be_used_here()) wrong(std::string(method) + ": this thread is in no apartment");
        if (!initialized && !also_when_down) violations_.push_back(std::string(method) + ": TAPI is not initialized");
    }
    void violated(std::string what) {
        const Own own;
        const std::lock_guard lock(mutex);
        wrong(std::move(what));
    }
    void wrong(std::string what) { violations_.push_back(std::move(what)); } // with the mutex
    /// By each method that `called` is not told of: there are many, and COM, which is slow to say where a thread is, is asked
    /// where no functions of the double's have let it in.
    void used(const char* method) noexcept {
        if (apartments_here() == 0 && !may_be_used_here())
            violated(std::string(method) + ": this thread is in no apartment");
    }
    static bool may_be_used_here() noexcept { return is_tapis() || in_apartment(apartments_here()); }
    static int& apartments_here() noexcept {
        static thread_local int depth = 0;
        return depth;
    }
    /// Whether this thread is TAPI's, which gives an event to the sink.
    static bool& is_tapis() noexcept {
        static thread_local bool is = false;
        return is;
    }
    class Tapis {
    public:
        Tapis() noexcept : before_(std::exchange(is_tapis(), true)) {}
        Tapis(const Tapis&) = delete;
        Tapis& operator=(const Tapis&) = delete;
        ~Tapis() { is_tapis() = before_; }

    private:
        const bool before_;
    };
    static bool& in_event() noexcept {
        static thread_local bool inside = false;
        return inside;
    }
    /// On TAPI's thread, in order.
    void post(std::function<void()> work) {
        {
            const std::lock_guard lock(mutex);
            work_.push_back(std::move(work));
        }
        changed_.notify_all();
    }
    Script script() {
        const std::lock_guard lock(mutex);
        if (next_.empty()) return usual_;
        const Script script = next_.front();
        next_.pop_front();
        return script;
    }
    void block() {
        std::unique_lock lock(mutex);
        changed_.wait(lock, [this] { return unblocked_; });
    }
    void later(std::function<void()> event) {
        const std::lock_guard lock(mutex);
        pending_.push_back(std::move(event));
    }
    void fire(Long kind, abi::IDispatch* event);
    /// What nobody has taken is somebody else's now.
    void forget_ringing() {
        std::map<int, Call*> ringing;
        {
            const std::lock_guard lock(mutex);
            ringing.swap(ringing_);
        }
        for (const auto& [number, call] : ringing) let_go(call);
    }
    static void let_go(Call* call);
    /// Events may still come to a sink that was unadvised; when TAPI is shut down it is TAPI's alone.
    void forget_sink();

    std::mutex mutex;
    Books books_;
    bool initialized = false;
    Long filter = 0;
    bool registered = false;
    abi::ITTAPIEventNotification* sink = nullptr; // a reference
    abi::ITTAPIEventNotification* former_sink = nullptr;
    std::map<int, Call*> alive;
    std::function<bool()> may_enter; ///< asked by each thread that would join the apartment
    std::function<void()> leaves;    ///< called by each that leaves it
    std::map<Long, std::u16string> texts;
    std::map<Long, Long> numbers;
    std::map<Long, std::string> buffers;
    HResult connect_ = abi::s_ok, create_ = abi::s_ok;
    std::atomic<int> failing_events_{0}, failing_states_{0}, failing_enumerations_{0};
    std::map<int, Made> made_;
    std::map<int, Long> codes_;
    std::vector<std::thread::id> disconnecting_;
    Registration registration_;
    std::atomic<bool> connect_blocks_{false}, connect_begins_{false}, let_ring_{false};
    std::map<int, Call*> ringing_; // references to calls that are offered, and neither answered nor over

private:
    void run() {
        const Tapis tapis;
        std::unique_lock lock(mutex);
        for (;;) {
            changed_.wait(lock, [this] { return stop_ || !work_.empty(); });
            if (work_.empty()) return;
            auto work = std::move(work_.front());
            work_.pop_front();
            working_ = true;
            lock.unlock();
            work();
            work = nullptr;
            lock.lock();
            working_ = false;
            changed_.notify_all();
        }
    }

    std::condition_variable changed_;
    Script usual_;
    std::deque<Script> next_;
    std::vector<std::function<void()>> pending_;
    std::deque<std::function<void()>> work_;
    std::vector<std::string> violations_, log_;
    int failing_step_ = -1;
    HResult failing_ = abi::e_fail;
    int firing_ = 0; // events that the sink is being given
    bool working_ = false, stop_ = false, unblocked_ = false;
    std::thread tapi_thread_;
};

inline Counted::Counted(Exchange& exchange) : exchange_(exchange) {
    const std::lock_guard lock(exchange.mutex);
    ++exchange.books_.objects;
}
inline void Counted::dies() noexcept { --exchange_.books_.objects; }
inline ULong Counted::add() noexcept {
    exchange_.used("AddRef");
    const std::lock_guard lock(exchange_.mutex);
    return ++references_;
}
inline ULong Counted::drop() noexcept {
    exchange_.used("Release");
    {
        const std::lock_guard lock(exchange_.mutex);
        if (references_ == 0) std::abort();
        if (--references_ > 0) return references_;
        is_let_go();
        if (own_ > 0) return 0;
        dies();
    }
    delete this;
    return 0;
}
inline void Counted::unrefer() noexcept {
    {
        const std::lock_guard lock(exchange_.mutex);
        if (--own_ > 0 || references_ > 0) return;
        dies();
    }
    delete this;
}

inline abi::String allocate_string(Exchange& exchange, std::u16string_view text) noexcept {
    const abi::String string = new_string(text);
    const std::lock_guard lock(exchange.mutex);
    exchange.books_.strings += string != nullptr;
    return string;
}

// ---- the objects

// A call's ITCallInfo: references to it are counted by whoever derives from it.
class Information : public abi::ITCallInfo {
public:
    explicit Information(Call& call) noexcept : call_(call) {}
    virtual ~Information() = default;

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override;
    TAPI3_DOUBLE_DISPATCH
    HResult WRAPUP_TAPI3_CALL get_CallState(Long* state) noexcept override;
    HResult WRAPUP_TAPI3_CALL get_Privilege(Long* privilege) noexcept override;
    HResult WRAPUP_TAPI3_CALL get_CallInfoLong(Long which, Long* value) noexcept override;
    HResult WRAPUP_TAPI3_CALL get_CallInfoString(Long which, abi::String* value) noexcept override;
    HResult WRAPUP_TAPI3_CALL GetCallInfoBuffer(Long which, ULong* size, std::uint8_t** bytes) noexcept override;
    TAPI3_DOUBLE_UNUSED(7)
    TAPI3_DOUBLE_UNUSED(10)
    TAPI3_DOUBLE_UNUSED(12)
    TAPI3_DOUBLE_UNUSED(14)
    TAPI3_DOUBLE_UNUSED(15)
    TAPI3_DOUBLE_UNUSED(16)
    TAPI3_DOUBLE_UNUSED(18)
    TAPI3_DOUBLE_UNUSED(19)

protected:
    Call& call_;
};

class Call final : public abi::ITBasicCallControl, public Counted {
    class Info final : public Information {
    public:
        using Information::Information;
        ULong WRAPUP_TAPI3_CALL AddRef() noexcept override { return call_.count(call_.infos_); }
        ULong WRAPUP_TAPI3_CALL Release() noexcept override { return call_.uncount(call_.infos_, "ITCallInfo"); }
    };

public:
    Call(Exchange& exchange, Long initial, Long privilege) : Counted(exchange), state_(initial), privilege_(privilege) {
        const std::lock_guard lock(exchange.mutex);
        number_ = ++exchange.books_.calls_made;
        references_ = 0;
        own_ = 1; // whoever has made it
        exchange.alive[number_] = this;
    }
    [[nodiscard]] int number() const noexcept { return number_; }

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        if (wanted == abi::IUnknown::iid || wanted == abi::ITBasicCallControl::iid)
            *object = static_cast<abi::ITBasicCallControl*>(this);
        else if (wanted == abi::ITCallInfo::iid) *object = static_cast<abi::ITCallInfo*>(&info_);
        else return abi::e_nointerface;
        static_cast<abi::IUnknown*>(*object)->AddRef();
        return abi::s_ok;
    }
    ULong WRAPUP_TAPI3_CALL AddRef() noexcept override { return count(controls_); }
    ULong WRAPUP_TAPI3_CALL Release() noexcept override { return uncount(controls_, "ITBasicCallControl"); }
    [[nodiscard]] abi::ITCallInfo* info() noexcept { return &info_; }
    TAPI3_DOUBLE_DISPATCH

    // ---- ITBasicCallControl

    HResult WRAPUP_TAPI3_CALL Connect(abi::Bool synchronously) noexcept override {
        exchange_.called("Connect");
        {
            const Own own;
            const std::lock_guard lock(exchange_.mutex);
            exchange_.made_[number_].connects_synchronously = synchronously != abi::variant_false;
        }
        if (exchange_.connect_blocks_) exchange_.block();
        if (exchange_.connect_ < 0 && !exchange_.connect_begins_) return exchange_.connect_;
        if (change(abi::cs_inprogress)) send(abi::cs_inprogress, 0);
        if (exchange_.on_connect) exchange_.on_connect(number_);
        return exchange_.connect_;
    }
    HResult WRAPUP_TAPI3_CALL Answer() noexcept override {
        exchange_.called("Answer");
        if (!change(abi::cs_connected)) return abi::error_code(0x80040010);
        send(abi::cs_connected, 0);
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL Disconnect(Long code) noexcept override {
        exchange_.called("Disconnect");
        if (Exchange::in_event()) exchange_.violated("Disconnect: inside Event");
        const Script script = exchange_.script();
        {
            const std::lock_guard lock(exchange_.mutex);
            ++exchange_.books_.disconnects;
            ++disconnects_;
            const Own own;
            exchange_.codes_[number_] = code;
            exchange_.disconnecting_.push_back(std::this_thread::get_id());
            if (privilege_ != abi::cp_owner) return abi::error_code(0x80040023);
            if (state_ == abi::cs_disconnected) {
                ++exchange_.books_.disconnects_after_the_end;
                return script.returns == abi::s_ok ? abi::s_false : script.returns;
            }
        }
        if (script.blocks) exchange_.block();
        if (script.returns == abi::s_ok) end(script);
        return script.returns;
    }

    // ---- ITCallInfo

    HResult get_CallState(Long* state) noexcept {
        exchange_.called("get_CallState");
        if (take_one(exchange_.failing_states_)) return abi::e_fail;
        *state = this->state();
        if (exchange_.on_state_read) exchange_.on_state_read();
        return abi::s_ok;
    }
    HResult get_Privilege(Long* privilege) noexcept {
        exchange_.used("get_Privilege");
        *privilege = privilege_;
        return abi::s_ok;
    }
    HResult get_CallInfoLong(Long which, Long* value) noexcept {
        exchange_.used("get_CallInfoLong");
        const auto found = exchange_.numbers.find(which);
        if (found == exchange_.numbers.end()) return abi::e_fail;
        *value = found->second;
        return abi::s_ok;
    }
    HResult get_CallInfoString(Long which, abi::String* value) noexcept {
        exchange_.used("get_CallInfoString");
        const auto found = exchange_.texts.find(which);
        if (found == exchange_.texts.end()) return abi::e_fail;
        *value = allocate_string(exchange_, found->second);
        return abi::s_ok;
    }
    HResult GetCallInfoBuffer(Long which, ULong* size, std::uint8_t** bytes) noexcept {
        exchange_.used("GetCallInfoBuffer");
        const auto found = exchange_.buffers.find(which);
        if (found == exchange_.buffers.end()) return abi::e_fail;
        *size = static_cast<ULong>(found->second.size());
        *bytes = static_cast<std::uint8_t*>(new_memory(found->second.size() + 1));
        std::memcpy(*bytes, found->second.data(), found->second.size());
        const std::lock_guard lock(exchange_.mutex);
        ++exchange_.books_.memory;
        return abi::s_ok;
    }
    // By the application.
    abi::ITBasicCallControl* control_taken() noexcept {
        take(controls_);
        return this;
    }
    abi::ITCallInfo* info_taken() noexcept {
        take(infos_);
        return &info_;
    }

    [[nodiscard]] Long state() noexcept {
        const std::lock_guard lock(exchange_.mutex);
        return state_;
    }
    // Whether that is a change.
    bool change(Long state) noexcept {
        bool rang = false;
        {
            const std::lock_guard lock(exchange_.mutex);
            if (state_ == abi::cs_disconnected || state_ == state) return false;
            state_ = state;
            rang = exchange_.ringing_.erase(number_) > 0;
        }
        if (rang) unrefer(); // whoever changes it has another reference
        return true;
    }
    // An event, on TAPI's thread.
    void send(Long state, Long cause);

    TAPI3_DOUBLE_UNUSED(10)
    TAPI3_DOUBLE_UNUSED(11)
    TAPI3_DOUBLE_UNUSED(12)
    TAPI3_DOUBLE_UNUSED(13)
    TAPI3_DOUBLE_UNUSED(14)
    TAPI3_DOUBLE_UNUSED(15)
    TAPI3_DOUBLE_UNUSED(16)
    TAPI3_DOUBLE_UNUSED(17)
    TAPI3_DOUBLE_UNUSED(18)
    TAPI3_DOUBLE_UNUSED(19)
    TAPI3_DOUBLE_UNUSED(20)
    TAPI3_DOUBLE_UNUSED(21)
    TAPI3_DOUBLE_UNUSED(22)
    TAPI3_DOUBLE_UNUSED(23)
    TAPI3_DOUBLE_UNUSED(24)

private:
    friend class Exchange;

    void take(ULong& references) noexcept {
        const std::lock_guard lock(exchange_.mutex);
        ++references;
        if (references_++ == 0) ++exchange_.books_.held;
    }
    // An object may count the references to each of its interfaces by itself: so each is given up by the pointer it came with.
    ULong count(ULong& references) noexcept {
        {
            const std::lock_guard lock(exchange_.mutex);
            ++references;
        }
        return add();
    }
    ULong uncount(ULong& references, const char* interface_name) noexcept {
        if (exchange_.on_call_release) exchange_.on_call_release();
        {
            const std::lock_guard lock(exchange_.mutex);
            const Own own;
            if (references == 0) exchange_.wrong(std::string("Release of ") + interface_name + ": nobody holds it");
            else --references;
        }
        return drop();
    }

    void end(const Script& script) {
        const auto over = [this, tells = script.tells] {
            if (change(abi::cs_disconnected) && tells) tell(abi::cs_disconnected, 1);
        };
        if (!script.ends || script.when == When::never) return;
        if (script.when == When::before_return) return over();
        const Own own;
        {
            const std::lock_guard lock(exchange_.mutex);
            refer();
        }
        const auto then = [this, over] {
            over();
            unrefer();
        };
        if (script.when == When::at_once) exchange_.post(then);
        else exchange_.later(then);
    }
    void tell(Long state, Long cause);
    void is_let_go() noexcept override {
        --exchange_.books_.held;
        if (state_ != abi::cs_disconnected && privilege_ == abi::cp_owner && disconnects_ == 0 &&
            state_ != abi::cs_idle && !(state_ == abi::cs_offering && own_ > 0 && exchange_.let_ring_))
            exchange_.wrong("Release: of a call that is not disconnected, and nobody has tried");
    }
    void dies() noexcept override {
        Counted::dies();
        exchange_.alive.erase(number_);
    }

    Info info_{*this};
    ULong controls_ = 0, infos_ = 0; // references to each interface
    Long state_, privilege_;
    int number_ = 0, disconnects_ = 0;
};

inline HResult Information::QueryInterface(const Guid& wanted, void** object) noexcept {
    return call_.QueryInterface(wanted, object);
}
inline HResult Information::get_CallState(Long* state) noexcept { return call_.get_CallState(state); }
inline HResult Information::get_Privilege(Long* privilege) noexcept { return call_.get_Privilege(privilege); }
inline HResult Information::get_CallInfoLong(Long which, Long* value) noexcept {
    return call_.get_CallInfoLong(which, value);
}
inline HResult Information::get_CallInfoString(Long which, abi::String* value) noexcept {
    return call_.get_CallInfoString(which, value);
}
inline HResult Information::GetCallInfoBuffer(Long which, ULong* size, std::uint8_t** bytes) noexcept {
    return call_.GetCallInfoBuffer(which, size, bytes);
}

// A call's ITCallInfo that is another pointer each time, as an object may have it: only its IUnknown is always the same.
class TearOff final : public Information, public Counted {
public:
    TearOff(Exchange& exchange, Call& call) : Information(call), Counted(exchange) { call.info_taken(); }
    ~TearOff() override { call_.info()->Release(); }
    TAPI3_DOUBLE_COUNTED
};

class StateEvent final : public abi::ITCallStateEvent, public Counted {
public:
    StateEvent(Exchange& exchange, Call& call, Long state, Long cause)
        : Counted(exchange), call_(call), state_(state), cause_(cause) {
        const std::lock_guard lock(exchange.mutex);
        call_.refer();
    }
    ~StateEvent() override { call_.unrefer(); }

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        if (wanted != abi::IUnknown::iid && wanted != abi::IDispatch::iid && wanted != abi::ITCallStateEvent::iid)
            return abi::e_nointerface;
        *object = static_cast<abi::ITCallStateEvent*>(this);
        add();
        return abi::s_ok;
    }
    TAPI3_DOUBLE_COUNTED
    TAPI3_DOUBLE_DISPATCH
    HResult WRAPUP_TAPI3_CALL get_Call(abi::ITCallInfo** call) noexcept override {
        exchange_.used("get_Call");
        const Own own;
        if (take_one(exchange_.failing_events_)) return abi::e_fail;
        *call = new TearOff(exchange_, call_);
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL get_State(Long* state) noexcept override {
        exchange_.used("get_State");
        *state = state_;
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL get_Cause(Long* cause) noexcept override {
        exchange_.used("get_Cause");
        *cause = cause_;
        return abi::s_ok;
    }
    TAPI3_DOUBLE_UNUSED(10)

private:
    Call& call_;
    Long state_, cause_;
};

class NotificationEvent final : public abi::ITCallNotificationEvent, public Counted {
public:
    NotificationEvent(Exchange& exchange, Call& call, Long event) : Counted(exchange), call_(call), event_(event) {
        const std::lock_guard lock(exchange.mutex);
        call_.refer();
    }
    ~NotificationEvent() override { call_.unrefer(); }

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        if (wanted != abi::IUnknown::iid && wanted != abi::IDispatch::iid &&
            wanted != abi::ITCallNotificationEvent::iid)
            return abi::e_nointerface;
        *object = static_cast<abi::ITCallNotificationEvent*>(this);
        add();
        return abi::s_ok;
    }
    TAPI3_DOUBLE_COUNTED
    TAPI3_DOUBLE_DISPATCH
    HResult WRAPUP_TAPI3_CALL get_Call(abi::ITCallInfo** call) noexcept override {
        exchange_.used("get_Call");
        const Own own;
        if (take_one(exchange_.failing_events_)) return abi::e_fail;
        *call = new TearOff(exchange_, call_);
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL get_Event(Long* event) noexcept override {
        exchange_.used("get_Event");
        *event = event_;
        return abi::s_ok;
    }
    TAPI3_DOUBLE_UNUSED(9)

private:
    Call& call_;
    Long event_;
};

// The calls that there are when it is made.
class AllCalls final : public abi::IEnumCall, public Counted {
public:
    explicit AllCalls(Exchange& exchange) : Counted(exchange) {
        const std::lock_guard lock(exchange.mutex);
        for (const auto& [number, call] : exchange.alive) {
            call->refer();
            calls_.push_back(call);
        }
    }
    ~AllCalls() override {
        for (Call* const call : calls_) call->unrefer();
    }

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid&, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        return abi::e_nointerface;
    }
    TAPI3_DOUBLE_COUNTED
    HResult WRAPUP_TAPI3_CALL Next(ULong wanted, abi::ITCallInfo** calls, ULong* fetched) noexcept override {
        exchange_.used("Next");
        const Own own;
        const bool is_there = wanted == 1 && at_ < calls_.size();
        if (is_there) *calls = new TearOff(exchange_, *calls_[at_++]);
        if (fetched) *fetched = is_there ? 1 : 0;
        return is_there ? abi::s_ok : abi::s_false;
    }
    TAPI3_DOUBLE_UNUSED(4)
    TAPI3_DOUBLE_UNUSED(5)
    TAPI3_DOUBLE_UNUSED(6)

private:
    std::vector<Call*> calls_;
    std::size_t at_ = 0;
};

class Address final : public abi::ITAddress, public Counted {
public:
    Address(Exchange& exchange, int number) : Counted(exchange), number_(number) {}
    [[nodiscard]] int number() const noexcept { return number_; }

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        if (wanted != abi::IUnknown::iid && wanted != abi::ITAddress::iid) return abi::e_nointerface;
        *object = static_cast<abi::ITAddress*>(this);
        add();
        return abi::s_ok;
    }
    TAPI3_DOUBLE_COUNTED
    TAPI3_DOUBLE_DISPATCH
    HResult WRAPUP_TAPI3_CALL get_State(Long* state) noexcept override {
        exchange_.used("get_State");
        *state = 0;
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL get_AddressName(abi::String*) noexcept override { return abi::e_notimpl; }
    HResult WRAPUP_TAPI3_CALL CreateCall(abi::String destination, Long address_type, Long media_types,
                                         abi::ITBasicCallControl** call) noexcept override {
        exchange_.called("CreateCall");
        if (exchange_.create_ < 0) return exchange_.create_;
        const Own own;
        auto* const made = new Call(exchange_, abi::cs_idle, abi::cp_owner);
        {
            const std::lock_guard lock(exchange_.mutex);
            exchange_.made_[made->number()] = {std::u16string(view_of(destination)), address_type, media_types,
                                               number_};
        }
        *call = made->control_taken();
        made->unrefer();
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL EnumerateCalls(abi::IEnumCall** calls) noexcept override {
        exchange_.called("EnumerateCalls");
        if (take_one(exchange_.failing_enumerations_)) return abi::e_fail;
        const Own own;
        *calls = new AllCalls(exchange_);
        return abi::s_ok;
    }
    TAPI3_DOUBLE_UNUSED(9)
    TAPI3_DOUBLE_UNUSED(10)
    TAPI3_DOUBLE_UNUSED(12)
    TAPI3_DOUBLE_UNUSED(14)
    TAPI3_DOUBLE_UNUSED(15)
    TAPI3_DOUBLE_UNUSED(16)
    TAPI3_DOUBLE_UNUSED(17)
    TAPI3_DOUBLE_UNUSED(18)
    TAPI3_DOUBLE_UNUSED(19)
    TAPI3_DOUBLE_UNUSED(20)
    TAPI3_DOUBLE_UNUSED(21)

private:
    const int number_;
};

class Addresses final : public abi::IEnumAddress, public Counted {
public:
    explicit Addresses(Exchange& exchange) : Counted(exchange) {}

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid&, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        return abi::e_nointerface;
    }
    TAPI3_DOUBLE_COUNTED
    HResult WRAPUP_TAPI3_CALL Next(ULong wanted, abi::ITAddress** addresses, ULong* fetched) noexcept override {
        exchange_.used("Next");
        const Own own;
        const bool is_there = wanted == 1 && at_ < 2;
        if (is_there) *addresses = new Address(exchange_, at_++);
        if (fetched) *fetched = is_there ? 1 : 0;
        return is_there ? abi::s_ok : abi::s_false;
    }
    TAPI3_DOUBLE_UNUSED(4)
    TAPI3_DOUBLE_UNUSED(5)
    TAPI3_DOUBLE_UNUSED(6)

private:
    int at_ = 0;
};

class Tapi;

class Point final : public abi::IConnectionPoint, public Counted {
public:
    explicit Point(Exchange& exchange) : Counted(exchange) {}

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid&, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        return abi::e_nointerface;
    }
    TAPI3_DOUBLE_COUNTED
    HResult WRAPUP_TAPI3_CALL Advise(abi::IUnknown* sink, ULong* cookie) noexcept override {
        exchange_.called("Advise");
        if (const HResult failed = exchange_.step(4); failed < 0) return failed;
        void* found = nullptr;
        if (sink->QueryInterface(abi::ITTAPIEventNotification::iid, &found) < 0) return abi::e_nointerface;
        const std::lock_guard lock(exchange_.mutex);
        exchange_.sink = static_cast<abi::ITTAPIEventNotification*>(found);
        *cookie = 7;
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL Unadvise(ULong cookie) noexcept override {
        exchange_.called("Unadvise");
        if (cookie != 7) return abi::e_invalidarg;
        abi::ITTAPIEventNotification* sink = nullptr;
        {
            const std::lock_guard lock(exchange_.mutex);
            sink = std::exchange(exchange_.sink, nullptr);
            if (sink) exchange_.former_sink = sink;
        }
        return sink ? abi::s_ok : abi::e_fail;
    }
    TAPI3_DOUBLE_UNUSED(3)
    TAPI3_DOUBLE_UNUSED(4)
    TAPI3_DOUBLE_UNUSED(7)
};

class Tapi final : public abi::ITTAPI, public abi::IConnectionPointContainer, public Counted {
public:
    explicit Tapi(Exchange& exchange) : Counted(exchange) {}

    HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& wanted, void** object) noexcept override {
        exchange_.used("QueryInterface");
        *object = nullptr;
        if (wanted == abi::IUnknown::iid || wanted == abi::ITTAPI::iid) *object = static_cast<abi::ITTAPI*>(this);
        else if (wanted == abi::IConnectionPointContainer::iid)
            *object = static_cast<abi::IConnectionPointContainer*>(this);
        else return abi::e_nointerface;
        add();
        return abi::s_ok;
    }
    TAPI3_DOUBLE_COUNTED
    HResult WRAPUP_TAPI3_CALL Initialize() noexcept override {
        exchange_.called("Initialize", true);
        if (const HResult failed = exchange_.step(1); failed < 0) return failed;
        const std::lock_guard lock(exchange_.mutex);
        return std::exchange(exchange_.initialized, true) ? abi::s_false : abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL Shutdown() noexcept override {
        exchange_.called("Shutdown", true);
        exchange_.forget_ringing();
        exchange_.forget_sink();
        const std::lock_guard lock(exchange_.mutex);
        ++exchange_.books_.shutdowns;
        wrong_ = exchange_.sink              ? "Shutdown: events are still asked for"
                 : exchange_.registered      ? "Shutdown: calls are still asked for"
                 : exchange_.books_.held > 0 ? "Shutdown: there are calls"
                                             : nullptr;
        return std::exchange(exchange_.initialized, false) ? abi::s_ok : abi::s_false;
    }
    ~Tapi() override {
        if (wrong_) exchange_.violated(wrong_);
    }
    HResult WRAPUP_TAPI3_CALL EnumerateAddresses(abi::IEnumAddress** addresses) noexcept override {
        exchange_.called("EnumerateAddresses");
        const Own own;
        *addresses = new Addresses(exchange_);
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL RegisterCallNotifications(abi::ITAddress* address, abi::Bool monitor, abi::Bool owner,
                                                        Long media_types, Long, Long* registration) noexcept override {
        exchange_.called("RegisterCallNotifications");
        if (const HResult failed = exchange_.step(5); failed < 0) return failed;
        const std::lock_guard lock(exchange_.mutex);
        if (!exchange_.sink) wrong_ = "RegisterCallNotifications: before Advise";
        exchange_.registered = true;
        exchange_.registration_ = {static_cast<Address*>(address)->number(), monitor != abi::variant_false,
                                   owner != abi::variant_false, media_types};
        *registration = 9;
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL UnregisterNotifications(Long registration) noexcept override {
        exchange_.called("UnregisterNotifications");
        const std::lock_guard lock(exchange_.mutex);
        return registration == 9 && std::exchange(exchange_.registered, false) ? abi::s_ok : abi::e_invalidarg;
    }
    HResult WRAPUP_TAPI3_CALL put_EventFilter(Long mask) noexcept override {
        exchange_.called("put_EventFilter");
        if (const HResult failed = exchange_.step(2); failed < 0) return failed;
        exchange_.filter = mask;
        return abi::s_ok;
    }
    HResult WRAPUP_TAPI3_CALL FindConnectionPoint(const Guid& wanted, abi::IConnectionPoint** point) noexcept override {
        exchange_.called("FindConnectionPoint");
        if (const HResult failed = exchange_.step(3); failed < 0) return failed;
        if (wanted != abi::ITTAPIEventNotification::iid) return abi::e_nointerface;
        const Own own;
        *point = new Point(exchange_);
        return abi::s_ok;
    }
    TAPI3_DOUBLE_DISPATCH
    TAPI3_DOUBLE_UNUSED(9)
    TAPI3_DOUBLE_UNUSED(13)
    TAPI3_DOUBLE_UNUSED(14)
    TAPI3_DOUBLE_UNUSED(15)
    TAPI3_DOUBLE_UNUSED(16)
    TAPI3_DOUBLE_UNUSED(17)
    TAPI3_DOUBLE_UNUSED(18)
    TAPI3_DOUBLE_UNUSED(19)
    TAPI3_DOUBLE_UNUSED(20)
    TAPI3_DOUBLE_UNUSED(22)

private:
    const char* wrong_ = nullptr;
};

#undef TAPI3_DOUBLE_COUNTED
#undef TAPI3_DOUBLE_UNUSED
#undef TAPI3_DOUBLE_DISPATCH

inline void Exchange::fire(Long kind, abi::IDispatch* event) {
    abi::ITTAPIEventNotification* to = nullptr;
    {
        const std::lock_guard lock(mutex);
        if ((filter & kind) != 0 && sink) {
            to = sink;
            to->AddRef();
            ++firing_;
        }
    }
    const Tapis tapis; // a test may call it: then its thread is one of TAPI's for so long
    if (to) {
        in_event() = true;
        to->Event(kind, event);
        in_event() = false;
        to->Release();
        const std::lock_guard lock(mutex);
        --firing_;
        changed_.notify_all();
    }
    event->Release();
}
inline void Exchange::forget_sink() {
    abi::ITTAPIEventNotification* former = nullptr;
    {
        const std::lock_guard lock(mutex);
        former = std::exchange(former_sink, nullptr);
    }
    if (!former) return;
    const Own own;
    post([this, former] {
        const Own its_own;
        auto* const late = new Address(*this, -1); // any object
        former->Event(abi::te_callstate, late);
        if (late->references() != 1) violated("Event: what comes after Unadvise is kept");
        late->Release();
        {
            std::unique_lock lock(mutex);
            changed_.wait(lock, [this] { return firing_ == 0; }); // a test's thread may be about to give it up
        }
        if (former->Release() != 0) violated("Unadvise: somebody else holds the sink for ever");
    });
}
inline void Exchange::let_go(Call* call) { call->unrefer(); }
inline void Call::tell(Long state, Long cause) {
    abi::IDispatch* event = nullptr;
    {
        const Own own;
        event = new StateEvent(exchange_, *this, state, cause);
    }
    exchange_.fire(abi::te_callstate, event);
}
inline void Call::send(Long state, Long cause) {
    const Own own;
    auto* const event = new StateEvent(exchange_, *this, state, cause);
    exchange_.post([this_exchange = &exchange_, event] { this_exchange->fire(abi::te_callstate, event); });
}

inline int Exchange::offer(Long privilege) {
    auto* const call = new Call(*this, abi::cs_offering, privilege);
    const int number = call->number();
    auto* const event = new NotificationEvent(*this, *call, privilege);
    post([this, event] { fire(abi::te_callnotification, event); });
    call->send(abi::cs_offering, 0);
    // It rings on while calls are asked for. Where they are not any more when the events are through, it is somebody else's.
    post([this, call, number] {
        {
            const std::lock_guard lock(mutex);
            if (registered && call->state_ == abi::cs_offering && ringing_.emplace(number, call).second) return;
        }
        call->unrefer();
    });
    return number;
}
inline void Exchange::hand(int number, Long privilege) {
    Call* call = nullptr;
    {
        const std::lock_guard lock(mutex);
        const auto found = alive.find(number);
        if (found == alive.end()) return;
        call = found->second;
        call->privilege_ = privilege;
        call->refer();
    }
    post([this, call, privilege] {
        fire(abi::te_callnotification, new NotificationEvent(*this, *call, privilege));
        call->unrefer();
    });
}
inline abi::ITBasicCallControl* Exchange::make(Long state, Long privilege) {
    auto* const call = new Call(*this, state, privilege);
    auto* const control = call->control_taken();
    call->unrefer();
    return control;
}
inline abi::IUnknown* Exchange::call(int number) {
    const std::lock_guard lock(mutex);
    const auto found = alive.find(number);
    return found == alive.end() ? nullptr : static_cast<abi::ITBasicCallControl*>(found->second);
}
inline bool Exchange::is(int number, const abi::ITCallInfo* info) {
    const std::lock_guard lock(mutex);
    const auto found = alive.find(number);
    return found != alive.end() && found->second->info() == info;
}
inline Long Exchange::state_of(int number) {
    const std::lock_guard lock(mutex);
    const auto found = alive.find(number);
    return found == alive.end() ? -1 : found->second->state_;
}

inline void Exchange::set_state(int number, Long state, Long cause, bool tells) {
    Call* call = nullptr;
    {
        const std::lock_guard lock(mutex);
        const auto found = alive.find(number);
        if (found == alive.end()) return;
        call = found->second;
        call->refer();
    }
    post([this, call, state, cause, tells] {
        if (call->change(state) && tells) fire(abi::te_callstate, new StateEvent(*this, *call, state, cause));
        call->unrefer();
    });
}
inline void Exchange::tell(int number, Long state, Long cause) {
    Call* call = nullptr;
    {
        const std::lock_guard lock(mutex);
        const auto found = alive.find(number);
        if (found == alive.end()) return;
        call = found->second;
        call->refer();
    }
    post([this, call, state, cause] {
        fire(abi::te_callstate, new StateEvent(*this, *call, state, cause));
        call->unrefer();
    });
}

} // namespace tapi3_double
