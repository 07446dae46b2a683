// SPDX-License-Identifier: MIT
// Who may ask what. The server listens on the loopback addresses only; beyond that each request must show
// - a Host that is ours: a foreign name that leads here (DNS rebinding) is refused;
// - the session's cookie, which the printed address's token is traded for, once;
// - to change something: POST, an Origin that is ours, and the token of the page in a header, which a page of another
//   origin can neither read nor send.
// Tokens are 128 random bits and compared in constant time; who guesses is made to wait.
#ifndef WW_REVIEW_GUARD_H
#define WW_REVIEW_GUARD_H
#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

#define TOKEN_CHARS 32 // hexadecimal

typedef struct guard {
    int port;
    char token[TOKEN_CHARS + 1];  // in the printed address
    char cookie[TOKEN_CHARS + 1]; // the session's
    char page[TOKEN_CHARS + 1];   // what the page sends with changes
    bool traded;                  // the token was used
    pthread_mutex_t lock;         // of what follows
    double failures_since_s, changes_since_s;
    int failures, changes;
} guard;

typedef enum verdict {
    VERDICT_FINE,
    VERDICT_TRADE,     // a valid token: set the cookie
    VERDICT_HOST,      // not our name
    VERDICT_NO_COOKIE, // no session
    VERDICT_ORIGIN,    // a change from another page
    VERDICT_TOO_MANY,  // guesses, or changes
    VERDICT_METHOD,
} verdict;

// False: the system gives no random numbers.
bool guard_init(guard *g, int port);
verdict guard_judge(guard *g, struct MHD_Connection *connection, const char *method, const char *url);
// The name of the cookie: with the port, because cookies of one host are shared by all its ports.
void guard_cookie_name(const guard *g, char *name, size_t bytes);

#endif
