// SPDX-License-Identifier: MIT
#include "library/catalog.h"
#include "library/names.h"
#include "base/text.h"
#include "harness.h"

#define NASTY "a<b>&\"'\\ \x01\n/\xc3\xa9\xff\xe2\x82"

static void check_text(void (*write)(ww_buffer *b, const char *text), const char *text, const char *expected)
{
    ww_buffer b = {0};
    ww_buffer_text(&b, "");
    write(&b, text);
    CHECK_STR(b.data, expected);
    ww_buffer_free(&b);
}

TEST(html_is_escaped)
{
    check_text(ww_text_html, NASTY, "a&lt;b&gt;&amp;&quot;&#39;\\   /\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    check_text(ww_text_html, "", "");
}

TEST(urls_are_escaped_byte_by_byte)
{
    check_text(ww_text_url, "Zo\xc3\xab O'N/50%?#\xff.jpg", "Zo%C3%AB%20O%27N/50%25%3F%23%FF.jpg");
}

TEST(json_and_yaml_are_quoted)
{
    check_text(ww_text_json, "a</script>\"\\\t", "\"a\\u003c/script>\\\"\\\\\\u0009\"");
    check_text(ww_text_yaml, "a<b: - #\"\\\n\x7f", "\"a<b: - #\\\"\\\\\\u000a\\u007f\"");
}

TEST(csv_is_quoted_where_needed)
{
    check_text(ww_text_csv, "plain \xff name", "plain \xff name");
    check_text(ww_text_csv, "a,b", "\"a,b\"");
    check_text(ww_text_csv, "say \"hi\"", "\"say \"\"hi\"\"\"");
    check_text(ww_text_csv, "two\nlines", "\"two\nlines\"");
    check_text(ww_text_csv, " a blank before", "\" a blank before\"");
    check_text(ww_text_csv, "and behind\t", "\"and behind\t\"");
    check_text(ww_text_csv, "", "");
}

static void add_safe(ww_buffer *b, const char *text) { ww_text_csv_field(b, text, true); }

TEST(csv_fields_begin_no_formula_where_asked)
{
    static const char *const formulas[] = {"=1+1",
                                           "+1",
                                           "-1",
                                           "@SUM(A1)",
                                           "\t=1",
                                           "\r=1",
                                           "\n=1",
                                           ("\xef\xbc\x9d"
                                            "1"),
                                           ("\xef\xbc\x8b"
                                            "1"),
                                           ("\xef\xbc\x8d"
                                            "1"),
                                           ("\xef\xbc\xa0"
                                            "A"),
                                           "'=1",
                                           "''=1"};
    static const char *const others[] = {"Ada",
                                         "",
                                         "'",
                                         "O'Neil",
                                         "a=1",
                                         "1-1",
                                         "'Ada",
                                         ("\xef\xbc\xa1"
                                          "da")};
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        char *guarded = ww_strf("'%s", formulas[i]);
        ww_buffer as_text = {0}, field = {0};
        ww_text_csv(&as_text, guarded);
        add_safe(&field, formulas[i]);
        CHECK_STR(field.data, as_text.data);
        CHECK_STR(ww_text_csv_unguarded(guarded), formulas[i]);
        ww_buffer_free(&as_text);
        ww_buffer_free(&field);
        free(guarded);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        check_text(add_safe, others[i], others[i]);
        CHECK_STR(ww_text_csv_unguarded(others[i]), others[i]);
    }
}

