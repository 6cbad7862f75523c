#ifndef WITAN_CALLOCATIONCOUNTER_H
#define WITAN_CALLOCATIONCOUNTER_H

// Counts what this thread allocates, for tests that promise none.

// Starts counting from 0.
void witan_allocations_start(void);
// Stops; returns the calls of malloc, calloc, realloc and aligned variants since the start, or -1
// where the C library cannot be counted.
long witan_allocations_stop(void);

#endif
