// SPDX-License-Identifier: MIT
// An undirected weighted graph over groups: two vectors are connected when one is among the nearest neighbours of the
// other, and the weights of all connections between two groups add up.
#ifndef WW_CLUSTER_GRAPH_H
#define WW_CLUSTER_GRAPH_H
#include "cluster/method.h"

typedef struct ww_edge {
    uint32_t to;
    float weight;
} ww_edge;

typedef struct ww_graph {
    size_t nodes;
    size_t *start;  // nodes + 1
    ww_edge *edge;  // of node n: edge[start[n]] .. edge[start[n + 1] - 1], by `to`; every edge from both sides
    double *inside; // nodes: weight of the connections within the node
} ww_graph;

// Weight of a connection, from its squared distance and that of the threshold; > 0.
typedef float ww_edge_weight(double distance_squared, double threshold_squared);

// From the neighbours within options.threshold, options.neighbours of each vector.
ww_status ww_graph_build(ww_graph *graph, const ww_method_problem *problem, ww_edge_weight *weight, ww_error *err);
void ww_graph_free(ww_graph *graph);

// Adds up edges between the same two nodes and what falls inside one: `graph` has start and edge filled, in any order
// within a node, with repetitions, and edges to the node itself (each connection twice, as once from either end).
void ww_graph_tidy(ww_graph *graph);

#endif
