#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

// name, return type, parameters, arguments: one line per kernel.
#define KERNELS(X)                                                                                \
  X(witan_ngrams, size_t,                                                                         \
    (const uint32_t *units, size_t count, witan_ngram_state *state, uint32_t shift,               \
     uint32_t kinds, uint32_t word_mark, uint32_t *ids),                                          \
    (units, count, state, shift, kinds, word_mark, ids))                                          \
  X(witan_rows_add, void,                                                                         \
    (int32_t * accumulator, const int8_t *table, size_t width, const uint32_t *ids, size_t count), \
    (accumulator, table, width, ids, count))                                                      \
  X(witan_rows_subtract, void,                                                                    \
    (int32_t * accumulator, const int8_t *table, size_t width, const uint32_t *ids, size_t count), \
    (accumulator, table, width, ids, count))                                                      \
  X(witan_rows_add4, void,                                                                        \
    (int32_t * accumulator, const uint8_t *table, size_t width, const int8_t *last,     \
     const uint32_t *ids, size_t count),                                                          \
    (accumulator, table, width, last, ids, count))                                                \
  X(witan_rows_subtract4, void,                                                                   \
    (int32_t * accumulator, const uint8_t *table, size_t width, const int8_t *last,     \
     const uint32_t *ids, size_t count),                                                          \
    (accumulator, table, width, last, ids, count))                                                \
  X(witan_rows_kept, size_t,                                                                      \
    (const witan_kept *kept, const uint32_t *ids, size_t count, uint32_t *rows),                  \
    (kept, ids, count, rows))                                                                     \
  X(witan_words_add, size_t,                                                                      \
    (const witan_words *words, int32_t *accumulator, size_t *features, witan_ngram_state *state,  \
     const uint8_t *bytes, size_t length, int ends),                                              \
    (words, accumulator, features, state, bytes, length, ends))                                   \
  X(witan_pieces_add, size_t,                                                                     \
    (const witan_pieces *pieces, int32_t *accumulator, size_t *count, const uint8_t *bytes,       \
     size_t length, int ends, witan_pieces_entry **missing),                                      \
    (pieces, accumulator, count, bytes, length, ends, missing))                                   \
  X(witan_layer_product, void,                                                                    \
    (const int8_t *weights, size_t rows, size_t width, const float *vectors, size_t count,        \
     float *out, size_t stride),                                                                  \
    (weights, rows, width, vectors, count, out, stride))                                                  \
  X(witan_heads_affine, void,                                                                     \
    (const witan_head *heads, size_t count, const int32_t *sums, const intptr_t *features,        \
     const float *products, const float *scale, const float *bias, const float *product_scale,    \
     float *x),                                                                                   \
    (heads, count, sums, features, products, scale, bias, product_scale, x))                      \
  X(witan_heads_calibrate, void,                                                                  \
    (const witan_head *heads, size_t count, const float *x, const float *slope,                   \
     const float *offset, const int32_t *masks, float *z),                                        \
    (heads, count, x, slope, offset, masks, z))                                                   \
  X(witan_heads_logits, void,                                                                     \
    (const witan_head *heads, size_t count, const int32_t *sums, const intptr_t *features,        \
     const float *products, const float *scale, const float *bias, const float *product_scale,    \
     const float *slope, const float *offset, const int32_t *masks, float *z),                    \
    (heads, count, sums, features, products, scale, bias, product_scale, slope, offset, masks, z)) \
  X(witan_sigmoid, void, (const float *in, float *out, size_t count), (in, out, count))           \
  X(witan_train_forward, void,                                                                    \
    (float *sum, const float *rows, size_t width, const uint32_t *ids, size_t count,              \
     float scale),                                                                                \
    (sum, rows, width, ids, count, scale))                                                        \
  X(witan_train_adagrad, void,                                                                    \
    (float *rows, size_t width, const uint32_t *ids, size_t count, const float *gradient,         \
     const float *rates),                                                                         \
    (rows, width, ids, count, gradient, rates))                                                   \
  X(witan_train_layer, void,                                                                      \
    (float *weights, float *squares, size_t rows, size_t width, const float *x,                   \
     const float *gradient, float rate),                                                          \
    (weights, squares, rows, width, x, gradient, rate))                                           \
  X(witan_train_backward, void,                                                                   \
    (const float *weights, size_t rows, size_t width, const float *gradient, float *out),         \
    (weights, rows, width, gradient, out))                                                        \
  X(witan_unit_vector, void,                                                                      \
    (const int32_t *sum, const float *scale, size_t width, float length, float *out),             \
    (sum, scale, width, length, out))                                                             \
  X(witan_dot_rows, void,                                                                         \
    (const float *weights, size_t rows, size_t width, const float *vector, float *out),           \
    (weights, rows, width, vector, out))

typedef struct {
  const char *name;
#define FIELD(name, result, parameters, arguments) result(*name) parameters;
  KERNELS(FIELD)
} backend;

#define DECLARE_baseline(name, result, parameters, arguments) result name##_baseline parameters;
#define DECLARE_avx2(name, result, parameters, arguments) result name##_avx2 parameters;
#define DECLARE_avx512(name, result, parameters, arguments) result name##_avx512 parameters;
#define ENTRY_baseline(name, result, parameters, arguments) name##_baseline,
#define ENTRY_avx2(name, result, parameters, arguments) name##_avx2,
#define ENTRY_avx512(name, result, parameters, arguments) name##_avx512,

KERNELS(DECLARE_baseline)
#if defined(__x86_64__)
KERNELS(DECLARE_avx2)
KERNELS(DECLARE_avx512)
static const backend backends[WITAN_BACKEND_COUNT] = {
    {"baseline", KERNELS(ENTRY_baseline)},
    {"avx2", KERNELS(ENTRY_avx2)},
    {"avx512", KERNELS(ENTRY_avx512)},
};
#else
static const backend backends[WITAN_BACKEND_COUNT] = {
#if defined(__ARM_NEON)
    {"neon", KERNELS(ENTRY_baseline)},
#else
    {"baseline", KERNELS(ENTRY_baseline)},
#endif
};
#endif

const char *witan_backend_name(int i) {
  return i < 0 || i >= WITAN_BACKEND_COUNT ? NULL : backends[i].name;
}

int witan_backend_supported(int i) {
  if (witan_backend_name(i) == NULL) return 0;
#if defined(__x86_64__)
  if (i == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  if (i == 2)
    return witan_backend_supported(1) && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
#endif
  return 1;
}

static const backend *active;

// Two threads that probe at once write the same pointer.
static const backend *probe(void) {
  const char *wanted = getenv("WITAN_BACKEND");
  int best = 0;
  for (int i = 0; i < WITAN_BACKEND_COUNT; i++)
    if (witan_backend_supported(i)) best = i;
  for (int i = 0; wanted && i < WITAN_BACKEND_COUNT; i++)
    if (witan_backend_supported(i) && strcmp(backends[i].name, wanted) == 0) best = i;
  const backend *chosen = &backends[best];
  __atomic_store_n(&active, chosen, __ATOMIC_RELAXED);
  return chosen;
}

static inline const backend *current(void) {
  const backend *b = __atomic_load_n(&active, __ATOMIC_RELAXED);
  return b ? b : probe();
}

int witan_backend_active(void) { return (int)(current() - backends); }

int witan_backend_select(int i) {
  if (!witan_backend_supported(i)) return -1;
  __atomic_store_n(&active, &backends[i], __ATOMIC_RELAXED);
  return 0;
}

#define CALL(name, result, parameters, arguments) \
  result name parameters { return current()->name arguments; }
KERNELS(CALL)
