#ifndef WITAN_CKERNELS_H
#define WITAN_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The kernels of the hot path. Each is written once (Kernels.inc), compiled per instruction set and
// chosen once at run time. All backends give the same bits: integers are exact, and floating point
// is neither reassociated nor contracted.

// --- Backends ---------------------------------------------------------------------------------

enum { WITAN_BACKEND_COUNT = 3 };

// Name of backend i ("baseline", "avx2" and "avx512" on x86-64; "neon" is the baseline of Arm).
const char *_Nullable witan_backend_name(int i);
// 1 when this machine can run backend i.
int witan_backend_supported(int i);
// The backend in use: the best supported one, or the one that WITAN_BACKEND names when it is
// supported. Probed once.
int witan_backend_active(void);
// Replaces the backend (tests, benchmarks); -1 when it is not supported. Not to be called while
// other threads score.
int witan_backend_select(int i);

// --- n-gram hashing ---------------------------------------------------------------------------

// A unit is a folded code point of the open word, or WITAN_UNIT_END, which closes it.
#define WITAN_UNIT_END 0u

// At most this many features come of one unit.
#define WITAN_FEATURES_PER_UNIT 5

// Tells the ids of words and pairs from those of character n-grams, in training.
#define WITAN_WORD_MARK 0x80000000u

// All that extraction remembers between units: 28 bytes, however long a word is.
typedef struct {
  uint32_t suffix1, suffix2, suffix3, suffix4;  // hashes of the last 1-4 units of the open word
  uint32_t word;                                // hash of the open word
  uint32_t length;                              // units in the open word, saturating at 2^32 - 1
  uint32_t previous;                            // hash of the last closed word, 0 before the first
} witan_ngram_state;

// Turns `count` units into feature ids: word 1-2-grams and in-word character 3-5-grams with edge
// marks, each hashed to a row below 2^(32 - shift). Writes at most WITAN_FEATURES_PER_UNIT * count
// ids; returns how many. `word_mark` is added to the ids of words and pairs: 0 when scoring,
// WITAN_WORD_MARK when training.
size_t witan_ngrams(const uint32_t *units, size_t count, witan_ngram_state *state, uint32_t shift,
                    uint32_t word_mark, uint32_t *ids);

// --- Embedding bag ----------------------------------------------------------------------------

// Lanes that a row is read in. An accumulator has width rounded up to a multiple of this, and a
// table must be readable for this many bytes past its last row.
#define WITAN_LANES 16

// accumulator[j] += table[ids[i] * width + j] for all i and j < width. Lanes from `width` up to the
// next multiple of WITAN_LANES hold rubbish afterwards. [width >= 1]
void witan_rows_add(int32_t *accumulator, const int8_t *table, size_t width, const uint32_t *ids,
                    size_t count);
// The same with -=: takes back exactly what witan_rows_add added.
void witan_rows_subtract(int32_t *accumulator, const int8_t *table, size_t width,
                         const uint32_t *ids, size_t count);

// Asks for `count` bytes that will be read soon: rows of large tables are not in any cache.
static inline void witan_prefetch(const void *bytes, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch((const char *)bytes + i);
}

// sum[j] += scale * row[j]. [width]
static inline void witan_scaled_row_add(float *sum, const int8_t *row, size_t width, float scale) {
  for (size_t j = 0; j < width; j++) sum[j] += scale * (float)row[j];
}

// --- Scores -----------------------------------------------------------------------------------

// out[j] = 1 / (1 + exp(-in[j])); within 2 ULP of the exact value for |in| < 80. In place allowed.
void witan_sigmoid(const float *in, float *out, size_t count);

// --- Training ---------------------------------------------------------------------------------

// A training row is `width` float32 weights, then the `width` sums of squared gradients of AdaGrad:
// side by side, so that a step touches neighbouring cache lines. `width` is a multiple of this.
#define WITAN_TRAIN_LANES 4

// sum[j] = scale * (sum over i of the weight j of row ids[i]), added in order of i; marks in ids
// are passed over. [width]
void witan_train_forward(float *sum, const float *rows, size_t width, const uint32_t *ids,
                         size_t count, float scale);
// One AdaGrad step (Duchi et al. 2011, diagonal) with the same gradient for every row of `ids`:
// squares += g^2; weights -= rate * g / sqrt(squares); marked rows step by `word_rate` instead.
void witan_train_adagrad(float *rows, size_t width, const uint32_t *ids, size_t count,
                         const float *gradient, float rate, float word_rate);

#pragma clang assume_nonnull end

#endif
