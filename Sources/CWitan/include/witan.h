/* Witan: grades text while it is generated, for programs that link it. C99 and C++11 or later, 64-bit.
 *
 * Handles are opaque names, not addresses: never dereferenced by anybody. A handle that was freed, never was
 * one, or is of another kind gives WITAN_ERROR_HANDLE and nothing else happens. Handles may be freed in any
 * order; what they share lives until its last user is gone. Freeing NULL does nothing.
 *
 * Threads. A context, model, vocabulary, probe, panel and policy serve any number of threads at once. A scorer,
 * stream, pool, probe stream and panel stream belong to one thread at a time; a call that finds another thread
 * inside gives WITAN_ERROR_BUSY and changes nothing. Freeing what another thread is using gives WITAN_ERROR_BUSY
 * too.
 *
 * Text is UTF-8 bytes and a length; no NUL is needed. Cuts between pushes never matter, also inside a
 * character. Bytes that are no UTF-8 are graded as U+FFFD. A pointer may be NULL where its length is 0.
 *
 * Calls return WITAN_OK or an error, and then have changed nothing unless they say so; the message is in
 * witan_error_message(). They never print, exit, raise signals of their own or unwind. What a pointer points
 * to cannot be checked: it has to be as long as the length says.
 *
 * Structures that begin with `struct_size` carry the size that the caller was compiled with: set it to sizeof.
 */
#ifndef WITAN_H
#define WITAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WITAN_API __attribute__((visibility("default")))
#else
#define WITAN_API
#endif

/* ---- Versions and errors ---------------------------------------------------------------------- */

/* Grows when a call changes or goes; new calls and new fields at the end of structures do not change it. */
#define WITAN_ABI_VERSION 1u
/* Bytes of one text, chunk or packed batch at most. */
#define WITAN_MAXIMUM_LENGTH 0x7FFFFFFFu

typedef int32_t witan_status;
enum {
  WITAN_OK = 0,
  WITAN_ERROR_ARGUMENT = 1,    /* a NULL that may not be, or a length, count or number out of its range */
  WITAN_ERROR_HANDLE = 2,      /* freed, of another kind, or never a handle */
  WITAN_ERROR_BUSY = 3,        /* another thread is using it */
  WITAN_ERROR_SPACE = 4,       /* the caller's buffer is too small; the message says how large it must be */
  WITAN_ERROR_LIMIT = 5,       /* a limit is reached for now: make room, then try again */
  WITAN_ERROR_IO = 6,          /* a file cannot be opened, read or mapped */
  WITAN_ERROR_FORMAT = 7,      /* a file is damaged, or of another format */
  WITAN_ERROR_UNSUPPORTED = 8, /* a well-formed file asks for what this version does not do */
  WITAN_ERROR_VALUE = 9        /* an option is out of its range, or two contradict each other */
};

/* WITAN_ABI_VERSION of the library; compare it with that of the header. */
WITAN_API uint32_t witan_abi_version(void);
/* The release, such as "0.1.0". Static. */
WITAN_API const char *witan_version(void);
/* A word for a status, such as "handle"; "unknown" for numbers that are none. Static. */
WITAN_API const char *witan_status_name(witan_status status);
/* What went wrong in the last call of this thread that failed: one sentence that names the thing and the next
 * step; "" before the first. Owned by the library, valid until the next failing call of this thread. */
WITAN_API const char *witan_error_message(void);

typedef struct witan_context witan_context;           /* what models share */
typedef struct witan_model witan_model;               /* a classifier; read-only */
typedef struct witan_scorer witan_scorer;             /* whole texts, by one or several models */
typedef struct witan_stream witan_stream;             /* one generation, graded and guarded as it comes */
typedef struct witan_pool witan_pool;                 /* thousands of streams that take turns */
typedef struct witan_vocabulary witan_vocabulary;     /* token ids as bytes; read-only */
typedef struct witan_probe witan_probe;               /* a probe of hidden states; read-only */
typedef struct witan_probe_stream witan_probe_stream; /* one generation, graded by its hidden states */
typedef struct witan_panel witan_panel;               /* several models that each give an opinion; read-only */
typedef struct witan_panel_stream witan_panel_stream; /* one text, graded by all models of a panel */
typedef struct witan_policy witan_policy;             /* from opinions to an action; read-only */

/* A text that belongs to the caller. */
typedef struct {
  const uint8_t *bytes;
  size_t length;
} witan_text;

/* ---- Context ---------------------------------------------------------------------------------- */

