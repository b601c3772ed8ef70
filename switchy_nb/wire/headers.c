/* Where plain events are in what a switch sends, and headers in thousands of events at once.
 *
 * It is optional (Python does the same, slower), and knows nothing of Python (see `native.py`). What
 * values mean, and how they are decoded, is not known here. Places are addresses in memory.
 */

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Raised when what is called changes; `native.py` uses no other. */
int32_t switchy_nb_headers_version(void) { return 5; }

static const uint8_t *at_place(int64_t place) { return (const uint8_t *)(uintptr_t)place; }
static int64_t place_of(const uint8_t *byte) { return (int64_t)(uintptr_t)byte; }

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

static int same_name(const uint8_t *line, const uint8_t *name, int64_t length) {
    for (int64_t at = 0; at < length; at++)
        if (lower(line[at]) != name[at]) return 0;
    return 1;
}

/* The names that are looked for, and where what is found of one event goes. */
typedef struct {
    const uint8_t *names;        /* in lower case with their colons, one behind the other */
    const int64_t *ends_of;      /* where each name ends */
    int16_t first[256];          /* the first name that begins with a byte, or -1 */
    int16_t next[32768];         /* the next name that begins with the same byte, or -1 */
    int64_t events, event;
    int64_t *starts, *ends;
} search;

/* Look at one line of a head, which ends before `stop`. */
static inline void take_line(search *s, const uint8_t *line, const uint8_t *stop) {
    for (int16_t name = s->first[lower(*line)]; name >= 0; name = s->next[name]) {
        int64_t begin = name ? s->ends_of[name - 1] : 0;
        int64_t length = s->ends_of[name] - begin;
        int64_t *found = s->starts + name * s->events + s->event;
        if (length > stop - line || line[length - 1] != ':' || *found >= 0 ||
            !same_name(line, s->names + begin, length))
            continue;
        const uint8_t *value = line + length;
        if (value < stop && *value == ' ') value++;
        *found = place_of(value);
        s->ends[name * s->events + s->event] = place_of(stop);
    }
}

/* Look at a head's lines; it ends with the first empty line that is not its first, or at `end`. */
static void take_head(search *s, const uint8_t *line, const uint8_t *end) {
    const uint8_t *at = line, *begin = line;
#ifdef __SSE2__
    const __m128i newline = _mm_set1_epi8('\n');
    while (end - at >= 64) {
        uint64_t newlines = 0;   /* a bit for each of 64 bytes */
        for (int part = 0; part < 4; part++) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(at + 16 * part));
            uint32_t mask = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline));
            newlines |= (uint64_t)mask << (16 * part);
        }
        for (; newlines; newlines &= newlines - 1) {
            const uint8_t *stop = at + __builtin_ctzll(newlines);
            if (line == stop && line > begin) return;
            take_line(s, line, stop);
            line = stop + 1;
        }
        at += 64;
    }
#endif
    for (at = line; at < end; at = line) {
        const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) stop = end;
        if (line == stop && line > begin) return;
        take_line(s, line, stop);
        line = stop + 1;
    }
}

/* Find the first value of each of some headers in every event.
 *
 * from, to       where each of `events` events begins and ends
 * names          the headers' names in lower case with their colons, one behind the other
 * ends_of        where each of `count` names ends (at most 32,767 of them)
 * starts, ends   for each name in turn and each event: from where to where its value is;
 *                the start is -1 where the event has no such header
 *
 * A head ends with the first empty line (two line feeds in a row), or with the event.
 */
void switchy_nb_find_headers(const int64_t *from, const int64_t *to, int64_t events,
                             const uint8_t *names, const int64_t *ends_of, int64_t count,
                             int64_t *starts, int64_t *ends) {
    search s = {.names = names, .ends_of = ends_of, .events = events, .starts = starts, .ends = ends};
    memset(s.first, 0xff, sizeof s.first);
    for (int64_t name = count - 1; name >= 0; name--) {
        uint8_t byte = names[name ? ends_of[name - 1] : 0];
        s.next[name] = s.first[byte];
        s.first[byte] = (int16_t)name;
    }
    for (int64_t at = 0; at < count * events; at++) starts[at] = -1;
    for (s.event = 0; s.event < events; s.event++)
        if (to[s.event] > from[s.event])
            take_head(&s, at_place(from[s.event]), at_place(to[s.event]));
}

