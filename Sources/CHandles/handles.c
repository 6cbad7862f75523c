#include "CHandles.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

witan_handle_slot *witan_handle_blocks[WITAN_HANDLE_BLOCKS];

enum { BLOCK = 1 << WITAN_HANDLE_BLOCK_BITS, NOWHERE = -1 };

// A queue: the place that was free longest is taken first, so that generations last.
static struct {
  pthread_mutex_t lock;
  uint32_t first, last;  // of the free places; NOWHERE when there are none
  uint32_t block_count;
  size_t open;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER, .first = (uint32_t)NOWHERE, .last = (uint32_t)NOWHERE};

static void give_back(uint32_t index) {
  witan_handle_slot *slot = witan_handle_slot_of(index);
  slot->next = (uint32_t)NOWHERE;
  if (table.first == (uint32_t)NOWHERE) {
    table.first = index;
  } else {
    witan_handle_slot_of(table.last)->next = index;
  }
  table.last = index;
}

static int grow(void) {
  if (table.block_count == WITAN_HANDLE_BLOCKS) return 0;
  witan_handle_slot *block = calloc(BLOCK, sizeof *block);
  if (!block) return 0;
  __atomic_store_n(&witan_handle_blocks[table.block_count], block, __ATOMIC_RELEASE);
  for (uint32_t i = 0; i < BLOCK; i++) give_back(table.block_count * BLOCK + i);
  table.block_count++;
  return 1;
}

uint64_t witan_handle_open(uint32_t kind, void *object) {
  uint64_t handle = 0;
  pthread_mutex_lock(&table.lock);
  if (table.first != (uint32_t)NOWHERE || grow()) {
    uint32_t index = table.first;
    witan_handle_slot *slot = witan_handle_slot_of(index);
    table.first = slot->next;
    slot->generation = (slot->generation + 1) & 0xFFFFFFF;
    handle = (uint64_t)kind << 60 | slot->generation << 32 | index;
    slot->object = object;
    table.open++;
    __atomic_store_n(&slot->key, handle, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&table.lock);
  return handle;
}

int32_t witan_handle_close(uint64_t handle, uint32_t kind, void **object) {
  *object = witan_handle_enter_alone(handle, kind);
  if (!*object) return witan_handle_fault(handle, kind);
  witan_handle_slot *slot = witan_handle_slot_of(handle);
  __atomic_store_n(&slot->key, 0, __ATOMIC_RELEASE);
  slot->object = NULL;
  witan_handle_leave_alone(handle);
  pthread_mutex_lock(&table.lock);
  give_back((uint32_t)handle);
  table.open--;
  pthread_mutex_unlock(&table.lock);
  return 0;
}

int32_t witan_handle_fault(uint64_t handle, uint32_t kind) {
  witan_handle_slot *slot = witan_handle_slot_of(handle);
  if (!slot || __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) != handle || handle == 0)
    return WITAN_HANDLE_INVALID;
  return handle >> 60 != kind ? WITAN_HANDLE_KIND : WITAN_HANDLE_BUSY;
}

uint32_t witan_handle_kind(uint64_t handle) {
  return witan_handle_fault(handle, 0) == WITAN_HANDLE_INVALID ? 0 : (uint32_t)(handle >> 60);
}

size_t witan_handle_count(void) {
  pthread_mutex_lock(&table.lock);
  size_t open = table.open;
  pthread_mutex_unlock(&table.lock);
  return open;
}

static _Thread_local char message[1024];

void witan_message_set(const char *text, size_t length) {
  if (length >= sizeof message) {
    length = sizeof message - 1;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
  }
  memcpy(message, text, length);
  message[length] = 0;
}

const char *witan_message_get(void) { return message; }
