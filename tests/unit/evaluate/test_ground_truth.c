// SPDX-License-Identifier: MIT
// Tables, lists of pairs and truths as people write them, and which face is whose by them.
#include "harness.h"
#include "evaluate/confusion.h"
#include "evaluate/pair_list.h"
#include "evaluate/path_index.h"
#include "evaluate/ground_truth_match.h"

#define HAS(text, part) CHECK(strstr(text, part) != NULL)

// --- tables ----------------------------------------------------------------------------------------------------------

TEST(a_table_as_spreadsheets_write_it)
{
    static const char text[] = "\xef\xbb\xbfname , \"a \"\"b\"\"\"\r\n\r\n \"x, y\" ,  two words \r\n"
                               "\"two\nlines\",\"\"\r\nlast,1.5";
    ww_csv t;
    ww_error err = {0};
    bool more;
    double value = 0;
    CHECK_OK(ww_csv_read(&t, "t.csv", text, sizeof text - 1, &err));
    CHECK_EQ(t.columns, 2);
    CHECK_EQ(ww_csv_column(&t, "name"), 0);
    CHECK_EQ(ww_csv_column(&t, "a \"b\""), 1);
    CHECK_EQ(ww_csv_column(&t, "other"), -1);
    CHECK_EQ(ww_csv_column_of(&t, "other", "name"), 0);
    static const char *const rows[][2] = {{"x, y", "two words"}, {"two\nlines", ""}, {"last", "1.5"}};
    static const size_t lines[] = {3, 4, 6};
    for (int i = 0; i < 3; i++) {
        CHECK_OK(ww_csv_next(&t, &more, &err));
        CHECK(more);
        CHECK_STR(t.field[0], rows[i][0]);
        CHECK_STR(t.field[1], rows[i][1]);
        CHECK_EQ(t.line, lines[i]);
    }
    CHECK_OK(ww_csv_number(&t, 1, 0, 2, &value, &err));
    CHECK_NEAR(value, 1.5, 0);
    CHECK_EQ(ww_csv_number(&t, 1, 2, 3, &value, &err), WW_ERR_FORMAT);
    HAS(err.message, "t.csv:6: a \"b\" is 1.5; it must be from 2 to 3");
    CHECK_EQ(ww_csv_number(&t, 0, 2, 3, &value, &err), WW_ERR_FORMAT);
    HAS(err.message, "'last' in the column name is not a number");
    CHECK_OK(ww_csv_next(&t, &more, &err));
    CHECK(!more);
    CHECK(t.rows_max >= 3);
    ww_csv_close(&t);
}

static void bad_table(const char *text, const char *message)
{
    ww_csv t;
    ww_error err = {0};
    bool more = true;
    ww_status status = ww_csv_read(&t, "t.csv", text, strlen(text), &err);
    while (status == WW_OK && more)
        status = ww_csv_next(&t, &more, &err);
    CHECK_EQ(status, WW_ERR_FORMAT);
    HAS(err.message, message);
    ww_csv_close(&t);
}

TEST(tables_that_are_none)
{
    bad_table("", "t.csv: the file is empty");
    bad_table("\n\n", "t.csv: the file is empty");
    bad_table("a,b\n1,2\n1,2,3\n", "t.csv:3: 3 fields where the first line names 2 columns");
    bad_table("a,b\n\n1\n", "t.csv:3: 1 field where the first line names 2 columns");
    bad_table("a,b\n\"1,2\n", "t.csv:2: a quote opens");
    bad_table("a,b\n\"1\"2,2\n", "t.csv:2: a quote opens");
    char wide[2 * WW_CSV_COLUMNS_MAX + 4];
    memset(wide, ',', sizeof wide - 1);
    wide[sizeof wide - 1] = 0;
    bad_table(wide, "columns are too many");
    ww_csv t;
    ww_error err = {0};
    CHECK_EQ(ww_csv_read(&t, "t.csv", "a\0b", 3, &err), WW_ERR_FORMAT);
    HAS(err.message, "not a text file");
    ww_csv_close(&t);
    CHECK_EQ(ww_csv_open(&t, "/nowhere/t.csv", &err), WW_ERR_NOT_FOUND);
    HAS(err.message, "/nowhere/t.csv");
    ww_csv_close(&t);
}