WITAN_API witan_status witan_context_create(witan_context **context);
/* Maps a table of word-piece vectors (models/embeddings). Models that are opened afterwards and name it use
 * it; several models share it. */
WITAN_API witan_status witan_context_add_embeddings(witan_context *context, const char *path, size_t path_length);
WITAN_API witan_status witan_context_free(witan_context *context);

/* ---- Model ------------------------------------------------------------------------------------ */

/* Maps the file; processes share its pages. A file in use must be replaced by renaming, never overwritten. */
WITAN_API witan_status witan_model_open(witan_context *context, const char *path, size_t path_length,
                                        witan_model **model);
/* Reads a model from memory, which is copied. */
WITAN_API witan_status witan_model_open_bytes(witan_context *context, const void *bytes, size_t length,
                                              witan_model **model);
/* Uses memory that the caller has mapped or embedded, in place. It must stay until `release` is called with
 * `user`, which is when the last handle that uses the model is gone, on the thread that freed that. `release`
 * may be NULL for memory that is never given back. It is not called when opening fails. */
WITAN_API witan_status witan_model_open_mapped(witan_context *context, const void *bytes, size_t length,
                                               void (*release)(void *user), void *user, witan_model **model);

typedef struct {
  uint32_t struct_size;
  /* Probabilities of a text: one for each label, then `any` if the model has it. */
  uint32_t output_count;
  /* Which output is `any`, the probability that some prohibited principle applies; -1 without. */
  int32_t any_output;
  /* 0 when the model was trained with a table of embeddings that the context does not have: it works, less
   * well. */
  int32_t is_complete;
  /* 1 when probabilities sum to 1 (one label a text), 0 when each stands alone. */
  int32_t is_exclusive;
  uint32_t reserved;
} witan_model_info;

typedef struct {
  uint32_t struct_size;
  /* From this probability on the output counts as flagged. */
  float threshold;
  /* The output's name in data, and for people. UTF-8 with a NUL; valid until the model is freed. */
  const char *id;
  const char *title;
  /* 0 none, 1 prohibit, 2 discourage, 3 permit, 4 encourage. */
  int32_t stance;
  /* What the output is about: 0 any text, 1 prompts, 2 responses, 3 exchanges. */
  int32_t side;
} witan_output;

WITAN_API witan_status witan_model_describe(const witan_model *model, witan_model_info *info);
WITAN_API witan_status witan_model_output(const witan_model *model, uint32_t index, witan_output *output);
/* A line of what made the model (constitution, digests, seed), by its key. *value is NULL when there is none;
 * UTF-8 with a NUL, valid until the model is freed. */
WITAN_API witan_status witan_model_metadata(const witan_model *model, const char *key, size_t key_length,
                                            const char **value);

/* How much a word moved an output. */
typedef struct {
  uint64_t start, end; /* bytes of the text */
  float value;         /* what the logit loses without the word */
  uint32_t reserved;
} witan_contribution;

/* What each word of a text adds to the logit of an output, in order. Writes up to `capacity` of them and sets
 * *count to how many there are; WITAN_ERROR_SPACE when that is more. Slower than scoring; allocates. */
WITAN_API witan_status witan_model_explain(const witan_model *model, const uint8_t *bytes, size_t length,
                                           uint32_t output, witan_contribution *contributions,
                                           size_t capacity, size_t *count);
WITAN_API witan_status witan_model_free(witan_model *model);

/* ---- Whole texts ------------------------------------------------------------------------------ */

/* A scorer for 1 to 64 models: each text is graded by all. It keeps the models. */
WITAN_API witan_status witan_scorer_create(const witan_model *const *models, size_t model_count,
                                           witan_scorer **scorer);
/* Probabilities of one text: the sum of the models' output_count, in their order. */
WITAN_API witan_status witan_scorer_output_count(witan_scorer *scorer, size_t *count);
/* Grades `count` texts into probabilities [count x outputs]; `capacity` is the floats that there is room for.
 * `prompts` is NULL, or has the prompt that each text answers; those with NULL bytes have none. The same bits
 * as a stream gives. */
WITAN_API witan_status witan_scorer_score(witan_scorer *scorer, const witan_text *texts,
                                          const witan_text *prompts, size_t count, float *probabilities,
                                          size_t capacity);
/* The same for texts that stand one after the other: text i is bytes[offsets[i]] to bytes[offsets[i + 1]].
 * [offsets: count + 1, ascending, at most `length`] */
