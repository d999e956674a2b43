/* SPDX-License-Identifier: BSL-1.0 */
/* Sofia-SIP alone: it calls a peer that sends BYE while it rings, as scenarios/sends_bye_while_it_rings.xml does, and leaks the
 * INVITE. What the leak is of, LeakSanitizer or valgrind says:
 *
 *   cc -g early_bye.c $(pkg-config --cflags --libs sofia-sip-ua) && valgrind --leak-check=full ./a.out sip:x@127.0.0.1:5070
 */
#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_tag.h>

#include <stdio.h>

static int over, down;

static void on_event(nua_event_t event, int status, char const* phrase, nua_t* nua, nua_magic_t* magic, nua_handle_t* handle,
                     nua_hmagic_t* handle_magic, sip_t const* sip, tagi_t tags[]) {
    (void)phrase, (void)nua, (void)magic, (void)handle, (void)handle_magic, (void)sip, (void)tags;
    if (event == nua_i_terminated) ++over;
    if (event == nua_r_shutdown && status >= 200) down = 1;
}

int main(int count, char** arguments) {
    if (count != 2) return 2;
    su_init();
    su_root_t* const root = su_root_create(NULL);
    su_root_threading(root, 0);
    nua_t* const nua = nua_create(root, on_event, NULL, NUTAG_URL("sip:127.0.0.1:*"), NUTAG_MEDIA_ENABLE(0), TAG_END());
    nua_handle_t* const call = nua_handle(nua, NULL, SIPTAG_TO_STR(arguments[1]), TAG_END());
    nua_invite(call, TAG_END());
    while (over < 2) su_root_step(root, 1000); /* by the BYE, and by the answer to the INVITE */
    nua_handle_destroy(call);
    nua_shutdown(nua);
    while (!down) su_root_step(root, 1000);
    nua_destroy(nua);
    su_root_destroy(root);
    su_deinit();
    printf("over\n");
    return 0;
}