static uint64_t hash(const uint8_t *value, int64_t length, uint64_t seed) {
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

static void set_bit(uint8_t *bits, int64_t at) { bits[at >> 3] |= (uint8_t)(1 << (at & 7)); }

/* Whether a value means what is written, and says something: not empty, escaped or undefined. */
static int is_plain(const uint8_t *value, int64_t length) {
    uint8_t all = 0;
    int escaped = 0;
    for (int64_t at = 0; at < length; at++) {
        all |= value[at];
        escaped |= value[at] == '%';
    }
    return length && !(all & 0x80) && !escaped && !(length == 7 && !memcmp(value, "_undef_", 7));
}

/* Number different values, header by header, in the order in which they come.
 *
 * starts, ends   as `switchy_nb_find_headers` found them
 * seed           so that nobody can choose values that are slow to tell apart
 * table, slots   room to work in: a power of two, more than there are events
 * none           what stands for the number where there is no value
 * codes          for each header and event: the number of its value, or `none`
 * bits, stride   for each header, `stride` bytes: a bit for each event, set where it has a value
 * firsts         for each header and number: the first event that has it
 * counts         for each header: how many values are different
 * there          for each header: how many events have a value
 * plain          for each header: whether all values mean what is written, and say something
 */
void switchy_nb_number_values(const int64_t *starts, const int64_t *ends, int64_t events,
                              int64_t count, uint64_t seed, int32_t *table, int64_t slots,
                              int32_t none, int32_t *codes, uint8_t *bits, int64_t stride,
                              int32_t *firsts, int64_t *counts, int64_t *there, uint8_t *plain) {
    memset(bits, 0, (size_t)(count * stride));
    for (int64_t name = 0; name < count; name++) {
        int32_t known = 0;
        int64_t found = 0;
        plain[name] = 1;
        memset(table, 0xff, (size_t)slots * sizeof *table);
        for (int64_t event = 0; event < events; event++) {
            codes[event] = none;
            if (starts[event] < 0) continue;
            set_bit(bits, event);
            found++;
            const uint8_t *value = at_place(starts[event]);
            int64_t length = ends[event] - starts[event];
            uint64_t slot = hash(value, length, seed);
            for (;; slot++) {
                int32_t *here = table + (slot & (uint64_t)(slots - 1));
                if (*here < 0) {
                    firsts[known] = (int32_t)event;
                    *here = known++;
                    plain[name] &= (uint8_t)is_plain(value, length);
                }
                int32_t other = firsts[*here];
                if (ends[other] - starts[other] == length &&
                    !memcmp(at_place(starts[other]), value, (size_t)length)) {
                    codes[event] = *here;
                    break;
                }
            }
        }
        counts[name] = known;
        there[name] = found;
        starts += events, ends += events, codes += events, firsts += events, bits += stride;
    }
}

/* Put values one behind the other. */
void switchy_nb_copy_values(const int64_t *starts, const int64_t *ends, int64_t count,
                            uint8_t *into) {
    for (int64_t at = 0; at < count; at++) {
        size_t length = (size_t)(ends[at] - starts[at]);
        memcpy(into, at_place(starts[at]), length);
        into += length;
    }
}

/* Read values that are one to eighteen digits.
 *
 * least, most    which numbers count
 * numbers, bits  for each event what its value says, and a bit that is set where it is such a number
 * others         the events whose value is something else
 * counts         how many numbers there are, and how many others
 */
void switchy_nb_read_numbers(const int64_t *starts, const int64_t *ends, int64_t events,
                             int64_t least, int64_t most, int64_t *numbers, uint8_t *bits,
                             int64_t *others, int64_t *counts) {
    memset(bits, 0, (size_t)((events + 7) / 8));
    counts[0] = counts[1] = 0;
    for (int64_t event = 0; event < events; event++) {
        numbers[event] = 0;
        if (starts[event] < 0) continue;
        const uint8_t *digit = at_place(starts[event]), *end = at_place(ends[event]);
        int64_t number = 0;
        int well = end - digit >= 1 && end - digit <= 18;
        for (; well && digit < end; digit++) {
            well = *digit >= '0' && *digit <= '9';
            number = 10 * number + (*digit - '0');
        }
        if (!well) {
            others[counts[1]++] = event;
        } else if (number >= least && number <= most) {
            numbers[event] = number;
            set_bit(bits, event);
            counts[0]++;
        }
    }
}

static const char before_length[] = "Content-Length: ";
static const char behind_length[] = "\nContent-Type: text/event-plain\n\n";
enum { BEFORE = sizeof before_length - 1, BEHIND = sizeof behind_length - 1, DIGITS = 7 };

/* Find plain events that follow each other, each with the head that FreeSWITCH writes.
 *
 * data, at, end  what was received, from where and up to where it is looked at
 * most           how many events are wanted at the most
 * starts, ends   where each event's own bytes begin and end
 *
 * Returns how many there are; what does not look like that, or is not whole, ends them.
 */
int64_t switchy_nb_find_events(const uint8_t *data, int64_t at, int64_t end, int64_t most,
                               int64_t *starts, int64_t *ends) {
    int64_t count = 0;
    while (count < most && at + BEFORE < end && !memcmp(data + at, before_length, BEFORE)) {
        int64_t digit = at + BEFORE, length = 0;
        while (digit < end && digit - at - BEFORE < DIGITS && data[digit] >= '0' &&
               data[digit] <= '9')
            length = 10 * length + data[digit++] - '0';
        int64_t body = digit + BEHIND;
        if (digit == at + BEFORE || body > end || memcmp(data + digit, behind_length, BEHIND) ||
            length > end - body)
            break;
        starts[count] = body;
        ends[count++] = at = body + length;
    }
    return count;
}