WITAN_API witan_status witan_scorer_score_packed(witan_scorer *scorer, const uint8_t *bytes, size_t length,
                                                 const uint64_t *offsets, size_t count, float *probabilities,
                                                 size_t capacity);
WITAN_API witan_status witan_scorer_free(witan_scorer *scorer);

/* ---- Streams ---------------------------------------------------------------------------------- */

/* From the mildest to the most severe. */
typedef int32_t witan_action;
enum {
  WITAN_EMIT = 0,     /* pass the text on */
  WITAN_ANNOTATE = 1, /* pass it on and mark it */
  WITAN_HOLD = 2,     /* keep it back until the score has fallen again; go on generating */
  WITAN_ASK = 3,      /* keep it back until witan_stream_resolve */
  WITAN_TERMINATE = 4 /* stop the generation */
};

/* What to watch and what to do. Fill it with witan_guard_options_init, then change what should differ. */
typedef struct {
  uint32_t struct_size;
  /* The rule of `any`, or of each prohibited label in models without it: on after `debounce_needed` of the
   * last `debounce_window` words reach `on`, off below `off`. 0 stands for the model's own threshold, and for
   * `on`. */
  float on, off;
  uint32_t debounce_needed, debounce_window;
  witan_action action;
  /* Complete words that are kept back, so that a decision still reaches the words before it. 0 to 65536 */
  uint32_t hold_words;
  /* Pushes that can be taken back. 0 to 4096; 0 saves memory, and pools need it */
  uint32_t rewind_tokens;
  /* A word is cut after so many bytes. 16 to 4096 */
  uint32_t maximum_word_bytes;
  /* WITAN_TERMINATE or WITAN_ANNOTATE: what follows at maximum_bytes. */
  witan_action at_maximum_bytes;
  /* Bytes kept back at most; a stream that needs more is terminated. */
  uint64_t maximum_held_bytes;
  /* Bytes that are graded at most. */
  uint64_t maximum_bytes;
  /* Lengths in words of windows that are graded beside the whole text; up to 8. */
  const uint32_t *windows;
  size_t window_count;
  /* The same options as JSON, rules of other outputs included (docs/guard.md); when not NULL the other fields
   * are not read. */
  const char *json;
  size_t json_length;
} witan_guard_options;

/* What to do after a push, in this order: send `emit` bytes, keep `held` back, obey `action`. */
typedef struct {
  uint64_t emit;        /* bytes that may go out now, following those before */
  uint64_t held;        /* bytes that are kept back now */
  const uint8_t *bytes; /* the `emit` bytes; valid until the next call with this stream; NULL in batches */
  witan_action action;  /* what is in force now; after WITAN_TERMINATE nothing goes out any more */
  int32_t is_ended;     /* 1 when pushes are ignored: after terminate, finish and cancel */
} witan_step;

typedef int32_t witan_cause;
enum {
  WITAN_CAUSE_NONE = 0,
  WITAN_CAUSE_OUTPUT = 1,     /* a rule turned on */
  WITAN_CAUSE_HELD_BYTES = 2, /* more text would have to be kept back than is allowed */
  WITAN_CAUSE_LENGTH = 3,     /* the text is longer than is graded */
  WITAN_CAUSE_ANSWER = 4,     /* somebody answered that it should stop */
  WITAN_CAUSE_CANCELLED = 5
};

/* Why a guard acts: what to log. */
typedef struct {
  uint32_t struct_size;
  witan_cause cause;   /* WITAN_CAUSE_NONE when everything may pass */
  witan_action action;
  int32_t output;      /* which output turned on; -1 for other causes */
  float probability;   /* of that output, after the word that decided */
  int32_t is_on;       /* of events: 1 turned on, 0 turned off */
  uint64_t onset_word; /* the first of the words that turned it on, from 0 */
  uint64_t onset_byte; /* where that word begins */
  uint64_t byte;       /* where the text stood when it was decided */
} witan_reason;

typedef int32_t witan_answer;
enum { WITAN_RELEASE = 0, WITAN_STOP = 1 };

/* Fills in the defaults; `struct_size` must be set. */
WITAN_API witan_status witan_guard_options_init(witan_guard_options *options);
/* A stream at the beginning of a text. `options` may be NULL for the defaults. It keeps the model. */
WITAN_API witan_status witan_stream_create(const witan_model *model, const witan_guard_options *options,
                                           witan_stream **stream);
/* Takes the next bytes of the text, one token for rewind. Scores, decides, allocates nothing while as much
 * text is kept back as before. */