// --- files -----------------------------------------------------------------------------------------------------------

TEST(which_file_is_meant)
{
    static const char *const path[] = {"x/Ada/Ada_0001.jpg", "x/Ada/Ada_0002.png", "x/Bo/Ada_0002.jpg",
                                       "clip.mp4",           "./y/clip2.mp4",      "x/Ada/Ada_0001.jpg.txt",
                                       "z/Cy_0001.jpg",      "w/Cy_0001.jpg",      "x/Ada_Lov/Ada_Lov_0001.jpg"};
    ww_path_index p;
    ww_error err;
    size_t known = 0;
    CHECK_OK(ww_path_index_make(path, sizeof path / sizeof *path, &p, &err));
    CHECK_EQ(ww_path_index_find(&p, "Ada_0001.jpg"), 0);
    CHECK_EQ(ww_path_index_find(&p, "Ada/Ada_0001.jpg"), 0);
    CHECK_EQ(ww_path_index_find(&p, "a/Ada_0001.jpg"), WW_PATH_NONE); // by whole names of folders
    CHECK_EQ(ww_path_index_find(&p, "/home/me/clip.mp4"), 3);
    CHECK_EQ(ww_path_index_find(&p, "y/clip2.mp4"), 4);
    CHECK_EQ(ww_path_index_find(&p, "./clip.mp4"), 3);
    CHECK_EQ(ww_path_index_find(&p, "lip.mp4"), WW_PATH_NONE);
    CHECK_EQ(ww_path_index_find(&p, "Cy_0001.jpg"), WW_PATH_SEVERAL);
    CHECK_EQ(ww_path_index_find(&p, "w/Cy_0001.jpg"), 7);
    CHECK_EQ(ww_path_index_find(&p, ""), WW_PATH_NONE);
    CHECK_EQ(ww_path_index_find_numbered(&p, "Ada", 1, &known), 0);
    CHECK_EQ(known, 3);                                           // not Ada_Lov_0001.jpg, nor the .jpg.txt
    CHECK_EQ(ww_path_index_find_numbered(&p, "Ada", 2, NULL), 1); // the one in the folder Ada
    CHECK_EQ(ww_path_index_find_numbered(&p, "Ada", 3, NULL), WW_PATH_NONE);
    CHECK_EQ(ww_path_index_find_numbered(&p, "Cy", 1, NULL), WW_PATH_SEVERAL);
    CHECK_EQ(ww_path_index_find_numbered(&p, "Di", 1, &known), WW_PATH_NONE);
    CHECK_EQ(known, 0);
    ww_path_index_free(&p);
}

// --- pairs -----------------------------------------------------------------------------------------------------------

TEST(pairs_of_lfw)
{
    static const char text[] = "2\t2\nAda\t1\t4\nBo\t2\t1\nAda\t1\tBo\t2\nCy 3 Bo 1\n\nAda 2 3\r\nBo 1 3\r\n"
                               "Bo 1 Cy 2\r\nAda 1 Cy 1";
    ww_pair_list l;
    ww_error err = {0};
    CHECK_OK(ww_pair_list_read(&l, "pairs.txt", text, sizeof text - 1, &err));
    CHECK_EQ(l.count, 8);
    static const bool same[8] = {true, true, false, false, true, true, false, false};
    for (size_t i = 0; i < l.count; i++) {
        CHECK_EQ(l.pair[i].fold, i / 4);
        CHECK_EQ(l.pair[i].same, same[i]);
    }
    CHECK_STR(l.pair[0].picture[1].name, "Ada");
    CHECK_EQ(l.pair[0].picture[1].number, 4);
    CHECK_STR(l.pair[3].picture[0].name, "Cy");
    CHECK_STR(l.pair[3].picture[1].name, "Bo");
    CHECK_EQ(l.pair[3].picture[0].number, 3);
    CHECK_EQ(l.pair[3].picture[1].number, 1);
    CHECK_EQ(l.pair[4].line, 7);
    ww_pair_list_free(&l);
}

