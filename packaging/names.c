// Swift's runtime has the names of all Unicode characters, 0.5 MB, for a property that nothing here reads
// (Unicode.Scalar.Properties.name). With this in its place the linker leaves them out.
#include <stdint.h>

// The length of a character's name, of which as much is written as there is room for: none has one.
intptr_t __wrap__swift_stdlib_getScalarName(uint32_t character, uint8_t *buffer, intptr_t capacity);

intptr_t __wrap__swift_stdlib_getScalarName(uint32_t character, uint8_t *buffer, intptr_t capacity) {
  (void)character, (void)buffer, (void)capacity;
  return 0;
}