WITAN_API witan_status witan_stream_push(witan_stream *stream, const uint8_t *bytes, size_t length,
                                         witan_step *step);
/* Takes `count` chunks, each a push: chunk i is bytes[offsets[i]] to bytes[offsets[i + 1]]. -> [steps: count]
 * The same decisions as one by one. */
WITAN_API witan_status witan_stream_push_batch(witan_stream *stream, const uint8_t *bytes, size_t length,
                                               const uint64_t *offsets, size_t count, witan_step *steps);
/* Takes the bytes of a token of `vocabulary`. */
WITAN_API witan_status witan_stream_push_token(witan_stream *stream, const witan_vocabulary *vocabulary,
                                               int64_t token, witan_step *step);
/* Ends the text: its last word is graded, and everything goes out that no rule keeps back. */
WITAN_API witan_status witan_stream_finish(witan_stream *stream, witan_step *step);
/* Answers what is held or asked about. */
WITAN_API witan_status witan_stream_resolve(witan_stream *stream, witan_answer answer, witan_step *step);
/* Ends the text where it is: what was not let out is not let out. */
WITAN_API witan_status witan_stream_cancel(witan_stream *stream, witan_step *step);
/* What is in force now, with nothing to emit. */
WITAN_API witan_status witan_stream_verdict(witan_stream *stream, witan_step *step);
/* Why; see witan_reason. */
WITAN_API witan_status witan_stream_reason(witan_stream *stream, witan_reason *reason);
/* The next rule that turned on or off and was not told yet; cause WITAN_CAUSE_NONE when there is none. */
WITAN_API witan_status witan_stream_next_event(witan_stream *stream, witan_reason *event);
/* The probabilities now, of the whole text so far. [capacity >= output_count] */
WITAN_API witan_status witan_stream_scores(witan_stream *stream, float *probabilities, size_t capacity);
/* Takes the last `tokens` pushes back, with what they decided; *taken_back, which may be NULL, is how many
 * bytes were emitted since. WITAN_ERROR_VALUE when they are too many. */
WITAN_API witan_status witan_stream_rewind(witan_stream *stream, uint64_t tokens, uint64_t *taken_back);
/* A second stream that goes on from here by itself. */
WITAN_API witan_status witan_stream_fork(witan_stream *stream, witan_stream **copy);
/* Starts a new text with the same options. */
WITAN_API witan_status witan_stream_reset(witan_stream *stream);
/* The state as bytes, for another process; *length is how many there are. WITAN_ERROR_SPACE when `capacity`
 * is less; `bytes` may be NULL with capacity 0 to ask. Allocates. */
WITAN_API witan_status witan_stream_save(witan_stream *stream, uint8_t *bytes, size_t capacity, size_t *length);
/* Takes up a state that a stream of the same model and options saved. Untrusted bytes are checked. */
WITAN_API witan_status witan_stream_resume(witan_stream *stream, const uint8_t *bytes, size_t length);
/* Bytes of memory that the stream holds, beside the model. */
WITAN_API witan_status witan_stream_memory(witan_stream *stream, uint64_t *bytes);
WITAN_API witan_status witan_stream_free(witan_stream *stream);

/* ---- Pools ------------------------------------------------------------------------------------ */

/* A step of one stream of a pool. */
typedef struct {
  uint64_t stream;
  witan_step step; /* `bytes` is valid until the next call that names this stream */
} witan_pool_step_entry;

/* A pool for up to `capacity` streams [1 to 2^20], which all have these options (rewind_tokens 0; NULL for the
 * defaults). */
WITAN_API witan_status witan_pool_create(const witan_model *model, const witan_guard_options *options,
                                         size_t capacity, witan_pool **pool);
/* Opens a stream of the pool: a number, which names it in this pool until it is closed. WITAN_ERROR_LIMIT when
 * all are taken. */
WITAN_API witan_status witan_pool_open(witan_pool *pool, uint64_t *stream);
/* Takes the next bytes of a stream; witan_pool_step says what follows. WITAN_ERROR_LIMIT when the round is
 * full: call witan_pool_step first. */
WITAN_API witan_status witan_pool_push(witan_pool *pool, uint64_t stream, const uint8_t *bytes, size_t length);
/* Takes a chunk for each of `count` streams; chunk i is bytes[offsets[i]] to bytes[offsets[i + 1]]. *done,
 * which may be NULL, is how many were taken: all, or those before the one that failed. */
WITAN_API witan_status witan_pool_push_batch(witan_pool *pool, const uint64_t *streams, const uint8_t *bytes,
                                             size_t length, const uint64_t *offsets, size_t count,
                                             size_t *done);
