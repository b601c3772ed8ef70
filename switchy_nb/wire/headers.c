/* Where plain events are in what a switch sends, and headers in thousands of events at once.
 *
 * It is optional (Python does the same, slower), knows nothing of Python, and is called without the
 * interpreter's lock (see `native.py`). What values mean, and how they are decoded, is not known here.
 */

#include <stdint.h>
#include <string.h>

/* Raised when what is called changes; `native.py` uses no other. */
int32_t switchy_nb_headers_version(void) { return 3; }

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

static int same_name(const uint8_t *line, const uint8_t *name, int64_t length) {
    for (int64_t at = 0; at < length; at++)
        if (lower(line[at]) != name[at]) return 0;
    return 1;
}

/* Find the first value of each of some headers in every event.
 *
 * data           what holds the events
 * from, to       where in it each of `events` events begins and ends
 * names          the headers' names in lower case with their colons, one behind the other
 * ends_of        where each of `count` names ends (at most 32,767 of them)
 * starts, ends   for each name in turn and each event: from where to where its value is;
 *                the start is -1 where the event has no such header
 *
 * A head ends with the first empty line (two line feeds in a row), or with the event.
 */
void switchy_nb_find_headers(const uint8_t *data, const int64_t *from, const int64_t *to,
                             int64_t events, const uint8_t *names, const int64_t *ends_of,
                             int64_t count, int64_t *starts, int64_t *ends) {
    int16_t first[256];          /* the first name that begins with a byte, or -1 */
    int16_t next[32768];         /* the next name that begins with the same byte, or -1 */
    memset(first, 0xff, sizeof first);
    for (int64_t name = count - 1; name >= 0; name--) {
        uint8_t byte = names[name ? ends_of[name - 1] : 0];
        next[name] = first[byte];
        first[byte] = (int16_t)name;
    }
    for (int64_t at = 0; at < count * events; at++) starts[at] = -1;

    for (int64_t event = 0; event < events; event++) {
        const uint8_t *line = data + from[event];
        const uint8_t *end = data + to[event];
        while (line < end) {
            const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
            if (!stop) stop = end;
            for (int16_t name = first[lower(*line)]; name >= 0; name = next[name]) {
                int64_t begin = name ? ends_of[name - 1] : 0;
                int64_t length = ends_of[name] - begin;
                int64_t *found = starts + name * events + event;
                if (length > stop - line || line[length - 1] != ':' || *found >= 0 ||
                    !same_name(line, names + begin, length))
                    continue;
                const uint8_t *value = line + length;
                if (value < stop && *value == ' ') value++;
                *found = value - data;
                ends[name * events + event] = stop - data;
            }
            if (stop + 1 < end && stop[1] == '\n') break;
            line = stop + 1;
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
