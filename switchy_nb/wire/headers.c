/* Headers in thousands of events at once: where they are, which values there are, what numbers say.
 *
 * It is optional (Python does the same, slower), and knows nothing of Python (see `reading.py`). What
 * values mean, and how they are decoded, is not known here.
 */

#include "shared.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Raised when what is called changes; `native.py` uses no other. */
int32_t switchy_nb_headers_version(void) { return 11; }

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

/* Names begin alike more often than they end alike. */
static int same_name(const uint8_t *line, const uint8_t *name, int64_t length) {
    while (length-- > 0)
        if (lower(line[length]) != name[length]) return 0;
    return 1;
}

/* What is read of many events at once; `native.py` has the same fields.
 *
 * The first headers are those of which the different values are wanted, the last ones those that are
 * numbers; of the others, only where their values are.
 */
typedef struct {
    /* the events: where each begins and ends */
    int64_t events;
    const int64_t *begins, *ends;
    /* the headers, at most 32,767: their names in lower case with their colons, one behind the
     * other, and where each of those ends */
    int64_t count, texts, numbers;
    const uint8_t *names;
    const int64_t *ends_of;
    /* for each header in turn and each event: from where to where its value is; the start is -1
     * where the event has none */
    int64_t *starts, *stops;
    /* room to work in: for each text a power of two of slots, more than there are events; and a
     * number that makes sure that nobody can choose values that are slow to tell apart */
    uint64_t seed;
    int32_t *table;
    int64_t slots;
    /* of each text and event: the number of its value among the different ones, or `none` */
    int64_t none;
    int32_t *codes;
    /* of each text, `stride` bytes: a bit for each event, set where it has a value */
    uint8_t *valid;
    int64_t stride;
    /* of each text and number of a value: the first event that has it */
    int32_t *firsts;
    /* of each text: how many values are different, how many events have one, and whether all mean
     * what is written and say something */
    int64_t *counts, *there, *plain;
    /* the different values of all texts, one behind the other, if there is room for them; where each
     * begins, and the last one ends; how many bytes they are */
    uint8_t *text;
    int64_t room;
    int64_t *offsets;
    int64_t size;
    /* of each number: which ones count; for each event what it says, and a bit that is set where it
     * is such a number; the events whose value is something else; how many there are of both */
    const int64_t *least, *most;
    int64_t *values;
    uint8_t *counted;
    int64_t *others, *tallies;
} reading;

/* The names by their first bytes, and the event that is looked at. */
typedef struct {
    const reading *r;
    int16_t first[256];          /* the first name that begins with a byte, or -1 */
    int16_t next[32768];         /* the next name that begins with the same byte, or -1 */
    uint64_t lengths[256];       /* a bit for each length that such a name has, its colon included */
    int64_t event;
} search;

static uint64_t bit_of(int64_t length) { return (uint64_t)1 << (length < 63 ? length : 63); }

/* Look at one line of a head, from its name to its first colon and where it ends. */
static inline void take_line(const search *s, const uint8_t *line, const uint8_t *colon,
                             const uint8_t *stop) {
    const reading *r = s->r;
    int64_t length = colon ? colon + 1 - line : 0;
    if (!length || !(s->lengths[lower(*line)] & bit_of(length))) return;
    for (int16_t name = s->first[lower(*line)]; name >= 0; name = s->next[name]) {
        int64_t begin = name ? r->ends_of[name - 1] : 0;
        int64_t *found = r->starts + name * r->events + s->event;
        if (length != r->ends_of[name] - begin || *found >= 0 ||
            !same_name(line, r->names + begin, length))
            continue;
        const uint8_t *value = colon + 1;
        if (value < stop && *value == ' ') value++;
        *found = place_of(value);
        r->stops[name * r->events + s->event] = place_of(stop);
    }
}

#ifdef __SSE2__
/* Which of 64 bytes are this one: a bit for each. */
static inline uint64_t which_are(const uint8_t *at, __m128i byte) {
    uint64_t bits = 0;
    for (int part = 0; part < 4; part++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(at + 16 * part));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, byte)) << (16 * part);
    }
    return bits;
}
#endif

/* Look at a head's lines; it ends with the first empty line that is not its first, or at `end`. */
static void take_head(const search *s, const uint8_t *line, const uint8_t *end) {
    const uint8_t *at = line, *begin = line;
#ifdef __SSE2__
    const uint8_t *colon = 0;    /* the line's first one, if it has been seen */
    for (; end - at >= 64; at += 64) {
        uint64_t newlines = which_are(at, _mm_set1_epi8('\n'));
        uint64_t colons = which_are(at, _mm_set1_epi8(':'));
        for (; newlines; newlines &= newlines - 1) {
            uint64_t upto = newlines ^ (newlines - 1);   /* the bits up to the line feed's */
            const uint8_t *stop = at + __builtin_ctzll(newlines);
            if (line == stop && line > begin) return;
            if (!colon && colons & upto) colon = at + __builtin_ctzll(colons);
            take_line(s, line, colon, stop);
            line = stop + 1;
            colon = 0;
            colons &= ~upto;
        }
        if (!colon && colons) colon = at + __builtin_ctzll(colons);
    }
#endif
    for (at = line; at < end; at = line) {
        const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) stop = end;
        if (line == stop && line > begin) return;
        take_line(s, line, memchr(line, ':', (size_t)(stop - line)), stop);
        line = stop + 1;
    }
}