WITAN_API witan_status witan_pool_push_token(witan_pool *pool, uint64_t stream,
                                             const witan_vocabulary *vocabulary, int64_t token);
/* Grades all words that ended since the last step in one product. Writes the steps of streams in which a word
 * ended, or that ended; *count is how many. `capacity` must reach for all streams that were pushed since:
 * WITAN_ERROR_SPACE, and nothing is done, when it does not. */
WITAN_API witan_status witan_pool_step(witan_pool *pool, witan_pool_step_entry *entries, size_t capacity,
                                       size_t *count);
/* As those of a stream by itself. The stream stays open until witan_pool_close. */
WITAN_API witan_status witan_pool_finish(witan_pool *pool, uint64_t stream, witan_step *step);
WITAN_API witan_status witan_pool_resolve(witan_pool *pool, uint64_t stream, witan_answer answer,
                                          witan_step *step);
WITAN_API witan_status witan_pool_cancel(witan_pool *pool, uint64_t stream, witan_step *step);
WITAN_API witan_status witan_pool_reason(witan_pool *pool, uint64_t stream, witan_reason *reason);
WITAN_API witan_status witan_pool_next_event(witan_pool *pool, uint64_t stream, witan_reason *event);
WITAN_API witan_status witan_pool_close(witan_pool *pool, uint64_t stream);
/* Bytes of memory that the pool holds, beside the model. O(streams) */
WITAN_API witan_status witan_pool_memory(witan_pool *pool, uint64_t *bytes);
WITAN_API witan_status witan_pool_free(witan_pool *pool);

/* ---- Token ids -------------------------------------------------------------------------------- */

/* Reads the vocabulary of the model that generates: a tokenizer.json, or a GGUF file. */
WITAN_API witan_status witan_vocabulary_open(const char *path, size_t path_length,
                                             witan_vocabulary **vocabulary);
/* The bytes of a token; valid until the vocabulary is freed. WITAN_ERROR_VALUE when no token has the id. */
WITAN_API witan_status witan_vocabulary_bytes(const witan_vocabulary *vocabulary, int64_t token,
                                              const uint8_t **bytes, size_t *length);
WITAN_API witan_status witan_vocabulary_free(witan_vocabulary *vocabulary);

/* ---- Activations ------------------------------------------------------------------------------ */

typedef int32_t witan_activation_type;
enum { WITAN_FLOAT32 = 0, WITAN_FLOAT16 = 1, WITAN_BFLOAT16 = 2 };

typedef struct {
  uint32_t struct_size;
  uint32_t dimensions;   /* values of one hidden state */
  uint32_t output_count; /* labels */
  uint32_t reserved;
} witan_probe_info;

WITAN_API witan_status witan_probe_open(const char *path, size_t path_length, witan_probe **probe);
WITAN_API witan_status witan_probe_describe(const witan_probe *probe, witan_probe_info *info);
WITAN_API witan_status witan_probe_output(const witan_probe *probe, uint32_t index, witan_output *output);
WITAN_API witan_status witan_probe_free(witan_probe *probe);

/* A stream of hidden states, of which the last `rewindable` [0 to 65536] can be taken back. */
WITAN_API witan_status witan_probe_stream_create(const witan_probe *probe, uint32_t rewindable,
                                                 witan_probe_stream **stream);
/* Takes the states of one token or several, row-major: `length` is in bytes, a multiple of dimensions x the
 * size of the type. Any alignment. *is_flagged, which may be NULL, becomes 1 once a label has reached its
 * threshold. */
WITAN_API witan_status witan_probe_stream_push(witan_probe_stream *stream, witan_activation_type type,
                                               const void *values, size_t length, int32_t *is_flagged);
/* The probability of each label now and, for what thresholds are about, the largest so far; either may be
 * NULL. [capacity >= output_count each] */
WITAN_API witan_status witan_probe_stream_scores(witan_probe_stream *stream, float *now, float *peak,
                                                 size_t capacity);
WITAN_API witan_status witan_probe_stream_rewind(witan_probe_stream *stream, uint64_t tokens);
WITAN_API witan_status witan_probe_stream_fork(witan_probe_stream *stream, witan_probe_stream **copy);
WITAN_API witan_status witan_probe_stream_reset(witan_probe_stream *stream);
WITAN_API witan_status witan_probe_stream_free(witan_probe_stream *stream);

#ifdef __cplusplus
}
#endif

#include "witan_panel.h"

#endif
