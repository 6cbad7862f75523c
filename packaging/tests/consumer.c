// A server's way through the library, once: usage MODEL EMBEDDINGS.
#include "check.h"

int main(int argc, char **argv) {
  witan_context *context;
  witan_model *model = open_model(argc, argv, &context);
  witan_model_info info = {.struct_size = sizeof info};
  CHECK(witan_model_describe(model, &info) == WITAN_OK && info.any_output >= 0);
  witan_output output = {.struct_size = sizeof output};
  CHECK(witan_model_output(model, (uint32_t)info.any_output, &output) == WITAN_OK);
  CHECK(strcmp(output.id, "any") == 0);

  // Whole texts.
  witan_scorer *scorer;
  const witan_model *models[] = {model};
  CHECK(witan_scorer_create(models, 1, &scorer) == WITAN_OK);
  float *scores = malloc(2 * info.output_count * sizeof *scores);
  witan_text texts[] = {{(const uint8_t *)HARMFUL, strlen(HARMFUL)}, {(const uint8_t *)HARMLESS, strlen(HARMLESS)}};
  CHECK(witan_scorer_score(scorer, texts, NULL, 2, scores, 2 * info.output_count) == WITAN_OK);
  float harmful = scores[info.any_output], harmless = scores[info.output_count + (uint32_t)info.any_output];
  printf("any %.3f and %.3f\n", (double)harmful, (double)harmless);
  CHECK(harmful > harmless + 0.05f);

  // A generation that turns: nothing after the turn may go out.
  witan_guard_options options = {.struct_size = sizeof options};
  CHECK(witan_guard_options_init(&options) == WITAN_OK);
  options.on = (harmful + harmless) / 2;
  options.hold_words = 4;
  witan_stream *stream, *copy;
  CHECK(witan_stream_create(model, &options, &stream) == WITAN_OK);
  char text[512], out[512];
  snprintf(text, sizeof text, "%s%s", HARMLESS, HARMFUL);
  size_t sent = 0, length = strlen(text);
  witan_step step = {0};
  for (size_t i = 0; i < length && !step.is_ended; i += 3) {
    size_t n = length - i < 3 ? length - i : 3;
    CHECK(witan_stream_push(stream, (const uint8_t *)text + i, n, &step) == WITAN_OK);
    if (step.emit > 0) memcpy(out + sent, step.bytes, step.emit);
    sent += step.emit;
    CHECK(memcmp(out, text, sent) == 0);
  }
  CHECK(step.action == WITAN_TERMINATE && step.is_ended && sent + step.held <= length);
  witan_reason reason = {.struct_size = sizeof reason};
  CHECK(witan_stream_reason(stream, &reason) == WITAN_OK && reason.cause == WITAN_CAUSE_OUTPUT);
  CHECK(sent <= reason.onset_byte);
  printf("sent %zu bytes, stopped at %llu, onset %llu\n", sent, (unsigned long long)reason.byte,
         (unsigned long long)reason.onset_byte);
  CHECK(witan_stream_fork(stream, &copy) == WITAN_OK && witan_stream_free(copy) == WITAN_OK);

  // What moved the output.
  witan_contribution words[64];
  size_t count;
  CHECK(witan_model_explain(model, (const uint8_t *)HARMFUL, strlen(HARMFUL), (uint32_t)info.any_output, words, 64,
                            &count) == WITAN_OK);
  CHECK(count > 10 && words[0].start == 0 && words[count - 1].end <= strlen(HARMFUL));

  // The words without which it would pass: with a space in their place it does.
  witan_evidence_span spans[64];
  witan_evidence evidence = {.struct_size = sizeof evidence};
  CHECK(witan_model_evidence(model, (const uint8_t *)HARMFUL, strlen(HARMFUL), (uint32_t)info.any_output, NULL,
                             &evidence, spans, 64, &count) == WITAN_OK);
  CHECK(evidence.is_flagged && evidence.flips && count > 0 && spans[count - 1].end <= strlen(HARMFUL));
  uint8_t rest[sizeof HARMFUL];
  size_t left = 0, from = 0;
  for (size_t i = 0; i <= count; i++) {
    size_t to = i < count ? (size_t)spans[i].start : strlen(HARMFUL);
    memcpy(rest + left, HARMFUL + from, to - from);
    left += to - from;
    if (i == count) break;
    rest[left++] = ' ';
    from = (size_t)spans[i].end;
  }
  witan_evidence again = {.struct_size = sizeof again};
  CHECK(witan_model_evidence(model, rest, left, (uint32_t)info.any_output, NULL, &again, spans, 64, &count) == WITAN_OK);
  CHECK(!again.is_flagged && count == 0 && again.probability == evidence.remaining);

  // Many at once.
  witan_pool *pool;
  uint64_t names[32];
  witan_pool_step_entry entries[32];
  options.rewind_tokens = 0;
  CHECK(witan_pool_create(model, &options, 32, &pool) == WITAN_OK);
  for (int i = 0; i < 32; i++) CHECK(witan_pool_open(pool, &names[i]) == WITAN_OK);
  for (int i = 0; i < 32; i++) {
    const char *chunk = i % 2 ? HARMFUL : HARMLESS;
    CHECK(witan_pool_push(pool, names[i], (const uint8_t *)chunk, strlen(chunk)) == WITAN_OK);
  }
  CHECK(witan_pool_step(pool, entries, 32, &count) == WITAN_OK && count == 32);
  for (size_t i = 0; i < count; i++) CHECK((entries[i].step.action == WITAN_TERMINATE) == (entries[i].stream == names[i] && i % 2));
  CHECK(witan_pool_free(pool) == WITAN_OK);

  // Two opinions, and what follows of them.
  witan_panel_member members[] = {{.model = model}, {.model = model, .name = "again", .name_length = 5}};
  witan_panel *panel;
  witan_panel_stream *opinions;
  witan_policy *policy, *guests;
  static const char rules[] =
      "{\"witan_policy\": 1, \"id\": \"house\", \"title\": \"House\", \"version\": 1, \"missing\": \"ask\","
      "\"owner\": {\"who\": \"a\", \"adopted\": \"b\", \"contact\": \"c\"},"
      "\"members\": [{\"name\": \"baseline\"}, {\"name\": \"again\", \"constitution\": \"baseline\"}],"
      "\"floor\": {\"objects\": \"hold\", \"missing\": \"emit\"},"
      "\"roles\": [{\"name\": \"guest\", \"tighten\": {\"floor\": \"terminate\"}}]}";
  CHECK(witan_panel_create(members, 2, &panel) == WITAN_OK);
  CHECK(witan_policy_create(rules, strlen(rules), &policy) == WITAN_OK);
  CHECK(witan_policy_for(policy, "guest", 5, NULL, 0, &guests) == WITAN_OK);
  CHECK(witan_panel_check(panel, policy) == WITAN_OK);
  CHECK(witan_panel_stream_create(panel, &opinions) == WITAN_OK);
  CHECK(witan_panel_free(panel) == WITAN_OK);
  witan_panel_verdict verdict = {.struct_size = sizeof verdict};
  const char *json;
  for (int i = 0; i < 2; i++) {
    CHECK(witan_panel_stream_begin(opinions, WITAN_SIDE_PROMPT, NULL, 0) == WITAN_OK);
    CHECK(witan_panel_stream_push(opinions, texts[i].bytes, texts[i].length) == WITAN_OK);
    CHECK(witan_panel_stream_finish(opinions) == WITAN_OK);
    CHECK(witan_panel_stream_scores(opinions, scores, 2 * info.output_count) == WITAN_OK);
    CHECK(scores[info.any_output] == (i == 0 ? harmful : harmless));
    CHECK(memcmp(scores, scores + info.output_count, info.output_count * sizeof *scores) == 0);
    CHECK(witan_panel_stream_verdict(opinions, guests, &verdict, &json, &count) == WITAN_OK);
    CHECK(strlen(json) == count && strstr(json, "\"member\":\"again\"") != NULL && verdict.spread == 0);
    CHECK(verdict.outcome == (i == 0 ? WITAN_OBJECTED : WITAN_ACCEPTED));
    CHECK(verdict.action == (i == 0 ? WITAN_TERMINATE : WITAN_EMIT));
    CHECK(witan_panel_stream_verdict(opinions, policy, &verdict, NULL, NULL) == WITAN_OK);
    CHECK(verdict.action == (i == 0 ? WITAN_HOLD : WITAN_EMIT));
  }
  CHECK(witan_policy_free(policy) == WITAN_OK && witan_policy_free(guests) == WITAN_OK);
  CHECK(witan_panel_stream_free(opinions) == WITAN_OK);

  // Misuse is an answer.
  CHECK(witan_stream_free(stream) == WITAN_OK);
  CHECK(witan_stream_push(stream, NULL, 0, &step) == WITAN_ERROR_HANDLE);
  CHECK(witan_model_free((witan_model *)context) == WITAN_ERROR_HANDLE);
  CHECK(strstr(witan_error_message(), "witan_context") != NULL);
  CHECK(witan_scorer_free(scorer) == WITAN_OK && witan_model_free(model) == WITAN_OK);
  CHECK(witan_context_free(context) == WITAN_OK);
  free(scores);
  puts("ok");
  return 0;
}
