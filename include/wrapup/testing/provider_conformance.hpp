// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/bench.hpp>
#include <wrapup/testing/detail/inspection.hpp>
#include <wrapup/testing/detail/laws_of_ending.hpp>
#include <wrapup/testing/detail/laws_of_identifiers.hpp>
#include <wrapup/testing/detail/laws_of_services.hpp>
#include <wrapup/testing/detail/laws_of_threads.hpp>
#include <wrapup/testing/finding.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// @file
/// The laws of <wrapup/provider.hpp> that are a provider's to keep, as checks that run against any provider. It needs a
/// *bench*: the service under test, and how to make happen with it what the checks want.
///
///     struct Bench {
///         using Provider = acme::Provider;
///         acme::Service service;
///
///         template <class Begin>
///         auto begin(Begin begin) { return begin(Provider(service), "what the provider's open takes"); }
///         void end(acme::Identifier id) { service.remote_side().hang_up(id); } // the other side ends it
///         std::size_t alive() { return service.identifiers(); }                // not deallocated, not lost
///     };
///     for (const auto& finding : wrapup::testing::check_provider<Bench>()) std::puts(to_string(finding).c_str());
///
/// With Catch2, see <wrapup/testing/catch2.hpp>. `begin` and `alive` there must be. Whatever else a bench has of these lets
/// more be checked; what is not checked is reported as not applicable, with what is missing.
///
/// | Member | What it does |
/// |---|---|
/// | `begin(begin)` | begins a live session with `begin(provider, arguments...)`, or with `begin.adopt(id, provider)` |
/// | `alive()` | how many identifiers have been neither deallocated nor lost |
/// | `end(id)` | the other side ends the session, now or soon |
/// | `ask(provider, id)` | a query that is true while the identifier of a session that is over is valid |
/// | `adoptable()`, `provider()` | a session that is there and that nobody watches; a provider to adopt it with |
/// | `begin_failing(begin)` | an open that fails |
/// | `begin_refusing(begin)` | a session whose first drop is refused |
/// | `begin_hanging(begin)` | a session that does not end by a drop, but by an abort |
/// | `lose(id)` | the service voids the identifier |
/// | `close()` | the service goes; `alive` is not called any more |
/// | `reason()` | a reason to disconnect for, where a value-initialized one does not do |
/// | `pump()` | lets the service get on with it on this thread: a message loop, a clock that the test moves |
/// | `settle()` | returns when nothing more will come; without it, some 20 ms and 20 pumps |
/// | `limit()` | how long to wait for what has to come; without it, 10 s |
/// | `excuse(law)` | why a law cannot be checked with this provider, or null |
///
/// Each check has a bench of its own, which is made anew. The members are called on the thread that checks; `end` on
/// another one too, at the same time as the provider's members, and `limit` on any.
///
/// A provider that never returns from a call keeps a check from returning: give the test a time limit. Data races are for a
/// thread sanitizer to find, while the check `members.concurrent` runs.

