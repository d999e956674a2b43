// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/detail/result.hpp>
#include <wrapup/providers/tapi3/functions.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

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

// What a thread that begins says to whoever waits for that: how it came into the apartment.
class Arrival {
public:
    void say(abi::HResult result) noexcept {
        const std::lock_guard lock(mutex_); // whoever waits goes on, and this goes, when the lock is given up
        result_ = result;
        said_.notify_one();
    }
    // @throws std::system_error where the thread was not let in
    void wait() {
        std::unique_lock lock(mutex_);
        said_.wait(lock, [this] { return result_.has_value(); });
        require(*result_);
    }

private:
    std::mutex mutex_;
    std::condition_variable said_;
    std::optional<abi::HResult> result_;
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
        Arrival arrival;
        Worker& first = workers_.front();
        {
            const std::lock_guard lock(mutex_);
            first.thread = std::thread([this, &first, &arrival] { work(first, &arrival); });
        }
        try {
            arrival.wait();
        } catch (...) {
            stop();
            throw;
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
            if (idle_ <= waiting_++ && !stop_) start();
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

    struct Worker {
        std::thread thread;
        bool turned_away = false; // it was not let into the apartment, and is gone
    };

    // With the mutex. Where there is no thread to be had, or none that is let in, those that there are have to do: the first
    // one is always there.
    void start() noexcept {
        const auto place = std::find_if(workers_.begin(), workers_.end(), [](const Worker& worker) {
            return worker.turned_away || !worker.thread.joinable();
        });
        if (place == workers_.end()) return;
        // It has given up the mutex for the last time, so nothing is waited for but its last instructions.
        if (place->turned_away) place->thread.join();
        place->turned_away = false;
        try {
            place->thread = std::thread([this, place] { work(*place); });
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): no thread, or no memory for one
        }
    }

    // `first`: whoever waits for the first worker goes on when that one can be asked.
    void work(Worker& self, Arrival* first = nullptr) noexcept {
        const Member member(*this);
        std::unique_lock lock(mutex_);
        if (first) first->say(member.result());
        if (member.result() < 0) {
            self.turned_away = true;
            return;
        }
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
            stop_ = true; // and no more threads are started
        }
        changed_.notify_all();
        for (auto& worker : workers_)
            if (worker.thread.joinable()) worker.thread.join();
    }

    Functions& com_;
    std::mutex mutex_;
    std::condition_variable changed_, answered_;
    Job* first_ = nullptr;
    Job** last_ = &first_;
    std::size_t idle_ = 0, waiting_ = 0;
    bool stop_ = false;
    std::array<Worker, most> workers_;
};

} // namespace wrapup::tapi3::detail