TEST(pairs_in_a_table)
{
    static const char text[] =
        "same,file2,file1,fold\n1,b.jpg,a.jpg,2\nno,d.jpg,c.jpg,1\nTRUE,f.jpg,e.jpg,1\n0,h.jpg,g.jpg,2\n";
    static const char dealt[] = "file1,file2,same\na,b,1\na,c,1\na,d,0\nb,c,yes\n";
    static const uint32_t folds[] = {0, 1, 0, 2};
    ww_pair_list l;
    ww_error err = {0};
    CHECK_OK(ww_pair_list_read(&l, "pairs.csv", text, sizeof text - 1, &err));
    CHECK_EQ(l.count, 4);
    CHECK_STR(l.pair[0].picture[0].name, "a.jpg");
    CHECK_STR(l.pair[0].picture[1].name, "b.jpg");
    CHECK_EQ(l.pair[0].picture[0].number, 0);
    CHECK_EQ(l.pair[0].fold, 1);
    CHECK(l.pair[0].same && !l.pair[1].same && l.pair[2].same && !l.pair[3].same);
    ww_pair_list_free(&l);
    CHECK_OK(ww_pair_list_read(&l, "pairs.csv", dealt, sizeof dealt - 1, &err));
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(l.pair[i].fold, folds[i]); // each kind by itself
    ww_pair_list_free(&l);
}

static void bad_pairs(const char *text, const char *message)
{
    ww_pair_list l;
    ww_error err = {0};
    CHECK_EQ(ww_pair_list_read(&l, "pairs.txt", text, strlen(text), &err), WW_ERR_FORMAT);
    HAS(err.message, message);
    ww_pair_list_free(&l);
}

TEST(pairs_that_are_none)
{
    bad_pairs("", "pairs.txt: the file is empty");
    bad_pairs(" \n\t\n", "pairs.txt: the file is empty");
    bad_pairs("10\nAda 1 2\n", "pairs.txt:1: the first line has to be 'FOLDS N'");
    bad_pairs("1 300\nAda 1 2\n", "pairs.txt:1: the first line");
    bad_pairs("2 1\nAda 1\n",
              "pairs.txt:2: a line of pairs is 'Name i j' or 'Name i Other j', and this one has 2 words");
    bad_pairs("2 1\nAda 1 Bo 2 3 4\n", "and this one has at least 5 words");
    bad_pairs("2 1\nAda 1 0\n", "pairs.txt:2: '0' is not the number of a picture");
    bad_pairs("2 1\nAda 1 Bo\n", "pairs.txt:2: 'Bo' is not the number of a picture");
    bad_pairs("2 1\nAda 1 12345678\n", "is not the number of a picture");
    bad_pairs("2 1\nAda 1 2\nAda 1 Bo 1\nBo 1 2\n",
              "the file is cut short: 3 pairs, and its first line tells of 2 x 2 x 1");
    bad_pairs("2 1\nAda 1 2\nAda 1 Bo 1\nBo 1 2\nBo 1 Ada 1\nCy 1 2\n",
              "pairs.txt:6: there are more pairs than the 2 x 2 x 1");
    bad_pairs("100 999999\nAda 1 2\n", "more than");
    bad_pairs("file1,file2\na,b\n", "pairs.txt:1: pairs are 'FOLDS N'");
    bad_pairs("file1,file2,same\na,b,maybe\n", "pairs.txt:2: same is 'maybe'");
    bad_pairs("file1,file2,same\na,,1\n", "pairs.txt:2: a file has no name");
    bad_pairs("file1,file2,same,fold\na,b,1,0\n", "pairs.txt:2: fold is 0");
    bad_pairs("file1,file2,same,fold\na,b,1,1.5\n", "pairs.txt:2: fold is 1.5");
    bad_pairs("file1,file2,same,fold\na,b,1,-1e99\n", "pairs.txt:2: fold is -1e99");
    bad_pairs("file1,file2,same\na,b\n", "pairs.txt:2: 2 fields");
}

// --- truth -----------------------------------------------------------------------------------------------------------

static void bad_truth(const char *text, const char *message)
{
    ww_ground_truth t;
    ww_error err = {0};
    CHECK_EQ(ww_ground_truth_read(&t, "truth.csv", text, strlen(text), &err), WW_ERR_FORMAT);
    HAS(err.message, message);
    ww_ground_truth_free(&t);
}

