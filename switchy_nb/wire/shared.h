/* What all files here are made of. Places are addresses in memory. */

#include <stdint.h>
#include <string.h>

static inline const uint8_t *at_place(int64_t place) { return (const uint8_t *)(uintptr_t)place; }
static inline int64_t place_of(const uint8_t *byte) { return (int64_t)(uintptr_t)byte; }

/* A number for a value; `seed` makes sure that nobody can choose values that have the same. */
static inline uint64_t hash(const uint8_t *value, int64_t length, uint64_t seed) {
    uint64_t mixed = seed ^ (uint64_t)length, word = 0;
    for (; length >= 8; value += 8, length -= 8) {
        memcpy(&word, value, 8);
        mixed = (mixed ^ word) * 0x9e3779b97f4a7c15u;
        mixed ^= mixed >> 32;
    }
    word = 0;
    memcpy(&word, value, (size_t)length);
    mixed = (mixed ^ word) * 0x9e3779b97f4a7c15u;
    return mixed ^ mixed >> 29;
}
