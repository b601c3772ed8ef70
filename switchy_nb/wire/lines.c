/* Where plain events are in what a switch sends, and the lines of their heads (see `native.py`). */

#include "shared.h"

/* Where a line ends, and in `next` where the next one of the head begins: 0 after the last one. */
static const uint8_t *end_of_line(const uint8_t *line, const uint8_t *end, const uint8_t **next) {
    const uint8_t *stop = line < end ? memchr(line, '\n', (size_t)(end - line)) : 0;
    *next = !stop || (stop + 1 < end && stop[1] == '\n') ? 0 : stop + 1;
    return stop ? stop : end;
}

/* Count the lines of each event's head, which ends with two line feeds in a row; return the sum. */
int64_t switchy_nb_count_lines(const int64_t *from, const int64_t *to, int64_t events,
                               int64_t *counts) {
    int64_t sum = 0;
    for (int64_t event = 0; event < events; event++) {
        const uint8_t *line = at_place(from[event]), *end = at_place(to[event]);
        for (counts[event] = 0; line; counts[event]++) end_of_line(line, end, &line);
        sum += counts[event];
    }
    return sum;
}

/* Number the different lines of all heads, in the order in which they come.
 *
 * codes          for each line, event by event, its number
 * starts, ends   for each number, where its line is; there is room for half as many as `slots`
 *
 * Returns how many there are, or -1 where there are more than that.
 */
int64_t switchy_nb_number_lines(const int64_t *from, const int64_t *to, int64_t events,
                                uint64_t seed, int32_t *table, int64_t slots, int32_t *codes,
                                int64_t *starts, int64_t *ends) {
    int32_t known = 0;
    memset(table, 0xff, (size_t)slots * sizeof *table);
    for (int64_t event = 0; event < events; event++) {
        const uint8_t *line = at_place(from[event]), *next, *end = at_place(to[event]);
        for (; line; line = next) {
            int64_t length = end_of_line(line, end, &next) - line;
            for (uint64_t slot = hash(line, length, seed);; slot++) {
                int32_t *here = table + (slot & (uint64_t)(slots - 1));
                if (*here < 0) {
                    if (2 * known >= slots) return -1;
                    starts[known] = place_of(line);
                    ends[known] = place_of(line) + length;
                    *here = known++;
                }
                if (ends[*here] - starts[*here] == length &&
                    !memcmp(at_place(starts[*here]), line, (size_t)length)) {
                    *codes++ = *here;
                    break;
                }
            }
        }
    }
    return known;
}

static const char before_length[] = "Content-Length: ";
static const char behind_length[] = "\nContent-Type: text/event-plain\n\n";
enum { BEFORE = sizeof before_length - 1, BEHIND = sizeof behind_length - 1, DIGITS = 7 };

/* Whether an event says itself that it ends there: by the length of its body, as FreeSWITCH writes it.
 *
 * Who is not sure says no, and has it looked at more closely.
 */
static int ends_as_it_says(const uint8_t *line, const uint8_t *end) {
    int64_t body = -1;
    const uint8_t *first = line, *next = line;
    while (next) {
        line = next;
        const uint8_t *stop = end_of_line(line, end, &next), *digit = line + BEFORE;
        if (body < 0 && line > first && stop >= digit && !memcmp(line, before_length, BEFORE)) {
            if (stop == digit || stop - digit > DIGITS) return 0;
            for (body = 0; digit < stop && *digit >= '0' && *digit <= '9'; digit++)
                body = 10 * body + (*digit - '0');
            if (digit < stop) return 0;
        }
        if (!next && end - stop >= 2) return body >= end - stop - 2;
    }
    return 0;
}

/* Find plain events that follow each other, each with the head that FreeSWITCH writes.
 *
 * data, at, end  what was received, from where and up to where it is looked at
 * most           how many events are wanted at the most
 * starts, ends   where each event's own bytes begin and end
 * odd, odds      which of them end neither with an empty line nor as they say, and how many those are
 *
 * Returns how many there are; what does not look like that, or is not whole, ends them.
 */
int64_t switchy_nb_find_events(const uint8_t *data, int64_t at, int64_t end, int64_t most,
                               int64_t *starts, int64_t *ends, int64_t *odd, int64_t *odds) {
    int64_t count = 0;
    for (*odds = 0; count < most && at + BEFORE < end && !memcmp(data + at, before_length, BEFORE);) {
        int64_t digit = at + BEFORE, length = 0;
        while (digit < end && digit - at - BEFORE < DIGITS && data[digit] >= '0' &&
               data[digit] <= '9')
            length = 10 * length + data[digit++] - '0';
        int64_t body = digit + BEHIND;
        if (digit == at + BEFORE || body > end || memcmp(data + digit, behind_length, BEHIND) ||
            length > end - body)
            break;
        starts[count] = body;
        ends[count] = at = body + length;
        int plain = data[at - 1] == '\n' && data[at - 2] == '\n';
        if (!plain && !ends_as_it_says(data + body, data + at)) odd[(*odds)++] = count;
        count++;
    }
    return count;
}
