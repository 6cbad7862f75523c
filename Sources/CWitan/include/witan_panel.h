/* The words that verdicts rest on, panels of several models, and the policies that decide on their opinions. Part of
 * witan.h, which includes it: include that. */
#ifndef WITAN_PANEL_H
#define WITAN_PANEL_H

#include "witan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Policies --------------------------------------------------------------------------------- */

/* A deployer's rules from opinions to an action (docs/policy.md), from their JSON. WITAN_ERROR_FORMAT for what is
 * no JSON, else WITAN_ERROR_VALUE with the path of the fault, as in layers[2].rules[1].then. [length: up to 1 MiB] */
WITAN_API witan_status witan_policy_create(const char *json, size_t length, witan_policy **policy);
/* The same rules where somebody is spoken with: in `role`, which may be NULL, and with what they set for
 * themselves in `user`, JSON, which may be NULL. WITAN_ERROR_VALUE for a role that the policy does not have, and
 * for settings that it does not allow. What `policy` had of both does not count. */
WITAN_API witan_status witan_policy_for(const witan_policy *policy, const char *role, size_t role_length,
                                        const char *user, size_t user_length, witan_policy **applied);
WITAN_API witan_status witan_policy_free(witan_policy *policy);

/* ---- Evidence --------------------------------------------------------------------------------- */

/* What a text is: side of witan_output, and what prompts and responses are told apart by. */
typedef int32_t witan_side;
enum { WITAN_SIDE_ANY = 0, WITAN_SIDE_PROMPT = 1, WITAN_SIDE_RESPONSE = 2, WITAN_SIDE_EXCHANGE = 3 };

/* How evidence is looked for. All zero but struct_size: a text by itself, the model's own threshold. */
typedef struct {
  uint32_t struct_size;
  witan_side side;       /* where a text without a prompt stands */
  const uint8_t *prompt; /* what the text answers: it is judged in its light; NULL is none */
  size_t prompt_length;
  float threshold;       /* from where the output counts as flagged, in (0, 1]; 0 is the model's own */
  uint32_t word_limit;   /* words that are named at most; 0 is a fifth of the text's, 3 to 50 */
} witan_evidence_options;

/* Words of a text that stand side by side. */
typedef struct {
  uint64_t start, end; /* bytes of the text as given, at borders of characters as readers see them */
  float share;         /* of what all spans take off the logit; they sum to 1 */
  uint32_t words;
} witan_evidence_span;

typedef struct {
  uint32_t struct_size;
  float probability;  /* of the output in the text */
  float remaining;    /* the same with a space in place of each span, bit for bit */
  int32_t is_flagged; /* whether the text has the verdict; without it there are no spans */
  int32_t flips;      /* whether the text without the spans has another one; 0 where the limit came first */
  uint32_t word_count; /* of the whole text */
} witan_evidence;

/* The words that a verdict rests on: a small set of spans without which the output is no longer flagged, in order and
 * apart, found by deletion and scored anew from the bytes (docs/evidence.md). Writes up to `capacity` spans and sets
 * *count to how many there are; WITAN_ERROR_SPACE when that is more, with `evidence` written (64 always do where
 * word_limit is 0). `options` may be NULL. Tens of microseconds for a sentence, milliseconds for a page; allocates. */
WITAN_API witan_status witan_model_evidence(const witan_model *model, const uint8_t *bytes, size_t length,
                                            uint32_t output, const witan_evidence_options *options,
                                            witan_evidence *evidence, witan_evidence_span *spans, size_t capacity,
                                            size_t *count);

/* ---- Panels ----------------------------------------------------------------------------------- */

/* A model in a panel. Texts are UTF-8; NULL is none. */
typedef struct {
  const witan_model *model;
  /* No two members share one; without, the constitution's id, or "model". */
  const char *name;
  size_t name_length;
  /* What the caller knows of the file and who signed it: opinions name both. */
  const char *model_digest;
  size_t model_digest_length;
  const char *signer;
  size_t signer_length;
} witan_panel_member;

