#include "CCorpus.h"

// #embed (C23) takes seconds where generated arrays take minutes.
#pragma clang diagnostic ignored "-Wc23-extensions"

#define FILE_BYTES(name) static const unsigned char name[]

FILE_BYTES(frames) = {
#embed "frames.txt"
};
FILE_BYTES(assistant_answers) = {
#embed "background/assistant-answers.txt"
};
FILE_BYTES(assistant_tasks) = {
#embed "background/assistant-tasks.txt"
};
FILE_BYTES(culture_history) = {
#embed "background/culture-history.txt"
};
FILE_BYTES(daily_life) = {
#embed "background/daily-life.txt"
};
FILE_BYTES(instructions) = {
#embed "background/instructions.txt"
};
FILE_BYTES(other_languages) = {
#embed "background/other-languages.txt"
};
FILE_BYTES(role_prompts) = {
#embed "background/role-prompts.txt"
};
FILE_BYTES(science_health) = {
#embed "background/science-health.txt"
};
FILE_BYTES(society) = {
#embed "background/society.txt"
};
FILE_BYTES(technology) = {
#embed "background/technology.txt"
};
FILE_BYTES(user_questions) = {
#embed "background/user-questions.txt"
};

#define ENTRY(name, array) {name, array, sizeof array}

const witan_corpus_file witan_corpus_frames = ENTRY("frames", frames);
static const witan_corpus_file background[] = {
    ENTRY("assistant-answers", assistant_answers), ENTRY("assistant-tasks", assistant_tasks),
    ENTRY("culture-history", culture_history),     ENTRY("daily-life", daily_life),
    ENTRY("instructions", instructions),           ENTRY("other-languages", other_languages),
    ENTRY("role-prompts", role_prompts),           ENTRY("science-health", science_health),
    ENTRY("society", society),                     ENTRY("technology", technology),
    ENTRY("user-questions", user_questions),
};
const int witan_corpus_background_count = sizeof background / sizeof *background;

witan_corpus_file witan_corpus_background(int i) { return background[i]; }