TEST(only_well_formed_utf8_passes)
{
    check_text(ww_text_html, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");                                 // U+1F600
    check_text(ww_text_html, "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");                                 // overlong
    check_text(ww_text_html, "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");                 // surrogate
    check_text(ww_text_html, "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // beyond Unicode
    check_text(ww_text_html, "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"); // cut off by the end
}

TEST(lines_are_cut_off_one_by_one)
{
    char text[] = "a\n\nb\r\nc", *second = ww_text_cut_line(text), *third = ww_text_cut_line(second),
         *last = ww_text_cut_line(third);
    CHECK_STR(text, "a");
    CHECK_STR(second, "");
    CHECK_STR(third, "b\r");
    CHECK_STR(last, "c");
    CHECK_STR(ww_text_cut_line(last), "");
    CHECK_STR(last, "c");
}

TEST(ends_are_compared_by_bytes)
{
    CHECK(ww_text_ends_with("a.b.c", ".c") && ww_text_ends_with("c", "c") && ww_text_ends_with("c", ""));
    CHECK(!ww_text_ends_with("a.C", ".c") && !ww_text_ends_with("c", ".c") && !ww_text_ends_with("", "c"));
}

TEST(attributes_and_words_stand_between_spaces)
{
    ww_buffer b = {0};
    ww_text_attribute(&b, "stArea:x", -0.125, 2);
    CHECK_STR(b.data, " stArea:x=\"-0.13\"");
    ww_buffer_free(&b);
    check_text(ww_text_word, " Ada\tLove lace\r\n", "_Ada_Love_lace__");
    check_text(ww_text_word, "", "");
}

static void check_fixed(double value, int decimals, const char *expected)
{
    ww_buffer b = {0};
    ww_text_fixed(&b, value, decimals);
    CHECK_STR(b.data, expected);
    ww_buffer_free(&b);
}

TEST(numbers_have_a_point_and_all_their_decimals)
{
    check_fixed(0, 1, "0.0");
    check_fixed(-0.04, 1, "0.0");
    check_fixed(-0.05, 1, "-0.1");
    check_fixed(12.25, 1, "12.3");
    check_fixed(1919.96, 1, "1920.0");
    check_fixed(0.98765, 4, "0.9877");
    check_fixed(1, 6, "1.000000");
    check_fixed(0.0000005, 6, "0.000001");
    check_fixed(7.5, 0, "8");
    check_fixed(NAN, 2, "0.00");
    check_fixed(INFINITY, 2, "1000000000000.00");
    check_fixed(-1e300, 0, "-1000000000000");
}

TEST(times_are_written_as_seconds_and_as_clock)
{
    ww_buffer b = {0};
    ww_text_seconds(&b, 83500000);
    ww_buffer_text(&b, " ");
    ww_text_seconds(&b, 36000033367);
    ww_buffer_text(&b, " ");
    ww_text_clock(&b, 59999999);
    ww_buffer_text(&b, " ");
    ww_text_clock(&b, 36061000000);
    ww_buffer_text(&b, " ");
    ww_text_clock(&b, -5);
    CHECK_STR(b.data, "83.500 36000.033 0:00:59 10:01:01 0:00:00");
    ww_buffer_free(&b);
}

static void check_folder(const char *name, const char *expected)
{
    char *folder = ww_folder_name(name);
    CHECK_STR(folder ? folder : "(null)", expected);
    free(folder);
}

TEST(names_are_made_fit_for_folders)
{
    check_folder("Zo\xc3\xab O'Neil", "Zo\xc3\xab O'Neil");
    check_folder("  a/b\\c\n ", "a_b_c_");
    check_folder(".", "_");
    check_folder("..", "__");
    check_folder(".hidden", "_hidden");
    check_folder("J. R.", "J. R_");
    check_folder("Who: me? \"*<>|", "Who_ me_ _____"); // what NTFS, exFAT and Windows shares forbid
    check_folder("CON", "CON_");
    check_folder("com\u00b9.txt", "com\u00b9.txt_");
    check_folder("LPT\u00b3", "LPT\u00b3_");
    check_folder("LPT\u00b4", "LPT\u00b4");
    check_folder("aux.txt", "aux.txt_");
    check_folder("Com7", "Com7_");
    check_folder("COM", "COM");
    check_folder("Conny", "Conny");
    check_folder("Jose\xcc\x81", "Jos\xc3\xa9"); // composed
    check_folder("bad \xff bytes", "bad \xff bytes");
    check_folder("   ", "(null)");
    check_folder("", "(null)");
    char longest[200], expected[121];
    memset(longest, 'x', sizeof longest);
    memcpy(longest + 119, "\xc3\xa9", 2); // the limit falls into a character
    longest[199] = 0;
    memset(expected, 'x', 119);
    expected[119] = 0;
    check_folder(longest, expected);
}

TEST(one_name_may_be_written_in_several_ways)
{
    CHECK(ww_name_same("Ada", "ADA") && ww_name_same("Ada", "Ada") && !ww_name_same("Ada", "Adah"));
    CHECK(ww_name_same("Jose\xcc\x81", "JOS\xc3\x89")); // decomposed, and in capitals
    CHECK(ww_name_same("Stra\xc3\x9f"
                       "er",
                       "STRASSER")); // sharp s
    CHECK(!ww_name_same("Jos\xc3\xa9", "Jose") && !ww_name_same(NULL, "Ada") && !ww_name_same(NULL, NULL));
    CHECK(ww_name_same("\xff", "\xff") && !ww_name_same("\xff", "\xfe")); // not UTF-8: bytes
}

static void push_person(ww_catalog *c, int number, const char *name)
{
    ww_catalog_person person = {.number = number, .name = (char *)(uintptr_t)name};
    ww_vector_add(&c->person, person);
}

TEST(folders_are_unique_whatever_people_are_called)
{
    ww_catalog c = {0};
    push_person(&c, 0, NULL);
    push_person(&c, 1, "Anna");
    push_person(&c, 2, "anna");
    push_person(&c, 3, "Face_0");
    push_person(&c, 4, "Unsorted");
    push_person(&c, 5, "MONTAGE");
    push_person(&c, 6, "Anna");
    push_person(&c, 7, " ");
    push_person(&c, 8, "whoswho.conf");
    ww_catalog_name_folders(&c);
    static const char *const expected[] = {"Face_0",      "Anna",     "anna (2)", "Face_0 (2)",      "Unsorted (2)",
                                           "MONTAGE (2)", "Anna (3)", "Face_7",   "whoswho.conf (2)"};
    for (size_t i = 0; i < c.person.count; i++) {
        CHECK_STR(c.person.item[i].folder, expected[i]);
        free(c.person.item[i].folder);
    }
    ww_vector_free(&c.person);
}

int main(void)
{
    RUN(html_is_escaped);
    RUN(urls_are_escaped_byte_by_byte);
    RUN(json_and_yaml_are_quoted);
    RUN(lines_are_cut_off_one_by_one);
    RUN(ends_are_compared_by_bytes);
    RUN(attributes_and_words_stand_between_spaces);
    RUN(csv_is_quoted_where_needed);
    RUN(csv_fields_begin_no_formula_where_asked);
    RUN(only_well_formed_utf8_passes);
    RUN(numbers_have_a_point_and_all_their_decimals);
    RUN(times_are_written_as_seconds_and_as_clock);
    RUN(names_are_made_fit_for_folders);
    RUN(one_name_may_be_written_in_several_ways);
    RUN(folders_are_unique_whatever_people_are_called);
    return FINISH();
}