typedef struct {
  uint32_t struct_size;
  uint32_t member_count;
  uint32_t output_count; /* probabilities of a text: those of each member after the other */
  uint32_t reserved;
  uint64_t bytes;        /* of memory that the panel holds beside its models */
} witan_panel_info;

typedef struct {
  uint32_t struct_size;
  uint32_t first_output; /* where the member's probabilities begin among all */
  uint32_t output_count; /* as witan_model_output names them */
  int32_t any_output;    /* `any` among all; -1 without */
  const char *name;      /* UTF-8 with a NUL; valid until the panel is freed */
} witan_panel_member_info;

/* A panel of 1 to 256 models, each of which grades for itself: nothing is averaged. It keeps the models, and copies
 * their tables into one [buckets x outputs bytes]: milliseconds a model. WITAN_ERROR_LIMIT when they are too
 * large together. */
WITAN_API witan_status witan_panel_create(const witan_panel_member *members, size_t count, witan_panel **panel);
WITAN_API witan_status witan_panel_describe(const witan_panel *panel, witan_panel_info *info);
WITAN_API witan_status witan_panel_describe_member(const witan_panel *panel, uint32_t index,
                                                   witan_panel_member_info *info);
/* Whether the panel has what the policy asks for: each member, of the constitution, version and digest that it
 * names, with its table of embeddings, and each principle of a rule. WITAN_ERROR_VALUE where not: without this check
 * such members count as missing and such rules as silent. */
WITAN_API witan_status witan_panel_check(const witan_panel *panel, const witan_policy *policy);
WITAN_API witan_status witan_panel_free(witan_panel *panel);

/* What came of the opinions. */
typedef int32_t witan_outcome;
enum {
  WITAN_ACCEPTED = 0,  /* nobody objects, and at least one can tell */
  WITAN_OBJECTED = 1,  /* all who can tell object */
  WITAN_CONTESTED = 2, /* some object and others do not */
  WITAN_UNDECIDED = 3  /* nobody can tell, or has rules about such texts */
};

typedef struct {
  uint32_t struct_size;
  witan_outcome outcome;
  witan_action action; /* what the policy says; WITAN_EMIT without one: a panel by itself decides nothing */
  float spread;        /* standard deviation of the members' probabilities of an objection: 0 to 0.5 */
  float division;      /* how evenly those who can tell are split: 0 all agree, 1 halved */
} witan_panel_verdict;

/* A stream at the beginning of a text, which serves one text after the other. It keeps the panel. */
WITAN_API witan_status witan_panel_stream_create(const witan_panel *panel, witan_panel_stream **stream);
/* Starts a new text: the answer to a prompt, or, where `prompt` is NULL, a text that stands on `side`, where
 * principles about other sides have probability 0. With a prompt `side` is ANY or EXCHANGE, which is the same. */
WITAN_API witan_status witan_panel_stream_begin(witan_panel_stream *stream, witan_side side,
                                                const uint8_t *prompt, size_t prompt_length);
/* Takes the next bytes of the text. Allocates nothing. */
WITAN_API witan_status witan_panel_stream_push(witan_panel_stream *stream, const uint8_t *bytes, size_t length);
/* Takes the bytes of a token of `vocabulary`. */
WITAN_API witan_status witan_panel_stream_push_token(witan_panel_stream *stream,
                                                     const witan_vocabulary *vocabulary, int64_t token);
/* Ends the text: its last word is closed. Scores and verdict stay readable. */
WITAN_API witan_status witan_panel_stream_finish(witan_panel_stream *stream);
/* The probabilities now, those of each member after the other: the bits that its model gives alone.
 * [capacity >= output_count of the panel] Allocates nothing. */
WITAN_API witan_status witan_panel_stream_scores(witan_panel_stream *stream, float *probabilities,
                                                 size_t capacity);
