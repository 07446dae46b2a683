// SPDX-License-Identifier: MIT
#include "pipeline/pipeline.h"
#include "base/memory.h"
#include "base/random.h"
#include "harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { TASKS = 500 };

struct task {
    int n;
    unsigned work_us;
};

struct job {
    int tasks, made, delivered, dropped;
    bool in_order;
    int fail_next_at, fail_work_at, fail_done_at; // task number, -1: never
    atomic_int live, live_max, threads_begun, threads_ended;
    ww_random random;
};

static ww_status next(void *user, void **task, ww_error *err)
{
    struct job *j = user;
    if (j->made == j->fail_next_at)
        return ww_fail(err, WW_ERR_IO, "next %d", j->made);
    if (j->made == j->tasks)
        return WW_OK;
    struct task *t = ww_alloc(sizeof *t);
    t->n = j->made++;
    t->work_us = ww_random_below(&j->random, 200);
    int live = atomic_fetch_add(&j->live, 1) + 1, seen = atomic_load(&j->live_max);
    while (live > seen && !atomic_compare_exchange_weak(&j->live_max, &seen, live))
        ;
    *task = t;
    return WW_OK;
}

static ww_status work(void *user, void *state, void *task, ww_error *err)
{
    struct job *j = user;
    struct task *t = task;
    (void)state;
    nanosleep(&(struct timespec){.tv_nsec = t->work_us * 1000L}, NULL);
    return t->n == j->fail_work_at ? ww_fail(err, WW_ERR_FORMAT, "work %d", t->n) : WW_OK;
}

static ww_status done(void *user, void *task, ww_error *err)
{
    struct job *j = user;
    struct task *t = task;
    int n = t->n;
    j->in_order &= n == j->delivered;
    j->delivered++;
    atomic_fetch_sub(&j->live, 1);
    free(t);
    return n == j->fail_done_at ? ww_fail(err, WW_ERR_NO_SPACE, "done %d", n) : WW_OK;
}

static void drop(void *user, void *task)
{
    struct job *j = user;
    j->dropped++;
    atomic_fetch_sub(&j->live, 1);
    free(task);
}

static ww_status begin(void *user, int thread, void **state, ww_error *err)
{
    struct job *j = user;
    (void)thread;
    (void)err;
    atomic_fetch_add(&j->threads_begun, 1);
    *state = user;
    return WW_OK;
}

static void end(void *user, void *state)
{
    struct job *j = state;
    (void)user;
    atomic_fetch_add(&j->threads_ended, 1);
}

static ww_status run(struct job *j, int threads, int window, ww_error *err)
{
    j->in_order = true;
    ww_pipeline p = {.threads = threads,
                     .window = window,
                     .user = j,
                     .next = next,
                     .work = work,
                     .done = done,
                     .drop = drop,
                     .thread_begin = begin,
                     .thread_end = end};
    return ww_pipeline_run(&p, err);
}

static struct job quiet_job(int tasks)
{
    return (struct job){.tasks = tasks, .fail_next_at = -1, .fail_work_at = -1, .fail_done_at = -1, .random = {7}};
}

TEST(results_come_in_order_for_any_number_of_threads)
{
    for (int threads = 1; threads <= 8; threads *= 2) {
        ww_error err = {0};
        struct job j = quiet_job(TASKS);
        CHECK_OK(run(&j, threads, 0, &err));
        CHECK_EQ(j.delivered, TASKS);
        CHECK(j.in_order);
        CHECK_EQ(j.dropped, 0);
        CHECK_EQ(atomic_load(&j.threads_begun), threads);
        CHECK_EQ(atomic_load(&j.threads_ended), threads);
    }
}

TEST(the_window_bounds_what_is_alive)
{
    ww_error err = {0};
    struct job j = quiet_job(TASKS);
    CHECK_OK(run(&j, 8, 3, &err));
    CHECK_EQ(j.delivered, TASKS);
    CHECK(atomic_load(&j.live_max) <= 3 + 1); // one may be made while one is being delivered
}

TEST(no_task_at_all_is_fine)
{
    ww_error err = {0};
    struct job j = quiet_job(0);
    CHECK_OK(run(&j, 4, 0, &err));
    CHECK_EQ(j.delivered, 0);
}

TEST(a_failure_ends_the_run_and_nothing_leaks)
{
    for (int where = 0; where < 3; where++)
        for (int threads = 1; threads <= 4; threads += 3) {
            ww_error err = {0};
            struct job j = quiet_job(TASKS);
            *(int *[]){&j.fail_next_at, &j.fail_work_at, &j.fail_done_at}[where] = 100;
            ww_status status = run(&j, threads, 0, &err);
            CHECK_EQ(status, ((ww_status[]){WW_ERR_IO, WW_ERR_FORMAT, WW_ERR_NO_SPACE})[where]);
            CHECK_STR(err.message, ((const char *[]){"next 100", "work 100", "done 100"})[where]);
            CHECK(j.in_order);
            CHECK_EQ(j.delivered, where == 2 ? 101 : 100); // all before the failed one arrived
            CHECK_EQ(j.delivered + j.dropped, j.made);
            CHECK_EQ(atomic_load(&j.live), 0);
        }
}

int main(void)
{
    RUN(results_come_in_order_for_any_number_of_threads);
    RUN(the_window_bounds_what_is_alive);
    RUN(no_task_at_all_is_fine);
    RUN(a_failure_ends_the_run_and_nothing_leaks);
    return FINISH();
}