namespace wrapup::testing {

/// A law that is a provider's to keep, and how it is checked on a bench.
template <class Bench>
struct ProviderLaw {
    const char* name;
    const char* sentence;
    detail::Verdict (*check)(detail::Inspection<Bench>&);
};

/// All of them, in the order in which they are checked.
template <class Bench>
inline constexpr ProviderLaw<Bench> provider_laws[] = {
    {"begin.live", "a session that is begun is live and counted until somebody ends it", &detail::laws::begin_live},
    {"drop.ends", "a drop that is accepted ends the session, and the end is reported", &detail::laws::drop_ends},
    {"remote.reported", "an end that the other side makes is reported", &detail::laws::remote_reported},
    {"drop.is_ours", "an end that answers our drop is not reported as somebody else's", &detail::laws::drop_is_ours},
    {"drop.refused", "a drop that is refused changes nothing", &detail::laws::drop_refused},
    {"drop.again", "a drop that comes twice or too late is harmless", &detail::laws::drop_again},
    {"disconnect.ends", "a drop for a reason ends the session, and the end is reported",
     &detail::laws::disconnect_ends},
    {"abort.ends", "an abort that is accepted ends the session, and the end is reported", &detail::laws::abort_ends},
    {"end.reported_once", "an end is reported once by a thread", &detail::laws::end_reported_once},
    {"remote.origin", "an end that the other side makes is not reported as ours", &detail::laws::remote_origin},
    {"remote.cause", "an end that the other side makes is reported with a cause", &detail::laws::remote_cause},
    {"watch.level_triggered", "an end that came before watch is reported", &detail::laws::watch_level_triggered},
    {"open.error", "an open that fails leaves nothing behind", &detail::laws::open_error},
    {"identifier.outlives_end", "the identifier is valid from the end until it is deallocated",
     &detail::laws::outlives_the_end},
    {"identifier.reused", "a session that begins hears nothing that was meant for the last",
     &detail::laws::identifier_reused},
    {"deallocate.frees_one", "a deallocation frees the identifier, and no other", &detail::laws::deallocate_frees_one},
    {"deallocate.any_thread", "an identifier may be deallocated on any thread", &detail::laws::deallocate_any_thread},
    {"deallocate.unwatched", "a session that nobody watched may be dropped and deallocated",
     &detail::laws::deallocate_unwatched},
    {"notice.no_lock", "no lock that the provider's members take is held while a notice is given",
     &detail::laws::notice_no_lock},
    {"deallocate.inside_notice", "an identifier may be deallocated inside the notice of its end",
     &detail::laws::deallocate_inside_notice},
    {"members.concurrent", "several threads may call the provider's members for one session at once",
     &detail::laws::members_concurrent},
    {"lost.reported", "an identifier that the service voids is reported lost", &detail::laws::lost_reported},
    {"lost.survived", "calls for an identifier that is lost are survived, and change nothing",
     &detail::laws::lost_survived},
    {"service.goes", "a service that goes has reported all its identifiers lost", &detail::laws::service_goes},
    {"service.lets_finish", "a service that goes lets a deallocation that has begun finish, where that uses it",
     &detail::laws::service_lets_finish},
    {"clock.monotone", "the provider's clock does not go back", &detail::laws::clock_monotone},
    {"wait.deadline", "a wait returns when the deadline has passed, and not before", &detail::laws::wait_deadline},
    {"wait.done", "a wait returns when what it waits for is there", &detail::laws::wait_done},
};

/// Checks one law. `make()` returns a `std::unique_ptr` to a new bench. @param earlier what was found before, of the same
/// bench: what is known not to work is not relied on.
template <class Bench, class Make>
[[nodiscard]] Finding check_provider_law(const ProviderLaw<Bench>& law, Make make,
                                         const std::vector<Finding>& earlier = {}) {
    static_assert(detail::IsBench<Bench>,
                  "wrapup: a bench has a Provider, `begin(begin)`, which returns what begin returns, "
                  "and `alive()`");
    detail::Verdict verdict;
    try {
        detail::Inspection<Bench> inspection(make(), earlier);
        const char* excuse = nullptr;
        if constexpr (detail::Excuses<Bench>) excuse = inspection.bench().excuse(law.name);
        verdict = excuse ? detail::not_applicable(excuse) : law.check(inspection);
    } catch (const std::exception& error) {
        verdict = detail::broken(std::string("an exception: ") + error.what());
    }
    return {law.name, law.sentence, verdict.outcome, std::move(verdict.detail)};
}

/// Checks all laws, and returns what was found of each, in the order of `provider_laws`.
template <class Bench, class Make>
[[nodiscard]] std::vector<Finding> check_provider(Make make) {
    std::vector<Finding> findings;
    for (const auto& law : provider_laws<Bench>) findings.push_back(check_provider_law(law, make, findings));
    return findings;
}
template <class Bench>
[[nodiscard]] std::vector<Finding> check_provider() {
    return check_provider<Bench>([] { return std::make_unique<Bench>(); });
}

} // namespace wrapup::testing
