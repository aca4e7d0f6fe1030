// SPDX-License-Identifier: Apache-2.0
// The one question that Troquet asks the DNS itself: the TXT records of a name. All else goes through getaddrinfo.
#ifndef TROQUET_CRESOLVER_SHIM_H
#define TROQUET_CRESOLVER_SHIM_H

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

/// Writes the TXT records of a name, each as a length of two bytes (high byte first) and its text, with its strings
/// joined.
///
/// Returns the number of bytes, 0 when there is none, and -1 when no server answered. It blocks for ten seconds at most.
static inline int cresolver_texts(const char *name, unsigned char *output, int room) {
    struct __res_state state;
    unsigned char answer[16384];
    ns_msg message;
    int written = 0;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -1;
    state.retrans = 2;
    state.retry = 2;
    if (state.nscount > 2) state.nscount = 2;
    int length = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof answer);
    int error = state.res_h_errno;
    res_nclose(&state);
    if (length < 0) return error == HOST_NOT_FOUND || error == NO_DATA ? 0 : -1;
    if (length > (int)sizeof answer || ns_initparse(answer, length, &message) != 0) return -1;
    for (int index = 0; index < ns_msg_count(message, ns_s_an); index++) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, index, &record) != 0) return -1;
        if (ns_rr_type(record) != ns_t_txt) continue;
        const unsigned char *bytes = ns_rr_rdata(record);
        int left = ns_rr_rdlen(record), start = written + 2, end = start;
        if (start > room) return written;
        while (left > 0) {
            int part = bytes[0];
            if (part + 1 > left || end + part > room) return written;
            memcpy(output + end, bytes + 1, part);
            end += part;
            bytes += part + 1;
            left -= part + 1;
        }
        output[written] = (unsigned char)((end - start) >> 8);
        output[written + 1] = (unsigned char)(end - start);
        written = end;
    }
    return written;
}

#endif
