// SPDX-License-Identifier: MIT
#include "base/buffer.h"
#include "base/json.h"
#include "harness.h"

static ww_status note(void *user, const char *path, ww_json_kind kind, double number, const char *text, ww_error *err)
{
    ww_buffer *b = user;
    (void)err;
    if (kind == WW_JSON_NUMBER)
        ww_buffer_format(b, "%s=%g;", path, number);
    else
        ww_buffer_format(b, "%s%s%s;", path, kind == WW_JSON_END ? "." : kind == WW_JSON_STRING ? ":" : "!", text);
    return strcmp(text, "stop") == 0 ? WW_ERR_CANCELLED : WW_OK;
}

// What was told, and the status.
static ww_status read_json(const char *text, char told[256], ww_error *err)
{
    ww_buffer b = {0};
    ww_status status = ww_json_read(text, "x.json", note, &b, err);
    snprintf(told, 256, "%s", b.data ? b.data : "");
    ww_buffer_free(&b);
    return status;
}

TEST(values_come_with_their_paths)
{
    char told[256];
    ww_error err = {0};
    CHECK_OK(read_json(" {\"a\": [{\"b\": -1.5e2}, [true, null]],\n\"c\": \"d\", \"e\": {}, \"f\": []} ", told, &err));
    CHECK_STR(told, "a[].b=-150;a[].;a[][]!true;a[][]!null;c:d;e.;.;");
    CHECK_OK(read_json("7", told, &err));
    CHECK_STR(told, "=7;");
}

TEST(escapes_are_read)
{
    char told[256];
    ww_error err = {0};
    CHECK_OK(read_json("\"\\\"\\\\\\/\\b\\n\\u0041\\u00e9\\ud83d\\ude00\\ud83d\\u0000\"", told, &err));
    CHECK_STR(told, ":\"\\/\b\nA\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd;");
    CHECK_OK(read_json("{\"k\\n\": \"\\ud83dx\"}", told, &err));
    CHECK_STR(told, "k\n:\xef\xbf\xbdx;.;");
}

TEST(what_is_no_json_is_refused)
{
    static const char *const bad[] = {"",      "{",   "[1,]",    "[1 2]",   "{\"a\" 1}",       "{\"a\":}",
                                      "{a:1}", "\"x", "\"\\q\"", "\"\\u12", "\"\\ud800\\u1\"", "nul",
                                      "[1]2",  "-",   "[\"\\",   "1x",      "{\"a\":1,}",      "inf"};
    char told[256];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ww_error err = {0};
        if (read_json(bad[i], told, &err) != WW_ERR_FORMAT)
            printf("# taken: %s\n", bad[i]);
        CHECK_EQ(err.status, WW_ERR_FORMAT);
        CHECK(strstr(err.message, "x.json") != NULL);
    }
    ww_error err = {0};
    CHECK_EQ(read_json("[1,\n2,\n*]", told, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, "line 3") != NULL);
}

TEST(nesting_is_bounded_and_a_callback_stops_it)
{
    char deep[2 * WW_JSON_DEPTH_MAX + 4] = "", told[256];
    ww_error err = {0};
    memset(deep, '[', WW_JSON_DEPTH_MAX);
    memset(deep + WW_JSON_DEPTH_MAX, ']', WW_JSON_DEPTH_MAX);
    CHECK_OK(read_json(deep, told, &err));
    memset(deep, '[', WW_JSON_DEPTH_MAX + 1);
    CHECK_EQ(read_json(deep, told, &err), WW_ERR_FORMAT);
    CHECK_EQ(read_json("[\"go\", \"stop\", \"on\"]", told, &err), WW_ERR_CANCELLED);
    CHECK_STR(told, "[]:go;[]:stop;");
}

int main(void)
{
    RUN(values_come_with_their_paths);
    RUN(escapes_are_read);
    RUN(what_is_no_json_is_refused);
    RUN(nesting_is_bounded_and_a_callback_stops_it);
    return FINISH();
}
