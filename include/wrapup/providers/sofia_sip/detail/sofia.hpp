// SPDX-License-Identifier: BSL-1.0
#pragma once

// Sofia-SIP, as Debian packages it: `pkg-config --cflags --libs sofia-sip-ua`.
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/su_tag.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/url.h>

#include <new>

namespace wrapup::sofia::detail {

// Sofia's memory, for as long as a step takes.
class Home {
public:
    // @throws std::bad_alloc
    Home() : home_(static_cast<su_home_t*>(su_home_new(sizeof(su_home_t)))) {
        if (!home_) throw std::bad_alloc();
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;
    ~Home() { su_home_unref(home_); }
    [[nodiscard]] su_home_t* get() const noexcept { return home_; }

private:
    su_home_t* const home_;
};

} // namespace wrapup::sofia::detail
