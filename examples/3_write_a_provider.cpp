// SPDX-License-Identifier: BSL-1.0
// A provider for an API in C, step by step: what it must have, what it may have besides, and how the other side gets in.
// The API is a small one for database connections, as many are: handles, error numbers, and a callback with a `void*`.
#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>
#include <wrapup/termination_callback.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

// ---- the API, as it comes

extern "C" {
struct db_connection {
    void (*closed)(void* context, int code);
    void* context;
    long rows;
};
using db_handle = db_connection*;

db_handle db_connect(const char* host, void (*closed)(void*, int), void* context) {
    return *host ? new db_connection{closed, context, 120} : nullptr;
}
int db_close(db_handle connection) { // the server confirms
    connection->closed(connection->context, 0);
    return 0;
}
void db_server_goes_away(db_handle connection) { connection->closed(connection->context, 57); }
long db_rows(db_handle connection) { return connection->rows; }
void db_free(db_handle connection) { delete connection; }
}

// ---- the provider

struct Database {
    // Required: what identifies a session, how to end it, and how to give the identifier back.
    using Identifier = db_handle;

    std::error_code drop(db_handle connection) noexcept {
        return {db_close(connection),
                std::generic_category()}; // 0: accepted; anything else: refused, nothing has changed
    }
    void deallocate(db_handle connection) noexcept {
        // Where there was no memory to watch it, the context is still somebody else's.
        void* const context = connection->closed == &on_closed ? connection->context : nullptr;
        db_free(connection); // nobody calls back any more
        (void)Notifier::from_context(context);
    }

    // It reports causes, in a type of its own.
    using Cause = int;
    using Notifier = wrapup::Notifier<Cause>;

    // It opens sessions. The notifier travels through the API's `void*`, and is there before the service is asked.
    db_handle open(std::error_code& error, Notifier notifier, const char* host) {
        void* const context = std::move(notifier).to_context();
        const db_handle connection = db_connect(host, &on_closed, context);
        if (!connection) {
            error = make_error_code(std::errc::host_unreachable);
            (void)Notifier::from_context(context);
        }
        return connection;
    }

    // It notifies: any member named `watch` says so. This is for connections that exist already.
    void watch(db_handle connection, Notifier notifier) noexcept {
        connection->context = std::move(notifier).to_context();
        connection->closed = &on_closed;
    }

    // It takes a snapshot, which the termination keeps when the connection is gone.
    struct Statistics {
        long rows;
    };
    Statistics snapshot(db_handle connection) noexcept { return {db_rows(connection)}; }

    // And anything else is its own, for queries.
    long rows(db_handle connection) const noexcept { return db_rows(connection); }

private:
    // Zero is the answer to our own close, so it has no origin; anything else is the server's doing.
    static void on_closed(void* context, int code) {
        const Notifier::Borrowed notifier(context);
        if (code == 0) notifier->terminated();
        else notifier->terminated(wrapup::Origin::remote, code);
    }
};

// The compiler says in a sentence what is missing, if anything is.
static_assert(wrapup::SessionProvider<Database> && wrapup::Opens<Database, const char*> && wrapup::Notifies<Database>);

namespace {

void check(bool expected, const char* what) {
    if (expected) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::exit(1);
}

} // namespace

int main() {
    using Connection = wrapup::Session<Database>;

    // What cannot be opened is an error, and leaks nothing.
    std::error_code error;
    auto nowhere = Connection::open(error, Database(), "");
    check(!nowhere && error == std::errc::host_unreachable, "an empty host is unreachable");

    // We end it.
    auto ours = Connection::open(Database(), "db.example");
    check(!ours.drop(), "the drop is accepted");
    std::printf("ours:   ended by the %s, %ld rows\n", to_string(ours.termination()->origin),
                ours.query(&Database::rows));
    ours.release();
    std::printf("        after release still %ld rows\n", ours.termination()->statistics->rows);

    // The server ends it.
    auto theirs = Connection::open(Database(), "db.example");
    const wrapup::TerminationCallback gone{theirs, [](const wrapup::Termination<Database>& termination) {
                                               std::printf("theirs: ended by the %s, code %d\n",
                                                           to_string(termination.origin),
                                                           termination.cause.value_or(0));
                                           }};
    db_server_goes_away(theirs.id());
    check(theirs.phase() == wrapup::Phase::terminated, "it is over, and can still be asked");
    check(theirs.query(&Database::rows) == 120, "the rows are there");
}