TEST(truths_that_are_none)
{
    bad_truth("", "truth.csv: the file is empty");
    bad_truth("x,y,w,h\n1,2,3,4\n", "truth.csv:1: there is no column person");
    bad_truth("person,x,y,w\nAda,1,2,3\n", "truth.csv:1: a place is x, y, w and h");
    bad_truth("person,time_s,file\nAda,1,a.mp4\n", "truth.csv:1: where there are times there must be places too");
    bad_truth("person,start_s,x,y,w,h\nAda,1,1,2,3,4\n", "truth.csv:1: a time is either start_s and end_s, or time_s");
    bad_truth("person,start_s,end_s,time_s,x,y,w,h\nAda,1,2,1,1,2,3,4\n", "truth.csv:1: a time is either");
    bad_truth("person\nAda\n", "truth.csv:1: without a place (x,y,w,h) there must be a column file");
    bad_truth("person,x,y,w,h\nAda,1,2,3\n", "truth.csv:2: 4 fields");
    bad_truth("person,x,y,w,h\nAda,1,2,-3,4\n", "truth.csv:2: w is -3");
    bad_truth("person,x,y,w,h\nAda,1,two,3,4\n", "truth.csv:2: 'two' in the column y is not a number");
    bad_truth("person,x,y,w,h\nAda,1,nan,3,4\n", "truth.csv:2: 'nan' in the column y is not a number");
    bad_truth("person,start_s,end_s,x,y,w,h\nAda,2,2,1,2,3,4\n", "truth.csv:2: it ends at 2 s, and begins at 2 s");
    bad_truth("person,time_s,x,y,w,h\nAda,1e30,1,2,3,4\n", "truth.csv:2: time_s is 1e30");
    bad_truth("person,file\nAda,\n", "truth.csv:2: the column file is empty");
    bad_truth("person,file\n,a.jpg\n", "truth.csv: the table names nobody");
    bad_truth("person,file\n", "truth.csv: the table names nobody");
}

// What a truth says of an answer, both as tables.
static ww_status match(const char *answer_text, const char *truth_text, ww_predictions *a, ww_ground_truth *t,
                       ww_matched *m, ww_error *err)
{
    *m = (ww_matched){0};
    *t = (ww_ground_truth){0};
    ww_status status = ww_predictions_read_table(a, "faces.csv", answer_text, strlen(answer_text), err);
    if (status == WW_OK)
        status = ww_ground_truth_read(t, "truth.csv", truth_text, strlen(truth_text), err);
    return status == WW_OK ? ww_ground_truth_match(t, a, WW_EVAL_LARGEST, m, err) : status;
}

static void release(ww_predictions *a, ww_ground_truth *t, ww_matched *m)
{
    ww_matched_free(m);
    ww_ground_truth_free(t);
    ww_predictions_free(a);
}

// Names of the faces in the answer's order, by letter: '-' false, '?' unknown.
static void check_names(const ww_predictions *a, const ww_ground_truth *t, const ww_matched *m, const char *expected)
{
    char got[64] = "";
    for (size_t i = 0; i < a->face_count && i < sizeof got - 1; i++)
        got[i] = m->person[i] >= 0 ? t->people.text[m->person[i]][0] : m->person[i] == WW_MATCH_FALSE ? '-' : '?';
    CHECK_STR(got, expected);
}

