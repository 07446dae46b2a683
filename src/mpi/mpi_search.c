// SPDX-License-Identifier: MIT
#include "mpi/mpi_search.h"
#include "base/memory.h"
#include "cluster/search_parts.h"
#include "mpi/messages.h"
#include "mpi/mpi_ring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAST = 4096,      // vectors; fewer are compared before a message is there
    PORTION = 1 << 16, // pairs in a message
    VECTORS = 0,       // columns of the ring
    SPREAD = 1,
    ROLES = 2,
    FOUND = 3,
    NEAR = 4
};

typedef enum search_kind { PAIRS, NEIGHBOURS } search_kind;

typedef struct order { // rank 0's, to all others
    int32_t kind, dim, k, threads, spread;
    uint64_t count, total; // vectors sent, and asked about
    double radius;
} order;

typedef struct answer {           // where what is found goes: on rank 0
    const ww_search_query *query; // NULL on other ranks, as is the rest
    uint32_t *row;                // order.count: of the query
    void (*visit)(void *visitor, const ww_pair *pairs, size_t count);
    void *visitor;
    ww_neighbour *near;
    int32_t *found;
} answer;

typedef struct searching { // at work
    const order *order;
    const answer *answer;
    ww_mpi_ring ring;
    ww_found_pairs pairs;
} searching;

static int threads_here, searches;

// --- what all ranks do -----------------------------------------------------------------------------------------------

static ww_search_parts parts_of(const searching *s, ww_block a, ww_block b)
{
    const ww_mpi_ring *r = &s->ring;
    return (ww_search_parts){.vectors = (const float *)(const void *)r->own[VECTORS],
                             .spread = (const double *)(const void *)r->own[SPREAD],
                             .a = a,
                             .b = b,
                             .dim = s->order->dim,
                             .threads = s->order->threads < threads_here ? s->order->threads : threads_here,
                             .total = (size_t)s->order->total,
                             .radius = s->order->radius};
}

static ww_status meet_for_pairs(void *user, const ww_mpi_ring *ring, ww_block a, ww_block b, char *const *visitor,
                                ww_error *err)
{
    searching *s = user;
    const ww_search_parts parts = parts_of(s, a, b);
    (void)ring;
    (void)visitor;
    return ww_search_parts_pairs(&parts, &s->pairs, err);
}

static ww_part_neighbours side(const searching *s, ww_block block, char *const *column)
{
    return (ww_part_neighbours){
        {block.count, s->order->k, (int32_t *)(void *)column[FOUND], (ww_neighbour *)(void *)column[NEAR]},
        (const uint8_t *)column[ROLES]};
}

static ww_status meet_for_neighbours(void *user, const ww_mpi_ring *ring, ww_block a, ww_block b, char *const *visitor,
                                     ww_error *err)
{
    searching *s = user;
    const ww_search_parts parts = parts_of(s, a, b);
    ww_part_neighbours own = side(s, a, ring->own), theirs = side(s, b, visitor);
    return ww_search_parts_neighbours(&parts, &own, &theirs, err);
}

// Puts what others found of the own rows to what was found here.
static void settle_neighbours(searching *s)
{
    ww_mpi_ring *r = &s->ring;
    ww_mpi_ring_go_home(r);
    ww_neighbours own = side(s, r->rows, r->own).near;
    const ww_neighbours others = side(s, r->rows, r->visitor).near;
    for (size_t i = 0; r->ranks > 1 && i < r->rows.count; i++)
        for (int32_t n = 0; n < others.found[i]; n++)
            ww_neighbours_offer(&own, NULL, i, others.near[i * (size_t)own.k + (size_t)n]);
    ww_neighbours_sort(&own, NULL);
}

// --- to rank 0 -------------------------------------------------------------------------------------------------------

static void visit_pairs(const answer *to, ww_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pairs[i] = (ww_pair){to->row[pairs[i].a], to->row[pairs[i].b]};
    to->visit(to->visitor, pairs, count);
}

