#ifndef WITAN_CHANDLES_H
#define WITAN_CHANDLES_H

#include <stddef.h>
#include <stdint.h>

// The table behind the handles of the C interface. A handle is a place in the table and a generation, so that
// any number can be looked up without touching memory that is not ours, and a handle that was freed is known
// as such until its place was taken 2^28 times more.

enum {
  WITAN_HANDLE_INVALID = 1,  // freed, or never a handle
  WITAN_HANDLE_KIND = 2,     // a handle of another kind
  WITAN_HANDLE_BUSY = 3,     // in use by another call
};

// Kinds are 1 to 15. As the highest bits of an address they make it one that no memory has.
typedef struct {
  uint64_t key;       // the handle while it is open, else 0; atomic
  uint32_t users;     // calls inside, or WITAN_HANDLE_OWNED; atomic
  uint32_t next;      // free list, under its lock
  void *object;       // written before the key, and kept while anyone is inside
  uint64_t generation;
} witan_handle_slot;

#define WITAN_HANDLE_OWNED 0x80000000u
#define WITAN_HANDLE_BLOCK_BITS 12
#define WITAN_HANDLE_BLOCKS 4096

// Blocks stay where they are once they are there.
extern witan_handle_slot *witan_handle_blocks[WITAN_HANDLE_BLOCKS];

// A handle for `object`; 0 when 2^24 are open or there is no memory.
uint64_t witan_handle_open(uint32_t kind, void *object);

// Closes a handle that no call is inside of; its object becomes the caller's to release. Returns 0 or an error.
int32_t witan_handle_close(uint64_t handle, uint32_t kind, void **object);

// Why a handle could not be entered.
int32_t witan_handle_fault(uint64_t handle, uint32_t kind);

// The kind that an open handle has; 0 for others.
uint32_t witan_handle_kind(uint64_t handle);

// Handles that are open.
size_t witan_handle_count(void);

static inline witan_handle_slot *witan_handle_slot_of(uint64_t handle) {
  uint32_t index = (uint32_t)handle;
  if (index >> (WITAN_HANDLE_BLOCK_BITS + 12)) return NULL;
  witan_handle_slot *block =
      __atomic_load_n(&witan_handle_blocks[index >> WITAN_HANDLE_BLOCK_BITS], __ATOMIC_ACQUIRE);
  return block ? block + (index & ((1u << WITAN_HANDLE_BLOCK_BITS) - 1)) : NULL;
}

// Enters a handle alone; NULL when it is none, of another kind, or in use. The object stays until
// witan_handle_leave_alone.
static inline void *witan_handle_enter_alone(uint64_t handle, uint32_t kind) {
  witan_handle_slot *slot = witan_handle_slot_of(handle);
  if (!slot || handle >> 60 != kind || __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) != handle) return NULL;
  uint32_t nobody = 0;
  if (!__atomic_compare_exchange_n(&slot->users, &nobody, WITAN_HANDLE_OWNED, 0, __ATOMIC_ACQUIRE,
                                   __ATOMIC_RELAXED))
    return NULL;
  // It may have been closed, and its place taken, in between.
  if (__atomic_load_n(&slot->key, __ATOMIC_RELAXED) != handle) {
    __atomic_store_n(&slot->users, 0, __ATOMIC_RELEASE);
    return NULL;
  }
  return slot->object;
}

static inline void witan_handle_leave_alone(uint64_t handle) {
  __atomic_store_n(&witan_handle_slot_of(handle)->users, 0, __ATOMIC_RELEASE);
}

// Enters a handle together with others; as above.
static inline void *witan_handle_enter_shared(uint64_t handle, uint32_t kind) {
  witan_handle_slot *slot = witan_handle_slot_of(handle);
  if (!slot || handle >> 60 != kind || __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) != handle) return NULL;
  uint32_t users = __atomic_load_n(&slot->users, __ATOMIC_RELAXED);
  do {
    if (users >= WITAN_HANDLE_OWNED - 1) return NULL;
  } while (!__atomic_compare_exchange_n(&slot->users, &users, users + 1, 1, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED));
  if (__atomic_load_n(&slot->key, __ATOMIC_RELAXED) != handle) {
    __atomic_fetch_sub(&slot->users, 1, __ATOMIC_RELEASE);
    return NULL;
  }
  return slot->object;
}

static inline void witan_handle_leave_shared(uint64_t handle) {
  __atomic_fetch_sub(&witan_handle_slot_of(handle)->users, 1, __ATOMIC_RELEASE);
}

// What went wrong in this thread's last call that failed. Cut at 1,023 bytes, at a character.
void witan_message_set(const char *message, size_t length);
const char *witan_message_get(void);

#endif