/* Group the names by their first bytes. */
static search search_of(const reading *r) {
    search s = {.r = r};
    memset(s.first, 0xff, sizeof s.first);
    for (int64_t name = r->count - 1; name >= 0; name--) {
        int64_t begin = name ? r->ends_of[name - 1] : 0;
        uint8_t byte = r->names[begin];
        s.lengths[byte] |= bit_of(r->ends_of[name] - begin);
        s.next[name] = s.first[byte];
        s.first[byte] = (int16_t)name;
    }
    return s;
}

/* Find the first value of each header in some events.
 *
 * A head ends with the first empty line (two line feeds in a row), or with the event.
 */
static void find_headers(search *s, int64_t first, int64_t end) {
    const reading *r = s->r;
    for (int64_t name = 0; name < r->count; name++)
        for (int64_t at = first; at < end; at++) r->starts[name * r->events + at] = -1;
    for (s->event = first; s->event < end; s->event++)
        if (r->ends[s->event] > r->begins[s->event])
            take_head(s, at_place(r->begins[s->event]), at_place(r->ends[s->event]));
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

/* Number the different values of one text in some events, behind those of the events before them. */
static void number_values(const reading *r, int64_t text, int64_t first, int64_t end) {
    const int64_t *starts = r->starts + text * r->events, *stops = r->stops + text * r->events;
    int32_t *codes = r->codes + text * r->events, *firsts = r->firsts + text * r->events;
    int32_t *table = r->table + text * r->slots, known = (int32_t)r->counts[text];
    for (int64_t event = first; event < end; event++) {
        codes[event] = (int32_t)r->none;
        if (starts[event] < 0) continue;
        set_bit(r->valid + text * r->stride, event);
        r->there[text]++;
        const uint8_t *value = at_place(starts[event]);
        int64_t length = stops[event] - starts[event];
        uint64_t slot = hash(value, length, r->seed);
        for (;; slot++) {
            int32_t *here = table + (slot & (uint64_t)(r->slots - 1));
            if (*here < 0) {
                firsts[known] = (int32_t)event;
                *here = known++;
                r->plain[text] = r->plain[text] && is_plain(value, length);
            }
            int32_t other = firsts[*here];
            if (stops[other] - starts[other] == length &&
                !memcmp(at_place(starts[other]), value, (size_t)length)) {
                codes[event] = *here;
                break;
            }
        }
    }
    r->counts[text] = known;
}

/* Put the different values of all texts one behind the other, as far as there is room. */
static void take_values(reading *r) {
    int64_t number = 0;
    r->size = r->offsets[0] = 0;
    for (int64_t text = 0; text < r->texts; text++) {
        const int32_t *firsts = r->firsts + text * r->events;
        for (int64_t at = 0; at < r->counts[text]; at++) {
            int64_t value = text * r->events + firsts[at];
            int64_t length = r->stops[value] - r->starts[value];
            if (length <= r->room - r->size)
                memcpy(r->text + r->size, at_place(r->starts[value]), (size_t)length);
            r->offsets[++number] = r->size += length;
        }
    }
}

/* Read values that are one to eighteen digits, in some events. */
static void read_numbers(const reading *r, int64_t which, int64_t first, int64_t last) {
    int64_t header = r->count - r->numbers + which;
    const int64_t *starts = r->starts + header * r->events, *stops = r->stops + header * r->events;
    int64_t *values = r->values + which * r->events, *others = r->others + which * r->events;
    int64_t *numbers = r->tallies + 2 * which, *odd = numbers + 1;
    for (int64_t event = first; event < last; event++) {
        values[event] = 0;
        if (starts[event] < 0) continue;
        const uint8_t *digit = at_place(starts[event]), *end = at_place(stops[event]);
        int64_t number = 0;
        int well = end - digit >= 1 && end - digit <= 18;
        for (; well && digit < end; digit++) {
            well = *digit >= '0' && *digit <= '9';
            number = 10 * number + (*digit - '0');
        }
        if (!well) {
            others[(*odd)++] = event;
        } else if (number >= r->least[which] && number <= r->most[which]) {
            values[event] = number;
            set_bit(r->counted + which * r->stride, event);
            ++*numbers;
        }
    }
}

/* So many events at a time are looked at from all sides: a processor has them at hand meanwhile. */
enum { TOGETHER = 32 };

/* Read what is asked for; where there was too little room for the text, `size` says how much it takes. */
void switchy_nb_read_headers(reading *r) {
    search s = search_of(r);
    memset(r->table, 0xff, (size_t)(r->texts * r->slots) * sizeof *r->table);
    memset(r->valid, 0, (size_t)(r->texts * r->stride));
    memset(r->counted, 0, (size_t)(r->numbers * r->stride));
    memset(r->tallies, 0, (size_t)(2 * r->numbers) * sizeof *r->tallies);
    for (int64_t text = 0; text < r->texts; text++) {
        r->counts[text] = r->there[text] = 0;
        r->plain[text] = 1;
    }
    for (int64_t first = 0; first < r->events; first += TOGETHER) {
        int64_t end = first + TOGETHER < r->events ? first + TOGETHER : r->events;
        find_headers(&s, first, end);
        for (int64_t text = 0; text < r->texts; text++) number_values(r, text, first, end);
        for (int64_t which = 0; which < r->numbers; which++) read_numbers(r, which, first, end);
    }
    take_values(r);
}

/* The number of a value among those of a text that are in `r->text` from `base` on; it is put there,
 * behind the `known` ones, if it is new. There is room for all.
 */
static int32_t number_of(reading *r, int64_t base, int32_t known, const uint8_t *value,
                         int64_t length) {
    for (uint64_t slot = hash(value, length, r->seed);; slot++) {
        int32_t *here = r->table + (slot & (uint64_t)(r->slots - 1));
        if (*here < 0) {
            memcpy(r->text + r->size, value, (size_t)length);
            r->offsets[base + known + 1] = r->size += length;
            return *here = known;
        }
        const int64_t *at = r->offsets + base + *here;
        if (at[1] - at[0] == length && !memcmp(r->text + at[0], value, (size_t)length))
            return *here;
    }
}

/* Put one text of some readings together; its values go behind the `base` ones of other texts. */
static void join_text(reading *r, const reading *parts, int64_t count, int64_t text, int64_t base) {
    int32_t *codes = r->codes + text * r->events, *numbers = r->firsts, known = 0;
    uint8_t *valid = r->valid + text * r->stride;
    int64_t event = 0;
    memset(r->table, 0xff, (size_t)r->slots * sizeof *r->table);
    r->there[text] = 0;
    r->plain[text] = 1;
    for (const reading *part = parts; part < parts + count; part++) {
        const int64_t *offsets = part->offsets;
        for (int64_t before = 0; before < text; before++) offsets += part->counts[before];
        for (int64_t at = 0; at < part->counts[text]; at++) {
            numbers[at] = number_of(r, base, known, part->text + offsets[at],
                                    offsets[at + 1] - offsets[at]);
            known += numbers[at] == known;
        }
        const int32_t *code = part->codes + text * part->events, *end = code + part->events;
        for (; code < end; code++, event++) {
            codes[event] = *code < 0 ? (int32_t)r->none : numbers[*code];
            if (*code >= 0) set_bit(valid, event);
        }
        r->there[text] += part->there[text];
        r->plain[text] = r->plain[text] && part->plain[text];
    }
    r->counts[text] = known;
}

/* Put one number of some readings together. */
static void join_numbers(reading *r, const reading *parts, int64_t count, int64_t which) {
    int64_t event = 0, *tallies = r->tallies + 2 * which;
    for (const reading *part = parts; part < parts + count; event += part++->events) {
        const int64_t *theirs = part->tallies + 2 * which;
        const uint8_t *counted = part->counted + which * part->stride;
        memcpy(r->values + which * r->events + event, part->values + which * part->events,
               (size_t)part->events * sizeof *r->values);
        for (int64_t at = 0; at < part->events; at++)
            if (counted[at >> 3] >> (at & 7) & 1) set_bit(r->counted + which * r->stride, event + at);
        for (int64_t at = 0; at < theirs[1]; at++)
            r->others[which * r->events + tallies[1] + at] =
                event + part->others[which * part->events + at];
        tallies[0] += theirs[0];
        tallies[1] += theirs[1];
    }
}

/* Make one reading of several of the same headers, whose events follow each other.
 *
 * The codes of events without a value have to be negative in them. Nothing is done with where the
 * values are, and what was read of them is not looked up again.
 */
void switchy_nb_join_readings(reading *r, const reading *parts, int64_t count) {
    int64_t base = 0;
    memset(r->valid, 0, (size_t)(r->texts * r->stride));
    memset(r->counted, 0, (size_t)(r->numbers * r->stride));
    memset(r->tallies, 0, (size_t)(2 * r->numbers) * sizeof *r->tallies);
    r->size = r->offsets[0] = 0;
    for (int64_t text = 0; text < r->texts; text++) {
        join_text(r, parts, count, text, base);
        base += r->counts[text];
    }
    for (int64_t which = 0; which < r->numbers; which++) join_numbers(r, parts, count, which);
}