TEST(places_and_spans)
{
    static const char faces[] = "source,time_s,x,y,width,height,person\n"
                                "a.mp4,0.0,10,10,20,20,0\n"   // Ada
                                "a.mp4,0.5,110,10,20,20,1\n"  // Bo
                                "a.mp4,1.999,10,10,20,20,0\n" // Ada
                                "a.mp4,2.0,10,10,20,20,0\n"   // Ada is gone: false
                                "a.mp4,2.5,300,10,20,20,-1\n" // nobody there: false
                                "a.mp4,3.0,110,10,20,20,\n";  // somebody
    static const char truth[] =
        "start_s,end_s,x,y,w,h,person\n0,2,0,0,100,100,Ada\n0,4,100,0,100,100,Bo\n2.9,4,100,0,30,30,\n";
    ww_predictions a;
    ww_ground_truth t;
    ww_matched m;
    ww_error err = {0};
    CHECK_OK(match(faces, truth, &a, &t, &m, &err));
    check_names(&a, &t, &m, "ABA--?"); // of two places the one that overlaps most
    CHECK_EQ(m.matched, 3);
    CHECK_EQ(m.false_faces, 2);
    CHECK_EQ(m.unknown, 1);
    CHECK_EQ(m.wanted, 6); // whole seconds of Ada: 2, of Bo: 4; of whoever does not matter: none
    CHECK_EQ(m.found, 4);  // Ada 0 and 1, Bo 0 and 3 (somebody else's face, but in Bo's place)
    CHECK_EQ(a.title_count, 2);
    CHECK_EQ(a.face[4].person, -1);
    CHECK_EQ(a.face[5].person, -1);
    release(&a, &t, &m);
}

TEST(moments)
{
    static const char faces[] = "source,time_s,x,y,width,height,person\n"
                                "x/a.mp4,1.2,10,10,20,20,0\n"   // nearest to the moment 1, of Ada
                                "x/a.mp4,1.45,10,10,20,20,0\n"  // nearest to the moment 1.8, of Bo in the same place
                                "x/a.mp4,1.45,200,10,20,20,0\n" // false: the moment is known
                                "x/a.mp4,9,10,10,20,20,0\n"     // of this moment nothing is known
                                "x/b.mp4,1,10,10,20,20,0\n";    // of this file neither
    static const char truth[] =
        "source,time_s,x,y,width,height,person\na.mp4,1,10,10,20,20,Ada\na.mp4,1.8,10,10,20,20,Bo\na.mp4,"
        "5,1,1,9,9,Bo\n";
    ww_predictions a;
    ww_ground_truth t;
    ww_matched m;
    ww_error err = {0};
    CHECK_OK(match(faces, truth, &a, &t, &m, &err));
    check_names(&a, &t, &m, "AB-??");
    CHECK_EQ(m.wanted, 3);
    CHECK_EQ(m.found, 2);
    CHECK_EQ(m.absent, 0);
    release(&a, &t, &m);
}

TEST(photos)
{
    static const char faces[] = "source,x,y,w,h,person,name\n"
                                "p/Ada_1.jpg,0,0,10,10,3,Ada L\np/Ada_1.jpg,50,0,30,30,4,\np/Bo_1.jpg,0,0,10,10,3,Ada "
                                "L\np/c.jpg,0,0,9,9,x,\n";
    static const char truth[] = "file,person\nAda_1.jpg,Ada\nBo_1.jpg,Bo\nq/gone.jpg,Ada\n";
    ww_predictions a;
    ww_ground_truth t;
    ww_matched m;
    ww_error err = {0};
    CHECK_OK(match(faces, truth, &a, &t, &m, &err));
    check_names(&a, &t, &m, "?AB?"); // the largest of a photo; of c.jpg the truth says nothing
    CHECK_EQ(m.wanted, 3);
    CHECK_EQ(m.found, 2);
    CHECK_EQ(m.absent, 1);
    CHECK_STR(m.absent_example, "q/gone.jpg");
    CHECK_EQ(m.absent_line, 4);
    CHECK_STR(a.title[a.face[0].person], "Ada L");
    ww_matched_free(&m);
    ww_ground_truth_free(&t);
    CHECK_OK(ww_ground_truth_of_paths(&t, &a, WW_PATH_FILE, &err));
    CHECK_OK(ww_ground_truth_match(&t, &a, WW_EVAL_LARGEST, &m, &err));
    check_names(&a, &t, &m, "?ABc");
    CHECK_EQ(t.people.count, 3);
    ww_matched_free(&m);
    ww_ground_truth_free(&t);
    CHECK_OK(ww_ground_truth_of_paths(&t, &a, WW_PATH_FOLDER, &err));
    CHECK_EQ(t.people.count, 1);
    CHECK_STR(t.people.text[0], "p");
    CHECK_EQ(ww_ground_truth_match(&t, &a, WW_EVAL_MIDDLE, &m, &err), WW_ERR_ARGUMENT); // a table tells no sizes
    HAS(err.message, "--face largest");
    release(&a, &t, &m);
}

