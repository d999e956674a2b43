// SPDX-License-Identifier: BSL-1.0
// Sofia-SIP alone: it calls a peer that sends BYE while it rings, as scenarios/sends_bye_while_it_rings.xml does, and leaks the
// INVITE. Of what the leak is, valgrind says:
//
//     valgrind --leak-check=full build/tests/wrapup_sofia_early_bye sip:x@127.0.0.1:5070
#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su.h>
#include <sofia-sip/su_wait.h>

#include <cstdio>

namespace {

int over = 0;
bool down = false;

void on_event(nua_event_t event, int status, const char*, nua_t*, nua_magic_t*, nua_handle_t*, nua_hmagic_t*,
              const sip_t*, tagi_t*) {
    if (event == nua_i_terminated) ++over;
    if (event == nua_r_shutdown && status >= 200) down = true;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    su_init();
    su_root_t* const root = su_root_create(nullptr);
    su_root_threading(root, 0);
    nua_t* const nua =
        nua_create(root, on_event, nullptr, NUTAG_URL("sip:127.0.0.1:*"), NUTAG_MEDIA_ENABLE(0), TAG_END());
    nua_handle_t* const call = nua_handle(nua, nullptr, SIPTAG_TO_STR(arguments[1]), TAG_END());
    nua_invite(call, TAG_END());
    while (over < 2) su_root_step(root, 1000); // by the BYE, and by the answer to the INVITE
    nua_handle_destroy(call);
    nua_shutdown(nua);
    while (!down) su_root_step(root, 1000);
    nua_destroy(nua);
    su_root_destroy(root);
    su_deinit();
    std::puts("over");
}
