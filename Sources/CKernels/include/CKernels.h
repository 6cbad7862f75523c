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
#define WITAN_FEATURES_PER_UNIT 7

// Tells the ids of word features from those of character n-grams, in training.
#define WITAN_WORD_MARK 0x80000000u

// What witan_ngrams makes beside words and pairs, or'ed together.
enum {
  WITAN_NGRAMS_CHARACTERS = 1,  // in-word character 3-5-grams with edge marks
  WITAN_NGRAMS_TRIPLES = 2,     // three words in a row
  WITAN_NGRAMS_OPENING = 4,     // the first words by their place, the first of them paired with the start
};

// Words that WITAN_NGRAMS_OPENING is about.
#define WITAN_OPENING_WORDS 5

// All that extraction remembers between units: 36 bytes, however long a word is.
typedef struct {
  uint32_t suffix1, suffix2, suffix3, suffix4;  // hashes of the last 1-4 units of the open word
  uint32_t word;                                // hash of the open word
  uint32_t length;                              // units in the open word, saturating at 2^32 - 1
  uint32_t previous;                            // hash of the last closed word, 0 before the first
  uint32_t before;                              // hash of the closed word before that one, or 0
  uint32_t words;                               // closed words, saturating at WITAN_OPENING_WORDS
} witan_ngram_state;

// Turns `count` units into feature ids: words, pairs of words and what `kinds` adds, each hashed to a
// row below 2^(32 - shift). Writes at most WITAN_FEATURES_PER_UNIT * count ids; returns how many.
// `word_mark` is added to the ids of word features: 0 when scoring, WITAN_WORD_MARK when training.
size_t witan_ngrams(const uint32_t *units, size_t count, witan_ngram_state *state, uint32_t shift,
                    uint32_t kinds, uint32_t word_mark, uint32_t *ids);

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

// The same for rows of 4-bit codes, two a byte, the even column in the low half, (width + 1) / 2 bytes a
// row. The value of a code is u * (|u| + 2) for u = code - 8: fine steps where most weights are. With
// `last`, that of the last column is last[code] instead. [last: 16] The table must be readable for
// WITAN_LANES bytes past its last row.
void witan_rows_add4(int32_t *accumulator, const uint8_t *table, size_t width, const int8_t *_Nullable last,
                     const uint32_t *ids, size_t count);
void witan_rows_subtract4(int32_t *accumulator, const uint8_t *table, size_t width,
                          const int8_t *_Nullable last, const uint32_t *ids, size_t count);

// 32 ids of a pruned table: which of them have a row, the lowest bit first, and the rows before theirs.
typedef struct {
  uint32_t bits, before;
} witan_kept;

// The rows of those ids that have one, in order; returns how many. [rows: room for count]
size_t witan_rows_kept(const witan_kept *kept, const uint32_t *ids, size_t count, uint32_t *rows);

// The rows of a classifier: one for each id, or, with `kept`, for some.
typedef struct {
  const void *rows;  // [rows x width] int8, or [rows x (width + 1) / 2] pairs of 4-bit codes
  size_t width;
  uint32_t bits;                        // 8 or 4
  const int8_t *_Nullable squares;      // `last` of witan_rows_add4
  const witan_kept *_Nullable kept;     // of a pruned table
} witan_table;

// Asks for `count` bytes that will be read soon: rows of large tables are not in any cache.
static inline void witan_prefetch(const void *bytes, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch((const char *)bytes + i);
}

// sum[j] += scale * row[j]. [width]
static inline void witan_scaled_row_add(float *sum, const int8_t *row, size_t width, float scale) {
  for (size_t j = 0; j < width; j++) sum[j] += scale * (float)row[j];
}

// --- Words of ASCII text --------------------------------------------------------------------

// Bytes of a memo entry beside its int16 sums.
#define WITAN_MEMO_HEAD 32