static void refused(const char *faces, const char *truth, ww_status expected, const char *message)
{
    ww_predictions a;
    ww_ground_truth t;
    ww_matched m;
    ww_error err = {0};
    CHECK_EQ(match(faces, truth, &a, &t, &m, &err), expected);
    HAS(err.message, message);
    release(&a, &t, &m);
}

TEST(what_does_not_fit_together)
{
    static const char two[] = "source,x,y,w,h,person\na.jpg,0,0,9,9,1\nx/b.jpg,0,0,9,9,1\ny/b.jpg,0,0,9,9,1\n";
    refused(two, "person,x,y,w,h\nAda,0,0,9,9\n", WW_ERR_FORMAT,
            "truth.csv: there is no column source, and faces.csv holds 3 files");
    refused(two, "file,person\na.jpg,Ada\nb.jpg,Bo\n", WW_ERR_FORMAT,
            "truth.csv:3: several files of faces.csv end in 'b.jpg'");
    refused(two, "file,person\nc.jpg,Ada\nd.jpg,Bo\n", WW_ERR_NOT_FOUND,
            "truth.csv:2: 'c.jpg', and no other file it names");
    refused(two, "file,person\nx/b.jpg,Ada\n./x/b.jpg,Bo\n", WW_ERR_FORMAT, "line 2 speaks of 'x/b.jpg' already");
    refused("a,b\n1,2\n", "file,person\na,b\n", WW_ERR_FORMAT, "faces.csv:1: a table of faces needs the columns");
    refused("source,x,y,w,h,person\na,0,0,9,nine,1\n", "file,person\na,b\n", WW_ERR_FORMAT,
            "faces.csv:2: 'nine' in the column h is not a number");
}

// --- mixes -----------------------------------------------------------------------------------------------------------

TEST(worst_groups_first)
{
    static const int32_t group[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, -1, 3, 4, 4, 4, 4, 4, 4, 4};
    static const int32_t part[] = {5, 5, 6, -1, 7, 7, 7, 8, 9, 5, -1, 1, 2, 3, 4, 5, 5, 5};
    ww_confusion m;
    ww_error err;
    CHECK_OK(ww_confusion_find(group, part, sizeof group / sizeof *group, &m, &err));
    CHECK_EQ(m.count, 5);
    CHECK_EQ(m.astray, 3);
    const ww_confused_group *x = &m.mix[0];
    CHECK_EQ(x->group, 4); // 5: three; 1, 2, 3 and 4: one each
    CHECK_EQ(x->astray, 4);
    CHECK_EQ(x->parts, 5);
    CHECK_EQ(x->part[0], 5);
    CHECK_EQ(x->part_count[0], 3);
    CHECK_EQ(x->part[3], 3);
    x = &m.mix[1];
    CHECK_EQ(x->group, 0);
    CHECK_EQ(x->count, 4);
    CHECK_EQ(x->alone, 1);
    CHECK_EQ(x->parts, 2);
    CHECK_EQ(x->astray, 2);
    CHECK_EQ(x->part[1], 6);
    CHECK_EQ(m.mix[2].group, 2);
    CHECK_EQ(m.mix[3].group, 1); // nobody astray, and larger than group 3, of one who is alone
    CHECK_EQ(m.mix[4].astray, 0);
    ww_confusion_free(&m);
    CHECK_OK(ww_confusion_find(group, part, 0, &m, &err));
    CHECK_EQ(m.count, 0);
    ww_confusion_free(&m);
}

int main(void)
{
    RUN(a_table_as_spreadsheets_write_it);
    RUN(tables_that_are_none);
    RUN(which_file_is_meant);
    RUN(pairs_of_lfw);
    RUN(pairs_in_a_table);
    RUN(pairs_that_are_none);
    RUN(truths_that_are_none);
    RUN(places_and_spans);
    RUN(moments);
    RUN(photos);
    RUN(what_does_not_fit_together);
    RUN(worst_groups_first);
    return FINISH();
}
