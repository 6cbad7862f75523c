#include "CCorpus.h"

// #embed (C23) takes seconds where generated arrays take minutes.
#pragma clang diagnostic ignored "-Wc23-extensions"

#define FILE_BYTES(name) static const unsigned char name[]

FILE_BYTES(frames) = {
#embed "frames.txt"
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
FILE_BYTES(science_health) = {
#embed "background/science-health.txt"
};
FILE_BYTES(society) = {
#embed "background/society.txt"
};
FILE_BYTES(technology) = {
#embed "background/technology.txt"
};

#define ENTRY(name, array) {name, array, sizeof array}

const witan_corpus_file witan_corpus_frames = ENTRY("frames", frames);
static const witan_corpus_file background[] = {
    ENTRY("assistant-tasks", assistant_tasks), ENTRY("culture-history", culture_history),
    ENTRY("daily-life", daily_life),           ENTRY("science-health", science_health),
    ENTRY("society", society),                 ENTRY("technology", technology),
};
const int witan_corpus_background_count = sizeof background / sizeof *background;

witan_corpus_file witan_corpus_background(int i) { return background[i]; }