/* What all say now, how far they are apart, and what `policy`, which may be NULL, says to do with the text as it
 * stands: its debounces, which count words of a stream, do not. Where `json` is not
 * NULL, *json is the whole verdict as UTF-8 with a NUL, *json_length its bytes (may be NULL): every opinion with its
 * provenance, who stands where, and the decision with layer and rule (docs/embedding.md); valid until the next call
 * with this stream. Allocates. */
WITAN_API witan_status witan_panel_stream_verdict(witan_panel_stream *stream, const witan_policy *policy,
                                                  witan_panel_verdict *verdict, const char **json,
                                                  size_t *json_length);
/* A stream that is read through windows of its last words too. [windows: words, up to 8 of 1 to 4096] */
WITAN_API witan_status witan_panel_stream_create_windowed(const witan_panel *panel, const uint32_t *windows,
                                                          size_t count, witan_panel_stream **stream);
/* Ends a word for the windows: they count the calls, and reach back to one of them. */
WITAN_API witan_status witan_panel_stream_end_word(witan_panel_stream *stream);
/* The largest probabilities of each output among the windows, and the whole text while it is no longer than the largest
 * of them: the bits that a windowed stream of each model gives alone. Without windows those of the whole text.
 * [capacity >= output_count of the panel] Allocates nothing. */
WITAN_API witan_status witan_panel_stream_window_scores(witan_panel_stream *stream, float *probabilities,
                                                        size_t capacity);
/* The state as bytes, for another process; *length is how many there are. WITAN_ERROR_SPACE when `capacity`
 * is less; `bytes` may be NULL with capacity 0 to ask. Allocates. */
WITAN_API witan_status witan_panel_stream_save(witan_panel_stream *stream, uint8_t *bytes, size_t capacity,
                                               size_t *length);
/* Takes up a state that a stream of the same members, in the same order and with the same windows, saved.
 * Untrusted bytes are checked: WITAN_ERROR_FORMAT, and the stream is as it was. */
WITAN_API witan_status witan_panel_stream_resume(witan_panel_stream *stream, const uint8_t *bytes, size_t length);
/* A second stream that goes on from here by itself. */
WITAN_API witan_status witan_panel_stream_fork(witan_panel_stream *stream, witan_panel_stream **copy);
/* Starts a new text without prompt and side. */
WITAN_API witan_status witan_panel_stream_reset(witan_panel_stream *stream);
/* Bytes of memory that the stream holds, beside the panel. */
WITAN_API witan_status witan_panel_stream_memory(witan_panel_stream *stream, uint64_t *bytes);
WITAN_API witan_status witan_panel_stream_free(witan_panel_stream *stream);

/* ---- Guards and pools over panels --------------------------------------------------------------- */

/* A guarded stream over a panel, which every function of witan_stream takes: it holds back, is taken back, forked
 * and saved as one of a model. Rules are about "member/principle" or "member/any", the default rule about `any` of
 * each member, or each prohibition where it has none, so that the strictest decides; a member that it finds nothing to
 * watch of is WITAN_ERROR_VALUE. In reasons `output` counts among all outputs of the panel. `options`
 * may be NULL for the defaults. It keeps the panel. */
WITAN_API witan_status witan_panel_guard_create(const witan_panel *panel, const witan_guard_options *options,
                                                witan_stream **stream);
/* A pool of such streams, which every function of witan_pool takes: a step reads all words that ended, of all members,
 * in one product. As witan_pool_create. */
WITAN_API witan_status witan_panel_pool_create(const witan_panel *panel, const witan_guard_options *options,
                                               size_t capacity, witan_pool **pool);
/* Has streams that are opened from now on graded by `panel`, with these options (NULL: those that the pool has).
 * Streams that are open keep what they were opened with, which their reasons count outputs of. WITAN_ERROR_VALUE
 * for rules about members that the panel does not have; the pool is then as it was. */
WITAN_API witan_status witan_pool_use_panel(witan_pool *pool, const witan_panel *panel,
                                            const witan_guard_options *options);

#ifdef __cplusplus
}
#endif

#endif