// What witan_words_add works with. The memo keeps the summed rows of words met before, two for each value of
// a hash of the word, the newer first; it changes nothing but the time. It is
// [2^log2_pairs x 2 x (WITAN_MEMO_HEAD + 2 * lanes)] bytes, lanes being width rounded up to a multiple of
// WITAN_LANES; zero at first, aligned to 8, of one thread, of one table. [1 <= log2_pairs <= 32]
typedef struct {
  witan_table table;
  uint32_t shift, kinds;  // as witan_ngrams takes them
  uint8_t *memo;
  uint32_t log2_pairs;
} witan_words;

// Folds, cuts and hashes ASCII text from between two words on and adds the rows of its features: the
// same sums, count and state as all the steps one by one. Stops before what it leaves to them: a word with
// characters above ASCII or with more than 15 letters; one that may go on after `length`, unless `ends`.
// Returns the bytes taken. [accumulator: lanes]
size_t witan_words_add(const witan_words *words, int32_t *accumulator, size_t *features,
                       witan_ngram_state *state, const uint8_t *bytes, size_t length, int ends);

// --- Word pieces of ASCII text --------------------------------------------------------------

// Ids that an entry of a memo of word pieces has room for.
#define WITAN_PIECES 4

// A word and the pieces of it that have a row; all zero when empty.
typedef struct {
  uint64_t key[2];  // the folded bytes, at most 15, then zeros; how many ids in the last byte
  uint32_t ids[WITAN_PIECES];
} witan_pieces_entry;

// Kinds of an ASCII character; those after the first three are left to the caller.
enum { WITAN_PIECES_WORD, WITAN_PIECES_SPACE, WITAN_PIECES_PUNCTUATION };

// What witan_pieces_add works with. All letters and digits are of the kind WORD.
typedef struct {
  const int8_t *table;  // [rows x width]
  size_t width;
  uint32_t rows;
  uint32_t folds;               // whether letters become small
  const uint16_t *ascii;        // kind << 8 | anything [256]
  const uint32_t *punctuation;  // ids; those of `rows` or more have no row [128]
  witan_pieces_entry *memo;     // [2^log2_pairs x 2] a word may be in either of a pair
  uint32_t log2_pairs;          // 1...32
} witan_pieces;

// Cuts ASCII text from between two words on, adds the rows of its pieces and their number to `count`. Stops
// before what it leaves to the caller, as witan_words_add does, and before a word that the memo lacks:
// `missing` is then the pair that its entry belongs to, else NULL. Returns the bytes taken. [accumulator: width]
size_t witan_pieces_add(const witan_pieces *pieces, int32_t *accumulator, size_t *count, const uint8_t *bytes,
                        size_t length, int ends,
                        witan_pieces_entry *_Nullable *_Nonnull missing);

// --- Heads ------------------------------------------------------------------------------------

// No such column.
#define WITAN_NONE UINT32_MAX

// The place of one classifier among those whose sums stand side by side in one row.
typedef struct {
  uint32_t first;     // its first column in the sums: logits, then hidden units
  uint32_t columns;   // how many
  uint32_t width;     // how many of them are logits
  uint32_t square;    // the column of the sum of squared feature weights, or WITAN_NONE: all weigh 1
  uint32_t features;  // which number of features is its own
  uint32_t product;   // its first column in the products, or WITAN_NONE
  uint32_t output;    // its first output
  uint32_t mask;      // its first mask
  uint32_t has_any;   // whether the last logit is `any`
  uint32_t has_own;   // whether the second of its masks have any logit
} witan_head;

// x[j] = sums[j] * (scale[j] / norm) + bias[j], and where there are products + products[..] * product_scale[..],
// for the columns of each head; norm is the root of its square or of its number of features. Heads are
// ascending by `first`. Whole vectors are read and written: all have WITAN_LANES more than the last column needs.
void witan_heads_affine(const witan_head *heads, size_t count, const int32_t *sums, const intptr_t *features,
                        const float *_Nullable products, const float *scale, const float *bias,
                        const float *product_scale, float *x);

// z[output + j] = slope[output + j] * x[first + j] + offset[output + j] for the logits of each head. `any` is
// then the mean of two: the largest of itself and the logits of the second mask, and the largest of those of
// the first, unless there are none. Masks are 0 or -1, for 16 logits the first, then the second, and so on.
// Heads are ascending by `output`; room as above.
void witan_heads_calibrate(const witan_head *heads, size_t count, const float *x, const float *slope,
                           const float *offset, const int32_t *masks, float *z);