static ww_status gather_pairs(searching *s, ww_error *err)
{
    const bool first = s->ring.rank == 0;
    ww_pair *portion = first ? ww_try_array(PORTION, sizeof *portion) : NULL;
    ww_status status = first && !portion ? ww_fail_memory(err, "the near pairs of the ranks") : WW_OK;
    status = ww_mpi_agree(status, err);
    if (status == WW_OK && first)
        visit_pairs(s->answer, s->pairs.item, s->pairs.count);
    for (int rank = 1; status == WW_OK && rank < s->ring.ranks; rank++) {
        if (!first && rank != s->ring.rank)
            continue;
        uint64_t count = s->pairs.count;
        ww_mpi_transfer(&count, sizeof count, first ? rank : 0, !first);
        for (uint64_t done = 0; done < count; done += PORTION) {
            const size_t n = count - done < PORTION ? (size_t)(count - done) : PORTION;
            ww_mpi_transfer(first ? portion : s->pairs.item + done, n * sizeof *portion, first ? rank : 0, !first);
            if (first)
                visit_pairs(s->answer, portion, n);
        }
    }
    free(portion);
    return status;
}

static void put_neighbours(const searching *s, ww_block of, char *const *column)
{
    const answer *to = s->answer;
    const ww_neighbours have = side(s, of, column).near;
    const size_t k = (size_t)have.k;
    for (size_t i = 0; i < of.count; i++) {
        const size_t row = to->row[of.first + i];
        to->found[row] = have.found[i];
        for (size_t n = 0; n < (size_t)have.found[i]; n++) {
            const ww_neighbour e = have.near[i * k + n];
            to->near[row * k + n] = (ww_neighbour){e.distance_squared, to->row[e.index]};
        }
    }
}

static void gather_neighbours(searching *s)
{
    ww_mpi_ring *r = &s->ring;
    if (r->rank == 0)
        put_neighbours(s, r->rows, r->own);
    for (int rank = 1; rank < r->ranks; rank++) {
        const ww_block of = ww_mpi_block(r->count, rank, r->ranks);
        for (int c = FOUND; c <= NEAR; c++)
            if (r->rank == 0)
                ww_mpi_transfer(r->next[c], of.count * r->bytes[c], rank, false);
            else if (r->rank == rank)
                ww_mpi_transfer(r->own[c], of.count * r->bytes[c], 0, true);
        if (r->rank == 0)
            put_neighbours(s, of, r->next);
    }
}

// --- from rank 0 -----------------------------------------------------------------------------------------------------

static void fill_block(const searching *s, ww_block of, char *const *column)
{
    const ww_search_query *q = s->answer->query;
    const size_t dim = (size_t)q->dim;
    for (size_t i = 0; i < of.count; i++) {
        const size_t row = s->answer->row[of.first + i];
        memcpy(column[VECTORS] + i * s->ring.bytes[VECTORS], q->vectors + row * dim, dim * sizeof *q->vectors);
        if (q->spread)
            memcpy(column[SPREAD] + i * sizeof *q->spread, &q->spread[row], sizeof *q->spread);
        if (column[ROLES])
            column[ROLES][i] = (char)(q->roles ? q->roles[row] : WW_ROLE_ASKS | WW_ROLE_ANSWERS);
    }
}

static void hand_out(searching *s)
{
    ww_mpi_ring *r = &s->ring;
    for (int rank = 1; rank < r->ranks; rank++) {
        const ww_block of = ww_mpi_block(r->count, rank, r->ranks);
        if (r->rank == 0)
            fill_block(s, of, r->next);
        for (int c = VECTORS; c <= ROLES; c++)
            if (r->rank == 0 || r->rank == rank)
                ww_mpi_transfer(r->rank == 0 ? r->next[c] : r->own[c], of.count * r->bytes[c], r->rank == 0 ? rank : 0,
                                r->rank == 0);
    }
    if (r->rank == 0)
        fill_block(s, r->rows, r->own);
}

// All ranks alike.
static ww_status work_on(const order *o, const answer *to, ww_error *err)
{
    const bool neighbours = o->kind == NEIGHBOURS;
    searching s = {.order = o, .answer = to};
    s.ring = (ww_mpi_ring){.count = (size_t)o->count,
                           .bytes = {[VECTORS] = (size_t)o->dim * sizeof(float),
                                     [SPREAD] = o->spread ? sizeof(double) : 0,
                                     [ROLES] = neighbours ? 1 : 0,
                                     [FOUND] = neighbours ? sizeof(int32_t) : 0,
                                     [NEAR] = neighbours ? (size_t)o->k * sizeof(ww_neighbour) : 0}};
    const ww_mpi_round round = {.meet = neighbours ? meet_for_neighbours : meet_for_pairs,
                                .user = &s,
                                .fresh = FOUND,
                                .progress = to->query ? to->query->progress : NULL,
                                .progress_user = to->query ? to->query->progress_user : NULL};
    ww_status status = ww_mpi_ring_open(&s.ring, err);
    if (status == WW_OK) {
        hand_out(&s);
        status = ww_mpi_ring_go_round(&s.ring, &round, err);
    }
    if (status == WW_OK && neighbours) {
        settle_neighbours(&s);
        gather_neighbours(&s);
    } else if (status == WW_OK) {
        status = gather_pairs(&s, err);
    }
    ww_mpi_ring_close(&s.ring);
    ww_vector_free(&s.pairs);
    return status;
}

