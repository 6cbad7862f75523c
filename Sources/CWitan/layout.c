#include "witan.h"

// What callers were compiled with must never move: sizes and places are part of the ABI.
#define AT(type, field, place) \
  _Static_assert(offsetof(type, field) == (place), #type "." #field " has moved")
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " has another size")

_Static_assert(sizeof(void *) == 8, "handles need 64 bits");

SIZE(witan_text, 16);
SIZE(witan_model_info, 24);
AT(witan_model_info, any_output, 8);
SIZE(witan_output, 32);
AT(witan_output, id, 8);
AT(witan_output, stance, 24);
SIZE(witan_contribution, 24);
SIZE(witan_guard_options, 88);
AT(witan_guard_options, action, 20);
AT(witan_guard_options, maximum_held_bytes, 40);
AT(witan_guard_options, windows, 56);
AT(witan_guard_options, json, 72);
SIZE(witan_step, 32);
AT(witan_step, bytes, 16);
AT(witan_step, action, 24);
SIZE(witan_reason, 48);
AT(witan_reason, onset_word, 24);
SIZE(witan_pool_step_entry, 40);
SIZE(witan_probe_info, 16);
SIZE(witan_evidence_options, 32);
AT(witan_evidence_options, prompt, 8);
AT(witan_evidence_options, threshold, 24);
SIZE(witan_evidence_span, 24);
AT(witan_evidence_span, share, 16);
SIZE(witan_evidence, 24);
AT(witan_evidence, is_flagged, 12);
SIZE(witan_panel_member, 56);
AT(witan_panel_member, model_digest, 24);
SIZE(witan_panel_info, 24);
AT(witan_panel_info, bytes, 16);
SIZE(witan_panel_member_info, 24);
AT(witan_panel_member_info, name, 16);
SIZE(witan_panel_verdict, 20);
AT(witan_panel_verdict, action, 8);