// Both in one pass, for heads without hidden layers: the same bits. Heads are ascending by `output`.
void witan_heads_logits(const witan_head *heads, size_t count, const int32_t *sums, const intptr_t *features,
                        const float *_Nullable products, const float *scale, const float *bias,
                        const float *product_scale, const float *slope, const float *offset,
                        const int32_t *masks, float *z);

// --- Scores -----------------------------------------------------------------------------------

// out[j] = 1 / (1 + exp(-in[j])); within 2 ULP of the exact value for |in| < 80. In place allowed.
void witan_sigmoid(const float *in, float *out, size_t count);

// --- Training ---------------------------------------------------------------------------------

// The low bits of a training id name the row, the high ones the step size of its feature.
#define WITAN_TRAIN_ROW_MASK 0x00FFFFFFu

// A training row is `width` float32 weights, then the `width` sums of squared gradients of AdaGrad:
// side by side, so that a step touches neighbouring cache lines. `width` is 1 or a multiple of this.
#define WITAN_TRAIN_LANES 4

// Most columns of a training row: 4096 outputs, 128 hidden units.
#define WITAN_TRAIN_MOST_COLUMNS 4224

// sum[j] = scale * (sum over i of the weight j of row ids[i]), added in a fixed order. [width]
void witan_train_forward(float *sum, const float *rows, size_t width, const uint32_t *ids,
                         size_t count, float scale);
// One AdaGrad step (Duchi et al. 2011, diagonal) with the same gradient for every row of `ids`:
// squares += g^2; weights -= rates[id >> 24] * g / sqrt(squares). Blocks of columns whose gradient is 0
// are passed over. [rates: 256; width <= WITAN_TRAIN_MOST_COLUMNS]
void witan_train_adagrad(float *rows, size_t width, const uint32_t *ids, size_t count,
                         const float *gradient, const float *rates);

// One AdaGrad step of weights and squares [rows x width] for z = weights * x and dz = gradient [rows].
// Rows of zero gradient are left alone. [width: a multiple of WITAN_TRAIN_LANES]
void witan_train_layer(float *weights, float *squares, size_t rows, size_t width, const float *x,
                       const float *gradient, float rate);
// out[j] = sum over i of gradient[i] * weights[i * width + j]: dx of the same. [width as above]
void witan_train_backward(const float *weights, size_t rows, size_t width, const float *gradient, float *out);

// --- Dense vectors ----------------------------------------------------------------------------

// out[j] = round(length * v[j] / |v|) for v[j] = scale[j] * sum[j]; zeros when |v| is 0. Whole numbers,
// the same on every machine. [width, a multiple of WITAN_LANES]
void witan_unit_vector(const int32_t *sum, const float *scale, size_t width, float length, float *out);
// Rows that witan_layer_product takes together, and inputs that it has room for.
#define WITAN_LAYER_ROWS 16
#define WITAN_MOST_INPUTS 256

// out[i * stride + r] = sum over j of weight(r, j) * vectors[i * width + j], for vectors of whole numbers within 16
// bits whose products sum to less than 2^31: exact. Weight (r, j) stands at
// weights[((r / 16 * (width / 2) + j / 2) * 16 + r % 16) * 2 + j % 2]: pairs of inputs side by side, as the
// multiply-add of two 16-bit numbers wants them. [rows: a multiple of WITAN_LAYER_ROWS, at most stride] [width: a multiple of
// WITAN_LANES up to WITAN_MOST_INPUTS] [vectors: count x width]
void witan_layer_product(const int8_t *weights, size_t rows, size_t width, const float *vectors, size_t count,
                         float *out, size_t stride);

// out[i] = sum over j of weights[i * width + j] * vector[j]. Exact in any order when all are whole
// numbers and no sum of magnitudes exceeds 2^24. [width: a multiple of WITAN_LANES]
void witan_dot_rows(const float *weights, size_t rows, size_t width, const float *vector, float *out);

#pragma clang assume_nonnull end

#endif
