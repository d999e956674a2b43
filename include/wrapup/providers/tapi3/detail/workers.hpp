// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/detail/result.hpp>
#include <wrapup/providers/tapi3/functions.hpp>

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace wrapup::tapi3::detail {

// A thread of the multithreaded apartment while it is here.
class Apartment {
public:
    explicit Apartment(Functions& com) noexcept : com_(com), result_(com.enter_apartment()) {}
    Apartment(const Apartment&) = delete;
    Apartment& operator=(const Apartment&) = delete;
    ~Apartment() {
        if (result_ >= 0) com_.leave_apartment();
    }
    [[nodiscard]] abi::HResult result() const noexcept { return result_; }

private:
    Functions& com_;
    const abi::HResult result_;
};

// Something to be done by a worker. It is part of what it is about, so that posting it takes no memory.
struct Job {
    void (*run)(Job&) noexcept = nullptr;
    Job* next = nullptr;
};

// The threads that call TAPI: all of the multithreaded apartment, whatever the users' threads are. There are as many as there
// are methods that block: Disconnect may take two minutes, and nobody else waits for that.
class Workers {
    static constexpr std::size_t most = 64;

public:
    // @throws std::system_error, std::bad_alloc
    explicit Workers(Functions& com) : com_(com) {
        threads_.reserve(most);
        threads_.emplace_back([this] { work(); });
        abi::HResult entered = abi::s_ok;
        ask([&] {
            const std::lock_guard lock(mutex_);
            entered = entered_;
        });
        if (entered < 0) {
            stop();
            wrapup::detail::fail(error_of(entered));
        }
    }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers() { stop(); }

    // It is done when there is a worker for it.
    void post(Job& job) noexcept {
        {
            const std::lock_guard lock(mutex_);
            job.next = nullptr;
            *last_ = &job;
            last_ = &job.next;
            if (idle_ <= waiting_++ && threads_.size() < most) start();
        }
        changed_.notify_one();
    }

    // Has it done by a worker, and waits for that; a worker does it itself. Throws what it throws.
    template <class Task>
    void ask(Task task) {
        if (is_here()) return task();
        struct Asked : Job {
            Workers* workers;
            Task* task;
            std::exception_ptr thrown;
            bool done;
        } asked{{&answer<Asked>}, this, &task, nullptr, false};
        post(asked);
        std::unique_lock lock(mutex_);
        answered_.wait(lock, [&] { return asked.done; });
        if (asked.thrown) std::rethrow_exception(asked.thrown);
    }

    // Whether this thread may call TAPI.
    [[nodiscard]] bool is_here() const noexcept { return here() == this; }

    // Another thread that does, for as long as it lives.
    class Member {
    public:
        explicit Member(Workers& workers) noexcept : apartment_(workers.com_) { here() = &workers; }
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;
        ~Member() { here() = nullptr; }
        [[nodiscard]] abi::HResult result() const noexcept { return apartment_.result(); }

    private:
        Apartment apartment_;
    };

private:
    static const Workers*& here() noexcept {
        static thread_local const Workers* workers = nullptr;
        return workers;
    }

    template <class Asked>
    static void answer(Job& job) noexcept {
        auto& asked = static_cast<Asked&>(job);
        try {
            (*asked.task)();
        } catch (...) { // it is thrown where it was asked for
            asked.thrown = std::current_exception();
        }
        Workers& workers = *asked.workers;
        const std::lock_guard lock(workers.mutex_); // who has asked goes on when this is over
        asked.done = true;
        workers.answered_.notify_all();
    }

    // With the mutex. Where there is no thread to be had, those that there are have to do.
    void start() noexcept {
        try {
            threads_.emplace_back([this] { work(); });
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): no thread, or no memory for one
        }
    }

    void work() noexcept {
        const Member member(*this);
        std::unique_lock lock(mutex_);
        entered_ = member.result();
        for (;;) {
            ++idle_;
            changed_.wait(lock, [this] { return first_ || stop_; });
            --idle_;
            if (!first_) return;
            Job& job = *first_;
            first_ = job.next;
            if (!first_) last_ = &first_;
            --waiting_;
            lock.unlock();
            job.run(job);
            lock.lock();
        }
    }

    // What was posted is done before.
    void stop() noexcept {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

    Functions& com_;
    std::mutex mutex_;
    std::condition_variable changed_, answered_;
    Job* first_ = nullptr;
    Job** last_ = &first_;
    std::size_t idle_ = 0, waiting_ = 0;
    bool stop_ = false;
    abi::HResult entered_ = abi::s_ok;
    std::vector<std::thread> threads_;
};

} // namespace wrapup::tapi3::detail