// --- asking and serving ----------------------------------------------------------------------------------------------

// The rows that are near anybody, by rank, so that their numbers tell who is nearer at equal distance.
static ww_status list_rows(const ww_search_query *q, answer *to, uint64_t *count, ww_error *err)
{
    uint32_t *by_rank = ww_alloc_array(q->count, sizeof *by_rank, SIZE_MAX);
    *count = 0;
    if (!by_rank)
        return ww_fail_memory(err, "the order of %zu vectors", q->count);
    for (size_t i = 0; i < q->count; i++)
        by_rank[q->rank ? q->rank[i] : i] = (uint32_t)i;
    for (size_t r = 0; r < q->count; r++) {
        const float *x = q->vectors + (size_t)by_rank[r] * (size_t)q->dim;
        bool finite = true;
        for (int d = 0; d < q->dim; d++)
            finite &= isfinite(x[d]) != 0;
        if (finite)
            by_rank[(*count)++] = by_rank[r];
    }
    to->row = by_rank;
    return WW_OK;
}

static ww_status ask(search_kind kind, answer *to, ww_error *err)
{
    const ww_search_query *q = to->query;
    int ranks = 1;
    order o = {.kind = kind,
               .dim = q->dim,
               .k = q->k,
               .threads = q->threads,
               .spread = q->spread != NULL,
               .total = q->count,
               .radius = q->radius};
    ww_status status = list_rows(q, to, &o.count, err);
    if (status != WW_OK)
        return status;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int rank = 1; rank < ranks; rank++)
        MPI_Send(&o, sizeof o, MPI_BYTE, rank, WW_TAG_BEGIN, MPI_COMM_WORLD);
    searches++;
    status = work_on(&o, to, err);
    free(to->row);
    return status;
}

static ww_status find_pairs(void *user, const ww_search_query *query,
                            void (*visit)(void *visitor, const ww_pair *pairs, size_t count), void *visitor,
                            ww_error *err)
{
    answer to = {.query = query, .visit = visit, .visitor = visitor};
    (void)user;
    return ask(PAIRS, &to, err);
}

static ww_status find_neighbours(void *user, const ww_search_query *query, ww_neighbour *near, int32_t *found,
                                 ww_error *err)
{
    answer to = {.query = query, .near = near, .found = found};
    (void)user;
    memset(found, 0, query->count * sizeof *found);
    return ask(NEIGHBOURS, &to, err);
}

ww_search ww_mpi_search_begin(void)
{
    threads_here = ww_mpi_fair_threads();
    ww_search search = WW_SEARCH_INIT;
    search.least = LEAST;
    search.pairs = find_pairs;
    search.neighbours = find_neighbours;
    return search;
}

int ww_mpi_search_end(void)
{
    int ranks = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int rank = 1; rank < ranks; rank++)
        MPI_Send(NULL, 0, MPI_BYTE, rank, WW_TAG_STOP, MPI_COMM_WORLD);
    return searches;
}

void ww_mpi_search_serve(void)
{
    ww_mpi_nap nap = {0};
    bool stop = false;
    threads_here = ww_mpi_fair_threads();
    while (!stop) {
        MPI_Status from;
        ww_error err; // rank 0 tells it
        int bytes = 0;
        order *o = ww_mpi_take(0, &from, &bytes);
        if (!o) {
            ww_mpi_sleep(&nap);
            continue;
        }
        stop = from.MPI_TAG == WW_TAG_STOP;
        if (!stop && bytes == (int)sizeof *o)
            work_on(o, &(answer){0}, &err);
        free(o);
        nap = (ww_mpi_nap){0};
    }
}
